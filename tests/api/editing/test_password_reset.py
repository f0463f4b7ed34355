"""A forgotten password: codes by letter and from the administration."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from registry.people import reset_codes
from registry.people.sign_in_tries import MAX_TRIES
from tests.sample_city import PASSWORD, sample_city
from tests.signed_in import browser
from tests.town import Town

NEW = "ein ganz neues Wort"
CODE = re.compile(r"\b([A-Z2-9]{5}-){3}[A-Z2-9]{5}\b")


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        city.catalog.mailboxes.set("agentur", "agentur@example.org")
        yield city


def reset(client: TestClient, name: str, code: str, new: str = NEW) -> int:
    fields = {"name": name, "code": code, "new": new}
    return int(client.post("/konto/neues-passwort", data=fields).status_code)


def letters(city: Town) -> list[str]:
    with city.catalog.store.engine.connect() as connection:
        return [str(row[0]) for row in connection.exec_driver_sql("SELECT body FROM letters").fetchall()]


def test_a_code_comes_by_letter_and_sets_a_new_password_once(city: Town) -> None:
    city.settings = replace(city.settings, mail="smtp://mail.example")
    signed_in, client = browser(city, "agentur"), browser(city)
    asked = client.post("/konto/passwort-vergessen", data={"name": "agentur"})
    assert "ist eine Nachricht mit einem Code unterwegs" in asked.text
    (letter,) = letters(city)
    match = CODE.search(letter)
    assert match
    code = match[0]
    assert code not in asked.text
    assert code in client.get(f"/konto/neues-passwort?code={code}").text
    assert reset(client, "lotsin", code) == 422
    assert reset(client, "agentur", code, "kurz") == 422
    assert reset(client, "agentur", code.lower().replace("-", " ")) == 303
    assert reset(client, "agentur", code) == 422
    assert city.catalog.people.verify("agentur", NEW)
    assert next(iter(city.catalog.people.audit.newest(1))).act == "change-password"
    assert signed_in.get("/konto").status_code == 303
    with city.catalog.store.engine.connect() as connection:
        assert code not in str(connection.exec_driver_sql("SELECT * FROM reset_codes").fetchall())


def test_without_a_mail_server_nobody_is_told_that_a_letter_is_on_its_way(city: Town) -> None:
    page = browser(city).post("/konto/passwort-vergessen", data={"name": "agentur"}).text
    assert "ist eine Nachricht mit einem Code unterwegs" not in page
    assert "hat keinen Mailserver" in page


def test_no_answer_tells_who_has_an_account_or_an_address(city: Town) -> None:
    pages = {
        name: browser(city).post("/konto/passwort-vergessen", data={"name": name}).text
        for name in ("agentur", "lotsin", "gibt-es-nicht", "")
    }
    assert len(set(pages.values())) == 1
    assert len(letters(city)) == 1
    answers = set()
    for name in ("agentur", "gibt-es-nicht"):
        fields = {"name": name, "code": "x", "new": NEW}
        answers.add(browser(city).post("/konto/neues-passwort", data=fields).text.replace(name, ""))
    assert len(answers) == 1


def test_codes_are_not_guessed_and_letters_not_sent_without_end(city: Town) -> None:
    client = browser(city)
    assert [reset(client, "agentur", f"x{n}") for n in range(MAX_TRIES + 1)] == [422] * MAX_TRIES + [429]
    asked = [
        client.post("/konto/passwort-vergessen", data={"name": "agentur"}).status_code for _ in range(MAX_TRIES + 1)
    ]
    assert asked == [200] * MAX_TRIES + [429]
    assert client.post("/konto/anmelden", data={"name": "agentur", "password": PASSWORD}).status_code == 303


def test_a_code_expires_and_a_new_one_replaces_it(city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = city.catalog.people.reset_codes
    first, second = codes.issue("agentur"), codes.issue("agentur")
    assert not codes.take("agentur", first)
    assert codes.take("agentur", second)
    monkeypatch.setattr(reset_codes, "CODE_VALID", timedelta(0))
    assert not codes.take("agentur", codes.issue("agentur"))


def test_a_form_of_another_site_is_refused(city: Town) -> None:
    foreign = {"origin": "https://evil.example"}
    for path in ("/konto/passwort-vergessen", "/konto/neues-passwort", "/konto/passkey"):
        assert browser(city).post(path, data={"name": "agentur"}, headers=foreign).status_code == 403
