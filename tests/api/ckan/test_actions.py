"""The actions of CKAN over a sample city, by HTTP.

Covers: api/ckan/actions.py, api/ckan/errors.py, api/ckan/old_pages.py, api/ckan/packages.py, api/ckan/parameters.py,
api/ckan/routes.py, api/ckan/searching.py
"""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.ckan.actions import ACTIONS, MAX_ROWS
from api.ckan.packages import Packages
from registry.catalog import Catalog
from tests.builders import a_dataset
from tests.town import BASE, Town, take


def call(client: TestClient, action: str, **params: Any) -> Any:
    """The result of an action."""
    answer = client.get(f"/api/3/action/{action}", params=params)
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert document["success"] is True
    assert document["help"].endswith(f"/api/3/action/help_show?name={action}")
    return document["result"]


def names(client: TestClient, **params: Any) -> list[str]:
    return [package["name"] for package in call(client, "package_search", rows=100, **params)["results"]]


# -- searches


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("radwege OR bäume", {"baumkataster", "radwegenetz", "street-trees"}),
        ("title:rad*", {"rad-zaehlstellen", "rad-unfaelle", "radwegenetz"}),
        ('title:"Luftqualität: Messwerte"', {"luft"}),
        ("tags:Fahrrad", {"rad-zaehlstellen"}),
        ("tags:fahr*", {"rad-zaehlstellen"}),
        ("groups:(ener OR heal)", {"ladepunkte", "fernwaerme-netzplan", "luft", "trinkbrunnen"}),
        ("license_id:cc-zero", {"radwegenetz", "trinkbrunnen", "geodaten-dienst"}),
        ("res_format:wms AND groups:tran", {"radwegenetz"}),
        ("notes:schatten", {"street-trees"}),
        ("title:aller OR organization:digital-agentur", {"street-trees"}),
        ("organization:umweltamt -groups:envi", {"strassennamen"}),
        ("organization:umweltamt AND NOT title:luft*", {"baumkataster", "trinkbrunnen", "strassennamen"}),
        ("name:luft", {"luft"}),
        ("hvd_category:*", {"rad-zaehlstellen"}),
        ("type:data_service", {"geodaten-dienst"}),
        ("metadata_modified:[NOW+1DAY TO *]", set()),
        ("metadata_modified:[* TO 2020-01-01T00:00:00Z]", set()),
        ("state:active AND private:false AND name:luft", {"luft"}),
        ("a:b", set()),
    ],
)
def test_a_query_finds(browser: TestClient, query: str, expected: set[str]) -> None:
    assert set(names(browser, q=query)) == expected
    assert set(names(browser, fq=query)) == expected


def test_all_are_found_without_words_and_words_rank(browser: TestClient) -> None:
    everything = call(browser, "package_list")
    assert len(everything) == 11
    for query in ("", "*:*", " "):
        assert set(names(browser, q=query)) == set(everything)
    assert names(browser, q="radverkehr zählstellen")[0] == "rad-zaehlstellen"
    assert set(names(browser, q="-rad")) == set(everything) - {"rad-zaehlstellen", "rad-unfaelle", "radwegenetz"}
    assert set(names(browser, fq="metadata_modified:[NOW-1DAY TO NOW]")) == set(everything)


def test_filters_narrow_what_words_find(browser: TestClient) -> None:
    assert names(browser, q="rad", fq="res_format:GEOJSON groups:regi") == ["radwegenetz"]
    assert names(browser, q="rad", fq='organization:"umweltamt"') == []


def test_pages_of_a_search_follow_one_another(browser: TestClient) -> None:
    everything = names(browser, sort="name asc")
    assert everything == sorted(everything)
    pages = [call(browser, "package_search", sort="name asc", rows=4, start=start) for start in (0, 4, 8, 12)]
    assert [package["name"] for page in pages for package in page["results"]] == everything
    assert {page["count"] for page in pages} == {11}
    assert names(browser, sort="title_string desc, name asc")[0] == "rad-unfaelle"
    by_id = call(browser, "package_search", sort="id asc", rows=100)["results"]
    assert [package["id"] for package in by_id] == sorted(package["id"] for package in by_id)
    assert len(call(browser, "package_search")["results"]) == 10


