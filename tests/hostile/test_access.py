"""What held and stays under test: private pages by role, forms of other sites, sessions, redirects, ids of drafts."""

import re

import pytest

from tests.sample_city import PASSWORD
from tests.signed_in import PROJECT, browser, hidden, send
from tests.town import Town

NAMES = ("", "agentur", "lotsin", "verwaltung")  # nobody, a member, a reviewer, an administrator
PRIVATE = {  # page -> status for each of NAMES
    "/konto": (303, 200, 200, 200),
    "/mein/eintraege": (303, 200, 200, 200),
    "/anmelden/projekt": (303, 200, 200, 200),
    "/freigabe": (303, 403, 200, 200),
    "/freigabe/gibt-es-nicht": (303, 403, 404, 404),
    "/administration/quellen": (303, 403, 200, 200),
    "/administration/laeufe/1": (303, 403, 200, 200),
}
FORMS = ("/konto/abmelden", "/anmelden/projekt", "/freigabe/x", "/administration/laeufe/1")
FOREIGN = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://testserver.evil.example"},
    {"origin": "http://testserver@evil.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
)
ELSEWHERE = (
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "javascript:alert(1)", "/\r\nX: y", "/%0d%0aX:y\n", " //evil.example", "\t//evil.example", "http:evil.example",
    "/\u202e//evil", "evil.example", "data:text/html,x",
)  # fmt: skip


@pytest.mark.parametrize(("place", "name"), list(enumerate(NAMES)))
def test_private_pages_are_for_their_roles(city: Town, place: int, name: str) -> None:
    client = browser(city, name)
    for path, statuses in PRIVATE.items():
        assert client.get(path).status_code == statuses[place], path


@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_another_site_or_without_its_token_does_nothing(city: Town, path: str) -> None:
    client = browser(city, "verwaltung")
    token = hidden(client.get("/anmelden/projekt").text)["token"]
    fields = {"token": token, "act": "save", "title": "x"}
    for headers in FOREIGN:
        assert client.post(path, data=fields, headers=headers).status_code == 403, headers
    for wrong in ("", "0" * 64, token[:-1], token + "0", token.upper()):
        assert client.post(path, data=fields | {"token": wrong}).status_code == 403, wrong
    other = hidden(browser(city, "lotsin").get("/anmelden/projekt").text)["token"]
    assert client.post(path, data=fields | {"token": other}).status_code == 403
    assert client.get("/konto").status_code == 200  # still signed in
    assert client.post(path, data=fields).status_code != 403  # with its own token it is answered


def test_a_session_that_somebody_else_chose_is_not_taken_over(city: Town) -> None:
    victim, attacker = browser(city), browser(city, "agentur")
    victim.cookies.set("lotse", attacker.cookies["lotse"])
    victim.post("/konto/anmelden", data={"name": "verwaltung", "password": PASSWORD})
    assert attacker.get("/administration/quellen").status_code == 403
    first = attacker.cookies["lotse"]
    attacker.post("/konto/anmelden", data={"name": "agentur", "password": PASSWORD})
    assert attacker.cookies["lotse"] != first  # each sign-in begins a session of its own


@pytest.mark.parametrize("next", ELSEWHERE)
def test_after_signing_in_nobody_is_led_elsewhere(city: Town, next: str) -> None:
    client = browser(city)
    answer = client.post("/konto/anmelden", data={"name": "agentur", "password": PASSWORD, "next": next})
    assert answer.headers["location"] == "/mein/eintraege"
    page = browser(city).get("/konto/anmelden", params={"next": next})
    assert page.status_code == 200
    assert "evil" not in str(page.headers)
    assert sign_in_action(page.text) == "/konto/anmelden"


@pytest.mark.parametrize("next", ELSEWHERE)
def test_who_is_signed_in_already_is_not_led_elsewhere(city: Town, next: str) -> None:
    answer = browser(city, "agentur").get("/konto/anmelden", params={"next": next})
    assert (answer.status_code, answer.headers["location"]) == (303, "/konto")


def test_a_page_of_our_own_is_where_signing_in_leads(city: Town) -> None:
    page = browser(city).get("/konto/anmelden", params={"next": "/daten"})
    assert sign_in_action(page.text) == "/konto/anmelden?next=/daten"
    answer = browser(city, "agentur").get("/konto/anmelden", params={"next": "/daten"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/daten")


def sign_in_action(page: str) -> str:
    """The address to which the form for name and password is sent."""
    (action,) = re.findall(r'<form action="([^"]*)" method="post" class="section-s">', page)
    return str(action)


def test_the_ids_of_drafts_are_random_and_tell_strangers_nothing(city: Town) -> None:
    author, stranger = browser(city, "agentur"), browser(city, "umwelt")
    ids = [send(author, "/anmelden/projekt", "save", **PROJECT).headers["location"] for _ in range(3)]
    paths = [path.partition("?")[0] for path in ids]
    names = [path.rpartition("/")[2] for path in paths]
    assert len(set(names)) == 3
    assert all(len(name) == 12 and int(name, 16) >= 0 for name in names)
    assert stranger.get(paths[0]).status_code == 403
    assert "Wetter im Quartier" not in stranger.get(paths[0]).text
    assert browser(city).get(paths[0]).status_code == 303
