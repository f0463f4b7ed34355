"""Who feeds the projections, and how they catch up.

Covers: registry/projections/projection.py
"""

import json
import multiprocessing
import os
import threading
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from registry.errors import NotReadyError
from registry.model import Position
from registry.projections import projector as projectors
from registry.projections.projector import MIN_CHANGED, NUMBERS_PER_APPLY, Projector
from registry.store.store import Selection, open_store
from tests.benchmarks.made_up import made_up_once
from tests.builders import a_record
from tests.waiting import wait_for


class Titles:
    """A projection in a file: id -> title."""

    def __init__(self, path):
        self.path, self.calls = Path(path), []

    def _read(self):
        return json.loads(self.path.read_text()) if self.path.exists() else {"position": None, "titles": {}}

    @property
    def titles(self):
        return self._read()["titles"]

    def damage(self) -> str:
        return ""

    def position(self):
        at = self._read()["position"]
        return Position(*at) if at else None

    def resumes_after(self, epoch):
        return 0

    def apply(self, changes, position):
        self._take("apply", self.titles, changes, position)

    def rebuild(self, changes, position):
        self._take("rebuild", {}, changes, position)

    def _take(self, call, titles, changes, position):
        for change in changes:
            titles.pop(change.id, None)
            if change.record:
                titles[change.id] = change.record.metadata.title["de"]
        beside = self.path.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps({"position": [position.epoch, position.number], "titles": titles}))
        beside.replace(self.path)
        self.calls.append((call, position.number))


class Broken(Titles):
    def apply(self, changes, position):
        raise NotReadyError("The server is down.")

    rebuild = apply


class Slow(Titles):
    """Takes nothing in until it may; `begun` is set when it has begun to."""

    def __init__(self, path):
        super().__init__(path)
        self.begun, self.may_end = threading.Event(), threading.Event()

    def _take(self, call, titles, changes, position):
        self.begun.set()
        assert self.may_end.wait(60)
        super()._take(call, titles, changes, position)


@pytest.fixture
def store(any_database_url):
    store = open_store(any_database_url)
    yield store
    store.close()


@pytest.fixture
def titles(tmp_path):
    return Titles(tmp_path / "titles.json")


@pytest.fixture
def projector(store, titles, tmp_path):
    projector = Projector(store, {"search": titles}, tmp_path)
    yield projector
    projector.release()


def shown(store):
    return {record.id: record.metadata.title["de"] for record in store.find(Selection(shown=True))}


def test_the_first_sync_builds_and_later_ones_catch_up(store, titles, projector):
    projector.sync()
    assert titles.calls == [("rebuild", 0)]
    store.put([a_record("a"), a_record("b")], by="t")
    store.put([replace(store.get("a"), same_as="b")], by="t")
    projector.sync()
    projector.sync()
    assert titles.calls == [("rebuild", 0), ("apply", 3)]
    assert titles.titles == {"b": "Radwege"}
    assert projector.positions() == {"search": Position(store.epoch, 3)}


def test_a_foreign_epoch_and_a_position_from_the_future_lead_to_a_rebuild(store, titles, projector):
    store.put([a_record("a")], by="t")
    projector.sync()
    store.new_epoch()
    projector.sync()
    titles.rebuild([], Position(store.epoch, 99))
    projector.sync()
    assert titles.calls == [("rebuild", 1), ("rebuild", 1), ("rebuild", 99), ("rebuild", 1)]
    assert titles.titles == {"a": "Radwege"}


def test_a_projection_that_fails_does_not_hold_up_the_others(store, titles, tmp_path):
    store.put([a_record("a")], by="t")
    projector = Projector(store, {"broken": Broken(tmp_path / "broken"), "search": titles}, tmp_path)
    with pytest.raises(NotReadyError, match="down"):
        projector.sync()
    assert titles.titles == {"a": "Radwege"}
    projector.sync(only=("search",))
    projector.release()


def test_many_new_records_are_applied_and_many_changed_ones_built_anew(store, titles, projector):
    projector.sync()
    put(store, made_up_once(MIN_CHANGED + 500))
    projector.sync()
    assert [call for call, _ in titles.calls] == ["rebuild", "apply"]
    put(store, [replace(change.record, owner="neu") for change in list(store.changes())])
    projector.sync()
    assert titles.calls[-1][0] == "rebuild"
    assert titles.titles == shown(store)


def test_a_long_way_is_gone_in_slices_and_told(store, titles, projector, monkeypatch):
    monkeypatch.setattr("registry.projections.projector.NUMBERS_PER_APPLY", 400)
    assert NUMBERS_PER_APPLY > 400
    projector.sync()
    put(store, made_up_once(1000))
    told = []
    projector.sync(progress=lambda *step: told.append(step))
    assert told == [("search", 400, 1000), ("search", 800, 1000), ("search", 1000, 1000)]


