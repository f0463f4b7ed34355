"""Where and when a record is, as numbers of the index, and the conditions by which a query narrows that.

A record has up to MAX_BOXES boxes and MAX_SPANS spans of days, each in fields of its own, so that both engines compare
the same plain numbers (docs/decisions/0163). Entry points: `numbers_of`, `NUMBERS` (the fields), `in_box`, `in_circle`,
`overlaps`.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import combinations
from typing import Final, NamedTuple, TypeVar

from registry.model import Metadata, Place, Record
from registry.model.timing import first_day, last_day
from registry.search.filters import Range, Ranges
from vocab.geometry import bounds

MAX_BOXES, MAX_SPANS = 4, 4  # of a record; of more the nearest are joined
MAX_COMPARED: Final = 32  # boxes or spans of which each is compared with each
DIRECTIONS: Final = 8  # of which a box has its extent: a circle is a polygon with twice as many sides
KM_OF_A_DEGREE: Final = 111.195  # of latitude
UNITS: Final = 1_000_000  # of a degree
OFFSET: Final = 1_000 * UNITS  # makes all numbers positive
MAX_LATITUDE: Final = 89.9  # the projection has no poles
FIRST_DAY, LAST_DAY = date.min.toordinal(), date.max.toordinal()

_VECTORS: Final = tuple(
    (math.cos(math.pi * number / DIRECTIONS), math.sin(math.pi * number / DIRECTIONS)) for number in range(DIRECTIONS)
)
_EAST, _NORTH = 0, DIRECTIONS // 2  # the directions of longitude and latitude
_BOX_FIELDS: Final = tuple(
    tuple(f"{end}_{turn}_{number}" for turn in range(DIRECTIONS) for end in ("low", "high"))
    for number in range(MAX_BOXES)
)
NUMBERS: Final = (
    *(field for fields in _BOX_FIELDS for field in fields),
    *(f"{end}_{number}" for number in range(MAX_SPANS) for end in ("begins", "ends")),
)


class Box(NamedTuple):
    """Degrees; a point is a box without extent."""

    west: float
    south: float
    east: float
    north: float


class Span(NamedTuple):
    """Day numbers, both included."""

    first: int
    last: int


Part = TypeVar("Part", Box, Span)


class Extent(NamedTuple):
    """From where to where something reaches in one direction."""

    low: float
    high: float


def numbers_of(record: Record) -> dict[str, tuple[int, ...]]:
    """The numbers of a record's places and periods by field; nothing where it has none."""
    numbers: dict[str, tuple[int, ...]] = {}
    places = record.metadata.places
    boxes = _joined(_boxes(places), MAX_BOXES, _around_both, _area) if places else ()
    for fields, box in zip(_BOX_FIELDS, boxes, strict=False):
        numbers.update(zip(fields, _numbers_of_box(box), strict=True))
    for number, span in enumerate(_spans(record.metadata)):
        numbers[f"begins_{number}"], numbers[f"ends_{number}"] = (span.first,), (span.last,)
    return numbers


@lru_cache(1024)  # a portal gives the same few boxes to all its datasets
def _numbers_of_box(box: Box) -> tuple[tuple[int], ...]:
    ends = ((extent.low, math.floor) if low else (extent.high, math.ceil) for extent in _extents(box) for low in (1, 0))
    return tuple((_rounded(end, towards),) for end, towards in ends)


def in_box(box: Box) -> Ranges:
    """A place of the record touches the box."""
    extents = _extents(box)
    return _reaching({direction: extents[direction] for direction in (_EAST, _NORTH)})


def in_circle(longitude: float, latitude: float, km: float) -> Ranges:
    """A place of the record touches the circle: a polygon whose sides are as much inside it as its corners outside."""
    x, y = _projected(longitude, latitude)
    scale = math.cos(math.radians(min(abs(latitude), MAX_LATITUDE)))
    radius = km / KM_OF_A_DEGREE / scale * (1 + math.cos(math.pi / 2 / DIRECTIONS)) / 2
    middles = (x * east + y * north for east, north in _VECTORS)
    return _reaching({direction: Extent(middle - radius, middle + radius) for direction, middle in enumerate(middles)})


