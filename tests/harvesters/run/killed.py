"""A harvest in a process of its own, to be killed; started by a fork server that has everything imported."""

from multiprocessing.connection import Connection
from pathlib import Path

from harvesters.run import mapper_processes
from harvesters.run.run import harvest
from registry import projector_process
from registry.build import open_catalog
from registry.fetch.session import session
from registry.settings import Settings
from tests.forking import CONTEXT
from tests.servers import databases


class Harvest:
    """Ready, with the catalogue open, when it has been made; `begin()` lets it go. `helpers`: started at once."""

    def __init__(self, data: Path, source: str, helpers: bool = False) -> None:
        self.pipe, theirs = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=_harvest, args=(str(data), source, helpers, theirs), daemon=False)
        self.process.start()
        theirs.close()
        assert self.pipe.recv() == "ready"

    def begin(self) -> None:
        self.pipe.send("go")

    def ended_within(self, seconds: float) -> str | None:
        """Its outcome, None if it still runs."""
        if not self.pipe.poll(seconds):
            return None
        outcome: str = self.pipe.recv()
        self.process.join()
        return outcome

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


def _harvest(data: str, source: str, helpers: bool, pipe: Connection) -> None:
    databases.adopt()
    if helpers:
        mapper_processes.MIN_ITEMS_FOR_HELPERS = projector_process.MIN_CHANGES = 1  # type: ignore[misc]
    settings = Settings(data=Path(data), allow_hosts=("127.0.0.1",))
    catalog = open_catalog(settings)
    named = catalog.sources.get(source)
    pipe.send("ready")
    pipe.recv()
    pipe.send(harvest(named, catalog, session(settings)).outcome)
