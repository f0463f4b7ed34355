"""A SPARQL server in place of the embedded store, played by a triple store in memory.

Covers: registry/sparql/server.py
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from registry.errors import NotReadyError, UsageError
from registry.model import Position
from registry.sparql.server import SparqlServer
from tests.builders import a_record
from tests.registry.sparql.test_triple_store import BASE, changes
from tests.servers.answering import a_server


class Played:
    """A server with a store of its own; `status`: of the next answers, if not 200; `media_type`: of all answers."""

    def __init__(self) -> None:
        self.store = ox.Store()
        self.status = 0
        self.media_type = "application/sparql-results+json"

    def __call__(self, handler: Any) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()
        status, answer = self.status or 200, b""
        if not self.status and handler.headers["Content-Type"].startswith("application/sparql-update"):
            self.store.update(body)
        elif not self.status:
            results = self.store.query(parse_qs(body)["query"][0], use_default_graph_as_union=True)
            answer = results.serialize(format=ox.QueryResultsFormat.JSON)  # type: ignore[union-attr]
        handler.send_response(status)
        handler.send_header("Content-Type", self.media_type)
        handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)


@pytest.fixture
def played() -> Played:
    return Played()


@pytest.fixture
def server(played: Played, tmp_path: Path) -> Iterator[SparqlServer]:
    with a_server(played) as url:
        yield SparqlServer((url,), tmp_path / "position.json", BASE)


def graphs(played: Played) -> list[str]:
    return sorted(graph.value for graph in played.store.named_graphs() if graph)  # type: ignore[union-attr]


def test_records_come_and_go_and_other_graphs_stay(played: Played, server: SparqlServer) -> None:
    other = ox.NamedNode("https://other.example/g")
    played.store.add(ox.Quad(other, other, other, other))
    server.rebuild(changes(a_record("radwege"), a_record("luft")), Position("e", 2))
    assert graphs(played) == [f"{BASE}/id/luft", f"{BASE}/id/radwege", other.value]
    server.apply(changes(a_record("neu"), gone=("luft",)), Position("e", 3))
    assert graphs(played) == [f"{BASE}/id/neu", f"{BASE}/id/radwege", other.value]
    server.rebuild(changes(a_record("neu")), Position("f", 1))
    filled = {quad.graph_name.value for quad in played.store.quads_for_pattern(None, None, None, None)}
    assert filled == {f"{BASE}/id/neu", other.value}
    assert server.position() == Position("f", 1)


def test_another_server_is_filled_anew(server: SparqlServer) -> None:
    server.rebuild(changes(a_record("radwege")), Position("e", 1))
    assert SparqlServer(("http://127.0.0.1:9/x",), server.file, BASE).position() is None


def test_queries_go_to_the_server(server: SparqlServer) -> None:
    server.rebuild(changes(a_record("radwege")), Position("e", 1))
    body, content_type = server.query("ASK { ?s ?p ?o }", "application/sparql-results+json", [], [])
    assert content_type == "application/sparql-results+json"
    assert b"true" in body


@pytest.mark.parametrize(("status", "error"), [(400, UsageError), (500, NotReadyError)])
def test_a_refusal_is_told(played: Played, server: SparqlServer, status: int, error: type[Exception]) -> None:
    played.status = status
    with pytest.raises(error):
        server.query("ASK {}", "*/*", [], [])
    with pytest.raises(NotReadyError):
        server.apply(changes(a_record("radwege")), Position("e", 1))
    assert server.position() is None


@pytest.mark.parametrize(
    ("media_type", "passes"),
    [("application/sparql-results+json; charset=utf-8", True), ("text/csv", True), ("text/html", False), ("", False)],
)
def test_only_results_are_passed_on(played: Played, server: SparqlServer, media_type: str, passes: bool) -> None:
    played.media_type = media_type
    if passes:
        assert server.query("ASK { ?s ?p ?o }", "*/*", [], [])[1] == media_type
    else:
        with pytest.raises(NotReadyError):
            server.query("ASK { ?s ?p ?o }", "*/*", [], [])
