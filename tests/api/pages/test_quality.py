"""The pages about the quality of the metadata.

Covers: api/pages/quality.py
"""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.app import create_app
from api.pages import quality
from registry.quality.scores import refresh
from tests.sample_city import sample_city
from tests.town import Town

RECORD = "/qualitaet/rad-zaehlstellen"


@pytest.fixture
def own_city(tmp_path: Path, sample_folder: Path) -> Town:
    return sample_city(tmp_path / "data", template=sample_folder)


def test_the_page_shows_points_what_brings_most_and_who_has_how_many(browser: TestClient) -> None:
    page = browser.get("/qualitaet").text
    for sentence in ("von 405 Punkten", "Diese Felder bringen am meisten:", "Amt für Mobilität",
                     "Datenkatalog der Stadtwerke", "höchstens 325 Punkte"):  # fmt: skip
        assert sentence in page, sentence
    assert page.count("nicht geprüft") == 2
    assert "Ja, aber nicht unverändert." in page.partition("Würde GovData das nehmen?")[2]
    assert "Dem Katalog selbst fehlen:" not in page
    assert "These fields bring most:" in browser.get("/en/quality").text


def test_the_trend_is_drawn_and_written_where_there_are_several_days(own_city: Town) -> None:
    browser = TestClient(own_city.app, headers={"accept": "text/html"})
    assert "<polyline" not in browser.get("/qualitaet").text
    now = refresh(own_city.catalog.store, own_city.catalog.scores)
    own_city.catalog.scores.keep(now._replace(day=now.day - timedelta(days=30)))
    page = browser.get("/qualitaet").text
    assert page.count("<polyline") == 1
    assert "Als Tabelle" in page


def test_what_the_catalogue_itself_lacks_is_told(own_city: Town) -> None:
    bare = create_app(own_city.catalog, replace(own_city.settings, city=None))
    page = TestClient(bare, headers={"accept": "text/html"}).get("/qualitaet").text
    assert "Dem Katalog selbst fehlen: Titel, Beschreibung, Veröffentlichende Stelle." in page


def test_a_large_catalogue_is_measured_while_nobody_waits(own_city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "MAX_RECORDS_AT_ONCE", 0)
    started: list[str] = []
    monkeypatch.setattr(quality.Quality, "_measure", lambda pages: started.append("once"))  # never ends
    browser = TestClient(own_city.app, headers={"accept": "text/html"})
    for _ in range(2):
        page = browser.get("/qualitaet")
        assert page.status_code == 200
        assert "zum ersten Mal berechnet" in page.text
    assert started == ["once"]  # for both
    assert browser.get("/qualitaet.ttl").status_code == 404


def test_the_page_of_a_record_answers_for_mqa_govdata_and_high_value(browser: TestClient) -> None:
    page = browser.get(RECORD).text
    for sentence in ("von 405 Punkten", "Würde GovData das nehmen?", "Hochwertiger Datensatz", "Die 23 Fragen",
                     "80 Punkte sind nicht gezählt"):  # fmt: skip
        assert sentence in page, sentence
    assert f'href="{RECORD}"' in browser.get("/daten/rad-zaehlstellen").text
    assert "Would GovData take it?" in browser.get("/en/quality/rad-zaehlstellen").text


@pytest.mark.parametrize(("id", "status"), [("app", 404), ("gibt-es-nicht", 404), ("altkleider", 410)])
def test_what_mqa_does_not_know_and_what_is_gone_has_no_page(browser: TestClient, id: str, status: int) -> None:
    assert browser.get(f"/qualitaet/{id}").status_code == status
