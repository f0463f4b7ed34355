"""The page of an organization and the tree of all: what stands there, in which order, and under which name.

Covers: api/pages/organization.py, api/pages/organizations.py, api/pages/own_names.py, api/pages/deliveries.py,
api/pages/next_dates.py
"""

import re
from datetime import date

from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.pages.deliveries import strip
from api.pages.next_dates import next_dates
from registry.model import Agent, Link, Metadata, Opportunity, Record
from registry.model.identity import local
from tests.builders import a_dataset
from tests.town import Town
from vocab.concepts import concept_list

TODAY = date(2026, 12, 1)


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_page_says_how_punctual_the_data_are_and_what_the_organization_leads(browser: TestClient) -> None:
    page = browser.get("/organisationen/umweltamt").text
    shown = text(page)
    assert re.search(r"\d+ von \d+ sind so aktuell wie zugesagt\.", shown)
    assert "Leitet" in shown
    assert page.count('class="strip"') >= 1
    for path in ("/suche.csv", "/api/v1/search"):
        assert re.search(rf'href="{path}\?[^"]*publisher=umweltamt', page)
    assert "Eintrag berichtigen" in shown
    assert re.search(r"Im Schnitt sind [\d,]+ von 9 Punkten erfüllt", shown)


def test_the_tree_has_units_below_their_organization_and_no_order_by_id(city: Town, browser: TestClient) -> None:
    page = browser.get("/organisationen").text
    names = re.findall(r'<tr(?: class="below(\d)")?><th scope="row">.*?class="name" href="[^"]*">([^<]*)</a>', page)
    top = [name for level, name in names if not level]
    assert top == sorted(top, key=str.casefold)
    units = [
        record.metadata.title["de"]
        for record in city.catalog.store.get_many([f"{id}" for id in ("umweltamt",)]).values()
        if any(link.relation == "unit_of" for link in record.metadata.links)
    ]
    assert all(("1", name) in names for name in units)
    assert "Filtern" in browser.get("/organisationen?q=amt").text, "a search has the list of all kinds"


def test_organizations_that_are_units_of_each_other_stand_on_top(city: Town, browser: TestClient) -> None:
    circle = [
        Record(
            id=id,
            said=Metadata(kind="organization", title={"de": id}, links=(Link("unit_of", local(above)),)),
        )
        for id, above in (("kreis-a", "kreis-b"), ("kreis-b", "kreis-a"))
    ]
    city.catalog.store.put(circle, "test")
    city.catalog.sync()
    try:
        page = browser.get("/organisationen").text
        assert '<tr><th scope="row"><a class="name" href="/organisationen/kreis-a"' in page
        assert '<tr><th scope="row"><a class="name" href="/organisationen/kreis-b"' in page
    finally:
        for record in circle:
            city.catalog.withdraw(record.id, "test", "")
        city.catalog.sync()


def test_an_organization_has_the_name_of_its_own_entry_whatever_a_source_calls_it(
    city: Town, browser: TestClient
) -> None:
    title = city.catalog.store.existing("umweltamt").metadata.title
    metadata = replace(a_dataset("Namenlos"), publisher=Agent(name={"de": "Dezernat fuenf"}, id="umweltamt"))
    city.catalog.store.put([Record(id="namenlos", said=metadata)], "test")
    city.catalog.sync()
    try:
        for lang, path in (("de", "/daten/namenlos"), ("en", "/en/datasets/namenlos")):
            page = browser.get(path).text
            kindline = page[page.index('class="kindline"') :][:600]
            assert title.get(lang, title["de"]) in kindline
            assert "Dezernat" not in kindline
    finally:
        city.catalog.withdraw("namenlos", "test", "")
        city.catalog.sync()


def test_the_strip_has_what_was_delivered_and_what_is_late() -> None:
    monthly = concept_list("frequencies").by_notation["MONTHLY"].iri
    data = Metadata(kind="dataset", title={"de": "x"}, frequency=monthly, modified="2026-06-01", issued="2019")
    drawn = strip(data, [replace(data, modified="2026-05-01")], TODAY)
    assert len(drawn.ticks) == 2, "what is older than a year is not drawn"
    assert drawn.late
    assert drawn.late[1] == 100
    hourly = replace(data, frequency=concept_list("frequencies").by_notation["HOURLY"].iri, modified="2026-12-01")
    assert strip(hourly, [], TODAY).flow == (0.0, 100.0)
    assert strip(Metadata(kind="dataset", title={"de": "x"}), [], TODAY) == ((), None, None)


def test_next_dates_are_those_that_are_not_over_in_their_order() -> None:
    event = Record(id="abend", said=Metadata(kind="event", title={"de": "Abend"}, starts="2026-12-09T18:00:00+01:00"))
    calls = (
        Opportunity(title={"de": "Alt"}, ends="2026-11-30"),
        Opportunity(title={"de": "Test"}, ends="2026-12-02"),
    )
    project = Record(id="wege", said=Metadata(kind="project", title={"de": "Wege"}, opportunities=calls))
    first, second = next_dates([event, project], "de", TODAY)
    assert (first.day, str(first.title), str(first.text)) == ("2.", "Test", "Letzter Tag · Wege")
    assert (second.day, second.month, str(second.text)) == ("9.", "Dez. 2026", "18\N{NO-BREAK SPACE}Uhr")
