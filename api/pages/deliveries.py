"""When data were delivered, as a strip: what is known from the record and its history.

Entry points: `strip` (the last twelve months, in lists), `recent` (the last sixty days, on the page of a dataset).
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from registry.model import Metadata
from registry.model.timing import first_day, last_update, promise

DAYS: Final = 365  # that a strip shows
RECENT_DAYS: Final = 60
MAX_DAYS_BETWEEN: Final = 31  # two deliveries; of rarer ones sixty days would show nothing
MAX_DAYS_OF_A_FLOW: Final = 3  # between two updates that are drawn as one flow
Span = tuple[float, float]


class Recent(NamedTuple):
    """The last sixty days, numbered from 0 to 59, which is today. `ticks`: with a delivery; `gaps`: without one;
    `next`: in how many days the next delivery is due, None if it is already."""

    ticks: tuple[int, ...]
    gaps: tuple[int, ...]
    next: int | None


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


def recent(metadata: Metadata, changed_since: Callable[[date], Iterable[date]], today: date) -> Recent | None:
    """The strip of the last sixty days. `changed_since`: the days from one on, on which the source brought something
    new; asked only for a strip. None for data without a promise, or of which less than one delivery a month is
    promised."""
    promised, last = promise(metadata), last_update(metadata)
    if promised is None or last is None or promised.due - last > timedelta(days=MAX_DAYS_BETWEEN):
        return None
    first = today - timedelta(days=RECENT_DAYS - 1)
    days = {(day - first).days for day in (*_deliveries(metadata), *changed_since(first)) if first <= day <= today}
    gaps = tuple(day for day in range(RECENT_DAYS) if day not in days)
    return Recent(tuple(sorted(days)), gaps, (promised.due - today).days if promised.due > today else None)


def _deliveries(metadata: Metadata) -> Iterator[date]:
    written = (metadata.modified, metadata.issued)
    of_files = (value for file in metadata.distributions for value in (file.modified, file.issued))
    yield from filter(None, map(first_day, (*written, *of_files)))


def _at(day: date, today: date) -> float:
    return round(100 * max(0, DAYS - (today - day).days) / DAYS, 2)
