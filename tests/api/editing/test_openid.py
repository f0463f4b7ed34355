"""Signing in with OpenID Connect, against a real provider on loopback.

Covers: api/editing/openid_client.py
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from msgspec.structs import replace
from oidc_provider_mock import User, run_server_in_thread

from api.app import create_app
from api.editing.openid_client import OpenIdClient, OpenIdError
from registry.errors import UsageError
from registry.settings import Settings, load
from tests.sample_city import PASSWORD, sample_city
from tests.town import Town

BASE = "http://testserver"
PEOPLE = [
    User(sub="1", claims={"preferred_username": "anna", "name": "Anna Beispiel", "groups": ["lotsen", "alle"]}),
    User(sub="2", claims={"preferred_username": "agentur", "name": "Jemand anderes", "groups": ["alle"]}),
    User(sub="3", claims={"email": "dora@example.org", "groups": ["umwelt", "umwelt-lotsen", "admins"]}),
    User(sub="4", claims={"preferred_username": "<b>böse</b> x", "groups": "lotsen"}),
]
ROLES = ("lotsen=reviewer", "admins=administrator", "umwelt=author@umweltamt", "umwelt-lotsen=steward@umweltamt")


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with run_server_in_thread(user_claims=PEOPLE, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


def browser(city: Town, provider: str, **settings: Any) -> TestClient:
    names = {"base_url": BASE, "oidc": provider, "oidc_client": "lotse", "oidc_secret": "geheim"} | settings
    app = create_app(city.catalog, replace(city.settings, **names))
    return TestClient(app, headers={"accept": "text/html"}, follow_redirects=False)


def at_provider(address: str, sub: str) -> str:
    """The path to which the provider sends somebody back who signs in there."""
    answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}" == BASE
    return f"{back.path}?{back.query}"


def sign_in(client: TestClient, sub: str, next: str = "") -> Any:
    departure = client.get("/konto/openid" + (f"?next={next}" if next else ""))
    assert departure.status_code == 303
    return client.get(at_provider(departure.headers["location"], sub))


def test_the_way_there_names_a_challenge_a_nonce_and_a_state(city: Town, provider: str) -> None:
    client = browser(city, provider)
    assert "/konto/openid" in client.get("/konto/anmelden").text
    departure = client.get("/konto/openid")
    asked = parse_qs(urlsplit(departure.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 43 for name in ("code_challenge", "nonce", "state"))
    assert asked["redirect_uri"] == [f"{BASE}/konto/openid/zurueck"]
    cookie = departure.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert asked["state"][0] not in departure.headers["location"].replace(f"state={asked['state'][0]}", "")
    assert browser(city, "").get("/konto/openid").status_code == 404


def test_a_new_person_gets_an_account_and_the_same_one_again(city: Town, provider: str) -> None:
    client = browser(city, provider)
    answer = sign_in(client, "1", "/daten")
    assert (answer.status_code, answer.headers["location"]) == (303, "/daten")
    account = city.catalog.people.get("anna")
    assert account is not None
    assert (account.full_name, account.role) == ("Anna Beispiel", "member")
    assert "Anna Beispiel" in client.get("/konto").text
    sign_in(browser(city, provider), "1")
    assert city.catalog.people.get("anna-2") is None


def test_a_name_that_is_taken_gives_nobody_the_account_of_somebody_else(city: Town, provider: str) -> None:
    client = browser(city, provider)
    assert sign_in(client, "2").status_code == 303
    assert "agentur-2" in client.get("/konto").text
    assert city.catalog.people.verify("agentur", PASSWORD)
    sign_in(browser(city, provider), "4")
    assert city.catalog.people.get("bbösebx")


def test_who_is_signed_in_links_the_identity_with_their_account(city: Town, provider: str) -> None:
    client = browser(city, provider)
    client.post("/konto/anmelden", data={"name": "lotsin", "password": PASSWORD})
    assert sign_in(client, "1").status_code == 303
    fresh = browser(city, provider)
    sign_in(fresh, "1")
    assert "lotsin" in fresh.get("/konto").text
    assert city.catalog.people.get("anna") is None


def test_groups_bring_roles_each_time_somebody_signs_in(city: Town, provider: str) -> None:
    people = city.catalog.people
    sign_in(browser(city, provider, oidc_roles=ROLES), "1")
    assert people.get("anna").role == "reviewer"
    sign_in(browser(city, provider, oidc_roles=ROLES), "3")
    dora = people.get("dora")
    assert (dora.role, dora.roles) == ("administrator", {"umweltamt": ("author", "steward")})
    sign_in(browser(city, provider, oidc_roles=("alle=author@stadtwerke",)), "1")
    assert (people.get("anna").role, people.get("anna").organizations) == ("member", ("stadtwerke",))
    logged = [(entry.act, entry.by, entry.detail) for entry in people.audit.newest(3)]
    assert logged == [  # also what no administrator did here, but the groups of the provider
        ("change-account", "anna", "member"),
        ("add-account", "dora", "administrator"),
        ("add-account", "anna", "reviewer"),
    ]
    refused = sign_in(browser(city, provider, oidc_roles=ROLES), "2")
    assert refused.status_code == 403
    assert people.get("agentur-2") is None


def test_the_way_back_is_taken_only_by_the_browser_that_went_and_only_once(city: Town, provider: str) -> None:
    client, other = browser(city, provider), browser(city, provider)
    back = at_provider(client.get("/konto/openid").headers["location"], "1")
    assert other.get(back).status_code == 403  # without the cookie
    other.get("/konto/openid")
    assert other.get(back).status_code == 403  # with that of another sign-in
    assert client.get(re.sub("state=[^&]*", "state=x", back)).status_code == 403
    assert client.get(back).status_code == 403  # the cookie is used up
    assert city.catalog.people.get("anna") is None
    back = at_provider(client.get("/konto/openid").headers["location"], "1")
    cookie = client.cookies["lotse-openid"]
    assert client.get(back).status_code == 303
    replay = client.get(back, headers={"cookie": f"lotse-openid={cookie}"})
    assert replay.status_code == 502  # the provider takes a code once


def test_it_leads_to_no_other_site(city: Town, provider: str) -> None:
    for next in ("https://evil.example/", "//evil.example", "/%5Cevil.example"):
        assert sign_in(browser(city, provider), "1", next).headers["location"] == "/mein/eintraege"


def test_a_provider_that_is_away_is_told_without_details(city: Town, caplog: pytest.LogCaptureFixture) -> None:
    answer = browser(city, "http://localhost:9").get("/konto/openid")
    assert answer.status_code == 502
    assert "hat nicht geklappt" in answer.text
    assert "geheim" not in answer.text + caplog.text


# -- the checks of the ID token


KEY = RSAKey.generate_key(2048, {"kid": "k", "use": "sig", "alg": "RS256"})
CLAIMS = {"iss": "https://id.example.org", "aud": "lotse", "sub": "1", "nonce": "n"}


def checked(claims: dict[str, Any], key: RSAKey = KEY, alg: str = "RS256") -> Any:
    """What the client reads from a token with these claims, signed with this key."""
    now = int(time.time())
    token = jwt.encode({"alg": alg, "kid": "k"}, {"exp": now + 60, "iat": now, **claims}, key)
    client = OpenIdClient(Settings(oidc="https://id.example.org", oidc_client="lotse"), f"{BASE}/zurueck")
    keys = KeySet([RSAKey.import_key(KEY.as_dict(private=False))])
    client._kept = (time.monotonic(), {"issuer": "https://id.example.org"}, keys)
    return client._checked(token, keys, "n")


def test_a_token_that_holds_is_read() -> None:
    assert checked(CLAIMS)["sub"] == "1"
    assert checked(CLAIMS | {"aud": ["lotse", "andere"], "azp": "lotse"})["sub"] == "1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": int(time.time()) - 120},
        {"exp": None},
        {"aud": "andere"},
        {"aud": None},
        {"aud": ["lotse", "andere"]},
        {"iss": "https://evil.example"},
        {"nonce": "anderer"},
        {"nonce": None},
        {"sub": None},
        {"sub": 7},
        {"nbf": int(time.time()) + 3600},
    ],
)
def test_a_token_that_does_not_hold_is_refused(wrong: dict[str, Any]) -> None:
    claims = {name: value for name, value in (CLAIMS | wrong).items() if value is not None}
    if wrong.get("exp", 0) is None:
        now = int(time.time())
        token = jwt.encode({"alg": "RS256", "kid": "k"}, {"iat": now, **CLAIMS}, KEY)
        client = OpenIdClient(Settings(oidc="https://id.example.org", oidc_client="lotse"), "")
        client._kept = (time.monotonic(), {"issuer": "https://id.example.org"}, KeySet([KEY]))
        with pytest.raises(OpenIdError):
            client._checked(token, KeySet([KEY]), "n")
        return
    with pytest.raises(OpenIdError):
        checked(claims)


def test_a_token_of_another_key_is_refused() -> None:
    with pytest.raises(OpenIdError):
        checked(CLAIMS, RSAKey.generate_key(2048, {"kid": "k"}))


# -- settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"LOTSE_OIDC": "http://id.example.org", "LOTSE_OIDC_CLIENT": "lotse"},
        {"LOTSE_OIDC": "id.example.org", "LOTSE_OIDC_CLIENT": "lotse"},
        {"LOTSE_OIDC": "https://id.example.org"},
        {"LOTSE_OIDC_ROLES": "lotsen"},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        load(wrong)


def test_settings_of_openid_are_read() -> None:
    names = {"LOTSE_OIDC": "https://id.example.org", "LOTSE_OIDC_CLIENT": "lotse"}
    names["LOTSE_OIDC_ROLES"] = "a=reader, b=reviewer"
    assert load(names).oidc_roles == ("a=reader", "b=reviewer")
