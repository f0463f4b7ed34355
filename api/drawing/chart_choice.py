"""Which chart shows what is in a table, and the data for it: a number over time, or by categories.

Entry points: `choice` (from the columns, or as asked for), `question` (for the table), `chart` (from the answer). Pure.
A chart is drawn only where its reading is plain: one column of times or categories, one of numbers or a count.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from api.drawing import charts
from api.drawing.charts import BarDrawing, Datum, LineDrawing, rounded
from api.drawing.values import is_identifying, number_text
from api.text.formatting import day
from api.text.i18n import marked as _
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.preview.model import NUMERIC_TYPES, Aggregate, Column, Group, Groups, Measure, Part, Preview

MAX_CATEGORIES: Final = 50  # different values of a column that is a category
MAX_TABLE_ROWS: Final = 400  # rows of the table beside a chart
MAX_SNAPSHOTS: Final = 400  # days of a stock that are drawn each for itself
Kind = Literal["amount", "stock", "reading"]  # added up; added up of one day only; averaged
_TIMES: Final = ("date", "datetime")
_YEAR_NAMES: Final = ("jahr", "year")
_COORDINATES: Final = frozenset(
    ("lat", "lon", "lng", "latitude", "longitude", "breite", "laenge", "länge", "breitengrad", "laengengrad",
     "längengrad", "x", "y", "rechtswert", "hochwert", "ostwert", "nordwert", "easting", "northing")
)  # fmt: skip
MEASURES: Final[Mapping[Measure, str]] = MappingProxyType(
    {"avg": _("Mittelwert"), "sum": _("Summe"), "max": _("größter Wert"), "min": _("kleinster Wert"),
     "count": _("Zahl der Zeilen")}
)  # fmt: skip
_PARTS: Final[Mapping[Part, str]] = MappingProxyType(
    {"year": _("je Jahr"), "month": _("je Monat"), "day": _("je Tag"), "hour": _("je Stunde des Tages")}
)
_MONTHS: Final = {"de": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez", "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"}  # fmt: skip  # noqa: E501


class Choice(NamedTuple):
    """What is drawn: `y` by `x`. `y`: "" for a count of rows; `part`: of a time, None for the values themselves;
    `only`: column and value of the latest year or day, where a sum over several of them would mislead; `is_stock`: each
    time is a count of its own."""

    x: str
    y: str
    measure: Measure
    part: Part | None
    is_time: bool
    only: tuple[str, str] | None = None
    is_stock: bool = False


class Chart(NamedTuple):
    """A chart with its words. `finding`: what it shows, `measured`: of what; `rows`: label and value of each datum, as
    the table beside it has them; `left_out`: categories that are not drawn."""

    finding: str
    measured: str
    lines: tuple[LineDrawing, ...]
    bars: tuple[BarDrawing, ...]
    head: tuple[str, str]
    rows: tuple[tuple[str, str], ...]
    left_out: int


# -- which one


def numbers_of(columns: Iterable[Column]) -> list[Column]:
    """The columns of quantities: no identifiers, no coordinates, not always the same."""
    return [
        column for column in columns
        if column.type in NUMERIC_TYPES and column.distinct > 1 and not is_identifying(column.name)
        and column.name.lower() not in _COORDINATES
    ]  # fmt: skip


def groupings_of(columns: Iterable[Column]) -> list[Column]:
    """The columns by which values can be grouped: times first, then years, then categories."""
    listed = list(columns)
    times = [column for column in listed if column.type in _TIMES and column.distinct > 1]
    years = [column for column in listed if is_year(column)]
    categories = [
        column for column in listed
        if column.type in ("text", "boolean") and 2 <= column.distinct <= MAX_CATEGORIES
    ]  # fmt: skip
    return [*times, *years, *categories]


def is_year(column: Column) -> bool:
    """Whether a column of whole numbers holds years, by its name and its values."""
    low, high = column.min, column.max
    return (
        column.type == "integer"
        and column.distinct > 2
        and is_year_name(column.name)
        and isinstance(low, int) and isinstance(high, int) and 1500 <= low <= high <= 2200
    )  # fmt: skip


def is_year_name(name: str) -> bool:
    return any(part in name.lower() for part in _YEAR_NAMES)


def choice(
    preview: Preview, x: str = "", y: str = "", measure: str = "", kinds: Mapping[str, Kind] = MappingProxyType({})
) -> Choice | None:
    """The chart that was asked for, else the one that fits; None if there is none. `kinds`: name of a column -> what
    its values are, as far as its dictionary says so."""
    groupings, numbers = groupings_of(preview.columns), numbers_of(preview.columns)
    by = next((column for column in groupings if column.name == x), groupings[0] if groupings else None)
    if by is None:
        return None
    others = [column for column in numbers if column.name != by.name]
    of = next((column for column in others if column.name == y), others[0] if others and y != COUNT else None)
    is_time = by.type in _TIMES or is_year(by)
    if of is None and not is_time and by.distinct == by.filled:
        return None  # every category once: a count says nothing
    kind = kinds.get(of.name, "reading") if of else "reading"
    wanted: Measure | None = next((name for name in MEASURES if name == measure and name != "count"), None)
    if of is None:
        return Choice(by.name, "", "count", _part(by), is_time)
    if is_time:
        is_snapshots = kind == "stock" and by.distinct <= MAX_SNAPSHOTS
        usual: Measure = "sum" if kind == "amount" or is_snapshots else "avg"
        part = "day" if is_snapshots else _part(by)
        return Choice(by.name, of.name, wanted or usual, part, True, None, is_snapshots)
    usual = "avg" if kind == "reading" else "sum"
    only = _latest(preview.columns, by) if not x and (wanted or usual) == "sum" else None
    return Choice(by.name, of.name, wanted or usual, None, False, only)


def _latest(columns: Iterable[Column], by: Column) -> tuple[str, str] | None:
    """The last year or day of a table that has several; None if it has one, or is about no time."""
    for column in columns:
        is_dated = column.type == "date" or (column.type == "integer" and is_year_name(column.name))
        if is_dated and column.name != by.name and column.min != column.max:
            return column.name, str(column.max)
    return None


COUNT: Final = "-"  # as `y`: the number of rows


def _part(column: Column) -> Part | None:
    if column.type not in _TIMES:
        return None
    first, last = (_day_of(value) for value in (column.min, column.max))
    days = (last - first).days if first and last else 0
    if days > 365 * 12:
        return "year"
    if days > 120:
        return "month"
    return "day" if days > 1 or column.type == "date" else "hour"


def _day_of(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def question(chosen: Choice, where: Sequence[tuple[str, str]]) -> Aggregate:
    """What the table is asked for the chart."""
    only = () if chosen.only is None else (chosen.only,)
    return Aggregate(measure=chosen.measure, column=chosen.y, by=chosen.x, part=chosen.part, where=(*where, *only))


# -- the chart


def chart(chosen: Choice, answer: Groups, unit: str, lang: Lang) -> Chart | None:
    """The chart from the groups of its question; None with fewer than two of them, or too many to be read."""
    groups = [group for group in answer.groups if group.key is not None]
    data = _over_time(groups, chosen, lang) if chosen.is_time else _by_category(groups, lang)
    if not answer.complete or sum(datum.value is not None for datum in data) < 2:
        return None
    is_single = all(group.rows == 1 for group in groups)
    lines = charts.line(data, lang, _time_labels(data, chosen, lang)) if chosen.is_time else ()
    bars = () if chosen.is_time else charts.bars(data, lang)
    rows = tuple(
        (datum.label, number_text(rounded(datum.value), lang)) for datum in data if datum.value is not None
    )[:MAX_TABLE_ROWS]  # fmt: skip
    head = chosen.x, _head(chosen, unit, is_single, lang)
    left_out = max(len(data) - charts.MAX_BARS, 0) if bars else 0
    return Chart(
        _finding(data, chosen, lang), _measured(chosen, unit, is_single, lang), lines, bars, head, rows, left_out
    )


def _over_time(groups: Sequence[Group], chosen: Choice, lang: Lang) -> list[Datum]:
    """A datum for each step of time from the first to the last, also for those without a value; only for those that
    have one, where most do not: a count of each January is no daily count with gaps."""
    values = {str(group.key): _number(group) for group in groups}
    places = {step: key for key in values if (step := _at(key, chosen.part)) is not None}
    if not places:
        return []
    first, last = min(places), max(places)
    is_dense = len(places) > (last - first + 1) / 2
    steps: Iterable[int] = range(first, last + 1) if is_dense else sorted(places)
    return [
        Datum(_label(step, chosen.part, lang), values.get(places.get(step, "")), float(step)) for step in steps
    ]  # fmt: skip


def _number(group: Group) -> float | int | None:
    return group.value if isinstance(group.value, int | float) else None


def _at(key: str, part: Part | None) -> int | None:
    """The place of a step of time: a number that grows by one from each to the next."""
    try:
        if part == "month":
            return int(key[:4]) * 12 + int(key[5:7]) - 1
        return date.fromisoformat(key[:10]).toordinal() if part == "day" else int(key)
    except ValueError:
        return None


def _label(step: int, part: Part | None, lang: Lang) -> str:
    if part == "month":
        return day(f"{step // 12:04}-{step % 12 + 1:02}", lang)
    if part == "day":
        return day(date.fromordinal(step), lang)
    if part == "hour":
        return translator(lang)(_("%(hour)s Uhr")) % {"hour": step}
    return str(step)


def _time_labels(data: Sequence[Datum], chosen: Choice, lang: Lang) -> list[tuple[float, str]]:
    """The marks on the axis of time: years, or months within a year."""
    steps = [int(datum.at) for datum in data]
    if chosen.part == "month":
        years = [(float(step), str(step // 12)) for step in steps if step % 12 == 0]
        months = _MONTHS[lang].split()
        return years if len(years) > 1 else [(float(step), f"{months[step % 12]} {step // 12}") for step in steps]
    if chosen.part == "day":
        days = [date.fromordinal(step) for step in steps]
        if days[-1].year - days[0].year > 1:
            firsts_of_years = {value.year: value for value in reversed(days)}
            return [(float(value.toordinal()), str(year)) for year, value in sorted(firsts_of_years.items())]
        firsts = [value for value in days if value.day == 1] if len(days) > 45 else days
        months = _MONTHS[lang].split()
        return [(float(value.toordinal()), f"{value.day}. {months[value.month - 1]}" if lang == "de"
                 else f"{value.day} {months[value.month - 1]}") for value in firsts]  # fmt: skip
    return [(datum.at, datum.label) for datum in data]


def _by_category(groups: Sequence[Group], lang: Lang) -> list[Datum]:
    """The categories, those with the largest value first."""
    say = translator(lang)
    answers = {True: say(_("ja")), False: say(_("nein"))}
    data = [
        Datum(answers[group.key] if isinstance(group.key, bool) else str(group.key), _number(group)) for group in groups
    ]  # fmt: skip
    return sorted(data, key=lambda datum: (datum.value is None, -(datum.value or 0)))


# -- words


def _finding(data: Sequence[Datum], chosen: Choice, lang: Lang) -> str:
    say = translator(lang)
    highest = max((datum for datum in data if datum.value is not None), key=lambda datum: datum.value or 0)
    values = {"label": highest.label, "value": number_text(rounded(highest.value or 0), lang)}
    if chosen.measure == "count":
        return say(_("Am häufigsten: %(label)s, %(value)s-mal.")) % values
    return say(_("Am höchsten: %(label)s mit %(value)s.")) % values


def _head(chosen: Choice, unit: str, is_single: bool, lang: Lang) -> str:
    say = translator(lang)
    if chosen.measure == "count":
        return say(MEASURES["count"])
    name = f"{chosen.y} ({unit})" if unit and unit not in chosen.y else chosen.y
    return name if is_single else f"{name}, {say(MEASURES[chosen.measure])}"


def _measured(chosen: Choice, unit: str, is_single: bool, lang: Lang) -> str:
    say = translator(lang)
    head = _head(chosen, unit, is_single, lang)
    if chosen.is_stock and chosen.measure == "sum":
        return say(_("%(measure)s am jeweiligen Tag")) % {"measure": head}
    if chosen.part and not is_single:
        return f"{head} {say(_PARTS[chosen.part])}"
    by = say(_("%(measure)s nach %(column)s")) % {"measure": head, "column": chosen.x}
    return f"{by}, {chosen.only[0]} {day(chosen.only[1], lang)}" if chosen.only else by
