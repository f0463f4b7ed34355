"""Workbooks (XLSX, XLS, ODS) -> the tables of their sheets, the best one first. Entry point: `workbook_tables`; in the
child.

Cells keep the type that they have in the workbook: a text that looks like a number is meant as a text.
"""

import datetime
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from registry.errors import TooLargeError
from registry.files import xlsx_bounds
from registry.files.merged_cells import fill_merged
from registry.files.workbook_cells import notes as cell_notes
from registry.model.message import Message, message
from registry.preview import bounds
from registry.preview.footer import Body
from registry.preview.header import SAMPLE_ROWS, count_filled, header_of, is_filled, usual_width
from registry.preview.model import ReadAs
from registry.preview.reasons import unreadable
from registry.preview.table_writer import Table

MAX_SHEETS: Final = 50  # in which tables are looked for
MAX_SHEETS_NAMED: Final = 5
MAX_ROWS_OF_NOTES: Final = 10  # with several filled cells, in a sheet that only describes the others
_DURATION: Final = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?")
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
Cells = list[list[Any]]


class _File(NamedTuple):
    content: bytes
    format: str
    where: str


def workbook_tables(content: bytes, format: str, where: str) -> Iterator[tuple[str, Callable[[], Table]]]:
    """The sheets of a workbook with a table, each with its name and what reads it: first the first sheet that holds
    numbers, then the others in their order; UnreadableError, TooLargeError. `format`: XLSX, XLS or ODS."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    _check(content, format, where)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [
            sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible
        ] or book.sheet_names
        sheets = _sheets(book, names) if len(names) > 1 else names  # to look into a sheet is to read all of it
    except PasswordError:
        raise unreadable(where, "preview-protected") from None
    except CalamineError:
        raise unreadable(where, "preview-workbook-broken") from None
    if not sheets:
        raise unreadable(where, "preview-empty")
    for name in sheets:
        others = [other for other in names if other != name] if name == sheets[0] else []
        yield name, partial(_table, book, name, _File(content, format, where), others)


def _table(book: Any, name: str, file: _File, others: list[str]) -> Table:
    """The table of a sheet; UnreadableError. `others`: sheets that a note names."""
    from python_calamine import CalamineError

    try:
        cells, upper, top, sheet_notes = _cells(book, name)
    except CalamineError:
        raise unreadable(file.where, "preview-workbook-broken") from None
    if not cells:
        raise unreadable(file.where, "preview-empty")
    if file.format == "XLSX":
        sheet_notes += _error_notes(file.content, name)
    header = header_of(cells[:SAMPLE_ROWS], upper[:SAMPLE_ROWS])
    if others:
        shown = ", ".join(others[:MAX_SHEETS_NAMED])
        sheet_notes.append(message("preview-other-sheets", count=len(others), names=shown))
    width = max(usual_width(cells[:SAMPLE_ROWS]), len(header.names))
    row = header.row + top if header.row else 0
    read = ReadAs(format=file.format, header=row, table=name, notes=(*sheet_notes, *header.notes))
    return Table(header.names, Body(cells[header.first :], width), read, is_text=False)


def _check(content: bytes, format: str, where: str) -> None:
    """Bounds of the file before a library opens it; UnreadableError for an encrypted or broken one."""
    if len(content) > bounds.MAX_WORKBOOK_BYTES:
        megabytes = f"{len(content) / 1e6:.1f}"
        raise TooLargeError("preview-too-large", megabytes=megabytes, limit=bounds.MAX_WORKBOOK_BYTES / 1e6)
    if format == "XLS":
        if _ENCRYPTED in content:
            raise unreadable(where, "preview-protected")
        return
    try:
        if format == "XLSX":
            xlsx_bounds.check_size(content)
        elif (
            sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(content)).infolist()) > bounds.MAX_UNPACKED_BYTES
        ):
            raise xlsx_bounds.NotThatLargeError
    except xlsx_bounds.NotThatLargeError:
        raise TooLargeError("preview-sheet-large", rows=xlsx_bounds.MAX_ROWS, columns=xlsx_bounds.MAX_COLUMNS) from None
    except (xlsx_bounds.NoWorkbookError, zipfile.BadZipFile):
        raise unreadable(where, "preview-workbook-broken") from None


def _sheets(book: Any, names: list[str]) -> list[str]:
    """The names of the sheets with a table: the first of the best rank, then the others but those of texts."""
    ranks: dict[str, int] = {}
    for name in names[:MAX_SHEETS]:
        cells = book.get_sheet_by_name(name).to_python(skip_empty_area=True, nrows=SAMPLE_ROWS)
        if cells:
            ranks[name] = _rank(cells)
    if not ranks:
        return []
    first = max(ranks, key=lambda name: ranks[name])
    return [first, *(name for name, rank in ranks.items() if name != first and rank)]


def _cells(book: Any, name: str) -> tuple[Cells, Cells, int, list[Message]]:
    """The cells of a sheet, those of its first rows in which a merged value stands everywhere, how many empty rows are
    above them, and notes."""
    sheet = book.get_sheet_by_name(name)
    cells = sheet.to_python(skip_empty_area=True)
    ranges, begins = sheet.merged_cell_ranges or [], sheet.start or (0, 0)
    upper = _spread(cells[:SAMPLE_ROWS], ranges, begins)
    before = sum(map(count_filled, cells))
    fill_merged(cells, ranges, begins)
    filled = sum(map(count_filled, cells)) - before
    _unify(cells)
    return cells, upper, begins[0], [message("preview-merged", count=filled)] if filled else []


def _rank(cells: Cells) -> int:
    """2 for a sheet with two rows that have a number or date beside other cells, or with many rows of filled cells, 1
    for one with two such rows, 0 for others: those are texts about the tables."""
    rows = [row for row in cells if count_filled(row) > 1]
    numbers = sum(any(is_filled(cell) and not isinstance(cell, str) for cell in row) for row in rows)
    return 2 if numbers > 1 or len(rows) > MAX_ROWS_OF_NOTES else 1 if len(rows) > 1 else 0


def _spread(cells: Cells, ranges: list[Any], begins: tuple[int, int]) -> Cells:
    """The cells with each merged value in all cells beside it, too."""
    spread = [list(row) for row in cells]
    for (top, left), (_, right) in ranges[: xlsx_bounds.MAX_COLUMNS]:
        row, first = top - begins[0], left - begins[1]
        if 0 <= row < len(spread) and 0 <= first < len(spread[row]):
            for column in range(first + 1, min(right - begins[1] + 1, len(spread[row]))):
                if spread[row][column] in ("", None):
                    spread[row][column] = spread[row][first]
    return spread


def _unify(cells: Cells) -> None:
    """Makes durations of hours beyond 24 (ODS: "PT26H30M") such values, and in their columns times of day, too; and
    days of moments at midnight."""
    columns: set[int] = set()
    for row in cells:
        for index, cell in enumerate(row):
            if isinstance(cell, str) and cell[:2] == "PT" and (match := _DURATION.fullmatch(cell)):
                hours, minutes, seconds = (int(part or 0) for part in match.groups())
                row[index] = cell = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
            elif isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
                row[index] = cell.date()
            if isinstance(cell, datetime.timedelta):
                columns.add(index)
    for row in cells if columns else ():
        for index in columns:
            if index < len(row) and isinstance(row[index], datetime.time):
                time = row[index]
                row[index] = datetime.timedelta(hours=time.hour, minutes=time.minute, seconds=time.second)


def _error_notes(content: bytes, name: str) -> list[Message]:
    """Notes about cells with an error (#REF!), whose value is missing, and formulas that nobody has computed yet."""
    _, errors = cell_notes(content, name)
    codes = ", ".join(sorted(set(errors.values()))[:MAX_SHEETS_NAMED])
    return [message("preview-error-cells", count=len(errors), codes=codes)] if errors else []
