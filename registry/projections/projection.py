"""The protocol of a projection, and `note`, which keeps records that could not be indexed.

Of those records the first MAX_NAMED are kept with id and reason, the rest as a count.
"""

from collections.abc import Iterable
from typing import Final, Protocol

from registry.model import Change, Position


class Projection(Protocol):
    """Data that is derived from the store's changes and can be built again; fed by `registry.projections.projector`."""

    def position(self) -> Position | None:
        """Epoch and number of the last change that was applied; survives a crash. None: it must be built first."""

    def damage(self) -> str:
        """Which part is damaged and has to be rebuilt; "" if nothing is, also if a server takes care of that."""

    def apply(self, changes: Iterable[Change], position: Position) -> None:
        """Applies changes (`record` None: delete) and stores `position`. After a crash the same changes come again."""

    def resumes_after(self, epoch: str) -> int:
        """The number of the change that an interrupted rebuild of this epoch has reached, if it can go on; else 0."""

    def rebuild(self, changes: Iterable[Change], position: Position) -> None:
        """Builds it again; readers see the old content until the new one is complete.

        `changes`: all of them, or those after `resumes_after`: then it goes on where it was interrupted.
        """


MAX_NAMED: Final = 200  # records that are kept with id and reason
OTHERS_COUNTED: Final = "…"  # key of the count of the others; no id looks like this


def note(faults: dict[str, str], id: str, why: str) -> None:
    """Adds a record that was left out to `faults` (id -> reason); beyond MAX_NAMED it only raises the count."""
    if id in faults or len(faults) < MAX_NAMED:
        faults[id] = why[:300]
    else:
        count = int(faults.get(OTHERS_COUNTED, "0").partition(" ")[0]) + 1
        faults[OTHERS_COUNTED] = f"{count} more"
