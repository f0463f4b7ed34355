"""Runs functions that parse files from outside in child processes, which are kept running and used again.

Entry points: `call` for the parent, with `Limits`; `kill_busy` when the process ends; `main` for a child. Native
parsers can crash their process or need very much memory, even after checks of the file: in a child, only one answer is
lost. Invariants:

- A function is named `module:function`, so that the parent need not import it. It yields bytes; arguments and answers
  are plain values in MessagePack, not pickled objects, so that an answer cannot run code in the parent.
- A child works for one caller at a time. It is killed if it exceeds a limit, or if the caller ends early; it is not
  used again after MAX_CALLS calls, or if it keeps more than MAX_IDLE_BYTES of memory.
- A child can open no socket (`no_sockets`): a library that would fetch something by itself reaches nobody.
- The system enforces `Limits.memory` (RLIMIT_AS); on macOS it does not, and the parent measures the child's memory
  while it waits. Only the time in which the parent waits for the child counts for `Limits.seconds`.
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
    StoppedError,
    TooLargeError,
    UnreadableError,
    ValidationError,
)
from registry.model.message import Message, message
from registry.no_sockets import forbid_sockets

MAX_CALLS: Final = 500  # of one child; after that it is replaced
MAX_IDLE_BYTES: Final = 300_000_000  # of memory that an idle child may keep
MAX_IDLE_CHILDREN: Final = 2
MAX_END_BYTES: Final = 1_000_000  # of the end of an answer, which may be the traceback of a fault
GRACE_SECONDS: Final = 5.0  # after the time limit when a child ends itself, if its parent has not killed it
_MEGABYTE: Final = 1_000_000
_PART, _END, _FAULT = b"p", b"e", b"f"  # the first byte of an answer


class Limits(NamedTuple):
    """The limits of one call: bytes of memory in addition to those of an idle child, seconds, bytes of the answer."""

    memory: int
    seconds: float
    max_bytes: int


class _Call(msgspec.Struct, array_like=True):
    function: str
    arguments: list[Any]
    memory: int
    seconds: float


class _Error(msgspec.Struct, array_like=True):
    """A LotseError as it is sent to the parent."""

    name: str
    summary: Message
    detail: dict[str, Any]
    place: Message | str | None


class _End(msgspec.Struct, array_like=True):
    """The last message of an answer. `held`: bytes of memory that the child keeps."""

    held: int
    error: _Error | None = None


class ChildFaultError(Exception):
    """A function raised an unexpected exception in a child: a bug of Lotse. The text is its traceback."""


_idle: list[tuple[ChildProcess, int]] = []  # idle children, with the number of calls each has had
_busy: set[ChildProcess] = set()  # children that work for a caller
_killed: set[ChildProcess] = set()  # busy children that `kill_busy` killed
_lock: Final = threading.Lock()


def call(where: str, limits: Limits, function: str, *arguments: Any) -> Iterator[bytes]:
    """Yields what `function` (named `module:function`) yields in a child. `where`: the name of the file, for errors.

    Raises the LotseErrors of the function; ReadingStoppedError, ReadingTimeoutError or TooLargeError if a limit is
    exceeded, which they name; StoppedError after `kill_busy`; ChildFaultError.
    """
    child, calls = _borrowed()
    end = None
    try:
        child.send(msgspec.msgpack.encode(_Call(function, list(arguments), limits.memory, limits.seconds)))
        seconds, bytes_left = limits.seconds, limits.max_bytes
        while end is None:
            began = time.monotonic()
            answer = child.receive(seconds, limits.memory, max(0, bytes_left) + MAX_END_BYTES)
            seconds = max(0.0, seconds - (time.monotonic() - began))
            bytes_left -= len(answer)
            if bytes_left < 0:
                raise ChildAnswerTooLargeError
            if answer[:1] == _PART:
                yield answer[1:]
            else:
                end = _ended(answer)
    except ChildError as error:
        raise StoppedError("process-ends") if child in _killed else _stopped(error, where, limits) from None
    finally:
        _returned(child, calls + 1, end)
    if end.error:
        raise _restored(end.error)


def kill_busy() -> None:
    """Kills all children that work for a caller, which gets StoppedError: a process that ends waits for no limit."""
    with _lock:
        _killed.update(_busy)
        for child in _busy:
            child.kill()


def close() -> None:
    """Ends all idle children."""
    with _lock:
        children = [child for child, _ in _idle]
        _idle.clear()
    for child in children:
        child.close()


def _borrowed() -> tuple[ChildProcess, int]:
    """An idle child, or else a new one, and the number of calls it has had. It is busy now."""
    with _lock:
        while _idle:
            child, calls = _idle.pop()
            if child.alive():
                _busy.add(child)
                return child, calls
            child.close()
    child = ChildProcess("registry.child_pool")
    with _lock:
        _busy.add(child)
    return child, 0


def _returned(child: ChildProcess, calls: int, end: _End | None) -> None:
    """Keeps a child whose answer is complete for the next caller; kills it otherwise."""
    with _lock:
        _busy.discard(child)
        is_killed = child in _killed
        _killed.discard(child)
        is_small = end is not None and end.held <= MAX_IDLE_BYTES and calls < MAX_CALLS
        if is_small and not is_killed and len(_idle) < MAX_IDLE_CHILDREN:
            _idle.append((child, calls))
            return
    child.close()


def _ended(answer: bytes) -> _End:
    if answer[:1] == _END:
        return msgspec.msgpack.decode(answer[1:], type=_End)
    raise ChildFaultError(answer[1:].decode(errors="replace"))


def _stopped(error: ChildError, where: str, limits: Limits) -> LotseError:
    """The LotseError for a child that exceeded a limit, which its message names."""
    if isinstance(error, ChildAnswerTooLargeError):
        return TooLargeError("reading-too-large", {"limit": limits.max_bytes}, url=where, limit=limits.max_bytes)
    remedy = message("ask-smaller-parts")
    if isinstance(error, ChildTimeoutError):
        what = message("reading-too-long", seconds=round(limits.seconds))
        return ReadingTimeoutError("file-unreadable", what, where=where, remedy=remedy)
    what = message("reading-aborted", megabytes=limits.memory // _MEGABYTE)
    return ReadingStoppedError("file-unreadable", what, where=where, remedy=remedy)


def _restored(error: _Error) -> LotseError:
    """The error of the child as an exception of the same class."""
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
    """Answers calls until the parent ends; ends after a MemoryError, which can leave any object incomplete."""
    forbid_sockets()
    for body in parent:
        request = msgspec.msgpack.decode(body, type=_Call)
        del body
        answered = _answered(parent, request)
        _begin_time(0)
        limit_address_space(resource.RLIM_INFINITY)
        if not answered:
            return


def _answered(parent: Parent, request: _Call) -> bool:
    """Sends the parts of the answer and its end, or the error; returns False after a MemoryError."""
    error = None
    try:
        _begin_time(request.seconds)
        function = _function(request.function)
        limit_address_space(address_space() + request.memory)
        for part in function(*request.arguments):
            _begin_time(0)  # no limit while the parent has not yet read the part
            parent.send(_PART + part)
            _begin_time(request.seconds)
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
    """Has the system end this process (SIGALRM) GRACE_SECONDS after `seconds`, even in native code; 0: never."""
    signal.setitimer(signal.ITIMER_REAL, seconds and seconds + GRACE_SECONDS)


def _held() -> int:
    """The memory of this process in bytes; where the system does not tell it (macOS), the most it has had so far.

    On Linux the maximum cannot be used: a child starts with the maximum of its parent.
    """
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
