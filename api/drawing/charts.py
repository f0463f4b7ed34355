"""Charts from pairs of a label and a number: a line over time, or bars of categories, as numbers for an SVG.

Entry points: `line`, `bars`. Pure: the macros of `drawings.html` write the SVG, and beside it the table with the same
numbers. Invariants: the axis of values begins at zero or says where; a missing value is a gap, never zero.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from api.drawing.values import number_text
from api.web.addresses import Lang

WIDTHS: Final = (720, 358)  # of the drawing on a desk and on a phone, so that its text stays 13 px
MAX_BARS: Final = 15  # of categories that are drawn
MAX_LINE_POINTS: Final = 2_000
MAX_LABEL_CHARACTERS: Final = 24  # of a category beside its bar
HEIGHT: Final = 232  # of a line chart
TOP, BOTTOM = 28, 28  # above the highest line, and for the labels of the axis
MIN_LEFT: Final = 40.0  # for the labels of values
DIGIT: Final = 7.5  # width of a digit of 13 px
RIGHT: Final = 8
BAR_ROW: Final = 32  # height of a bar with what is around it
GRID_LINES: Final = 3  # above zero
_STEPS: Final = (1, 2, 2.5, 5, 10)


class Datum(NamedTuple):
    """A number with its label. `value`: None where there is none; `at`: its place on the axis, such as days."""

    label: str
    value: float | int | None
    at: float = 0.0


class Tick(NamedTuple):
    """A label of an axis."""

    x: float
    y: float
    label: str


class Mark(NamedTuple):
    """The one point of a line that is labelled. `anchor`: start | middle | end."""

    x: float
    y: float
    label: str
    anchor: str


class LineDrawing(NamedTuple):
    """A line in one width. `path`: with a gap where a value is missing; `spots`: single values between gaps."""

    width: int
    height: int
    path: str
    spots: tuple[tuple[float, float], ...]
    values: tuple[Tick, ...]
    times: tuple[Tick, ...]
    zero: float | None
    mark: Mark | None


class Bar(NamedTuple):
    """A bar: where it begins, how long it is; the label stands left of it, its value behind its end."""

    y: float
    x: float
    length: float
    label: str
    value: str
    text_x: float


class BarDrawing(NamedTuple):
    """Bars in one width. `left`: where labels end and bars begin."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    left: float
    zero: float


def line(data: Sequence[Datum], lang: Lang, labels: Sequence[tuple[float, str]]) -> tuple[LineDrawing, ...]:
    """The same line for each of WIDTHS. `labels`: place and text of the marks on the axis of time.

    Empty without two values, or with more than MAX_LINE_POINTS.
    """
    values = [datum.value for datum in data if datum.value is not None]
    if len(values) < 2 or len(data) > MAX_LINE_POINTS:
        return ()
    return tuple(_line(data, lang, labels, width) for width in WIDTHS)


def _line(data: Sequence[Datum], lang: Lang, labels: Sequence[tuple[float, str]], width: int) -> LineDrawing:
    steps = nice_steps([datum.value for datum in data if datum.value is not None])
    first, span = data[0].at, (data[-1].at - data[0].at) or 1.0
    texts = [number_text(rounded(step), lang) for step in steps]
    left = max(MIN_LEFT, max(map(len, texts)) * DIGIT + 14)

    def at(step: float) -> float:
        return round(left + (step - first) / span * (width - left - RIGHT), 1)

    def height(value: float) -> float:
        share = (value - steps[0]) / (steps[-1] - steps[0])
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    path, spots = _path([(at(datum.at), height(datum.value) if datum.value is not None else None) for datum in data])
    fitting = _apart([(at(step), label) for step, label in labels if first <= step <= first + span], width)
    highest = max((datum for datum in data if datum.value is not None), key=lambda datum: datum.value or 0.0)
    assert highest.value is not None
    x = at(highest.at)
    anchor = "start" if x < left + 60 else "end" if x > width - 60 else "middle"
    mark = Mark(x, height(highest.value), f"{highest.label}: {number_text(rounded(highest.value), lang)}", anchor)
    return LineDrawing(
        width,
        HEIGHT,
        path,
        spots,
        tuple(Tick(round(left - 10, 1), height(step), text) for step, text in zip(steps, texts, strict=True)),
        tuple(Tick(x, HEIGHT - 6, label) for x, label in fitting),
        height(0) if steps[0] <= 0 <= steps[-1] else None,
        mark,
    )


