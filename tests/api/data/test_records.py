"""The JSON API over a real store and a real index.

Covers: api/data/documents.py, api/data/validation.py
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import anyio.to_thread
import httpx2
import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from api.app import create_app
from api.data.validation import LIMITS, MAX_ANONYMOUS_BYTES
from registry import child_pool
from registry.catalog import Catalog
from registry.model import Origin
from registry.model.people import Account
from registry.settings import Settings
from tests.builders import TRAN, a_dataset
from tests.sample_city import PASSWORD
from tests.town import BASE, take
from tests.waiting import wait_for


def test_a_check_names_faults_of_the_catalogue_and_its_entries(client: TestClient) -> None:
    turtle = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
    <https://x.example/r> a dcat:CatalogRecord ; foaf:primaryTopic <https://x.example/d> .
    <https://x.example/c> a dcat:Catalog ; foaf:homepage <https://x.example/> ."""
    answer = client.post("/api/v1/validate", content=turtle, headers={"Content-Type": "text/turtle"}).json()
    faults = {(each["rule"], each["field"]): each for each in answer["findings"]}
    assert answer["records"] == 0
    assert faults["entry-incomplete", "modified"]["node"] == "https://x.example/r"
    assert faults["catalogue-incomplete", "publisher"]["message"]["de"]
    assert faults["catalogue-incomplete", "publisher"]["remedy"]["en"]


def test_a_search_answers_with_hits_labels_and_selection(client: TestClient) -> None:
    answer = client.get("/api/v1/search?q=radwege&kind=dataset&theme=TRAN&size=5").json()
    assert answer["total"] == 1
    (hit,) = answer["hits"]
    assert hit["id"] == "radwege"
    assert hit["title"] == {"de": "Radwege"}
    assert hit["iri"] == f"{BASE}/id/radwege"
    assert hit["url"] == f"{BASE}/daten/radwege"
    assert hit["publisher"]["name"] == {"de": "Amt für Mobilität"}
    assert hit["score"] > 0
    (theme,) = answer["facets"]["theme"]
    assert theme == {"value": "TRAN", "label": {"de": "Verkehr", "en": "Transport"}, "count": 1, "selected": True}
    assert set(answer) >= {"total", "hits", "facets", "relaxed", "suggestions"}


def test_the_iri_of_a_theme_selects_its_notation(client: TestClient) -> None:
    by_iri = client.get("/api/v1/search", params={"theme": TRAN}).json()
    assert by_iri["facets"] == client.get("/api/v1/search?theme=TRAN").json()["facets"]
    assert by_iri["total"] == 2


def test_counts_of_a_facet_leave_out_its_own_filter(client: TestClient) -> None:
    kinds = client.get("/api/v1/search?kind=project").json()["facets"]["kind"]
    assert {one["value"]: (one["count"], one["selected"]) for one in kinds} == {
        "dataset": (3, False),
        "project": (1, True),
    }


def test_a_value_that_finds_nothing_stays_in_its_facet(client: TestClient) -> None:
    answer = client.get("/api/v1/search?source=gibtsnicht").json()
    assert answer["total"] == 0
    found = {one["value"]: (one["count"], one["selected"]) for one in answer["facets"]["source"]}
    assert found == {"quelle": (4, False), "gibtsnicht": (0, True)}


def test_a_wish_that_cannot_be_met_is_noted(client: TestClient) -> None:
    answer = client.get("/api/v1/search?sort=price&size=999").json()
    assert len(answer["notes"]) == 2
    assert answer["size"] == 100


def test_a_parameter_that_means_nothing_is_noted(client: TestClient) -> None:
    (note,) = client.get("/api/v1/search?license=x&q=rad&colour=&license=y").json()["notes"]
    assert note["de"] == "Diese Parameter gibt es nicht: license, colour."
    assert client.get("/api/v1/search?q=&licence=&size=").json()["notes"] == []
    many = client.get("/api/v1/search?" + "&".join(f"{'x' * 200}{number}=1" for number in range(50))).json()
    assert len(many["notes"][0]["en"]) < 300


