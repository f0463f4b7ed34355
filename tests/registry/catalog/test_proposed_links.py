"""Links that are proposed for a project, by addresses, names and similarity, and what a person decides on them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from registry import build
from registry.catalog import Catalog
from registry.catalog.proposed_links import LinkProposals, confirm_link, refuse_link
from registry.errors import ConflictError, NotAllowedError
from registry.model import Account, Link, Record
from registry.settings import Settings
from tests.builders import a_dataset, a_metadata, a_project
from vocab.concepts import Concept, ConceptList

STEWARD = Account(name="lotsin", role="reviewer")
AUTHOR = Account(name="autorin", organizations=("amt",))
KEYWORDS = {"de": ("Fahrrad", "Brücke")}
CITY = "https://stadt.example.org"


def records() -> list[Record]:
    text = (
        f"Wir bauen mit dem Tiefbauamt. Zahlen: {CITY}/daten/unfaelle. Wer gräbt, braucht die Aufbruchgenehmigung. "
        "Davon hat auch Bergheim etwas."
    )
    return [
        Record(id="bruecke", said=a_project("Neue Brücke", description={"de": text}, keywords=KEYWORDS), owner="amt"),
        Record(id="zaehlung", said=a_dataset("Zählung der Räder", keywords=KEYWORDS)),
        Record(id="unfaelle", said=a_dataset("Unfälle")),
        Record(id="fest", said=a_metadata("Fest", "event", description={"de": "Die Neue Brücke wird eröffnet."})),
        Record(id="tiefbau", said=a_metadata("Tiefbauamt", "organization")),
        Record(id="aufbruch", said=a_metadata("Aufbruchgenehmigung", "publicservice")),
    ]


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    settings = Settings(data=tmp_path, secret=("s" * 40,), meaning="off", base_url=CITY)
    with closing(build.open_catalog(settings)) as catalog:
        catalog.store.put(records(), by="test")
        catalog.sync()
        yield catalog


@pytest.fixture(scope="module")
def districts() -> ConceptList:
    names = ("Bergheim", "Ziegelhausen")
    return ConceptList(
        "districts", tuple(Concept(f"{CITY}/id/{name.lower()}", name.lower(), {"de": name}) for name in names)
    )


def proposals(catalog: Catalog, districts: ConceptList) -> dict[str, tuple[str, ...]]:
    """Target -> why it is proposed."""
    listed = LinkProposals(catalog, districts).of(catalog.store.existing("bruecke"))
    return {proposal.target: tuple(reason.why for reason in proposal.reasons) for proposal in listed}


def test_each_kind_is_proposed_with_its_reason(catalog: Catalog, districts: ConceptList) -> None:
    proposed = proposals(catalog, districts)
    assert proposed["unfaelle"][0] == "address"
    assert "keywords" in proposed["zaehlung"]
    assert {id: proposed[id][0] for id in ("fest", "tiefbau", "aufbruch", "bergheim")} == {
        "fest": "name", "tiefbau": "name", "aufbruch": "name", "bergheim": "name",
    }  # fmt: skip
    assert "ziegelhausen" not in proposed
    assert LinkProposals(catalog, districts).of(catalog.store.existing("zaehlung")) == []


@pytest.mark.parametrize(
    ("target", "relation"),
    [("unfaelle", "uses"), ("zaehlung", "produces"), ("fest", "event"), ("aufbruch", "public_service"),
     ("tiefbau", "participants"), ("bergheim", "places")],
)  # fmt: skip
def test_what_is_confirmed_is_linked_and_not_proposed_again(
    catalog: Catalog, districts: ConceptList, target: str, relation: str
) -> None:
    record = catalog.store.existing("bruecke")
    proposal = LinkProposals(catalog, districts).named(record, target)
    assert proposal is not None
    assert relation in proposal.relations
    concept = districts.get(target)
    changed = confirm_link(catalog, record, proposal, STEWARD, relation, concept).metadata
    if relation == "participants":
        assert changed.participants[-1].agent.id == "tiefbau"
    elif relation == "places":
        assert changed.places[-1].name == {"de": "Bergheim"}
    else:
        assert Link(relation, f"/id/{target}") in changed.links
    assert target not in proposals(catalog, districts)
    newest = next(catalog.store.history("bruecke"))
    assert newest.by == "lotsin"
    with pytest.raises(ConflictError):
        confirm_link(catalog, record, proposal, STEWARD, relation, concept)


def test_what_is_refused_is_remembered(catalog: Catalog, districts: ConceptList) -> None:
    record = catalog.store.existing("bruecke")
    refuse_link(catalog, record, "tiefbau", STEWARD)
    refuse_link(catalog, record, "tiefbau", STEWARD)
    assert "tiefbau" not in proposals(catalog, districts)
    assert list(catalog.refused_links.of("bruecke")) == ["tiefbau"]
    catalog.refused_links.allow("bruecke", "tiefbau")
    assert "tiefbau" in proposals(catalog, districts)


def test_only_who_decides_on_a_record_links_it(catalog: Catalog, districts: ConceptList) -> None:
    record = catalog.store.existing("bruecke")
    proposal = LinkProposals(catalog, districts).named(record, "fest")
    assert proposal is not None
    with pytest.raises(NotAllowedError):
        confirm_link(catalog, record, proposal, AUTHOR, "event", None)
    with pytest.raises(NotAllowedError):
        refuse_link(catalog, record, "fest", AUTHOR)


def test_a_link_from_the_other_side_counts(catalog: Catalog, districts: ConceptList) -> None:
    event = catalog.store.existing("fest")
    linked = replace(event, said=replace(event.said, links=(Link("about", "/id/bruecke"),)))
    catalog.store.put([linked], by="test")
    assert "fest" not in proposals(catalog, districts)
