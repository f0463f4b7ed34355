"""Maps from the shapes of a table: points, lines and areas to scale, as numbers for an SVG, and as GeoJSON.

Entry points: `map_of` (the drawing), `placed` (pictures behind it), `feature_collection`. Pure. Bounded: a drawing has
at most MAX_SHAPES shapes and MAX_POINTS points; lines are simplified to what can be seen.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from vocab.well_known_text import geometry_of_wkt

WIDTH: Final = 720.0  # of the drawing, in its own units
MAX_SHAPES: Final = 2_000
MAX_POINTS: Final = 200_000  # of all shapes, before they are simplified
MAX_DRAWN_POINTS: Final = 10_000  # afterwards
MAX_NUMBERED: Final = 30  # shapes that have a number in the drawing and in its table
TOLERANCE: Final = 0.7  # units of the drawing that two points of a line are apart at least
OVERLAP: Final = 0.5  # units of the drawing by which a picture behind it covers the next one, so that no line is seen
KM_OF_A_DEGREE: Final = 111.195  # of latitude
SCALES_KM: Final = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

Point = tuple[float, float]
Box = tuple[float, float, float, float]


class Sheet(NamedTuple):
    """What is drawn on. `min_degrees`: that it shows at least, also of a single point."""

    width: float = WIDTH
    max_height: float = 640.0
    margin: float = 20.0
    min_degrees: float = 0.004


_SHEET: Final = Sheet()


class Shape(NamedTuple):
    """A shape of the drawing. `row`: of the table, from 0; `path`: of lines and areas; `spots`: of points."""

    row: int
    path: str
    is_area: bool
    spots: tuple[Point, ...]
    x: float
    y: float


class MapDrawing(NamedTuple):
    """`bar`: length of the scale, which stands for `km`; `box`: west, south, east, north; `left_out`: shapes that are
    not drawn, because there are too many or they cannot be read."""

    height: float
    shapes: tuple[Shape, ...]
    bar: float
    km: float
    box: Box
    left_out: int
    is_numbered: bool


class Placed(NamedTuple):
    """A picture behind a drawing; sizes in units of the drawing."""

    address: str
    x: float
    y: float
    width: float
    height: float


class _Located(NamedTuple):
    row: int
    is_area: bool
    rings: list[list[Point]]


def map_of(shapes: Sequence[str | None]) -> MapDrawing | None:
    """The drawing of shapes in WKT (longitude before latitude), one a row; None if none can be drawn."""
    located: list[_Located] = []
    points = 0
    for row, wkt in enumerate(shapes):
        if wkt is None or len(located) >= MAX_SHAPES or points >= MAX_POINTS:
            continue
        shape = _located(row, wkt)
        if shape:
            located.append(shape)
            points += sum(map(len, shape.rings))
    if not located:
        return None
    box = _box(located)
    frame = Frame(box)
    left_out = sum(wkt is not None for wkt in shapes) - len(located)
    is_numbered = len(located) <= MAX_NUMBERED
    return MapDrawing(round(frame.height, 1), _drawn(located, frame), *frame.scale(), box, left_out, is_numbered)


def placed(box: Box, pictures: Iterable[tuple[str, Box]]) -> list[Placed]:
    """Where pictures (address, box) lie behind the drawing of a box."""
    frame = Frame(box)
    result = []
    for address, (west, south, east, north) in pictures:
        left, top = frame.at(west, north)
        right, bottom = frame.at(east, south)
        width, height = right - left + OVERLAP, bottom - top + OVERLAP
        result.append(Placed(address, left, top, round(width, 1), round(height, 1)))
    return result


def _located(row: int, wkt: str) -> _Located | None:
    geometry = geometry_of_wkt(wkt)
    if not geometry:
        return None
    rings = [ring for ring in rings_of(geometry) if all(_on_earth(point) for point in ring)]
    return _Located(row, "Polygon" in _types(geometry), rings) if rings else None


def _types(geometry: dict[str, Any]) -> str:
    return " ".join((str(geometry.get("type", "")), *map(_types, geometry.get("geometries", ()))))


def _on_earth(point: Point) -> bool:
    return -180 <= point[0] <= 180 and -90 <= point[1] <= 90


def rings_of(geometry: dict[str, Any]) -> Iterator[list[Point]]:
    """The points of each part of a GeoJSON geometry."""
    for part in geometry.get("geometries", ()):
        yield from rings_of(part)
    yield from _parts(geometry.get("coordinates", ()))


def _parts(value: Any) -> Iterator[list[Point]]:
    if not value:
        return
    if isinstance(value[0], (int, float)):
        yield [(float(value[0]), float(value[1]))]
    elif value[0] and isinstance(value[0][0], (int, float)):
        yield [(float(point[0]), float(point[1])) for point in value]
    else:
        for part in value:
            yield from _parts(part)


def _box(located: Iterable[_Located]) -> Box:
    points = [point for shape in located for ring in shape.rings for point in ring]
    return (
        min(x for x, _ in points), min(y for _, y in points), max(x for x, _ in points), max(y for _, y in points),
    )  # fmt: skip


class Frame:
    """The part of the world that is drawn, and how longitude and latitude become units of the drawing."""

    def __init__(self, box: Box, sheet: Sheet = _SHEET) -> None:
        west, south, east, north = box
        self._sheet = sheet
        self._shrink = max(math.cos(math.radians((south + north) / 2)), 0.01)  # a degree of longitude against latitude
        width = max((east - west) * self._shrink, sheet.min_degrees)
        height = max(north - south, sheet.min_degrees / 2)
        inner = sheet.width - 2 * sheet.margin, sheet.max_height - 2 * sheet.margin
        self._per_degree = min(inner[0] / width, inner[1] / height)
        self._middle = (west + east) / 2, (south + north) / 2
        self.height = height * self._per_degree + 2 * sheet.margin

    def at(self, longitude: float, latitude: float) -> Point:
        x = self._sheet.width / 2 + (longitude - self._middle[0]) * self._shrink * self._per_degree
        y = self.height / 2 - (latitude - self._middle[1]) * self._per_degree
        return round(x, 1), round(y, 1)

    def visible(self) -> Box:
        """The box that the whole drawing shows."""
        half_width = self._sheet.width / 2 / self._per_degree / self._shrink
        half_height = self.height / 2 / self._per_degree
        x, y = self._middle
        return x - half_width, y - half_height, x + half_width, y + half_height

    def scale(self) -> tuple[float, float]:
        """Length and km of the longest bar of SCALES_KM that takes no more than a quarter of the width."""
        lengths = [(km / KM_OF_A_DEGREE * self._per_degree, km) for km in SCALES_KM]
        length, km = max((pair for pair in lengths if pair[0] <= self._sheet.width / 4), default=lengths[0])
        return round(length, 1), km


def _drawn(located: Sequence[_Located], frame: Frame) -> tuple[Shape, ...]:
    """The shapes in units of the drawing, simplified until all of them have MAX_DRAWN_POINTS at most."""
    exact = [[[frame.at(x, y) for x, y in ring] for ring in shape.rings] for shape in located]
    tolerance = TOLERANCE
    while True:
        simple = [[simplified(ring, tolerance) for ring in rings] for rings in exact]
        if sum(len(ring) for rings in simple for ring in rings) <= MAX_DRAWN_POINTS or tolerance > WIDTH:
            return tuple(_shape(shape, rings) for shape, rings in zip(located, simple, strict=True))
        tolerance *= 2


def _shape(shape: _Located, rings: Sequence[Sequence[Point]]) -> Shape:
    end = "Z" if shape.is_area else ""
    path = "".join(f"M{'L'.join(f'{x:g} {y:g}' for x, y in ring)}{end}" for ring in rings if len(ring) > 1)
    points = [point for ring in rings for point in ring]
    x = (min(x for x, _ in points) + max(x for x, _ in points)) / 2
    y = (min(y for _, y in points) + max(y for _, y in points)) / 2
    spots = tuple(ring[0] for ring in rings if len(ring) == 1)
    return Shape(shape.row, path, shape.is_area, spots, round(x, 1), round(y, 1))


def simplified(ring: Sequence[Point], tolerance: float) -> list[Point]:
    """The line without the points that are nearer to the one before than `tolerance`; its ends stay."""
    kept = [ring[0]]
    for point in ring[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= tolerance:
            kept.append(point)
    return [*kept, ring[-1]] if len(ring) > 1 else kept


# -- GeoJSON


def feature_collection(names: Sequence[str], rows: Iterable[Sequence[Any]], geometry: int) -> dict[str, Any]:
    """The rows as GeoJSON (RFC 7946). `geometry`: index of the column with the shapes, which is no property."""
    features = []
    for row in rows:
        wkt = row[geometry]
        properties = {name: row[index] for index, name in enumerate(names) if index != geometry}
        features.append(
            {"type": "Feature", "geometry": geometry_of_wkt(wkt) if wkt else None, "properties": properties}
        )
    return {"type": "FeatureCollection", "features": features}
