"""The report of links and freshness, and what the page of a dataset says of its addresses.

Covers: api/admin/links.py
"""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from registry.links.links import Link, Outcome
from tests.signed_in import browser
from tests.town import Town

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def noted(city: Town, outcome: Outcome, *moments: datetime) -> Link:
    """The first address of the bicycle counters after checks with that outcome."""
    links = city.catalog.links
    links.follow(city.catalog.store, NOW)
    record = city.catalog.store.get("rad-zaehlstellen")
    address = record.metadata.distributions[0].download_url
    link = links.of([address])[address]
    for moment in moments:
        link = links.note(link, outcome, moment)
    return link


def test_the_report_says_since_when_and_who_is_in_charge(city: Town) -> None:
    staff = browser(city, "verwaltung", follow=True)
    noted(city, Outcome(True, "200"), NOW - 9 * DAY)
    link = noted(city, Outcome(False, "404"), NOW - 2 * DAY, NOW - DAY, NOW)
    page = staff.get("/administration/links").text
    assert "1 Adresse antwortet seit Tagen nicht." in page
    assert "Die Datei gibt es dort nicht (404)" in page
    assert "29. November 2026" in page
    assert "22. November 2026" in page
    assert "amt-fuer-mobilitaet@example.org" in page
    assert "Überfällig seit" in page
    assert "1 address has not answered for days." in staff.get("/en/admin/links").text
    rows = list(csv.DictReader(io.StringIO(staff.get("/administration/links.csv").text.lstrip("\ufeff"))))
    (broken,) = (row for row in rows if row["state"] == "broken")
    assert broken["address"] == link.address
    assert broken["page"] == "http://testserver/daten/rad-zaehlstellen"
    assert any(row["state"] == "overdue" for row in rows)


def test_the_page_of_a_dataset_says_when_it_was_checked_and_since_when_it_fails(city: Town) -> None:
    visitor = browser(city, "")
    noted(city, Outcome(True, "200"), NOW)
    assert "Geprüft am 1. Dezember 2026" in visitor.get("/daten/rad-zaehlstellen").text
    noted(city, Outcome(False, "404"), NOW + DAY)
    page = visitor.get("/daten/rad-zaehlstellen").text
    assert "Nicht erreichbar" not in page  # once is not for days
    assert "Zuletzt erreichbar am 1. Dezember 2026." in page
    noted(city, Outcome(False, "404"), NOW + 2 * DAY, NOW + 3 * DAY)
    page = visitor.get("/daten/rad-zaehlstellen").text
    assert "Nicht erreichbar seit 2. Dezember 2026. Zuletzt erreichbar am 1. Dezember 2026." in page


def test_the_report_does_not_call_all_well_while_an_address_failed_once(city: Town) -> None:
    noted(city, Outcome(True, "200"), NOW)
    staff = browser(city, "verwaltung", follow=True)
    assert "Alle geprüften Adressen antworten." in staff.get("/administration/links").text
    noted(city, Outcome(False, "404"), NOW + DAY)
    page = staff.get("/administration/links").text
    assert "1 Adresse hat zuletzt nicht geantwortet." in page
    assert "Alle geprüften Adressen antworten." not in page
    assert "1 address did not answer when last checked." in staff.get("/en/admin/links").text


def test_quality_counts_addresses_once_they_were_checked(city: Town) -> None:
    visitor = browser(city, "")
    noted(city, Outcome(True, "200"), NOW)
    assert "prüfen wir noch nicht" not in visitor.get("/qualitaet").text


@pytest.mark.parametrize("name", ["agentur", ""])
def test_nobody_else_sees_the_report(city: Town, name: str) -> None:
    for path in ("/administration/links", "/administration/links.csv"):
        assert browser(city, name).get(path).status_code in (303, 302, 401, 403)
