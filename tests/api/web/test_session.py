"""Paths to go on to, tokens of forms, and turns; sign-in as a whole: `tests/api/editing/`."""

import pytest

from api.web.session import Forms, Session, TimedSemaphore, TooManyError, local, token
from registry.settings import Settings

ANNA = Session("anna", "n1")


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/konto", True),
        ("/suche?q=rad", True),
        ("//evil.example", False),
        ("https://evil.example/", False),
        ("/\\evil.example", False),
        ("/a\r\nSet-Cookie: x", False),
        ("/" + "x" * 2000, False),
        ("", False),
    ],
)
def test_only_a_path_of_this_site_is_gone_on_to(path: str, kept: bool) -> None:
    assert local(path) == (path if kept else "")


def test_a_token_belongs_to_one_session_and_one_secret() -> None:
    settings, other = Settings(secret=("a" * 40,)), Settings(secret=("b" * 40,))
    assert token(ANNA, settings) == token(ANNA, settings)
    assert len({token(ANNA, settings), token(ANNA, other), token(Session("anna", "n2"), settings)}) == 3


def test_a_number_in_a_form_is_digits_or_nothing() -> None:
    for text, number in (("17", 17), ("", 0), ("-1", 0), ("1.5", 0), ("²", 0), ("9" * 16, 0)):
        assert Forms([("version", text)]).number("version") == number, text


def test_who_waits_too_long_for_a_turn_is_sent_away() -> None:
    turns = TimedSemaphore(at_once=1, timeout_seconds=0)
    with turns, pytest.raises(TooManyError):
        turns.__enter__()
    with turns:
        pass
