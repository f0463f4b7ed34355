"""The facet counts of all records that stand beside the index.

Covers: registry/search/whole_counts.py
"""

from pathlib import Path

import pytest

from registry.model import Change, Position
from registry.search import whole_counts
from registry.search.query import Count, Query
from registry.search.tantivy_index import TantivyIndex
from registry.search.whole_counts import FILE, MAX_SHARE_OF_TIME, WholeCounts, read
from tests.builders import a_record

COUNTS = {"kind": (Count("dataset", 3),)}


def kinds(index: TantivyIndex, words: str = "") -> dict[str, int]:
    return {count.value: count.count for count in index.search(Query(words=words)).facets["kind"]}


def test_a_list_of_everything_is_not_counted_by_its_readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = TantivyIndex(tmp_path)
    index.rebuild([Change(1, "radwege", a_record("radwege"))], Position("epoch", 1))
    monkeypatch.setattr("registry.search.tantivy_reading.aggregations", None)
    assert kinds(index) == {"dataset": 1}
    with pytest.raises(TypeError):
        kinds(index, "radwege")


def test_the_counts_are_those_after_the_last_change(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    index.rebuild([Change(1, "radwege", a_record("radwege"))], Position("epoch", 1))
    index._whole_counts = WholeCounts()
    index.apply([Change(2, "plan", a_record("plan", kind="project"))], Position("epoch", 2))
    assert kinds(index) == {"dataset": 1, "project": 1}
    index.apply([], Position("epoch", 9))  # nothing that the index holds
    assert kinds(index) == {"dataset": 1, "project": 1}
    index._whole_counts._next_at = float("inf")
    index.apply([Change(10, "radwege", None)], Position("epoch", 10))  # not counted again
    assert kinds(index) == {"project": 1}


@pytest.mark.parametrize("damaged", [b"", b"{}", b"\xff", None])
def test_counts_that_cannot_be_read_are_made_anew(tmp_path: Path, damaged: bytes | None) -> None:
    index = TantivyIndex(tmp_path)
    index.rebuild([Change(1, "radwege", a_record("radwege"))], Position("epoch", 1))
    (path,) = tmp_path.rglob(FILE)
    path.unlink() if damaged is None else path.write_bytes(damaged)
    assert kinds(index) == {"dataset": 1}


def test_counting_takes_a_small_part_of_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter((0.0, 1.0, 2.0, 1.0 + 1.0 / MAX_SHARE_OF_TIME, 30.0))
    monkeypatch.setattr(whole_counts, "monotonic", lambda: next(now))
    counts = WholeCounts()
    assert counts.write(tmp_path, 1, lambda: COUNTS) == 1
    assert counts.write(tmp_path, 2, dict) == 0
    assert (read(tmp_path, 1), read(tmp_path, 2), read(tmp_path, 0)) == (COUNTS, {}, {})
    assert counts.write(tmp_path, 3, lambda: COUNTS) == 3
    assert read(tmp_path, 3) == COUNTS
