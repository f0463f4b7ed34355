"""WKT -> GeoJSON geometry, with the numbers as they are written (OGC Simple Features 1.2.1, section 7).

Entry point: `geometry_of_wkt`. `vocab.geometry` checks and converts what comes out.
"""

import re
from typing import Any, Final

MAX_WKT: Final = 1_000_000  # characters of a shape
MAX_BRACKETS: Final = 12  # levels, also those of a GeometryCollection

_TOKEN = re.compile(r"\s*+([A-Za-z]++|[-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d{1,3})?|[(),])\s*+", re.ASCII)
TYPES: Final = {  # name in WKT -> type in GeoJSON, levels of lists around a point
    "POINT": ("Point", 0), "LINESTRING": ("LineString", 1), "MULTIPOINT": ("MultiPoint", 1),
    "POLYGON": ("Polygon", 2), "MULTILINESTRING": ("MultiLineString", 2), "MULTIPOLYGON": ("MultiPolygon", 3),
}  # fmt: skip


class _Malformed(ValueError):
    """The text is no WKT that we can read."""


def geometry_of_wkt(text: str) -> dict[str, Any] | None:
    """The GeoJSON geometry of a WKT, None if it cannot be read. Heights and measures are left out."""
    tokens: list[str] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            return None
        tokens.append(match[1])
        at = match.end()
    tokens.reverse()
    try:
        geometry = _geometry(tokens, MAX_BRACKETS)
    except (_Malformed, IndexError):
        return None
    return None if tokens else geometry


def _geometry(tokens: list[str], depth: int) -> dict[str, Any]:
    """One geometry; takes its tokens from the end of the list."""
    name = tokens.pop().upper()
    if name not in TYPES and name.rstrip("ZM") in (*TYPES, "GEOMETRYCOLLECTION"):  # POINTZ
        name = name.rstrip("ZM")
    if tokens[-1].upper() in ("Z", "M", "ZM"):
        tokens.pop()
    if depth == 0:
        raise _Malformed
    if name == "GEOMETRYCOLLECTION":
        members = _listed(tokens, depth, _geometry)
        return {"type": "GeometryCollection", "geometries": members}
    if name == "ENVELOPE":
        return _envelope(tokens)
    if name not in TYPES:
        raise _Malformed
    kind, levels = TYPES[name]
    if levels == 0:
        _take(tokens, "(")
        point = _point(tokens)
        _take(tokens, ")")
        return {"type": kind, "coordinates": point}
    coordinates = _points(tokens, levels)
    return {"type": kind, "coordinates": coordinates}


def _envelope(tokens: list[str]) -> dict[str, Any]:
    """ENVELOPE(west, east, north, south), as CQL has it."""
    sides = _listed(tokens, 1, lambda rest, _: _number(rest.pop()))
    if len(sides) != 4:
        raise _Malformed
    west, east, north, south = sides
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _points(tokens: list[str], levels: int) -> Any:
    if levels == 0:
        bracketed = tokens[-1] == "("  # MULTIPOINT((1 2), (3 4))
        if bracketed:
            tokens.pop()
        point = _point(tokens)
        if bracketed:
            _take(tokens, ")")
        return point
    return _listed(tokens, levels, lambda rest, level: _points(rest, level))


def _listed(tokens: list[str], level: int, read: Any) -> list[Any]:
    """What is between brackets, separated by commas; `read` gets the tokens and the level below."""
    _take(tokens, "(")
    parts = [read(tokens, level - 1)]
    while tokens[-1] == ",":
        tokens.pop()
        parts.append(read(tokens, level - 1))
    _take(tokens, ")")
    return parts


def _point(tokens: list[str]) -> list[float]:
    numbers = []
    while tokens[-1] not in ("(", ")", ","):
        numbers.append(_number(tokens.pop()))
    if not 2 <= len(numbers) <= 4:
        raise _Malformed
    return numbers[:2]


def _number(token: str) -> float:
    try:
        return float(token)
    except ValueError:
        raise _Malformed from None


def _take(tokens: list[str], expected: str) -> None:
    if tokens.pop() != expected:
        raise _Malformed
