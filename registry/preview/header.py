"""Finds the header of a table among its first rows: notes above it, one header row or two, or none; names of columns.

Entry point: `header_of`. Cells are texts, numbers or None, as a reader of a file has them. Pure.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from registry.model.message import Message, message
from registry.preview.bounds import MAX_NAME_CHARACTERS
from registry.preview.cells import is_placeholder, is_value

SAMPLE_ROWS: Final = 200
MIN_TYPED_SHARE: Final = 0.8  # of the values below a cell that must be numbers or dates, so that a word there is a name
MAX_NARROW: Final = 5  # columns, whose names nobody gives twice
MAX_NOTES: Final = 30  # rows above a table
SEPARATOR: Final = " / "  # between the names of two header rows
Row = Sequence[Any]


class Header(NamedTuple):
    """`first`: index of the first row of data; `row`: number of the (last) header row from 1, 0 for none; `names`:
    those of the columns, "" for one without a name; `width`: cells of most rows."""

    first: int
    row: int
    names: list[str]
    notes: tuple[Message, ...] = ()


def header_of(rows: Sequence[Row], upper: Sequence[Row] = ()) -> Header:
    """The header of a table of which these are the first rows. `upper`: the same rows, in which the value of merged
    cells stands in all of them, where the file knows of such."""
    width = usual_width(rows)
    start = _after_notes(rows, _first_row(rows, width), width)
    if start >= len(rows):
        return Header(len(rows), 0, [], ())
    notes = (message("preview-notes-above", count=_filled_rows(rows[:start])),) if _filled_rows(rows[:start]) else ()
    below = rows[start + 1 :]
    if not _is_header(rows[start], below):
        return Header(start, 0, [], (*notes, message("preview-no-header")))
    if start and _is_upper(rows[start - 1], rows[start], width):
        names = _joined(_spread(rows[start - 1], (upper or rows)[start - 1]), rows[start])
        above = _filled_rows(rows[: start - 1])
        notes = (message("preview-notes-above", count=above),) if above else ()
        return Header(start + 1, start + 1, names, (*notes, message("preview-two-headers")))
    if below and _is_second_header(rows[start], below[0], below[1:]):
        names = _joined(_spread(rows[start], (upper or rows)[start]), below[0])
        return Header(start + 2, start + 2, names, (*notes, message("preview-two-headers")))
    return Header(start + 1, start + 1, [_name(cell) for cell in rows[start]], notes)


def usual_width(rows: Sequence[Row]) -> int:
    """How many cells most rows have up to their last filled one; rows of one cell count only if there are no others."""
    widths = Counter(_width(row) for row in rows)
    tables = {width: count for width, count in widths.items() if width > 1}
    if not tables:
        return 1
    most = max(tables.values())
    return max(width for width, count in tables.items() if count * 2 >= most)


def is_filled(cell: Any) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def count_filled(row: Row) -> int:
    return sum(map(is_filled, row))


def unique(names: Sequence[str], width: int, key: Callable[[str], str] = str) -> list[str]:
    """A name for each of `width` columns: unnamed ones get a number, repeated ones (by their `key`) a count."""
    result: list[str] = []
    taken: set[str] = set()
    for index in range(width):
        name = base = (names[index] if index < len(names) else "") or f"Spalte {index + 1}"
        count = 1
        while key(name) in taken:
            count += 1
            name = f"{base} ({count})"
        taken.add(key(name))
        result.append(name)
    return result


def _first_row(rows: Sequence[Row], width: int) -> int:
    """The index of the first row that belongs to the table: it is filled at least by half."""
    least = 1 if width < 2 else max(2, (width + 1) // 2)
    for index, row in enumerate(rows):
        if count_filled(row) >= least and not _is_pair(row, width):
            return index
    return next((index for index, row in enumerate(rows) if count_filled(row)), len(rows))


def _after_notes(rows: Sequence[Row], start: int, width: int) -> int:
    """The index of a header row further down, if what stands before it are notes with delimiters in them: an empty row
    is between, or they have fewer cells; and below it are numbers or dates."""
    for index in range(start + 1, min(start + MAX_NOTES, len(rows) - 1)):
        row, between = rows[index], rows[start:index]
        if count_filled(row) * 2 <= width or not all(_is_word(cell) for cell in row if is_filled(cell)):
            continue
        if any(_has_values(other) and not _is_shorter(other, row, width) for other in between):
            return start
        is_apart = any(not count_filled(other) for other in between)
        is_shorter = all(_is_shorter(other, row, width) for other in between if count_filled(other))
        if not (is_apart or is_shorter):
            continue
        below = rows[index + 1 :]
        if any(is_filled(cell) and _is_typed(column, below) for column, cell in enumerate(row)):
            return index
    return start


def _has_values(row: Row) -> bool:
    return any(is_filled(cell) and not _is_word(cell) for cell in row)


def _is_shorter(above: Row, row: Row, width: int) -> bool:
    """Whether a row has fewer cells than the table, or is a pair above a row of names."""
    pair = _width(above) == count_filled(above) == 2 < width == count_filled(row)
    return _width(above) < width and (len(above) < width or pair)


def _is_pair(row: Row, width: int) -> bool:
    """Whether a row says something about the file, as in `Stand:;1.2.2026`, above a wider table."""
    cells = [cell for cell in row if is_filled(cell)]
    return width > 2 and len(cells) == 2 and isinstance(cells[0], str) and cells[0].strip().endswith(":")


def _is_header(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row holds names: words, or a rising row of years, hours or days behind a word."""
    cells = [(index, cell) for index, cell in enumerate(row) if is_filled(cell)]
    values = [(index, cell) for index, cell in cells if _is_data(cell)]
    if _is_header_of_years(row, below):
        return True
    if not values:
        return not _is_first_data(cells, below) or any(_is_typed(index, below) for index, _ in cells)
    if len(values) == len(cells):
        return False
    if any(_is_word(cell) for _, cell in cells[:1]) and _is_rising([cell for _, cell in values], below, values):
        return True
    return len({str(cell) for _, cell in cells}) == len(cells) and all(
        _is_year(cell) and not _goes_on(index, below) for index, cell in values
    )


