"""XLSX of a selection: what spreadsheet programs read in it, and that it is made while it is sent.

Covers: registry/preview/sheet_writer.py
"""

import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from registry.preview import sheet_writer
from registry.preview.sheet_writer import sheet_parts

NAMES = ["text", "number", "integer", "boolean", "date", "datetime", "time"]
TYPES = NAMES
ROWS: list[list[Any]] = [
    ["=1+1", 1.5, 12, True, "2026-02-01", "2026-02-01T10:30:00", "10:30:00"],
    ["<b> & _x0041_ \x01", 1e-07, -3, False, "1789-07-14", "1700-01-01T00:00:00", None],
    [None, None, None, None, None, None, None],
]


def test_values_keep_their_types_and_no_text_is_a_formula() -> None:
    content = b"".join(sheet_parts(NAMES, TYPES, iter(ROWS), ""))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Daten"]
    rows = [list(row) for row in book["Daten"].iter_rows(values_only=True)]
    assert rows[0] == NAMES
    assert rows[1] == ["=1+1", 1.5, 12, True, datetime(2026, 2, 1), datetime(2026, 2, 1, 10, 30), "10:30:00"]
    assert book["Daten"]["A2"].data_type == "s"
    assert rows[2][0].startswith("<b> & ")
    assert rows[2][1:6] == [1e-07, -3, False, "1789-07-14", "1700-01-01T00:00:00"]  # no sheet has numbers for such days
    again = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Daten").to_python()
    assert again[1][:5] == ["=1+1", 1.5, 12, True, date(2026, 2, 1)]
    assert again[2][0] == "<b> & _x0041_ �"


def test_the_first_part_is_there_before_the_last_row_is_read() -> None:
    read = 0

    def rows() -> Iterator[list[Any]]:
        nonlocal read
        for number in range(100_000):
            read += 1
            yield [f"Straße {number * 7919 % 100_003}"]

    parts = sheet_parts(["Straße"], ["text"], rows(), "")
    first = next(parts)
    assert 0 < read < 60_000
    rest = list(parts)
    assert max(map(len, rest)) < 10 * sheet_writer.PART_BYTES
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(first + b"".join(rest))).get_sheet_by_name("Daten")
    assert sheet.height == 100_001


@pytest.mark.parametrize(("bound", "value"), [("MAX_ROWS", 2), ("MAX_SHEET_BYTES", 400)])
def test_a_sheet_that_is_full_says_so(monkeypatch: pytest.MonkeyPatch, bound: str, value: int) -> None:
    monkeypatch.setattr(sheet_writer, bound, value)
    content = b"".join(sheet_parts(["Zahl"], ["integer"], iter([[1], [2], [3], [4]]), "Nur {count} Zeilen."))
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = list(book["Daten"].iter_rows(values_only=True))
    assert len(rows) == 3  # two of four rows, and the names
    assert book["Hinweis"]["A1"].value == f"Nur {len(rows) - 1} Zeilen."
