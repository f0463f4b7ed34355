"""Asks a prepared table what a reading wants to know. Entry point: `evaluated`.

None where the rows do not give one certain number: no row, several rows where one thing was asked for, two groups that
are the largest, two days of a stock.
"""

from typing import Final, NamedTuple

from registry.answers.parts import Where
from registry.answers.readings import Reading
from registry.answers.tables import Table, TableColumn
from registry.answers.times import Time
from registry.preview.model import Aggregate, Group, Groups, Selection
from registry.preview.model import Measure as TableMeasure
from registry.preview.previews import Previews

FILLED: Final = ".."  # of a filter: rows that have a value
_MEASURES: Final[dict[str, TableMeasure]] = {
    "sum": "sum", "daily": "sum", "mean": "avg", "single": "avg", "max": "max", "min": "min", "distinct": "distinct",
}  # fmt: skip
_ENDS: Final[tuple[TableMeasure, ...]] = ("min", "max")
MAX_DECIMALS: Final = 6  # of a number: sums of decimals have more by chance
DAY_LENGTH: Final = len("2025-12-31")
MAX_NAMES: Final = 3  # columns that name the row with the largest value


class Result(NamedTuple):
    """A number and what it was counted from. `rows`: with a value; `empty`: without; `first`, `last`: the times of the
    rows as they stand in the table; `key`: the group, or what names the row; `where`: the filter of just these rows;
    `days`: how many had a value."""

    value: float | int
    rows: int
    empty: int = 0
    first: str = ""
    last: str = ""
    key: tuple[tuple[str, str], ...] = ()
    where: Where = ()
    days: int = 0


NOTHING: Final = Result(0, 0)  # no row fits: the file says nothing about what is asked


def evaluated(previews: Previews, reading: Reading) -> Result | None:
    """The number of a reading: NOTHING if no row fits, None if the table does not give one for certain."""
    return _Asking(previews, reading).result()


def covers_whole(result: Result, time: Time | None) -> bool:
    """Whether the rows begin and end with the period that was asked for, as exactly as they are dated."""
    if time is None or not result.first:
        return False
    length = min(len(result.first), DAY_LENGTH)
    ends = (result.first[:length], result.last[:length])
    return ends == (time.first.isoformat()[:length], time.last.isoformat()[:length])


