"""Parquet and GeoParquet -> table. Entry point: `parquet_table`. Runs in the child.

Columns keep the types that they have in the file. Integers that JavaScript cannot hold stay text; lists and objects are
shown as JSON.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from registry.model.message import Message, message
from registry.preview import bounds
from registry.preview.geometry import Geometries
from registry.preview.header import SAMPLE_ROWS
from registry.preview.locked_database import locked, quoted
from registry.preview.model import ReadAs
from registry.preview.reasons import unreadable
from registry.preview.table_writer import Table

BATCH: Final = 1_000
_CODE: Final = re.compile(r'"id"\s*:\s*\{[^}]*?"code"\s*:\s*"?(\d{4,6})')
_NESTED: Final = re.compile(r"\[|STRUCT|MAP|UNION|JSON|VARIANT")
_EXACT: Final = frozenset(
    (
        "BOOLEAN",
        "DATE",
        "TIME",
        "BIGINT",
        "INTEGER",
        "SMALLINT",
        "TINYINT",
        "UBIGINT",
        "UINTEGER",
        "USMALLINT",
        "UTINYINT",
        "DOUBLE",
        "VARCHAR",
    )
)


def parquet_table(path: Path, folder: Path, where: str) -> Table:
    """The table in a file of Parquet; UnreadableError. `folder`: that DuckDB may touch, in which the file is."""
    import duckdb

    connection = locked(bounds.CHILD_DUCKDB_MEMORY, folder)
    source = f"read_parquet('{quoted(path)}')"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()[: bounds.MAX_COLUMNS]
        geometry = next((index for index, row in enumerate(described) if row[1].startswith("GEOMETRY")), None)
        cells = [_cell(row[0], row[1]) for row in described]
        notes = [message("preview-binary", name=row[0]) for row in described if row[1] == "BLOB"]
        geometries = _geometries(connection, described[geometry][0], source) if geometry is not None else None
        result = connection.execute(f"SELECT {', '.join(cells)} FROM {source}")
    except duckdb.Error:
        raise unreadable(where, "preview-parquet-broken") from None
    read = ReadAs(
        format="PARQUET", crs=geometries.crs if geometries else "", notes=(*notes, *_notes(geometries)),
        table=described[geometry][0] if geometry is not None and len(described) > 1 else "",
    )  # fmt: skip
    is_geometry = geometries is not None and geometries.are_degrees
    names = [row[0][: bounds.MAX_NAME_CHARACTERS] for row in described]
    rows = _rows(result, geometry, geometries, where)
    return Table(names, rows, read, is_text=False, geometry=geometry if is_geometry else None)


def _rows(result: Any, geometry: int | None, geometries: Geometries | None, where: str) -> Iterator[list[Any]]:
    import duckdb

    try:
        while batch := result.fetchmany(BATCH):
            for row in batch:
                cells = list(row)
                if geometry is not None and geometries is not None and cells[geometry]:
                    cells[geometry] = geometries.wkt(json.loads(cells[geometry]))
                yield cells
    except duckdb.Error:
        raise unreadable(where, "preview-parquet-broken") from None


def _cell(name: str, type_: str) -> str:
    """The expression that gives a value of Python for a column of this type."""
    column = '"' + name.replace('"', '""') + '"'
    if type_.startswith("GEOMETRY"):
        return f"ST_AsGeoJSON({column})"
    if type_ == "BLOB":
        return "NULL"
    if type_ == "FLOAT":  # by its text: 0.1 and not 0.10000000149
        return f"CAST(CAST({column} AS VARCHAR) AS DOUBLE)"
    if type_.startswith("DECIMAL"):
        return f"CAST({column} AS DOUBLE)"
    if _NESTED.search(type_):
        return f"CAST(to_json({column}) AS VARCHAR)"
    if type_.startswith("TIMESTAMP"):
        return column if "WITH TIME ZONE" in type_ else f"CAST({column} AS TIMESTAMP)"
    return column if type_ in _EXACT else f"CAST({column} AS VARCHAR)"


def _geometries(connection: Any, name: str, source: str) -> Geometries:
    column = '"' + name.replace('"', '""') + '"'
    rows = connection.execute(
        f"SELECT ST_CRS({column}), ST_AsGeoJSON({column}) FROM {source} WHERE {column} IS NOT NULL LIMIT {SAMPLE_ROWS}"
    ).fetchall()
    crs = str(rows[0][0] or "") if rows else ""
    match = _CODE.search(crs)
    return Geometries(f"EPSG:{match[1]}" if match else crs[:100], [json.loads(text) for _, text in rows])


def _notes(geometries: Geometries | None) -> tuple[Message, ...]:
    return geometries.notes if geometries else ()