def test_only_one_at_a_time_holds_the_lock(store, titles, projector, tmp_path, any_database_url):
    other = Projector(open_store(any_database_url), {"search": titles}, tmp_path)
    assert projector.try_hold()
    assert projector.try_hold()
    assert not other.try_hold()
    with pytest.raises(NotReadyError):
        other.sync()
    projector.release()
    assert other.try_hold()
    other.release()


def hold_and_die(url, folder):
    Projector(open_store(url), {}, Path(folder)).try_hold()
    os._exit(0)


def test_the_lock_is_free_when_its_holder_dies(store, projector, tmp_path, any_database_url):
    context = multiprocessing.get_context("spawn")
    holder = context.Process(target=hold_and_die, args=(any_database_url, str(tmp_path)))
    holder.start()
    holder.join(60)
    assert holder.exitcode == 0
    assert projector.try_hold()


def test_a_command_syncs_itself_if_the_lock_is_free_and_gives_it_back(store, titles, projector, tmp_path):
    number = store.put([a_record("a")], by="t")
    assert projector.wait_for(number, 30)
    assert titles.titles == {"a": "Radwege"}
    other = Projector(store, {}, tmp_path)
    assert other.try_hold()
    other.release()


def test_a_command_waits_for_the_holder_and_not_for_ever(store, titles, projector, tmp_path, any_database_url):
    holder = Projector(open_store(any_database_url), {"search": Titles(titles.path)}, tmp_path)
    assert holder.try_hold()
    number = store.put([a_record("a")], by="t")
    assert not projector.wait_for(number, 0.2)
    waiting = threading.Thread(target=lambda: holder.sync())
    waiting.start()
    assert projector.wait_for(number, 30)
    waiting.join()
    holder.release()


def test_a_projector_that_runs_takes_in_what_others_write_until_it_is_stopped(
    store, titles, projector, tmp_path, any_database_url
):
    stop = threading.Event()
    running = threading.Thread(target=projector.run, args=(stop,))
    running.start()
    writer = open_store(any_database_url)
    watcher = Projector(writer, {"search": Titles(titles.path)}, tmp_path)
    for turn in range(5):
        number = writer.put([a_record(f"r{turn}")], by="t")
        assert watcher.wait_for(number, 30)
    assert Titles(titles.path).titles == shown(writer)
    stop.set()
    running.join(30)
    assert watcher.try_hold()
    watcher.release()


def test_a_slow_projection_never_delays_the_search_index(store, titles, tmp_path, any_database_url):
    slow = Slow(tmp_path / "slow.json")
    projector, stop = Projector(store, {"slow": slow, "search": titles}, tmp_path), threading.Event()
    running = threading.Thread(target=projector.run, args=(stop,))
    running.start()
    try:
        writer = open_store(any_database_url)
        watcher = Projector(writer, {"search": Titles(titles.path), "slow": Titles(slow.path)}, tmp_path)
        for turn in range(3):
            number = writer.put([a_record(f"r{turn}")], by="t")
            assert slow.begun.wait(30)
            assert watcher.wait_for(number, 30)  # of another process
            assert projector.wait_for(number, 30)  # of this one
            assert slow.position() is None
        assert not watcher.wait_for(number, 0.2, only=("slow",))
        slow.may_end.set()
        assert watcher.wait_for(number, 30, only=("slow",))
    finally:
        slow.may_end.set()
        stop.set()
        running.join(30)
    assert slow.titles == titles.titles == shown(writer)


def test_a_rebuild_waits_for_a_slow_projection_and_gets_the_lock(store, titles, tmp_path, any_database_url):
    slow = Slow(tmp_path / "slow.json")
    projector, stop = Projector(store, {"slow": slow, "search": titles}, tmp_path), threading.Event()
    running = threading.Thread(target=projector.run, args=(stop,))
    running.start()
    store.put([a_record("a")], by="t")
    assert slow.begun.wait(30)
    other = Projector(open_store(any_database_url), {"search": Titles(titles.path)}, tmp_path)
    rebuilding = threading.Thread(target=other.rebuild)
    rebuilding.start()
    rebuilding.join(0.5)
    assert rebuilding.is_alive()  # the slow one is not interrupted
    slow.may_end.set()
    rebuilding.join(30)
    assert not rebuilding.is_alive()
    assert other.projections["search"].calls[0][0] == "rebuild"
    stop.set()
    running.join(30)
    assert not running.is_alive()


