"""The timeline of projects: one line is one project, with its milestones and what is to come; a table says the same.

Entry points: `timeline_page`, `lines` (the drawing), `Axis`. Invariant: nothing is drawn of which there is no date: a
project without dates is named below the drawing. Milestones are marks; phases with dates are lines across the bar.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from fastapi import Request
from markupsafe import Markup, escape
from starlette.responses import Response

from api.data.tables import next_milestone
from api.pages.list_views import ListView, joined, with_parameter
from api.pages.project_details import next_step, steps
from api.pages.project_lists import filtered
from api.pages.site import Pages, View
from api.text import sentences
from api.text.formatting import day, pick_language, short_markup
from api.text.i18n import translator
from api.text.labels import districts
from api.web import addresses
from api.web.addresses import Lang
from registry.model import Metadata, Record
from registry.model.text import shortened
from registry.model.timing import first_day, last_day, today
from registry.search.facet_values import WHOLE_CITY, districts_of
from registry.search.facet_values import phases as phase_values
from registry.search.facet_values import themes as theme_values
from vocab.concepts import ConceptList, concept_list

YEARS_BEFORE, YEARS_AFTER = 4, 6  # of today, that the axis shows at most
MIN_YEARS: Final = 3
MAX_YEARS_WITH_QUARTERS: Final = 5
ANCHOR_PERCENT: Final = 55  # right of it, words of a mark end at the mark
MAX_MARK_CHARACTERS: Final = 40  # of the words beside a mark; the table has all
GROUP: Final = "group"  # the parameter
STOPPED: Final = ("abgebrochen", "pausiert")
PLANNED: Final = ("idee", "vorbereitung")  # phases in which what is to come is not settled: dashed


class Mark(NamedTuple):
    """A milestone, at `x` percent of the axis. `label`, `when`: words beside it, empty for all but the next one."""

    x: float
    reached: bool
    label: str = ""
    when: str = ""
    anchor: str = "start"


class Line(NamedTuple):
    """A project. `past`, `ahead`: parts of its bar, as percent from and to; `look`: planned | stopped | ""; `opens`,
    `goes_on`: the bar begins before the axis or without a known date, ends behind it or without one; `phases`: where a
    phase with a date begins, in percent."""

    title: Markup | str
    address: str
    lead: Markup | str
    past: tuple[float, float] | None
    ahead: tuple[float, float] | None
    look: str
    opens: bool
    goes_on: bool
    marks: tuple[Mark, ...]
    cells: Mapping[str, Any]
    offers: tuple[str, ...]
    phases: tuple[float, ...] = ()


class _Parts(NamedTuple):
    """A bar: see Line."""

    past: tuple[float, float] | None
    ahead: tuple[float, float] | None
    opens: bool
    goes_on: bool


class Group(NamedTuple):
    label: str
    lines: tuple[Line, ...]


class Axis(NamedTuple):
    """From the first day of a year to the last one of another. `today`: percent, None outside."""

    first: date
    last: date

    def at(self, value: date) -> float:
        """The place of a day, in percent from the left; days outside lie at the ends."""
        share = (value - self.first).days / ((self.last - self.first).days + 1)
        return round(min(max(share, 0.0), 1.0) * 100, 2)

    @property
    def years(self) -> tuple[tuple[int, float], ...]:
        return tuple((year, self.at(date(year, 1, 1))) for year in range(self.first.year, self.last.year + 1))

    @property
    def quarters(self) -> tuple[float, ...]:
        if self.last.year - self.first.year >= MAX_YEARS_WITH_QUARTERS:
            return ()
        years = range(self.first.year, self.last.year + 1)
        return tuple(self.at(date(year, month, 1)) for year in years for month in (4, 7, 10))


def timeline_page(pages: Pages) -> View:
    def timeline(request: Request) -> Response:
        listed = filtered(pages, request, "timeline")
        lang, now = listed.lang, today()
        by = request.query_params.get(GROUP, "")
        by = by if by in _KEYS else "phase"
        axis = axis_of(listed.records, now)
        concepts = districts(pages.city)
        dated = [record for record in listed.records if _is_dated(record.metadata)]
        undated = [record for record in listed.records if not _is_dated(record.metadata)]
        kept = "" if by == "phase" else by
        variables = dict(listed.variables)
        variables |= {name: with_parameter(variables[name], GROUP, kept) for name in ("chips", "views")}
        variables["clear"] = joined(str(variables["clear"]), GROUP, kept) if kept else variables["clear"]
        return pages.page(
            request,
            "timeline.html",
            lang,
            **variables,
            axis=axis,
            now=axis.at(now) if axis.first <= now <= axis.last else None,
            lines=tuple(lines(dated, (axis, now), by, lang, concepts)),
            undated=[_named(record, lang) for record in undated],
            grouped_by=kept,
            groupings=_groupings(listed.variables["views"][-1].address, by, lang),
        )

    return timeline


def _groupings(address: str, by: str, lang: Lang) -> tuple[ListView, ...]:
    _ = translator(lang)
    labels = {"phase": _("Phase"), "year": _("Beginn"), "theme": _("Thema"), "district": _("Stadtteil")}
    return tuple(
        ListView(label, address if name == "phase" else joined(address, GROUP, name), name == by)
        for name, label in labels.items()
    )


def _named(record: Record, lang: Lang) -> tuple[Markup | str, str, str]:
    title = short_markup(record.metadata.title, lang) or escape(record.id)
    phase = sentences.concept("phases", record.metadata.phase, lang)
    return title, addresses.page("project", record.id, lang), phase


# -- the drawing


def span(metadata: Metadata) -> tuple[date | None, date | None]:
    """The first and the last day of a project, as far as they are known."""
    starts = metadata.starts or (metadata.period.start if metadata.period else "")
    ends = metadata.ends or (metadata.period.end if metadata.period else "")
    return first_day(starts) or next(iter(_begins(metadata)), None), last_day(ends)


def _begins(metadata: Metadata) -> list[date]:
    """The days on which phases with dates began or are planned to begin, in their order."""
    return sorted(moment for step in metadata.phase_steps if (moment := first_day(step.reached or step.planned)))


def _is_dated(metadata: Metadata) -> bool:
    moments = (milestone.reached or milestone.planned for milestone in metadata.milestones)
    return any(span(metadata)) or any(map(first_day, moments))


def _parts(first: date | None, last: date | None, axis: Axis, now: date, stopped: bool) -> _Parts:
    """The two parts of a bar, from and to in percent; none where no date is known."""
    if first is None and last is None:
        return _Parts(None, None, False, False)
    start, end = first or axis.first, last or (max(now, first or now) if stopped else axis.last)
    until_now = min(max(now, start), end)
    past, ahead = (axis.at(start), axis.at(until_now)), (axis.at(until_now), axis.at(end))
    return _Parts(
        past if past[1] > past[0] else None,
        ahead if ahead[1] > ahead[0] else None,
        first is None or first < axis.first,
        not stopped if last is None else last > axis.last,
    )


def axis_of(records: Iterable[Record], now: date) -> Axis:
    """The years that the projects need, at most YEARS_BEFORE and YEARS_AFTER of today, at least MIN_YEARS."""
    years = [day.year for record in records for day in span(record.metadata) if day]
    first = max(min([*years, now.year]), now.year - YEARS_BEFORE)
    last = min(max([*years, now.year]), now.year + YEARS_AFTER)
    last = max(last, first + MIN_YEARS - 1)
    return Axis(date(first, 1, 1), date(last, 12, 31))


def lines(
    records: Iterable[Record], scale: tuple[Axis, date], by: str, lang: Lang, concepts: ConceptList | None
) -> Iterator[Group]:
    """The lines of the projects in groups; `scale`: the axis and today; `concepts`: the districts of the city."""
    groups: dict[tuple[int, str], list[Record]] = {}
    for record in records:
        groups.setdefault(_KEYS[by](record, lang, concepts), []).append(record)
    for (_place, label), members in sorted(groups.items()):
        ordered = sorted(members, key=lambda record: (span(record.metadata)[0] or date.min, record.id))
        yield Group(label, tuple(line(record, scale, lang, concepts) for record in ordered))


def line(record: Record, scale: tuple[Axis, date], lang: Lang, concepts: ConceptList | None) -> Line:
    axis, now = scale
    metadata = record.metadata
    phase = next(iter(phase_values(record, None)), "")
    parts = _parts(*span(metadata), axis, now, phase in STOPPED)
    title, address, label = _named(record, lang)
    lead = sentences.lead(metadata)
    return Line(
        title,
        address,
        short_markup(lead.name, lang) if lead else "",
        parts.past,
        parts.ahead,
        "stopped" if phase in STOPPED else "planned" if phase in PLANNED else "",
        parts.opens,
        parts.goes_on,
        tuple(_marks(metadata, axis, lang)),
        _cells(record, label, lang, concepts),
        _offers(metadata, now, lang),
        tuple(_phases(metadata, axis)),
    )


def _phases(metadata: Metadata, axis: Axis) -> Iterator[float]:
    """The places at which phases begin, but for the one at the start of the bar."""
    first = span(metadata)[0]
    yield from (axis.at(moment) for moment in _begins(metadata) if axis.first < moment <= axis.last and moment != first)


def _marks(metadata: Metadata, axis: Axis, lang: Lang) -> Iterator[Mark]:
    upcoming = next_milestone(metadata)
    for milestone in metadata.milestones:
        when = milestone.reached or milestone.planned
        moment = first_day(when)
        if moment is None or not axis.first <= moment <= axis.last:
            continue
        x = axis.at(moment)
        if milestone is upcoming:
            anchor = "end" if x > ANCHOR_PERCENT else "start"
            label = shortened(pick_language(milestone.title, lang).words, MAX_MARK_CHARACTERS)
            yield Mark(x, False, label, day(when, lang), anchor)
        else:
            yield Mark(x, bool(milestone.reached))


def _cells(record: Record, phase: str, lang: Lang, concepts: ConceptList | None) -> Mapping[str, Any]:
    metadata = record.metadata
    starts = metadata.starts or (metadata.period.start if metadata.period else "")
    ends = metadata.ends or (metadata.period.end if metadata.period else "")
    return {
        "phase": phase,
        "phases": [
            (label, day(step.reached or step.planned, lang), bool(step.reached))
            for label, step in steps(metadata, lang)["phase_steps"]
        ],
        "period": sentences.span(starts, ends, lang),
        "place": _places(record, lang, concepts),
        "milestone": next_step(metadata, lang),
    }


def _places(record: Record, lang: Lang, concepts: ConceptList | None) -> Markup | str:
    """The districts, else the names of the places, else that it is for the whole city."""
    named = dict.fromkeys(map(escape, _districts(record, lang, concepts)))
    places = dict.fromkeys(short_markup(place.name, lang) for place in record.metadata.places if place.name)
    return Markup(", ").join(named or places) or translator(lang)("ganze Stadt")


def _districts(record: Record, lang: Lang, concepts: ConceptList | None) -> list[str]:
    values = districts_of(record, concepts)
    listed = [concepts.get(value) for value in values if value != WHOLE_CITY] if concepts else []
    return [concept.label(lang) for concept in listed if concept and concept.extra.get("kind") != "city"]


def _offers(metadata: Metadata, now: date, lang: Lang) -> tuple[str, ...]:
    """Names of drawings of macros.html: `people` for chances to take part, `partner` for calls."""
    chances, calls = sentences.open_calls(metadata, now)
    return (*(("people",) if chances else ()), *(("partner",) if calls else ()))


# -- groups: place among the groups, and label


def _by_phase(record: Record, lang: Lang, concepts: ConceptList | None) -> tuple[int, str]:
    places = {concept.notation: place for place, concept in enumerate(concept_list("phases"))}
    notation = next(iter(phase_values(record, concepts)), "")
    label = sentences.concept("phases", record.metadata.phase, lang)
    return places.get(notation, len(places)), label or translator(lang)("Ohne Phase")


def _by_year(record: Record, lang: Lang, concepts: ConceptList | None) -> tuple[int, str]:
    _ = translator(lang)
    first = span(record.metadata)[0]
    return (first.year, str(first.year)) if first else (9999, _("Beginn nicht genannt"))


def _by_theme(record: Record, lang: Lang, concepts: ConceptList | None) -> tuple[int, str]:
    """The first topic: a project is one line."""
    notation = next(iter(theme_values(record, concepts)), "")
    theme = concept_list("themes").by_notation.get(notation)
    return (0, theme.label(lang)) if theme else (1, translator(lang)("Ohne Thema"))


def _by_district(record: Record, lang: Lang, concepts: ConceptList | None) -> tuple[int, str]:
    _ = translator(lang)
    named = _districts(record, lang, concepts)
    if len(named) == 1:
        return 0, named[0]
    return (1, _("Mehrere Stadtteile")) if named else (2, _("Ganze Stadt"))


_KEYS: Final[Mapping[str, Callable[[Record, Lang, ConceptList | None], tuple[int, str]]]] = MappingProxyType(
    {"phase": _by_phase, "year": _by_year, "theme": _by_theme, "district": _by_district}
)
