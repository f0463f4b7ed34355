"""A table of cells as CSV (RFC 4180) or as XLSX.

Entry points: `csv_bytes`, `xlsx_bytes` (of some `Sheet`s). Invariants: no cell is run as a formula by a spreadsheet
program, and no value is changed without being said (docs/decisions/0195-lists-to-take-along.md).
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from api.data.tables import Cell
from registry.formulas import GUARDED
from registry.formulas import harmless as harmless

MAX_CELL_CHARACTERS: Final = 32_767  # of XLSX
MAX_SHEET_NAME: Final = 31  # characters, of XLSX
_BOM: Final = b"\xef\xbb\xbf"
_NOT_IN_XLSX: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0 section 2.2
_DAY_FORMAT, _MOMENT_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"


def csv_bytes(names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file in UTF-8 with a byte order mark. Its last column names the columns that begin with an apostrophe of
    ours; numbers and dates need none."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow((*names, GUARDED))
    for row in rows:
        writer.writerow(_guarded(names, row))
    return _BOM + out.getvalue().encode("utf-8", "replace")


def _guarded(names: Sequence[str], row: Sequence[Cell]) -> Iterator[str]:
    changed = []
    for name, cell in zip(names, row, strict=True):
        text = _written(cell)
        safe = harmless(text) if isinstance(cell, str) else text
        if safe != text:
            changed.append(name)
        yield safe
    yield " ".join(changed)


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    return f"{cell:f}" if isinstance(cell, Decimal) else cell


class Sheet(NamedTuple):
    """A sheet of an XLSX file: its name, the labels of the first row, the rows below."""

    title: str
    labels: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def xlsx_bytes(sheets: Iterable[Sheet], about: Iterable[Sequence[str]]) -> bytes:
    """An XLSX file: sheets with days and numbers as such, and at the end one that says what it is (`about`)."""
    book = Workbook(write_only=True)
    for content in sheets:
        sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", content.title)[:MAX_SHEET_NAME])
        sheet.freeze_panes = "A2"
        sheet.append([_heading(sheet, label) for label in content.labels])
        for row in content.rows:
            sheet.append([_cell(sheet, cell) for cell in row])
    notes = book.create_sheet("Info")
    for line in about:
        notes.append([_cell(notes, text) for text in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _heading(sheet: Any, label: str) -> Any:
    cell = WriteOnlyCell(sheet, label)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Cell) -> Any:
    if isinstance(value, str):
        text = _NOT_IN_XLSX.sub("\ufffd", value)
        cell = WriteOnlyCell(sheet, text if len(text) <= MAX_CELL_CHARACTERS else text[: MAX_CELL_CHARACTERS - 1] + "…")
        cell.data_type = "s"  # openpyxl makes a formula of "=1" and an error of "#N/A"
        return cell
    cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]  # a Decimal and a date are written, too
    if isinstance(value, datetime):
        cell.number_format = _MOMENT_FORMAT
    elif isinstance(value, date):
        cell.number_format = _DAY_FORMAT
    return cell