def test_pages_follow_each_other(client: TestClient) -> None:
    first = client.get("/api/v1/search?size=3&sort=title").json()
    rest = client.get(first["next"].removeprefix(BASE)).json()
    assert rest["next"] is None
    assert len({hit["id"] for hit in first["hits"] + rest["hits"]}) == 4


def test_a_token_leads_to_the_next_page(client: TestClient) -> None:
    ids: list[str] = []
    address = "/api/v1/search?size=1&sort=title&kind=dataset&facets=none"
    answer = client.get(address).json()
    total = answer["total"]
    while True:
        ids += [hit["id"] for hit in answer["hits"]]
        assert answer["total"] == total
        if not answer["cursor"]:
            break
        answer = client.get(f"{address}&cursor={answer['cursor']}").json()
    assert len(set(ids)) == len(ids) == total
    second = client.get(f"{address}&cursor={client.get(address).json()['cursor']}").json()
    assert [hit["id"] for hit in client.get(second["next"].removeprefix(BASE)).json()["hits"]] == ids[2:3]


def test_a_token_of_another_search_is_a_problem_that_names_it(client: TestClient) -> None:
    token = client.get("/api/v1/search?size=1").json()["cursor"]
    for address in (f"/api/v1/search?sort=title&cursor={token}", "/api/v1/search?cursor=x", "/feed.atom?cursor=x"):
        refused = client.get(address)
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == ["cursor"]


def test_the_ids_of_all_hits_come_at_once(client: TestClient) -> None:
    answer = client.get("/api/v1/search/ids?kind=dataset&sort=title").json()
    listed = client.get("/api/v1/search?kind=dataset&sort=title&size=100").json()
    assert answer == {"total": listed["total"], "ids": [hit["id"] for hit in listed["hits"]], "cursor": ""}
    part = client.get("/api/v1/search/ids?kind=dataset&sort=title&size=2").json()
    assert part["ids"] == answer["ids"][:2]
    rest = client.get(f"/api/v1/search/ids?kind=dataset&sort=title&cursor={part['cursor']}").json()
    assert rest["ids"] == answer["ids"][2:]
    assert client.get("/api/v1/search/ids?size=99999").status_code == 200


def test_limits_and_named_facets_hold_for_the_search_and_the_feed(client: TestClient) -> None:
    answer = client.get("/api/v1/search?facets=family,use").json()
    assert list(answer["facets"]) == ["family", "use"]
    assert client.get("/api/v1/search?bbox=0,0,1,1").json()["total"] == 0
    assert "<entry" not in client.get("/feed.atom?bbox=0,0,1,1").text
    refused = client.get("/api/v1/search?near=8.69,49.41,900&from=x")
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in refused.json()["errors"]] == ["near", "from"]


def test_a_page_too_deep_is_a_problem(client: TestClient) -> None:
    answer = client.get("/api/v1/search?page=9999")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 400
    assert "export" in answer.json()["detail"]


def test_an_unchanged_answer_is_not_sent_again(client: TestClient, filled: Catalog) -> None:
    first = client.get("/api/v1/search?q=radwege")
    same = {"If-None-Match": first.headers["etag"]}
    assert client.get("/api/v1/search?q=radwege", headers=same).status_code == 304
    assert client.get("/api/v1/search?q=luft", headers=same).status_code == 200
    take(filled, a_dataset("Radwege im Wald"), source="andere")
    assert client.get("/api/v1/search?q=radwege", headers=same).status_code == 200


def test_a_record_is_given_with_its_origin(client: TestClient) -> None:
    answer = client.get("/api/v1/records/radwege").json()
    assert answer["origin"]["remote_id"] == "r0"
    assert answer["metadata"]["title"] == {"de": "Radwege"}
    assert answer["state"] == "published"
    assert answer["number"] == 1


