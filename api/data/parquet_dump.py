"""The catalogue as one Parquet file: a row a record, with the columns of the CSV export; several values are lists.

Entry point: `write_parquet`. DuckDB writes it, locked to the folder of the dump.
"""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from api.data.export import COLUMNS, cells
from registry.model import Record
from registry.preview.locked_database import locked, quoted

LISTS: Final = frozenset(("themes", "keywords", "licences", "formats", "access_urls", "download_urls"))
SEPARATOR: Final = "\x1f"  # between values; text of records never holds it
MEMORY: Final = "500MB"


def write_parquet(records: Iterable[Record], base: str, path: Path) -> None:
    """Writes the records to `path`, in their order; a text file beside holds the rows meanwhile."""
    raw = path.with_suffix(".rows")
    with raw.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(COLUMNS)
        writer.writerows(cells(record, base, SEPARATOR) for record in records)
    selected = ", ".join(map(_column, COLUMNS))
    source = f"read_csv('{quoted(raw)}', header = true, delim = ',', quote = '\"', escape = '\"', all_varchar = true)"
    with locked(MEMORY, path.parent) as connection:
        connection.execute(
            f"COPY (SELECT {selected} FROM {source}) TO '{quoted(path)}' (FORMAT parquet, COMPRESSION zstd)"  # noqa: S608
        )
    raw.unlink()


def _column(name: str) -> str:
    """The expression for a column: a list, a point in time, or a text; NULL where nothing is said."""
    if name in LISTS:
        return f"CASE WHEN coalesce({name}, '') = '' THEN [] ELSE string_split({name}, chr(31)) END AS {name}"
    if name == "changed":
        return "CAST(NULLIF(changed, '') AS TIMESTAMPTZ) AS changed"
    return f"NULLIF({name}, '') AS {name}"
