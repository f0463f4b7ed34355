"""`RunContext`: the source, its harvester, the catalogue and the run itself, handed from step to step of one run."""

import msgspec

from harvesters.harvester import Harvester
from harvesters.run.spool import Spool
from harvesters.run.stage import edition
from registry.catalog import Catalog
from registry.model import Run, Source, StoredState
from registry.projector_process import ProjectorProcess
from registry.sources.runs import Runs
from registry.sources.staging import Staging


class RunContext(msgspec.Struct, frozen=True):
    """What all steps of one run need. The caller holds the source's lock."""

    source: Source
    harvester: Harvester
    catalog: Catalog
    run: Run
    started: float  # seconds, monotonic clock
    spool: Spool
    only: frozenset[str] = frozenset()  # the remote ids that this run is about; empty: all that the source names
    projector: ProjectorProcess | None = None  # feeds the search index meanwhile, if the caller waits for the index

    @property
    def name(self) -> str:
        """The name of the source."""
        return self.source.name

    @property
    def base_url(self) -> str:
        """What our own IRIs begin with."""
        return self.catalog.settings.base_url

    @property
    def runs(self) -> Runs:
        """Where runs and their problems are kept."""
        return self.catalog.runs

    @property
    def staging(self) -> Staging:
        """Where the items of a source are kept as they were read and mapped."""
        return self.catalog.staging

    @property
    def edition(self) -> str:
        """The edition of source and mapping; see `stage.edition`."""
        return edition(self.source, self.harvester, self.base_url)

    def run_before(self) -> Run | None:
        """The run of this source before this one."""
        newest = self.runs.newest(self.name, 2)
        return next((run for run in newest if run.number != self.run.number), None)

    def is_meant(self, remote_id: str) -> bool:
        """Whether this run is about an item."""
        return not self.only or remote_id in self.only

    def stored(self) -> dict[str, StoredState]:
        """Remote id -> what the store has of this source now."""
        stored: dict[str, StoredState] = self.catalog.store.stored_states(self.name)
        return stored
