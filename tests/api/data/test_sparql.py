"""The SPARQL endpoint, by HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from starlette.testclient import TestClient

from api.data import sparql
from registry.child_pool import Limits
from tests.sample_city import sample_city
from tests.servers.application import served
from tests.town import Town

COUNT = "SELECT (COUNT(DISTINCT ?d) AS ?n) WHERE { ?d a <http://www.w3.org/ns/dcat#Dataset> }"
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def client_of_all(city: Town) -> TestClient:
    city.catalog.sync(only=("sparql",))
    return TestClient(city.app)


@pytest.fixture
def endpoint(client_of_all: TestClient) -> TestClient:
    return client_of_all


@pytest.mark.parametrize(
    ("accept", "type_"),
    [
        ("*/*", "application/sparql-results+json"),
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_tables_by_accept(endpoint: TestClient, accept: str, type_: str) -> None:
    answer = endpoint.get("/sparql", params={"query": COUNT}, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, type_)
    assert "10" in answer.text
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("accept", "type_"),
    [
        ("*/*", "text/turtle; charset=utf-8"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
    ],
)
def test_graphs_by_accept(endpoint: TestClient, accept: str, type_: str) -> None:
    query = "DESCRIBE <http://testserver/id/luft>"
    answer = endpoint.get("/sparql", params={"query": query}, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, type_)


def test_queries_come_by_get_and_by_both_ways_of_post(endpoint: TestClient) -> None:
    by_get = endpoint.get("/sparql", params={"query": COUNT}).json()
    by_form = endpoint.post("/sparql", data={"query": COUNT}).json()
    body = endpoint.post("/sparql", content=COUNT, headers={"content-type": "application/sparql-query"}).json()
    assert by_get == by_form == body
    chosen = endpoint.post("/sparql", data={"query": COUNT, "default-graph-uri": "http://testserver/id/luft"}).json()
    assert chosen["results"]["bindings"][0]["n"]["value"] == "1"


def test_format_counts_only_where_accept_says_nothing(endpoint: TestClient) -> None:
    def type_of(accept: str, format: str) -> str:
        params = {"query": COUNT, "format": format, "output": format}
        return endpoint.get("/sparql", params=params, headers={"accept": accept}).headers["content-type"]

    assert type_of("*/*", "csv").startswith("text/csv")
    assert type_of(HTML["accept"], "xml") == "application/sparql-results+xml"
    assert type_of("application/sparql-results+json", "xml") == "application/sparql-results+json"


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"query": "SELECT * {"}, 400),
        ({"query": "SELECT * { SERVICE <https://x.example/> { ?s ?p ?o } }"}, 400),
        ({"query": "x" * 60_000}, 413),
        ({"update": "DROP ALL"}, 400),
    ],
)
def test_what_is_wrong_is_a_problem(endpoint: TestClient, params: dict[str, str], status: int) -> None:
    answer = endpoint.get("/sparql", params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_other_bodies_are_refused(endpoint: TestClient) -> None:
    for kind in ("application/sparql-update", "text/plain"):
        assert endpoint.post("/sparql", content="DROP ALL", headers={"content-type": kind}).status_code == 400
    nothing = endpoint.get("/sparql", params={"query": COUNT}, headers={"accept": "image/png"})
    assert nothing.status_code == 406


def test_a_query_that_takes_too_long_is_stopped(endpoint: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparql, "LIMITS", Limits(memory=1_000_000_000, seconds=0.5, max_bytes=1_000_000))
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    answer = endpoint.get("/sparql", params={"query": query})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    monkeypatch.undo()
    assert endpoint.get("/sparql", params={"query": COUNT}).status_code == 200


def test_before_the_store_is_filled_one_is_asked_to_wait(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": COUNT})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_without_a_query_the_service_is_described(endpoint: TestClient) -> None:
    answer = endpoint.get("/sparql", headers={"accept": "application/n-triples"})
    objects = {str(quad.object) for quad in ox.parse(answer.content, ox.RdfFormat.N_TRIPLES)}
    assert "<http://www.w3.org/ns/sparql-service-description#UnionDefaultGraph>" in objects
    assert any("10000 rows" in text for text in objects)


# -- a client


@pytest.fixture(scope="module")
def portal(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    towns: list[Town] = []

    def make(base: str):  # type: ignore[no-untyped-def]
        towns.append(sample_city(tmp_path_factory.mktemp("portal") / "data", base, template=sample_folder))
        towns[0].catalog.sync(only=("sparql",))
        return towns[0].app

    with served(make) as base:
        yield f"{base}/sparql"


def test_rdflib_reads_the_endpoint(portal: str) -> None:
    (row,) = SPARQLStore(portal).query(COUNT)
    assert int(row[0]) == 10
