"""A harvest that is killed at any moment and started again loses nothing and doubles nothing."""

import os
import random
import time
from pathlib import Path
from typing import Any

import pytest

from harvesters.run.run import harvest
from registry.build import open_catalog
from registry.fetch.session import session
from registry.model import Source
from registry.search.query import Query
from registry.settings import Settings
from registry.sources.runs import open_runs
from registry.sources.sources import open_sources
from registry.store.store import Selection
from tests.effort import tries
from tests.harvesters.run.killed import Harvest
from tests.servers.replay import Ckan, Fault, ckan_server
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("LOTSE_TEST_KILLS") or tries(15, 50))
PACKAGES = 400


def a_package(number: int, edition: int) -> dict[str, Any]:
    return {
        "id": f"p{number:05}",
        "name": f"datensatz-{number}",
        "title": f"Datensatz {number}, Fassung {edition}",
        "notes": f"Was Datensatz {number} in Fassung {edition} sagt.",
        "resources": [{"id": f"r{number}", "url": f"https://daten.example.org/{number}.csv", "format": "CSV"}],
    }


def snapshot(edition: int) -> list[dict[str, Any]]:
    """Each edition changes a third, adds some and takes some away, fewer than would wait for a person."""
    first, last = edition * 5, PACKAGES + edition * 7
    return [a_package(n, edition if n % 3 == edition % 3 else 0) for n in range(first, last)]


def test_killed_at_any_moment_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    chance = random.Random(int(os.environ.get("LOTSE_TEST_SEED", "7")))
    settings = Settings(data=tmp_path, allow_hosts=("127.0.0.1",))
    outcomes: list[str] = []
    with ckan_server(snapshot(0), max_rows=100) as server:
        sources = open_sources(settings.database_url, settings.data)
        runs = open_runs(settings.database_url, settings.data)
        source = Source(name="berlin", kind="ckan", url=server.url, language="de", settings={"rows": "100"})
        sources.add(source)
        length = 1.0  # seconds that a whole run takes, as far as is known
        for kill in range(KILLS):
            if kill % 3 == 0:
                server.packages = snapshot(kill // 3)
            process = Harvest(tmp_path, "berlin", helpers=kill % 5 == 4)
            process.begin()
            started = time.monotonic()
            outcome = process.ended_within(chance.uniform(0, length))
            if outcome:
                outcomes.append(outcome)
                length = max(0.2, time.monotonic() - started)
            process.kill()
        finish(settings, source, server)
    assert set(outcomes) <= {"applied", "unchanged"}
    interrupted = [run for run in runs.newest("berlin", 1000) if run.outcome == "interrupted"]
    assert len(interrupted) > KILLS // 3


def finish(settings: Settings, source: Source, server: Ckan) -> None:
    """One run that nobody kills; then store, index and source agree, and another changes nothing."""
    catalog = open_catalog(settings)
    with session(settings) as http:
        run = harvest(source, catalog, http)
        assert run.outcome in ("applied", "unchanged"), run
        assert run.complete
        number = catalog.store.last()
        again = harvest(source, catalog, http)
    assert (again.outcome, catalog.store.last()) == ("unchanged", number)
    assert again.counts["same"] == len(server.packages)
    records = list(catalog.store.find(Selection(source="berlin")))
    shown = {record.origin.remote_id: record for record in records if record.origin and record.state == "published"}
    wanted = {package["id"]: package for package in server.packages}
    assert shown.keys() == wanted.keys()
    assert all(record.said.title["de"] == wanted[id]["title"] for id, record in shown.items())
    remote_ids = [record.origin.remote_id for record in records if record.origin]
    assert len(remote_ids) == len(set(remote_ids)), "a remote thing has two records"
    found = {
        hit.id for page in range(1, 12) for hit in catalog.index.search(Query(size=100, page=page, facets=())).hits
    }
    assert found == {record.id for record in shown.values()}
    runs = catalog.runs.newest("berlin", 1000)
    assert {one.outcome for one in runs} <= {"applied", "unchanged", "interrupted"}
    assert not any(one.outcome == "running" for one in runs)
    catalog.close()


def test_a_killed_run_goes_on_at_its_last_mark(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, allow_hosts=("127.0.0.1",))
    with ckan_server(snapshot(0), max_rows=100) as server:
        sources = open_sources(settings.database_url, settings.data)
        runs = open_runs(settings.database_url, settings.data)
        source = Source(name="berlin", kind="ckan", url=server.url, language="de", settings={"rows": "100"})
        sources.add(source)
        process = Harvest(tmp_path, "berlin")
        try:
            server.faults["start=200"] = Fault(wait=30)
            process.begin()
            wait_for(lambda: any("start=200" in asked for asked in server.requests), 20)
            running = runs.newest("berlin")[0]
            assert (running.outcome, running.done, running.of) == ("running", 200, PACKAGES)
            assert runs.held("berlin")
        finally:
            process.kill()
        wait_for(lambda: runs.newest("berlin")[0].outcome == "interrupted", 20)
        server.faults.clear()
        server.requests.clear()
        finish(settings, source, server)
        first = [asked for asked in server.requests if "package_search" in asked]
        assert "start=200" in first[0], first
