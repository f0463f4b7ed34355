"""Which sources are due, and that the worker harvests them and survives what goes wrong."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from harvesters.run import run as run_room
from harvesters.run import worker
from harvesters.run.worker import due, work
from registry.fetch.session import session
from registry.model import Run, Source
from tests.town import Town

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def a_source(name: str = "amt", schedule: str = "30 3 * * *") -> Source:
    return Source(name=name, kind="json", url="https://example.org", schedule=schedule)


def ran(town: Town, hours: float, source: str = "amt", outcome: str = "applied") -> None:
    run = town.catalog.runs.begin(Run(source=source, number=0, outcome="running", started=NOW - timedelta(hours=hours)))
    town.catalog.runs.note(replace(run, outcome=outcome))  # type: ignore[arg-type]


def names(town: Town, *sources: Source) -> list[str]:
    return [source.name for source in due(sources, town.catalog.runs, NOW)]


def test_what_never_ran_is_due_and_what_has_no_schedule_never(town: Town) -> None:
    assert names(town, a_source(), a_source("by-hand", schedule="")) == ["amt"]


def test_a_source_is_due_when_its_moment_has_passed_since_it_ran(town: Town) -> None:
    ran(town, 24)
    assert names(town, a_source()) == ["amt"]
    ran(town, 0.25)  # at 3:45, after its moment
    assert names(town, a_source()) == []
    assert names(town, a_source(schedule="*/10 * * * *")) == ["amt"]


def test_the_longest_overdue_comes_first(town: Town) -> None:
    ran(town, 48, "b")
    ran(town, 24, "a")
    assert names(town, a_source("a"), a_source("b")) == ["b", "a"]


def test_a_failed_run_waits_for_its_next_moment_an_interrupted_one_does_not(town: Town) -> None:
    ran(town, 0.25, outcome="failed")
    assert names(town, a_source()) == []
    ran(town, 0.2, outcome="running")  # nobody holds it
    assert names(town, a_source()) == ["amt"]
    with town.catalog.runs.hold("amt"):
        assert names(town, a_source()) == []


def test_a_dry_run_does_not_count(town: Town) -> None:
    ran(town, 24)
    ran(town, 0.25, outcome="planned")
    assert names(town, a_source()) == ["amt"]


def test_a_schedule_that_is_no_cron_line_is_never_due(town: Town) -> None:
    ran(town, 240)
    assert names(town, a_source(schedule="every day")) == []


def test_the_worker_harvests_what_is_due_and_survives_a_bad_source(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = (town.other(name, schedule="* * * * *") for name in ("good", "bad"))
    for source in (bad, good):
        town.catalog.sources.add(source)
    town.publish([{"id": 1, "title": "Eins"}], good)
    stop = threading.Event()
    harvest = run_room.harvest

    def harvesting(source: Source, *words: Any, wait: bool) -> Run:
        if source.name == "bad":
            raise RuntimeError("a mistake of ours")
        stop.set()
        return harvest(source, *words, wait=wait)

    monkeypatch.setattr(worker, "harvest", harvesting)
    with session(town.settings) as http:
        work(town.catalog, http, stop)
    assert set(town.records("good")) == {"1"}
    assert "a mistake of ours" in caplog.text


def test_a_new_edition_is_mapped_when_the_worker_starts(town: Town) -> None:
    source = town.other("amt", schedule="0 0 1 1 *")
    town.harvest([{"id": 1, "title": "Eins", "farbe": "rot"}], source)
    town.catalog.sources.revise(replace(source, settings={"ignore": "farbe"}))
    stop = threading.Event()
    stop.set()
    asked = len(town.server.requests)
    with session(town.settings) as http:
        work(town.catalog, http, stop)
    assert town.records()["1"].said.extras == {}
    assert len(town.server.requests) == asked
    assert town.catalog.runs.newest("amt")[0].started
    assert datetime.now(UTC) - town.catalog.runs.newest("amt")[0].started < timedelta(hours=1)  # type: ignore[operator]
