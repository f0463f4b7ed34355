"""What a source says of its catalogue, and of nodes that belong to no record, stands in the report of the harvest.

Covers: harvesters/files/rdf_page.py, harvesters/kinds/dcat.py, harvesters/run/report.py
"""

from collections.abc import Iterator

import pytest

from registry.model import Problem, Run, Source
from tests.harvesters.kinds.test_dcat import a_dataset, turtle
from tests.servers.replay import Files, files_server
from tests.town import Town

CATALOGUE = (
    "<https://daten.example.org/> a dcat:Catalog ; dct:description 'Alles'@de ; dct:publisher <https://x.example/a> ."
)
ENTRY = "<https://daten.example.org/e> a dcat:CatalogRecord ; foaf:primaryTopic <https://daten.example.org/1> ."
STRAY = "<https://daten.example.org/p> a dct:PeriodOfTime ; dct:relation <https://x.example/> ."


@pytest.fixture
def files() -> Iterator[Files]:
    with files_server({}) as server:
        yield server


def harvested(town: Town, files: Files, *statements: str, path: str = "/catalog.ttl") -> Run:
    files.files["/catalog.ttl"] = (turtle(*statements), "text/turtle")
    return town.harvest(source=Source(name="stadt", kind="dcat", url=files.url + path), wait=False)


def remarks(town: Town, run: Run) -> set[tuple[str, str, str]]:
    """Node, rule and field of what is said beside the items."""
    problems: list[Problem] = list(town.catalog.runs.problems(run.number))
    return {
        (each.record, each.finding.rule, each.finding.field) for each in problems if each.record == each.finding.node
    }


def test_faults_of_the_catalogue_its_entries_and_other_nodes_are_reported(town: Town, files: Files) -> None:
    run = harvested(town, files, CATALOGUE, ENTRY, STRAY, a_dataset(1))
    assert (run.complete, run.outcome, run.counts["added"]) == (True, "applied", 1)
    assert {
        ("https://daten.example.org/", "catalogue-incomplete", "title"),
        ("https://x.example/a", "publisher-name-missing", "publisher"),
        ("https://daten.example.org/e", "entry-incomplete", "modified"),
        ("https://daten.example.org/p", "period-empty", "Period"),
    } <= remarks(town, run)
    assert run.rules["entry-incomplete"] == 1


def test_the_same_faults_are_reported_once_until_they_change(town: Town, files: Files) -> None:
    first = harvested(town, files, CATALOGUE, ENTRY, STRAY, a_dataset(1))
    again = harvested(town, files, CATALOGUE, ENTRY, STRAY, a_dataset(1))
    assert (again.outcome, again.reported) == ("unchanged", first.number)
    assert remarks(town, again) == remarks(town, first)
    mended = harvested(town, files, CATALOGUE, ENTRY, a_dataset(1))
    assert (mended.outcome, mended.reported) == ("unchanged", 0)
    assert {rule for _, rule, _ in remarks(town, first) - remarks(town, mended)} == {"period-empty"}
    worse = harvested(town, files, CATALOGUE, ENTRY, STRAY, a_dataset(1))
    assert remarks(town, worse) == remarks(town, first)


def test_a_later_page_need_not_describe_the_catalogue(town: Town, files: Files) -> None:
    described = CATALOGUE.replace("a dcat:Catalog ;", "a dcat:Catalog ; dct:title 'Katalog'@de ;")
    following = "<?page=1> hydra:next <catalog.ttl?page=2> ; hydra:totalItems 2 ."
    bare = "<https://daten.example.org/> a dcat:Catalog ; dcat:dataset <https://daten.example.org/2> ."
    files.files["/catalog.ttl?page=2"] = (turtle(bare, STRAY, a_dataset(2)), "text/turtle")
    run = harvested(town, files, described, following, a_dataset(1))
    assert run.counts["added"] == 2
    assert ("https://daten.example.org/p", "period-empty", "Period") in remarks(town, run)
    assert ("https://daten.example.org/", "catalogue-incomplete", "title") not in remarks(town, run)
