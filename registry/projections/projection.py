"""What a projection is; and records that could not be indexed: the first 200 with reason, the rest as a count."""

from collections.abc import Iterable
from typing import Final, Protocol

from registry.model import Change, Position


class Projection(Protocol):
    """Whatever is derived from the store's changes and can be built again."""

    def position(self) -> Position | None:
        """Epoch and last change taken in; survives a crash. None: nothing yet."""

    def apply(self, changes: Iterable[Change], position: Position) -> None:
        """Takes changes in; `record` None = forget it; may be repeated. Afterwards `position()` is `position`."""

    def rebuild(self, changes: Iterable[Change], position: Position) -> None:
        """From nothing, in one step for readers."""


MAX_NAMED: Final = 200  # records that are named
OTHERS_COUNTED: Final = "…"  # under which the others are counted; no id is written so


def note(faults: dict[str, str], id: str, why: str) -> None:
    """Notes a record that was left out; beyond MAX_NAMED only how many more there were since the index was built."""
    if id in faults or len(faults) < MAX_NAMED:
        faults[id] = why[:300]
    else:
        count = int(faults.get(OTHERS_COUNTED, "0").partition(" ")[0]) + 1
        faults[OTHERS_COUNTED] = f"{count} more"