def test_several_are_synced_side_by_side_and_the_first_failure_is_told(store, titles, tmp_path):
    number = store.put([a_record("a")], by="t")
    slow = Slow(tmp_path / "slow.json")
    projector = Projector(store, {"slow": slow, "broken": Broken(tmp_path / "broken"), "search": titles}, tmp_path)
    failures = []

    def sync():
        try:
            projector.sync()
        except NotReadyError as error:
            failures.append(error.message)

    syncing = threading.Thread(target=sync)
    syncing.start()
    assert slow.begun.wait(30)
    assert projector.wait_for(number, 30)
    assert syncing.is_alive()
    slow.may_end.set()
    syncing.join(30)
    assert failures == ["The server is down."]
    assert slow.titles == titles.titles


def put(store, records):
    for start in range(0, len(records), 500):
        store.put(records[start : start + 500], by="t")


class Resuming(Titles):
    """Stores its position after each change, slowly, as the projection of vectors does."""

    def apply(self, changes, position):
        for change in changes:
            super().apply([change], Position(position.epoch, change.number))
            time.sleep(0.01)

    def rebuild(self, changes, position):
        super().rebuild([], Position(position.epoch, 0))
        self.apply(changes, position)


def test_a_slow_projection_is_interrupted_and_goes_on_where_it_was(store, tmp_path, monkeypatch):
    monkeypatch.setattr(projectors, "CHECK_SECONDS", 0.05)
    store.put([a_record(f"r{number}") for number in range(200)], by="test")
    slow = Resuming(tmp_path / "slow")
    stop = threading.Event()
    running = threading.Thread(target=Projector(store, {"meaning": slow}, tmp_path).run, args=(stop,))
    running.start()
    wait_for(lambda: len(slow.calls) > 10)
    stop.set()
    running.join(5)
    assert not running.is_alive()
    position = slow.position()
    assert 0 < position.number < store.last()
    Projector(store, {"meaning": slow}, tmp_path).sync()
    numbers = [number for call, number in slow.calls if call == "apply"]
    assert numbers == sorted(set(numbers))
    assert slow.position() == store.position()


def test_only_what_is_named_is_fed(store, tmp_path):
    search, meaning = Titles(tmp_path / "search"), Titles(tmp_path / "meaning")
    stop = threading.Event()
    feeding = Projector(store, {"search": search, "meaning": meaning}, tmp_path)
    running = threading.Thread(target=feeding.run, args=(stop, ["search"]))
    running.start()
    wait_for(lambda: search.position() == store.position())
    stop.set()
    running.join(5)
    assert meaning.position() is None


class GoesOn(Titles):
    """A rebuild of it was interrupted after the change `reached`."""

    def __init__(self, path, reached):
        super().__init__(path)
        self.reached, self.numbers = reached, []

    def resumes_after(self, epoch):
        return self.reached

    def rebuild(self, changes, position):
        self.numbers = [change.number for change in changes]
        super().rebuild([], position)


def test_a_rebuild_reads_only_what_is_missing_and_tells_how_many_records_are_done(store, tmp_path, monkeypatch):
    monkeypatch.setattr(projectors, "CHECK_SECONDS", -1)
    put(store, [a_record(f"r{number}") for number in range(45)])
    put(store, [replace(store.get("r3"), owner="neu")])  # comes again, with number 46
    projection, told = GoesOn(tmp_path / "titles", 30), []
    Projector(store, {"search": projection}, tmp_path).rebuild(progress=lambda *step: told.append(step))
    assert projection.numbers == list(range(31, 47))
    assert told[0] == ("search", 29, 45)
    assert told[-1] == ("search", 45, 45)
    assert [done for _, done, _ in told] == [29, *range(30, 46), 45][: len(told)]


class Waiting(Titles):
    """Asks for one change after the other, slowly."""

    def rebuild(self, changes, position):
        for _ in changes:
            time.sleep(0.01)


def test_who_is_interrupted_interrupts_all_projections(store, tmp_path, monkeypatch):
    monkeypatch.setattr(projectors, "CHECK_SECONDS", 0.02)
    put(store, [a_record(f"r{number}") for number in range(3000)])
    began = time.monotonic()

    def interrupted(_futures):
        time.sleep(0.1)
        raise KeyboardInterrupt

    monkeypatch.setattr(projectors, "wait", interrupted)
    both = {name: Waiting(tmp_path / name) for name in ("search", "meaning")}
    with pytest.raises(KeyboardInterrupt):
        Projector(store, both, tmp_path).rebuild()
    assert time.monotonic() - began < 25  # each would take 30 seconds
