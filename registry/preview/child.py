"""Reads a file and writes its table, in a child process with limits. Entry point: `prepare`.

The content decides what the file is; what it was called only decides about a text without any delimiter.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from registry.errors import LotseError, UnreadableError
from registry.files import gzip_file
from registry.model.message import Message, message
from registry.preview import archive, bounds
from registry.preview.content_kinds import without_table
from registry.preview.footer import Body
from registry.preview.header import unique
from registry.preview.json_table import json_table
from registry.preview.model import Prepared
from registry.preview.parquet_table import parquet_table
from registry.preview.reasons import too_large, unreadable
from registry.preview.service_answers import SERVICE, values_table
from registry.preview.service_table import REFUSALS, SERVICES, refusal, service_table
from registry.preview.shapefile_table import shapefile_table
from registry.preview.table_writer import Table, write_table
from registry.preview.text_encoding import decoded, is_text
from registry.preview.text_table import text_table
from registry.preview.workbook_table import workbook_tables
from registry.preview.xml_elements import local_name
from registry.preview.xml_tables import gpx_table, kml_table, root_of

MAX_NAMED: Final = 5  # of the tables that cannot be read
MAX_NESTING: Final = 2  # packed files in packed files: x.csv.gz in a ZIP archive
DECLARED_TEXTS: Final = frozenset(("CSV", "TSV", "TXT", "csv", "tsv", "txt", "tab"))
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
_BLANKS: Final = b"\xef\xbb\xbf \t\r\n\x1e"
_END_OF_DOS_FILE: Final = b"\x1a"
_IN_CALL: Final = re.compile(r"[\w.$]{1,60}\(\s*[\[{]")  # JSON in a call of a function (JSONP)
Read = tuple[str, Callable[[], Table]]  # the name of a table in a file, and what reads it


class _Job(NamedTuple):
    """`folder`: for files in between; `where`: the address, for errors; `declared`: notation or suffix of the file."""

    folder: Path
    where: str
    declared: str


def prepare(path: str, folder: str, target: str, where: str, declared: str) -> Iterator[bytes]:
    """Yields the `Prepared` of the file at `path`, whose table is then at `target`, and other tables of it beside that.
    `folder`: for files in between; `where`: its address, for errors; `declared`: the notation of its format.
    UnreadableError, TooLargeError."""
    first, *others = _written(
        _tables(Path(path).read_bytes(), _Job(Path(folder), where, declared), 0), Path(target), where
    )
    yield msgspec.msgpack.encode(replace(first, more=tuple(others)))


def _written(tables: Iterator[Read], target: Path, where: str) -> list[Prepared]:
    """The tables of a file, written to `target` and beside it. Those that cannot be read are left out, and that is
    said; the error of the only one is that of the file."""
    written: list[Prepared] = []
    left_out: list[tuple[str, LotseError]] = []
    is_cut = False
    for number, (name, read) in enumerate(tables):
        if is_cut := number >= bounds.MAX_TABLES:
            break
        file = target if not written else target.with_name(f"{target.stem}-{len(written)}{target.suffix}")
        try:
            written.append(_one(read(), file, where))
        except LotseError as error:
            left_out.append((name, error))
    if not written:
        if len(left_out) == 1:
            raise left_out[0][1]
        names = ", ".join(name for name, _ in left_out[:MAX_NAMED])
        raise unreadable(where, "preview-archive-many", count=len(left_out), names=names)
    notes = [message("preview-table-left-out", name=name, why=_why(error)) for name, error in left_out]
    if is_cut:
        notes.append(message("preview-tables-cut", limit=bounds.MAX_TABLES))
    first = replace(written[0], read=replace(written[0].read, notes=(*written[0].read.notes, *notes)))
    return _with_own_names([first, *written[1:]])


def _one(table: Table, file: Path, where: str) -> Prepared:
    """A table that was written to a file; UnreadableError for one without columns."""
    prepared = write_table(table, file.parent, file)
    if isinstance(table.rows, Body) and table.rows.left_out:
        note = message("preview-notes-below", count=table.rows.left_out)
        prepared = replace(prepared, read=replace(prepared.read, notes=(*prepared.read.notes, note)))
    if not prepared.columns:
        raise unreadable(where, "preview-empty")
    return replace(prepared, file=file.name, map_offer=table.map_offer)


def _why(error: LotseError) -> Message | str:
    return (error.place or error.summary) if isinstance(error, UnreadableError) else error.summary


def _with_own_names(tables: list[Prepared]) -> list[Prepared]:
    """The tables, each with a name of its own where there are several."""
    if len(tables) == 1:
        return tables
    names = unique([table.read.table for table in tables], len(tables))
    return [
        replace(table, read=replace(table.read, table=name)) for table, name in zip(tables, names, strict=True)
    ]  # fmt: skip


def _tables(content: bytes, job: _Job, depth: int) -> Iterator[Read]:
    """The tables in a file, each with its name and what reads it: sheets of a workbook, files in an archive."""
    if content.startswith(_ZIP) and depth < MAX_NESTING:
        files = archive.opened(content, job.where)
        if files[0].kind in ("XLSX", "ODS"):
            yield from workbook_tables(content, files[0].kind, job.where)
            return
        for file in files:
            yield file.name, partial(_packed, file, job, depth)
    elif content.startswith(_OLE):
        yield from workbook_tables(content, "XLS", job.where)
    else:
        yield "", partial(_table, content, job, depth)


def _first(content: bytes, job: _Job, depth: int) -> Table:
    """The first table in a file."""
    _, read = next(_tables(content, job, depth))
    return read()


def _table(content: bytes, job: _Job, depth: int) -> Table:
    """The table in a file that holds one, by its first bytes."""
    if job.declared == SERVICE:
        return values_table(content, job.where)
    start = content[:1_000].lstrip(_BLANKS)
    if not start.strip(b"\0"):
        raise unreadable(job.where, "preview-empty")
    if code := without_table(content[: bounds.START_BYTES]):
        raise unreadable(job.where, code)
    if content.startswith(gzip_file.MAGIC) and depth < MAX_NESTING:
        return _first(gzip_file.unpacked(content, job.where, bounds.MAX_UNPACKED_BYTES), job, depth + 1)
    if content.startswith(_PARQUET):
        file = job.folder / "in.parquet"
        file.write_bytes(content)
        return parquet_table(file, job.folder, job.where)
    first = decoded(content[: bounds.START_BYTES]).text.lstrip()[:100]
    if (first[:1] in ("{", "[") or _IN_CALL.match(first)) and (table := json_table(content, job.where)):
        return table
    if start[:1] == b"<":
        return _xml(content, job)
    content = content.rstrip(_END_OF_DOS_FILE)
    if not is_text(content):
        raise unreadable(job.where, "preview-format-unknown")
    return text_table(content, job.where, job.declared in DECLARED_TEXTS)


def _packed(file: archive.Opened, job: _Job, depth: int) -> Table:
    """The table of a file in a ZIP archive, or the first of it."""
    if file.kind == "LARGE":
        raise too_large(file.size, bounds.MAX_UNPACKED_BYTES)
    if file.kind == "SHP":
        return shapefile_table(file.parts, file.name, job.where)
    suffix = file.name.lower().rpartition(".")[2]
    table = _first(file.content, job._replace(declared=suffix), depth + 1)
    return table._replace(read=replace(table.read, table=table.read.table or file.name))


def _xml(content: bytes, job: _Job) -> Table:
    """The table in a document of XML: KML, GPX, or what a service offers."""
    root = root_of(content, job.where)
    name = local_name(root)
    if name == "kml":
        return kml_table(root, job.where)
    if name == "gpx":
        return gpx_table(root, job.where)
    if name in SERVICES:
        return service_table(root, job.where)
    if name in REFUSALS:
        raise unreadable(job.where, "preview-service-refuses", why=refusal(root))
    raise unreadable(job.where, "preview-xml-unknown", name=name[:50])
