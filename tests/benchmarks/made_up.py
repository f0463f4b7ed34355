# ruff: noqa: E501  the words of the made-up records
"""Made-up records in the shape of a city's catalogue: no word of a real one, no real person."""

import csv
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any

from registry.model import (
    Agent,
    Contact,
    Distribution,
    Link,
    Metadata,
    Milestone,
    Origin,
    Participation,
    Period,
    Place,
    Record,
    Statement,
)
from tests.paths import ROOT

_LISTS = ROOT / "vocab" / "lists"
_THINGS = [
    "Radwege",
    "Spielplätze",
    "Bäume",
    "Baustellen",
    "Parkhäuser",
    "Ladesäulen",
    "Haltestellen",
    "Straßen",
    "Brunnen",
    "Schulen",
    "Kitas",
    "Museen",
    "Bibliotheken",
    "Wahllokale",
    "Bevölkerung",
    "Haushalte",
    "Geburten",
    "Einbürgerungen",
    "Arbeitslose",
    "Betriebe",
    "Hotels",
    "Übernachtungen",
    "Messwerte",
    "Luftqualität",
    "Lärmkarte",
    "Grundwasser",
    "Pegelstände",
    "Bodenrichtwerte",
    "Bebauungspläne",
    "Denkmale",
    "Naturschutzgebiete",
    "Gebäude",
    "Adressen",
    "Stadtteile",
    "Wahlkreise",
    "Haushaltsplan",
    "Stellenplan",
    "Zuwendungen",
    "Ratsbeschlüsse",
    "Vergaben",
    "Stromverbrauch",
    "Wärmenetz",
    "Wasserverbrauch",
    "Photovoltaik",
    "Fahrgastzahlen",
    "Verkehrszählung",
    "Pendler",
    "Unfälle",
    "Märkte",
    "Feste",
    "Vereine",
    "Sportstätten",
    "Bäder",
    "Abfalltermine",
    "Wertstoffhöfe",
    "Glascontainer",
    "Toiletten",
    "Trinkwasserbrunnen",
    "Sitzbänke",
    "Laternen",
    "Ampeln",
    "Brücken",
]
_AFTER = """im Stadtgebiet|nach Stadtteilen|je Monat|je Jahr|im Zeitvergleich|als Punkte|als Flächen|aus der Erhebung|nach
Altersgruppen|nach Geschlecht|nach Art der Nutzung|mit Öffnungszeiten|mit Lage und Zustand|der Stadtverwaltung|der
Stadtwerke|im Überblick|seit 2010|vorläufige Zahlen|amtliche Statistik|Standorte und Adressen""".replace(
    "\n", " "
).split("|")
_SENTENCES = """Der Datensatz enthält {thing} {after}.|Die Daten werden einmal im Jahr aktualisiert.|Die Angaben stammen aus dem
Fachverfahren des zuständigen Amtes.|Die Geometrien liegen in ETRS89 / UTM Zone 32N vor.|Werte unter drei sind aus Gründen des
Datenschutzes nicht ausgewiesen.|Bitte beachten Sie die Erläuterungen in der Dokumentation.|Die Tabelle nennt für jeden
Stadtteil die Anzahl und den Anteil in Prozent.|Stand der Daten ist der 31. Dezember.|Für die Vollständigkeit wird keine Gewähr
übernommen.|Dieser Dienst stellt {thing} als WMS und WFS bereit.|The dataset shows {thing} of the city.|Ziel des Projekts ist
es, {thing} {after} sichtbar zu machen.""".replace("\n", " ").split("|")
_OFFICES = """Amt für Mobilität|Umweltamt|Amt für Statistik und Wahlen|Vermessungsamt|Stadtplanungsamt|Amt für Digitales|
Stadtwerke|Digital-Agentur|Kulturamt|Amt für Schule und Bildung|Bürgeramt|Kämmerei|Feuerwehr|Forstamt""".replace(
    "\n", ""
).split("|")
_KEYWORDS = [
    "verkehr",
    "umwelt",
    "statistik",
    "bevölkerung",
    "geodaten",
    "karte",
    "inspire",
    "opendata",
    "wahl",
    "haushalt",
    "finanzen",
    "klima",
    "energie",
    "kultur",
    "freizeit",
    "bildung",
    "gesundheit",
    "soziales",
    "bauen",
    "wohnen",
    "wirtschaft",
    "stadtplanung",
    "sensor",
    "luft",
    "wasser",
    "natur",
    "fahrrad",
    "open-data",
]
_HOSTS = ["daten.example.org", "opendata.example.net", "geo.example.org", "www.example.com", "stadtwerke.example.de"]


def _iris(name: str) -> list[str]:
    path = _LISTS / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return [row["iri"] for row in csv.DictReader(lines)]


class _Words:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        names = (
            "themes",
            "file-types",
            "licences",
            "frequencies",
            "languages",
            "hvd-categories",
            "phases",
            "access-rights",
        )
        self.lists = {name: _iris(name) for name in names if (_LISTS / f"{name}.csv").is_file()}

    def of(self, name: str) -> str:
        return self.random.choice(self.lists.get(name) or [""])

    def title(self) -> str:
        year = f" {self.random.randint(1995, 2026)}" if self.random.random() < 0.4 else ""
        return f"{self.random.choice(_THINGS)} {self.random.choice(_AFTER)}{year}"

    def prose(self, sentences: int) -> str:
        chosen = self.random.sample(_SENTENCES, sentences)
        values = {"thing": self.random.choice(_THINGS), "after": self.random.choice(_AFTER)}
        return " ".join(chosen).format(**values)

    def date(self) -> str:
        day = f"{self.random.randint(2008, 2026)}-{self.random.randint(1, 12):02}-{self.random.randint(1, 28):02}"
        return day if self.random.random() < 0.5 else f"{day}T{self.random.randint(0, 23):02}:00:00Z"

    def hex(self) -> str:
        return f"{self.random.getrandbits(128):032x}"


