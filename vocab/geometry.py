"""GeoJSON <-> WKT, in longitude and latitude.

Entry points: `shape` (GeoJSON -> WKT), `geojson` (WKT -> GeoJSON), `box`.
"""

import math
import re
from typing import Any, Final, NamedTuple

MAX_POINTS: Final = 100_000  # of a shape


class Shape(NamedTuple):
    """WKT of a shape: a point has `centroid`, anything else `bbox`; `geometry` is "" if one of these says it all."""

    bbox: str = ""
    centroid: str = ""
    geometry: str = ""


_KINDS: Final = {  # GeoJSON type in small letters -> WKT, depth of its coordinates
    "point": ("POINT", 0),
    "multipoint": ("MULTIPOINT", 1),
    "linestring": ("LINESTRING", 1),
    "polygon": ("POLYGON", 2),
    "multilinestring": ("MULTILINESTRING", 2),
    "multipolygon": ("MULTIPOLYGON", 3),
}


def shape(geojson: Any) -> Shape | None:
    """The WKT of a GeoJSON geometry or feature, None if it is not valid."""
    if isinstance(geojson, dict) and isinstance(geojson.get("geometry"), dict):
        geojson = geojson["geometry"]
    if not isinstance(geojson, dict) or not isinstance(geojson.get("type"), str):
        return None
    kind, depth = _KINDS.get(geojson["type"].lower(), ("", 0))
    points: list[tuple[float, float]] = []
    coordinates = _coordinates(geojson.get("coordinates"), depth, points) if kind else None
    if not coordinates or not points:
        return None
    if kind == "POINT":
        return Shape(centroid=f"POINT({coordinates})")
    west, south = min(x for x, _ in points), min(y for _, y in points)
    east, north = max(x for x, _ in points), max(y for _, y in points)
    rectangle = kind == "POLYGON" and set(points) == {(x, y) for x in (west, east) for y in (south, north)}
    return Shape(box(west, south, east, north), geometry="" if rectangle else f"{kind}{coordinates}")


def _coordinates(value: Any, depth: int, points: list[tuple[float, float]]) -> str | None:
    """The coordinates as WKT with `depth` levels of brackets, None if one is missing or not on earth. Adds to
    `points`."""
    if not isinstance(value, list) or not value or len(points) > MAX_POINTS:
        return None
    if depth:
        parts = [_coordinates(item, depth - 1, points) for item in value]
        return None if None in parts else f"({', '.join(part for part in parts if part)})"
    numbers = [item for item in value[:2] if isinstance(item, int | float) and not isinstance(item, bool)]
    if len(numbers) != 2 or not (-180 <= numbers[0] <= 180 and -90 <= numbers[1] <= 90):
        return None
    points.append((numbers[0], numbers[1]))
    return f"{number(numbers[0])} {number(numbers[1])}"


def number(value: float) -> str:
    """A number as WKT has it: no exponent, no ".0"."""
    return f"{value:.10f}".rstrip("0").rstrip(".")


def box(west: float, south: float, east: float, north: float) -> str:
    """The WKT of a bounding box."""
    w, s, e, n = map(number, (west, south, east, north))
    return f"POLYGON(({w} {s}, {e} {s}, {e} {n}, {w} {n}, {w} {s}))"


MAX_WKT: Final = 1_000_000  # characters of a shape
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
_WKT = re.compile(r"\s*(?:<[^>]*>\s*)?([A-Z]{5,7})\s*([(][-+\d.eE,()\s]*[)])\s*", re.IGNORECASE | re.ASCII)
_BETWEEN = re.compile(r"\)\s*,\s*\(")


def geojson(wkt: str) -> dict[str, Any] | None:
    """The GeoJSON geometry of a WKT point or polygon, None for other shapes."""
    match = _WKT.fullmatch(wkt) if len(wkt) < MAX_WKT else None
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
