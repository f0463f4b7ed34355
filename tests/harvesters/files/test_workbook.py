"""A workbook is read in a child process; its cells come as JSON has them."""

import datetime
import io
from typing import Any

import pytest
from openpyxl import Workbook

from harvesters.files import workbook
from harvesters.files.workbook import cell_value, rows_of
from registry import child_pool
from registry.errors import ReadingStoppedError, SourceError

URL = "https://x.example/liste.xlsx?key=secret"


def a_workbook(rows: list[list[Any]]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.active.title = "Liste"
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_rows_come_in_their_order_with_their_values() -> None:
    many = [["id", "Titel", "am"], *([n, f" T {n} ", datetime.date(2026, 1, 31)] for n in range(1_200))]
    rows = list(rows_of(a_workbook(many), "", URL))
    assert rows == [["id", "Titel", "am"], *([n, f"T {n}", "2026-01-31"] for n in range(1_200))]
    assert list(rows_of(a_workbook(many[:1]), "Liste", URL)) == rows[:1]


def test_what_is_wrong_is_told_without_what_is_secret() -> None:
    with pytest.raises(SourceError, match="Liste") as told:
        list(rows_of(a_workbook([["a"]]), "Blatt 2", URL))
    assert "secret" not in told.value.message
    with pytest.raises(SourceError, match="XLSX"):
        list(rows_of(b"PK\x03\x04 no archive", "", URL))


def test_a_workbook_that_needs_too_much_memory_costs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    child_pool.close()  # a child that has read files before has memory of its own to fill
    monkeypatch.setattr(workbook, "LIMITS", workbook.LIMITS._replace(memory=20_000_000))
    with pytest.raises(ReadingStoppedError, match="more than 20 MB of memory"):
        list(rows_of(a_workbook([["Wort " * 20] * 50] * 2_000), "", URL))


@pytest.mark.parametrize(
    ("cell", "value"),
    [(7.0, 7), (7.5, 7.5), (1e300, 1e300), (True, True), (None, None), (datetime.time(7, 30), "07:30:00")],
)
def test_cells_as_json_has_them(cell: Any, value: Any) -> None:
    assert cell_value(cell) == value
