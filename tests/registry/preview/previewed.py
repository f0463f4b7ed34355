"""Reads files as the worker does, but in this process, and shows what became of them."""

import atexit
import io
import shutil
import tempfile
import uuid
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from openpyxl import Workbook

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


@cache
def prepared_files() -> PreparedFiles:
    """A folder of this process; to open a database costs more than to read a small file."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return PreparedFiles(Path(folder))


def read_file(content: bytes | str, declared: str = "CSV") -> Read:
    """What the child makes of a file; UnreadableError."""
    files = prepared_files()
    file, target = files.folder / "file", files.folder / f"{uuid.uuid4().hex}.parquet"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    answer = b"".join(prepare(str(file), str(files.folder), str(target), "https://x.example/datei", declared))
    prepared = msgspec.msgpack.decode(answer, type=Prepared)
    preview = Preview(
        state="ready", read=prepared.read, columns=prepared.columns, total=prepared.total, file=target.name
    )
    rows = files.rows(preview, Selection(size=1000)).rows
    target.unlink()
    return Read(prepared.read, {column.name: column for column in prepared.columns}, rows, prepared.total)


def saved(book: Workbook) -> bytes:
    """A workbook as XLSX."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def packed(parts: Mapping[str, bytes | str]) -> bytes:
    """A ZIP archive: name of each file -> content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
