"""Three real nodes, of which one is killed: nobody who searches sees an error, and no record is lost.

Covers: registry/search/elastic_index.py
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from registry.model import Change, Position
from registry.search.elastic_client import Server
from registry.search.elastic_index import ElasticIndex
from registry.search.query import Query
from tests.builders import a_metadata, a_record
from tests.effort import LONG
from tests.servers import elastic
from tests.waiting import wait_for

pytestmark = [
    pytest.mark.elastic,
    pytest.mark.slow,
    pytest.mark.skipif(not LONG, reason="starts three nodes: set LOTSE_TEST_LONG=1"),
]
STEADY, ADDED = 300, 400  # records that are there all the time, and those that come meanwhile
SECONDS = 120  # that a step may take


@pytest.fixture
def nodes() -> Iterator[list[elastic.Node]]:
    with contextlib.ExitStack() as stack:
        try:
            started = stack.enter_context(elastic.cluster(3))
        except RuntimeError as error:
            pytest.skip(str(error))
        yield started


class Searching:
    """Threads that search without a pause. `wrong`: what they should not have seen."""

    def __init__(self, server: Server, threads: int = 4) -> None:
        self.server, self.wrong, self.count = server, [], 0
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._search) for _ in range(threads)]

    def __enter__(self) -> "Searching":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(SECONDS)

    def _search(self) -> None:
        index = ElasticIndex(self.server)
        with contextlib.closing(index.client):
            while not self._done.is_set():
                try:
                    totals = {index.search(Query(words="Radweg", sort=sort)).total for sort in ("relevance", "title")}
                    if totals != {STEADY} or not index.suggest("radw", 3):
                        self.wrong.append(totals)
                except Exception as error:
                    self.wrong.append(error)
                self.count += 1

    def go_on(self, rounds: int) -> None:
        """Waits until so many more searches were made."""
        goal = self.count + rounds
        wait_for(lambda: self.count >= goal, SECONDS)


def changes(first: int, count: int, title: str) -> Iterator[Change]:
    for number in range(first, first + count):
        yield Change(number, f"r{number}", a_record(f"r{number}", said=a_metadata(f"{title} {number}")))


def primary(index: ElasticIndex, name: str, nodes: list[elastic.Node]) -> elastic.Node:
    """The node that has the copy of an index which is written first."""
    shards = index.client.cat.shards(index=name, format="json").body
    holder = next(shard["node"] for shard in shards if shard["prirep"] == "p")
    return nodes[int(str(holder)[-1])]


def green(node: elastic.Node) -> None:
    node.wait("wait_for_nodes=3&wait_for_status=green")


def test_a_node_is_killed_while_people_search_and_while_records_are_written(nodes: list[elastic.Node]) -> None:
    server = Server(tuple(node.address for node in nodes))
    index = ElasticIndex(server)
    index.rebuild(changes(1, STEADY, "Radweg"), Position("epoch", STEADY))
    green(nodes[0])

    with Searching(server) as searching:
        searching.go_on(20)
        killed = primary(index, "lotse-000001", nodes)
        killed.kill()
        searching.go_on(60)
        assert searching.wrong == []
        (silent,) = (check for check in index.health() if check.what.code == "search-nodes-silent")
        assert urlsplit(killed.address).netloc in str(silent.what)
        killed.start()
        green(killed)

        killed = write_while_killing(index, nodes)
        assert index.position() == Position("epoch", STEADY + ADDED)
        assert index.faults() == {}
        assert index.search(Query(words="Brunnen")).total == ADDED
        killed.start()
        green(killed)

        rebuild_while_killing(index, nodes)
        searching.go_on(40)
        assert searching.wrong == []
    assert index.search(Query(words="Brunnen")).total == ADDED
    assert index.search(Query()).total == STEADY + ADDED
    index.client.close()


def write_while_killing(index: ElasticIndex, nodes: list[elastic.Node]) -> elastic.Node:
    """Applies changes in 20 parts; in the middle the node is killed that takes them first."""
    part, killed = ADDED // 20, nodes[0]
    for turn in range(20):
        if turn == 10:
            killed = primary(index, "lotse-000001", nodes)
            killed.kill()
        after = STEADY + (turn + 1) * part
        began = time.monotonic()
        index.apply(changes(after - part + 1, part, "Brunnen"), Position("epoch", after))
        assert time.monotonic() - began < SECONDS
    return killed


def rebuild_while_killing(index: ElasticIndex, nodes: list[elastic.Node]) -> None:
    """Builds the index again; in the middle the leading node is killed."""

    def all_changes() -> Iterator[Change]:
        yield from changes(1, STEADY, "Radweg")
        for number, change in enumerate(changes(STEADY + 1, ADDED, "Brunnen")):
            if number == ADDED // 2:
                leader = index.client.cat.master(format="json").body[0]
                nodes[int(str(leader["node"])[-1])].kill()
            yield change

    index.rebuild(all_changes(), Position("epoch", STEADY + ADDED))
    assert index._indices() == ["lotse-000002"]
