"""Runs the projector in a child process during large harvests, so that indexing uses a second core.

It does what `lotse serve` does all the time: whoever holds the projector's lock feeds the projections. Being killed
does no harm to a projector.
"""

import gc
import threading
from types import TracebackType
from typing import Final

import msgspec

from registry.child_process import ChildProcess, Parent, available_cores
from registry.settings import Settings, as_path

MIN_CHANGES: Final = 2_000  # below that it takes longer to start than it helps


class ProjectorProcess:
    """A context manager; `start` when it is known that much will be written. Leave it once the index has everything."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: ChildProcess | None = None

    def __enter__(self) -> "ProjectorProcess":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._child:
            self._child.close()

    def start(self, changes: int) -> None:
        """If so many changes are worth it, and there is a core to spare."""
        if self._child or changes < MIN_CHANGES or available_cores() < 2:
            return
        self._child = ChildProcess("registry.projector_process")
        self._child.send(msgspec.json.encode(self._settings, enc_hook=str))


def main(parent: Parent) -> None:
    """Feeds the projections until there is nobody any more to feed them for."""
    from registry.build import open_catalog

    gc.set_threshold(50_000)  # many short-lived things, few circles
    for message in parent:
        settings = msgspec.json.decode(message, type=Settings, dec_hook=as_path)
        projector, stop = open_catalog(settings).projector, threading.Event()
        threading.Thread(target=projector.run, args=(stop,), daemon=True).start()
