"""The embedded index: several processes, files, and what happens when they break.

Covers: registry/search/index_position.py
"""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from registry.errors import NotReadyError
from registry.model import Change, Position
from registry.projections import projection
from registry.search import tantivy_index, tantivy_reading
from registry.search.facet_counts import aggregations
from registry.search.query import Query
from registry.search.tantivy_index import TantivyIndex
from tests.builders import a_record
from tests.paths import ROOT


def filled(path: Path, *names: str) -> TantivyIndex:
    index = TantivyIndex(path)
    changes = [Change(number, name, a_record(name, name.title())) for number, name in enumerate(names, 1)]
    index.rebuild(changes, Position("epoch", len(names)))
    return index


def ids(index: TantivyIndex) -> list[str]:
    return sorted(hit.id for hit in index.search(Query()).hits)


def files(path: Path) -> dict[str, int]:
    return {str(one): one.stat().st_mtime_ns for one in path.rglob("*") if one.is_file()}


def test_another_reader_sees_what_was_written_and_what_was_built_anew(tmp_path):
    writer = filled(tmp_path, "radwege")
    reader = TantivyIndex(tmp_path)
    assert ids(reader) == ["radwege"]
    writer.apply([Change(2, "brunnen", a_record("brunnen"))], Position("epoch", 2))
    assert ids(reader) == ["brunnen", "radwege"]
    writer.rebuild([Change(1, "museen", a_record("museen"))], Position("other", 1))
    assert ids(reader) == ["museen"]


