"""Which sources are due, and that the worker harvests them and survives what goes wrong."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from harvesters.harvester import Mark
from harvesters.run import run as run_room
from harvesters.run import worker
from harvesters.run.worker import due, work
from registry import child_pool
from registry.child_pool import Limits, call
from registry.fetch.session import session
from registry.model import Run, Source
from registry.sources.crashes import STOPPED, is_suspended, note_stopped, release
from tests.town import Town
from tests.waiting import wait_for

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


def test_a_cron_line_means_the_time_of_the_city_on_a_server_in_another_zone(town: Town) -> None:
    """Half past three in Berlin is half past two in UTC: at 2:45 there the source is due, and has run at 2:00."""
    ran(town, 3)
    in_utc = datetime(2026, 3, 10, 2, 45, tzinfo=UTC)
    assert due([a_source()], town.catalog.runs, in_utc)
    assert not due([a_source()], town.catalog.runs, in_utc - timedelta(minutes=30))


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

    def harvesting(source: Source, *words: Any, wait: bool, progress: Any) -> Run:
        if source.name == "bad":
            raise RuntimeError("a mistake of ours")
        run = harvest(source, *words, wait=wait)
        stop.set()
        return run

    monkeypatch.setattr(worker, "harvest", harvesting)
    work(town.catalog, partial(session, town.settings), stop)
    assert set(town.records("good")) == {"1"}
    assert "a mistake of ours" in caplog.text


def test_a_new_edition_is_mapped_when_the_worker_starts(town: Town) -> None:
    source = town.other("amt", schedule="0 0 1 1 *")
    town.harvest([{"id": 1, "title": "Eins", "farbe": "rot"}], source)
    town.catalog.sources.revise(replace(source, settings={"ignore": "farbe"}))
    stop = threading.Event()
    stop.set()
    asked = len(town.server.requests)
    work(town.catalog, partial(session, town.settings), stop)
    assert town.records()["1"].said.extras == {}
    assert len(town.server.requests) == asked
    assert town.catalog.runs.newest("amt")[0].started
    assert datetime.now(UTC) - town.catalog.runs.newest("amt")[0].started < timedelta(hours=1)  # type: ignore[operator]


def crashed(town: Town, source: str = "amt") -> None:
    """A run whose process is gone: its row says that it runs, and nobody holds its lock."""
    town.catalog.runs.begin(Run(source=source, number=0, outcome="running", started=NOW - timedelta(hours=1)))


def test_a_source_whose_runs_end_without_a_word_twice_waits_for_a_person(town: Town) -> None:
    crashed(town)
    assert names(town, a_source()) == ["amt"]
    assert not is_suspended(town.catalog.runs, "amt")
    crashed(town)
    assert names(town, a_source()) == []
    assert is_suspended(town.catalog.runs, "amt")
    release(town.catalog.runs, "amt")
    assert names(town, a_source()) == ["amt"]
    crashed(town)
    assert names(town, a_source()) == ["amt"]  # a person has seen those before
    crashed(town)
    assert names(town, a_source()) == []
    ran(town, 24)
    assert names(town, a_source()) == ["amt"]  # somebody ran it, and it ended


def test_a_run_that_was_stopped_has_said_so(town: Town) -> None:
    for _ in range(3):
        crashed(town)
        with town.catalog.runs.hold("amt"):
            note_stopped(town.catalog.runs, "amt")
    assert not is_suspended(town.catalog.runs, "amt")
    assert names(town, a_source()) == ["amt"]


def test_a_clock_that_was_ten_years_ahead_leaves_no_source_asleep(town: Town) -> None:
    ran(town, -10 * 365 * 24)
    assert names(town, a_source()) == ["amt"]
    ran(town, 0.1)
    assert names(town, a_source()) == []


class Endless:
    """A CKAN whose list never ends: each page names packages that are left out on purpose."""

    def __init__(self, pause: float = 0.0) -> None:
        self.pause, self.pages = pause, 0
        self.ended = threading.Event()

    def harvester(self) -> Any:
        def read(_source: Source, _http: Any, _after: str | None) -> Iterator[Any]:
            while not self.ended.wait(self.pause):
                self.pages += 1
                yield Mark(str(self.pages), left_out=self.pages)

        return SimpleNamespace(VERSION=1, SETTINGS={}, LABEL={}, read=read, to_metadata=None)


def test_an_endless_source_holds_up_no_other_and_stop_is_obeyed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    endless, real = Endless(pause=0.01), run_room.harvester_of
    monkeypatch.setattr(run_room, "harvester_of", lambda kind: endless.harvester() if kind == "dcat" else real(kind))
    good = town.other("z-good", schedule="* * * * *")
    for source in (a_source("a-endless", "* * * * *"), good):
        town.catalog.sources.add(replace(source, kind="dcat") if source.name == "a-endless" else source)
    town.publish([{"id": 1, "title": "Eins"}], good)
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(town.catalog, partial(session, town.settings), stop))
    thread.start()
    try:
        wait_for(lambda: set(town.records("z-good")) == {"1"} and endless.pages > 3)
        asked = time.monotonic()
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
        assert time.monotonic() - asked < 5
    finally:
        stop.set()
        endless.ended.set()
        thread.join(30)
    last = town.catalog.runs.newest("a-endless")[0]
    assert (last.outcome, last.reason) == ("interrupted", STOPPED)


def test_a_child_that_parses_a_page_is_killed_when_the_worker_is_stopped(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its limit lies far beyond the time that runs get to come to an end."""
    began = tmp_path / "began"
    (tmp_path / "patient.py").write_text(f"""
import pathlib, time

def sleeps():
    pathlib.Path({str(began)!r}).touch()
    time.sleep(600)
    yield b""
""")
    monkeypatch.syspath_prepend(tmp_path)
    child_pool.close()  # an idle child does not know the module

    def read(_source: Source, _http: Any, _after: str | None) -> Iterator[Any]:
        yield from call("page", Limits(300_000_000, 600, 1000), "patient:sleeps")

    harvester = SimpleNamespace(VERSION=1, SETTINGS={}, LABEL={}, read=read, to_metadata=None)
    monkeypatch.setattr(run_room, "harvester_of", lambda _kind: harvester)
    town.catalog.sources.add(a_source())
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(town.catalog, partial(session, town.settings), stop))
    thread.start()
    wait_for(began.exists)
    stop.set()
    asked = time.monotonic()
    thread.join(60)
    assert time.monotonic() - asked < worker.STOP_SECONDS / 2
    last = town.catalog.runs.newest("amt")[0]
    assert (last.outcome, last.reason) == ("interrupted", STOPPED)


def test_a_run_that_does_not_come_to_the_end_of_a_page_is_left(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    endless, real = Endless(pause=600), run_room.harvester_of
    monkeypatch.setattr(run_room, "harvester_of", lambda kind: endless.harvester() if kind == "dcat" else real(kind))
    monkeypatch.setattr(worker, "STOP_SECONDS", 0.5)
    town.catalog.sources.add(replace(a_source(), kind="dcat"))
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(town.catalog, partial(session, town.settings), stop))
    thread.start()
    try:
        wait_for(lambda: town.catalog.runs.newest("amt")[:1])
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
        last = town.catalog.runs.newest("amt")[0]
        assert (last.outcome, last.reason) == ("interrupted", STOPPED)
    finally:
        endless.ended.set()
        wait_for(lambda: not town.catalog.runs.held("amt"))
