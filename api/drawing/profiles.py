"""The profile of a column as the head of a table shows it: a small histogram, and in words what is in it.

Entry point: `profile`. Pure. The numbers are those of the prepared table, over all of its rows.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from api.drawing.values import is_identifying, number_text, shown
from api.text.i18n import marked as _
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.preview.model import NUMERIC_TYPES, Column

WIDTH: Final = 168.0
HEIGHT: Final = 44.0
MIN_BAR: Final = 1.0  # height of a bar that stands for at least one value
MAX_BARS: Final = 24  # values of a text column that are drawn
_TYPES: Final = {
    "text": _("Text"), "integer": _("ganze Zahl"), "number": _("Zahl"), "boolean": _("ja oder nein"), "date": _("Tag"),
    "datetime": _("Zeitpunkt"), "time": _("Uhrzeit"), "geometry": _("Form auf der Karte"),
}  # fmt: skip


class HeadBar(NamedTuple):
    """A bar of the histogram. `is_chosen`: the active filter is about the values that it stands for."""

    x: float
    y: float
    width: float
    height: float
    is_chosen: bool


class Profile(NamedTuple):
    """`range`: what the values are or between what they lie; `empty`: how many cells have none, in words."""

    type: str
    is_number: bool
    bars: tuple[HeadBar, ...]
    range: str
    empty: str
    has_gaps: bool


def type_in_words(column: Column, lang: Lang) -> str:
    """What kind of values the column has."""
    return translator(lang)(_TYPES[column.type])


def profile(column: Column, total: int, lang: Lang, chosen: Sequence[str] = ()) -> Profile:
    """The profile of a column. `total`: rows of the table; `chosen`: values of the active filters of this column."""
    say = translator(lang)
    gaps = total - column.filled
    if not total:
        empty = ""
    elif not gaps:
        empty = say(_("nie leer"))
    elif not column.filled:
        empty = say(_("immer leer"))
    else:
        empty = say(_("%(share)s leer")) % {"share": percent(gaps, total, lang)}
    return Profile(
        type_in_words(column, lang),
        column.type in NUMERIC_TYPES,
        _bars(column, chosen),
        _range(column, lang),
        empty,
        gaps > 0,
    )


def percent(part: int, whole: int, lang: Lang) -> str:
    """A share in words: 6 %, 1,4 %, "unter 0,1 %"; never 0 or 100 where it is only nearly so."""
    share = 100 * part / whole
    space = "\N{NO-BREAK SPACE}"
    if 0 < share < 0.1:
        return translator(lang)(_("unter %(share)s")) % {"share": f"{number_text(0.1, lang)}{space}%"}
    digits = 0 if 10 <= share <= 90 else 1
    value = min(round(share, digits), 99.9) if part < whole else 100
    return f"{number_text(value if digits and value != 100 else round(value), lang)}{space}%"


def _range(column: Column, lang: Lang) -> str:
    say = translator(lang)
    if not column.filled or column.type == "geometry":
        return type_in_words(column, lang)
    if column.type == "boolean":
        counts = dict(column.common)
        total = sum(counts.values()) or 1
        return ", ".join(f"{say(word)} {percent(_count(counts, key), total, lang)}" for key, word in _ANSWERS)
    if column.distinct == 1 and column.common:
        return say(_("immer %(value)s")) % {"value": shown(column.common[0][0], column.type, lang)}
    if column.type == "text" or column.min is None:
        return say(_("%(type)s, %(count)s verschiedene")) % {
            "type": type_in_words(column, lang), "count": number_text(column.distinct, lang),
        }  # fmt: skip
    first, last = (_end(value, column, lang) for value in (column.min, column.max))
    if first == last:
        return say(_("immer %(value)s")) % {"value": first}
    return say(_("%(start)s bis %(end)s")) % {"start": first, "end": last}


_ANSWERS: Final = (("true", _("ja")), ("false", _("nein")))


def _count(counts: dict[str, int], key: str) -> int:
    return next((count for value, count in counts.items() if str(value).lower() == key), 0)


def _end(value: Any, column: Column, lang: Lang) -> str:
    if isinstance(value, str):
        return value[:10] if column.type in ("date", "datetime") else value
    unit = f"\N{NO-BREAK SPACE}{column.unit}" if column.unit and value is column.max else ""
    return shown(value, column.type, lang, grouped=not is_identifying(column.name)) + unit


# -- the histogram


def _bars(column: Column, chosen: Sequence[str]) -> tuple[HeadBar, ...]:
    """Counts of the parts between the smallest and the largest value, else of the most frequent values."""
    counts: Sequence[int] = column.histogram or tuple(count for _value, count in column.common[:MAX_BARS])
    highest = max(counts, default=0)
    if not highest:
        return ()
    marked = _chosen(column, chosen, len(counts))
    step = WIDTH / len(counts)
    return tuple(
        _bar(index, count / highest, step, index in marked)
        for index, count in enumerate(counts)
        if count or index in marked
    )


def _bar(index: int, share: float, step: float, is_chosen: bool) -> HeadBar:
    height = max(round(share * HEIGHT, 1), MIN_BAR)
    return HeadBar(round(index * step, 1), round(HEIGHT - height, 1), round(max(step - 1.5, 1), 1), height, is_chosen)


def _chosen(column: Column, chosen: Sequence[str], bars: int) -> set[int]:
    """The bars for the values of filters: by name, or by their place between the smallest and the largest."""
    if not column.histogram:
        names = [str(value).lower() for value, _count in column.common[:bars]]
        return {names.index(value.lower()) for value in chosen if value.lower() in names}
    places: list[int] = []
    for value in chosen:
        start, _dots, end = value.partition("..")
        ends = [_place(column, part, bars) for part in (start, end or start)]
        if ends[0] is not None and ends[1] is not None:
            places += range(ends[0], ends[1] + 1)
    return set(places)


def _place(column: Column, text: str, bars: int) -> int | None:
    """The bar in which a number or a day lies; None if it cannot be told."""
    low, value, high = (_measure(part) for part in (column.min, text, column.max))
    if low is None or value is None or high is None or not low <= value <= high or low == high:
        return None
    return min(int((value - low) / (high - low) * bars), bars - 1)


def _measure(value: Any) -> float | None:
    """A number, or a day or moment as a number that grows with it."""
    if isinstance(value, int | float):
        return float(value)
    text = str(value or "").strip()
    if len(text) >= 10 and text[4] == text[7] == "-":
        try:
            return datetime.fromisoformat(text.replace(" ", "T")).replace(tzinfo=None).timestamp()
        except ValueError:
            return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
