"""When data were delivered in the last twelve months, as a strip: what is known from the record and its history.

Entry point: `strip`.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from registry.model import Metadata
from registry.model.timing import first_day, last_update, promise

DAYS: Final = 365  # that a strip shows
MAX_DAYS_OF_A_FLOW: Final = 3  # between two updates that are drawn as one flow
Span = tuple[float, float]


class Strip(NamedTuple):
    """Places in per cent of the last twelve months. `ticks`: deliveries; `flow`: since when data come all the time;
    `late`: since when an update is due."""

    ticks: tuple[float, ...]
    flow: Span | None
    late: Span | None


def strip(metadata: Metadata, earlier: Iterable[Metadata], today: date) -> Strip:
    """The strip of a dataset; `earlier`: what its record said before."""
    days = sorted({day for version in (metadata, *earlier) for day in _deliveries(version) if day <= today})
    promised = promise(metadata)
    late = (_at(promised.due, today), 100.0) if promised and today > promised.last_good_day else None
    last = last_update(metadata)
    often = promised and last and promised.due - last <= timedelta(days=MAX_DAYS_OF_A_FLOW)
    flow = (_at(days[0], today), _at(days[-1], today)) if often and len(days) > 1 else None
    begin = today - timedelta(days=DAYS)
    ticks = () if flow else tuple(_at(day, today) for day in days if day >= begin)
    return Strip(ticks, flow, late)


def _deliveries(metadata: Metadata) -> Iterator[date]:
    written = (metadata.modified, metadata.issued)
    of_files = (value for file in metadata.distributions for value in (file.modified, file.issued))
    yield from filter(None, map(first_day, (*written, *of_files)))


def _at(day: date, today: date) -> float:
    return round(100 * max(0, DAYS - (today - day).days) / DAYS, 2)