def test_another_process_writes_while_this_one_reads(tmp_path):
    reader = filled(tmp_path, "radwege")
    assert ids(reader) == ["radwege"]
    script = (
        "from pathlib import Path; import sys\n"
        "from registry.model import Change, Position\n"
        "from registry.search.tantivy_index import TantivyIndex\n"
        "from tests.builders import a_record\n"
        "index = TantivyIndex(Path(sys.argv[1]))\n"
        "for number in range(2, 12):\n"
        "    index.apply([Change(number, f'r{number}', a_record(f'r{number}'))], Position('epoch', number))\n"
        "    print(number, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            number = int(line)
            assert reader.search(Query()).total >= number
    assert writer.returncode == 0
    assert reader.search(Query()).total == 11
    assert reader.position() == Position("epoch", 11)


def test_a_writer_that_is_killed_leaves_an_index_that_can_be_read_and_written(tmp_path):
    reader = filled(tmp_path, "radwege")
    script = (
        "from pathlib import Path; import sys\n"
        "from registry.model import Change, Position\n"
        "from registry.search.tantivy_index import TantivyIndex\n"
        "from tests.builders import a_record\n"
        "index = TantivyIndex(Path(sys.argv[1]))\n"
        "number = 1\n"
        "while True:\n"
        "    number += 1\n"
        "    index.apply([Change(number, f'r{number}', a_record(f'r{number}'))], Position('epoch', number))\n"
        "    print(number, flush=True)\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert writer.stdout is not None
    for _ in range(3):
        writer.stdout.readline()
    writer.kill()
    writer.wait()
    writer.stdout.close()
    position = reader.position()
    assert position is not None
    assert position.number >= 4
    assert reader.search(Query()).total >= position.number
    again = [Change(number, f"r{number}", a_record(f"r{number}")) for number in range(position.number, 9)]
    reader.apply(again, Position("epoch", 9))
    assert reader.position() == Position("epoch", 9)


def test_taking_in_nothing_writes_nothing(tmp_path):
    index = filled(tmp_path, "radwege")
    before = files(tmp_path)
    index.apply([], Position("epoch", 1))
    assert files(tmp_path) == before
    index.apply([], Position("epoch", 5))
    assert index.position() == Position("epoch", 5)
    changed = {name for name, stamp in files(tmp_path).items() if before.get(name) != stamp}
    assert {Path(name).name for name in changed} == {"position.json"}


def test_an_index_of_another_make_must_be_built_again(tmp_path, monkeypatch):
    index = filled(tmp_path, "radwege")
    monkeypatch.setattr(tantivy_index, "INDEX_VERSION", tantivy_index.INDEX_VERSION + 1)
    assert index.position() is None
    with pytest.raises(NotReadyError, match="lotse rebuild"):
        TantivyIndex(tmp_path).search(Query())
    index.rebuild([Change(1, "brunnen", a_record("brunnen"))], Position("epoch", 1))
    assert ids(index) == ["brunnen"]


def test_a_broken_file_is_named_with_the_remedy(tmp_path):
    filled(tmp_path, "radwege")
    for meta in tmp_path.rglob("meta.json"):
        meta.write_text("{")
    with pytest.raises(NotReadyError, match="lotse rebuild"):
        TantivyIndex(tmp_path).search(Query())


def test_a_broken_position_means_building_again(tmp_path):
    index = filled(tmp_path, "radwege")
    for kept in tmp_path.rglob("position.json"):
        kept.write_text("{")
    assert index.position() is None


def test_old_generations_are_cleared_away_but_for_the_last(tmp_path):
    index = filled(tmp_path, "radwege")
    for number in range(4):
        index.rebuild([Change(1, "radwege", a_record())], Position("epoch", number))
    assert len([one for one in tmp_path.iterdir() if one.is_dir()]) == 2


def test_an_interrupted_write_frees_the_index_at_once(tmp_path):
    index = filled(tmp_path, "radwege")

    def broken():
        yield Change(2, "brunnen", a_record("brunnen"))
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError) as kept:
        index.apply(broken(), Position("epoch", 2))
    index.apply([Change(2, "museen", a_record("museen"))], Position("epoch", 2))
    assert ids(index) == ["museen", "radwege"]
    assert kept.value is not None


def test_counts_that_were_kept_are_forgotten_with_the_next_change(tmp_path):
    index = filled(tmp_path, "radwege")
    assert [one.count for one in index.search(Query()).facets["kind"]] == [1]
    index.apply([Change(2, "brunnen", a_record("brunnen"))], Position("epoch", 2))
    assert [one.count for one in index.search(Query()).facets["kind"]] == [2]


def test_faults_are_bounded_and_known_to_other_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(projection, "MAX_NAMED", 3)
    broken = [a_record(f"kaputt-{number}") for number in range(9)]
    monkeypatch.setattr(tantivy_index, "entry", lambda record, districts: 1 / 0)
    index = TantivyIndex(tmp_path)
    index.rebuild([Change(1, record.id, record) for record in broken], Position("epoch", 1))
    known = TantivyIndex(tmp_path).faults()
    assert (list(known)[:3], known[projection.OTHERS_COUNTED]) == (["kaputt-0", "kaputt-1", "kaputt-2"], "6 more")
    assert json.loads((tmp_path / "0001/position.json").read_text())["number"] == 1
    assert "ZeroDivisionError" in index.faults()["kaputt-0"]


def test_counts_are_given_though_another_thread_forgets_them(tmp_path):
    class Forgetful(dict):
        def __setitem__(self, key, value):
            super().__setitem__(key, value)
            self.clear()

    index = TantivyIndex(tmp_path)
    index.rebuild([Change(1, "rad", a_record("rad"))], Position("epoch", 1))
    index._reading = dataclasses.replace(index._read(), counted=Forgetful())
    assert [one.count for one in index.search(Query()).facets["kind"]] == [1]


def test_a_rebuild_that_breaks_off_leaves_the_old_index_and_no_half_one(tmp_path):
    index = filled(tmp_path, "radwege")
    before = files(tmp_path)

    def broken():
        yield Change(1, "museen", a_record("museen"))
        raise OSError("the database is away")

    for _ in range(3):
        with pytest.raises(OSError, match="away"):
            index.rebuild(broken(), Position("other", 1))
    assert files(tmp_path) == before
    assert ids(index) == ["radwege"]


def test_a_folder_that_cannot_be_written_is_said_to_be_so(tmp_path):
    index = filled(tmp_path, "radwege")
    (tmp_path / "0001" / "meta.json").write_text("kein Index")
    with pytest.raises(NotReadyError, match="cannot be written"):
        index.apply([Change(2, "brunnen", a_record("brunnen"))], Position("epoch", 2))


def test_the_same_question_is_counted_once_until_the_next_change(tmp_path, monkeypatch):
    index = filled(tmp_path, "radwege", "brunnen")
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(
        tantivy_reading,
        "aggregations",
        lambda where, facets, written, more: asked.append(facets) or aggregations(where, facets, written, more),
    )
    first = index.search(Query(where={"kind": ("dataset",)}, facets=("kind", "use")))
    assert (
        index.search(Query(where={"kind": ("dataset",)}, facets=("use", "kind", "family"))).facets["kind"]
        == first.facets["kind"]
    )
    assert index.search(Query(where={"kind": ("dataset",)}, facets=("kind", "use"))).hits == first.hits
    assert asked == [("kind", "use"), ("family",)]
    index.apply([Change(9, "radwege", None)], Position("epoch", 9))
    after = index.search(Query(where={"kind": ("dataset",)}, facets=("kind",)))
    assert ([hit.id for hit in after.hits], after.facets["kind"][0].count) == (["brunnen"], 1)


def test_pages_far_ahead_are_reached_by_numbers_in_any_order(tmp_path):
    index = TantivyIndex(tmp_path)
    records = [a_record(f"r{number:04}", title=f"Titel {number * 7919 % 997:03}") for number in range(997)]
    index.rebuild([Change(number, record.id, record) for number, record in enumerate(records, 1)], Position("e", 997))
    for sort in ("title", "newest"):
        whole = [hit.id for hit in index.search(Query(sort=sort, size=997, facets=())).hits]
        assert len(set(whole)) == 997
        for page in (50, 3, 49, 2, 50, 17, 1):
            hits = index.search(Query(sort=sort, page=page, facets=())).hits
            assert [hit.id for hit in hits] == whole[20 * (page - 1) : 20 * page]
