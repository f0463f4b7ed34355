"""Functions that run in children: what they yield comes back, and what breaks a limit costs this call alone."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry import child_pool, child_process
from registry.child_pool import ChildFaultError, Limits, call
from registry.errors import (
    LotseError,
    ReadingStoppedError,
    ReadingTimeoutError,
    SourceError,
    StoppedError,
    TooLargeError,
    UnreadableError,
    ValidationError,
)
from registry.model.message import message, sentence
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

LIMITS = Limits(memory=300_000_000, seconds=20, max_bytes=10_000_000)
FUNCTIONS = """
import os, time
from registry.errors import SourceError, UnreadableError, ValidationError
from registry.model.message import message

HELD = []

def echo(*parts):
    for part in parts:
        yield part if isinstance(part, bytes) else repr(part).encode()

def process():
    yield b"%d" % os.getpid()

def grows(size):
    HELD.append(b"x" * size)
    del HELD[:-1]
    yield b"%d" % os.getpid()

def sleeps(seconds):
    time.sleep(seconds)
    yield b"late"

def spins():
    while True:
        pass
    yield b""

def aborts():
    yield b"first"
    os.abort()

def fails(which):
    if which == "source":
        raise SourceError("source-status", {"status": 404}, url="u", status=404, reason="r")
    if which == "unreadable":
        raise UnreadableError("file-unreadable", message("json-empty"), where="w", remedy="r")
    if which == "fields":
        raise ValidationError("field-wrong", [{"field": "title", "rule": "field-form", "message": {}, "remedy": {}}])
    if which == "memory":
        raise MemoryError
    raise KeyError("a fault")
    yield b""
"""


@pytest.fixture(autouse=True)
def functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module `strange` that the children find."""
    child_pool.close()
    (tmp_path / "strange.py").write_text(FUNCTIONS)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    child_pool.close()


def pid(limits: Limits = LIMITS) -> int:
    return int(b"".join(call("file", limits, "strange:process")))


def test_what_a_function_yields_comes_back_and_the_child_is_used_again() -> None:
    body = os.urandom(3_000_000)
    assert list(call("file", LIMITS, "strange:echo", body, "ä", 1, ["x"])) == [body, "'ä'".encode(), b"1", b"['x']"]
    assert pid() == pid()


def test_each_caller_has_a_child_of_its_own() -> None:
    first, second = call("file", LIMITS, "strange:process"), call("file", LIMITS, "strange:process")
    assert next(first) != next(second)
    assert (list(first), list(second)) == ([], [])


@pytest.mark.parametrize(
    ("which", "kind", "text"),
    [
        ("source", SourceError, "u answered 404"),
        ("unreadable", UnreadableError, "w cannot be read: "),
        ("fields", ValidationError, "wrong form"),
    ],
)
def test_our_errors_come_back_as_they_were(which: str, kind: type[LotseError], text: str) -> None:
    before = pid()
    with pytest.raises(LotseError, match=text) as told:
        list(call("file", LIMITS, "strange:fails", which))
    assert type(told.value) is kind
    assert told.value.detail.get("status") == (404 if which == "source" else None)
    if isinstance(told.value, UnreadableError):
        assert told.value.place == message("json-empty")
    if isinstance(told.value, ValidationError):
        assert told.value.errors[0]["field"] == "title"
    assert pid() == before


def test_a_fault_of_ours_comes_with_its_place() -> None:
    with pytest.raises(ChildFaultError, match="KeyError: 'a fault'"):
        list(call("file", LIMITS, "strange:fails", "fault"))


def test_a_child_that_aborts_costs_its_call() -> None:
    before, parts = pid(), []
    with pytest.raises(ReadingStoppedError) as told:
        parts.extend(call("katalog.ttl", LIMITS, "strange:aborts"))
    assert (told.value.status, "300 MB" in told.value.message) == (422, True)
    assert "katalog.ttl ist nicht lesbar: das Lesen wurde abgebrochen" in sentence(told.value.summary, "de")
    assert pid() != before


