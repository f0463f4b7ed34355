"""A ZIP archive -> the file in it that holds the table. Entry point: `opened`. Runs in the child."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from registry.errors import TooLargeError
from registry.preview import bounds
from registry.preview.reasons import too_large, unreadable

MAX_PARTS: Final = 5_000
MAX_NAMED: Final = 5
SHAPEFILE_PARTS: Final = ("shp", "dbf", "shx", "prj", "cpg")
_TABLES: Final = frozenset(
    "csv tsv tab json geojson jsonl ndjson xlsx xls ods parquet geoparquet kml gpx".split()  # noqa: SIM905
)
_ASIDE: Final = ("readme", "liesmich", "lizenz", "licence", "license", "metadat", "hinweis", "datensatzbeschreibung")


class Opened(NamedTuple):
    """What an archive is. `kind`: "XLSX", "ODS", "SHP", or "" for an archive with one file in it; `name`: of that file;
    `content`: its bytes; `parts`: those of a Shapefile by suffix."""

    kind: str
    name: str = ""
    content: bytes = b""
    parts: Mapping[str, bytes] = MappingProxyType({})


def opened(content: bytes, where: str) -> Opened:
    """What is in an archive; UnreadableError for one without a table, or with several; TooLargeError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [part for part in archive.infolist() if _counts(part)]
            if len(archive.infolist()) > MAX_PARTS:
                raise TooLargeError("preview-archive-parts", limit=MAX_PARTS)
            names = [part.filename for part in parts]
            if any(name.lower() == "xl/workbook.xml" for name in names):
                return Opened("XLSX")
            if "mimetype" in names and b"opendocument.spreadsheet" in _read(archive, archive.getinfo("mimetype")):
                return Opened("ODS")
            if any(part.flag_bits & 1 for part in parts):
                raise unreadable(where, "preview-protected")
            if shapes := [name for name in names if name.lower().endswith(".shp")]:
                return _shapefile(archive, shapes, where)
            part = _only_table(parts, where)
            return Opened("", part.filename, _read(archive, part))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, ValueError):
        raise unreadable(where, "preview-archive-broken") from None


def _counts(part: zipfile.ZipInfo) -> bool:
    """Whether a part is a file that somebody packed, and not one of the system."""
    name = part.filename
    return not part.is_dir() and not name.startswith("__MACOSX/") and not posixpath.basename(name).startswith(".")


def _only_table(parts: list[zipfile.ZipInfo], where: str) -> zipfile.ZipInfo:
    """The one file that holds a table: by its suffix, without texts that describe it."""
    tables = [part for part in parts if _suffix(part) in _TABLES and not _is_aside(part)]
    tables = tables or [part for part in parts if _suffix(part) in ("txt", "asc", "dat", "xml") and not _is_aside(part)]
    if not tables and len(parts) == 1:
        tables = parts
    if not tables:
        raise unreadable(where, "preview-archive-empty")
    if len(tables) > 1:
        names = ", ".join(posixpath.basename(part.filename) for part in tables[:MAX_NAMED])
        raise unreadable(where, "preview-archive-many", count=len(tables), names=names)
    return tables[0]


def _shapefile(archive: zipfile.ZipFile, shapes: list[str], where: str) -> Opened:
    if len(shapes) > 1:
        names = ", ".join(posixpath.basename(name) for name in shapes[:MAX_NAMED])
        raise unreadable(where, "preview-archive-many", count=len(shapes), names=names)
    stem = shapes[0][:-4].lower()
    parts = {}
    for part in archive.infolist():
        name, _, suffix = part.filename.lower().rpartition(".")
        if name == stem and suffix in SHAPEFILE_PARTS:
            parts[suffix] = _read(archive, part)
    return Opened("SHP", posixpath.basename(shapes[0]), parts=parts)


def _read(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """The bytes of a part; TooLargeError above the bound, whatever size it announces."""
    with archive.open(part) as file:
        content = file.read(bounds.MAX_UNPACKED_BYTES + 1)
    if len(content) > bounds.MAX_UNPACKED_BYTES:
        raise too_large(part.file_size, bounds.MAX_UNPACKED_BYTES)
    return content


def _suffix(part: zipfile.ZipInfo) -> str:
    return part.filename.lower().rpartition(".")[2]


def _is_aside(part: zipfile.ZipInfo) -> bool:
    return posixpath.basename(part.filename).lower().startswith(_ASIDE)
