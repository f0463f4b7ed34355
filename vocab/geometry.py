"""Shapes of places in any notation -> WKT, and WKT -> GeoJSON, in longitude and latitude.

Entry points: `shape` (GeoJSON, WKT, four numbers, ArcGIS -> WKT), `looks_like_shape`, `geojson`, `box`, `bounds`.
"""

import json
import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from vocab.crs import Point, crs_of, to_degrees
from vocab.well_known_text import MAX_WKT, TYPES, geometry_of_wkt

Convert = Callable[[float, float], Point]

MAX_POINTS: Final = 100_000  # of a shape
MAX_CACHED_CHARACTERS: Final = 1000  # of a text whose shape is remembered
MAX_COLLECTIONS: Final = 4  # levels of a GeometryCollection


class Shape(NamedTuple):
    """WKT of a shape: a point has `centroid`, anything else `bbox`; `geometry` is "" if one of these says it all."""

    bbox: str = ""
    centroid: str = ""
    geometry: str = ""


_SIDES: Final = (("xmin", "ymin", "xmax", "ymax"), ("west", "south", "east", "north"))
# The coordinate system before a shape: an IRI in GeoSPARQL, a code in EWKT and in what people write. Possessive
# quantifiers: the patterns cannot backtrack, so they are linear in the length of the text.
_CRS: Final = r"(?:<(?P<iri>[^<>\s]++)>|SRID\s*+=\s*+(?P<srid>\d{4,6})\s*+;|(?P<epsg>EPSG:\d{4,6})\s*+[;:,]?)\s*+"
_CRS_BEFORE = re.compile(rf"\s*+{_CRS}", re.IGNORECASE | re.ASCII)
_NUMBER: Final = r"[-+]?+(?:\d{1,12}+(?:\.\d{0,20}+)?+|\.\d{1,20}+)(?:e[-+]?\d{1,3}+)?+"
_DECIMAL = re.compile(r"-?\d+(?:\.\d+)?")  # as `number` writes them
_SEPARATOR = re.compile(r"\s*+[,;]\s*+|\s++")
_COORDINATES = re.compile(
    rf"\s*+(?:{_CRS})?+(?:"
    r"(?:(?:MULTI)?(?:POINT|LINESTRING|POLYGON|CURVE|SURFACE)|ENVELOPE|BOX(?:2D|3D)?)\s*+(?:ZM?|M)?+\s*+\(\s*+[-+\d.(]"
    r"|(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\s++EMPTY|GEOMETRYCOLLECTION\s*+(?:ZM?|M)?+\s*+\("
    r'|\{\s*+"|\[\s*+["\d\[{-]'
    rf"|{_NUMBER}(?:(?:\s*+[,;]\s*+|\s++){_NUMBER}){{1,5}}+\s*+\Z)",
    re.IGNORECASE | re.ASCII,
)


def shape(value: Any) -> Shape | None:
    """The WKT of a shape in any notation, in longitude and latitude; None if it is not valid or not on earth.

    Reads GeoJSON (geometry, feature, GeometryCollection), WKT with or without a coordinate system before it, four
    numbers (west, south, east, north) and boxes by sides ({"xmin": …}, as ArcGIS writes them), as text or parsed.
    """
    if isinstance(value, str):
        return _of_short_text(value) if len(value) <= MAX_CACHED_CHARACTERS else _of_text(value)
    if isinstance(value, list):
        return _of_sides(value, None)
    return _of_object(value) if isinstance(value, dict) else None


def looks_like_shape(text: str) -> bool:
    """Whether a text is coordinates, a shape or JSON, readable or not, so that it is never the name of a place."""
    return len(text) > MAX_WKT or _COORDINATES.match(text) is not None


def wkt(shape: Shape) -> str:
    """The most exact WKT of a shape."""
    return shape.geometry or shape.bbox or shape.centroid


