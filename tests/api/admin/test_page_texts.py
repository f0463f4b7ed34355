"""Texts of pages are written by administrators, with versions; a page without a text has no link.

Covers: api/admin/page_texts.py
"""

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.app import create_app
from api.pages.city_texts import checked
from registry.model.timing import first_day
from tests.signed_in import browser, send
from tests.town import Town

FORM = "/administration/texte/imprint/de"


def test_an_administrator_writes_a_text_looks_at_it_and_takes_a_version_back(city: Town) -> None:
    admin = browser(city, "verwaltung", follow=True)
    assert "So wird es aussehen" in send(admin, FORM, "look", text="## Wir").text
    answer = send(admin, FORM, "save", text="## Wir\n\nDas Amt <script>x</script>")
    assert "Gespeichert." in answer.text
    page = browser(city).get("/impressum").text
    assert "<h2>Wir</h2>" in page
    assert "<script>x" not in page
    send(admin, FORM, "save", text="Neu")
    assert "## Wir" in admin.get(f"{FORM}?version=1").text
    late = send(admin, FORM, "save", text="Zu spät", base="1")
    assert late.status_code == 409
    assert "Zu spät" in late.text
    assert "Neu" in late.text


def test_others_may_not_write_texts(city: Town) -> None:
    for name in ("agentur", "lotsin"):
        assert browser(city, name).get("/administration/texte").status_code == 403
    assert browser(city).get("/administration/texte", follow_redirects=False).status_code in (303, 401)


def test_a_page_without_a_text_has_no_link(city: Town, tmp_path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "ort"
    folder.mkdir()
    (folder / "city.toml").write_text('name = "Ort"\n')
    bare = TestClient(create_app(city.catalog, replace(city.settings, city=folder)), headers={"accept": "text/html"})
    page = bare.get("/daten").text
    for address in ("/datenschutz", "/leichte-sprache", "/gebaerdensprache"):
        assert f'href="{address}"' not in page
    assert 'href="/hilfe"' in page
    (folder / "pages").mkdir()
    (folder / "pages" / "leichte-sprache.md").write_text("Das ist leicht.")
    assert 'href="/leichte-sprache"' in bare.get("/projekte").text  # not kept from before
    assert 'class="prose after easy"' in bare.get("/leichte-sprache").text


def test_the_page_about_accessibility_says_what_was_tested_and_when(city: Town) -> None:
    result = checked()
    assert first_day(result.day)
    assert result.pages > 40
    page = browser(city).get("/barrierefreiheit").text
    assert "Zuletzt geprüft am" in page
    assert result.tool in page


@pytest.mark.parametrize("lang", ["de", "en"])
def test_help_explains_the_words_of_the_pages(city: Town, lang: str) -> None:
    page = browser(city).get("/hilfe" if lang == "de" else "/en/help").text
    for anchor in ("datensatz", "lizenz", "format", "phase", "metadaten"):
        assert f'<div id="{anchor}">' in page
