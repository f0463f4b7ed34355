"""The pages of accounts: roles, substitutes, hand-over, four eyes, codes, the audit log.

Covers: api/admin/account_roles.py
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from registry.model import Account
from registry.model.timing import today
from tests.sample_city import PASSWORD, sample_city
from tests.signed_in import PROJECT, browser, hidden, send
from tests.town import Town

ACCOUNTS = "/administration/konten"


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


def act(client: TestClient, path: str, act: str, **fields: str):  # type: ignore[no-untyped-def]
    token = hidden(client.get(path).text)["token"]
    return client.post(path, data={"token": token, "act": act, **fields})


@pytest.mark.parametrize("name", ["agentur", "lotsin", ""])
def test_only_administrators_see_the_pages(city: Town, name: str) -> None:
    client = browser(city, name)
    for path in (ACCOUNTS, f"{ACCOUNTS}/agentur", "/administration/protokoll"):
        assert client.get(path).status_code == (403 if name else 303), path
    token = hidden(client.get("/konto/sicherheit").text)["token"] if name else ""
    for path in (ACCOUNTS, f"{ACCOUNTS}/agentur"):
        answer = client.post(path, data={"token": token, "act": "roles", "role": "administrator"})
        assert answer.status_code in (303, 401, 403), path
    assert city.catalog.people.get("agentur").role == "member"
    assert "Konten" not in client.get("/konto").text


def test_an_account_is_added_and_the_person_sets_a_password_with_the_code(city: Town) -> None:
    admin = browser(city, "verwaltung")
    fields = {"name": "dora", "full_name": "Dora Beispiel", "role": "member"}
    fields |= {"organization-1": "Umweltamt", "role-1": "steward", "organization-2": "stadtwerke"}
    answer = act(admin, ACCOUNTS, "add", **fields)
    listed = re.search(r"<code class=\"breaks\">([A-Z2-9-]+)</code>", answer.text)
    assert listed
    account = city.catalog.people.get("dora")
    assert (account.full_name, account.organizations, account.roles) == (
        "Dora Beispiel", ("umweltamt", "stadtwerke"), {"umweltamt": ("steward",)}
    )  # fmt: skip
    client = browser(city)
    client.post("/konto/neues-passwort", data={"name": "dora", "code": listed[1], "new": "ein ganz neues Wort"})
    assert city.catalog.people.verify("dora", "ein ganz neues Wort")
    king, unknown = {"organization-1": "Umweltamt", "role-1": "king"}, {"organization-1": "Amt für Nichts"}
    for fields in ({"name": "dora"}, {"name": "a b"}, {"name": "x", "role": "king"}, {"name": "x"} | king):
        assert act(admin, ACCOUNTS, "add", **({"role": "member"} | fields)).status_code in (409, 422, 400), fields
    refused = act(admin, ACCOUNTS, "add", name="x", role="member", **unknown).text
    assert "„Amt für Nichts“ steht nicht im Verzeichnis" in refused
    assert 'value="Amt für Nichts"' in refused, "what was entered stays"


def test_organizations_and_people_are_named_and_not_coded(city: Town) -> None:
    admin, path = browser(city, "verwaltung"), f"{ACCOUNTS}/lotsin"
    fields = {"role": "reviewer", "organization-1": "umweltamt", "role-1": ["author", "publisher"]}
    assert act(admin, path, "roles", **fields).status_code == 303
    assert city.catalog.people.get("lotsin").roles == {"umweltamt": ("author", "publisher")}
    page = admin.get(path).text
    assert 'value="Umweltamt"' in page
    assert page.count('value="author" checked') == page.count('value="publisher" checked') == 1
    assert 'value="steward" checked' not in page
    assert '<option value="agentur"' in page


def test_roles_are_changed_but_the_last_administrator_stays(city: Town) -> None:
    admin = browser(city, "verwaltung")
    assert act(admin, f"{ACCOUNTS}/agentur", "roles", role="reader", **{"organization-1": ""}).status_code == 303
    assert city.catalog.people.get("agentur").role == "reader"
    assert browser(city, "agentur").get("/freigabe").status_code == 403
    refused = act(admin, f"{ACCOUNTS}/verwaltung", "roles", role="member", **{"organization-1": ""})
    assert refused.status_code == 422
    assert "letzte Konto der Verwaltung" in refused.text
    assert act(admin, f"{ACCOUNTS}/verwaltung", "remove", sure="1").status_code == 422
    assert act(admin, f"{ACCOUNTS}/agentur", "remove").status_code == 422
    assert act(admin, f"{ACCOUNTS}/agentur", "remove", sure="1").headers["location"].startswith(ACCOUNTS + "?")
    assert city.catalog.people.get("agentur") is None
    assert admin.get(f"{ACCOUNTS}/agentur").status_code == 404


def test_a_substitute_decides_while_the_other_is_away(city: Town) -> None:
    city.catalog.people.add(Account(name="carla"), PASSWORD)
    send(browser(city, "agentur"), "/anmelden/projekt", "submit", **PROJECT)
    carla, admin = browser(city, "carla"), browser(city, "verwaltung")
    assert carla.get("/freigabe").status_code == 403
    until = (today() + timedelta(days=7)).isoformat()
    path = f"{ACCOUNTS}/lotsin"
    assert act(admin, path, "substitute", substitute="niemand", until=until).status_code == 422
    assert act(admin, path, "substitute", substitute="carla", until="2020-01-01").status_code == 422
    assert act(admin, path, "substitute", substitute="carla", until=until).status_code == 303
    assert "vertreten von carla" in admin.get(ACCOUNTS).text
    assert PROJECT["title"] in carla.get("/freigabe").text
    (draft,) = city.catalog.inbox.queue()
    assert send(carla, f"/freigabe/{draft.id}", "publish").status_code == 303
    city.catalog.mailboxes.set("carla", "carla@example.org")
    send(browser(city, "agentur"), "/anmelden/projekt", "submit", **PROJECT | {"title": "Noch eines"})
    assert "carla@example.org" in {waiting.letter.to for waiting in city.catalog.outbox.newest(10)}
    act(admin, path, "substitute", substitute="")
    assert carla.get("/freigabe").status_code == 403


def test_drafts_are_handed_over(city: Town) -> None:
    city.catalog.people.add(Account(name="carla"), PASSWORD)
    send(browser(city, "agentur"), "/anmelden/projekt", "save", **PROJECT)
    admin = browser(city, "verwaltung")
    assert act(admin, f"{ACCOUNTS}/agentur", "hand-over", to="niemand").status_code == 422
    assert act(admin, f"{ACCOUNTS}/agentur", "hand-over", to="carla").status_code == 303
    assert PROJECT["title"] in browser(city, "carla").get("/mein/eintraege").text


def test_four_eyes_are_lifted_shown_and_logged(city: Town) -> None:
    admin = browser(city, "verwaltung")
    for fields in ({"organization": "gibt-es-nicht", "why": "x"}, {"organization": "umweltamt", "why": ""}):
        assert act(admin, ACCOUNTS, "lift", **fields).status_code == 422
    city.catalog.people.change(Account(name="lotsin", role="reviewer", organizations=("umweltamt",)))
    steward = browser(city, "lotsin")
    send(steward, "/anmelden/projekt", "submit", **PROJECT)
    (draft,) = city.catalog.inbox.queue()
    assert "Jemand anderes muss ihn freigeben" in steward.get(f"/freigabe/{draft.id}").text
    assert act(admin, ACCOUNTS, "lift", organization="umweltamt", why="Dort arbeitet eine Person.").status_code == 303
    assert "Dort arbeitet eine Person." in admin.get(ACCOUNTS).text
    page = steward.get(f"/freigabe/{draft.id}").text
    assert "Vier-Augen-Prinzip" in page
    assert "Dort arbeitet eine Person." in page
    assert send(steward, f"/freigabe/{draft.id}", "publish").status_code == 303
    act(admin, ACCOUNTS, "ask", organization="umweltamt")
    log = admin.get("/administration/protokoll").text
    assert "Vier-Augen-Prinzip aufgehoben" in log
    assert "wieder eingesetzt" in log
    assert PROJECT["title"] in log
    assert draft.id not in log
    assert "Umweltamt" in log
    assert "Umweltamt" in admin.get(ACCOUNTS).text
    assert "nicht mehr so, wie es geschrieben wurde" not in log


def test_a_log_that_was_changed_from_outside_says_so(city: Town) -> None:
    admin = browser(city, "verwaltung")
    act(admin, f"{ACCOUNTS}/agentur", "code")
    act(admin, f"{ACCOUNTS}/lotsin", "code")
    with city.catalog.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit SET act = 'submit' WHERE entry = 1")
    assert "Ab Eintrag 1" in admin.get("/administration/protokoll").text
    assert "From entry 1" in admin.get("/en/admin/audit").text


def test_nothing_that_people_write_becomes_markup(city: Town) -> None:
    admin, nasty = browser(city, "verwaltung"), "<img src=x onerror=alert(1)>"
    act(admin, ACCOUNTS, "add", name="<b>x</b>", full_name=nasty, role="member")
    assert nasty not in act(admin, ACCOUNTS, "add", name="y", role="member", **{"organization-1": nasty}).text
    act(admin, ACCOUNTS, "lift", organization="umweltamt", why=nasty)
    for path in (ACCOUNTS, "/administration/protokoll", "/administration/konten/%3Cb%3Ex%3C/b%3E"):
        page = admin.get(path)
        assert nasty not in page.text, path
        assert "<b>x" not in page.text, path