def _of_text(text: str) -> Shape | None:
    if len(text) > MAX_WKT or not _COORDINATES.match(text):
        return None
    head = _CRS_BEFORE.match(text)
    name = head and (head["iri"] or head["srid"] or head["epsg"])
    convert = _conversion(name, by_definition=bool(head and head["iri"])) if name else None
    if name and not convert:
        return None
    body = text[head.end() :].strip() if head else text.strip()
    if body[:1] in ("{", "["):
        try:
            parsed = json.loads(body)
        except (ValueError, RecursionError):
            return None
        return None if head or isinstance(parsed, str) else shape(parsed)
    if body[:1].isalpha():
        geometry = geometry_of_wkt(body)
        return _of_geometry(geometry, convert) if geometry else None
    return _of_sides(_SEPARATOR.split(body), convert)


_of_short_text = lru_cache(1024)(_of_text)  # a portal gives the same few boxes to all its datasets


def _conversion(name: str, by_definition: bool = False) -> Convert | None:
    code = crs_of(name)
    return to_degrees(code, by_definition) if code else None


def _of_object(value: dict[str, Any]) -> Shape | None:
    """The shape of a GeoJSON object, of ArcGIS's envelope or of a box by sides."""
    named = {key.lower(): part for key, part in value.items()}
    reference = named.get("spatialreference")
    if isinstance(reference, dict):
        reference = reference.get("latestWkid") or reference.get("wkid") or "unknown"
    convert = _conversion(str(reference)) if reference else None
    if reference and not convert:
        return None
    for sides in _SIDES:
        if all(side in named for side in sides):
            return _of_sides([named[side] for side in sides], convert)
    if "x" in named and "y" in named:
        return _of_geometry({"type": "Point", "coordinates": [named["x"], named["y"]]}, convert)
    crs = value.get("crs")  # of the time before RFC 7946
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    convert = _conversion(str(name)) if name else convert
    geometry = value.get("geometry")
    return None if name and not convert else _of_geometry(geometry if isinstance(geometry, dict) else value, convert)


def _of_sides(values: list[Any], convert: Convert | None) -> Shape | None:
    """The box of west, south, east and north, as numbers or texts."""
    if len(values) != 4 or any(isinstance(value, bool) for value in values):
        return None
    try:
        west, south, east, north = map(float, values)
    except (TypeError, ValueError):
        return None
    if convert:
        corners = [convert(x, y) for x in (west, east) for y in (south, north)]
        west, south = (min(corner[axis] for corner in corners) for axis in (0, 1))
        east, north = (max(corner[axis] for corner in corners) for axis in (0, 1))
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return None
    if (west, south) == (east, north):
        return Shape(centroid=f"POINT({number(west)} {number(south)})")
    return Shape(box(west, south, east, north))


def _of_geometry(geojson: dict[str, Any], convert: Convert | None = None) -> Shape | None:
    """The WKT of a GeoJSON geometry."""
    points: list[Point] = []
    text = _wkt(geojson, points, convert, MAX_COLLECTIONS)
    if not text or not points:
        return None
    if text.startswith("POINT"):
        return Shape(centroid=text)
    west, south = min(x for x, _ in points), min(y for _, y in points)
    east, north = max(x for x, _ in points), max(y for _, y in points)
    rectangle = text.startswith("POLYGON") and set(points) == {(x, y) for x in (west, east) for y in (south, north)}
    return Shape(box(west, south, east, north), geometry="" if rectangle else text)


def _wkt(geojson: Any, points: list[Point], convert: Convert | None, depth: int) -> str | None:
    """The WKT of a GeoJSON geometry, None if one of its parts is not valid. Adds to `points`."""
    kind = geojson.get("type") if isinstance(geojson, dict) else None
    if not isinstance(kind, str):
        return None
    if kind.lower() == "geometrycollection":
        members = geojson.get("geometries")
        if not isinstance(members, list) or not members or depth == 0:
            return None
        parts = [_wkt(member, points, convert, depth - 1) for member in members]
        texts = [part for part in parts if part]
        if len(texts) < len(parts):
            return None
        return texts[0] if len(texts) == 1 else f"GEOMETRYCOLLECTION({', '.join(texts)})"
    name = kind.upper()
    levels = TYPES[name][1] if name in TYPES else None
    coordinates = None if levels is None else _coordinates(geojson.get("coordinates"), levels, points, convert)
    if not coordinates:
        return None
    return f"{name}({coordinates})" if levels == 0 else f"{name}{coordinates}"