@pytest.mark.parametrize("function", ["spins", "sleeps"])
def test_a_child_that_takes_too_long_is_ended(function: str) -> None:
    pid()  # warm
    began = time.monotonic()
    with pytest.raises(ReadingTimeoutError, match="longer than 1 seconds") as told:
        list(call("file", LIMITS._replace(seconds=1), f"strange:{function}", *([30] if function == "sleeps" else [])))
    assert told.value.status == 504
    assert time.monotonic() - began < 10


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not enforce RLIMIT_AS")
def test_a_child_that_needs_too_much_memory_is_ended() -> None:
    with pytest.raises(ReadingStoppedError, match="300 MB of memory"):
        list(call("file", LIMITS, "strange:grows", 400_000_000))


def test_where_the_system_does_not_bound_memory_the_parent_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS."""
    monkeypatch.setattr(child_process, "LIMITS_ADDRESS_SPACE", False)
    assert pid() == pid()
    monkeypatch.setattr(child_process, "resident_bytes", lambda _: 300_000_001)
    with pytest.raises(ReadingStoppedError, match="300 MB of memory"):
        list(call("file", LIMITS, "strange:sleeps", 15))


def test_the_size_of_a_process_is_known() -> None:
    assert 10_000_000 < child_process.resident_bytes(os.getpid()) < 10_000_000_000


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not enforce RLIMIT_AS")
def test_a_larger_limit_of_memory_comes_after_a_smaller_one() -> None:
    with pytest.raises(ReadingStoppedError):
        list(call("file", LIMITS._replace(memory=50_000_000), "strange:grows", 200_000_000))
    small = pid(LIMITS._replace(memory=50_000_000))
    assert int(b"".join(call("file", LIMITS, "strange:grows", 200_000_000))) == small


def test_a_memory_error_ends_the_child() -> None:
    before = pid()
    with pytest.raises(ReadingStoppedError):
        list(call("file", LIMITS, "strange:fails", "memory"))
    assert pid() != before


def test_an_answer_that_is_too_long_is_refused() -> None:
    with pytest.raises(TooLargeError, match="larger than 10000000 bytes") as told:
        list(call("file", LIMITS, "strange:echo", *[b"x" * 4_000_000] * 3))
    assert (told.value.status, told.value.detail) == (413, {"limit": 10_000_000})


def test_a_child_that_has_grown_or_worked_much_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_pool, "MAX_IDLE_BYTES", 150_000_000)
    grown = int(b"".join(call("file", LIMITS, "strange:grows", 200_000_000)))
    assert pid() != grown
    monkeypatch.setattr(child_pool, "MAX_CALLS", 3)
    child_pool.close()
    assert len({pid() for _ in range(6)}) == 2


def test_a_caller_that_ends_early_ends_its_child() -> None:
    before = pid()
    parts = call("file", LIMITS, "strange:echo", b"a", b"b")
    next(parts)
    parts.close()
    assert pid() != before


def test_only_the_time_that_the_parent_waits_counts() -> None:
    parts = call("file", LIMITS._replace(seconds=2), "strange:echo", *[b"x" * 1_000_000] * 3)
    next(parts)
    time.sleep(3)
    assert len(list(parts)) == 2


def test_a_child_that_died_while_it_was_idle_is_replaced() -> None:
    before = pid()
    os.kill(before, 9)
    time.sleep(0.2)
    assert pid() != before


def test_a_process_that_ends_kills_the_children_that_work_and_no_other() -> None:
    idle, caught = pid(), list[Exception]()

    def wait(number: float) -> None:
        try:
            list(call("file", LIMITS._replace(seconds=600), "strange:sleeps", number))
        except StoppedError as error:
            caught.append(error)

    callers = [threading.Thread(target=wait, args=(600.0,)) for _ in range(3)]
    for caller in callers:
        caller.start()
    wait_for(lambda: len(child_pool._busy) == 3)
    time.sleep(0.2)
    child_pool.kill_busy()
    for caller in callers:
        caller.join(10)
    assert [error.status for error in caught] == [503] * 3
    assert not child_pool._busy
    assert not child_pool._killed
    assert pid() != idle  # one of the three had the idle child
    assert pid() == pid()