@pytest.mark.parametrize("fields", ['["organization","res_format"]', ["organization", "res_format"]])
def test_facets_are_counted(browser: TestClient, fields: Any) -> None:
    params = {"facet.field": fields, "facet.limit": 2, "rows": 0}
    answer = call(browser, "package_search", **params)
    assert answer["facets"]["organization"] == {"amt-fuer-mobilitaet": 4, "umweltamt": 4}
    (first, _) = answer["search_facets"]["organization"]["items"]
    assert first == {"name": "amt-fuer-mobilitaet", "display_name": "Amt für Mobilität", "count": 4}
    assert answer["facets"]["res_format"] == {"CSV": 5, "GEOJSON": 3}


def test_limits_of_facets(browser: TestClient) -> None:
    tags = {"facet.field": "tags", "rows": 0}
    assert call(browser, "package_search", **tags, **{"facet.limit": 0})["facets"] == {"tags": {}}
    assert len(call(browser, "package_search", **tags, **{"facet.limit": -1})["facets"]["tags"]) == 2
    assert call(browser, "package_search", **tags, **{"facet.mincount": 2})["facets"] == {"tags": {}}
    assert call(browser, "package_search", **{"facet.field": "nosuch", "rows": 0})["facets"] == {}
    assert call(browser, "package_search", **tags, facet="false")["facets"] == {}


def test_only_some_fields_of_packages(browser: TestClient) -> None:
    (only,) = call(browser, "package_search", q="name:luft", fl="name,title,nosuch")["results"]
    assert only == {"name": "luft", "title": "Luftqualität: Messwerte"}


@pytest.mark.parametrize(
    ("params", "status", "type_"),
    [
        ({"rows": -1}, 409, "Validation Error"),
        ({"rows": "abc"}, 409, "Validation Error"),
        ({"start": -5}, 409, "Validation Error"),
        ({"sort": "name"}, 400, "Search Query Error"),
        ({"nosuch": 1}, 400, "Search Query Error"),
        ({"fq": "metadata_modified:[gestern TO *]"}, 400, "Search Query Error"),
        ({"q": "a" * 5000}, 400, "Search Query Error"),
    ],
)
def test_a_wrong_search_is_refused_as_ckan_does(
    browser: TestClient, params: dict[str, Any], status: int, type_: str
) -> None:
    answer = browser.get("/api/3/action/package_search", params=params)
    assert answer.status_code == status
    assert answer.json()["success"] is False
    assert answer.json()["error"]["__type"] == type_


def test_many_rows_are_cut_and_the_end_is_empty(browser: TestClient) -> None:
    assert call(browser, "package_search", rows=100_000)["count"] == 11
    assert MAX_ROWS == 1_000
    past = call(browser, "package_search", start=20_000)
    assert (past["count"], past["results"]) == (11, [])


def test_real_queries_are_answered(browser: TestClient, shared: Path) -> None:
    log = gzip.decompress((shared / "data" / "search" / "real_query_log_ckan_mcp.jsonl.gz").read_bytes())
    queries = sorted({json.loads(line)["query"] for line in log.splitlines() if b'"ckan_package_search"' in line})
    for query in queries[::12]:
        answer = browser.get("/api/3/action/package_search", params={"q": query, "rows": 1})
        assert answer.status_code == 200, (query, answer.text)


# -- single things


