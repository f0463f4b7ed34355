"""Leaves out what stands below a table: notes and empty rows. Entry point: `Body`, an iterable of the rows of data."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from registry.preview.header import count_filled, is_filled

MAX_PENDING: Final = 100  # rows at the end that may be notes
MAX_LABEL_CHARACTERS: Final = 40  # a first cell that is longer is a sentence
_NOTE: Final = re.compile(
    r"\s*(?:quelle|hinweis|anmerkung|stand\b|erläuterung|datenquelle|source|note|legende|copyright|©|\(c\)|\*|\d\)|¹|lizenz|"
    r"erstellt|herausgeber|ende\b|fußnote|zeichenerklärung|bemerkung)",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(
    r"\s*(?:quellen?|datenquelle|hinweise?|anmerkung(?:en)?|stand|erläuterung(?:en)?|source|notes?|legende|fußnoten?)\s*:",
    re.IGNORECASE,
)
_FOOTNOTE: Final = re.compile(r"\s*(?:[¹²³⁴⁵⁶⁷⁸⁹*†]+|\(?\d{1,2}\))\s*[^\W\d]")
Row = Sequence[Any]


class Body:
    """The rows of data of a table of `width` columns. `left_out`: how many rows of notes stood below them; known at the
    end."""

    def __init__(self, rows: Iterable[Row], width: int) -> None:
        self._rows = rows
        self._width = width
        self.left_out = 0

    def __iter__(self) -> Iterator[Row]:
        pending: list[tuple[Row, bool]] = []  # rows that may be notes, and whether an empty row was before them
        gap = False
        for row in self._rows:
            if not pending and not gap and len(row) > 1 and row[0] and row[1] and not _LABEL.match(str(row[0])):
                yield row  # nearly all rows: two cells are filled, and the first is no label
                continue
            filled = count_filled(row)
            if not filled:
                gap = True
            elif self._may_be_note(row, filled, gap) and len(pending) < MAX_PENDING:
                pending.append((row, gap))
            else:
                yield from (kept for kept, _ in pending)
                pending, gap = [], False
                yield row
        while pending and not self._is_note(*pending[0]):
            yield pending.pop(0)[0]
        self.left_out = len(pending)

    def _may_be_note(self, row: Row, filled: int, gap: bool) -> bool:
        """Whether only the first cell of a row is filled, or begins as `Quelle:` does; after an empty row also as a
        footnote does."""
        if self._width < 2 or not is_filled(row[0]):
            return False
        text = str(row[0])
        return filled == 1 or bool(_LABEL.match(text)) or (gap and bool(_FOOTNOTE.match(text)))

    def _is_note(self, row: Row, gap: bool) -> bool:
        """Whether a row at the end with nothing but a first cell is a note: after an empty row, shorter than the others
        (no delimiters), or a sentence."""
        text = str(row[0]).strip()
        return gap or len(row) < self._width or len(text) > MAX_LABEL_CHARACTERS or bool(_NOTE.match(text))
