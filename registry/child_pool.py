"""Runs functions that read the bytes of strangers in child processes, which are kept warm and used again.

Entry points: `call` for the parent, with `Limits`; a child's `main`. Native parsers can abort their process or need
very much memory, whatever is checked beforehand: in a child that costs one answer. Invariants:

- A function is named `module:function`, so that the parent need not import it. It yields bytes; arguments and answers
  are plain values in MessagePack, never pickled objects: what a child answers cannot run anything in the parent.
- A child works for one caller at a time. It is killed where it breaks a limit, or where the caller ends early; it is
  not used again after MAX_CALLS calls, or once it keeps more than MAX_IDLE_BYTES of memory.
- `Limits.memory` is enforced by the system (RLIMIT_AS); where it is not (macOS), the parent looks at the child's size
  while it waits. Only the time that the parent waits counts as the child's time.
"""

import resource
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from registry import errors
from registry.child_process import (
    ChildAnswerTooLargeError,
    ChildError,
    ChildProcess,
    ChildTimeoutError,
    Parent,
    address_space,
    limit_address_space,
)
from registry.errors import (
    LotseError,
    ReadingStoppedError,
    ReadingTimeoutError,
    TooLargeError,
    UnreadableError,
    ValidationError,
)
from registry.model.message import Message, message

MAX_CALLS: Final = 500  # of one child
MAX_IDLE_BYTES: Final = 300_000_000  # of memory that a child may keep
MAX_IDLE_CHILDREN: Final = 2
GRACE_SECONDS: Final = 5.0  # after which a child whose parent does not end it ends itself
_MEGABYTE: Final = 1_000_000
_PART, _END, _FAULT = b"p", b"e", b"f"  # the first byte of an answer


class Limits(NamedTuple):
    """Of one call: bytes of memory beyond those of an idle child, seconds, bytes of all parts of the answer."""

    memory: int
    seconds: float
    max_bytes: int


class _Call(msgspec.Struct, array_like=True):
    function: str
    arguments: list[Any]
    memory: int
    seconds: float


class _Error(msgspec.Struct, array_like=True):
    """A LotseError on its way to the parent."""

    name: str
    summary: Message
    detail: dict[str, Any]
    place: Message | str | None


class _End(msgspec.Struct, array_like=True):
    """The last answer to a call. `held`: bytes of memory that the child keeps."""

    held: int
    error: _Error | None = None


class ChildFaultError(Exception):
    """A function failed in a child by a fault of ours; the text is its traceback."""


_idle: list[tuple[ChildProcess, int]] = []  # with the number of their calls
_lock: Final = threading.Lock()


def call(where: str, limits: Limits, function: str, *arguments: Any) -> Iterator[bytes]:
    """Yields what `function` yields in a child. `where`: what is read, for errors.

    Raises the LotseErrors of the function; ReadingStoppedError, ReadingTimeoutError or TooLargeError, which name the
    limit; ChildFaultError.
    """
    child, calls = _borrowed()
    end = None
    try:
        child.send(msgspec.msgpack.encode(_Call(function, list(arguments), limits.memory, limits.seconds)))
        seconds, left = limits.seconds, limits.max_bytes
        while end is None:
            began = time.monotonic()
            answer = child.receive(seconds, limits.memory)
            seconds = max(0.0, seconds - (time.monotonic() - began))
            left -= len(answer)
            if left < 0:
                raise ChildAnswerTooLargeError
            if answer[:1] == _PART:
                yield answer[1:]
            else:
                end = _ended(answer)
    except ChildError as error:
        raise _stopped(error, where, limits) from None
    finally:
        _returned(child, calls + 1, end)
    if end.error:
        raise _restored(end.error)


def close() -> None:
    """Ends the children that are idle."""
    with _lock:
        children = [child for child, _ in _idle]
        _idle.clear()
    for child in children:
        child.close()


def _borrowed() -> tuple[ChildProcess, int]:
    with _lock:
        while _idle:
            child, calls = _idle.pop()
            if child.alive():
                return child, calls
            child.close()
    return ChildProcess("registry.child_pool"), 0


def _returned(child: ChildProcess, calls: int, end: _End | None) -> None:
    """Keeps a child that came to its end for the next caller; otherwise kills it."""
    if end and end.held <= MAX_IDLE_BYTES and calls < MAX_CALLS:
        with _lock:
            if len(_idle) < MAX_IDLE_CHILDREN:
                _idle.append((child, calls))
                return
    child.close()


def _ended(answer: bytes) -> _End:
    if answer[:1] == _END:
        return msgspec.msgpack.decode(answer[1:], type=_End)
    raise ChildFaultError(answer[1:].decode(errors="replace"))


def _stopped(error: ChildError, where: str, limits: Limits) -> LotseError:
    """The error of a child that broke a limit, for people: it names the limit."""
    if isinstance(error, ChildAnswerTooLargeError):
        return TooLargeError("reading-too-large", {"limit": limits.max_bytes}, url=where, limit=limits.max_bytes)
    remedy = message("ask-smaller-parts")
    if isinstance(error, ChildTimeoutError):
        what = message("reading-too-long", seconds=round(limits.seconds))
        return ReadingTimeoutError("file-unreadable", what, where=where, remedy=remedy)
    what = message("reading-aborted", megabytes=limits.memory // _MEGABYTE)
    return ReadingStoppedError("file-unreadable", what, where=where, remedy=remedy)


def _restored(error: _Error) -> LotseError:
    kind: Any = getattr(errors, error.name, LotseError)
    if issubclass(kind, UnreadableError):
        detail: Any = error.place or ""
    elif issubclass(kind, ValidationError):
        detail = error.detail.get("errors", ())
    else:
        detail = error.detail
    restored: LotseError = kind(error.summary, detail)
    return restored


# -- the child


def main(parent: Parent) -> None:
    """Answers calls until the parent is gone; ends after a MemoryError, whose remains could be anywhere."""
    for body in parent:
        called = msgspec.msgpack.decode(body, type=_Call)
        del body
        answered = _answered(parent, called)
        _begin_time(0)
        limit_address_space(resource.RLIM_INFINITY)
        if not answered:
            return


def _answered(parent: Parent, called: _Call) -> bool:
    """Sends the parts of the answer and its end, or the error; False if memory ran out."""
    error = None
    try:
        _begin_time(called.seconds)
        function = _function(called.function)
        limit_address_space(address_space() + called.memory)
        for part in function(*called.arguments):
            _begin_time(0)  # the parent may let a part wait
            parent.send(_PART + part)
            _begin_time(called.seconds)
    except MemoryError:
        return False
    except LotseError as failure:
        error = _Error(type(failure).__name__, failure.summary, dict(failure.detail), getattr(failure, "place", None))
    except Exception:
        parent.send(_FAULT + traceback.format_exc().encode(errors="replace"))
        return True
    parent.send(_END + msgspec.msgpack.encode(_End(_held(), error), enc_hook=str))
    return True


def _function(name: str) -> Callable[..., Iterator[bytes]]:
    module, _, function = name.partition(":")
    called: Callable[..., Iterator[bytes]] = getattr(import_module(module), function)
    return called


def _begin_time(seconds: float) -> None:
    """Lets the system end this process after so many seconds (SIGALRM), whatever it does then; 0: not any more."""
    signal.setitimer(signal.ITIMER_REAL, seconds and seconds + GRACE_SECONDS)


def _held() -> int:
    """Bytes of memory that this process holds now; on systems that do not say, the most that it has held so far.

    On Linux the maximum is of no use: a child starts with that of its parent.
    """
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
