"""Profiles by suffix, parameter and header; our JSON-LD as several libraries read it.

Covers: api/data/catalogue_views.py, api/data/linked.py, api/data/profiles.py
"""

import json
from typing import Any

import pyld
import pyoxigraph as ox
import pytest
import rdflib
from msgspec.structs import replace
from rdflib.compare import isomorphic
from starlette.testclient import TestClient

from api.app import create_app
from api.data import catalogue, catalogue_snapshot, profiles
from registry.catalog import Catalog
from registry.errors import NotReadyError
from registry.rdf import PROFILES
from registry.rdf.jsonld import CONTEXT
from registry.settings import Settings
from tests.builders import a_dataset
from tests.town import BASE, Town, take

EU = "https://semiceu.github.io/DCAT-AP/releases/3.0.1/"
DE = "https://www.dcat-ap.de/def/dcatde/3.0/spec/"
TYPES = {
    "ttl": ox.RdfFormat.TURTLE,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
}
TURTLE = {"Accept": "text/turtle"}


def objects(body: bytes, property: str, suffix: str = "ttl") -> set[str]:
    return {str(quad.object) for quad in ox.parse(body, TYPES[suffix]) if quad.predicate.value == property}


@pytest.mark.parametrize(
    ("path", "headers", "profile"),
    [
        ("/daten/radwege.ttl", {}, DE),
        ("/daten/radwege.dcat-ap-3.ttl", {}, EU),
        ("/daten/radwege?_profile=dcat-ap-3", TURTLE, EU),
        (f"/daten/radwege?_profile={EU}", {"Accept": "text/html"}, EU),
        ("/daten/radwege", {**TURTLE, "Accept-Profile": f"<{EU}>"}, EU),
        ("/daten/radwege", {**TURTLE, "Accept-Profile": f"<{EU}>;q=0.4, <{DE}>;q=0.7"}, DE),
        ("/daten/radwege", {**TURTLE, "Accept-Profile": f"<https://x.example/>, <{EU}>;q=0.1"}, EU),
        ("/daten/radwege", {**TURTLE, "Accept-Profile": "<https://x.example/>, *;q=0.1"}, DE),
        ("/daten/radwege", {"Accept-Profile": f"<{EU}>"}, EU),
        ("/daten/radwege?_mediatype=text/turtle", {}, DE),
        ("/catalog.ttl", {}, DE),
        ("/catalog.dcat-ap-3.ttl", {}, EU),
        ("/catalog.ttl?_profile=dcat-ap-3", {}, EU),
        ("/catalog", {**TURTLE, "Accept-Profile": f"<{EU}>"}, EU),
    ],
)
def test_a_profile_is_chosen(client: TestClient, path: str, headers: dict[str, str], profile: str) -> None:
    answer = client.get(path, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    assert answer.headers["content-profile"] == f"<{profile}>"
    european = profile == EU
    licences = objects(answer.content, "http://purl.org/dc/terms/license")
    assert {"resource/authority/licence" in licence for licence in licences} == {european}
    assert {"Accept", "Accept-Profile"} <= set(answer.headers["vary"].replace(" ", "").split(","))


@pytest.mark.parametrize("path", ["/daten/radwege", "/catalog"])
def test_an_unknown_profile_is_told_what_there_is(client: TestClient, path: str) -> None:
    for query, headers in (("?_profile=nosuch", TURTLE), ("", {**TURTLE, "Accept-Profile": "<https://x.example/>"})):
        answer = client.get(path + query, headers=headers)
        assert answer.status_code == 406
        offered = answer.json()["alternatives"]
        assert f"{BASE}{path}.dcat-ap-3.ttl" in [other["url"] for other in offered]
    listed = client.get(f"{path}?_profile=all", headers=TURTLE).json()["alternatives"]
    assert listed == [other for other in offered if path != "/catalog" or other["type"] != "text/html"]
    for other in listed:
        address = other["url"].removeprefix(BASE)
        assert client.get(address, headers={"Accept": other["type"]}).status_code == 200, address


def test_links_name_formats_and_profiles(client: TestClient) -> None:
    link = client.get("/daten/radwege.dcat-ap-3.ttl").headers["link"]
    url = f"{BASE}/daten/radwege"
    assert f'<{EU}>; rel="profile"' in link
    assert f'<{url}.dcat-ap-3.jsonld>; rel="alternate"; type="application/ld+json"; profile="{EU}"' in link
    assert f'<{url}.ttl>; rel="alternate"; type="text/turtle"; profile="{DE}"' in link
    assert "dcat-ap-hvd" not in link  # it is none
    assert 'token="schema-org"; anchor="https://schema.org/"' in link
    page = client.get("/catalog.ttl").headers["link"]
    assert f'<{BASE}/catalog.dcat-ap-3.ttl>; type="text/turtle"; rel="alternate"; profile="{EU}"' in page


def test_a_thing_leads_to_its_data_in_the_profile(client: TestClient) -> None:
    assert client.get("/id/radwege.dcat-ap-3.ttl").headers["location"] == "/daten/radwege.dcat-ap-3.ttl"
    headers = {**TURTLE, "Accept-Profile": f"<{EU}>"}
    assert client.get("/id/radwege", headers=headers).headers["location"] == "/daten/radwege.dcat-ap-3.ttl"
    assert client.get("/projekte/radwege.dcat-ap-3.ttl").headers["location"] == "/daten/radwege.dcat-ap-3.ttl"


def test_each_profile_has_its_own_tag(client: TestClient) -> None:
    paths = [f"/daten/radwege.{token}.ttl" for token in ("dcat-ap-3", "dcat-3", "schema-org")]
    tags = {path: client.get(path).headers["etag"] for path in (*paths, "/daten/radwege.ttl")}
    assert len(set(tags.values())) == 4
    for path, tag in tags.items():
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
        assert client.head(path).headers["etag"] == tag


def test_high_value_data_alone_are_in_their_profile(client: TestClient, filled: Catalog) -> None:
    take(filled, a_dataset("Luftbilder", legislation=("http://data.europa.eu/eli/reg_impl/2023/138/oj",)), source="hvd")
    assert client.get("/daten/luftbilder.dcat-ap-hvd.ttl").status_code == 200
    assert client.get("/daten/radwege.dcat-ap-hvd.ttl").status_code == 406
    listed = objects(client.get("/catalog.dcat-ap-hvd.ttl").content, "http://www.w3.org/ns/dcat#dataset")
    assert listed == {f"<{BASE}/id/luftbilder>"}


@pytest.mark.parametrize("row", PROFILES, ids=lambda row: row.token)
def test_a_profile_says_the_same_in_every_format(client: TestClient, row: Any) -> None:
    if row.token == "dcat-ap-hvd":
        return
    graphs = []
    for suffix in TYPES:
        answer = client.get(f"/daten/radwege.{row.token}.{suffix}")
        assert answer.status_code == 200
        graph = ox.Dataset(ox.Quad(*quad.triple) for quad in ox.parse(answer.content, TYPES[suffix], base_iri=BASE))
        graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        graphs.append(graph)
    assert len(graphs[0]) > 5
    assert all(graph == graphs[0] for graph in graphs[1:])


def test_schema_org_is_json_ld_of_search_engines(client: TestClient) -> None:
    document = client.get("/daten/radwege.schema-org.jsonld").json()
    (node,) = document["@graph"]
    assert (node["@type"], node["name"], node["url"]) == ("Dataset", "Radwege", f"{BASE}/daten/radwege")
    page = client.get("/catalog.schema-org.jsonld").json()["@graph"]
    (whole,) = [node for node in page if node["@type"] == "DataCatalog"]
    assert {"@id": f"{BASE}/id/radwege"} in whole["dataset"]
    assert objects(client.get("/catalog.schema-org.ttl").content, "https://schema.org/dataset")


# -- JSON-LD as others read it


@pytest.mark.parametrize("path", ["/daten/radwege.jsonld", "/catalog.jsonld", "/daten/radwege.dcat-ap-3.jsonld"])
def test_json_ld_is_read_alike_by_three_libraries(client: TestClient, path: str) -> None:
    document = client.get(path).json()
    assert document["@context"] == client.get("/ns/context.jsonld").json()["@context"] == CONTEXT
    body = json.dumps(document)
    by_pyld = pyld.jsonld.to_rdf(document, {"format": "application/n-quads", "documentLoader": _fetches_nothing})
    by_oxigraph = ox.serialize(ox.parse(body, ox.RdfFormat.JSON_LD), format=ox.RdfFormat.N_TRIPLES)
    assert by_oxigraph
    first = rdflib.Graph().parse(data=by_oxigraph.decode(), format="nt")
    assert len(first) > 10
    assert isomorphic(first, rdflib.Graph().parse(data=by_pyld, format="nt"))
    assert isomorphic(first, rdflib.Graph().parse(data=body, format="json-ld"))


def _fetches_nothing(url: str, options: Any) -> Any:
    raise AssertionError(f"{url} must not be fetched")


# -- the catalogue


def test_the_catalogue_is_narrowed_by_words_organization_and_topic(client: TestClient, filled: Catalog) -> None:
    def ids(query: str) -> list[str]:
        answer = client.get(f"/catalog.json?{query}")
        assert answer.status_code == 200, answer.text
        return [record["id"] for record in answer.json()["records"]]

    assert ids("q=radwege") == ["radwege"]
    assert ids("theme=TRAN") == ["luftqualitaet", "radwege"]
    assert ids("theme=TRAN&q=luft") == ["luftqualitaet"]
    assert ids("organization=nosuch") == []
    assert ids("theme=TRAN&kind=project") == []
    link = client.get("/catalog.ttl?theme=TRAN&q=luft").headers["link"]
    assert "q=luft&theme=TRAN" in link


def test_a_narrowed_catalogue_waits_for_the_search(client: TestClient, filled: Catalog) -> None:
    filled.withdraw("radwege", "redaktion", "doppelt")  # the search does not know it yet
    answer = client.get("/catalog.ttl?theme=TRAN")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert client.get("/catalog.ttl").status_code == 200
    with pytest.raises(NotReadyError):
        catalogue_snapshot.parts(filled)(filled.store.position(), catalogue.PageRequest(words="x"))
    filled.sync()
    assert client.get("/catalog.ttl?theme=TRAN").status_code == 200


def test_datasets_name_the_data_provider_of_the_setting(filled: Catalog, settings: Settings) -> None:
    own = TestClient(create_app(filled, replace(settings, contributor="datenBW")), base_url=BASE)
    property = "http://dcat-ap.de/def/dcatde/contributorID"
    wanted = {"<http://dcat-ap.de/def/contributors/datenBW>"}
    assert objects(own.get("/catalog.ttl").content, property) == wanted
    assert objects(own.get("/daten/radwege.ttl").content, property) == wanted


def test_modified_and_identifier_stay_those_of_the_source(city: Town, browser: TestClient) -> None:
    record = city.catalog.store.existing("fernwaerme-netzplan")
    body = browser.get("/daten/fernwaerme-netzplan.nt").content
    quads = {
        str(quad.object)
        for quad in ox.parse(body, ox.RdfFormat.N_TRIPLES)
        if str(quad.subject) == "<https://stadtwerke.example.org/id/fernwaerme>"
        and quad.predicate.value == "http://purl.org/dc/terms/modified"
    }
    assert quads == {f'"{record.metadata.modified}"^^<http://www.w3.org/2001/XMLSchema#date>'}


def test_a_token_of_a_profile_is_part_of_a_name_only_at_its_end() -> None:
    assert profiles.split("/daten/x.dcat-ap-3") == ("/daten/x", "dcat-ap-3")
    assert profiles.split("/daten/dcat-ap-3") == ("/daten/dcat-ap-3", "")
    assert profiles.split("/daten/x.y") == ("/daten/x.y", "")
