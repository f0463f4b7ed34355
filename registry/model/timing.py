"""Days that metadata mean: the first and the last day of a date, the day by which an update is due.

Entry points: `today`, `first_day`, `last_day`, `last_update`, `promise`.
"""

import calendar
import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from registry.model.metadata import Date, Metadata
from vocab.concepts import Concept, concept_list
from vocab.values import interval

ZONE: Final = ZoneInfo("Europe/Berlin")  # of the city
MAX_GRACE: Final = timedelta(days=14)  # after the due day, until an update counts as overdue

_DATE = re.compile(r"(\d{4})(?!\d)(?:-(\d\d)(?:-(\d\d))?)?")


class Promise(NamedTuple):
    """`due`: the day of the next update by the frequency; `last_good_day`: from the day after, it is overdue."""

    frequency: Concept
    due: date
    last_good_day: date


def today() -> date:
    """The day in the city: pages and search agree on what is over or overdue."""
    return datetime.now(ZONE).date()


@lru_cache(4096)  # the same few dates in most records of a source
def first_day(value: Date) -> date | None:
    """The first day that a date of any accuracy can mean; None if there is none or it is beyond the calendar."""
    match = _DATE.match(value)
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1)) if match else None
    except ValueError:
        return None


def last_day(value: Date) -> date | None:
    """The last day that a date of any accuracy can mean; None as for `first_day`."""
    first = first_day(value)
    if first is None or len(value) >= 10:
        return first
    month = first.month if len(value) == 7 else 12
    return first.replace(month=month, day=calendar.monthrange(first.year, month)[1])


def last_update(metadata: Metadata) -> date | None:
    """The day of the last change of a dataset or one of its files, else of its issue."""
    days = [first_day(value) for value in (metadata.modified, *(file.modified for file in metadata.distributions))]
    return max((day for day in days if day), default=None) or first_day(metadata.issued)


def promise(metadata: Metadata) -> Promise | None:
    """When the next update is due by the frequency; None without a date, or without a frequency that has an interval.

    Overdue only after a tenth of the interval, at least one day and at most MAX_GRACE.
    """
    frequency = concept_list("frequencies").get(metadata.frequency) if metadata.frequency else None
    last = last_update(metadata) if frequency else None
    due = _due(last, frequency.extra["interval"]) if last and frequency else None
    if last is None or frequency is None or due is None:
        return None
    try:
        return Promise(frequency, due, due + min(max(timedelta(days=1), (due - last) / 10), MAX_GRACE))
    except OverflowError:
        return Promise(frequency, due, date.max)


def _due(last: date, duration: str) -> date | None:
    """The day on which the next update is due; intervals below a day count as one day. None beyond the calendar."""
    parts = interval(duration)
    if not parts:
        return None
    days = parts.years * 365.25 + parts.months * 30.5 + parts.weeks * 7 + parts.days
    try:
        return last + timedelta(days=max(1.0, days))
    except OverflowError:
        return None
