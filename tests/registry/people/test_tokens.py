"""API tokens and remembered answers.

Covers: registry/people/repeated_requests.py
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from registry.errors import BusyError, NotFoundError, UsageError
from registry.model import Account
from registry.people import repeated_requests
from registry.people.accounts import People, open_people
from registry.people.repeated_requests import KeptAnswer, Request
from registry.people.tokens import MAX_DAYS

PASSWORD = "ein langes Wort"
ANSWER = KeptAnswer(201, {"etag": '"1"'}, b"{}")


@pytest.fixture
def people(any_database_url: str) -> People:
    people = open_people(any_database_url)
    people.add(Account(name="anna"), PASSWORD)
    return people


def test_a_token_is_shown_once_and_stored_as_its_digest(people: People) -> None:
    text, token = people.tokens.add("anna", ("read",), 30, "Import der Stadtwerke")
    secret = text.rpartition(f"{token.id}_")[2]
    with people._engine.connect() as connection:
        stored = str(connection.execute(sa.text("SELECT * FROM tokens")).fetchall())
    assert token.id in stored
    assert secret not in stored
    assert people.tokens.verify(text) == token
    assert token.scopes == ("read",)
    assert list(people.tokens.of("anna")) == list(people.tokens.of()) == [token]
    assert list(people.tokens.of("berta")) == []


OTHER_TEXTS: dict[str, Callable[[str], str]] = {
    "shorter": lambda text: text[:-1],
    "longer": lambda text: text + "x",
    "upper case": str.upper,
    "nothing": lambda text: "",
    "no secret": lambda text: text[: text.rindex("_") + 1],
    "umlauts": lambda text: "ä" * 50,
}


@pytest.mark.parametrize("change", OTHER_TEXTS.values(), ids=list(OTHER_TEXTS))
def test_another_text_is_no_token(people: People, change: Callable[[str], str]) -> None:
    text, _ = people.tokens.add("anna")
    assert people.tokens.verify(change(text)) is None


@pytest.mark.parametrize(
    "wrong", [{"scopes": ()}, {"scopes": ("admin",)}, {"days": 0}, {"days": MAX_DAYS + 1}, {"label": "x" * 81}]
)
def test_what_does_not_do_is_refused(people: People, wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        people.tokens.add("anna", **wrong)  # type: ignore[arg-type]


def test_tokens_are_revoked_by_who_has_them_and_go_with_the_account(people: People) -> None:
    text, token = people.tokens.add("anna")
    with pytest.raises(NotFoundError):
        people.tokens.revoke(token.id, "berta")
    people.tokens.revoke(token.id, "anna")
    assert people.tokens.verify(text) is None
    text, _ = people.tokens.add("anna")
    people.remove("anna")
    assert people.tokens.verify(text) is None


# -- repeated requests


def test_the_same_request_gets_the_first_answer_and_another_one_none(people: People) -> None:
    request = Request.of("anna", "k", b"POST", b"/", b"{}")
    assert people.repeated.begin(request) is None
    with pytest.raises(BusyError):
        people.repeated.begin(request)
    people.repeated.finish(request, ANSWER)
    assert people.repeated.begin(request) == ANSWER
    with pytest.raises(UsageError):
        people.repeated.begin(Request.of("anna", "k", b"POST", b"/", b"[]"))
    assert people.repeated.begin(Request.of("berta", "k", b"POST", b"/", b"{}")) is None
    people.repeated.abandon(request)
    assert people.repeated.begin(request) is None


def test_answers_and_what_a_dead_process_left_are_forgotten(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    answered, left = Request.of("anna", "a", b"1"), Request.of("anna", "b", b"2")
    for request in (answered, left):
        people.repeated.begin(request)
    people.repeated.finish(answered, ANSWER)

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):  # type: ignore[no-untyped-def, override]
            return datetime.now(UTC) + timedelta(minutes=3)

    monkeypatch.setattr(repeated_requests, "datetime", Later)
    assert people.repeated.begin(left) is None
    assert people.repeated.begin(answered) == ANSWER
