"""Reads prepared tables with DuckDB: pages of rows, aggregates, all rows of a selection.

Entry point: `PreparedFiles`. Invariants: one database in memory for each process, which may open files of the folder of
previews only; no text of a visitor ever is part of a statement (`registry.preview.conditions`); a query is interrupted
after QUERY_SECONDS.
"""

import contextlib
import threading
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from registry.errors import NotReadyError, UsageError
from registry.preview import bounds
from registry.preview.conditions import condition, position_of
from registry.preview.header import unique
from registry.preview.locked_database import locked, quoted
from registry.preview.model import (
    NUMERIC_TYPES,
    ORDERED_TYPES,
    Aggregate,
    Column,
    Group,
    Groups,
    Preview,
    Rows,
    Selection,
)
from registry.preview.zones import in_zone

if TYPE_CHECKING:
    import duckdb

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PARTS: Final = {
    "year": "year({c})",
    "month": "year({c}) * 100 + month({c})",  # a number: six times as fast as strftime
    "day": "CAST({c} AS DATE)",
    "hour": "hour({c})",
    "weekday": "isodow({c})",
}
_MEASURES: Final = {
    "count": "count({c})",
    "sum": "sum({c})",
    "avg": "avg({c})",
    "min": "min({c})",
    "max": "max({c})",
    "distinct": "count(DISTINCT {c})",
}
BATCH: Final = 1_000  # rows that are fetched at once


