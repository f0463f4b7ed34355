"""What a demo shows beside its drafts: a withdrawn and a stopped project, and a run whose withdrawals wait.

`python -m deploy.heidelberg.states ADDRESS`, after the harvest; ADDRESS: of the sample partner's server. A second call
only tells the source where that server is now.
"""

import sys
from typing import Final

from msgspec.structs import replace

from deploy.heidelberg.sample import verein
from harvesters.run.run import harvest
from registry.build import open_catalog
from registry.catalog import Catalog
from registry.catalog.deciding import publish, withdraw
from registry.fetch.session import session
from registry.model import Account, Agent, Contact, Metadata, Participation, Period, Place, Record, Source
from registry.settings import load
from vocab.concepts import concept_list

AGENCY: Final = "digital-agentur"
PARTNER: Final = "beispielverein-termine"


def main(address: str) -> None:
    settings = load()
    catalog = open_catalog(settings)
    try:
        if any(source.name == PARTNER for source in catalog.sources.all()):
            catalog.sources.revise(replace(catalog.sources.get(PARTNER), url=f"{address}{verein.AFTER_THE_MOVE}"))
        else:
            _withdrawn(catalog)
            _stopped(catalog)
            with session(settings) as http:
                _waiting_run(catalog, address, http)
        catalog.sync()
    finally:
        catalog.close()


def _withdrawn(catalog: Catalog) -> None:
    _, reviewer = _accounts(catalog)
    record = _published(
        catalog, _project("Parkplatz-Anzeige 2019", "Anzeigen an zwei Einfahrten.", "abgeschlossen", "altstadt")
    )
    withdraw(catalog, record, reviewer, "Die Anzeigen wurden abgebaut, die Daten gibt es nicht mehr.")


def _stopped(catalog: Catalog) -> None:
    _, reviewer = _accounts(catalog)
    record = _published(
        catalog, _project("Lieferroboter im Quartier", "Ein Versuch mit drei Robotern.", "umsetzung", "bahnstadt")
    )
    stopped = replace(record.metadata, phase=_iri("phases", "abgebrochen"))
    catalog.revise(record.id, stopped, record.number, reviewer.name, "Die Förderung wurde nicht verlängert.")


def _waiting_run(catalog: Catalog, address: str, http) -> None:  # type: ignore[no-untyped-def]
    """A source whose list has become much shorter."""
    source = Source(
        name=PARTNER,
        kind="json",
        url=f"{address}{verein.WHOLE}",
        title="Termine des Beispielvereins",
        language="de",
        rank=40,
    )
    catalog.sources.add(source)
    harvest(source, catalog, http)
    moved = replace(source, url=f"{address}{verein.AFTER_THE_MOVE}")
    catalog.sources.revise(moved)
    harvest(moved, catalog, http)


def _accounts(catalog: Catalog) -> tuple[Account, Account]:
    """Who writes and who decides."""
    author, reviewer = catalog.people.get("agentur"), catalog.people.get("lotsin")
    assert author
    assert reviewer
    return author, replace(reviewer, organizations=())


def _published(catalog: Catalog, metadata: Metadata) -> Record:
    """A project that went the way of all: written, submitted, published."""
    author, reviewer = _accounts(catalog)
    draft = catalog.inbox.begin(metadata, author, AGENCY)
    return publish(catalog, catalog.inbox.submit(draft.id, author, draft.version), reviewer)


def _project(title: str, abstract: str, phase: str, district: str) -> Metadata:
    lead = Agent(name={"de": "Digital-Agentur"}, id=AGENCY)
    return Metadata(
        kind="project",
        title={"de": title},
        abstract={"de": abstract},
        phase=_iri("phases", phase),
        themes=(_iri("themes", "TECH"),),
        places=(Place(name={"de": district.title()}),),
        period=Period(start="2026-03", end="2027-12"),
        participants=(Participation(agent=lead, role=_iri("roles", "federfuehrung")),),
        contacts=(Contact(email="projekte@example.org"),),
    )


def _iri(name: str, notation: str) -> str:
    return concept_list(name).by_notation[notation].iri


if __name__ == "__main__":
    main(sys.argv[1])
