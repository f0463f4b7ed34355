"""The demo: four sources of three owners are harvested for real, and show what the city asked to be shown."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from deploy.heidelberg.demo import HERE
from deploy.heidelberg.sample import stadt
from registry.build import open_catalog
from registry.catalog import Catalog
from registry.catalog.lookup import backlinks, resolve
from registry.rdf import write
from registry.rules import RULES
from registry.search import meaning
from registry.search.query import Query
from tests import shapes_oracle
from tests.demo_city import BASE, Demo, demo_city
from vocab.concepts import concept_list

pytestmark = pytest.mark.slow

GRAVE = ("failed", "must")
FAULT = re.compile(r"^\| (\S+) \| `(\S+)` \| (`[^|]+`) \|", re.MULTILINE)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo_city(tmp_path_factory.mktemp("demo")) as harvested:
        yield harvested


def faults() -> set[tuple[str, str, str]]:
    """The table of the sample's README: source, remote id, rule."""
    said = FAULT.findall((HERE / "sample" / "README.md").read_text(encoding="utf-8"))
    return {
        (source, _remote_id(source, record), rule.strip(" `"))
        for source, record, rules in said
        for rule in rules.split(",")
    }


def _remote_id(source: str, record: str) -> str:
    if source == "stadt":
        return stadt.identifier(record)
    return f"https://stadtwerke.example.org/id/{record}" if source == "stadtwerke" else record


def _notations(name: str, iris: set[str]) -> set[str]:
    return {one.notation for one in concept_list(name) if one.iri in iris}


# -- what there is to see


def test_every_source_is_read_whole_and_taken_in(demo: Demo) -> None:
    for name, run in demo.runs.items():
        assert (run.outcome, run.complete, run.reason) == ("applied", True, None), name
        assert run.counts["added"] + run.counts["failed"] == run.listed, name
    assert set(demo.runs) == {"stadt", "stadtwerke", "digital-agentur", "digital-agentur-termine"}


def test_the_city_shows_forty_datasets_of_ten_offices(demo: Demo) -> None:
    records = demo.records(owner="stadt-heidelberg", kind="dataset")
    assert len(records) >= 40
    assert len({one.metadata.publisher.name["de"] for one in records if one.metadata.publisher}) == 10
    assert all(one.metadata.distributions for one in records)


def test_the_utility_shows_datasets_services_a_series_projects_and_public_services(demo: Demo) -> None:
    kinds = Counter(one.kind for one in demo.records(owner="stadtwerke-heidelberg"))
    assert kinds["dataset"] >= 15
    assert (kinds["service"], kinds["series"]) == (3, 1)
    assert kinds["project"] >= 6
    assert kinds["publicservice"] >= 1


def test_the_agency_shows_twenty_projects_in_all_phases(demo: Demo) -> None:
    projects = demo.records(owner="digital-agentur", kind="project")
    assert len(projects) >= 20
    assert _notations("phases", {one.metadata.phase for one in projects}) == {
        one.notation for one in concept_list("phases")
    }
    said = [one.metadata for one in projects if "Fehlerbeispiel" not in one.metadata.keywords.get("de", ())]
    assert all(one.participants and one.places and one.themes and one.contacts for one in said)
    partner = concept_list("roles").by_notation["partner"].iri
    assert sum(any(taking.role == partner for taking in one.participants) for one in said) >= 10
    assert sum(one.period is not None for one in said) >= 15


def test_partners_of_a_showcase_project_say_what_they_do(demo: Demo) -> None:
    (project,) = (one for one in demo.records(kind="project") if one.metadata.title.get("de") == "Kühle Wege")
    lead = concept_list("roles").by_notation["federfuehrung"].iri
    partners = [taking for taking in project.metadata.participants if taking.role != lead]
    assert len(partners) == 3
    assert all(taking.description.get("de") for taking in partners)