def test_a_record_is_not_sent_again_while_it_stays_the_same(client: TestClient) -> None:
    first = client.get("/api/v1/records/radwege")
    at = first.headers["last-modified"]
    assert parsedate_to_datetime(at) <= datetime.now(UTC)
    again = client.get("/api/v1/records/radwege", headers={"If-Modified-Since": at})
    assert (again.status_code, again.content) == (304, b"")
    older = {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}
    assert client.get("/api/v1/records/radwege", headers=older).status_code == 200
    assert client.get("/api/v1/records/radwege", headers={"If-Modified-Since": "gestern"}).status_code == 200


def test_an_unknown_record_is_a_problem(client: TestClient) -> None:
    answer = client.get("/api/v1/records/gibtsnicht")
    assert answer.status_code == 404
    assert {"type", "title", "status", "detail"} <= answer.json().keys()


def test_a_withdrawn_record_says_title_reason_and_date(client: TestClient, filled: Catalog) -> None:
    filled.withdraw("radwege", "anna", "Doppelt gemeldet.")
    answer = client.get("/api/v1/records/radwege")
    assert answer.status_code == 410
    problem = answer.json()
    assert problem["record_title"] == {"de": "Radwege"}
    assert problem["reason"] == "Doppelt gemeldet."
    assert datetime.fromisoformat(problem["withdrawn"]).date() == datetime.now(UTC).date()
    assert "anna" not in answer.text


def test_a_record_shown_under_another_leads_there(client: TestClient, filled: Catalog) -> None:
    twin = replace(a_dataset("Radwege"), iri="https://quelle.example/1")
    (shown,) = take(filled, twin, source="nah", rank=1)
    (hidden,) = take(filled, replace(twin, title={"de": "Radwege, Kopie"}), source="fern", rank=500)
    assert filled.store.existing(hidden).same_as == shown
    answer = client.get(f"/api/v1/records/{hidden}")
    assert (answer.status_code, answer.headers["location"]) == (301, f"/api/v1/records/{shown}")


def test_changes_are_read_to_the_end_by_their_token(client: TestClient, filled: Catalog) -> None:
    first = client.get("/api/v1/changes?size=3").json()
    assert [one["id"] for one in first["changes"]] == ["radwege", "parkplaetze", "luftqualitaet"]
    assert first["end"] is False
    rest = client.get("/api/v1/changes", params={"since": first["next"]}).json()
    assert [one["id"] for one in rest["changes"]] == ["radschnellweg"]
    assert rest["end"] is True
    filled.withdraw("radwege", "anna", "Doppelt.")
    (gone,) = client.get("/api/v1/changes", params={"since": rest["next"]}).json()["changes"]
    assert (gone["state"], gone["reason"], gone["title"]["de"]) == ("withdrawn", "Doppelt.", "Radwege")
    assert "record" not in gone


def test_after_a_restore_a_follower_starts_again(client: TestClient, filled: Catalog) -> None:
    token = client.get("/api/v1/changes").json()["next"]
    filled.store.new_epoch()
    answer = client.get("/api/v1/changes", params={"since": token})
    assert (answer.status_code, answer.json()["type"].rpartition("#")[2]) == (410, "start-again")


@pytest.mark.parametrize("token", ["x", "1", "a.b", "a.-1", "." * 50, "a.²"])
def test_a_token_that_is_none_is_refused(client: TestClient, token: str) -> None:
    assert client.get("/api/v1/changes", params={"since": token}).status_code in (400, 410)


def test_a_file_of_rdf_is_checked(client: TestClient) -> None:
    turtle = '<http://x.example/1> a <http://www.w3.org/ns/dcat#Dataset>; <http://purl.org/dc/terms/title> "T"@de .'
    answer = client.post("/api/v1/validate", content=turtle, headers={"Content-Type": "text/turtle"}).json()
    assert answer["records"] == 1
    rules = {finding["rule"]: finding for finding in answer["findings"]}
    assert rules["description-missing"]["level"] == "must"
    assert rules["description-missing"]["node"] == "http://x.example/1"
    assert rules["description-missing"]["remedy"]["de"]


