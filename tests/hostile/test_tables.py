"""Cells of exported tables that spreadsheet programs would take for formulas."""

import csv
import io

import pytest

from api.data.export import exported
from api.data.spreadsheets import harmless
from registry.model import Catalogue, Record
from tests.builders import a_metadata

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)", "﹦1",
    "﹢1", "﹣1", "﹫x",
    " =1", "\N{NO-BREAK SPACE}=1", "\N{ZERO WIDTH SPACE}=1", "\N{MINUS SIGN}1", "|calc", "\0=1",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_exported_as_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", " ", "Radwege", "2026", "a=b", "'=1", "Äpfel – 5", "100 % = alles", "§ 5"])
def test_other_words_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_each_column_that_a_source_fills_is_madeharmless() -> None:
    evil = "＝1+1"
    metadata = a_metadata(evil, description={"de": evil}, keywords={"de": (evil,)}, modified=evil, issued=evil)
    body = b"".join(exported([Record(id="x", said=metadata)], "csv", "https://x.example", Catalogue()))
    _, row = csv.reader(io.StringIO(body.decode("utf-8-sig")))
    assert sum(cell == f"'{evil}" for cell in row) >= 5
    assert not [cell for cell in row if cell.startswith("＝")]
