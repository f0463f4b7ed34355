"""Requests that never become whole: closed after a bounded time, and bounded in number."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.exceptions import HTTPException

from api.web import half_open
from api.web.half_open import BoundedProtocol, bounded_body
from tests.waiting import wait_for


async def hello(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
    while scope["method"] == "POST" and (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server in this process whose deadline for a head is short."""
    monkeypatch.setattr(half_open, "HEAD_SECONDS", 0.6)
    monkeypatch.setattr(half_open, "MAX_HALF_OPEN", 5)
    config = uvicorn.Config(hello, http=BoundedProtocol, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(10)


def connected(port: int, *parts: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    for part in parts:
        connection.sendall(part)
    return connection


GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"GE", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_half_a_head_is_closed_after_a_bounded_time(port: int, sent: bytes) -> None:
    start = time.monotonic()
    with connected(port, sent) as connection:
        assert connection.recv(100) == b""
    assert time.monotonic() - start < 8


def test_a_head_that_comes_byte_by_byte_is_closed_too(port: int) -> None:
    start = time.monotonic()
    with connected(port) as connection, contextlib.suppress(OSError):
        while time.monotonic() < start + 20:
            connection.sendall(b"X-A: b\r\n")
            time.sleep(0.1)
    assert time.monotonic() - start < 8


@pytest.mark.parametrize("sent", [b"\r\n", b"GET / HT"])
def test_the_second_request_of_a_connection_has_the_same_bound(port: int, sent: bytes) -> None:
    with connected(port, GET) as connection:
        assert b"200" in connection.recv(1000)
        connection.sendall(sent)
        assert connection.recv(100) == b""


def test_a_whole_request_is_answered_and_a_slow_answer_is_not_closed(port: int) -> None:
    with connected(port, GET[:20]) as connection:
        time.sleep(0.2)
        connection.sendall(GET[20:])
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        time.sleep(1)
        connection.sendall(GET)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_beyond_the_bound_the_oldest_is_closed(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(half_open, "HEAD_SECONDS", 300.0)  # so that none is closed because its time is over
    waiting = [connected(port, b"GET /") for _ in range(20)]
    with contextlib.suppress(ConnectionResetError):
        assert waiting[0].recv(1) == b""
    wait_for(lambda: len(BoundedProtocol.half_open) == 5)
    with connected(port, GET) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    assert len(BoundedProtocol.half_open) <= 5
    for connection in waiting:
        connection.close()


def bodies(*seconds: float):  # type: ignore[no-untyped-def]
    """A `receive` whose pieces come after so many seconds each."""
    left = list(seconds)

    async def receive():  # type: ignore[no-untyped-def]
        await asyncio.sleep(left.pop(0))
        return {"type": "http.request", "body": b"x", "more_body": bool(left)}

    return receive


def test_a_body_that_stops_or_trickles_ends_with_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(half_open, "BODY_IDLE_SECONDS", 0.1)
    monkeypatch.setattr(half_open, "BODY_SECONDS", 0.3)

    async def read(*seconds: float) -> int:
        receive, count = bounded_body(bodies(*seconds)), 1
        while (await receive())["more_body"]:
            count += 1
        return count

    assert asyncio.run(read(0, 0.01, 0.01)) == 3
    for seconds in ((0, 5), [0.05] * 50):
        with pytest.raises(HTTPException) as refused:
            asyncio.run(read(*seconds))
        assert refused.value.status_code == 408
        assert refused.value.headers == {"Connection": "close"}


def test_after_the_body_nothing_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes after the body is the end of the connection: an answer may take longer than a body."""
    monkeypatch.setattr(half_open, "BODY_IDLE_SECONDS", 0.05)
    pieces = [{"type": "http.request", "more_body": False}, {"type": "http.disconnect"}]

    async def receive():  # type: ignore[no-untyped-def]
        await asyncio.sleep(0 if len(pieces) == 2 else 0.3)
        return pieces.pop(0)

    async def read() -> list[str]:
        bounded = bounded_body(receive)
        return [(await bounded())["type"] for _ in range(2)]

    assert asyncio.run(read()) == ["http.request", "http.disconnect"]


# -- clients that do not read

ANSWER_BYTES = 30_000_000  # more than the system's buffers take


@pytest.fixture(params=["asyncio", "auto"])
def large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server whose answer is large, in one piece or in many, and that waits a second for who does not read."""
    monkeypatch.setattr(half_open, "READ_SECONDS", 0.5)

    async def answer(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        size = ANSWER_BYTES if scope["path"] == "/" else ANSWER_BYTES // 300
        head = [(b"content-length", b"%d" % ANSWER_BYTES)]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        for left in range(ANSWER_BYTES - size, -1, -size):
            await send({"type": "http.response.body", "body": bytes(size), "more_body": left > 0})

    config = uvicorn.Config(answer, http=BoundedProtocol, log_level="error", lifespan="off", loop=request.param)
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    wait_for(lambda: not server.server_state.connections)
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


def read_all(connection: socket.socket, pause: float = 0.0) -> int:
    """How many bytes came before the end."""
    total = 0
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(1_000_000):
            total += len(part)
            time.sleep(pause)
    return total


@pytest.mark.parametrize("path", [b"/", b"/parts"])
def test_who_does_not_read_the_answer_is_closed(large: int, path: bytes) -> None:
    with connected(large, GET.replace(b" / ", b" %b " % path)) as connection:
        time.sleep(2)  # then what the system's buffers took is there still
        assert read_all(connection) < ANSWER_BYTES


@pytest.mark.parametrize("path", [b"/", b"/parts"])
def test_who_reads_all_the_time_gets_the_whole_answer(large: int, path: bytes) -> None:
    with connected(large, GET.replace(b" / ", b" %b " % path)) as connection:
        assert read_all(connection, pause=0.05) > ANSWER_BYTES


def test_many_answers_that_nobody_reads_hold_nothing(large: int) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(connected(large, GET))
        time.sleep(2)
        with connected(large, GET.replace(b" / ", b" /parts ")) as connection:
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
