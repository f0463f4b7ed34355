# ruff: noqa: E501  the words of the made-up entries
"""A small made-up city for tests of pages and for the screenshots: no real entry, no real person."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from registry.catalog import Catalog
from registry.model import (
    COUNTS,
    Account,
    Agent,
    Contact,
    Distribution,
    Indicator,
    Kind,
    Link,
    Metadata,
    Milestone,
    Money,
    Observation,
    Opportunity,
    Participation,
    Period,
    Place,
    Problem,
    Record,
    Run,
    Source,
    Step,
)
from registry.model.message import message
from registry.model.text import slug
from registry.rules import finding
from tests.paths import ROOT
from tests.town import Town
from vocab.concepts import concept_list

HERE = ROOT
HEIDELBERG = HERE / "deploy" / "heidelberg"
PASSWORD = "ein langes Passwort"
TODAY = date.today()


def iri(name: str, notation: str) -> str:
    return concept_list(name).by_notation[notation].iri


def themes(*notations: str) -> tuple[str, ...]:
    return tuple(iri("themes", notation) for notation in notations)


def places(*names: str) -> tuple[Place, ...]:
    return tuple(Place(name={"de": name}) for name in names)


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def ahead(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def file(title: str, format: str, address: str, licence: str = "dl-by-de/2.0", **more: object) -> Distribution:
    return Distribution(
        id=slug(address), title={"de": title}, access_url=f"https://daten.example.org/{address}",
        download_url=f"https://daten.example.org/{address}" if "." in address else "",
        format=iri("file-types", format), licence=iri("licences", licence), **more,  # type: ignore[arg-type]
    )  # fmt: skip


OFFICE = {
    "amt-fuer-mobilitaet": "Amt für Mobilität",
    "umweltamt": "Umweltamt",
    "digital-agentur": "Digital-Agentur",
    "stadtwerke": "Stadtwerke",
}


def agent(id: str) -> Agent:
    return Agent(name={"de": OFFICE[id]}, id=id)


def organization(id: str, kind: str, abstract: str, **more: object) -> tuple[str, Metadata]:
    return id, Metadata(
        kind="organization", title={"de": OFFICE[id]}, abstract={"de": abstract},
        classification=iri("organization-kinds", kind), contacts=(Contact(email=f"{id}@example.org"),), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def dataset(id: str, title: str, text: str, owner: str, modified: str, **more: object) -> tuple[str, Metadata]:
    defaults: dict[str, object] = {
        "kind": "dataset", "title": {"de": title}, "description": {"de": text}, "publisher": agent(owner),
        "modified": modified, "contacts": (Contact(name={"de": OFFICE[owner]}, email=f"{owner}@example.org"),),
    }  # fmt: skip
    return id, Metadata(**(defaults | more))  # type: ignore[arg-type]


def project(id: str, title: str, abstract: str, phase: str, owner: str, **more: object) -> tuple[str, Metadata]:
    lead = Participation(agent=agent(owner), role=iri("roles", "federfuehrung"), description={"de": "leitet"})
    defaults: dict[str, object] = {
        "kind": "project", "title": {"de": title}, "abstract": {"de": abstract}, "phase": iri("phases", phase),
        "participants": (lead, *more.pop("partners", ())), "contacts": (Contact(email=f"{id}@example.org"),),  # type: ignore[misc]
        "modified": ago(4),
    }  # fmt: skip
    return id, Metadata(**(defaults | more))  # type: ignore[arg-type]


def entries() -> list[tuple[str, Metadata]]:
    return [*_organizations(), *_datasets(), *_projects(), *_others()]


def _organizations() -> list[tuple[str, Metadata]]:
    return [
        organization("amt-fuer-mobilitaet", "verwaltung", "Plant Wege, Haltestellen und Ampeln."),
        organization("umweltamt", "verwaltung", "Pflegt Daten zu Bäumen, Luft, Wasser und Klima.", aliases=("Umweltabteilung",)),
        organization("digital-agentur", "kommunales-unternehmen", "Bringt digitale Projekte der Stadt voran."),
        organization("stadtwerke", "kommunales-unternehmen", "Liefert Strom, Wärme und Wasser."),
    ]  # fmt: skip


def _datasets() -> list[tuple[str, Metadata]]:
    return [
        dataset("rad-zaehlstellen", "Radverkehr: Zählstellen", "Wie viele Fahrräder fahren an 14 Stellen vorbei? Gezählt wird automatisch, Stunde für Stunde, seit 2019.\n\nZwei Stellen liegen in der Bahnstadt. Lücken sind *gekennzeichnet*.",
                "amt-fuer-mobilitaet", ago(0), frequency=iri("frequencies", "DAILY"), themes=themes("TRAN"), places=places("ganze Stadt"),
                keywords={"de": ("Fahrrad", "Verkehrszählung")}, period=Period(start="2019-01"), hvd_categories=(iri("hvd-categories", "c_b79e35eb"),),
                distributions=(file("Zählwerte je Stunde", "CSV", "rad/stunde.csv", size=8_400_000, modified=ago(0)), file("Zählwerte je Tag", "CSV", "rad/tag.csv", size=300_000, modified=ago(0)),
                               file("Standorte der Zählstellen", "GEOJSON", "rad/stellen.geojson", size=12_000), file("Abfrage je Stelle und Zeitraum", "JSON", "rad/api"))),
        dataset("rad-unfaelle", "Unfälle mit Fahrrad", "Polizeilich erfasste Unfälle nach Ort, Monat und Schwere, ohne Angaben zu Personen.", "amt-fuer-mobilitaet", ago(104),
                frequency=iri("frequencies", "QUARTERLY"), themes=themes("TRAN"), places=places("Bergheim", "Altstadt"), distributions=(file("Unfälle", "CSV", "unfaelle.csv", size=90_000),)),
        dataset("radwegenetz", "Radwegenetz", "Alle Radwege, Fahrradstraßen und Schutzstreifen als Linien, mit Belag und Breite.", "amt-fuer-mobilitaet", ago(26),
                themes=themes("TRAN", "REGI"), places=places("ganze Stadt"), distributions=(file("Netz", "GEOJSON", "netz.geojson", "cc-zero"), file("Karte", "WMS_SRVC", "netz/wms", "cc-zero"))),
        dataset("baumkataster", "Baumkataster", "Art, Alter und Höhe aller Bäume auf öffentlichem Grund.", "umweltamt", ago(6), frequency=iri("frequencies", "MONTHLY"), themes=themes("ENVI"),
                places=places("Weststadt", "Bahnstadt"), distributions=(file("Bäume", "CSV", "baeume.csv", size=2_100_000), file("Bäume", "GEOJSON", "baeume.geojson"))),
        dataset("trinkbrunnen", "Trinkbrunnen", "Standort, Zustand und Betriebszeit aller öffentlichen Trinkbrunnen. Drei davon in Schlierbach.", "umweltamt", ago(4), themes=themes("ENVI", "HEAL"),
                places=places("Schlierbach", "Altstadt"), distributions=(file("Brunnen", "XLSX", "brunnen.xlsx", "cc-zero"),)),
        dataset("luft", "Luftqualität: Messwerte", "Stickstoffdioxid und Feinstaub je Stunde.", "umweltamt", ago(0), frequency=iri("frequencies", "HOURLY"), themes=themes("ENVI", "HEAL"),
                places=places("Bergheim"), distributions=(file("Messwerte", "CSV", "luft.csv"),)),
        dataset("ladepunkte", "Öffentliche Ladepunkte", "Wo Elektroautos laden können, mit Leistung und Anschluss.", "stadtwerke", ago(12), themes=themes("ENER", "TRAN"),
                places=places("Bahnstadt", "Neuenheim", "Kirchheim"), distributions=(file("Ladepunkte", "CSV", "laden.csv", "cc-by/4.0"),)),
        dataset("strassennamen", "Straßennamen mit Erklärung", "Woher der Name jeder Straße kommt, auch auf Englisch.", "umweltamt", ago(400), themes=themes("REGI", "EDUC"), licence="",
                distributions=(Distribution(id="x", title={"de": "Liste"}, access_url="https://daten.example.org/strassen"),)),
        ("street-trees", Metadata(kind="dataset", title={"en": "Street trees, heat model"}, description={"en": "A model of how much shade each street gets."}, publisher=agent("digital-agentur"),
                                  themes=themes("ENVI"), modified=ago(30), distributions=(file("Model", "JSON", "trees.json"),))),
    ]  # fmt: skip


def _projects() -> list[tuple[str, Metadata]]:
    partner = iri("roles", "partner")
    return [
        project("kuehle-wege", "Kühle Wege", "An heißen Tagen schattig ans Ziel: Eine Karte zeigt Wege mit Schatten, Bänken und Trinkwasser. Sie hilft älteren Menschen, Familien und allen, die zu Fuß gehen.",
                "umsetzung", "umweltamt", period=Period(start=ago(300)[:7], end=ahead(340)[:7]), themes=themes("ENVI", "HEAL"), places=places("Bahnstadt", "Bergheim", "Weststadt"),
                partners=(Participation(agent=agent("digital-agentur"), role=partner, description={"de": "entwickelt die Karte"}),
                          Participation(agent=Agent(name={"de": "Beispielverein Zu Fuß e. V."}), role=iri("roles", "beirat"), description={"de": "vertritt Menschen, die zu Fuß gehen"})),
                benefits=({"de": "Hitze trifft nicht alle gleich. Wer den Schatten kennt, kommt sicherer zum Arzt, zur Schule und zum Einkauf."},),
                chances=({"de": "Weniger Hitzebelastung auf täglichen Wegen"}, {"de": "Daten sind für Apps und Forschung frei"}), risks=({"de": "Höhendaten kommen zu spät"}, {"de": "Karte wird im Alltag wenig genutzt"}),
                milestones=(Milestone(title={"de": "Schatten berechnet"}, planned=ago(240)[:7], reached=ago(240)[:7]), Milestone(title={"de": "Erste Karte öffentlich"}, planned=ago(150)[:7], reached=ago(60)[:7], reason={"de": "später, weil Höhendaten fehlten"}),
                            Milestone(title={"de": "Test mit Bürgerinnen und Bürgern"}, planned=ahead(80)[:7]), Milestone(title={"de": "Bericht und Übergabe"}, planned=ahead(320)[:7])),
                opportunities=(Opportunity(type=iri("opportunities", "testen"), title={"de": "Spaziergang mit Messgerät, Bahnstadt"}, description={"de": "Treffpunkt Gadamerplatz. Ohne Anmeldung, stufenlos."}, ends=ahead(15)),
                               Opportunity(type=iri("opportunities", "partnergesuch"), title={"de": "Partner gesucht: Messgeräte"}, description={"de": "Wir suchen Betriebe oder Vereine, die zehn Messgeräte verleihen und betreuen."}, ends=ahead(110))),
                budget=Money(value="120000", currency="EUR", state=iri("budget-states", "estimated") if "estimated" in concept_list("budget-states") else ""),
                indicators=(Indicator(title={"de": "Wege mit Schatten"}, unit="Kilometer", baseline="0", target="40", observations=(Observation(date=ago(20), value="12.5"),)),),
                links=(Link("uses", "/id/baumkataster"), Link("uses", "/id/trinkbrunnen"), Link("produces", "/id/street-trees"), Link("related", "/id/gruenes-band"))),
        project("gruenes-band", "Grünes Band fürs Rad", "Eine durchgehende Fahrradachse von der Bahnstadt bis zum Neckar, mit Ampeln, die auf Räder reagieren.", "vorbereitung", "amt-fuer-mobilitaet",
                period=Period(start=ago(200)[:7], end=ahead(560)[:7]), themes=themes("TRAN"), places=places("Bahnstadt", "Bergheim"), opportunities=(Opportunity(type=iri("opportunities", "mitwirkung"), title={"de": "Bürgerabend"}, ends=ahead(50)),),
                links=(Link("uses", "/id/rad-zaehlstellen"),)),
        project("leihraeder", "Leihräder am Bahnhof Süd", "Ein Versuch mit 60 Leihrädern und Lastenrädern. Die Nutzungsdaten werden veröffentlicht.", "umsetzung", "stadtwerke", ends=ahead(120)[:7], themes=themes("TRAN"), places=places("Südstadt"),
                opportunities=(Opportunity(type=iri("opportunities", "partnergesuch"), title={"de": "Betriebe mit Stellplatz gesucht"}),), links=(Link("uses", "/id/rad-zaehlstellen"),)),
        project("pegel", "Pegel am Neckar", "Wie hoch der Neckar steht, alle zehn Minuten.", "dauerbetrieb", "stadtwerke", themes=themes("ENVI"), places=places("Altstadt", "Neuenheim"),
                partners=(Participation(agent=agent("umweltamt"), role=partner),)),
        project("sporthallen", "Offene Sporthallen", "Freie Zeiten in Sporthallen sehen und buchen.", "idee", "digital-agentur", themes=themes("EDUC"), places=places("ganze Stadt")),
        project("app", "Stadt-App 1", "Ein Versuch, der nicht weitergeführt wird.", "abgebrochen", "digital-agentur", themes=themes("TECH"), places=places("ganze Stadt")),
        project("wlan", "Freies WLAN in Bibliotheken", "In allen Zweigstellen, ohne Anmeldung.", "abgeschlossen", "digital-agentur", ends=ago(200)[:7], themes=themes("TECH", "EDUC"), places=places("Rohrbach", "Emmertsgrund")),
    ]  # fmt: skip


def _others() -> list[tuple[str, Metadata]]:
    return [
        ("messtag", Metadata(kind="event", title={"de": "Tag der offenen Messgeräte"}, abstract={"de": "Messen Sie selbst mit."}, starts=ahead(21) + "T10:00:00+01:00", ends=ahead(21) + "T16:00:00+01:00",
                             organizer=agent("umweltamt"), places=places("Kirchheim"), links=(Link("about", "/id/kuehle-wege"),))),
        ("geodaten-dienst", Metadata(kind="service", title={"de": "Geodatendienst der Stadt"}, description={"de": "Karten über WMS."}, publisher=agent("amt-fuer-mobilitaet"), endpoint="https://geo.example.org/wms",
                                     endpoint_description="https://geo.example.org/wms?request=GetCapabilities", licence=iri("licences", "cc-zero"), themes=themes("REGI"), links=(Link("serves", "/id/radwegenetz"),))),
    ]  # fmt: skip


def sample_city(folder: Path, base_url: str = "http://testserver", template: Path | None = None) -> Town:
    """A town with all entries, a withdrawn one, three accounts and a source; its index is up to date.

    `template`: a closed data folder of another sample city. A copy of it is opened, which costs a tenth of building.
    """
    city = HEIDELBERG if HEIDELBERG.is_dir() else None
    town = Town(folder, template=template, city=city, base_url=base_url, secret=("a secret of tests",), allow_hosts=())
    if template is None:
        _fill(town.catalog)
    return town


def _fill(catalog: Catalog) -> None:
    catalog.store.put([Record(id=id, said=metadata, owner="stadt-heidelberg") for id, metadata in entries()], "test")
    _source(catalog)
    gone = Record(id="altkleider", said=Metadata(kind="dataset", title={"de": "Altkleider-Container"}))
    catalog.store.put([gone], "test")
    catalog.withdraw("altkleider", "redaktion", "Die Stelle führt die Liste nicht weiter.")
    _accounts(catalog)
    catalog.sync()


def _source(catalog: Catalog) -> None:
    """A harvested record beside the registered ones."""
    source = Source(
        name="stadtwerke",
        kind="dcat",
        url="https://stadtwerke.example.org/katalog.ttl",
        title="Datenkatalog der Stadtwerke",
        owner="stadtwerke",
        schedule="0 3 * * *",
    )
    catalog.sources.add(source)
    kind: Kind = "dataset"
    metadata = Metadata(
        kind=kind, title={"de": "Fernwärme: Netzplan", "en": "District heating network"}, description={"de": "Lage der Leitungen und Übergabepunkte."}, iri="https://stadtwerke.example.org/id/fernwaerme",
        publisher=Agent(name={"de": "Stadtwerke"}, id="stadtwerke"), themes=themes("ENER"), modified=ago(90), places=places("Weststadt"), distributions=(file("Netz", "GML", "netz.gml"),),
    )  # fmt: skip
    _run(catalog)
    catalog.take(
        source,
        [
            Step(
                action="add", remote_id="fernwaerme", metadata=metadata, url="https://stadtwerke.example.org/fernwaerme"
            )
        ],
    )


def _accounts(catalog: Catalog) -> None:
    assert catalog.people is not None
    for name, role in (("agentur", "member"), ("lotsin", "reviewer"), ("verwaltung", "administrator")):
        catalog.people.add(Account(name=name, role=role, organizations=("digital-agentur",) if role == "member" else ()), PASSWORD)  # type: ignore[arg-type]  # fmt: skip


def _run(catalog: Catalog) -> None:
    """A run of which a withdrawal waits, with problems."""
    runs = catalog.runs
    started = datetime.now(UTC)
    run = runs.begin(Run(source="stadtwerke", number=0, outcome="running", started=started))
    problems = [Problem(f"satz-{n}", finding("title-missing", "title")) for n in range(3)]
    problems += [Problem(f"datei-{n}", finding("licence-unknown", "licence", "frei")) for n in range(12)]
    problems += [Problem("zeit", finding("date-unreadable", "modified", "Sommer 2024"))]
    runs.report(run.number, [(problem.record, (problem.finding,)) for problem in problems])
    runs.wait(run.number, [("fernwaerme", "gone")])
    counts = dict.fromkeys(COUNTS, 0) | {"added": 9, "changed": 22, "same": 91, "moved": 3, "failed": 3, "gone": 1}
    reason = message("withdrawals-too-many", going=1, published=2)
    runs.note(
        replace(
            run, outcome="waiting", complete=True, listed=128, seconds=41.2, counts=counts, reason=reason, ended=started
        )
    )
