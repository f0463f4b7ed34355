"""Our own vocabulary for machines, and lists as RDF."""

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from tests.town import Town
from vocab.project_shapes import shapes


@pytest.mark.parametrize(
    ("path", "accept", "type_"),
    [
        ("/ns/ontology", "*/*", "text/turtle; charset=utf-8"),
        ("/ns/ontology", "application/ld+json", "application/ld+json"),
        ("/ns/ontology.rdf", "*/*", "application/rdf+xml"),
        ("/ns/shapes.ttl", "*/*", "text/turtle; charset=utf-8"),
        ("/ns/context.jsonld", "*/*", "application/ld+json"),
    ],
)
def test_documents_of_the_vocabulary(browser: TestClient, path: str, accept: str, type_: str) -> None:
    answer = browser.get(path, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, type_)
    again = browser.get(path, headers={"accept": accept, "if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert answer.headers["access-control-allow-origin"] == "*"


def test_shapes_are_those_of_the_table(browser: TestClient) -> None:
    assert browser.get("/ns/shapes.ttl").text == shapes()
    assert browser.get("/ns/ontology", headers={"accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("path", ["/projekte", "/en/projects"])
@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "rdf", "nt"])
def test_projects_are_there_as_rdf(browser: TestClient, city: Town, path: str, suffix: str) -> None:
    leads = browser.get(f"{path}.{suffix}")
    assert (leads.status_code, leads.headers["location"]) == (302, f"/catalog.{suffix}?kind=project")
    answer = browser.get(leads.headers["location"])
    formats = {"ttl": "TURTLE", "jsonld": "JSON_LD", "rdf": "RDF_XML", "nt": "N_TRIPLES"}
    projects = {
        quad.subject.value
        for quad in ox.parse(answer.content, getattr(ox.RdfFormat, formats[suffix]))
        if quad.object == ox.NamedNode("http://xmlns.com/foaf/0.1/Project")
    }
    assert len(projects) == len(city.catalog.store.listing(["project"]))
    narrowed = browser.get(f"{path}.{suffix}?theme=ENVI").headers["location"]
    assert narrowed == f"/catalog.{suffix}?kind=project&theme=ENVI"


def test_projects_are_there_as_tables_and_json(browser: TestClient) -> None:
    for suffix in ("csv", "json"):
        assert browser.get(f"/projekte.{suffix}").status_code == 200
