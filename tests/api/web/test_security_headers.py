"""The headers that protect people: on every answer, also on errors, redirects and refusals.

Covers: api/web/frame.py
"""

import pytest
from starlette.testclient import TestClient

from api.web.frame import HEADERS
from tests.signed_in import browser
from tests.town import Town

PATHS = (
    "/", "/en/", "/suche?q=rad", "/suche.csv", "/daten/baumkataster", "/daten/baumkataster.ttl", "/id/baumkataster",
    "/daten/altkleider", "/nirgends", "/konto", "/administration", "/api/v1/search", "/api/v1/records/nirgends",
    "/api/3/action/package_list", "/feed.atom", "/sparql", "/static/portal.css", "/healthz", "/metrics",
    "/openapi.json", "/impressum/", "/.well-known/security.txt",
)  # fmt: skip
PRIVATE = ("/konto", "/mein", "/freigabe", "/administration")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_headers(client: TestClient, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors" in policy
    for name in HEADERS:
        assert answer.headers[name]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers
    if answer.content:
        assert answer.headers["content-type"]


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "TRACE", "DELETE"])
def test_also_a_method_that_there_is_not(client: TestClient, method: str) -> None:
    answer = client.request(method, "/suche")
    assert answer.status_code in (204, 405)
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PRIVATE)
def test_private_pages_are_not_kept_by_caches(city: Town, path: str) -> None:
    page = browser(city, "verwaltung", follow=True).get(path)
    assert page.status_code == 200
    assert "no-store" in page.headers["cache-control"]


def test_other_sites_read_data_and_no_private_page(city: Town) -> None:
    client = browser(city, "verwaltung", follow=True)
    asked = {"Origin": "https://elsewhere.example"}
    assert client.get("/api/v1/search", headers=asked).headers["access-control-allow-origin"] == "*"
    for path in (*PRIVATE, "/", "/suche"):
        assert "access-control-allow-origin" not in client.get(path, headers=asked).headers
    assert "access-control-allow-credentials" not in client.get("/api/v1/search", headers=asked).headers
