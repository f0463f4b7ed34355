"""What a generation of the embedded index keeps beside its files: how far it is, and of which version it is.

Entry points: `INDEX_VERSION`, `generation_of`, `kept`. A module of its own, so that a command can ask how far the index
is without loading all that searches.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from registry.kept_files import KeptFiles
from registry.model import Position

INDEX_VERSION: Final = 12  # raised with every change of the facets, of the other fields of an entry, of the analysis


def generation_of(path: Path) -> Path | None:
    """The folder of the generation that readers use; None if there is none yet."""
    with suppress(FileNotFoundError):
        return _current(path / "current")
    return None


_current: Final = KeptFiles(lambda path: path.parent / path.read_text())
_state: Final = KeptFiles(lambda path: json.loads(path.read_text()))


def kept(generation: Path | None, version: int = INDEX_VERSION) -> dict[str, Any] | None:
    """What a generation keeps; None for one of another version, which must be built again."""
    if generation is None:
        return None
    with suppress(FileNotFoundError, ValueError):
        state = _state(generation / "position.json")
        return {**state, "faults": dict(state["faults"])} if state.get("schema") == version else None
    return None


def position_in(state: dict[str, Any] | None) -> Position | None:
    """The last change that is in the index, of what it keeps (`kept`)."""
    return Position(state["epoch"], state["number"]) if state else None