def made_up(count: int, seed: int = 7, source: str = "stadt") -> Iterator[Record]:
    """Records with ids `made-up-0`…, nine datasets to one project; the same ones for the same seed."""
    chooser = _Words(seed)
    for number in range(count):
        metadata = _project(chooser) if number % 10 == 9 else _dataset(chooser)
        origin = Origin(source, chooser.hex(), f"https://{chooser.random.choice(_HOSTS)}/dataset/{number}")
        yield Record(id=f"made-up-{number}", said=metadata, owner=source, origin=origin)


def made_up_once(count: int) -> list[Record]:
    """The same as `made_up(count)` as a list; each record is made once in each process."""
    kept, more = _made_up_once()
    kept += islice(more, max(0, count - len(kept)))
    return kept[:count]


@cache
def _made_up_once() -> tuple[list[Record], Iterator[Record]]:
    return [], made_up(sys.maxsize)


def aged(record: Record, number: int) -> Record:
    """As the store would keep it."""
    fields: dict[str, Any] = {name: getattr(record, name) for name in Record.__struct_fields__}
    moment = datetime(2020 + number % 6, 1 + number % 12, 1 + number % 28, 7, number % 60, tzinfo=UTC)
    return Record(**(fields | {"created": moment, "changed": moment, "number": number}))


def _agent(chooser: _Words) -> Agent:
    name = chooser.random.choice(_OFFICES)
    return Agent(name={"de": name}, homepage=f"https://{chooser.random.choice(_HOSTS)}/", iri="")


def _distribution(chooser: _Words) -> Distribution:
    address = (
        f"https://{chooser.random.choice(_HOSTS)}/{chooser.random.choice(_THINGS).lower()}/{chooser.hex()[:8]}.csv"
    )
    return Distribution(
        id=chooser.hex()[:12],
        iri=f"https://{chooser.random.choice(_HOSTS)}/dataset/{chooser.hex()}/resource/{chooser.hex()}",
        title={"de": chooser.title()},
        description={"de": chooser.prose(1)} if chooser.random.random() < 0.5 else {},
        access_url=address,
        download_url=address if chooser.random.random() < 0.6 else "",
        format=chooser.of("file-types"),
        media_type="https://www.iana.org/assignments/media-types/text/csv",
        size=chooser.random.randint(1000, 10_000_000) if chooser.random.random() < 0.4 else None,
        licence=chooser.of("licences"),
        attribution={"de": f"Stadt, {chooser.random.choice(_OFFICES)}"} if chooser.random.random() < 0.4 else {},
        issued=chooser.date(),
        modified=chooser.date(),
        languages=(chooser.of("languages"),),
    )


def _dataset(chooser: _Words) -> Metadata:
    address = f"https://{chooser.random.choice(_HOSTS)}/dataset/{chooser.hex()}"
    place = Place(
        name={"de": "Stadtgebiet"}, bbox="POLYGON((8.57 49.35, 8.80 49.35, 8.80 49.46, 8.57 49.46, 8.57 49.35))"
    )
    return Metadata(
        kind="dataset",
        title={"de": chooser.title()},
        description={"de": chooser.prose(chooser.random.randint(2, 6))},
        iri=address,
        identifiers=(chooser.hex(),),
        landing_page=address,
        themes=(chooser.of("themes"),),
        keywords={"de": tuple(chooser.random.sample(_KEYWORDS, chooser.random.randint(2, 7)))},
        languages=(chooser.of("languages"),),
        frequency=chooser.of("frequencies"),
        access=chooser.of("access-rights"),
        publisher=_agent(chooser),
        creators=(_agent(chooser),),
        contacts=(
            Contact(
                name={"de": "Geschäftsstelle"}, email="opendata@example.org", url="https://www.example.org/kontakt"
            ),
        ),
        rights=(Statement(label={"de": "Namensnennung"}),),
        issued=chooser.date(),
        modified=chooser.date(),
        period=Period(start=chooser.date()[:10], end=chooser.date()[:10]),
        places=(place,),
        distributions=tuple(_distribution(chooser) for _ in range(chooser.random.randint(1, 4))),
        links=(Link("related", f"https://{chooser.random.choice(_HOSTS)}/dataset/{chooser.hex()}"),),
        extras={"name": chooser.random.choice(_THINGS).lower(), "metadata_modified": chooser.date()},
    )


def _project(chooser: _Words) -> Metadata:
    return Metadata(
        kind="project",
        title={"de": f"Projekt {chooser.title()}"},
        abstract={"de": chooser.prose(1)},
        description={"de": chooser.prose(4)},
        phase=chooser.of("phases"),
        goals=tuple({"de": chooser.prose(1)} for _ in range(2)),
        benefits=({"de": chooser.prose(1)},),
        risks=({"de": chooser.prose(1)},),
        participants=(
            Participation(agent=_agent(chooser), role="lead"),
            Participation(agent=_agent(chooser), role="partner"),
        ),
        milestones=(Milestone(title={"de": chooser.title()}, planned=chooser.date()[:10]),),
        contacts=(Contact(name={"de": "Projektbüro"}, email="projekt@example.org"),),
        links=(Link("produces", f"/id/{chooser.random.choice(_THINGS).lower()}"),),
    )
