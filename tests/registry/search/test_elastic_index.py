"""What only an index on a server can meet: a server that is away, others' indices, many shards."""

import socket
from contextlib import closing

import pytest

from registry.errors import NotReadyError
from registry.model import Change, Position
from registry.search import elastic_client, elastic_index, elastic_projection, rebuilding
from registry.search.elastic_client import Server
from registry.search.elastic_index import ElasticIndex
from registry.search.query import Query
from tests.builders import a_record

pytestmark = pytest.mark.elastic


@pytest.fixture
def index(elastic_address, request):
    index = ElasticIndex(elastic_address, f"t{abs(hash(request.node.name))}")
    yield index
    for name in index.client.indices.get(index=f"{index.prefix}-*"):
        index.client.indices.delete(index=name)
    index.client.close()


def changes(*names):
    return [Change(number, name, a_record(name, name.title())) for number, name in enumerate(names, 1)]


def test_a_server_that_is_away_is_not_ready():
    index = ElasticIndex("http://127.0.0.1:9")
    for act in (index.position, index.faults, lambda: index.search(Query()), lambda: index.suggest("rad", 3)):
        with pytest.raises(NotReadyError, match="search server") as caught:
            act()
        assert "127.0.0.1" not in caught.value.message  # everybody may read it
    with pytest.raises(NotReadyError, match="search server"):
        index.rebuild([], Position("epoch", 1))


def test_a_rebuild_leaves_other_indices_alone(index):
    other = f"{index.prefix}-foreign"
    index.client.indices.create(index=other)
    index.rebuild(changes("radwege"), Position("epoch", 1))
    index.rebuild(changes("radwege"), Position("epoch", 2))
    names = set(index.client.indices.get(index=f"{index.prefix}-*"))
    assert names == {other, f"{index.prefix}-000002"}


def test_an_older_state_never_replaces_a_newer_one(index):
    index.rebuild([Change(9, "radwege", a_record("radwege", "Brunnen"))], Position("epoch", 9))
    index.apply([Change(3, "radwege", a_record("radwege", "Radwege"))], Position("epoch", 9))
    assert [hit.id for hit in index.search(Query(words="Brunnen")).hits] == ["radwege"]


def test_an_index_of_another_make_must_be_built_again(index, monkeypatch):
    index.rebuild(changes("radwege"), Position("epoch", 1))
    monkeypatch.setattr(elastic_projection, "INDEX_VERSION", elastic_projection.INDEX_VERSION + 1)
    assert index.position() is None
    with pytest.raises(NotReadyError, match="lotse rebuild"):
        index.apply([], Position("epoch", 1))


def test_several_shards_give_the_scores_of_one(index, monkeypatch):
    names = [f"radweg-{number}" for number in range(40)] + ["brunnen"]
    scores = []
    for shards in (1, 3):
        monkeypatch.setitem(elastic_client.INDEX_SETTINGS, "number_of_shards", shards)
        index.rebuild(changes(*names), Position("epoch", 41))
        page = index.search(Query(words="Radweg Brunnen", size=50))
        scores.append({hit.id: hit.score for hit in page.hits})
    assert scores[0] == pytest.approx(scores[1], rel=1e-5)


def test_a_record_that_the_server_refuses_is_left_out_and_remembered(index, monkeypatch):
    index.rebuild(changes("radwege"), Position("epoch", 1))
    right = elastic_projection.document_of
    monkeypatch.setattr(elastic_projection, "document_of", lambda entry: right(entry) | {"day": "heute"})
    index.apply([Change(2, "brunnen", a_record("brunnen"))], Position("epoch", 2))
    assert list(index.faults()) == ["brunnen"]
    assert index.position() == Position("epoch", 2)
    assert index.search(Query()).total == 1


def test_the_server_keeps_counts_until_the_next_change(index):
    index.rebuild(changes("radwege", "brunnen"), Position("epoch", 2))

    def kept() -> int:
        stats = index.client.indices.stats(index=index.prefix, metric="request_cache")
        return int(stats["_all"]["total"]["request_cache"]["hit_count"])

    for _ in range(2):
        index.search(Query(facets=("kind", "freshness")))
    before = kept()
    counted = index.search(Query(facets=("kind", "freshness"))).facets["kind"][0].count
    assert (counted, kept() > before) == (2, True)
    index.apply([Change(3, "radwege", None)], Position("epoch", 3))
    assert index.search(Query(facets=("kind",))).facets["kind"][0].count == 1


def test_the_tree_of_organizations_is_asked_for_once_in_a_search(index, monkeypatch):
    index.rebuild(changes("radwege", "brunnen"), Position("epoch", 2))
    asked: list[int] = []
    tree = index.organizations()
    monkeypatch.setattr(index, "organizations", lambda: asked.append(1) or tree)
    index.search(Query(where={"publisher": ("amt",)}, facets=("kind", "publisher")))
    index.search(Query(facets=("kind",)))
    assert asked == [1]


def test_a_half_built_index_that_lost_a_part_does_not_go_on(index, monkeypatch):
    monkeypatch.setattr(rebuilding, "CHANGES_PER_CHECKPOINT", 1)

    def killed():
        yield from changes("radwege", "brunnen")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.rebuild(killed(), Position("epoch", 3))
    assert index.resumes_after("epoch") == 2
    (half,) = index._indices()
    described = index.client.indices.get(index=half)[half]
    index.client.indices.delete(index=half)  # a part that no node may hold comes back with none of its documents
    index.client.indices.create(
        index=half,
        mappings=described["mappings"],
        settings={"routing.allocation.require._name": "nobody"},
        wait_for_active_shards=0,
    )
    assert index.resumes_after("epoch") == 0
    index.rebuild(changes("radwege"), Position("epoch", 1))
    assert index.search(Query()).total == 1


def test_a_write_never_makes_an_index(index):
    index.rebuild(changes("radwege"), Position("epoch", 1))
    index.client.indices.delete(index=f"{index.prefix}-000001")
    with pytest.raises(NotReadyError):
        index._write(f"{index.prefix}-000001", changes("radwege"), {})
    assert index._indices() == []


def test_a_node_that_hangs_costs_a_bounded_time(index, elastic_address, monkeypatch):
    monkeypatch.setattr(elastic_index, "SEARCH_SECONDS", 0.5)
    index.rebuild(changes("radwege"), Position("epoch", 1))
    with socket.create_server(("127.0.0.1", 0)) as hanging:  # takes connections, and never answers
        nodes = (f"http://127.0.0.1:{hanging.getsockname()[1]}", elastic_address)
        for _ in range(4):  # a new client begins with any node
            other = ElasticIndex(Server(nodes), index.prefix)
            with closing(other.client):
                assert other.search(Query(words="radwege")).total == 1