def test_who_is_named_is_recognized_as_an_organization_of_the_city(demo: Demo) -> None:
    known = {one.id for one in demo.records(kind="organization")}
    assert {"stadt-heidelberg", "stadtwerke-heidelberg", "digital-agentur"} <= known
    for one in demo.records():
        said = one.metadata
        publishers = [said.publisher] if said.publisher else []
        assert {agent.id for agent in publishers} <= known, one.id
    lead = concept_list("roles").by_notation["federfuehrung"].iri
    projects = demo.records(kind="project")
    assert {taking.agent.id for one in projects for taking in one.metadata.participants if taking.role == lead} <= known


def test_two_series_of_events_have_their_events(demo: Demo) -> None:
    events = demo.records(owner="digital-agentur", kind="event")
    parts = Counter(link.iri for one in events for link in one.metadata.links if link.relation == "part_of")
    assert len(parts) == 2
    assert set(parts.values()) == {2}
    for iri in parts:
        series = demo.catalog.store.existing(resolve(demo.catalog, iri) or "")
        assert series.kind == "event"
    assert all(one.metadata.starts and one.metadata.organizer for one in events)


def test_projects_lead_to_data_of_all_owners_and_back(demo: Demo) -> None:
    reached = Counter[str]()
    for project in demo.records(kind="project"):
        for link in project.metadata.links:
            if link.relation not in ("uses", "produces"):
                continue
            id = resolve(demo.catalog, link.iri)
            assert id, f"{project.id} {link.relation} {link.iri}"
            target = demo.catalog.store.existing(id)
            assert (project.id, link.relation) in {(one.id, one.relation) for one in backlinks(demo.catalog, target)}
            reached[f"{project.owner} -> {target.owner}"] += 1
    assert reached["digital-agentur -> stadt-heidelberg"] >= 5
    assert reached["digital-agentur -> stadtwerke-heidelberg"] >= 1
    assert reached["stadtwerke-heidelberg -> stadtwerke-heidelberg"] >= 1


def test_every_link_of_the_demo_leads_somewhere(demo: Demo) -> None:
    links = [(one.id, link.relation, link.iri) for one in demo.records() for link in one.metadata.links]
    assert [link for link in links if not resolve(demo.catalog, link[2])] == []


def test_one_search_finds_records_of_all_three_owners(demo: Demo) -> None:
    page = demo.catalog.index.search(Query(words="fahrrad brücke", size=100))
    assert page.hits[0].id == "radverkehr-zaehlstellen"
    energy = demo.catalog.store.get_many(
        [hit.id for hit in demo.catalog.index.search(Query(words="energie", size=100)).hits]
    )
    assert {"stadt-heidelberg", "stadtwerke-heidelberg", "digital-agentur"} <= {one.owner for one in energy.values()}
    assert {one.value for one in page.facets["source"]} <= {one.name for one in demo.sources}


# -- what is wrong on purpose


def test_grave_problems_are_exactly_those_of_the_table(demo: Demo) -> None:
    grave = {(source, record, rule) for source, record, rule, level in demo.problems() if level in GRAVE}
    assert grave == {fault for fault in faults() if RULES[fault[2]].level in GRAVE}


def test_every_fault_of_the_table_is_reported_and_of_others_only_what_could_be_added(demo: Demo) -> None:
    reported = demo.problems()
    assert faults() <= {(source, record, rule) for source, record, rule, _ in reported}
    others = {one for one in reported if one[3] != "hint" and one[:3] not in faults()}
    assert {rule for _, _, rule, _ in others} <= {"period-missing"}


def test_the_table_covers_each_source_and_its_records_are_marked(demo: Demo) -> None:
    told = {(source, record) for source, record, _ in faults()}
    failed = {(source, record) for source, record, rule in faults() if RULES[rule].level == "failed"}
    assert len(told) == 8
    assert {source for source, _ in told} == set(demo.runs)
    marked = {
        (one.origin.source, one.origin.remote_id)
        for one in demo.records()
        if one.origin and "Fehlerbeispiel" in one.metadata.keywords.get("de", ())
    }
    assert marked == told - failed
    assert sum(run.counts["failed"] for run in demo.runs.values()) == len(failed)


