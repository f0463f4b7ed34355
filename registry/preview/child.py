"""Reads a file and writes its table, in a child process with limits. Entry point: `prepare`.

The content decides what the file is; what it was called only decides about a text without any delimiter.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from registry.preview.model import Prepared
from registry.preview.table_writer import Table, write_table
from registry.preview.text_encoding import is_text
from registry.preview.text_table import text_table, unreadable

_DECLARED_TEXT: Final = ("CSV", "TSV", "TXT")


def prepare(path: str, folder: str, target: str, where: str, declared: str) -> Iterator[bytes]:
    """Yields the `Prepared` of the file at `path`, whose table is then at `target`. `folder`: for files in between;
    `where`: its address, for errors; `declared`: the notation of its format. UnreadableError."""
    content = Path(path).read_bytes()
    table = _table(content, where, declared)
    prepared = write_table(table, Path(folder), Path(target))
    yield msgspec.msgpack.encode(_with_notes_below(prepared, table))


def _table(content: bytes, where: str, declared: str) -> Table:
    if not content.strip():
        raise unreadable(where, "preview-empty")
    if not is_text(content):
        raise unreadable(where, "preview-format-unknown")
    return text_table(content, where, declared in _DECLARED_TEXT)


def _with_notes_below(prepared: Prepared, table: Table) -> Prepared:
    from registry.model.message import message
    from registry.preview.footer import Body

    if isinstance(table.rows, Body) and table.rows.left_out:
        note = message("preview-notes-below", count=table.rows.left_out)
        return replace(prepared, read=replace(prepared.read, notes=(*prepared.read.notes, note)))
    return prepared
