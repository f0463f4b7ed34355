"""A page is taken along: as a QR code, and as a card in another site, without script and cookies.

Covers: api/pages/sharing.py
"""

import xml.etree.ElementTree as ET

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.app import create_app
from tests.town import Town


def test_a_qr_code_is_a_drawing_of_an_address_of_ours(browser: TestClient) -> None:
    answer = browser.get("/qr.svg?at=/projekte/kuehle-wege")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert ET.fromstring(answer.content).tag.endswith("svg")
    assert answer.content == browser.get("/qr.svg?at=/projekte/kuehle-wege").content
    assert answer.content != browser.get("/qr.svg?at=/projekte/pegel").content


@pytest.mark.parametrize("at", ["", "https://example.org/", "//example.org/", "/" + "x" * 1001, "/a\nb"])
def test_nothing_else_becomes_a_qr_code(browser: TestClient, at: str) -> None:
    assert browser.get("/qr.svg", params={"at": at}).status_code == 404


@pytest.mark.parametrize(
    "path", ["/einbetten/projekte/kuehle-wege", "/en/embed/projects/kuehle-wege", "/einbetten/daten?theme=TRAN"]
)
def test_a_card_may_be_framed_and_has_neither_script_nor_cookie(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text
    assert 'class="card"' in answer.text


def test_other_pages_may_not_be_framed(browser: TestClient) -> None:
    for path in ("/", "/projekte/kuehle-wege", "/konto/anmelden"):
        assert "frame-ancestors 'none'" in browser.get(path).headers["content-security-policy"]


def test_a_city_says_where_its_cards_may_stand(city: Town, tmp_path) -> None:  # type: ignore[no-untyped-def]
    for line, allowed in (
        ('embed_in = ["https://www.ort.example"]', "https://www.ort.example"),
        ("embed_in = []", "'none'"),
    ):
        folder = tmp_path / allowed.strip("'").rpartition("/")[2]
        folder.mkdir()
        (folder / "city.toml").write_text(f'name = "Ort"\n{line}\n')
        browser = TestClient(create_app(city.catalog, replace(city.settings, city=folder)))
        policy = browser.get("/einbetten/projekte/kuehle-wege").headers["content-security-policy"]
        assert f"frame-ancestors {allowed}" in policy


def test_unknown_lists_and_records_are_not_embedded(browser: TestClient) -> None:
    assert browser.get("/einbetten/konto").status_code == 404
    assert browser.get("/einbetten/projekte/gibt-es-nicht").status_code == 404


def test_the_page_of_a_project_says_how_it_is_shared(browser: TestClient) -> None:
    page = browser.get("/projekte/kuehle-wege").text
    assert "/qr.svg?at=/projekte/kuehle-wege" in page.replace("%2F", "/")
    assert "/einbetten/projekte/kuehle-wege&#34;" in page or '/einbetten/projekte/kuehle-wege"' in page
    assert "mailto:?subject=" in page
    english = browser.get("/en/projects/kuehle-wege").text
    assert "/en/embed/projects/kuehle-wege" in english
