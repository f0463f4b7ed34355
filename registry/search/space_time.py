"""Where and when a record is, as numbers of the index, and the conditions by which a query narrows that.

A record has up to MAX_BOXES boxes and MAX_SPANS spans of days, each in fields of its own, so that both engines compare
the same plain numbers (docs/decisions/0163). Entry points: `numbers_of`, `NUMBERS` (the fields), `in_area`, `overlaps`,
`Box`, `around`.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Final, NamedTuple, TypeVar

from registry.model import Metadata, Place, Record
from registry.model.timing import first_day, last_day
from registry.search.filters import Range, Ranges
from vocab.geometry import bounds

MAX_BOXES, MAX_SPANS = 4, 4  # of a record; of more the nearest are joined
MAX_COMPARED: Final = 32  # boxes or spans of which each is compared with each
STEPS_OF_CIRCLE: Final = 24  # boxes of which a circle is made: its edge is exact to 2 % of the radius
KM_OF_A_DEGREE: Final = 111.195  # of latitude
FIRST_DAY, LAST_DAY = date.min.toordinal(), date.max.toordinal()

_SIDES: Final = ("west", "south", "east", "north")
_ENDS: Final = ("begins", "ends")
NUMBERS: Final[Mapping[str, type]] = {
    **{f"{side}_{number}": float for number in range(MAX_BOXES) for side in _SIDES},
    **{f"{end}_{number}": int for number in range(MAX_SPANS) for end in _ENDS},
}


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


def numbers_of(record: Record) -> Iterator[tuple[str, float]]:
    """The numbers of a record's places and periods; nothing where it has none."""
    for number, box in enumerate(_joined(_boxes(record.metadata.places), MAX_BOXES, _around_both, _area)):
        yield from ((f"{side}_{number}", value) for side, value in zip(_SIDES, box, strict=True))
    for number, span in enumerate(_spans(record.metadata)):
        yield from ((f"{end}_{number}", value) for end, value in zip(_ENDS, span, strict=True))


def in_area(boxes: Iterable[Box]) -> Ranges:
    """A place of the record touches one of the boxes."""
    return Ranges(
        tuple(
            (
                Range(f"west_{number}", None, box.east),
                Range(f"east_{number}", box.west, None),
                Range(f"south_{number}", None, box.north),
                Range(f"north_{number}", box.south, None),
            )
            for number in range(MAX_BOXES)
            for box in boxes
        )
    )


def overlaps(span: Span) -> Ranges:
    """A period of the record has a day in the span."""
    return Ranges(
        tuple(
            (Range(f"begins_{number}", None, span.last), Range(f"ends_{number}", span.first, None))
            for number in range(MAX_SPANS)
        )
    )


def around(longitude: float, latitude: float, km: float) -> tuple[Box, ...]:
    """The circle with this radius, made of boxes around its centre."""
    step = math.pi / 2 / STEPS_OF_CIRCLE
    radius = km / KM_OF_A_DEGREE * (1 + step / 4)  # as much too wide at the corners as too narrow between them
    stretched = radius / max(math.cos(math.radians(latitude)), 0.01)
    angles = (step * (number + 0.5) for number in range(STEPS_OF_CIRCLE))
    reaches = ((stretched * math.cos(angle), radius * math.sin(angle)) for angle in angles)
    return tuple(Box(longitude - x, latitude - y, longitude + x, latitude + y) for x, y in reaches)


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
    left = sorted(set(parts))
    while len(left) > MAX_COMPARED:
        left = [join(left[at], left[min(at + 1, len(left) - 1)]) for at in range(0, len(left), 2)]
    while len(left) > limit:
        first, second = min(combinations(left, 2), key=lambda pair: size(join(*pair)) - size(pair[0]) - size(pair[1]))
        left = sorted({part for part in left if part not in (first, second)} | {join(first, second)})
    return left
