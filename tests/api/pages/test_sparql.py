"""The page for SPARQL, with its examples and results."""

import csv
import io

import pytest
from starlette.testclient import TestClient

from api.pages.sparql import examples
from tests.town import Town

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def endpoint(city: Town) -> TestClient:
    city.catalog.sync(only=("sparql",))
    return TestClient(city.app)


@pytest.mark.parametrize("path", ["/sparql", "/en/sparql"])
def test_the_page_has_examples_that_work(endpoint: TestClient, path: str) -> None:
    page = endpoint.get(path, headers=HTML)
    assert page.headers["content-type"].startswith("text/html")
    for title, query in examples("en" if path.startswith("/en") else "de"):
        assert title in page.text
        table = list(csv.reader(io.StringIO(endpoint.get("/sparql", params={"query": query, "format": "csv"}).text)))
        assert len(table) > 1, title
        shown = endpoint.get(path, params={"query": query}, headers=HTML)
        assert shown.status_code == 200
        assert "<table>" in shown.text


def test_the_page_says_what_is_wrong(endpoint: TestClient) -> None:
    page = endpoint.get("/sparql", params={"query": "SELECT * {"}, headers=HTML)
    assert page.status_code == 400
    assert "Die Abfrage hat einen Fehler" in page.text
    yes = endpoint.get("/sparql", params={"query": "ASK { ?s ?p ?o }"}, headers=HTML)
    assert '<p class="after">Ja</p>' in yes.text
    graph = endpoint.get("/sparql", params={"query": "DESCRIBE <http://testserver/id/luft>"}, headers=HTML)
    assert "Luftqualität" in graph.text
