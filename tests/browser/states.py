# ruff: noqa: E501  the words of the made-up entries
"""States in which pages are rarely seen: names that are too long, almost no facts, a returned draft, runs of all ends."""

from datetime import UTC, datetime
from typing import NamedTuple

from msgspec.structs import replace

from registry.model import COUNTS, Agent, Contact, Metadata, Place, Record, Run
from tests.prepared import sample_previews
from tests.sample_city import file, iri, themes
from tests.town import Town

COMPOUND = "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnungsverzeichnis"
LONG = (
    f"{COMPOUND} mit Straßenverkehrszulassungsordnungsausnahmegenehmigungen, Niederschlagswasserbeseitigungsgebühren "
    "und der Kinderbetreuungseinrichtungsbedarfsplanung der Stadt, nach Stadtteilen und Kalenderwochen seit 1998"
)
REASON = "Bitte sagen Sie in der Kurzfassung, für wen das Projekt ist. „IoT-Use-Case“ versteht nicht jeder."


class States(NamedTuple):
    """Addresses of pages: drafts by their ids, runs by their numbers."""

    returned: str
    queued: str
    running: int
    failed: int
    waiting: int = 1


def add(city: Town) -> States:
    """Puts them into a sample city; the index is up to date again."""
    catalog = city.catalog
    catalog.store.put([_long(), _bare(), _bare_project()], "test")
    running, failed = _runs(city)
    returned, queued = _drafts(city)
    sample_previews(city)
    catalog.sync()
    return States(returned, queued, running, failed)


def _long() -> Record:
    contact = Contact(name={"de": f"{COMPOUND}sstelle"}, email=f"{COMPOUND[:40].lower()}@{'sehr-' * 8}lang.example.org")
    return Record(id="sehr-lang", owner="stadt-heidelberg", said=Metadata(
        kind="dataset", title={"de": LONG}, description={"de": f"{LONG}. Siehe https://daten.example.org/{'verzeichnis/' * 12}datei.csv"},
        publisher=Agent(name={"de": f"Amt für {COMPOUND}"}), contacts=(contact,), themes=themes("TRAN"), keywords={"de": (COMPOUND, "kurz")},
        places=(Place(name={"de": f"{COMPOUND}sgebiet"}),), modified="2020",
        distributions=(file(f"{COMPOUND}_export_2026-11-24_final_v2.csv", "CSV", f"{COMPOUND}.csv", size=123456789), file(LONG, "WMS_SRVC", "x/wms")),
    ))  # fmt: skip


def _bare() -> Record:
    """No more than a title."""
    return Record(id="kaum-etwas", said=Metadata(kind="dataset", title={"de": "Kaum etwas"}))


def _bare_project() -> Record:
    return Record(id="kaum-projekt", said=Metadata(kind="project", title={"de": "Ein Vorhaben ohne Angaben"}))


def _runs(city: Town) -> tuple[int, int]:
    sources, runs = city.catalog.sources, city.catalog.runs
    source = replace(sources.get("stadtwerke"), name="digital-agentur", title="Projektliste der Digital-Agentur")
    sources.add(source)
    running = Run(source=source.name, number=0, outcome="running", started=datetime.now(UTC))
    failed = runs.begin(running)
    reason = {
        "de": "Die Quelle antwortet nicht. Prüfen Sie die Adresse, und versuchen Sie es später noch einmal.",
        "en": "The source does not answer. Check the address and try again later.",
    }
    runs.note(replace(failed, outcome="failed", reason=reason, seconds=30.1, ended=datetime.now(UTC)))
    begun = runs.begin(running)
    runs.note(replace(begun, done=412, of=1200, listed=412, counts=dict.fromkeys(COUNTS, 0) | {"added": 400}))
    return begun.number, failed.number


def _drafts(city: Town) -> tuple[str, str]:
    """A returned draft with its reason, and one in the queue that changes a published project."""
    inbox, people = city.catalog.inbox, city.catalog.people
    assert inbox is not None
    assert people is not None
    author, reviewer = people.get("agentur"), people.get("lotsin")
    assert author is not None
    assert reviewer is not None
    metadata = replace(
        city.catalog.store.existing("sporthallen").metadata,
        title={"de": "Sensoren im Park"},
        abstract={"de": "Ein IoT-Use-Case für alle."},
        links=(),
    )
    draft = inbox.begin(metadata, author, "digital-agentur")
    draft = inbox.submit(draft.id, author, draft.version)
    returned = inbox.hand_back(draft.id, reviewer, draft.version, REASON)
    record = city.catalog.store.existing("leihraeder")
    changed = replace(
        record.metadata,
        abstract={"de": "Ein Versuch mit 90 Leihrädern und Lastenrädern. Die Nutzungsdaten werden jede Nacht veröffentlicht."},
        phase=iri("phases", "dauerbetrieb"),
        description={"de": "Neu ist ein zweiter Standort."},
    )  # fmt: skip
    draft = inbox.begin(changed, author, "digital-agentur", record.id, record.number)
    return returned.id, inbox.submit(draft.id, author, draft.version).id


def waiting_run(city: Town) -> int:
    """Another run of the Stadtwerke whose withdrawal waits."""
    runs = city.catalog.runs
    old = runs.get(1)
    run = runs.begin(replace(old, number=0, outcome="running"))
    runs.wait(run.number, [("fernwaerme", "gone")])
    runs.note(replace(old, number=run.number))
    return run.number