# -- what comes of doing it again


def test_a_second_harvest_changes_nothing_and_gives_out_no_number(demo: Demo) -> None:
    before = demo.catalog.store.last()
    for name, run in demo.harvested().items():
        assert run.outcome == "unchanged", name
        assert run.counts["same"] + run.counts["failed"] == run.listed == demo.runs[name].listed
        assert run.rules == demo.runs[name].rules, "what was wrong is reported again"
    assert demo.catalog.store.last() == before


# -- what goes out


@pytest.mark.parametrize("shape_set", ["de30_spec", "ap301_base"])
def test_all_records_that_are_not_wrong_on_purpose_go_out_valid(demo: Demo, shared: Path, shape_set: str) -> None:
    records = [one for one in demo.records() if "Fehlerbeispiel" not in one.metadata.keywords.get("de", ())]
    assert len(records) > 90
    graph = b"".join(write(records, "ttl", base_url=BASE))  # in one, for services point to datasets
    found = shapes_oracle.violations(graph, shape_set)
    assert [(one.node, one.field, one.value) for one in found] == []


def test_the_shapes_see_the_record_without_a_publisher(demo: Demo, shared: Path) -> None:
    record = demo.catalog.store.existing(resolve(demo.catalog, "https://stadtwerke.example.org/id/fehler-stelle") or "")
    found = shapes_oracle.violations(b"".join(write([record], "ttl", base_url=BASE)), "de30_spec")
    assert "http://purl.org/dc/terms/publisher" in {one.field for one in found}


@pytest.fixture(scope="module")
def meant(demo: Demo) -> Iterator[Catalog]:
    """The catalogue of the demo with the search by meaning; other tests see no vectors."""
    catalog = open_catalog(replace(demo.settings, meaning="on"))
    catalog.sync(only=("search", "meaning"))
    yield catalog
    catalog.close()


@pytest.mark.skipif(not meaning.is_installed(), reason=f"needs the encoder: {meaning.INSTALL}")
@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("How many bicycles cross the bridge?", "Radverkehr: Zählstellen"),
        ("free wifi in the old town", "WLAN auf Plätzen"),
        ("playgrounds", "Spielplätze"),
    ],
)
def test_what_is_meant_in_english_stands_first(meant: Catalog, words: str, first: str) -> None:
    hit = meant.index.search(Query(words=words, lang="en")).hits[0]
    assert meant.store.existing(hit.id).metadata.title["de"] == first


@pytest.mark.skipif(not meaning.is_installed(), reason=f"needs the encoder: {meaning.INSTALL}")
@pytest.mark.parametrize(
    "words", ["stau", "blockchain", "asdfgh", "xyz qqq", "Pizza bestellen", "cheap flights to london"]
)
def test_meaning_adds_nothing_that_is_far_from_it(demo: Demo, meant: Catalog, words: str) -> None:
    assert not [hit for hit in meant.index.search(Query(words=words)).hits if hit.by == "meaning"]
    plain = demo.catalog.index.search(Query(words=words))
    assert {hit.id for hit in meant.index.search(Query(words=words)).hits} == {hit.id for hit in plain.hits}


def test_twelve_projects_have_all_that_a_project_page_shows(demo: Demo) -> None:
    fields = (
        "milestones",
        "budget",
        "benefits",
        "goals",
        "risks",
        "chances",
        "decisions",
        "opportunities",
        "indicators",
    )
    projects = [record.metadata for record in demo.records(kind="project")]
    rich = [
        metadata for metadata in projects if sum(bool(getattr(metadata, name)) for name in fields) >= len(fields) - 1
    ]
    assert len(rich) >= 12
    assert sum(bool(metadata.funding) for metadata in projects) >= 8
    for metadata in rich:  # nothing that could be taken for a fact about the city
        assert all(funding.name["de"].startswith("Beispielprogramm") for funding in metadata.funding)
        assert all(address.startswith("https://rat.example.org/") for address in metadata.decisions)
        assert metadata.budget is None or metadata.budget.value.endswith("0000")
