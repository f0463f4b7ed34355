"""The facet counts of all records, which the process that writes the index keeps beside it: a list without words and
filters is asked for most, and counting it takes longest.

Entry point: `WholeCounts`. Counts of facets that depend on the day are not kept.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Final

import msgspec

from registry.search.query import Count

FILE: Final = "counts.json"
MAX_SHARE_OF_TIME: Final = 0.05  # of the writer, that counting may take while many changes follow one another

Counts = Mapping[str, tuple[Count, ...]]


class _Kept(msgspec.Struct, frozen=True):
    """`number`: the last change that is counted."""

    number: int
    facets: dict[str, tuple[Count, ...]]


class WholeCounts:
    """Writes the counts of a generation of the index, and knows when it is too early to count again."""

    def __init__(self) -> None:
        self._next_at = 0.0  # seconds of `monotonic`

    def write(self, generation: Path, number: int, count: Callable[[], Counts]) -> int:
        """Counts and keeps that, unless it has taken too much of the time lately: then readers count by themselves. The
        number to read it by: that of the last change, 0 if nothing was counted."""
        begun = monotonic()
        if begun < self._next_at:
            return 0
        body = msgspec.json.encode(_Kept(number, dict(count())))
        temporary = generation / f".{FILE}"
        temporary.write_bytes(body)
        temporary.replace(generation / FILE)
        now = monotonic()
        self._next_at = now + (now - begun) / MAX_SHARE_OF_TIME
        return number


def read(generation: Path, number: int) -> Counts:
    """The kept counts; nothing if they are not those after change `number`, or cannot be read."""
    with suppress(OSError, msgspec.MsgspecError):
        kept = msgspec.json.decode((generation / FILE).read_bytes(), type=_Kept)
        return kept.facets if kept.number == number > 0 else {}
    return {}
