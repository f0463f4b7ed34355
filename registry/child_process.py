"""Starts a Python module in a child process, exchanges messages with it, and bounds and ends it.

Entry points: `ChildProcess` for the parent; for the child the `main` of its module, which gets a `Parent` to read
messages and to answer. Messages go through the child's standard input and output: eight bytes of length, then the body.
What the child prints goes to standard error. Invariants:

- The child is a new Python process, not a fork: a fork would inherit open locks and keep them.
- The child ignores Ctrl-C (SIGINT) in a terminal; the parent ends it.
- No child outlives its parent, even one that is killed (SIGKILL): a thread of the child waits for the end of a pipe
  that only the parent has open. Native code may never let that thread run: whoever calls some sets a timer of the child
  (`registry/child_pool.py`).
- A message has limits (`receive`): `seconds`, without the start of the child; `max_bytes`; `memory`, where the system
  does not enforce what the child itself sets (`limit_address_space`). A child above a limit is killed.
"""

import fcntl
import os
import resource
import select
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
_CHUNK: Final = 1 << 20  # bytes read at once, and held by a pipe where the system allows it
LIMITS_ADDRESS_SPACE: Final = sys.platform != "darwin"  # whether the system enforces RLIMIT_AS
LOOK_SECONDS: Final = 0.2  # between two measurements of a child's memory, where RLIMIT_AS is not enforced
# A native parser that runs out of memory must end at once: collecting its backtrace needs memory, too, and can block.
# Threads of glibc have pools of memory of their own otherwise, each of which keeps what was freed.
_ENVIRONMENT: Final = {"RUST_BACKTRACE": "0", "MALLOC_ARENA_MAX": "2"}
_CODE: Final = """import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)
import sys; sys.path[:] = {path!r}
from registry.child_process import begin; begin({module!r}, {lifeline!r})"""


class ChildError(Exception):
    """A child did not answer and is no longer running."""


class ChildDiedError(ChildError):
    """The child ended or was killed: it crashed, or used more memory than its limit."""


class ChildTimeoutError(ChildError):
    """The child took longer than its limit."""


class ChildAnswerTooLargeError(ChildError):
    """The answer of the child is longer than its limit."""


def available_cores() -> int:
    """The number of cores that this process may use; on macOS, the number of cores of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class ChildProcess:
    """A running child; a context manager that kills it. One thread at a time may use it; any thread may kill it."""

    def __init__(self, module: str) -> None:
        self._ready = False  # whether its first, empty message has arrived: its module is imported
        lifeline, self._lifeline = os.pipe()
        code = _CODE.format(path=sys.path, module=module, lifeline=lifeline)
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
        _widen(self._input)
        _widen(self._output)

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
        """Sends a message and returns the answer; ChildError."""
        self.send(body)
        return self.receive()

    def send(self, body: bytes) -> None:
        """Sends a message; ChildDiedError if the child has ended."""
        try:
            _write(self._input, body)
        except (BrokenPipeError, ValueError):  # ValueError: `close` was called
            raise ChildDiedError("The child process has ended.") from None

    def receive(self, seconds: float | None = None, memory: int | None = None, max_bytes: int | None = None) -> bytes:
        """The next message of the child; ChildError, after which the child is killed.

        `seconds`: time limit. `memory`: largest size of the child in bytes, measured only where the system does not
        enforce RLIMIT_AS. `max_bytes`: largest length of the message; a longer one is not read.
        """
        try:
            if not self._ready:
                self._read(_HEADER, time.monotonic() + START_TIMEOUT)
                self._ready = True
            deadline = None if seconds is None else time.monotonic() + seconds
            length = int.from_bytes(self._read(_HEADER, deadline, memory), "big")
            if max_bytes is not None and length > max_bytes:
                raise ChildAnswerTooLargeError(f"The child process answers with {length} bytes.")
            return self._read(length, deadline)
        except ChildError:
            self.kill()
            raise

    def kill(self) -> None:
        """Kills the child at once; a thread that waits for its answer gets ChildDiedError."""
        self._process.kill()

    def close(self) -> None:
        """Kills the child and closes its pipes; after that it cannot be used."""
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
        """Waits until there is something to read or the time is over; ChildDiedError if the child exceeds `memory`."""
        while not _readable(self._output, time.monotonic() + LOOK_SECONDS):
            if deadline is not None and time.monotonic() > deadline:
                return
            if resident_bytes(self.pid) > memory:
                raise ChildDiedError("The child process needs more memory than it may.")


def resident_bytes(process: int) -> int:
    """The resident memory of a process in bytes, by `ps`; 0 if it cannot be measured."""
    kib = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, check=False).stdout.strip()
    return int(kib) * 1024 if kib.isdigit() else 0


def _readable(file: IO[bytes], deadline: float) -> bool:
    poll = select.poll()
    poll.register(file, select.POLLIN)
    return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))


def _widen(pipe: IO[bytes]) -> None:
    """Lets a pipe hold a whole message, so that the child need not wait until a busy parent reads on (the GIL).

    Only Linux can; a user with many pipes may not."""
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _CHUNK)


def _write(file: IO[Any], body: bytes) -> None:
    rest = memoryview(len(body).to_bytes(_HEADER, "big") + body)
    while rest:
        rest = rest[file.write(rest) :]


class Parent:
    """The connection of a child to its parent, created by `begin`. Iterating yields messages until the parent ends."""

    def __init__(self) -> None:
        self._input, self._output = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb", 0)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # so that printed text is not read as a message

    def __iter__(self) -> Iterator[bytes]:
        while (body := self._next()) is not None:
            yield body

    def send(self, body: bytes) -> None:
        _write(self._output, body)

    def _next(self) -> bytes | None:
        header = self._input.read(_HEADER)
        length = int.from_bytes(header, "big")
        body = self._input.read(length) if len(header) == _HEADER else b""
        return body if len(header) == _HEADER and len(body) == length else None


def begin(module: str, lifeline: int) -> None:
    """Runs in the child: calls `main(parent)` of its module."""
    threading.Thread(target=_end_with_parent, args=(lifeline,), daemon=True).start()
    main = import_module(module).main
    parent = Parent()
    parent.send(b"")  # ready
    main(parent)


def _end_with_parent(lifeline: int) -> None:
    with suppress(OSError):
        os.read(lifeline, 1)  # nobody writes to this pipe: it returns when the parent has ended
    os.kill(os.getpid(), signal.SIGKILL)


def address_space() -> int:
    """The address space that this process uses, in bytes; 0 on systems other than Linux."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0


def limit_address_space(limit: int) -> None:
    """Limits the address space of this process to `limit` bytes (RLIMIT_AS); RLIM_INFINITY: to the hard limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = hard if limit == resource.RLIM_INFINITY else limit
    with suppress(ValueError, OSError):  # macOS may refuse
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
