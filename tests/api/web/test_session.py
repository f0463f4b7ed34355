"""Paths to go on to, tokens of forms, and turns; sign-in as a whole: `tests/api/editing/`."""

import asyncio
import threading

import pytest

from api.web.own_threads import OwnThreads
from api.web.session import Forms, Session, TooManyError, local, token
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


def test_who_finds_no_place_to_wait_is_sent_away() -> None:
    turns, go = OwnThreads(at_once=1, waiting=0), threading.Event()

    async def ask() -> None:
        turn = asyncio.create_task(turns.run(go.wait))
        await asyncio.sleep(0)
        with pytest.raises(TooManyError):
            await turns.run(go.wait)
        go.set()
        assert await turn
        assert await turns.run(go.wait)

    asyncio.run(ask())
