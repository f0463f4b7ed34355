"""A rebuild that was killed goes on where it was, on both engines; meanwhile and afterwards searches find everything.

Covers: registry/search/elastic_projection.py
"""

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from registry.model import Change, Position
from registry.search import elastic_projection, rebuilding, tantivy_index
from registry.search.elastic_index import ElasticIndex
from registry.search.query import Query, SearchIndex
from registry.search.rebuilding import Checkpoints, input_digest
from registry.search.tantivy_index import TantivyIndex
from tests.builders import a_metadata, a_record
from vocab.concepts import Concept, ConceptList

names = (f"rebuilt{number}" for number in itertools.count())
Opener = Callable[[ConceptList | None], SearchIndex]


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(params=["tantivy", pytest.param("elastic", marks=pytest.mark.elastic)])
def opener(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opener]:
    """Opens the index as a new process does."""
    monkeypatch.setattr(rebuilding, "CHANGES_PER_CHECKPOINT", 10)
    if request.param == "tantivy":
        yield lambda districts=None: TantivyIndex(tmp_path / "search", districts)
        return
    address, prefix = request.getfixturevalue("elastic_address"), next(names)
    opened: list[ElasticIndex] = []

    def open_elastic(districts: ConceptList | None = None) -> SearchIndex:
        opened.append(ElasticIndex(address, prefix, districts))
        return opened[-1]

    yield open_elastic
    for name in opened[0].client.indices.get(index=f"{prefix}-*"):
        opened[0].client.indices.delete(index=name)
    for index in opened:
        index.client.close()


def changes(count: int, title: str = "Radweg", since: int = 0) -> list[Change]:
    return [
        Change(number, f"r{number}", a_record(f"r{number}", said=a_metadata(f"{title} {number}")))
        for number in range(since + 1, count + 1)
    ]


def killed_after(count: int, all_changes: Iterable[Change]) -> Iterator[Change]:
    yield from itertools.islice(all_changes, count)
    raise Killed


def total(index: SearchIndex, words: str = "") -> int:
    return index.search(Query(words=words)).total


def interrupted(opener: Opener, count: int, epoch: str = "epoch", districts: ConceptList | None = None) -> None:
    """A rebuild of 45 records that is killed after so many."""
    with pytest.raises(Killed):
        opener(districts).rebuild(killed_after(count, changes(45)), Position(epoch, 45))


def test_a_rebuild_goes_on_after_the_last_checkpoint(opener: Opener) -> None:
    index = opener(None)
    index.rebuild(changes(5, "Brunnen"), Position("epoch", 5))
    assert index.resumes_after("epoch") == 0
    interrupted(opener, 37)
    index = opener(None)
    assert total(index) == total(index, "Brunnen") == 5  # readers see the old one
    assert index.position() == Position("epoch", 5)
    assert index.resumes_after("epoch") == 30
    index.rebuild(changes(45, since=30), Position("epoch", 45))
    assert (total(index), total(index, "Radweg")) == (45, 45)
    assert index.position() == Position("epoch", 45)
    assert opener(None).resumes_after("epoch") == 0


def test_what_changed_since_the_kill_comes_again_with_its_new_state(opener: Opener) -> None:
    interrupted(opener, 37)
    index = opener(None)
    later = [
        *changes(45, since=30),
        Change(46, "r3", a_record("r3", said=a_metadata("Trinkbrunnen"))),
        Change(47, "r4", None),
    ]
    index.rebuild(later, Position("epoch", 47))
    assert total(index) == 44
    assert [hit.id for hit in index.search(Query(words="Trinkbrunnen")).hits] == ["r3"]


def test_it_goes_on_several_times(opener: Opener) -> None:
    for kill_after, reached in ((15, 10), (12, 20), (25, 40)):
        index = opener(None)
        rest = changes(45, since=index.resumes_after("epoch"))
        with pytest.raises(Killed):
            index.rebuild(killed_after(kill_after, rest), Position("epoch", 45))
        assert opener(None).resumes_after("epoch") == reached
    index = opener(None)
    index.rebuild(changes(45, since=40), Position("epoch", 45))
    assert total(index) == 45


@pytest.mark.parametrize("because", ["epoch", "districts", "version"])
def test_it_begins_anew_where_the_half_built_one_does_not_fit(
    opener: Opener, because: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(opener, 37)
    districts, epoch = None, "epoch"
    if because == "epoch":
        epoch = "other"
    elif because == "districts":
        districts = ConceptList("districts", (Concept("https://example.org/a", "a", {"de": "Altstadt"}),))
    else:
        for module in (elastic_projection, tantivy_index):
            monkeypatch.setattr(module, "INDEX_VERSION", module.INDEX_VERSION + 1)
    index = opener(districts)
    assert index.resumes_after(epoch) == 0
    index.rebuild(changes(20, "Brunnen"), Position(epoch, 20))
    assert (total(index), total(index, "Brunnen")) == (20, 20)


def test_an_older_half_built_one_makes_room(opener: Opener, tmp_path: Path) -> None:
    interrupted(opener, 37)
    for epoch in ("second", "third"):
        interrupted(opener, 25, epoch)
    index = opener(None)
    assert [index.resumes_after(epoch) for epoch in ("epoch", "second", "third")] == [0, 0, 20]
    if isinstance(index, ElasticIndex):
        assert len(index._indices()) == 1
    else:
        assert len(list((tmp_path / "search").glob("0*"))) == 1


def test_searches_find_everything_while_it_is_built_again(opener: Opener) -> None:
    opener(None).rebuild(changes(30), Position("epoch", 30))
    wrong: list[object] = []
    done = threading.Event()

    def search() -> None:
        index = opener(None)
        while not done.is_set():
            try:
                if (page := index.search(Query(words="Radweg"))).total != 30:
                    wrong.append(page.total)
            except Exception as error:
                wrong.append(error)

    searching = [threading.Thread(target=search) for _ in range(3)]
    for thread in searching:
        thread.start()
    try:
        for _ in range(6):
            opener(None).rebuild(changes(30), Position("epoch", 30))
    finally:
        done.set()
        for thread in searching:
            thread.join(60)
    assert wrong == []


def test_a_damaged_half_built_generation_does_not_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "CHANGES_PER_CHECKPOINT", 10)
    interrupted(lambda _=None: TantivyIndex(tmp_path), 37)
    for store in tmp_path.rglob("*.store"):
        store.write_bytes(store.read_bytes()[:-1])
    index = TantivyIndex(tmp_path)
    assert index.resumes_after("epoch") == 0
    index.rebuild(changes(45), Position("epoch", 45))
    assert total(index) == 45


def test_checkpoints_read_no_further_than_they_are_consumed() -> None:
    read = []

    def numbered() -> Iterator[Change]:
        for number in range(1, 45_001):
            read.append(number)
            yield Change(number, "a", None)

    checkpoints = Checkpoints(numbered())
    reached = []
    for part in checkpoints:
        next(part)
        assert len(read) == reached[-1] + 1 if reached else len(read) == 1
        for _ in part:
            pass
        reached.append(checkpoints.number)
    assert reached == [20_000, 40_000, 45_000]


def test_the_digest_tells_other_districts_apart() -> None:
    labels = ({"de": "Altstadt"}, {"de": "Neustadt"})
    lists = [ConceptList("districts", (Concept("https://example.org/a", "a", label),)) for label in labels]
    digests = [input_digest(None), *map(input_digest, lists)]
    assert len(set(digests)) == 3
    assert input_digest(ConceptList("other", lists[0].concepts)) == digests[1]