class PreparedFiles:
    """The prepared tables of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._database: duckdb.DuckDBPyConnection | None = None

    def rows(self, preview: Preview, selection: Selection) -> Rows:
        """A page of the rows of a selection; UsageError for a column or value that cannot be."""
        size, page = min(max(selection.size, 1), bounds.MAX_PAGE_ROWS), max(selection.page, 1)
        filter, order = condition(preview, selection.where), _order(preview, selection.sort)
        source, offset = self._source(preview), (page - 1) * size
        with self._cursor() as cursor:
            total = preview.total
            if selection.where:
                counting = f"SELECT count(*) FROM {source} WHERE {filter.sql}"
                total = cursor.execute(counting, filter.parameters).fetchone()[0]
            query = f"SELECT {_cells(preview)} FROM {source} WHERE {filter.sql} {order} LIMIT {size} OFFSET {offset}"
            found_rows = cursor.execute(query, filter.parameters).fetchall() if offset < total else []
        rows = [_json_ready(row, preview.columns) for row in found_rows]
        return Rows(rows=rows, total=total, next=page + 1 if offset + size < total else None)

    def every(self, preview: Preview, selection: Selection) -> Iterator[list[Any]]:
        """All rows of a selection as JSON has them, a batch at a time."""
        filter, order = condition(preview, selection.where), _order(preview, selection.sort)
        query = f"SELECT {_cells(preview)} FROM {self._source(preview)} WHERE {filter.sql} {order}"
        with self._cursor(seconds=None) as cursor:
            cursor.execute(query, filter.parameters)
            while batch := cursor.fetchmany(BATCH):
                yield from (_json_ready(row, preview.columns) for row in batch)

    def has_signs(self, preview: Preview, selection: Selection) -> bool:
        """Whether a text of the selection begins with something that is neither a letter nor a digit."""
        filter = condition(preview, selection.where)
        texts = [f"c{index}" for index, column in enumerate(preview.columns) if column.type == "text"]
        tests = " OR ".join(f"regexp_matches({name}, '^[^\\p{{L}}\\p{{N}}]')" for name in texts)
        if not tests:
            return False
        query = f"SELECT 1 FROM {self._source(preview)} WHERE {filter.sql} AND ({tests}) LIMIT 1"
        with self._cursor(seconds=None) as cursor:
            return cursor.execute(query, filter.parameters).fetchone() is not None

    def texts_with(self, preview: Preview, terms: Collection[str]) -> Iterator[str]:
        """The different texts of all tables of a file that have one of the terms in them, in any case."""
        for table in (preview, *(preview.table(name) for name in preview.tables[1:])):
            with contextlib.suppress(NotReadyError), self._cursor(seconds=None) as cursor:
                for index, column in enumerate(table.columns):
                    if column.type == "text":
                        tests = " OR ".join(f"contains(lower(c{index}), lower(?))" for _ in terms)
                        query = f"SELECT DISTINCT c{index} FROM {self._source(table)} WHERE {tests}"
                        yield from (text for (text,) in cursor.execute(query, list(terms)).fetchall())

    def check(self, preview: Preview, selection: Selection) -> None:
        """Raises what `every` would raise with its first row: UsageError, NotReadyError."""
        condition(preview, selection.where)
        _order(preview, selection.sort)
        self._source(preview)

    def write_parquet(self, preview: Preview, selection: Selection, target: Path) -> None:
        """Writes all rows of a selection with the names of their columns to a file in the folder."""
        filter, order = condition(preview, selection.where), _order(preview, selection.sort)
        written = [column.name.replace('"', "'") for column in preview.columns]
        names = unique(written, len(written), str.lower)  # DuckDB does not tell capitals from small letters
        cells = ", ".join(f'c{index} AS "{name}"' for index, name in enumerate(names)) or "NULL AS x"
        query = f"SELECT {cells} FROM {self._source(preview)} WHERE {filter.sql} {order}"
        with self._cursor(bounds.QUERY_SECONDS * 10) as cursor:
            cursor.execute(
                f"COPY ({query}) TO '{quoted(target)}' (FORMAT parquet, COMPRESSION zstd)", filter.parameters
            )

    def aggregate(self, preview: Preview, asked: Aggregate) -> Groups:
        """The groups of an aggregate in the order of their keys; UsageError for what the columns do not allow."""
        filter = condition(preview, asked.where)
        key = _key(preview, asked)
        column, measure = _measure(preview, asked)
        query = (
            f"SELECT {key} AS key, {measure} AS value, count(*) AS rows, count({column}) AS filled "
            f"FROM {self._source(preview)} WHERE {filter.sql} GROUP BY key ORDER BY key NULLS LAST "
            f"LIMIT {bounds.MAX_GROUPS + 1}"
        )
        with self._cursor() as cursor:
            rows = cursor.execute(query, filter.parameters).fetchall()
        groups = [
            Group(key=_named(key, asked), value=_plain(value), rows=count, filled=filled)
            for key, value, count, filled in rows
        ]
        groups = groups[: bounds.MAX_GROUPS]
        return Groups(
            groups=tuple(groups), rows=sum(group.rows for group in groups), complete=len(rows) <= bounds.MAX_GROUPS
        )

    def _source(self, preview: Preview) -> str:
        path = self.folder / Path(preview.file).name
        if not preview.file or not path.exists():
            raise NotReadyError("preview-away")
        return f"read_parquet('{quoted(path)}', file_row_number = true)"

    @contextlib.contextmanager
    def _cursor(self, seconds: float | None = bounds.QUERY_SECONDS) -> Iterator[Any]:
        """A connection for one query, which is interrupted after its time: NotReadyError then."""
        import duckdb

        cursor = self._opened().cursor()
        timer = threading.Timer(seconds, cursor.interrupt) if seconds else None
        try:
            if timer:
                timer.daemon = True
                timer.start()
            yield cursor
        except duckdb.InterruptException:
            raise NotReadyError("preview-query-long", seconds=seconds) from None
        except duckdb.IOException:
            raise NotReadyError("preview-away") from None
        finally:
            if timer:
                timer.cancel()
            cursor.close()

    def warm_up(self) -> None:
        """Loads DuckDB and opens its database in memory."""
        with self._cursor() as cursor:
            cursor.execute("SELECT count(*) FROM range(10)").fetchall()

    def _opened(self) -> "duckdb.DuckDBPyConnection":
        with self._lock:
            if self._database is None:
                self._database = locked(bounds.QUERY_DUCKDB_MEMORY, self.folder)
            return self._database


def _order(preview: Preview, sort: str) -> str:
    """ORDER BY with the file's order for equal rows; the file's own order where none is asked for."""
    if not sort:
        return ""
    names = {column.name for column in preview.columns}
    is_falling = sort.startswith("-") and sort not in names
    column, described = position_of(preview, sort[1:] if is_falling else sort)
    key = f"lower({column})" if described.type == "text" else column
    return f"ORDER BY {key} {'DESC' if is_falling else 'ASC'} NULLS LAST, file_row_number"


def _cells(preview: Preview) -> str:
    """The expressions for all values of a row as JSON has them."""
    return ", ".join(_shown(f"c{index}", column) for index, column in enumerate(preview.columns)) or "NULL"


def _shown(name: str, column: Column) -> str:
    """The expression for a value as JSON has it."""
    if column.type == "datetime":
        return f"epoch_us({name})" if column.zone else f"replace(CAST({name} AS VARCHAR), ' ', 'T')"
    return f"CAST({name} AS VARCHAR)" if column.type in ("date", "time") else name


def _json_ready(row: Any, columns: tuple[Column, ...]) -> list[Any]:
    values = list(row)
    for index, column in enumerate(columns):
        if column.zone and values[index] is not None:
            values[index] = in_zone(_EPOCH + timedelta(microseconds=values[index]), column.zone)
    return values


def _key(preview: Preview, asked: Aggregate) -> str:
    if not asked.by:
        return "NULL"
    column, described = position_of(preview, asked.by)
    if asked.part is None:
        return _shown(column, described) if described.type in ("date", "time") else column
    dated = described.type in ("date", "datetime")
    if not dated and not (described.type == "time" and asked.part == "hour"):
        raise UsageError("preview-part-unfit", name=asked.by, part=asked.part)
    if described.zone:
        column = f"timezone('{described.zone}', {column})" if described.zone[:1] not in "+-" else column
    return _PARTS[asked.part].replace("{c}", column)


def _named(key: Any, asked: Aggregate) -> Any:
    """The key of a group as JSON has it: 2026-03 for a month, 2026-03-04 for a day."""
    if key is None or asked.part not in ("month", "day"):
        return key
    return f"{key // 100:04}-{key % 100:02}" if asked.part == "month" else str(key)


def _measure(preview: Preview, asked: Aggregate) -> tuple[str, str]:
    """The measured column and the expression; UsageError for a sum of texts and the like."""
    if not asked.column:
        if asked.measure != "count":
            raise UsageError("preview-measure-unfit", measure=asked.measure, name="")
        return "*", "count(*)"
    column, described = position_of(preview, asked.column)
    allowed = {"sum": NUMERIC_TYPES, "avg": NUMERIC_TYPES, "min": ORDERED_TYPES, "max": ORDERED_TYPES}
    if asked.measure in allowed and described.type not in allowed[asked.measure]:
        raise UsageError("preview-measure-unfit", measure=asked.measure, name=asked.column)
    return column, _MEASURES[asked.measure].replace("{c}", column)


def _plain(value: Any) -> float | int | str | None:
    """A result as JSON has it: a sum of whole numbers is one."""
    if value is None or isinstance(value, int | float | str):
        return value
    return str(value.isoformat()) if hasattr(value, "isoformat") else int(value)
