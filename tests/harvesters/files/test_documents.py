"""Calendars, activities of IATI and web pages, read into entries."""

from registry.model import Period
from tests.harvesters.test_entries import only
from tests.sample_city import iri

ICS = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Beispiel//DE
BEGIN:VEVENT
UID:messtag-1
SUMMARY:Messtag
DESCRIPTION:Messen Sie mit.
LOCATION:Bahnstadt
DTSTART:20270501T100000Z
DTEND:20270501T120000Z
URL:https://example.org/messtag
END:VEVENT
END:VCALENDAR
"""
IATI = b"""<?xml version="1.0"?><iati-activities version="2.01"><iati-activity>
<iati-identifier>XX-1</iati-identifier><title><narrative>Brunnen</narrative></title>
<description><narrative>Zehn Brunnen. Mit Sitzpl\xc3\xa4tzen.</narrative></description>
<participating-org role="1"><narrative>Geldgeber</narrative></participating-org>
<participating-org role="4"><narrative>Verein</narrative></participating-org>
<activity-status code="2"/><activity-date type="1" iso-date="2026-01-01"/>
<activity-date type="3" iso-date="2027-12-31"/></iati-activity></iati-activities>"""


def test_a_calendar_is_read_as_events() -> None:
    metadata = only(ICS, "termine.ics", "event")
    assert (metadata.title, metadata.starts) == ({"de": "Messtag"}, "2027-05-01T10:00:00+00:00")
    assert metadata.landing_page == "https://example.org/messtag"


def test_activities_of_iati_are_projects() -> None:
    metadata = only(IATI, "aktivitaeten.xml")
    assert metadata.title == {"de": "Brunnen"}
    assert metadata.abstract == {"de": "Zehn Brunnen. Mit Sitzplätzen."}
    assert metadata.phase == iri("phases", "umsetzung")
    assert metadata.period == Period(start="2026-01-01", end="2027-12-31")
    roles = {one.agent.name["de"]: one.role for one in metadata.participants}
    assert roles == {"Geldgeber": iri("roles", "foerdergeber"), "Verein": iri("roles", "partner")}


def test_a_web_page_says_its_title_and_description() -> None:
    page = b'<html><head><title>Projekt A</title><meta name="description" content="Kurz."></head></html>'
    metadata = only(page, "https://example.org/a")
    assert (metadata.title, metadata.abstract) == ({"de": "Projekt A"}, {"de": "Kurz."})
    linked = b'<script type="application/ld+json">{"@type": "Project", "name": "B", "description": "Lang."}</script>'
    assert only(b"<html>" + linked, "https://example.org/b").title == {"de": "B"}