def _path(points: Sequence[tuple[float, float | None]]) -> tuple[str, tuple[tuple[float, float], ...]]:
    """The path through the points, interrupted where one is missing; and the points that have no neighbour."""
    parts: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is None:
            parts.append([])
        else:
            parts[-1].append((x, y))
    path = "".join(f"M{'L'.join(f'{x} {y}' for x, y in part)}" for part in parts if len(part) > 1)
    return path, tuple(part[0] for part in parts if len(part) == 1)


def _apart(ticks: Sequence[tuple[float, str]], width: int) -> list[tuple[float, str]]:
    """The ticks that have room: each at least as far from the one before as its label is long, and inside."""
    kept: list[tuple[float, str]] = []
    for x, label in ticks:
        room = 8 * len(label) + 12
        if x + room - 12 <= width and (not kept or x - kept[-1][0] >= 8 * len(kept[-1][1]) + 12):
            kept.append((x, label))
    return kept


def bars(data: Sequence[Datum], lang: Lang) -> tuple[BarDrawing, ...]:
    """The same bars for each of WIDTHS, at most MAX_BARS; empty without a value."""
    filled = [datum for datum in data if datum.value is not None][:MAX_BARS]
    return tuple(_bars(filled, lang, width) for width in WIDTHS) if filled else ()


def _bars(data: Sequence[Datum], lang: Lang, width: int) -> BarDrawing:
    labels = [_cut(datum.label, MAX_LABEL_CHARACTERS if width > 500 else 14) for datum in data]
    left = min(max(map(len, labels)) * 7.2 + 12, width * 0.4)
    values = [float(datum.value or 0) for datum in data]
    low, high = min(0.0, *values), max(0.0, *values)
    texts = [number_text(rounded(value), lang) for value in values]
    room = width - left - max(map(len, texts)) * 8 - 12
    scale = room / ((high - low) or 1.0)
    zero = round(left - low * scale, 1)
    drawn = []
    for index, (label, value, text) in enumerate(zip(labels, values, texts, strict=True)):
        length = round(abs(value) * scale, 1)
        begin = zero if value >= 0 else round(zero - length, 1)
        drawn.append(Bar(index * BAR_ROW + 6, begin, length, label, text, round(max(begin + length, zero) + 6, 1)))
    return BarDrawing(width, len(drawn) * BAR_ROW + 8, tuple(drawn), round(left, 1), zero)


def _cut(label: str, most: int) -> str:
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"


def nice_steps(values: Sequence[float | int]) -> tuple[float, ...]:
    """Round numbers from zero (or below the least, where all values are far from zero) to above the largest."""
    low, high = min(values), max(values)
    if low > 0 and low < high * 0.6:
        low = 0.0
    if low < 0 < high or low == high:
        low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or 1.0
    raw = span / GRID_LINES
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in _STEPS if factor * power >= raw * 0.999999)
    begin = math.floor(low / step) * step
    count = math.ceil((high - begin) / step - 1e-9)
    return tuple(round(begin + index * step, 12) for index in range(max(count, 1) + 1))


def rounded(value: float | int) -> float | int:
    """A number with three digits behind the first ones at most: nobody reads more from a drawing."""
    if isinstance(value, int):
        return value
    if not value or not math.isfinite(value):
        return 0
    digits = 3 - math.floor(math.log10(abs(value)))
    result = round(value, max(digits, 0))
    return int(result) if result.is_integer() else result
