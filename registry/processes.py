"""A projector in a process of its own, while much is written: the search index is fed on another core.

What `lotse serve` does all the time: whoever holds the projector's lock feeds. It ends with who started it, for its
standard input ends then; and being killed does no harm to a projector.
"""

import gc
import os
import subprocess
import sys
import threading
from types import TracebackType
from typing import Final

import msgspec

from registry.settings import Settings, as_path

WORTH: Final = 2_000  # changes; below that it takes longer to start than it helps


class Beside:
    """A context manager; `start` when it is known that much will be written. Leave it once the index has everything."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Beside":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()

    def start(self, changes: int) -> None:
        """If so many changes are worth it, and there is a core to spare."""
        if self._process or changes < WORTH or cores() < 2:
            return
        self._process = started("registry.processes")
        assert self._process.stdin
        self._process.stdin.write(msgspec.json.encode(self._settings, enc_hook=str) + b"\n")
        self._process.stdin.flush()


def started(module: str, answers: bool = False) -> "subprocess.Popen[bytes]":
    """The `main` of a module in a new process that is told on its standard input; `answers`: on its standard output."""
    deaf = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"  # Ctrl-C is for who started it
    code = f"{deaf}; import sys; sys.path[:] = {sys.path!r}; from {module} import main; main()"
    out = subprocess.PIPE if answers else None
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=out)


def cores() -> int:
    """How many this process may use; macOS only tells how many there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main() -> None:
    """Feeds the projections until there is nobody any more to feed them for."""
    from registry.build import open_catalog

    gc.set_threshold(50_000)  # many short-lived things, few circles
    settings = msgspec.json.decode(sys.stdin.buffer.readline(), type=Settings, dec_hook=as_path)
    projector, stop = open_catalog(settings).projector, threading.Event()
    threading.Thread(target=projector.run, args=(stop,), daemon=True).start()
    sys.stdin.buffer.read()
