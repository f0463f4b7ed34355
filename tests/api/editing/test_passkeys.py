"""Passkeys: made on the account's page, used to sign in, refused when anything about them is not right.

Covers: api/editing/passkey_protocol.py, api/editing/sign_in_page.py
"""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.app import create_app
from registry.people.sign_in_tries import MAX_TRIES
from tests.sample_city import PASSWORD, sample_city
from tests.servers.authenticator import Authenticator
from tests.signed_in import hidden
from tests.town import Town

BASE = "https://lotse.example.org"


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


def browser(city: Town, name: str = "", base: str = BASE) -> TestClient:
    app = create_app(city.catalog, replace(city.settings, base_url=base))
    client = TestClient(app, base_url=base, headers={"accept": "text/html"}, follow_redirects=False)
    if name:
        client.post("/konto/anmelden", data={"name": name, "password": PASSWORD})
    return client


def question(page: str) -> tuple[dict[str, Any], str]:
    """What the form with a passkey asks the browser, and its state."""
    form = page.partition("data-passkey=")[2]
    options = re.search(r'data-options="([^"]*)"', form)
    state = re.search(r'name="state" value="([^"]*)"', form)
    assert options
    assert state
    return json.loads(html.unescape(options[1])), state[1]


def register(client: TestClient, key: Authenticator, label: str = "Diensthandy") -> Any:
    page = client.get("/konto/sicherheit").text
    options, state = question(page)
    fields = {"token": hidden(page)["token"], "state": state, "label": label}
    return client.post("/konto/passkeys", data=fields | {"credential": key.create(options)})


def sign_in(client: TestClient, key: Authenticator, **fields: str) -> Any:
    options, state = question(client.get("/konto/anmelden").text)
    return client.post("/konto/passkey", data={"state": state, "credential": key.get(options)} | fields)


def test_the_browser_is_asked_for_a_discoverable_key_and_a_verified_person(city: Town) -> None:
    options, _ = question(browser(city, "agentur").get("/konto/sicherheit").text)
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["rp"]["id"] == "lotse.example.org"
    assert "agentur" not in options["user"]["id"]
    asked, _ = question(browser(city).get("/konto/anmelden").text)
    assert (asked["userVerification"], asked["rpId"]) == ("required", "lotse.example.org")
    assert not asked.get("allowCredentials")


def test_a_passkey_signs_in_without_name_and_password(city: Town) -> None:
    key = Authenticator(BASE)
    assert register(browser(city, "agentur"), key).headers["location"].endswith("?passkey-added")
    client = browser(city)
    answer = sign_in(client, key, next="/daten")
    assert (answer.status_code, answer.headers["location"]) == (303, "/daten")
    page = client.get("/konto/sicherheit").text
    assert "Diensthandy" in page
    assert "mit Passkey" in page
    assert sign_in(browser(city), key, next="https://evil.example/").headers["location"] == "/mein/eintraege"


def test_a_passkey_is_removed_by_its_owner_only_and_goes_with_the_account(city: Town) -> None:
    key, owner, other = Authenticator(BASE), browser(city, "agentur"), browser(city, "lotsin")
    register(owner, key)
    (stored,) = city.catalog.people.passkeys.of("agentur")
    for client, left in ((other, 1), (owner, 0)):
        token = hidden(client.get("/konto/sicherheit").text)["token"]
        client.post("/konto/passkeys", data={"token": token, "remove": stored.id})
        assert len(list(city.catalog.people.passkeys.of("agentur"))) == left
    assert sign_in(browser(city), key).status_code == 422
    register(owner, key)
    city.catalog.people.remove("agentur")
    assert sign_in(browser(city), key).status_code == 422


@pytest.mark.parametrize(
    "key",
    [Authenticator(BASE, verifies=False), Authenticator("https://evil.example")],
    ids=["no verification", "another site"],
)
def test_a_key_that_does_not_hold_is_neither_stored_nor_accepted(city: Town, key: Authenticator) -> None:
    assert register(browser(city, "agentur"), key).status_code == 422
    assert list(city.catalog.people.passkeys.of("agentur")) == []
    good = Authenticator(BASE)
    register(browser(city, "agentur"), good)
    good.flags, good.origin = key.flags, key.origin
    assert sign_in(browser(city), good).status_code == 422


def test_an_answer_is_taken_once_and_only_to_the_question_that_was_asked(city: Town) -> None:
    key = Authenticator(BASE)
    register(browser(city, "agentur"), key)
    client = browser(city)
    options, state = question(client.get("/konto/anmelden").text)
    fields = {"state": state, "credential": key.get(options)}
    assert browser(city).post("/konto/passkey", data=fields).status_code == 303
    assert browser(city).post("/konto/passkey", data=fields).status_code == 422
    _, other_state = question(client.get("/konto/anmelden").text)
    fields = {"state": other_state, "credential": key.get(options)}
    assert client.post("/konto/passkey", data=fields).status_code == 422
    key.id = b"unknown"
    assert sign_in(client, key).status_code == 422


def test_a_key_that_counts_backwards_was_copied(city: Town) -> None:
    key = Authenticator(BASE)
    register(browser(city, "agentur"), key)
    assert sign_in(browser(city), key).status_code == 303
    key.count = 0
    assert sign_in(browser(city), key).status_code == 422


@pytest.mark.parametrize("credential", ["", "{", "[]", '{"id": 7}', '{"id": "x", "response": []}', "[" * 5000])
def test_what_is_no_answer_is_refused(city: Town, credential: str) -> None:
    client = browser(city)
    _, state = question(client.get("/konto/anmelden").text)
    assert client.post("/konto/passkey", data={"state": state, "credential": credential}).status_code == 422


def test_tries_are_counted(city: Town) -> None:
    client = browser(city)
    statuses = [client.post("/konto/passkey", data={"state": "x"}).status_code for _ in range(MAX_TRIES + 1)]
    assert statuses == [422] * MAX_TRIES + [429]
    assert client.post("/konto/anmelden", data={"name": "agentur", "password": PASSWORD}).status_code == 303


def test_a_passkey_is_added_only_with_the_token_of_the_form_and_to_the_own_account(city: Town) -> None:
    owner, other, key = browser(city, "agentur"), browser(city, "lotsin"), Authenticator(BASE)
    options, state = question(owner.get("/konto/sicherheit").text)
    fields = {"state": state, "credential": key.create(options), "label": ""}
    assert owner.post("/konto/passkeys", data=fields).status_code == 403
    token = hidden(other.get("/konto/sicherheit").text)["token"]
    assert other.post("/konto/passkeys", data=fields | {"token": token}).status_code == 422
    assert list(city.catalog.people.passkeys.of("lotsin")) == []


def test_at_an_address_there_are_no_passkeys_and_on_loopback_there_are_at_localhost(city: Town) -> None:
    client = browser(city, base="http://127.0.0.1:8080")
    assert "data-passkey" not in client.get("/konto/anmelden").text
    local = client.get("http://localhost:8080/konto/anmelden").text
    assert question(local)[0]["rpId"] == "localhost"
    assert "data-passkey" not in browser(city, base="http://192.0.2.7").get("/konto/anmelden").text