def _coordinates(value: Any, depth: int, points: list[Point], convert: Convert | None) -> str | None:
    """The coordinates as WKT with `depth` levels of brackets, None if one is missing or not on earth. Adds to
    `points`."""
    if not isinstance(value, list) or not value or len(points) > MAX_POINTS:
        return None
    if depth:
        parts = [_coordinates(item, depth - 1, points, convert) for item in value]
        return None if None in parts else f"({', '.join(part for part in parts if part)})"
    numbers = [item for item in value[:2] if isinstance(item, int | float) and not isinstance(item, bool)]
    if len(numbers) != 2:
        return None
    x, y = convert(*numbers) if convert else numbers
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        return None
    points.append((x, y))
    return f"{number(x)} {number(y)}"


def number(value: float) -> str:
    """A number as WKT has it: no exponent, no ".0"."""
    return f"{value:.10f}".rstrip("0").rstrip(".")


def box(west: float, south: float, east: float, north: float) -> str:
    """The WKT of a bounding box."""
    w, s, e, n = map(number, (west, south, east, north))
    return f"POLYGON(({w} {s}, {e} {s}, {e} {n}, {w} {n}, {w} {s}))"


def bounds(text: str) -> tuple[float, float, float, float] | None:
    """West, south, east and north of a shape in any notation; None if it cannot be read."""
    return _short_bounds(text) if len(text) <= MAX_CACHED_CHARACTERS else _bounds(text)


def _bounds(text: str) -> tuple[float, float, float, float] | None:
    plain = shape(text)
    numbers = _DECIMAL.findall(plain.bbox or plain.centroid) if plain else ()
    if not numbers:
        return None
    west, south, east, north = map(float, (*numbers[:2], *(numbers[4:6] or numbers[:2])))
    return west, south, east, north


_short_bounds = lru_cache(1024)(_bounds)


MAX_DIGITS: Final = 40  # characters of a number
# WKT, which may have the IRI of a coordinate system before it. WKT_LITERAL: a geo:wktLiteral of GeoSPARQL.
# WKT_SHAPE: the start of a shape in a literal of another datatype. WKT_WRITTEN: the start of what people write in a
# table or list where a place is asked for. _WKT: a shape with its coordinates.
WKT_LITERAL: Final = re.compile(
    r"\s*(?:<[^<>\s]+>\s*)?(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION|ENVELOPE)\b.*",
    re.IGNORECASE | re.DOTALL,
)
WKT_SHAPE: Final = re.compile(r"\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\s*Z?\s*\(", re.IGNORECASE)
WKT_WRITTEN: Final = re.compile(
    r"(?:<[^>]*>\s*)?(?:POINT|LINESTRING|POLYGON|MULTI[A-Z]+|GEOMETRYCOLLECTION)\s*Z?\s*\(", re.IGNORECASE
)
_WKT = re.compile(r"\s*([A-Z]{5,7})\s*([(][-+\d.eE,()\s]*[)])\s*", re.IGNORECASE | re.ASCII)
_BETWEEN = re.compile(r"\)\s*,\s*\(")


def geojson(text: str) -> dict[str, Any] | None:
    """The GeoJSON geometry of a WKT point or polygon in longitude and latitude, without heights; None for other
    shapes."""
    match = _WKT.fullmatch(text) if len(text) < MAX_WKT else None
    if not match and (plain := _of_text(text)):  # with a coordinate system or heights
        match = _WKT.fullmatch(wkt(plain))
    kind = match[1].upper() if match else ""
    if not match or kind not in ("POINT", "POLYGON"):
        return None
    rings = [[_point(point) for point in ring.split(",")] for ring in _BETWEEN.split(match[2])]
    if not all(point for ring in rings for point in ring):
        return None
    return (
        {"type": "Point", "coordinates": rings[0][0]} if kind == "POINT" else {"type": "Polygon", "coordinates": rings}
    )


def _point(text: str) -> list[float] | None:
    """Longitude and latitude; a height is left out. Without a pattern, which would backtrack over long numbers."""
    numbers = text.strip(" \t\r\n()").split()
    if not 2 <= len(numbers) <= 3 or max(map(len, numbers)) > MAX_DIGITS:
        return None
    try:
        point = [float(number_text) for number_text in numbers[:2]]
    except ValueError:
        return None
    return point if all(map(math.isfinite, point)) else None
