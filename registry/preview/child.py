"""Reads a file and writes its table, in a child process with limits. Entry point: `prepare`.

The content decides what the file is; what it was called only decides about a text without any delimiter.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from registry.files import gzip_file
from registry.model.message import message
from registry.preview import archive, bounds
from registry.preview.content_kinds import without_table
from registry.preview.footer import Body
from registry.preview.json_table import json_table
from registry.preview.parquet_table import parquet_table
from registry.preview.reasons import unreadable
from registry.preview.service_table import REFUSALS, SERVICES, refusal, service_table
from registry.preview.shapefile_table import shapefile_table
from registry.preview.table_writer import Table, write_table
from registry.preview.text_encoding import is_text
from registry.preview.text_table import text_table
from registry.preview.workbook_table import workbook_table
from registry.preview.xml_elements import local_name
from registry.preview.xml_tables import gpx_table, kml_table, root_of

MAX_NESTING: Final = 2  # packed files in packed files: x.csv.gz in a ZIP archive
DECLARED_TEXTS: Final = frozenset(("CSV", "TSV", "TXT", "csv", "tsv", "txt", "tab"))
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
_BLANKS: Final = b"\xef\xbb\xbf \t\r\n"


class _Job(NamedTuple):
    """`folder`: for files in between; `where`: the address, for errors; `declared`: notation or suffix of the file."""

    folder: Path
    where: str
    declared: str


def prepare(path: str, folder: str, target: str, where: str, declared: str) -> Iterator[bytes]:
    """Yields the `Prepared` of the file at `path`, whose table is then at `target`. `folder`: for files in between;
    `where`: its address, for errors; `declared`: the notation of its format. UnreadableError, TooLargeError."""
    table = _table(Path(path).read_bytes(), _Job(Path(folder), where, declared), 0)
    prepared = write_table(table, Path(folder), Path(target))
    if isinstance(table.rows, Body) and table.rows.left_out:
        note = message("preview-notes-below", count=table.rows.left_out)
        prepared = replace(prepared, read=replace(prepared.read, notes=(*prepared.read.notes, note)))
    if not prepared.columns:
        raise unreadable(where, "preview-empty")
    yield msgspec.msgpack.encode(prepared)


def _table(content: bytes, job: _Job, depth: int) -> Table:
    """The table in a file, by its first bytes."""
    start = content[:1_000].lstrip(_BLANKS)
    if not start.strip(b"\0"):
        raise unreadable(job.where, "preview-empty")
    if code := without_table(content[: bounds.START_BYTES]):
        raise unreadable(job.where, code)
    if content.startswith(gzip_file.MAGIC) and depth < MAX_NESTING:
        return _table(gzip_file.unpacked(content, job.where, bounds.MAX_UNPACKED_BYTES), job, depth + 1)
    if content.startswith(_ZIP) and depth < MAX_NESTING:
        return _packed(content, job, depth)
    if content.startswith(_OLE):
        return workbook_table(content, "XLS", job.where)
    if content.startswith(_PARQUET):
        file = job.folder / "in.parquet"
        file.write_bytes(content)
        return parquet_table(file, job.folder, job.where)
    if start[:1] in (b"{", b"[") and (table := json_table(content, job.where)):
        return table
    if start[:1] == b"<":
        return _xml(content, job)
    if not is_text(content):
        raise unreadable(job.where, "preview-format-unknown")
    return text_table(content, job.where, job.declared in DECLARED_TEXTS)


def _packed(content: bytes, job: _Job, depth: int) -> Table:
    """The table in a ZIP archive: a workbook, a Shapefile, or the one file in it."""
    inside = archive.opened(content, job.where)
    if inside.kind == "SHP":
        return shapefile_table(inside.parts, inside.name, job.where)
    if inside.kind:
        return workbook_table(content, inside.kind, job.where)
    suffix = inside.name.lower().rpartition(".")[2]
    table = _table(inside.content, job._replace(declared=suffix), depth + 1)
    return table._replace(read=replace(table.read, table=table.read.table or inside.name))


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