def test_a_package_is_shown_by_any_of_its_ids(browser: TestClient) -> None:
    package = call(browser, "package_show", id="baumkataster")
    assert package["title"] == "Baumkataster"
    assert call(browser, "package_show", id=package["id"]) == package
    assert call(browser, "package_show", id="fernwaerme")["name"] == "fernwaerme-netzplan"  # the id of its source
    assert call(browser, "package_show", id="baumkataster", include_tracking="true", nosuch=1) == package
    resource = package["resources"][1]
    assert call(browser, "resource_show", id=resource["id"]) == resource
    assert call(browser, "resource_search", query=["name:bäume", "format:geo"]) == {"count": 1, "results": [resource]}


@pytest.mark.parametrize(
    ("action", "params", "status", "error"),
    [
        ("package_show", {}, 409, {"__type": "Validation Error", "id": ["Missing value"]}),
        ("package_show", {"id": "nope"}, 404, {"__type": "Not Found Error", "message": "Not found"}),
        ("package_show", {"id": "altkleider"}, 404, {"__type": "Not Found Error", "message": "Not found"}),
        ("package_show", {"id": "kuehle-wege"}, 404, {"__type": "Not Found Error", "message": "Not found"}),
        ("organization_show", {"id": "nope"}, 404, {"__type": "Not Found Error", "message": "Not found"}),
        ("group_show", {"id": "nope"}, 404, {"__type": "Not Found Error", "message": "Not found"}),
        ("tag_show", {"id": "nope"}, 404, {"__type": "Not Found Error", "message": "Not found"}),
    ],
)
def test_errors_have_the_type_by_which_clients_tell_them(
    browser: TestClient, action: str, params: dict[str, Any], status: int, error: dict[str, Any]
) -> None:
    answer = browser.get(f"/api/3/action/{action}", params=params)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_organizations_groups_and_tags(browser: TestClient) -> None:
    assert call(browser, "organization_list") == ["amt-fuer-mobilitaet", "digital-agentur", "stadtwerke", "umweltamt"]
    by_count = call(browser, "organization_list", all_fields="true", sort="package_count desc", limit=2)
    assert [(one["title"], one["package_count"]) for one in by_count] == [("Amt für Mobilität", 4), ("Umweltamt", 4)]
    office = call(browser, "organization_show", id="Umweltamt", include_datasets="true")
    assert office["description"] == "Pflegt Daten zu Bäumen, Luft, Wasser und Klima."
    assert {one["name"] for one in office["packages"]} == {"baumkataster", "luft", "strassennamen", "trinkbrunnen"}
    assert call(browser, "package_show", id="luft")["owner_org"] == office["id"]
    assert "tran" in call(browser, "group_list")
    assert call(browser, "group_list", all_fields="true", groups="envi")[0]["package_count"] == 4
    assert len(call(browser, "group_package_show", id="envi")) == 4
    assert call(browser, "tag_list") == ["Fahrrad", "Verkehrszählung"]
    assert call(browser, "tag_list", query="ZÄHL") == ["Verkehrszählung"]
    assert call(browser, "tag_show", id="Fahrrad", include_datasets="true")["packages"][0]["name"] == "rad-zaehlstellen"
    assert call(browser, "tag_search", query="rad")["count"] == 1
    assert call(browser, "tag_autocomplete", query="fahr") == ["Fahrrad"]
    assert call(browser, "organization_autocomplete", q="umwelt")[0]["name"] == "umweltamt"
    assert call(browser, "group_autocomplete", q="umwelt")[0]["name"] == "envi"
    assert call(browser, "package_autocomplete", q="luft")[0]["title"] == "Luftqualität: Messwerte"
    assert call(browser, "format_autocomplete", q="geo") == ["GEOJSON"]


def test_the_site_says_what_it_is(browser: TestClient) -> None:
    assert call(browser, "site_read") is True
    status = call(browser, "status_show")
    assert status["ckan_version"].startswith("2.")
    assert status["site_url"] == "http://testserver"
    assert {"dl-by-de/2.0", "cc-zero"} <= {one["id"] for one in call(browser, "license_list")}
    assert "id or name" in call(browser, "help_show", name="package_show")
    assert browser.get("/api/3").json() == {"version": 3}


