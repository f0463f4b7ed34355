"""Reads a workbook (XLSX) in a child process. Entry point: `rows_of`; `rows` runs in the child."""

import datetime
import io
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from registry.child_pool import Limits, call
from registry.errors import SourceError, TooLargeError
from registry.files import xlsx_bounds
from registry.files.merged_cells import fill_merged
from registry.files.workbook_cells import Cells, notes
from registry.masking import shown
from registry.model.message import message
from vocab.numbers import whole

LIMITS: Final = Limits(memory=2_000_000_000, seconds=300.0, max_bytes=1_000_000_000)
MAX_ROWS_PER_PART: Final = 500  # that the child sends at once


def rows_of(content: bytes, sheet: str, url: str) -> Iterator[list[Any]]:
    """The rows of a sheet, of the first one if `sheet` is ""; cells as JSON has them. SourceError, TooLargeError."""
    where, limit = shown(url), xlsx_bounds.MAX_UNPACKED_BYTES
    for part in call(where, LIMITS, "harvesters.files.workbook:rows", content, sheet, where, limit):
        yield from msgspec.msgpack.decode(part, type=list[list[Any]])


def rows(content: bytes, wanted: str, where: str, limit: int) -> Iterator[bytes]:
    """Yields lists of rows, in the child."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        xlsx_bounds.check_size(content, limit)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if wanted and wanted not in book.sheet_names:
            raise failed(where, "sheet-unknown", sheet=wanted, names=", ".join(book.sheet_names[:20]))
        sheet = book.get_sheet_by_name(wanted) if wanted else book.get_sheet_by_index(0)
        cells = sheet.to_python(skip_empty_area=True)
        fill_merged(cells, sheet.merged_cell_ranges or [], sheet.start or (0, 0))
        targets, errors = notes(content, wanted)
    except xlsx_bounds.NotThatLargeError:
        raise too_large(where) from None
    except (xlsx_bounds.NoWorkbookError, CalamineError, IndexError):
        raise failed(where, "sheet-no-xlsx") from None
    for row in cells:
        row[:] = map(cell_value, row)
    _add_notes(cells, sheet.start or (0, 0), targets, errors)
    for start in range(0, len(cells), MAX_ROWS_PER_PART):
        yield msgspec.msgpack.encode(cells[start : start + MAX_ROWS_PER_PART])


def _add_notes(cells: list[list[Any]], begins: tuple[int, int], targets: Cells, errors: Cells) -> None:
    """Makes each cell with a link or an error a mapping: {"text": …, "link": …} or {"text": …, "error": "#REF!"}."""
    for key, texts in (("link", targets), ("error", errors)):
        for (row, column), text in texts.items():
            number, column_number = row - begins[0], column - begins[1]
            if 0 <= number < len(cells) and 0 <= column_number < len(cells[number]):
                cells[number][column_number] = {"text": cells[number][column_number], key: text}


def cell_value(cell: Any) -> Any:
    """A cell as JSON has it."""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat()
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return _duration(cell)
    if isinstance(cell, float):
        return whole(cell)
    if isinstance(cell, str):
        return cell.strip()
    return cell if isinstance(cell, bool | int | float) or cell is None else str(cell)


def _duration(cell: datetime.timedelta) -> str:
    """As xsd:duration: hours beyond 24 stay hours, as the cell shows them."""
    minutes, seconds = divmod(round(cell.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count)
    return f"PT{parts or '0S'}"


def failed(url: str, code: str, **values: str | int) -> SourceError:
    """The error for a sheet that cannot be read, and why."""
    return SourceError("sheet-failed", url=shown(url), what=message(code, **values))


def too_large(url: str) -> TooLargeError:
    """The error for a sheet over one of our bounds; it names them."""
    return TooLargeError(
        "sheet-too-large",
        url=shown(url),
        rows=xlsx_bounds.MAX_ROWS,
        columns=xlsx_bounds.MAX_COLUMNS,
        cells=xlsx_bounds.MAX_CELLS,
        bytes=xlsx_bounds.MAX_TEXT_BYTES,
    )
