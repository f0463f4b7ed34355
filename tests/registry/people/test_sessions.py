"""The list of open sessions, passkeys, codes for a new password.

Covers: registry/people/passkeys.py, registry/people/reset_codes.py
"""

import pytest

from registry.model import Account
from registry.people.accounts import People, open_people
from registry.people.sessions import browser


@pytest.fixture
def people(any_database_url: str) -> People:
    people = open_people(any_database_url)
    people.add(Account(name="anna"), "ein langes Wort")
    return people


def test_a_session_is_listed_until_it_ends_or_the_password_changes(people: People) -> None:
    for nonce in ("a", "b"):
        people.sessions.begin(nonce, "anna", "password", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
    (second, first) = people.sessions.of("anna")
    assert {first.nonce, second.nonce} == {"a", "b"}
    assert first.browser == "Firefox, Linux"
    assert first.nonce not in first.id
    people.end_session("a")
    assert [session.nonce for session in people.sessions.of("anna")] == ["b"]
    people.set_password("anna", "ein anderes Wort")
    assert list(people.sessions.of("anna")) == []


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iOS"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_browser_is_told_in_two_words(user_agent: str, told: str) -> None:
    assert browser(user_agent) == told