def _is_header_of_years(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row holds years only, behind an empty cell that has words below it."""
    filled = [index for index, cell in enumerate(row) if is_filled(cell)]
    if len(filled) < 2 or filled[0] != 1 or not below or not is_filled(below[0][0] if below[0] else None):
        return False
    return _is_word(below[0][0]) and _are_years(row, filled, below) and not any(_goes_on(i, below) for i in filled)


def _is_first_data(cells: Sequence[tuple[int, Any]], below: Sequence[Row]) -> bool:
    """Whether words are data rather than names: some are there twice, in a narrow table or again in their columns."""
    if len({str(cell).strip() for _, cell in cells}) == len(cells):
        return False
    again = any(cell in [row[index] for row in below if index < len(row)] for index, cell in cells)
    return len(cells) <= MAX_NARROW or again


def _is_rising(cells: Sequence[Any], below: Sequence[Row], values: Sequence[tuple[int, Any]]) -> bool:
    """Whether cells go up or down in equal steps, which the row below them does not."""
    numbers = [_whole(cell) for cell in cells]
    if len(numbers) < 2 or None in numbers:
        return len(cells) > 1 and _are_days(cells)
    steps = {second - first for first, second in pairwise(number for number in numbers if number is not None)}
    if len(steps) != 1 or 0 in steps:
        return False
    if len(numbers) < 3:
        return all(_is_year(cell) for cell in cells) and not all(_goes_on(index, below) for index, _ in values)
    indexes = [index for index, _ in values]
    return not below or not all(_has_steps(row, indexes, steps) for row in below[:MAX_NARROW])


def _has_steps(row: Row, indexes: Sequence[int], steps: set[int]) -> bool:
    """Whether the cells of a row go up in these steps, too."""
    numbers = [_whole(row[index]) if index < len(row) else None for index in indexes]
    return None not in numbers and {second - first for first, second in pairwise(filter(None, numbers))} == steps


def _are_days(cells: Sequence[Any]) -> bool:
    """Whether all cells are dates, each another one."""
    texts = [str(cell).strip() for cell in cells]
    return len(set(texts)) == len(texts) and all(text.count(".") == 2 or text.count("-") == 2 for text in texts)


def _goes_on(index: int, below: Sequence[Row]) -> bool:
    """Whether the cells below one are years, too: then it is the first of them, not the name of a column."""
    cells = [row[index] for row in below if index < len(row) and is_filled(row[index])]
    return bool(cells) and all(_is_year(cell) for cell in cells)


def _is_second_header(first: Row, second: Row, below: Sequence[Row]) -> bool:
    """Whether the row after a header row holds names or units as well: words above numbers, and no number itself."""
    filled = [index for index, cell in enumerate(second) if is_filled(cell)]
    values = [index for index in filled if _is_data(second[index])]
    if not filled or not below or (values and not (_has_gaps(first, second) and _are_years(second, values, below))):
        return False
    if any(is_placeholder(str(second[index])) and not _is_unit(second[index]) for index in filled):
        return False
    typed = [index for index in filled if _is_typed(index, below)]
    return bool(typed) and (_has_gaps(first, second) or len(typed) == len(filled))


def _are_years(row: Row, indexes: Sequence[int], below: Sequence[Row]) -> bool:
    """Whether these cells are years that name columns, below which other numbers stand."""
    return all(_is_year(row[index]) for index in indexes) and not all(_goes_on(index, below) for index in indexes)


def _is_upper(above: Row, row: Row, width: int) -> bool:
    """Whether the row above the header names groups of its columns: fewer names, not only at its beginning."""
    filled = [index for index, cell in enumerate(above) if is_filled(cell)]
    if not filled or any(_is_data(above[index]) for index in filled) or filled == [0] or _is_pair(above, width):
        return False
    if filled == [0, 1] and width > 2 and is_filled(row[0]):
        return False
    names_below = all(index < len(row) and is_filled(row[index]) for index in filled if index)
    return names_below and _width(row) >= filled[-1] + 1


def _has_gaps(first: Row, second: Row) -> bool:
    """Whether the first row has gaps where the second has names: its cells were merged."""
    return any(
        is_filled(cell) and (index >= len(first) or not is_filled(first[index])) for index, cell in enumerate(second)
    )


def _is_typed(index: int, below: Sequence[Row]) -> bool:
    cells = [row[index] for row in below if index < len(row) and is_filled(row[index])]
    cells = [cell for cell in cells if not (isinstance(cell, str) and is_placeholder(cell))]
    return bool(cells) and sum(map(_is_data, cells)) >= MIN_TYPED_SHARE * len(cells)


def _spread(row: Row, merged: Row) -> list[str]:
    """The names of a row, each also in the gaps behind it."""
    names: list[str] = []
    for index, cell in enumerate(row):
        name = _name(cell) or (_name(merged[index]) if index < len(merged) else "")
        names.append(name or (names[-1] if names and index else ""))
    return names


def _joined(upper: Sequence[str], lower: Row) -> list[str]:
    """One name a column: of the group and its own."""
    names = []
    for index in range(max(len(upper), len(lower))):
        own = _name(lower[index]) if index < len(lower) else ""
        group = upper[index] if index < len(upper) else (upper[-1] if upper and own else "")
        names.append(own if not group or group == own else f"{group}{SEPARATOR}{own}" if own else group)
    return names


def _filled_rows(rows: Sequence[Row]) -> int:
    return sum(1 for row in rows if count_filled(row))


def _width(row: Row) -> int:
    return max((index + 1 for index, cell in enumerate(row) if is_filled(cell)), default=0)


def _name(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = " ".join(str(cell).split()) if cell is not None else ""
    return text[:MAX_NAME_CHARACTERS]


def _is_data(cell: Any) -> bool:
    return is_value(cell) if isinstance(cell, str) else True


def _is_word(cell: Any) -> bool:
    return isinstance(cell, str) and not is_value(cell)


def _is_unit(cell: Any) -> bool:
    return str(cell).strip() in ("%", "-")


def _whole(cell: Any) -> int | None:
    text = str(cell).strip().removesuffix(".0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _is_year(cell: Any) -> bool:
    number = _whole(cell)
    return number is not None and 1800 <= number <= 2200