def test_a_file_that_cannot_be_read_is_a_finding(client: TestClient) -> None:
    for body in ("kein rdf {", '<?xml version="1.0"?><a><b></a>'):
        answer = client.post("/api/v1/validate", content=body, headers={"Content-Type": "text/turtle"})
        assert answer.status_code == 200
        assert [finding["rule"] for finding in answer.json()["findings"]] == ["unreadable"]


@pytest.mark.parametrize("body", ["", " \n\t", "\ufeff", "\ufeff \r\n"])
@pytest.mark.parametrize("type_", ["text/turtle", "application/json", ""])
def test_an_empty_body_is_refused_with_its_remedy(client: TestClient, body: str, type_: str) -> None:
    answer = client.post("/api/v1/validate", content=body.encode(), headers={"Content-Type": type_})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    (error,) = answer.json()["errors"]
    assert error["rule"] == "file-empty"
    assert "--data-binary" in error["remedy"]["de"]


def test_json_with_unknown_fields_is_refused_field_by_field(client: TestClient) -> None:
    answer = client.post("/api/v1/validate", json={"kind": "dataset", "titel": {"de": "x"}})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["titel"]
    wrong = client.post("/api/v1/validate", json={"kind": "dataset", "distributions": [{"size": "viel"}]})
    assert [error["field"] for error in wrong.json()["errors"]] == ["distributions[...].size"] or (
        "size" in wrong.json()["errors"][0]["field"]
    )


def test_a_body_over_the_bound_is_refused_however_it_comes(client: TestClient) -> None:
    def pieces() -> object:
        for _ in range(25):
            yield b"x" * 1_000_000

    for body in (b"x" * 21_000_000, pieces()):
        answer = client.post("/api/v1/validate", content=body)  # type: ignore[arg-type]
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"


async def _leave_one_thread() -> None:
    anyio.to_thread.current_default_thread_limiter().total_tokens = 1


