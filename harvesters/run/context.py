"""What all steps of one run need."""

from collections.abc import Sequence

import msgspec

from harvesters.harvester import Harvester
from harvesters.run.map_item import Ids, mapped
from harvesters.run.spool import Kept
from harvesters.run.stage import edition
from registry.catalog import Catalog
from registry.model import Known, Run, Source
from registry.model.harvest import Mapped, Staged
from registry.projector_process import ProjectorProcess
from registry.sources.runs import Runs
from registry.sources.staging import Staging


class Pass(msgspec.Struct, frozen=True):
    """What all steps of one run need."""

    source: Source
    harvester: Harvester
    catalog: Catalog
    run: Run
    started: float  # monotonic
    kept: Kept
    projector: ProjectorProcess | None = None  # feeds the search index meanwhile, for who waits for it

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def runs(self) -> Runs:
        return self.catalog.runs

    @property
    def staging(self) -> Staging:
        return self.catalog.staging

    @property
    def edition(self) -> str:
        return edition(self.source, self.harvester)

    def known(self) -> dict[str, Known]:
        known: dict[str, Known] = self.catalog.store.known(self.name)
        return known

    def mapped(self, batch: Sequence[Staged], ids: Ids) -> list[Mapped]:
        return [mapped(staged, self.source, self.harvester, ids) for staged in batch]
