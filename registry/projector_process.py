"""Runs the projector in a child process during large harvests, so that indexing uses a second core.

Entry points: `ProjectorProcess` for the parent; `main` for the child, which runs the projector as `lotse serve` does:
the process that has the projector's lock updates the projections. A projector may be killed at any time.
"""

import gc
import threading
from types import TracebackType
from typing import Final

import msgspec

from registry.child_process import ChildProcess, Parent, available_cores
from registry.settings import Settings, as_path

MIN_CHANGES: Final = 2_000  # below that, starting the child takes longer than it saves


class ProjectorProcess:
    """A context manager that ends the child. Call `start` when the number of changes is known; leave the context when
    the index has all changes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: ChildProcess | None = None

    def __enter__(self) -> "ProjectorProcess":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._child:
            self._child.close()

    def start(self, changes: int) -> None:
        """Starts the child if there are at least MIN_CHANGES changes and two cores."""
        if self._child or changes < MIN_CHANGES or available_cores() < 2:
            return
        self._child = ChildProcess("registry.projector_process")
        self._child.send(msgspec.json.encode(self._settings, enc_hook=str))


def main(parent: Parent) -> None:
    """Updates the search index until the parent ends. Others can wait: they would take time from the harvest."""
    from registry.projections.projector import SEARCH, Projector
    from registry.search_index import open_index
    from registry.store.store import open_store

    gc.set_threshold(50_000)  # many short-lived objects, few reference cycles
    for message in parent:
        settings = msgspec.json.decode(message, type=Settings, dec_hook=as_path)
        store, stop = open_store(settings.database_url), threading.Event()
        projector = Projector(store, {"search": open_index(settings)}, settings.data)
        threading.Thread(target=projector.run, args=(stop, SEARCH), daemon=True).start()
