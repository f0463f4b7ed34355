"""Writes a table as Parquet with typed columns and their profile, in the child. Entry point: `write_table`.

All cells go through a text file of our own (CSV, no types guessed) into DuckDB, which profiles all values of each
column. DuckDB is locked: it may only touch the folder of this call, and nothing is installed or loaded.
"""

import csv
import datetime
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
from msgspec.structs import replace

from registry.model.message import Message, message
from registry.preview import bounds
from registry.preview.column_profile import profiled
from registry.preview.column_types import TEXT, Reading, marks_of, reading_of
from registry.preview.header import SEPARATOR, unique
from registry.preview.header_words import unit_of
from registry.preview.locked_database import locked, quoted
from registry.preview.model import NUMERIC_TYPES, Column, MapOffer, Prepared, ReadAs
from registry.preview.shape_counts import shapes_of
from registry.preview.zones import zone_of
from vocab.numbers import MAX_EXACT_INTEGER

Row = Sequence[Any]


class Table(NamedTuple):
    """A table as a reader gives it. `names` may grow while `rows` are read. `is_text`: all cells are texts whose types
    have to be found out; else cells have the types of Python, and texts are meant as such. `geometry`: the number of
    the column with shapes as WKT. `map_offer`: of a map service, what pictures it can draw."""

    names: list[str]
    rows: Iterable[Row]
    read: ReadAs
    is_text: bool = True
    geometry: int | None = None
    map_offer: MapOffer | None = None


class _Written(NamedTuple):
    """What is known after all rows were written: their number, columns, types of cells by column, and what was cut."""

    rows: int
    width: int
    kinds: list[set[str]]
    notes: tuple[Message, ...]


def write_table(table: Table, folder: Path, target: Path) -> Prepared:
    """Writes the table to `target` and returns how it was read. `folder`: for files in between."""
    raw = folder / "raw.csv"
    written = _write_raw(table, raw)
    with locked(bounds.CHILD_DUCKDB_MEMORY, folder, target.parent) as connection:
        columns = [f"c{index}" for index in range(written.width)]
        _load(connection, raw, columns)
        raw.unlink()
        table, written = _without_empty_columns(connection, table, written)
        columns = [f"c{index}" for index in range(written.width)]
        names = unique(table.names, written.width)
        readings = _readings(connection, table, names, written)
        _type(connection, readings)
        readings, lossy = _checked(connection, readings)
        if lossy:
            _type(connection, readings)
        zones = [zone_of(connection, column, reading) for column, reading in zip(columns, readings, strict=True)]
        connection.execute("DROP TABLE raw")
        connection.execute(f"COPY typed TO '{quoted(target)}' (FORMAT parquet, COMPRESSION zstd)")
        profiles = [
            profiled(connection, column, _column(name, reading, zone, names))
            for column, name, reading, zone in zip(columns, names, readings, zones, strict=True)
        ]  # fmt: skip
    read = replace(
        table.read,
        rows=written.rows,
        decimal=_first(reading.decimal for reading in readings) if table.is_text else "",
        thousands=_first(reading.thousands for reading in readings),
        dates=", ".join(dict.fromkeys(reading.dates for reading in readings if reading.dates)),
        notes=(*table.read.notes, *written.notes),
    )
    return Prepared(read=read, columns=tuple(profiles), total=written.rows)


# -- cells


def _write_raw(table: Table, path: Path) -> _Written:
    """Writes all cells as text; stops at the bounds of rows and cells, and says so."""
    rows = width = cells = longer = 0
    kinds: list[set[str]] = []
    cut = False
    notes: list[Message] = []
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)  # cells may hold any line ends
        for row in table.rows:
            if rows >= bounds.MAX_ROWS or cells >= bounds.MAX_CELLS:
                notes.append(message("preview-rows-cut", limit=rows))
                break
            if len(row) > bounds.MAX_COLUMNS:
                row = row[: bounds.MAX_COLUMNS]
                cut = True
            texts = _without_empty_end(row if table.is_text else _texts(row, kinds, table.geometry))
            if not texts:
                continue
            if max(map(len, texts)) > bounds.MAX_CELL_CHARACTERS:
                texts = [_cut(text, index == table.geometry) for index, text in enumerate(texts)]
            writer.writerow(texts)
            rows += 1
            width = max(width, len(texts))
            longer += bool(table.names) and table.is_text and len(texts) > len(table.names)
            cells += len(texts)
    if cut:
        notes.append(message("preview-columns-cut", limit=bounds.MAX_COLUMNS))
    if longer:
        notes.append(message("preview-rows-longer", count=longer))
    width = min(max(width, len(table.names)), bounds.MAX_COLUMNS)
    kinds.extend(set() for _ in range(width - len(kinds)))
    return _Written(rows, width, kinds, tuple(notes))


