"""Keeps spreadsheet programs from running the text of a cell as a formula (CSV injection). Entry point: `harmless`."""

import unicodedata
from typing import Final

GUARDED: Final = "guarded"  # the last column of CSV: the columns whose value begins with an apostrophe of ours
_STARTS: Final = ("=", "+", "-", "@", "|", "\N{MINUS SIGN}")
_IGNORED: Final = " \N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}\0"  # before a formula


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before it if a spreadsheet program would run it as a formula."""
    start = unicodedata.normalize("NFKC", cell.lstrip(_IGNORED)[:1])  # full-width signs count as the plain ones
    return f"'{cell}" if start in _STARTS or cell[:1] in ("\t", "\r", "\n") else cell