def test_only_a_few_files_are_checked_at_a_time(
    filled: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits holds no thread of the pages: with one such thread, a page is answered while all checks wait."""
    go, began = threading.Event(), []

    def check(*_: object, **__: object) -> bytes:
        began.append(1)
        go.wait(20)
        return b"{}"

    monkeypatch.setattr("api.data.records.check_in_child", check)
    monkeypatch.setattr("api.data.records.MAX_CHECKS_AT_ONCE", 1)
    monkeypatch.setattr("api.data.records.MAX_WAITING_CHECKS", 2)
    with TestClient(create_app(filled, settings), base_url=BASE) as browser, ThreadPoolExecutor() as visitors:
        assert browser.portal
        browser.portal.call(_leave_one_thread)
        checks = [visitors.submit(browser.post, "/api/v1/validate", content=b"{}") for _ in range(4)]
        answer = next(as_completed(checks, 10)).result()
        page = visitors.submit(browser.get, "/api/v1/search").result(10)
        go.set()
        statuses = sorted(check.result(10).status_code for check in checks)
    assert page.status_code == 200
    assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json")
    assert int(answer.headers["retry-after"]) > 0
    assert statuses == [200, 200, 200, 429]
    assert len(began) == 3


def test_a_check_does_not_hold_up_the_end_of_the_server(
    filled: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    began = tmp_path / "began"
    code = (
        f"import pathlib, time\ndef sleeps():\n  pathlib.Path({str(began)!r}).touch()\n  time.sleep(600)\n  yield b''\n"
    )
    (tmp_path / "patient_check.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    child_pool.close()  # an idle child does not know the module

    def check(*_: object, **__: object) -> bytes:
        return b"".join(child_pool.call("file", LIMITS._replace(seconds=600), "patient_check:sleeps"))

    monkeypatch.setattr("api.data.records.check_in_child", check)
    monkeypatch.setattr(filled, "close", lambda: None)  # other tests go on with it

    async def answer_while_the_server_ends() -> httpx2.Response:
        app = create_app(filled, settings)
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=BASE) as visitor:
            async with app.router.lifespan_context(app):
                asked = asyncio.create_task(visitor.post("/api/v1/validate", content=b"{}"))
                await asyncio.to_thread(wait_for, began.exists)
            return await asyncio.wait_for(asked, 30)  # the child would have worked for ten minutes

    assert asyncio.run(answer_while_the_server_ends()).status_code == 503
    wait_for(lambda: not child_pool._busy)


def test_health_and_readiness(client: TestClient, filled: Catalog, settings: Settings) -> None:
    assert client.get("/healthz").text == "ok\n"
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["projections"]["search"] == {"number": filled.store.last(), "behind": 0}


def test_a_catalogue_without_index_is_not_ready(client: TestClient, filled: Catalog) -> None:
    filled.store.new_epoch()
    assert client.get("/readyz").status_code == 503


def test_what_is_for_programs_may_be_read_from_any_page(client: TestClient) -> None:
    for path in ("/api/v1/search", "/catalog.ttl", "/feed.atom", "/daten/radwege.jsonld", "/id/radwege"):
        assert client.get(path).headers["access-control-allow-origin"] == "*", path
    for path in ("/", "/suche", "/konto/anmelden"):
        assert "access-control-allow-origin" not in client.get(path).headers, path
    for accept in ("text/turtle", "application/json", "image/png"):
        answer = client.get("/daten/radwege", headers={"Accept": accept})
        assert answer.headers["access-control-allow-origin"] == "*", accept
    asked = {"Origin": "https://x.example", "Access-Control-Request-Method": "POST"}
    for path in ("/api/v1/validate", "/daten/radwege"):
        assert client.options(path, headers=asked).status_code == 204, path


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_web_page_may_call_the_write_api_with_a_token(client: TestClient, method: str) -> None:
    """A browser only sends the request if the preflight names its method and each of its headers."""
    asked = {"Origin": "https://x.example", "Access-Control-Request-Method": method}
    answer = client.options("/api/v1/drafts/d1", headers=asked)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers  # a session is never taken along, only a token
    assert method in answer.headers["access-control-allow-methods"].split(", ")
    allowed = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert {"authorization", "content-type", "if-match", "idempotency-key"} <= allowed


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/search", "/daten/radwege", "/daten/radwege.ttl", "/gibtsnicht", "/healthz"]
)
def test_every_address_answers_head_like_get(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize("path", ["/", "/api/v1/search", "/gibtsnicht", "/api/v1/gibtsnicht"])
def test_every_answer_protects_the_browser(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_failure_of_ours_shows_a_number_and_nothing_of_the_inside(filled: Catalog, settings: Settings) -> None:
    app = create_app(filled, settings)
    calm = TestClient(app, base_url=BASE, raise_server_exceptions=False)
    filled.store.engine.dispose()
    filled.store.get = lambda id: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    answer = calm.get("/api/v1/records/radwege")
    assert answer.status_code == 500
    assert answer.json()["number"]
    assert "ZeroDivision" not in answer.text
    assert "content-security-policy" in answer.headers
    page = calm.get("/daten/radwege", headers={"Accept": "text/html"})
    assert page.status_code == 500
    assert "ZeroDivision" not in page.text


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/suche/", "/suche"),
        ("/en", "/en/"),
        ("/daten/radwege/?x=1", "/daten/radwege?x=1"),
        ("/daten/a%3Fb%25/", "/daten/a%3Fb%25"),
        ("https://daten.example.org//evil.example/x/", "/evil.example/x"),
    ],
)
def test_a_slash_too_many_leads_to_our_own_path(client: TestClient, path: str, location: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (308, location)


@pytest.mark.parametrize("path", ["/api/v1/records/%00", "/daten/a%00b.ttl", "/id/%00", "/dataset/%00x", "/daten/%ff"])
def test_signs_that_no_id_has_find_nothing(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_hostile_parameters_break_no_search(client: TestClient) -> None:
    for query in (
        "publisher=%00",
        "q=%00%ff%ed%a0%80",
        "theme=" + "x" * 5000,
        "&".join(["kind=dataset"] * 3000),
        "=&&&q",
    ):
        assert client.get(f"/api/v1/search?{query}").status_code == 200, query[:50]
    answer = client.get("/api/v1/changes?size=viel")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "size")


def test_a_wrong_method_is_named(client: TestClient) -> None:
    answer = client.delete("/api/v1/search")
    assert answer.status_code == 405
    assert answer.json()["status"] == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_a_secret_of_a_former_version_is_not_shown(client: TestClient, filled: Catalog) -> None:
    record = filled.store.existing("radwege")
    filled.store.put(
        [replace(record, origin=Origin("quelle", "r0", "https://u:SECRET@x.example/y?token=SECRET&id=7"))], "x"
    )
    answer = client.get("/api/v1/records/radwege")
    assert answer.json()["origin"]["url"] == "https://x.example/y?id=7"
    for path in ("/api/v1/records/radwege", "/daten/radwege", "/daten/radwege.json", "/id/radwege.json"):
        assert "SECRET" not in client.get(path, follow_redirects=True).text


def test_of_nothing_found_it_is_not_said_that_something_is_shown(client: TestClient) -> None:
    answer = client.get("/api/v1/search?q=xyzzyqq").json()
    assert (answer["total"], answer["relaxed"]) == (0, None)


def test_a_date_beyond_the_calendar_is_refused(client: TestClient) -> None:
    for since in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        answer = client.get("/catalog.ttl", params={"modified_since": since})
        assert answer.status_code == 400, since


def test_unknown_keys_are_named_at_every_depth(client: TestClient) -> None:
    said = {"kind": "dataset", "distributions": [{"id": "a"}, {"id": "b", "acces_url": "x"}], "publisher": {"nmae": {}}}
    answer = client.post("/api/v1/validate", json=said | {"extras": {"whatever": {"is": "kept"}}})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["distributions[1].acces_url", "publisher.nmae"]


def test_who_asks_whether_we_are_ready_is_told_nothing_of_the_inside(
    client: TestClient, filled: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> object:
        raise OSError("connection to server at 10.1.2.3, user lotse failed")

    monkeypatch.setattr(filled.store, "position", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["reason"]) == (503, "OSError")


def test_who_is_not_signed_in_may_check_small_files_only(filled: Catalog, settings: Settings) -> None:
    filled.people.add(Account(name="anna", role="member", organizations=("a",)), PASSWORD)
    client = TestClient(create_app(filled, settings), base_url=BASE)
    body = b"#" * MAX_ANONYMOUS_BYTES + b"\n<urn:a> <urn:b> <urn:c> ."
    refused = client.post("/api/v1/validate", content=body, headers={"Content-Type": "text/turtle"})
    assert (refused.status_code, refused.json()["limit"]) == (413, MAX_ANONYMOUS_BYTES)
    assert "2000000 bytes" in refused.json()["detail"]
    assert client.post("/konto/anmelden", data={"name": "anna", "password": PASSWORD}).status_code == 200
    answer = client.post("/api/v1/validate", content=body, headers={"Content-Type": "text/turtle"})
    assert (answer.status_code, answer.json()["records"]) == (200, 0)


@pytest.mark.parametrize(("limits", "status"), [({"memory": 1_000_000}, 422), ({"seconds": 0.001}, 504)])
def test_a_file_that_is_too_much_for_the_child_is_a_problem_that_names_the_bound(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, limits: dict[str, float], status: int
) -> None:
    values = ", ".join(f'"{n}"' for n in range(100_000))
    turtle = f"<urn:a> a <http://www.w3.org/ns/dcat#Dataset> ; <urn:p> {values} ."
    child_pool.close()  # a child that has read files before has memory of its own to fill
    monkeypatch.setattr("api.data.records.LIMITS", LIMITS._replace(**limits))
    answer = client.post("/api/v1/validate", content=turtle, headers={"Content-Type": "text/turtle"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert ("1 MB of memory" if status == 422 else "0 seconds") in answer.json()["detail"]