def _without_empty_end(texts: Row) -> Row:
    """The cells without the empty ones at the end."""
    end = len(texts)
    while end and not texts[end - 1]:
        end -= 1
    return texts[:end]


def _cut(text: str, is_geometry: bool) -> str:
    if is_geometry:
        return text if len(text) <= bounds.MAX_GEOMETRY_CHARACTERS else ""
    return text if len(text) <= bounds.MAX_CELL_CHARACTERS else text[: bounds.MAX_CELL_CHARACTERS] + "…"


def _texts(row: Row, kinds: list[set[str]], geometry: int | None) -> list[str]:
    """The cells of a row as text, and their types noted by column."""
    kinds.extend(set() for _ in range(len(row) - len(kinds)))
    texts = []
    for index, cell in enumerate(row):
        kind, text = _typed(cell)
        if kind:
            kinds[index].add("geometry" if index == geometry else kind)
        texts.append(text)
    return texts


def _typed(cell: Any) -> tuple[str, str]:
    """The type of a cell and its text; no type for an empty one."""
    if cell is None or cell == "":
        return "", ""
    if isinstance(cell, str):
        return ("text", cell) if cell.strip() else ("", "")
    if isinstance(cell, bool):
        return "boolean", "true" if cell else "false"
    if isinstance(cell, int):
        return ("integer" if abs(cell) <= MAX_EXACT_INTEGER else "text"), str(cell)
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return "", ""
        whole = cell.is_integer() and abs(cell) <= MAX_EXACT_INTEGER
        return ("integer", str(int(cell))) if whole else ("number", repr(cell))
    for kind, cls in _DATES:
        if isinstance(cell, cls):
            return ("zoned" if getattr(cell, "tzinfo", None) else kind), _iso(cell)
    if isinstance(cell, datetime.timedelta):
        return "duration", duration(cell)
    return "text", json.dumps(cell, ensure_ascii=False, default=str)


_DATES: Final = (("datetime", datetime.datetime), ("date", datetime.date), ("time", datetime.time))


def _iso(cell: Any) -> str:
    return cell.isoformat(" ") if isinstance(cell, datetime.datetime) else str(cell.isoformat())


def duration(cell: datetime.timedelta) -> str:
    """Hours, minutes and, if there are some, seconds, as a sheet shows them: 26:30."""
    seconds = round(cell.total_seconds())
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


# -- types


def _load(connection: duckdb.DuckDBPyConnection, raw: Path, columns: Sequence[str]) -> None:
    """Reads the text file; cells without their blanks, empty ones as NULL."""
    types = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
    trimmed = ", ".join(f"nullif(trim({column}, ' \t\r\n\u00a0\ufeff'), '') AS {column}" for column in columns)
    connection.execute(
        f"CREATE TABLE raw AS SELECT {trimmed} FROM read_csv('{quoted(raw)}', columns = {{{types}}}, "
        "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', "
        "new_line = '\\n', null_padding = true, parallel = false, max_line_size = 20000000, strict_mode = true)"
    )


def _without_empty_columns(
    connection: duckdb.DuckDBPyConnection, table: Table, written: _Written
) -> tuple[Table, _Written]:
    """The table without its columns that have neither a name nor a value, which is noted."""
    names = [*table.names, *[""] * (written.width - len(table.names))]
    if all(names) or not any(names):
        return table, written
    counted = ", ".join(f"count(c{index})" for index in range(written.width))
    filled = connection.execute(f"SELECT {counted} FROM raw").fetchone() or ()
    kept = [index for index, name in enumerate(names) if name or filled[index]]
    if len(kept) == written.width:
        return table, written
    cells = ", ".join(f"c{index} AS c{new}" for new, index in enumerate(kept))
    connection.execute(f"CREATE OR REPLACE TABLE raw AS SELECT {cells} FROM raw")
    note = message("preview-columns-empty", count=written.width - len(kept))
    geometry = kept.index(table.geometry) if table.geometry in kept else None
    table = table._replace(names=[names[index] for index in kept], geometry=geometry)
    kinds = [written.kinds[index] for index in kept]
    return table, written._replace(width=len(kept), kinds=kinds, notes=(*written.notes, note))


