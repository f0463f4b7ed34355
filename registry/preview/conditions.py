"""The filters of a table: `where=COLUMN:VALUE` -> a condition of SQL with its parameters. Entry point: `condition`.

A closed grammar: values only ever are parameters, columns only ever our own names. Text: equal, whatever the case.
Numbers and dates: by value, or a range `a..b` of which one end may be open; of months that are texts 2025-01..2025-06.
Nothing behind the colon: empty cells.
"""

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final, NamedTuple

from registry.errors import UsageError
from registry.model.timing import first_day, last_day
from registry.preview.model import ORDERED_TYPES, Column, Preview
from vocab.values import date as read_date

MAX_VALUE_CHARACTERS: Final = 1_000
MAX_CONDITIONS: Final = 30
_TRUE: Final = frozenset(("true", "ja", "yes", "wahr", "1"))
_FALSE: Final = frozenset(("false", "nein", "no", "falsch", "0"))
_MONTHS: Final = re.compile(r"\d{4}-\d\d\.\.\d{4}-\d\d")  # a range of months, which are texts in many tables
_PARTIAL: Final = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


class Condition(NamedTuple):
    """A condition of SQL with `?` for its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


def condition(preview: Preview, where: Sequence[tuple[str, str]]) -> Condition:
    """The condition of all filters; UsageError for an unknown column, or a value that its type cannot have."""
    if len(where) > MAX_CONDITIONS:
        raise UsageError("preview-filters-many", limit=MAX_CONDITIONS)
    conditions = [_single(preview, name, value) for name, value in where]
    return Condition(
        " AND ".join(f"({part.sql})" for part in conditions) or "true",
        tuple(parameter for part in conditions for parameter in part.parameters),
    )


def named(preview: Preview, pairs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Column and value of each `COLUMN:VALUE`, whose column may hold a colon itself; UsageError for an unknown one."""
    return tuple(_split(preview, pair) for pair in pairs if pair)


def position_of(preview: Preview, name: str) -> tuple[str, Column]:
    """The column in the prepared file, and what it is; UsageError if there is none of this name."""
    for index, column in enumerate(preview.columns):
        if column.name == name:
            return f"c{index}", column
    names = ", ".join(column.name for column in preview.columns[:20])
    raise UsageError("preview-column-unknown", name=name[:100], names=names)


def _split(preview: Preview, pair: str) -> tuple[str, str]:
    names = sorted((column.name for column in preview.columns), key=len, reverse=True)
    for name in names:
        if pair.startswith(f"{name}:"):
            return name, pair[len(name) + 1 :]
    position_of(preview, pair.partition(":")[0])
    raise UsageError("preview-where-form", pair=pair[:100])


def _single(preview: Preview, name: str, value: str) -> Condition:
    column, described = position_of(preview, name)
    value = value[:MAX_VALUE_CHARACTERS].strip()
    if not value:
        return Condition(f"{column} IS NULL")
    if described.type == "geometry":
        raise UsageError("preview-value-form", name=name, value=value)
    try:
        if described.type == "text" and _MONTHS.fullmatch(value):
            return Condition(f"{column} BETWEEN ? AND ?", tuple(value.split("..")))
        if described.type in ORDERED_TYPES and ".." in value:
            start, _, end = value.partition("..")
            return _range(column, described, start.strip(), end.strip())
        return _equal(column, described, value)
    except ValueError:
        raise UsageError("preview-value-form", name=name, value=value[:100]) from None


def _equal(column: str, described: Column, value: str) -> Condition:
    if described.type == "text":
        return Condition(f"lower({column}) = lower(?)", (value,))
    if described.type == "boolean":
        if value.lower() not in _TRUE | _FALSE:
            raise ValueError(value)
        return Condition(f"{column} = ?", (value.lower() in _TRUE,))
    first, last = _ENDS[described.type](value)
    if first == last:
        return Condition(f"{column} = {_cast(described)}", (first,))
    return Condition(f"{column} BETWEEN {_cast(described)} AND {_cast(described)}", (first, last))


def _range(column: str, described: Column, start: str, end: str) -> Condition:
    ends = _ENDS[described.type]
    parts, parameters = [], []
    if start:
        parts.append(f"{column} >= {_cast(described)}")
        parameters.append(ends(start)[0])
    if end:
        parts.append(f"{column} <= {_cast(described)}")
        parameters.append(ends(end)[1])
    return Condition(" AND ".join(parts) or f"{column} IS NOT NULL", tuple(parameters))


def _cast(described: Column) -> str:
    """The parameter with the type of its column: a conversion of the column would read all of its values."""
    if described.type == "datetime":
        return "CAST(? AS TIMESTAMPTZ)" if described.zone else "CAST(? AS TIMESTAMP)"
    return {"date": "CAST(? AS DATE)", "time": "CAST(? AS TIME)"}.get(described.type, "?")


def _number(value: str) -> tuple[float, float]:
    text = value.replace(",", ".") if value.count(",") == 1 and "." not in value else value
    number = float(text)
    if not math.isfinite(number) or "_" in text:
        raise ValueError(value)
    return number, number


def _day(value: str) -> tuple[str, str]:
    """The first and the last day that a date means: 2026, 2026-02, 2026-02-01, 1.2.2026."""
    read = value if _PARTIAL.fullmatch(value) else getattr(read_date(value), "value", "")
    first, last = first_day(read), last_day(read)
    if not first or not last:
        raise ValueError(value)
    return first.isoformat(), last.isoformat()


def _moment(value: str) -> tuple[str, str]:
    """The first and the last moment that a date means, by its accuracy: a day, a minute, a second."""
    if "T" in value or ":" in value:
        moment = datetime.fromisoformat(value.replace(" ", "T", 1))
        accuracy = timedelta(minutes=1) if value.count(":") == 1 and not moment.tzinfo else timedelta(seconds=1)
        last = moment if moment.microsecond else moment + accuracy - timedelta(microseconds=1)
        return moment.isoformat(" "), last.isoformat(" ")
    first, last_of_days = _day(value)
    return f"{first} 00:00:00", f"{last_of_days} 23:59:59.999999"


def _clock(value: str) -> tuple[str, str]:
    return (value, value) if value in ("24:00", "24:00:00") else (time.fromisoformat(value).isoformat(),) * 2


_ENDS: Final[dict[str, Callable[[str], tuple[Any, Any]]]] = {
    "integer": _number,
    "number": _number,
    "date": _day,
    "datetime": _moment,
    "time": _clock,
}