def _reaching(extents: Mapping[int, Extent]) -> Ranges:
    """Boxes that overlap these extents in each of the directions."""
    return Ranges(
        tuple(
            tuple(
                Range(*range)
                for direction, extent in extents.items()
                for range in (
                    (f"low_{direction}_{number}", None, _rounded(extent.high, math.ceil)),
                    (f"high_{direction}_{number}", _rounded(extent.low, math.floor), None),
                )
            )
            for number in range(MAX_BOXES)
        )
    )


def _extents(box: Box) -> list[Extent]:
    """How far a box reaches in each direction; in all of them it is the same box, seen from another side."""
    (west, south), (east, north) = _projected(box.west, box.south), _projected(box.east, box.north)
    return [
        Extent((west if x > 0 else east) * x + south * y, (east if x > 0 else west) * x + north * y)
        for x, y in _VECTORS
    ]


def _projected(longitude: float, latitude: float) -> tuple[float, float]:
    """Mercator's projection, in degrees: circles stay round in it."""
    bounded = min(max(latitude, -MAX_LATITUDE), MAX_LATITUDE)
    return longitude, math.degrees(math.asinh(math.tan(math.radians(bounded))))


def _rounded(degrees: float, towards: Callable[[float], int]) -> int:
    return towards(degrees * UNITS) + OFFSET


def overlaps(span: Span) -> Ranges:
    """A period of the record has a day in the span."""
    return Ranges(
        tuple(
            (Range(f"begins_{number}", None, span.last), Range(f"ends_{number}", span.first, None))
            for number in range(MAX_SPANS)
        )
    )


# -- the places and periods of a record


def _boxes(places: Iterable[Place]) -> Iterator[Box]:
    for location in places:
        for shape in filter(None, (location.bbox, location.geometry, location.centroid)):
            if sides := bounds(shape):
                yield Box(*sides)
                break


def _spans(metadata: Metadata) -> list[Span]:
    given = [(period.start, period.end) for period in metadata.periods if period.start or period.end]
    if not given and (metadata.starts or metadata.ends):
        is_event = metadata.kind == "event"
        given = [(metadata.starts, metadata.ends or (metadata.starts if is_event else ""))]
    spans = (Span(_day(first_day(start), FIRST_DAY), _day(last_day(end), LAST_DAY)) for start, end in given)
    return _joined((span for span in spans if span.first <= span.last), MAX_SPANS, _both, _days)


def _day(day: date | None, otherwise: int) -> int:
    return day.toordinal() if day else otherwise


def _around_both(first: Box, second: Box) -> Box:
    return Box(*map(min, first[:2], second[:2]), *map(max, first[2:], second[2:]))


def _area(box: Box) -> float:
    return (box.east - box.west + 0.001) * (box.north - box.south + 0.001)  # points grow, too


def _both(span: Span, other: Span) -> Span:
    return Span(min(span.first, other.first), max(span.last, other.last))


def _days(span: Span) -> float:
    return span.last - span.first + 1


def _joined(
    parts: Iterable[Part], limit: int, join: Callable[[Part, Part], Part], size: Callable[[Part], float]
) -> list[Part]:
    """At most `limit` parts: of more, the two that grow least are joined, again and again."""
    left = list(parts)
    if len(left) < 2:
        return left
    left = sorted(set(left))
    while len(left) > MAX_COMPARED:
        left = [join(left[at], left[min(at + 1, len(left) - 1)]) for at in range(0, len(left), 2)]
    while len(left) > limit:
        first, second = min(combinations(left, 2), key=lambda pair: size(join(*pair)) - size(pair[0]) - size(pair[1]))
        left = sorted({part for part in left if part not in (first, second)} | {join(first, second)})
    return left
