"""How many requests of a client are worked on at a time."""

import threading
from contextlib import ExitStack

import pytest
from starlette.requests import Request

from api.web.client_limits import ClientLimit
from api.web.session import TooManyError


def a_request(host: str = "192.0.2.1") -> Request:
    return Request({"type": "http", "client": (host, 1), "headers": []})


def test_a_client_has_its_turns_and_others_theirs() -> None:
    limit = ClientLimit(at_once=2, total=3, waiting=0, wait_seconds=0.0)
    with ExitStack() as stack:
        stack.enter_context(limit.turn(a_request()))
        stack.enter_context(limit.turn(a_request()))
        with pytest.raises(TooManyError):
            stack.enter_context(limit.turn(a_request()))
        stack.enter_context(limit.turn(a_request("192.0.2.2")))
        with pytest.raises(TooManyError):  # of all three at most
            stack.enter_context(limit.turn(a_request("192.0.2.3")))
    with limit.turn(a_request()):
        pass


def test_one_more_waits_for_its_turn() -> None:
    limit = ClientLimit(at_once=1, total=1, waiting=1, wait_seconds=10.0)
    came: list[str] = []

    def second() -> None:
        with limit.turn(a_request()):
            came.append("second")

    with limit.turn(a_request()):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.05)
        assert came == []
    thread.join(10)
    assert came == ["second"]


def test_nobody_waits_forever() -> None:
    limit = ClientLimit(at_once=1, total=1, waiting=1, wait_seconds=0.01)
    with limit.turn(a_request()), pytest.raises(TooManyError), limit.turn(a_request()):
        pass
