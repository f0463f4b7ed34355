"""Sessions, sign-in and forms."""

import asyncio
import threading

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.app import create_app
from api.web import session
from api.web.own_threads import OwnThreads
from registry.people import sign_in_tries
from tests.sample_city import PASSWORD
from tests.town import Town


@pytest.fixture
def browser(city: Town) -> TestClient:
    return TestClient(city.app, headers={"accept": "text/html"}, follow_redirects=False)


@pytest.fixture(autouse=True)
def nobody_has_tried(city: Town) -> None:
    """The tests of this module share a database, in which the tries of all count."""
    with city.catalog.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM sign_in_tries")


def sign_in(browser: TestClient, name: str = "agentur", **fields: str):  # type: ignore[no-untyped-def]
    return browser.post("/konto/anmelden", data={"name": name, "password": PASSWORD, **fields})


def test_nobody_gets_a_cookie_before_they_sign_in(browser: TestClient) -> None:
    for path in ("/", "/suche?q=rad", "/daten/baumkataster", "/konto/anmelden", "/daten/nichts"):
        assert "set-cookie" not in browser.get(path).headers


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: TestClient) -> None:
    cookie = sign_in(browser).headers["set-cookie"]
    assert cookie.startswith("lotse=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert browser.get("/konto").status_code == 200
    assert browser.get("/konto").headers["cache-control"] == "no-store"


def test_over_https_the_cookie_belongs_to_the_host_alone(city: Town) -> None:
    settings = replace(city.settings, base_url="https://lotse.example.org")
    browser = TestClient(
        create_app(city.catalog, settings), base_url="https://lotse.example.org", follow_redirects=False
    )
    cookie = sign_in(browser).headers["set-cookie"]
    assert cookie.startswith("__Host-lotse=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_a_wrong_password_says_so_and_keeps_the_name(browser: TestClient) -> None:
    answer = browser.post("/konto/anmelden", data={"name": "agentur", "password": "falsch"})
    assert answer.status_code == 422
    assert 'value="agentur"' in answer.text
    assert "set-cookie" not in answer.headers


def test_guessing_is_stopped_for_that_account_only(browser: TestClient) -> None:
    for _ in range(sign_in_tries.MAX_TRIES):
        browser.post("/konto/anmelden", data={"name": "lotsin", "password": "falsch"})
    stopped = sign_in(browser, "lotsin")
    assert stopped.status_code == 429
    assert int(stopped.headers["retry-after"]) > 0
    assert "Bitte warten Sie etwas" in stopped.text
    assert sign_in(browser, "agentur").status_code == 303


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/\x0d\x0aX: y"]
)
def test_after_signing_in_one_stays_on_this_site(browser: TestClient, evil: str) -> None:
    assert sign_in(browser, next=evil).headers["location"] == "/mein/eintraege"


def test_after_signing_in_one_goes_on_where_one_was(browser: TestClient) -> None:
    asked = browser.get("/anmelden/projekt?of=pegel")
    assert asked.headers["location"] == "/konto/anmelden?next=/anmelden/projekt%3Fof%3Dpegel"
    page = browser.get(asked.headers["location"]).text
    assert 'value="/anmelden/projekt?of=pegel"' in page
    assert sign_in(browser, next="/anmelden/projekt?of=pegel").headers["location"] == "/anmelden/projekt?of=pegel"


def test_a_form_from_another_site_is_refused(browser: TestClient) -> None:
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        answer = browser.post("/konto/anmelden", data={"name": "agentur", "password": PASSWORD}, headers=headers)
        assert answer.status_code == 403, headers
        assert "set-cookie" not in answer.headers
    assert sign_in(browser).status_code == 303


def test_a_form_without_its_token_is_refused(browser: TestClient) -> None:
    sign_in(browser)
    for token in ("", "0" * 64, "ä"):
        answer = browser.post("/anmelden/projekt", data={"title": "x", "act": "save", "token": token})
        assert answer.status_code == 403
    assert browser.post("/konto/abmelden", data={}).status_code == 403


def test_the_token_of_one_session_is_worth_nothing_in_another(city: Town) -> None:
    mine, yours = session.Session("agentur", "a"), session.Session("agentur", "b")
    assert session.token(mine, city.settings) != session.token(yours, city.settings)


def test_a_changed_or_foreign_cookie_signs_nobody_in(city: Town, browser: TestClient) -> None:
    sign_in(browser)
    value = browser.cookies["lotse"]
    for wrong in (value[:-2] + "xx", value + "x", "x", "ä", "." * 20):
        other = TestClient(
            city.app,
            headers={b"accept": b"text/html", b"cookie": b"lotse=" + wrong.encode()},
            follow_redirects=False,
        )
        assert other.get("/konto").status_code == 303


def test_secrets_can_be_renewed_without_signing_anybody_out(city: Town, browser: TestClient) -> None:
    sign_in(browser)
    renewed = replace(city.settings, secret=("a new one", *city.settings.secret))
    other = TestClient(
        create_app(city.catalog, renewed), headers={"accept": "text/html"}, cookies=dict(browser.cookies)
    )
    assert other.get("/konto").status_code == 200
    gone = replace(city.settings, secret=("a new one",))
    other = TestClient(
        create_app(city.catalog, gone),
        headers={"accept": "text/html"},
        cookies=dict(browser.cookies),
        follow_redirects=False,
    )
    assert other.get("/konto").status_code == 303


def test_signing_out_ends_the_session(browser: TestClient, city: Town) -> None:
    sign_in(browser)
    page = browser.get("/konto").text
    token = page.split('name="token" value="')[1].split('"')[0]
    answer = browser.post("/konto/abmelden", data={"token": token})
    assert answer.status_code == 303
    assert browser.get("/konto").status_code == 303


def stolen(browser: TestClient, city: Town) -> TestClient:
    """Another browser with a copy of the cookie."""
    return TestClient(
        city.app,
        headers={"accept": "text/html"},
        cookies=dict(browser.cookies),
        follow_redirects=False,
    )


def test_a_copy_of_a_cookie_is_worth_nothing_after_signing_out(browser: TestClient, city: Town) -> None:
    sign_in(browser)
    other, copy = stolen(browser, city), stolen(browser, city)
    other.cookies.clear()
    sign_in(other)
    assert copy.get("/konto").status_code == 200
    token = browser.get("/konto").text.split('name="token" value="')[1].split('"')[0]
    browser.post("/konto/abmelden", data={"token": token})
    assert copy.get("/konto").status_code == 303
    assert other.get("/konto").status_code == 200  # another session of the same account


def test_a_new_password_ends_every_session(browser: TestClient, city: Town) -> None:
    assert city.catalog.people is not None
    sign_in(browser)
    account = city.catalog.people.get("agentur")
    assert account is not None
    city.catalog.people.change(account)
    assert browser.get("/konto").status_code == 200
    city.catalog.people.change(account, PASSWORD)
    assert browser.get("/konto").status_code == 303


def test_who_tries_many_names_from_one_address_is_stopped(
    browser: TestClient, city: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(city.catalog.people), "verify", lambda *_: None)
    for number in range(sign_in_tries.MAX_TRIES_OF_ADDRESS):
        assert browser.post("/konto/anmelden", data={"name": f"n{number}", "password": "x"}).status_code == 422
    assert browser.post("/konto/anmelden", data={"name": "anders", "password": "x"}).status_code == 429


def test_few_passwords_are_checked_at_a_time() -> None:
    threads, go = OwnThreads(at_once=2, waiting=0), threading.Event()

    async def ask() -> None:
        checks = [asyncio.create_task(threads.run(go.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(session.TooManyError):
            await threads.run(go.wait)
        go.set()
        assert await asyncio.gather(*checks) == [True, True]
        assert await threads.run(go.wait)

    asyncio.run(ask())


def test_a_role_that_is_taken_away_is_gone_at_once(city: Town, browser: TestClient) -> None:
    assert city.catalog.people is not None
    sign_in(browser, "verwaltung")
    assert browser.get("/administration/quellen").status_code == 200
    account = city.catalog.people.get("verwaltung")
    assert account is not None
    city.catalog.people.change(replace(account, role="member"))
    assert browser.get("/administration/quellen").status_code == 403
    city.catalog.people.change(account)


def test_a_form_has_its_bounds(browser: TestClient) -> None:
    fields = "&".join(f"x{n}=1" for n in range(session.MAX_FIELDS + 1))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post("/konto/anmelden", content=fields, headers=headers).status_code == 400
    large = "name=" + "x" * session.MAX_FORM_BYTES
    assert browser.post("/konto/anmelden", content=large, headers=headers).status_code == 400
    assert browser.post("/konto/anmelden", content=b"name=\xff\xfe", headers=headers).status_code in (400, 422)
