"""Open calls for businesses: deadline first, with subject, period, tender link and contact form.

Covers: api/pages/calls.py
"""

from datetime import date

from starlette.testclient import TestClient

from api.pages.calls import open_calls_of
from registry.model import Opportunity, Record
from tests.builders import a_project
from vocab.concepts import concept_list

NOW = date(2026, 12, 1)


def call(type: str, **fields: object) -> Opportunity:
    return Opportunity(type=concept_list("opportunities").by_notation[type].iri, **fields)  # type: ignore[arg-type]


def test_only_open_calls_for_businesses_are_listed() -> None:
    opportunities = (
        call("mitwirkung", title={"de": "Bürgerabend"}, ends="2027-01"),
        call("partnergesuch", title={"de": "Vorbei"}, ends="2026-11-30"),
        call("partnergesuch", title={"de": "Messgeräte"}, starts="2026-11", ends="2026-12-24"),
        call("ausschreibung", page="https://vergabe.example.org/7"),
    )
    record = Record(id="netz", said=a_project("Netz", opportunities=opportunities))
    partner, tender = open_calls_of(record, NOW, "de")
    assert (str(partner.title), partner.until, partner.tender) == ("Messgeräte", "24. Dezember 2026", False)
    assert partner.period == "November 2026 bis 24. Dezember 2026"
    assert partner.form == "/interesse?record=netz&call=3"
    assert partner.themes == "Verkehr"
    assert (tender.tender, tender.page, tender.last) == (True, "https://vergabe.example.org/7", date.max)


def test_the_page_lists_them_with_form_and_alert(browser: TestClient) -> None:
    page = browser.get("/partner").text
    assert page.index("Partner gesucht: Messgeräte") < page.index(
        "Betriebe mit Stellplatz gesucht"
    )  # no deadline: last
    assert 'href="/interesse?record=kuehle-wege&amp;call=2"' in page
    assert "opportunity=ausschreibung" in page.partition('href="/abo?')[2].partition('"')[0]
    assert 'href="/partner"' in browser.get("/").text


def test_filters_narrow_the_calls(browser: TestClient) -> None:
    page = browser.get("/partner?theme=TRAN").text
    assert "Betriebe mit Stellplatz gesucht" in page
    assert "Partner gesucht: Messgeräte" not in page
    assert "Thema: Verkehr" in page
    assert "No project looks for partners at the moment." in browser.get("/en/calls?theme=HEAL&district=rohrbach").text
