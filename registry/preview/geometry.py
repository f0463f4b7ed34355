"""Geometries of a file (GeoJSON geometries) -> WKT in longitude and latitude. Entry point: `Geometries`.

ETRS89, WGS 84 and Web Mercator are converted (`vocab.crs`). What cannot be converted stays in the coordinates of the
file, as text and not as a geometry, and that is said.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from registry.model.message import Message, message
from vocab.crs import crs_of, to_degrees
from vocab.geometry import number

Point = tuple[float, float]
MAX_DEPTH: Final = 4  # of collections in collections
WITH_ZONE: Final = 1_000_000  # an easting above thirty of them begins with the number of its zone
_ZONED: Final = {"25832": "4647", "25833": "5650"}
_LEVELS: Final = {  # type in GeoJSON -> name in WKT, levels of brackets around a point
    "Point": ("POINT", 0),
    "MultiPoint": ("MULTIPOINT", 1),
    "LineString": ("LINESTRING", 1),
    "MultiLineString": ("MULTILINESTRING", 2),
    "Polygon": ("POLYGON", 2),
    "MultiPolygon": ("MULTIPOLYGON", 3),
}


class Geometries:
    """Turns the geometries of one file into WKT. `crs`: the code of its system, or its name where that is unknown;
    `are_degrees`: whether what comes out is longitude and latitude. `notes` is complete after the last geometry."""

    def __init__(self, crs_name: str, sample: Iterable[Any]) -> None:
        points = [point for geometry in sample for point in _points(geometry)]
        code = crs_of(crs_name) if crs_name else None
        far = any(abs(x) > 180 or abs(y) > 90 for x, y in points)
        if code in _ZONED and any(abs(x) > 30 * WITH_ZONE for x, _ in points):
            code = _ZONED[code]
        if code is None and not crs_name and not far:
            code = "CRS84"
        self._convert: Callable[[float, float], Point] | None = to_degrees(code, by_definition=False) if code else None
        self.are_degrees = self._convert is not None
        self.crs = (code if code == "CRS84" else f"EPSG:{code}") if code else crs_name[:100]
        self._lost = self._heights = 0

    @property
    def notes(self) -> tuple[Message, ...]:
        notes = []
        if not self.are_degrees:
            notes.append(message("preview-crs-unknown", crs=self.crs or "?"))
        elif self.crs not in ("CRS84", "EPSG:4326", "EPSG:4258"):
            notes.append(message("preview-crs-converted", crs=self.crs))
        if self._lost:
            notes.append(message("preview-shapes-lost", count=self._lost))
        if self._heights:
            notes.append(message("preview-heights"))
        return tuple(notes)

    def wkt(self, geometry: Any) -> str | None:
        """The geometry as WKT; None for an empty one, or one whose coordinates are no numbers."""
        if not isinstance(geometry, dict):
            return None
        try:
            return self._wkt(geometry, 0)
        except (ValueError, TypeError, OverflowError, IndexError, KeyError, AttributeError):
            self._lost += 1
            return None

    def _wkt(self, geometry: dict[str, Any], depth: int) -> str:
        kind = geometry["type"]
        if kind == "GeometryCollection" and depth < MAX_DEPTH:
            return f"GEOMETRYCOLLECTION ({', '.join(self._wkt(part, depth + 1) for part in geometry['geometries'])})"
        name, levels = _LEVELS[kind]
        coordinates = geometry["coordinates"]
        if not coordinates:
            raise ValueError(kind)
        if kind == "MultiPoint":
            return f"MULTIPOINT ({', '.join(f'({self._point(point)})' for point in coordinates)})"
        return f"{name} {self._nested(coordinates, levels) if levels else f'({self._point(coordinates)})'}"

    def _nested(self, coordinates: Any, levels: int) -> str:
        inside = (
            map(self._point, coordinates) if levels == 1 else (self._nested(part, levels - 1) for part in coordinates)
        )
        return f"({', '.join(inside)})"

    def _point(self, point: Any) -> str:
        x, y = float(point[0]), float(point[1])
        if len(point) > 2:
            self._heights += 1
        if self._convert:
            x, y = self._convert(x, y)
            if not (abs(x) <= 180 and abs(y) <= 90):
                raise ValueError(point)
        if not (math.isfinite(x) and math.isfinite(y)):
            raise ValueError(point)
        return f"{number(x)} {number(y)}"


def _points(geometry: Any) -> Iterator[Point]:
    """The first point of each part of a geometry."""
    if not isinstance(geometry, dict):
        return
    for part in geometry.get("geometries") or ():
        yield from _points(part)
    coordinates = geometry.get("coordinates")
    while isinstance(coordinates, list | tuple) and coordinates and isinstance(coordinates[0], list | tuple):
        coordinates = coordinates[0]
    if isinstance(coordinates, list | tuple) and len(coordinates) > 1:
        x, y = coordinates[:2]
        if isinstance(x, int | float) and isinstance(y, int | float):
            yield float(x), float(y)
