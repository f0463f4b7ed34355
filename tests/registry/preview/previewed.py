"""Reads files as the worker does, but in this process, and shows what became of them."""

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from registry.preview.child import prepare
from registry.preview.model import Column, Prepared, Preview, ReadAs, Selection
from registry.preview.querying import PreparedFiles


class Read(NamedTuple):
    """A file as it was read: its columns by name, its rows as the API has them."""

    read: ReadAs
    columns: dict[str, Column]
    rows: list[list[Any]]
    total: int

    def type(self, name: str) -> str:
        return self.columns[name].type

    def values(self, name: str) -> list[Any]:
        return [row[list(self.columns).index(name)] for row in self.rows]

    @property
    def notes(self) -> set[str]:
        """The codes of what was guessed, of the file and of its columns."""
        of_columns = {note.code for column in self.columns.values() for note in column.notes}
        return {note.code for note in self.read.notes} | of_columns


def read_file(content: bytes | str, declared: str = "CSV") -> Read:
    """What the child makes of a file; UnreadableError."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "file").write_bytes(content.encode() if isinstance(content, str) else content)
        target = folder / "table.parquet"
        answer = b"".join(prepare(str(folder / "file"), name, str(target), "https://x.example/datei", declared))
        prepared = msgspec.msgpack.decode(answer, type=Prepared)
        preview = Preview(
            state="ready", read=prepared.read, columns=prepared.columns, total=prepared.total, file=target.name
        )
        rows = PreparedFiles(folder).rows(preview, Selection(size=1000)).rows
    return Read(prepared.read, {column.name: column for column in prepared.columns}, rows, prepared.total)
