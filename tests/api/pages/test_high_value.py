"""The page about high-value data, and its table for the report to the Land.

Covers: api/pages/high_value.py
"""

import csv
import io
from pathlib import Path

from fastapi.testclient import TestClient

from api.app import create_app
from registry.catalog import Catalog
from registry.settings import Settings
from tests.builders import a_dataset
from tests.town import Town, take
from vocab.legal_bases import HVD_ACT


def test_what_is_marked_and_what_could_belong_to_it_is_listed(tmp_path: Path) -> None:
    with Town(tmp_path / "data") as town:
        take(
            town.catalog,
            a_dataset("Luftqualität", legislation=(HVD_ACT,), hvd_categories=("http://data.europa.eu/bna/c_dd313021",)),
            a_dataset("=Einwohner je Stadtteil"),
            a_dataset("Vereinsliste"),
        )
        browser = TestClient(town.app, headers={"accept": "text/html"})
        page = browser.get("/qualitaet/hochwertig").text
        assert "1 Eintrag ist als hochwertig gekennzeichnet." in page
        assert "1 weiterer Eintrag könnte dazugehören." in page
        assert "Erdbeobachtung und Umwelt" in page
        assert "Vereinsliste" not in page
        rows = list(csv.DictReader(io.StringIO(browser.get("/qualitaet/hochwertig.csv").content.decode("utf-8-sig"))))
        assert [(row["state"], row["category"]) for row in rows] == [
            ("marked", "Erdbeobachtung und Umwelt"),
            ("suspected", "Statistik"),
        ]
        assert rows[1]["title"].startswith("'=")
        assert rows[0]["url"].startswith("http")
        assert rows[0]["missing"]
        take(town.catalog, a_dataset("Straßennetz"), source="andere")
        assert "2 further records could belong to it." in browser.get("/en/quality/high-value").text


def test_a_catalogue_without_any_says_so(settings: Settings, catalog: Catalog) -> None:
    browser = TestClient(create_app(catalog, settings), headers={"accept": "text/html"})
    assert "0 Einträge sind als hochwertig gekennzeichnet." in browser.get("/qualitaet/hochwertig").text
