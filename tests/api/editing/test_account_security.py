"""The account's own pages: password, sessions, access keys.

Covers: api/editing/signing_in.py, api/editing/account_tokens.py
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from registry.people.sign_in_tries import MAX_TRIES
from tests.sample_city import PASSWORD, sample_city
from tests.signed_in import browser, hidden
from tests.town import Town

NEW = "ein ganz neues Wort"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


def post(client: TestClient, path: str, **fields: object):  # type: ignore[no-untyped-def]
    token = hidden(client.get("/konto/sicherheit").text)["token"]
    return client.post(path, data={"token": token, **fields})


def test_a_new_password_ends_all_other_sessions_and_keeps_this_one(city: Town) -> None:
    here, elsewhere = browser(city, "agentur"), browser(city, "agentur")
    answer = post(here, "/konto/passwort", current=PASSWORD, new=NEW)
    assert answer.status_code == 303
    assert "Das neue Passwort gilt" in here.get(answer.headers["location"]).text
    assert elsewhere.get("/konto").status_code == 303
    assert city.catalog.people.verify("agentur", NEW)
    assert city.catalog.people.verify("agentur", PASSWORD) is None


@pytest.mark.parametrize(
    ("current", "new", "told"),
    [
        ("falsch", NEW, "nicht Ihr bisheriges Passwort"),
        (PASSWORD, "kurz", "mindestens 12 Zeichen"),
        (PASSWORD, "x" * 1001, "mindestens 12"),
    ],
)
def test_what_does_not_do_changes_nothing_and_says_why(city: Town, current: str, new: str, told: str) -> None:
    here = browser(city, "agentur")
    answer = post(here, "/konto/passwort", current=current, new=new)
    assert answer.status_code == 422
    assert told in answer.text
    assert new not in answer.text or new == "kurz"
    assert city.catalog.people.verify("agentur", PASSWORD)


def test_the_present_password_cannot_be_guessed_on_the_page(city: Town) -> None:
    here = browser(city, "agentur")
    statuses = [post(here, "/konto/passwort", current=f"falsch {n}", new=NEW).status_code for n in range(MAX_TRIES + 1)]
    assert statuses == [422] * MAX_TRIES + [429]


def test_sessions_are_listed_and_ended_one_by_one_or_all(city: Town) -> None:
    here, others = browser(city, "agentur"), [browser(city, "agentur") for _ in range(3)]
    others[0].post("/konto/anmelden", data={"name": "agentur", "password": PASSWORD}, headers={"user-agent": FIREFOX})
    page = here.get("/konto/sicherheit").text
    assert "Firefox, Windows" in page
    assert "dieser Browser" in page
    ids = dict.fromkeys(session.id for session in city.catalog.people.sessions.of("agentur"))
    first = next(iter(ids))
    assert post(here, "/konto/anmeldungen", id=first).status_code == 303
    assert sum(other.get("/konto").status_code == 303 for other in others) == 1
    post(here, "/konto/anmeldungen")
    assert all(other.get("/konto").status_code == 303 for other in others)
    assert here.get("/konto").status_code == 200
    assert len(list(city.catalog.people.sessions.of("agentur"))) == 1


def test_nobody_ends_the_sessions_of_others(city: Town) -> None:
    mine, other = browser(city, "agentur"), browser(city, "lotsin")
    (theirs,) = city.catalog.people.sessions.of("lotsin")
    post(mine, "/konto/anmeldungen", id=theirs.id)
    assert other.get("/konto").status_code == 200


def test_a_session_that_was_planted_before_is_not_the_one_after_signing_in(city: Town) -> None:
    victim, attacker = browser(city), browser(city, "lotsin")
    planted = attacker.cookies["lotse"]
    victim.cookies.set("lotse", planted)
    victim.cookies.clear()
    victim.cookies.set("lotse", planted, domain="testserver.local", path="/")
    answer = victim.get("/konto/abmelden", headers={"cookie": f"lotse={planted}"})
    assert answer.status_code in (404, 405)
    fresh = browser(city)
    first = fresh.post(
        "/konto/anmelden", data={"name": "agentur", "password": PASSWORD}, headers={"cookie": f"lotse={planted}"}
    )
    cookie = first.headers["set-cookie"].partition(";")[0].partition("=")[2]
    assert cookie != planted
    assert "agentur" in fresh.get("/konto").text
    assert "agentur" not in attacker.get("/konto").text


def test_the_forms_of_the_account_are_refused_without_their_token_or_from_another_site(city: Town) -> None:
    here = browser(city, "agentur")
    token = hidden(here.get("/konto/sicherheit").text)["token"]
    for path, fields in {
        "/konto/passwort": {"current": PASSWORD, "new": NEW},
        "/konto/anmeldungen": {},
        "/konto/zugangsschluessel": {"label": "x", "days": "1", "scope": "read"},
    }.items():
        assert here.post(path, data=fields).status_code == 403, path
        foreign = here.post(path, data=fields | {"token": token}, headers={"origin": "https://evil.example"})
        assert foreign.status_code == 403, path
        assert browser(city).post(path, data=fields).status_code in (303, 401), path
    assert city.catalog.people.verify("agentur", PASSWORD)
    assert list(city.catalog.people.tokens.of("agentur")) == []


def test_people_take_along_what_is_stored_about_them_and_nobody_elses(city: Town) -> None:
    answer = browser(city, "agentur").get("/konto/daten")
    assert answer.headers["content-disposition"] == 'attachment; filename="lotse-konto.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["account"]["name"] == "agentur"
    assert "argon2" not in answer.text
    assert browser(city).get("/konto/daten").status_code in (303, 401)


def test_an_access_key_is_made_shown_once_used_and_revoked(city: Town) -> None:
    here = browser(city, "agentur")
    assert post(here, "/konto/zugangsschluessel", label="Import", days="7").status_code == 422
    wrong = post(here, "/konto/zugangsschluessel", label="Import", days="9999", scope="read")
    assert wrong.status_code == 422
    assert 'value="9999"' in wrong.text
    answer = post(here, "/konto/zugangsschluessel", label="Import", days="7", scope="read")
    assert answer.headers["cache-control"] == "no-store"
    (token,) = city.catalog.people.tokens.of("agentur")
    text = answer.text.partition('<code class="breaks">')[2].partition("</code>")[0]
    assert city.catalog.people.tokens.verify(text) == token
    listed = here.get("/konto/zugangsschluessel").text
    assert text not in listed
    assert "Import" in listed
    assert "Import" in here.get("/en/account/tokens").text
    other = browser(city, "lotsin")
    post(other, "/konto/zugangsschluessel", revoke=token.id)
    assert city.catalog.people.tokens.verify(text)
    post(here, "/konto/zugangsschluessel", revoke=token.id)
    assert city.catalog.people.tokens.verify(text) is None