def _readings(
    connection: duckdb.DuckDBPyConnection, table: Table, names: Sequence[str], written: _Written
) -> list[Reading]:
    """How each column is read: by its shapes, or by the types that its cells have."""
    if not table.is_text:
        return [
            _of_cells(connection, f"c{index}", name, written.kinds[index]) for index, name in enumerate(names)
        ]  # fmt: skip
    columns = [shapes_of(connection, f"c{index}", name) for index, name in enumerate(names)]
    marks = marks_of(columns, table.read.delimiter)
    return [_GEOMETRY if index == table.geometry else reading_of(column, marks) for index, column in enumerate(columns)]


_GEOMETRY: Final = Reading("geometry", "{c}")
_CASTS: Final = {
    "integer": "TRY_CAST({c} AS BIGINT)",
    "number": "TRY_CAST({c} AS DOUBLE)",
    "boolean": "TRY_CAST({c} AS BOOLEAN)",
    "date": "TRY_CAST({c} AS DATE)",
    "datetime": "TRY_CAST({c} AS TIMESTAMP)",
    "zoned": "TRY_CAST({c} AS TIMESTAMPTZ)",
    "time": "TRY_CAST({c} AS TIME)",
    "geometry": "{c}",
}


def _of_cells(connection: duckdb.DuckDBPyConnection, column: str, name: str, kinds: set[str]) -> Reading:
    """How a column of typed cells is read: as their type, if all have one; texts by their shapes, never as numbers."""
    if kinds == {"integer", "number"}:
        kinds = {"number"}
    if kinds == {"date", "datetime"}:
        kinds = {"datetime"}
    if len(kinds) == 1 and (kind := next(iter(kinds))) in _CASTS:
        return Reading("datetime" if kind == "zoned" else kind, _CASTS[kind])  # type: ignore[arg-type]
    shapes = shapes_of(connection, column, name)
    if kinds == {"text"}:
        return reading_of(shapes, marks_of((), ""), numbers_too=False)
    if "duration" in kinds and kinds <= {"duration", "time"}:
        return Reading(notes=(message("preview-durations"),))
    rest = kinds - {"text"}
    if rest and rest <= {"integer", "number"} and shapes.numbers is not None and shapes.placeholders:
        return reading_of(shapes, marks_of((shapes,), ""))
    return Reading(notes=(message("preview-types-mixed"),)) if kinds else TEXT


def _type(connection: duckdb.DuckDBPyConnection, readings: Sequence[Reading]) -> None:
    """Makes the table `typed` of the table `raw`."""
    cells = ", ".join(f"{_expression(reading, f'c{index}')} AS c{index}" for index, reading in enumerate(readings))
    connection.execute(f"CREATE OR REPLACE TABLE typed AS SELECT {cells} FROM raw")


def _checked(connection: duckdb.DuckDBPyConnection, readings: Sequence[Reading]) -> tuple[list[Reading], bool]:
    """The readings, with text in the place of each that lost values (a 30th of February, say); and whether one did."""
    kept = ", ".join(
        f"count(*) FILTER ({reading.kept.replace('{c}', f'c{index}')})" for index, reading in enumerate(readings)
    )
    counted = ", ".join(f"count(c{index})" for index in range(len(readings)))
    before = connection.execute(f"SELECT {kept} FROM raw").fetchone() or ()
    after = connection.execute(f"SELECT {counted} FROM typed").fetchone() or ()
    checked = [
        Reading(notes=(message("preview-values-unfit", count=wanted - there),)) if wanted > there else reading
        for reading, wanted, there in zip(readings, before, after, strict=True)
    ]
    return checked, any(wanted > there for wanted, there in zip(before, after, strict=True))


def _expression(reading: Reading, column: str) -> str:
    return reading.sql.replace("{c}", column) or column


def _column(name: str, reading: Reading, zone: str, names: Sequence[str]) -> Column:
    unit = reading.unit or (unit_of(name) if reading.type in NUMERIC_TYPES else "")
    if unit in ("m", "w") and {"m", "w"} <= {other.rpartition(SEPARATOR)[2] for other in names}:
        unit = ""  # male and female, no metres and watts
    return Column(name=name, type=reading.type, unit=unit, zone=zone, notes=reading.notes)


def _first(marks: Iterable[str]) -> str:
    return next((mark for mark in marks if mark), "")