def test_every_action_says_what_it_does() -> None:
    assert {name for name, action in ACTIONS.items() if not action.__doc__} == set()


def test_versions_are_activities(browser: TestClient) -> None:
    (first,) = call(browser, "package_activity_list", id="luft")
    assert (first["activity_type"], first["data"]["package"]["name"]) == ("new package", "luft")
    assert len(call(browser, "recently_changed_packages_activity_list", limit=3)) == 3


# -- the envelope


def test_a_body_counts_instead_of_the_address(browser: TestClient) -> None:
    answer = browser.post("/api/3/action/package_search?rows=0", json={"q": "name:luft", "rows": 1})
    assert [package["name"] for package in answer.json()["result"]["results"]] == ["luft"]
    fields = {"facet.field": ["organization"], "rows": 0}
    assert browser.post("/api/action/package_search", json=fields).json()["result"]["facets"]["organization"]
    assert len(browser.post("/api/3/action/package_list", content=b"").json()["result"]) == 11


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff", b"nothing"])
def test_a_body_that_is_no_call_is_answered_with_a_sentence(browser: TestClient, body: bytes) -> None:
    answer = browser.post("/api/3/action/package_list", content=body)
    assert answer.status_code == 400
    assert answer.json().startswith("Bad request - JSON Error")


def test_an_unknown_action_is_a_sentence_and_a_writing_one_is_not_allowed(browser: TestClient) -> None:
    answer = browser.get("/api/3/action/nosuch")
    assert (answer.status_code, answer.json()) == (400, "Bad request - Action name not known: nosuch")
    for method in (browser.get, browser.post):
        refused = method("/api/3/action/package_create")
        assert (refused.status_code, refused.json()["error"]["__type"]) == (403, "Authorization Error")


def test_a_page_of_others_may_read_and_may_call_back(browser: TestClient) -> None:
    answer = browser.get("/api/3/action/site_read?callback=f")
    assert answer.headers["content-type"].startswith("application/javascript")
    assert answer.text.startswith('f({"help":')
    assert answer.headers["access-control-allow-origin"] == "*"
    assert browser.get("/api/3/action/site_read?callback=alert(1)").json()["success"] is True
    assert browser.head("/api/3/action/site_read").status_code == 200


# -- changes


def test_what_changes_is_seen_at_once(filled: Catalog, client: TestClient) -> None:
    before = call(client, "package_list")
    take(filled, a_dataset("Spielplätze"), source="andere")
    assert call(client, "package_list") == sorted([*before, "spielplaetze"])
    filled.withdraw("spielplaetze", "redaktion", "doppelt")
    assert call(client, "package_list") == before


def test_a_record_that_cannot_be_a_package_is_left_out(filled: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    from api.ckan import packages

    original = packages.entry

    def entry(record: Any, base: str) -> Any:
        if record.id == "radwege":
            raise ValueError("no")
        return original(record, base)

    monkeypatch.setattr(packages, "entry", entry)
    assert list(Packages(filled.store, BASE).view().entries) == ["luftqualitaet", "parkplaetze"]


# -- pages of CKAN


def test_old_pages_lead_to_ours(city: Town, browser: TestClient) -> None:
    package = call(browser, "package_show", id="baumkataster")
    for name in ("baumkataster", package["id"]):
        answer = browser.get(f"/dataset/{name}")
        assert (answer.status_code, answer.headers["location"]) == (301, "/daten/baumkataster")
    assert browser.get(f"/dataset/{package['id']}.ttl").headers["location"] == "/daten/baumkataster.ttl"
    for name in ("umweltamt", package["owner_org"]):
        assert browser.get(f"/organization/{name}").headers["location"] == "/organisationen/umweltamt"
    assert browser.get("/dataset/altkleider").headers["location"] == "/daten/altkleider"
    assert browser.get("/dataset/nope").status_code == 404
