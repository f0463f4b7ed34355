"""Starts a Python module in a child process, exchanges messages with it, and bounds and ends it.

Entry points: `ChildProcess` for the parent; for the child its module's `main`, which reads and answers by `Parent`.
A message is eight bytes of length, then its body: on the child's standard input and output. What the child prints goes
to standard error. Invariants:

- The child is a program of its own, not a fork: a fork would inherit open locks and keep them.
- Ctrl-C in a terminal is for the parent; the child ignores it.
- No child outlives its parent, even one that is killed (SIGKILL): a thread of the child waits for the end of a pipe
  that only the parent holds open. Native code that never lets that thread run is ended by the time limit.
- Limits: `memory` by RLIMIT_AS (macOS accepts it and does not enforce it: `receive` looks at the child's size there);
  `seconds` for one answer (its start not counted) and `max_bytes` of an answer. A child that breaks one is killed.
"""

import faulthandler
import os
import resource
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

START_TIMEOUT: Final = 60.0  # seconds until a child has imported its module
_HEADER: Final = 8  # bytes
_CHUNK: Final = 1 << 20  # bytes read at once
LIMITS_ADDRESS_SPACE: Final = sys.platform != "darwin"  # whether the system keeps a process to RLIMIT_AS
LOOK_SECONDS: Final = 0.2  # between two looks at the size of a child, where the system does not bound it
# A native parser that runs out of memory must end at once: collecting its backtrace needs memory, too, and can block.
_ENVIRONMENT: Final = {"RUST_BACKTRACE": "0"}
_GRACE: Final = 1.0  # seconds that the parent has to end a child before the child ends itself
_CODE: Final = """import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)
import sys; sys.path[:] = {path!r}
from registry.child_process import begin; begin({module!r}, {lifeline!r}, {memory!r}, {seconds!r})"""


class ChildError(Exception):
    """A child did not answer; it is dead."""


class ChildDiedError(ChildError):
    """It ended, or was ended by the system: a crash, or more memory than it may use."""


class ChildTimeoutError(ChildError):
    """It took longer than it may."""


class ChildAnswerTooLargeError(ChildError):
    """Its answer is longer than it may be."""


