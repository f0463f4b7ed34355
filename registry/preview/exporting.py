"""The rows of a selection as a file: CSV, JSON, XLSX, Parquet. Entry point: `exported`."""

import csv
import io
import re
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from registry.formulas import GUARDED, harmless
from registry.preview.model import Preview, Selection
from registry.preview.querying import PreparedFiles

Format = Literal["csv", "json", "xlsx", "parquet"]
PART_BYTES: Final = 1 << 16
MAX_XLSX_ROWS: Final = 1_048_575  # below the header row
MAX_XLSX_CHARACTERS: Final = 32_767  # of a cell
_NOT_IN_XLSX: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0 section 2.2


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
    from openpyxl import Workbook  # late: it takes a tenth of a second that nothing else needs
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Daten")
    sheet.freeze_panes = "A2"

    def cell(value: Any, type_: str = "text") -> Any:
        if isinstance(value, str) and type_ in _DATES:
            return _DATES[type_](value)
        if not isinstance(value, str):
            return value
        written = WriteOnlyCell(sheet, _NOT_IN_XLSX.sub("�", value)[:MAX_XLSX_CHARACTERS])
        written.data_type = "s"  # openpyxl makes a formula of "=1"
        return written

    sheet.append([cell(name) for name in names])
    types = ["text" if column.zone else column.type for column in preview.columns]
    for count, row in enumerate(rows):
        if count >= MAX_XLSX_ROWS:
            break
        sheet.append([cell(value, type_) for value, type_ in zip(row, types, strict=True)])
    out = io.BytesIO()
    book.save(out)
    yield out.getvalue()


_DATES: Final = {"date": date.fromisoformat, "datetime": datetime.fromisoformat}


def _parquet(files: PreparedFiles, preview: Preview, selection: Selection) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory(prefix="new-", dir=files.folder) as folder:
        target = Path(folder) / "table.parquet"
        files.write_parquet(preview, selection, target)
        with target.open("rb") as file:
            while part := file.read(PART_BYTES):
                yield part
