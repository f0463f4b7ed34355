"""A Shapefile -> table with geometry. Entry point: `shapefile_table`. Runs in the child.

Without a .cpg file nothing says which encoding the texts have: UTF-8 where all of them are valid in it, else that of
Windows.
"""

import codecs
import io
import re
import struct
from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry.model.message import Message, message
from registry.preview.geometry import Geometries
from registry.preview.header import SAMPLE_ROWS
from registry.preview.model import ReadAs
from registry.preview.reasons import unreadable
from registry.preview.table_writer import Table

_AUTHORITY: Final = re.compile(r'(?:AUTHORITY\["EPSG",\s*"?|ID\["EPSG",\s*)(\d{4,6})"?\]\s*\]\s*$')
_ZONE: Final = re.compile(r"(ETRS_?1989|WGS_?1984)_UTM_Zone_N?(\d\d)", re.IGNORECASE)
_CODE_PAGE: Final = re.compile(r"(?:ansi|oem|cp|windows|ibm|dos)?[ _-]*(\d{3,5})$", re.IGNORECASE)
_CODE_PAGES: Final = {"65001": "utf-8", "88591": "latin-1", "885915": "iso8859-15", "28591": "latin-1"}
_ENCODINGS: Final = {"cp1252": "windows-1252", "latin-1": "iso-8859-1", "iso8859-1": "iso-8859-1", "cp850": "ibm850"}


def shapefile_table(parts: Mapping[str, bytes], name: str, where: str) -> Table:
    """The table of a Shapefile; UnreadableError. `parts`: suffix (shp, dbf, shx, prj, cpg) -> content; `name`: of the
    file."""
    import shapefile

    dbf = parts.get("dbf", b"")
    if not dbf:
        raise unreadable(where, "preview-shapefile-part", part=".dbf")
    encoding, notes = _encoding(parts.get("cpg", b""), dbf)
    optional = {"shx": io.BytesIO(parts["shx"])} if parts.get("shx") else {}
    try:
        reader = shapefile.Reader(
            shp=io.BytesIO(parts["shp"]), dbf=io.BytesIO(dbf), encoding=encoding, encodingErrors="replace", **optional
        )
        fields = [field[0] for field in reader.fields if field[0] != "DeletionFlag"]
        sample = [_geometry(reader.shape(number)) for number in range(min(len(reader), SAMPLE_ROWS))]
    except (shapefile.ShapefileException, struct.error, ValueError, IndexError, KeyError, OSError) as error:
        raise unreadable(where, "preview-shapefile-broken", why=type(error).__name__) from None
    crs_name = _crs(parts.get("prj", b""))
    geometries = Geometries(crs_name, sample)
    rows = list(_rows(reader, geometries, where))
    if not parts.get("prj"):
        notes = (*notes, message("preview-no-prj"))
    read = ReadAs(
        format="SHP", encoding=_ENCODINGS.get(encoding, encoding), crs=geometries.crs, table=name,
        notes=(*notes, *geometries.notes),
    )  # fmt: skip
    names = [*fields, "geometry"]
    return Table(names, rows, read, is_text=False, geometry=len(fields) if geometries.are_degrees else None)


def _rows(reader: Any, geometries: Geometries, where: str) -> Iterator[list[Any]]:
    import shapefile

    try:
        for item in reader.iterShapeRecords():
            yield [*map(_value, item.record), geometries.wkt(_geometry(item.shape))]
    except (shapefile.ShapefileException, struct.error, ValueError, IndexError, KeyError, OSError) as error:
        raise unreadable(where, "preview-shapefile-broken", why=type(error).__name__) from None


def _value(value: Any) -> Any:
    return value.decode("latin-1").strip() if isinstance(value, bytes) else value


def _geometry(shape: Any) -> dict[str, Any] | None:
    """The geometry of a record as GeoJSON; None for one without."""
    if shape is None or not shape.shapeType:
        return None
    geometry: dict[str, Any] = shape.__geo_interface__
    return geometry if geometry.get("coordinates") else None


def _encoding(cpg: bytes, dbf: bytes) -> tuple[str, tuple[Message, ...]]:
    """The codec of the texts, with a note where it was guessed."""
    named = cpg.decode("latin-1", "replace").strip().strip("\0")
    if codec := _codec(named):
        return codec, ()
    try:
        dbf[int.from_bytes(dbf[8:10], "little") :].decode("utf-8")
        guessed = "utf-8"
    except UnicodeDecodeError:
        guessed = "cp1252"
    return guessed, (message("preview-encoding-guessed", encoding=_ENCODINGS.get(guessed, guessed)),)


def _codec(name: str) -> str:
    """The codec that a .cpg file names: "UTF-8", "ANSI 1252", "88591", "OEM 850"; "" for none that we know."""
    match = _CODE_PAGE.fullmatch(name)
    try:
        return codecs.lookup(_CODE_PAGES.get(match[1], f"cp{match[1]}") if match else name).name
    except LookupError:
        return ""


def _crs(prj: bytes) -> str:
    """The name of the coordinate system that a .prj file describes, as `vocab.crs` knows it, or as it stands there."""
    text = prj.decode("utf-8", "replace").strip().strip("\0")
    if not text:
        return ""
    if match := _AUTHORITY.search(text):
        return f"EPSG:{match[1]}"
    quoted_name = re.match(r'\w+\["([^"]*)"', text)
    name = quoted_name[1] if quoted_name else text[:100]
    if zone := _ZONE.search(name):
        return f"EPSG:{(25800 if zone[1].upper().startswith('ETRS') else 32600) + int(zone[2])}"
    if text.startswith("GEOGCS") and any(part in name.upper() for part in ("WGS", "ETRS")):
        return "EPSG:4326"
    return "EPSG:3857" if "WEB_MERCATOR" in name.upper() else name
