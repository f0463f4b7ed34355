"""A ZIP archive -> the files in it that hold tables. Entry point: `opened`. Runs in the child."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from registry.errors import TooLargeError
from registry.preview import bounds
from registry.preview.reasons import too_large, unreadable

MAX_PARTS: Final = 5_000
SHAPEFILE_PARTS: Final = ("shp", "dbf", "shx", "prj", "cpg")
_TABLES: Final = frozenset(
    "csv tsv tab json geojson jsonl ndjson xlsx xls ods parquet geoparquet kml gpx".split()  # noqa: SIM905
)
_ASIDE: Final = ("readme", "liesmich", "lizenz", "licence", "license", "metadat", "hinweis", "datensatzbeschreibung")


class Opened(NamedTuple):
    """A file in an archive, or what the archive itself is. `kind`: "XLSX", "ODS", "SHP", "LARGE" for a file that has
    no room, or "" for one of another kind; `name`, `size`: of that file; `content`: its bytes; `parts`: those of a
    Shapefile by suffix."""

    kind: str
    name: str = ""
    content: bytes = b""
    parts: Mapping[str, bytes] = MappingProxyType({})
    size: int = 0


def opened(content: bytes, where: str) -> list[Opened]:
    """The files with tables in an archive, one more than MAX_TABLES at most, or what it is itself; UnreadableError for
    one without; TooLargeError for the first one. All others together have MAX_UNPACKED_BYTES at most."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [part for part in archive.infolist() if _counts(part)]
            if len(archive.infolist()) > MAX_PARTS:
                raise TooLargeError("preview-archive-parts", limit=MAX_PARTS)
            names = [part.filename for part in parts]
            if any(name.lower() == "xl/workbook.xml" for name in names):
                return [Opened("XLSX")]
            if "mimetype" in names and b"opendocument.spreadsheet" in _read(archive, archive.getinfo("mimetype")):
                return [Opened("ODS")]
            if any(part.flag_bits & 1 for part in parts):
                raise unreadable(where, "preview-protected")
            return list(_within(archive, _tables(parts, where)))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, ValueError):
        raise unreadable(where, "preview-archive-broken") from None


def _counts(part: zipfile.ZipInfo) -> bool:
    """Whether a part is a file that somebody packed, and not one of the system."""
    name = part.filename
    return not part.is_dir() and not name.startswith("__MACOSX/") and not posixpath.basename(name).startswith(".")


def _within(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> Iterator[Opened]:
    """The files that these parts are; after the first one only as long as there is room."""
    size = 0
    for count, part in enumerate(parts[: bounds.MAX_TABLES + 1]):
        if count and size + part.file_size > bounds.MAX_UNPACKED_BYTES:
            yield Opened("LARGE", part.filename, size=part.file_size)
            continue
        is_shape = _suffix(part) == "shp"
        file = _shapefile(archive, part) if is_shape else Opened("", part.filename, _read(archive, part))
        size += len(file.content) + sum(map(len, file.parts.values()))
        yield file


def _tables(parts: list[zipfile.ZipInfo], where: str) -> list[zipfile.ZipInfo]:
    """The files that hold tables: by their suffix, Shapefiles first, without texts that describe them."""
    shapes = [part for part in parts if _suffix(part) == "shp"]
    beside = {part.filename[:-4].lower() for part in shapes}  # a Shapefile may have a table of its own beside it
    tables = [
        part for part in parts
        if _suffix(part) in _TABLES and not _is_aside(part) and part.filename.lower().rpartition(".")[0] not in beside
    ]  # fmt: skip
    tables = [*shapes, *tables]
    tables = tables or [part for part in parts if _suffix(part) in ("txt", "asc", "dat", "xml") and not _is_aside(part)]
    if not tables and len(parts) == 1:
        tables = parts
    if not tables:
        raise unreadable(where, "preview-archive-empty")
    return tables


def _shapefile(archive: zipfile.ZipFile, shape: zipfile.ZipInfo) -> Opened:
    stem = shape.filename[:-4].lower()
    parts = {}
    for part in archive.infolist():
        name, _, suffix = part.filename.lower().rpartition(".")
        if name == stem and suffix in SHAPEFILE_PARTS:
            parts[suffix] = _read(archive, part)
    return Opened("SHP", posixpath.basename(shape.filename), parts=parts)


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
