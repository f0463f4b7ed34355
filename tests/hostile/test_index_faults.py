"""Rows "index": the embedded index with many clients while it is written, writers that are killed, a full disk."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.errors import NotReadyError
from registry.model import Change, Position
from registry.search import rebuilding
from registry.search.query import Query
from registry.search.tantivy_index import TantivyIndex
from tests.builders import a_metadata, a_record
from tests.effort import tries
from tests.hostile.disk import fill
from tests.paths import ROOT

BATCH = 25  # records that a writer applies at a time
WRITER = """
import sys
from pathlib import Path
from registry.model import Position
from registry.search.tantivy_index import TantivyIndex
from tests.hostile.test_index_faults import BATCH, changes
index, last = TantivyIndex(Path(sys.argv[1])), int(sys.argv[2])
for after in range(index.position().number, last, BATCH):
    print(after, flush=True)
    index.apply(changes(after, BATCH), Position("epoch", after + BATCH))
"""


def changes(after: int, count: int) -> Iterator[Change]:
    for number in range(after + 1, after + count + 1):
        yield Change(number, f"r{number}", a_record(f"r{number}", said=a_metadata(f"Radweg {number}")))


def filled(folder: Path, count: int = BATCH) -> TantivyIndex:
    index = TantivyIndex(folder)
    index.rebuild(changes(0, count), Position("epoch", count))
    return index


def writer(folder: Path, last: int) -> "subprocess.Popen[str]":
    """A process that applies changes up to this number; it prints a line before each commit."""
    words = [sys.executable, "-c", WRITER, str(folder), str(last)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)


# -- many clients


class Client(threading.Thread):
    """Searches without a pause. `wrong`: what it should not have seen."""

    def __init__(self, index: TantivyIndex, done: threading.Event) -> None:
        super().__init__()
        self.index, self.done = index, done
        self.searches, self.seen, self.wrong = 0, 0, []

    def run(self) -> None:
        while not self.done.is_set():
            try:
                self.search()
            except Exception as error:
                self.wrong.append(error)

    def search(self) -> None:
        page = self.index.search(Query(words="Radweg", facets=("kind",)))
        (kinds,) = page.facets["kind"]
        whole = page.total % BATCH == 0 and page.total == kinds.count  # all of a commit or nothing, in one answer
        if not whole or page.total < self.seen:
            self.wrong.append((page.total, kinds.count, self.seen))
        self.searches, self.seen = self.searches + 1, page.total


@pytest.mark.parametrize("clients", [1, 2, 8, 32])
def test_clients_search_while_another_process_writes_and_rebuilds(tmp_path: Path, clients: int) -> None:
    index, done, last = filled(tmp_path), threading.Event(), 8 * BATCH
    threads = [Client(index, done) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        with writer(tmp_path, last) as process:
            assert process.wait(120) == 0
        TantivyIndex(tmp_path).rebuild(changes(0, last), Position("epoch", last))
        searches = [thread.searches for thread in threads]
        end = time.monotonic() + 60
        while any(thread.searches < before + 2 for thread, before in zip(threads, searches, strict=True)):
            assert time.monotonic() < end
            time.sleep(0.02)
    finally:
        done.set()
        for thread in threads:
            thread.join(60)
    assert [thread.wrong for thread in threads if thread.wrong] == []
    assert {thread.seen for thread in threads} == {last}


# -- a kill during a commit


def test_writers_that_are_killed_at_any_moment_lose_nothing(tmp_path: Path) -> None:
    source, kills = random.Random(9), tries(6, 25)
    filled(tmp_path)
    for _ in range(kills):
        position = TantivyIndex(tmp_path).position()
        assert position is not None
        with writer(tmp_path, position.number + 20 * BATCH) as process:
            assert process.stdout is not None
            for _ in range(source.randint(1, 3)):
                process.stdout.readline()
            time.sleep(source.uniform(0, 0.05))
            process.kill()
        index = TantivyIndex(tmp_path)
        after = index.position()
        assert after is not None
        assert after.number >= position.number
        assert index.damage() == ""
        total = index.search(Query(words="Radweg")).total
        assert total in (after.number, after.number + BATCH)  # a commit whose position was not written comes again
    last = after.number + 2 * BATCH
    with writer(tmp_path, last) as process:
        assert process.wait(60) == 0
    assert TantivyIndex(tmp_path).search(Query(words="Radweg")).total == last


# -- a full disk


def test_on_a_full_disk_the_index_keeps_its_state_and_goes_on_when_there_is_room(small_disk: Path) -> None:
    index = filled(small_disk / "search", 500)
    fill(small_disk / "other-things")
    full = 0
    for turn in range(20):
        try:
            index.apply(changes(500 + turn * 100, 100), Position("epoch", 600 + turn * 100))
        except (NotReadyError, OSError):
            full += 1
            break
    position = index.position()
    assert full
    assert position is not None
    assert TantivyIndex(index.path).search(Query(words="Radweg")).total >= position.number >= 500
    (small_disk / "other-things").unlink()
    index.apply(changes(position.number, 1000), Position("epoch", position.number + 1000))
    assert index.damage() == ""
    assert index.search(Query(words="Radweg")).total == position.number + 1000


def test_a_rebuild_on_a_full_disk_leaves_the_old_index_and_no_half_one(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "CHANGES_PER_CHECKPOINT", 200)
    index = filled(small_disk / "search", 500)
    folders = sorted(folder.name for folder in index.path.iterdir())
    fill(small_disk / "other-things", leave=300_000)
    with pytest.raises((NotReadyError, OSError)):
        index.rebuild(changes(0, 20_000), Position("other", 20_000))
    assert sorted(folder.name for folder in index.path.iterdir()) == folders
    assert index.position() == Position("epoch", 500)
    assert index.search(Query(words="Radweg")).total == 500
    (small_disk / "other-things").unlink()
    index.rebuild(changes(0, 600), Position("other", 600))
    assert index.search(Query(words="Radweg")).total == 600
