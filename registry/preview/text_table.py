"""Delimited text -> table: encoding, delimiter, header and notes around it. Entry point: `text_table`."""

from itertools import chain, islice
from typing import Final

from registry.model.message import message
from registry.preview import delimited
from registry.preview.footer import Body
from registry.preview.header import SAMPLE_ROWS, header_of, usual_width
from registry.preview.model import ReadAs
from registry.preview.reasons import unreadable
from registry.preview.table_writer import Table
from registry.preview.text_encoding import decoded

MAX_PROSE_CHARACTERS: Final = 200  # of a line; longer ones without a delimiter are prose, not a table of one column


def text_table(content: bytes, where: str, is_declared: bool) -> Table:
    """The table in a text. `is_declared`: somebody called it CSV, so one column is a table, too. UnreadableError."""
    text = decoded(content)
    if not text.text.strip():
        raise unreadable(where, "preview-empty")
    dialect = delimited.dialect_of(text.text)
    rows = delimited.rows(text.text, dialect)
    first = list(islice(rows, SAMPLE_ROWS))
    if not dialect.delimiter and not (is_declared and all(len(row[0]) <= MAX_PROSE_CHARACTERS for row in first if row)):
        raise unreadable(where, "preview-no-table")
    header = header_of(first)
    if not is_declared and header.first >= len(first):
        raise unreadable(where, "preview-no-table")
    width = max(usual_width(first), len(header.names))
    while header.names and not header.names[-1] and width > 1 and _is_blank(first, len(header.names) - 1):
        header.names.pop()  # a delimiter at the end of each row
        width -= 1
    notes = [*text.notes, *header.notes]
    if dialect.delimiter and not dialect.quoting:
        notes.append(message("preview-quotes-plain"))
    body = Body(chain(first[header.first :], rows), width)
    read = ReadAs(
        format="TSV" if dialect.delimiter == "\t" else "CSV",
        encoding=text.encoding,
        delimiter=dialect.delimiter,
        header=header.row,
        notes=tuple(notes),
    )
    return Table(header.names, body, read)


def _is_blank(rows: list[list[str]], index: int) -> bool:
    return not any(row[index].strip() for row in rows if index < len(row))
