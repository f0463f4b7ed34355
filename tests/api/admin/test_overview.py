"""The first page of the administration: what needs doing, and whether all is in order.

Covers: api/admin/checkup.py
"""

import re
from datetime import UTC, datetime, timedelta

import pytest

from api.admin.overview import tasks_of
from api.pages.site import Pages
from registry.links.links import Outcome
from registry.model import Run
from tests.signed_in import browser
from tests.town import Town


def numbers(city: Town, name: str = "verwaltung") -> dict[str, int]:
    account = city.catalog.people.get(name)
    assert account
    pages = Pages(city.catalog, city.settings)
    return {task.label: task.number for task in tasks_of(pages, account, "de")}


def test_each_task_has_its_number_and_leads_to_where_it_is_done(city: Town) -> None:
    before = numbers(city)
    assert before["Läufe vor der Entscheidung"] == 1
    assert before["Überfällige Datensätze"] >= 1
    failed = city.catalog.runs.begin(Run(source="stadtwerke", number=0, outcome="running", started=datetime.now(UTC)))
    city.catalog.runs.note(Run(source="stadtwerke", number=failed.number, outcome="failed", started=failed.started))
    links, now = city.catalog.links, datetime.now(UTC)
    links.follow(city.catalog.store, now)
    link = links.listed(most=1)[0]
    for days in range(3):
        link = links.note(link, Outcome(False, "404"), now + timedelta(days=days))
    after = numbers(city)
    assert after["Nicht gelesene Quellen"] == 1
    assert after["Nicht erreichbare Adressen"] == 1
    staff = browser(city, "verwaltung", follow=True)
    page = staff.get("/administration").text
    assert page.index("Nicht gelesene Quellen") < page.index("Überfällige Datensätze")  # urgent ones first
    main = page.partition("<main")[2].partition("</main>")[0]
    for address in set(re.findall('href="(/[^"]+)"', main)):
        assert staff.get(address).status_code == 200, address
    assert "Administration" in staff.get("/en/admin").text


def test_what_an_account_may_not_see_is_not_counted(city: Town) -> None:
    assert "Wartende Nachrichten" in numbers(city)
    assert "Wartende Nachrichten" not in numbers(city, "lotsin")
    page = browser(city, "lotsin", follow=True).get("/administration").text
    assert "/administration/konten" not in page
    assert "/administration/quellen" in page


def test_the_state_of_the_installation_is_what_doctor_says(city: Town) -> None:
    page = browser(city, "verwaltung", follow=True).get("/administration/zustand").text
    assert "Setzen Sie LOTSE_MAIL auf Ihren Mailserver." in page
    assert (
        "Set LOTSE_MAIL to your mail server." in browser(city, "verwaltung", follow=True).get("/en/admin/checkup").text
    )
    assert "Quelle stadtwerke" in page
    assert re.search(r"warten auf eine Entscheidung: \d", page)  # no verb that one draft would make wrong
    assert browser(city, "lotsin").get("/administration/zustand").status_code == 403


@pytest.mark.parametrize("path", ["/administration", "/administration/zustand"])
def test_nobody_else_sees_it(city: Town, path: str) -> None:
    assert browser(city, "agentur").get(path).status_code == 403
    assert browser(city).get(path).status_code in (302, 303, 401)
