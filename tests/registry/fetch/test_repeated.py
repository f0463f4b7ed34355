"""A source of many pages that answers as last time is not read; where it differs, nothing is fetched twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harvesters.run.run import harvest
from registry.build import open_catalog
from registry.catalog import Catalog
from registry.fetch.session import session
from registry.model import Run, Source
from registry.settings import Settings
from tests.benchmarks.bench_harvest import a_package
from tests.servers.replay import Ckan, Fault, ckan_server


class Portal:
    """A CKAN of 25 packages that is read in pages of ten, and its catalogue."""

    def __init__(self, ckan: Ckan, data: Path) -> None:
        self.ckan = ckan
        self.settings = Settings(data=data, allow_hosts=("127.0.0.1",), meaning="off")
        self.catalog: Catalog = open_catalog(self.settings)
        self.source = Source(name="amt", kind="ckan", url=ckan.url, language="de", settings={"rows": "10"})
        self.catalog.sources.add(self.source)

    def harvest(self, dry_run: bool = False) -> tuple[Run, list[str]]:
        """The run, and the beginnings of the pages that were asked for."""
        self.ckan.requests.clear()
        with session(self.settings) as http:
            run = harvest(self.source, self.catalog, http, dry_run=dry_run)
        return run, [
            asked.partition("start=")[2].partition("&")[0] for asked in self.ckan.requests if "start=" in asked
        ]

    def is_staged(self, run: Run) -> bool:
        return bool(dict(self.catalog.staging.positions("amt", run.number)))


def packages(count: int) -> list[dict[str, Any]]:
    return [a_package(number) for number in range(100, 100 + count)]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    with ckan_server(packages(25)) as ckan:
        portal = Portal(ckan, tmp_path)
        yield portal
        portal.catalog.close()


def test_the_same_answers_are_not_read_again(portal: Portal) -> None:
    first, pages = portal.harvest()
    for dry_run in (False, False, True):
        again, asked = portal.harvest(dry_run)
        assert (again.outcome, asked) == ("planned" if dry_run else "unchanged", pages)
        assert (again.complete, again.listed, again.counts["same"], again.rules) == (True, 25, 25, first.rules)
        assert not portal.is_staged(again)
    assert portal.is_staged(first)


def test_what_differs_is_read_without_asking_twice(portal: Portal) -> None:
    _, pages = portal.harvest()
    changed = packages(25)
    changed[14]["title"] = "Ein neuer Titel"
    portal.ckan.packages = changed
    run, asked = portal.harvest()
    assert (run.outcome, run.counts["changed"], run.counts["same"], sorted(asked)) == ("applied", 1, 24, sorted(pages))
    assert portal.is_staged(run)
    run, asked = portal.harvest()
    assert (run.outcome, run.counts["same"], asked, portal.is_staged(run)) == ("unchanged", 25, pages, False)


def test_it_is_read_after_a_change_here_and_where_the_answer_fails(portal: Portal) -> None:
    portal.harvest()
    record = next(iter(portal.catalog.store.find()))
    portal.catalog.store.put([record], by="anna")
    run, _ = portal.harvest()
    assert portal.is_staged(run)
    portal.ckan.faults["start=10"] = Fault(500)
    run, _ = portal.harvest()
    assert run.outcome == "failed"
    portal.ckan.faults.clear()
    run, _ = portal.harvest()
    assert (run.outcome, run.counts["same"], portal.is_staged(run)) == ("unchanged", 25, True)