def available_cores() -> int:
    """How many this process may use; macOS only tells how many there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class ChildProcess:
    """A running child; a context manager that kills it. One thread at a time asks it; any may kill it.

    `memory`: bytes that it may use beyond what it has once its module is imported. `seconds`: for one answer.
    `max_bytes`: of one answer.
    """

    def __init__(
        self, module: str, *, memory: int | None = None, seconds: float | None = None, max_bytes: int | None = None
    ) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._ready = False  # whether the empty message came that it sends once its module is imported
        lifeline, self._lifeline = os.pipe()
        code = _CODE.format(path=sys.path, module=module, lifeline=lifeline, memory=memory, seconds=seconds)
        with ExitStack() as undo:
            undo.callback(os.close, self._lifeline)
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", code],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    bufsize=0,
                    pass_fds=(lifeline,),
                    env=os.environ | _ENVIRONMENT,
                )
            finally:
                os.close(lifeline)
            undo.pop_all()
        assert self._process.stdin
        assert self._process.stdout
        self._input: IO[bytes] = self._process.stdin
        self._output: IO[bytes] = self._process.stdout

    def __enter__(self) -> "ChildProcess":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, body: bytes) -> bytes:
        """The answer to a message; ChildError."""
        self.send(body)
        return self.receive()

    def send(self, body: bytes) -> None:
        """ChildDiedError if there is nobody to read it."""
        try:
            _write(self._input, body)
        except (BrokenPipeError, ValueError):  # ValueError: closed here
            raise ChildDiedError("The child process has ended.") from None

    def receive(self, seconds: float | None = None, memory: int | None = None) -> bytes:
        """The next message of the child; ChildError. `seconds`: for this one, instead of those for each; `memory`: its
        size where the system does not bound it."""
        seconds = self._seconds if seconds is None else seconds
        try:
            if not self._ready:
                self._read(_HEADER, time.monotonic() + START_TIMEOUT)
                self._ready = True
            deadline = None if seconds is None else time.monotonic() + seconds
            length = int.from_bytes(self._read(_HEADER, deadline, memory), "big")
            if self._max_bytes is not None and length > self._max_bytes:
                raise ChildAnswerTooLargeError(f"The child process answers with {length} bytes.")
            return self._read(length, deadline)
        except ChildError:
            self.kill()
            raise

    def kill(self) -> None:
        """Ends it at once; a thread that waits for its answer gets ChildDiedError."""
        self._process.kill()

    def close(self) -> None:
        """Kills it and frees what it held here; no other thread may ask it any more."""
        self.kill()
        self._process.wait()
        for file in (self._input, self._output):
            with suppress(BrokenPipeError):
                file.close()
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def _read(self, length: int, deadline: float | None, memory: int | None = None) -> bytes:
        parts, missing = [], length
        while missing:
            if memory is not None and not LIMITS_ADDRESS_SPACE:
                self._watch(deadline, memory)
            if deadline is not None and not _readable(self._output, deadline):
                raise ChildTimeoutError("The child process took longer than it may.")
            part = os.read(self._output.fileno(), min(missing, _CHUNK))
            if not part:
                raise ChildDiedError("The child process has ended.")
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _watch(self, deadline: float | None, memory: int) -> None:
        """Waits until there is something to read or the time is over; ChildDiedError for a child that grows beyond."""
        while not _readable(self._output, time.monotonic() + LOOK_SECONDS):
            if deadline is not None and time.monotonic() > deadline:
                return
            if resident_bytes(self.pid) > memory:
                raise ChildDiedError("The child process needs more memory than it may.")


def resident_bytes(process: int) -> int:
    """How much memory a process has now, by `ps`; 0 if that is not known."""
    kib = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, check=False).stdout.strip()
    return int(kib) * 1024 if kib.isdigit() else 0


def _readable(file: IO[bytes], deadline: float) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(file, selectors.EVENT_READ)
        return bool(selector.select(max(0.0, deadline - time.monotonic())))


def _write(file: IO[Any], body: bytes) -> None:
    rest = memoryview(len(body).to_bytes(_HEADER, "big") + body)
    while rest:
        rest = rest[file.write(rest) :]


class Parent:
    """The parent, as the child sees it; made by `begin`. Iterating yields its messages until it is gone."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._input, self._output = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb", 0)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what anything prints is no message

    def __iter__(self) -> Iterator[bytes]:
        while (body := self._next()) is not None:
            if self._seconds is not None:  # a thread of its own that needs no help of the interpreter
                faulthandler.dump_traceback_later(self._seconds + _GRACE, exit=True, file=sys.stderr)
            yield body
            faulthandler.cancel_dump_traceback_later()

    def send(self, body: bytes) -> None:
        _write(self._output, body)

    def _next(self) -> bytes | None:
        header = self._input.read(_HEADER)
        length = int.from_bytes(header, "big")
        body = self._input.read(length) if len(header) == _HEADER else b""
        return body if len(header) == _HEADER and len(body) == length else None


def begin(module: str, lifeline: int, memory: int | None, seconds: float | None) -> None:
    """What a child does first: its module's `main(parent)`, within its limits."""
    threading.Thread(target=_end_with_parent, args=(lifeline,), daemon=True).start()
    main = import_module(module).main
    parent = Parent(seconds)
    if memory is not None:
        limit_address_space(address_space() + memory)
    parent.send(b"")  # ready
    main(parent)


def _end_with_parent(lifeline: int) -> None:
    with suppress(OSError):
        os.read(lifeline, 1)  # nothing is ever written: it returns when the parent has ended
    os.kill(os.getpid(), signal.SIGKILL)


def address_space() -> int:
    """Bytes of addresses that this process has in use, which only Linux tells; elsewhere 0."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0


def limit_address_space(limit: int) -> None:
    """Bytes of addresses that this process may have in use; RLIM_INFINITY: as many as it may set."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = hard if limit == resource.RLIM_INFINITY else limit
    with suppress(ValueError, OSError):  # macOS may refuse
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
