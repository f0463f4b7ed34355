"""Merged cells of a sheet: a value that stands for several rows. Entry point: `fill_merged`."""

from typing import Any

from registry.files.xlsx_bounds import MAX_CELLS


def fill_merged(cells: list[list[Any]], ranges: list[Any], begins: tuple[int, int]) -> None:
    """Repeats the value of cells that are merged below one another in each data row that has a value of its own.

    A heading that is merged with the rows below it names the column only."""
    budget = MAX_CELLS
    has_values = [any(cell not in ("", None) for cell in row) for row in cells]
    for (top, left), (bottom, _) in ranges:
        first, column = top - begins[0], left - begins[1]
        last = min(bottom - begins[0], len(cells) - 1)
        budget -= max(last - first, 0)
        if first < 1 or column < 0 or budget < 0 or first >= len(cells) or column >= len(cells[first]):
            continue
        for number in range(first + 1, last + 1):
            if has_values[number] and cells[number][column] in ("", None):
                cells[number][column] = cells[first][column]