class _Asking:
    """One reading with the table that it is asked of."""

    def __init__(self, previews: Previews, reading: Reading) -> None:
        self.previews = previews
        self.reading = reading
        self.table: Table = reading.table

    def groups(self, measure: TableMeasure, column: str, where: Where, by: str = "", part: str | None = None) -> Groups:
        asked = Aggregate(measure=measure, column=column, by=by, part=part, where=where)  # type: ignore[arg-type]
        return self.previews.aggregate(self.table.record, self.table.distribution, asked)

    def result(self) -> Result | None:
        where = self.fixed_time()
        if where is None:
            return None
        reading = self.reading
        if reading.by:
            return self.of_groups(where, reading.by)
        if reading.column is None:
            return self.of_rows(where)
        single = self.single_group(where, reading.column)
        if single is None or not single.filled:
            return NOTHING
        if single.value is None or isinstance(single.value, str):
            return None
        if not self.is_of_one(where, single):
            return None
        value: float | int = round(single.value, MAX_DECIMALS)
        result = Result(value, single.filled, single.rows - single.filled, where=where)
        if reading.measure == "daily":
            days = self.days(where, reading.column)
            if not days:
                return None
            result = result._replace(value=round(value / days, MAX_DECIMALS), days=days)
        if reading.measure in ("max", "min"):
            result = self.with_names(result, where, reading.column)
        return self.with_times(result, where, reading.column)

    def fixed_time(self) -> Where | None:
        """The filter with one time of a stock; None if the rows are of several."""
        reading, time = self.reading, self.table.time
        stock = reading.column is not None and reading.column.aggregate == "bestand"
        if not stock or time is None or reading.measure in ("max", "min"):
            return reading.where
        times = [
            str(group.key)
            for group in self.groups("count", "", reading.where, by=time.name).groups
            if group.key is not None
        ]
        if not times:
            return reading.where
        if not reading.latest and len(times) > 1:
            return None
        last = max(times)
        return (*_without(reading.where, time.name), (time.name, last))

    def of_rows(self, where: Where) -> Result | None:
        rows = self.groups("count", "", where).rows
        return Result(rows, rows, where=where) if rows else NOTHING

    def single_group(self, where: Where, column: TableColumn) -> Group | None:
        groups = self.groups(_MEASURES[self.reading.measure], column.name, where).groups
        return groups[0] if groups else None

    def is_of_one(self, where: Where, group: Group) -> bool:
        """Whether a question about one thing was answered from one row."""
        if self.reading.measure == "single":
            return group.rows == 1
        filtered = dict(where)
        names_one = any(column.identifies and column.name in filtered for column in self.table.columns)
        return not (self.table.rows_are_things and names_one) or group.rows == 1

    def of_groups(self, where: Where, by: TableColumn) -> Result | None:
        """The largest (or smallest) group; None if another one is as large, or if some have no value at all."""
        column = self.reading.column
        measure: TableMeasure = "sum" if column else "count"
        groups = self.groups(measure, column.name if column else "", where, by=by.name)
        values = [(group.value, group) for group in groups.groups if group.key is not None and group.filled]
        numbers = sorted([value for value, _ in values if isinstance(value, int | float)], reverse=self.reading.largest)
        if not groups.complete or len(numbers) != len(groups.groups) or len(numbers) < 2 or numbers[0] == numbers[1]:
            return None
        largest = next(group for value, group in values if value == numbers[0])
        key = ((by.name, str(largest.key)),)
        result = Result(
            numbers[0], largest.filled, largest.rows - largest.filled, key=key, where=(*_without(where, by.name), *key)
        )
        return self.with_times(result, result.where, column) if column else result

    def days(self, where: Where, column: TableColumn) -> int:
        """Days that have a value."""
        assert self.table.time
        groups = self.groups("count", column.name, where, by=self.table.time.name, part="day")
        return sum(bool(group.filled) for group in groups.groups) if groups.complete else 0

    def with_names(self, result: Result, where: Where, column: TableColumn) -> Result:
        """What names the row of the largest value, if it is one."""
        filter = (*where, (column.name, repr(result.value)))
        rows = self.previews.rows(self.table.record, self.table.distribution, Selection(where=filter, size=1))
        if rows.total != 1:
            return result._replace(where=filter)
        by_name = dict(zip((other.name for other in self.table.columns), rows.rows[0], strict=True))
        named = [
            (other.name, str(by_name[other.name]))
            for other in self.table.columns
            if other.role in ("place", "sort", "time")
            and by_name[other.name] is not None
            and other.name not in dict(where)
        ]
        return result._replace(key=tuple(named[:MAX_NAMES]), where=filter)

    def with_times(self, result: Result, where: Where, column: TableColumn) -> Result | None:
        """The result with the first and the last time of the rows that have a value."""
        time = self.table.time
        if time is None:
            return result
        filled = (*where, (column.name, FILLED)) if column.role == "measure" else where
        if time.text_time:
            keys = [str(group.key) for group in self.groups("count", "", filled, by=time.name).groups if group.key]
            ends: list[object] = [min(keys), max(keys)] if keys else []
        else:
            ends = [group.value for measure in _ENDS for group in self.groups(measure, time.name, filled).groups]
        if len(ends) != len(_ENDS) or None in ends:
            return None
        return result._replace(first=str(ends[0]), last=str(ends[1]))


def _without(where: Where, column: str) -> Where:
    return tuple((name, value) for name, value in where if name != column)
