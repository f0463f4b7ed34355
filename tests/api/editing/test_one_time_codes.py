"""One-time codes after the password: turned on, asked for, taken once; recovery codes for a lost phone."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from registry.people.second_factor import STEP_SECONDS, code_at
from registry.people.sign_in_tries import MAX_TRIES
from tests.sample_city import PASSWORD, sample_city
from tests.signed_in import browser, hidden
from tests.town import Town

CODES = "/konto/einmalcodes"


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


def now(offset: int = 0) -> int:
    return int(time.time()) // STEP_SECONDS + offset


def turned_on(client: TestClient) -> tuple[str, list[str]]:
    """The secret and the recovery codes of the account, which is asked for codes from now on."""
    page = client.get(CODES).text
    match = re.search(r"secret=([A-Z2-7]{32})", page)
    assert match
    answer = client.post(CODES, data={**hidden(page), "code": code_at(match[1], now(-1)), "act": "on"})
    assert "Einmalcodes sind eingeschaltet" in answer.text
    return match[1], re.findall(r"<code>([0-9a-f]{6}-[0-9a-f]{6})</code>", answer.text)


def first_step(city: Town, next: str = "") -> tuple[TestClient, Any]:
    client = browser(city)
    return client, client.post("/konto/anmelden", data={"name": "agentur", "password": PASSWORD, "next": next})


def second_step(client: TestClient, page: Any, code: str) -> Any:
    return client.post("/konto/code", data={**hidden(page.text), "code": code})


def test_a_password_alone_is_no_session_any_more(city: Town) -> None:
    secret, recovery = turned_on(browser(city, "agentur"))
    assert len(recovery) == 8
    client, page = first_step(city, "/daten")
    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    assert client.get("/konto").status_code == 303
    assert second_step(client, page, "000000").status_code == 422
    answer = second_step(client, page, code_at(secret, now()))
    assert (answer.status_code, answer.headers["location"]) == (303, "/daten")
    assert client.get("/konto").status_code == 200


def test_a_code_and_a_recovery_code_are_taken_once(city: Town) -> None:
    secret, recovery = turned_on(browser(city, "agentur"))
    code = code_at(secret, now())
    for sent in (code, recovery[0], recovery[1].upper()):
        assert second_step(*first_step(city), sent).status_code == 303, sent
        assert second_step(*first_step(city), sent).status_code == 422, sent
    with city.catalog.store.engine.connect() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM recovery_codes").fetchall())
    assert recovery[2] not in stored


def test_codes_are_not_guessed(city: Town) -> None:
    secret, _ = turned_on(browser(city, "agentur"))
    client, page = first_step(city)
    statuses = [second_step(client, page, f"{number:06}").status_code for number in range(MAX_TRIES + 1)]
    assert statuses == [422] * MAX_TRIES + [429]
    assert second_step(client, page, code_at(secret, now())).status_code == 429


def test_the_second_step_needs_the_first_of_the_same_password(city: Town) -> None:
    secret, _ = turned_on(browser(city, "agentur"))
    client, page = first_step(city)
    forged = client.post("/konto/code", data={"code": code_at(secret, now()), "state": "x"})
    assert forged.headers["location"] == "/konto/anmelden"
    city.catalog.people.set_password("agentur", "ein ganz neues Wort")
    assert second_step(client, page, code_at(secret, now())).headers["location"] == "/konto/anmelden"
    assert client.get("/konto").status_code == 303


def test_codes_are_turned_on_and_off_only_with_a_code(city: Town) -> None:
    client = browser(city, "agentur")
    page = client.get(CODES).text
    wrong = client.post(CODES, data={**hidden(page), "code": "123", "act": "on"})
    assert wrong.status_code == 422
    assert not city.catalog.people.second_factor.is_on("agentur")
    other = browser(city, "lotsin")
    state = hidden(page)["state"]
    assert other.post(CODES, data={**hidden(other.get(CODES).text), "state": state, "code": "1"}).status_code == 422
    secret, _ = turned_on(client)
    token = hidden(client.get(CODES).text)["token"]
    assert client.post(CODES, data={"token": token, "act": "off", "code": "000000"}).status_code == 422
    assert client.post(CODES, data={"act": "off", "code": code_at(secret, now())}).status_code == 403
    assert client.post(CODES, data={"token": token, "act": "off", "code": code_at(secret, now())}).status_code == 303
    assert first_step(city)[1].status_code == 303


def test_a_code_of_the_administration_is_the_way_back_for_a_lost_phone(city: Town) -> None:
    turned_on(browser(city, "agentur"))
    admin = browser(city, "verwaltung")
    token = hidden(admin.get("/administration/konten/agentur").text)["token"]
    admin.post("/administration/konten/agentur", data={"token": token, "act": "code"})
    assert not city.catalog.people.second_factor.is_on("agentur")
