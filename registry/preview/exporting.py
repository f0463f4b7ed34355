"""The rows of a selection as a file: CSV, JSON, XLSX, Parquet. Entry point: `exported`.

All formats hold all rows of the selection, XLSX as many as a sheet can have. None is in memory as a whole: CSV, JSON
and XLSX are made while they are sent, Parquet in a file of the folder.
"""

import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from registry.formulas import GUARDED, harmless
from registry.preview.model import Preview, Selection
from registry.preview.querying import PreparedFiles
from registry.preview.sheet_writer import PART_BYTES, sheet_parts
from vocab.messages import template

Format = Literal["csv", "json", "xlsx", "parquet"]


def exported(files: PreparedFiles, preview: Preview, selection: Selection, format: Format) -> Iterator[bytes]:
    """The file in parts. What cannot be asked for raises before the first part."""
    files.check(preview, selection)
    if format == "parquet":
        return _parquet(files, preview, selection)
    rows = files.every(preview, selection)
    names = [column.name for column in preview.columns]
    if format == "csv":
        return _csv(names, rows, files.has_signs(preview, selection))
    return {"json": _json, "xlsx": _xlsx}[format](names, rows, preview)


def _csv(names: list[str], rows: Iterator[list[Any]], has_signs: bool) -> Iterator[bytes]:
    """CSV (RFC 4180) in UTF-8. A text that a spreadsheet program would run as a formula begins with an apostrophe of
    ours; where there may be one (`has_signs`), a last column names the columns with such a cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(name) for name in names] + [GUARDED] * has_signs)
    for row in rows:
        writer.writerow(_guarded(names, row) if has_signs else row)
        if out.tell() > PART_BYTES:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _guarded(names: list[str], row: list[Any]) -> list[Any]:
    safe = [harmless(value) if isinstance(value, str) else value for value in row]
    changed = (name for name, value, guarded in zip(names, row, safe, strict=True) if guarded != value)
    return [*safe, " ".join(changed)]


def _json(names: list[str], rows: Iterator[list[Any]], preview: Preview) -> Iterator[bytes]:
    """A list of objects, with the names of the columns as keys."""
    encode, separator = msgspec.json.Encoder().encode, b"[\n"
    part = bytearray()
    for row in rows:
        part += separator + encode(dict(zip(names, row, strict=True)))
        separator = b",\n"
        if len(part) > PART_BYTES:
            yield bytes(part)
            part.clear()
    yield bytes(part) + (b"\n]\n" if separator == b",\n" else b"[]\n")


def _xlsx(names: list[str], rows: Iterator[list[Any]], preview: Preview) -> Iterator[bytes]:
    types = ["text" if column.zone else column.type for column in preview.columns]
    return sheet_parts(names, types, rows, template("preview-sheet-full", "de"))


def _parquet(files: PreparedFiles, preview: Preview, selection: Selection) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory(prefix="new-", dir=files.folder) as folder:
        target = Path(folder) / "table.parquet"
        files.write_parquet(preview, selection, target)
        with target.open("rb") as file:
            while part := file.read(PART_BYTES):
                yield part
