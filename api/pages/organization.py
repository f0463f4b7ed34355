"""What the page of an organization shows: its data and how punctual they are, its projects, dates, units and points.

Entry point: `organization_view`, the variables that `organization.html` has beside those of every record.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from api.data.lists import list_address
from api.pages.cards import Card, cards
from api.pages.deliveries import Strip, strip
from api.pages.described import described
from api.pages.facts import Fact, Item
from api.pages.next_dates import NextDate, next_dates
from api.pages.site import Pages
from api.text import sentences
from api.text.formatting import day, number, pick_language, short_markup
from api.text.i18n import translations, translator
from api.web import addresses, query
from api.web.addresses import Lang
from api.web.negotiate import CSV
from registry.catalog.lookup import backlinks
from registry.model import DCAT_KINDS, Backlink, Metadata, Record
from registry.quality.mqa import DIMENSIONS
from registry.quality.scores import Score
from registry.search.query import Query, ResultPage
from vocab.concepts import concept_list

MAX_DATA: Final = 6  # that are listed
MAX_DESCRIBED: Final = 100  # whose descriptions are looked at
MAX_VERSIONS: Final = 60  # of each, for its strip
MAX_PROJECTS: Final = 60  # of which some are listed
MAX_PROJECTS_LISTED: Final = 6  # in each role
MAX_UNITS: Final = 50  # organizations below one whose projects are looked for
MAX_THEMES: Final = 3
MAX_MONTHS: Final = 12
POINTS: Final = sum(DIMENSIONS.values())


class Data(NamedTuple):
    """A dataset: its rhythm and last update in one line, and when it was delivered."""

    title: Markup
    address: str
    text: str
    late: bool
    strip: Strip


class Projects(NamedTuple):
    """The projects in which an organization has a role, with that role and the phase in one line."""

    label: str
    entries: tuple[tuple[Card, Markup | str], ...]
    address: str = ""  # of all of them


class Described(NamedTuple):
    """The average points of the descriptions, and what is missing most often, in `number` of them."""

    points: str
    most: int
    missing: str
    number: int


Bars = tuple[tuple[str, int, int], ...]  # of each month: label, points of MQA, height of the bar in per cent


def organization_view(pages: Pages, record: Record, lang: Lang, today: date) -> dict[str, Any]:
    """The variables of the template."""
    where = {"publisher": (record.id,), "kind": DCAT_KINDS}
    facets = ("freshness", "theme")
    asked = Query(where=where, size=MAX_DESCRIBED, sort="newest", lang=lang, facets=facets)
    page = pages.catalog.index.search(asked)
    listed = list(pages.records(hit.id for hit in page.hits).values())
    back = backlinks(pages.catalog, record)
    roles = _projects(pages, record, back, lang, today)
    all_data, path = Query(where=where, lang=lang), addresses.path("search", lang)
    themes = _themes(page, lang)
    return {
        "data": tuple(_data(pages, dataset, lang, today) for dataset in listed[:MAX_DATA]),
        "data_total": page.total,
        "data_address": query.url(all_data, path),
        "data_files": (("CSV", list_address(all_data, path, CSV)), ("JSON", query.url(all_data, "/api/v1/search"))),
        "punctual": _punctual(page, lang),
        "role_groups": roles.groups,
        "projects_address": _projects_address(record, lang),
        "projects_total": roles.leading + roles.taking_part,
        "own_lead": _lead(page.total, roles, lang),
        "dates": _dates(pages, back, lang, today),
        "data_described": _described(listed, lang),
        "points": _points(pages, record, lang),
        "facts_below": tuple(fact for fact in (themes, _since(record, lang)) if fact.items),
    }


def _lead(data: int, roles: "_Roles", lang: Lang) -> str:
    """What the organization does here, in sentences made of the numbers."""
    _, count = translator(lang), translations(lang).ngettext
    parts = []
    if data:
        text = count("Veröffentlicht %(num)s Datensatz.", "Veröffentlicht %(num)s Datensätze.", data)
        parts.append(text % {"num": data})
    if roles.leading:
        text = count("Leitet %(num)s Projekt", "Leitet %(num)s Projekte", roles.leading)
        parts.append(text % {"num": roles.leading} + ".")
    if roles.taking_part:
        text = count("Beteiligt an %(num)s Projekt", "Beteiligt an %(num)s Projekten", roles.taking_part)
        parts.append(text % {"num": roles.taking_part} + ".")
    return " ".join(parts) or _("Noch ohne Daten und Projekte in diesem Verzeichnis.")


# -- data


def _data(pages: Pages, dataset: Record, lang: Lang, today: date) -> Data:
    _, metadata = translator(lang), dataset.metadata
    fresh = sentences.freshness(metadata, today, lang)
    rhythm = sentences.concept("frequencies", metadata.frequency, lang)
    late = bool(fresh and fresh.state == "overdue")
    updated = fresh.short[:1].lower() + fresh.short[1:] if fresh and lang == "de" else fresh.short if fresh else ""
    versions = islice(pages.catalog.store.history(dataset.id), MAX_VERSIONS)
    return Data(
        short_markup(metadata.title, lang),
        addresses.page(dataset.kind, dataset.id, lang),
        " · ".join(filter(None, (rhythm, updated))),
        late,
        strip(metadata, (version.record.metadata for version in versions), today),
    )


def _punctual(page: ResultPage, lang: Lang) -> str:
    """How many data are as new as promised, of those with a promise; "" if none has one."""
    _ = translator(lang)
    counts = {count.value: count.count for count in page.facets.get("freshness", ())}
    current, late = counts.get("current", 0), counts.get("overdue", 0)
    if not current + late:
        return ""
    return _("%(current)s von %(all)s sind so aktuell wie zugesagt.") % {"current": current, "all": current + late}


def _themes(page: ResultPage, lang: Lang) -> Fact:
    _, concepts = translator(lang), concept_list("themes").by_notation
    named = [concepts[count.value] for count in page.facets.get("theme", ()) if count.value in concepts]
    items = (
        Item(concept.label(lang), addresses.page("topic", concept.notation, lang)) for concept in named[:MAX_THEMES]
    )
    return Fact(_("Themen"), tuple(items), inline=True)


def _since(record: Record, lang: Lang) -> Fact:
    _ = translator(lang)
    since = _("seit %(day)s") % {"day": day(record.created.isoformat()[:7], lang)} if record.created else ""
    return Fact(_("Im Verzeichnis"), (Item(since),) if since else ())


# -- projects


class _Roles(NamedTuple):
    groups: tuple[Projects, ...]
    leading: int
    taking_part: int


def _projects(pages: Pages, record: Record, back: Sequence[Backlink], lang: Lang, today: date) -> _Roles:
    """The projects that it leads, and those in which it takes part, by title."""
    count = translations(lang).ngettext
    ids = {backlink.id for backlink in back if backlink.relation == "participants"}
    units = sorted(backlink.id for backlink in back if backlink.relation == "unit_of")[:MAX_UNITS]
    stored = pages.records(sorted(ids)[:MAX_PROJECTS]).values()
    projects = sorted(
        (project for project in stored if project.kind == "project" and project.shown),
        key=lambda project: pick_language(project.metadata.title, lang).words.casefold(),
    )
    lead = concept_list("roles").by_notation["federfuehrung"].iri
    leads = [project for project in projects if lead in roles(project.metadata, record.id)]
    takes_part = [project for project in projects if project not in leads]
    labels = (
        count("leitet %(num)s Projekt", "leitet %(num)s Projekte", len(leads)) % {"num": len(leads)},
        count("beteiligt an %(num)s Projekt", "beteiligt an %(num)s Projekten", len(takes_part))
        % {"num": len(takes_part)},
    )
    groups = [
        Projects(label, _entries(group[:MAX_PROJECTS_LISTED], record.id, lead, lang, today))
        for label, group in zip(labels, (leads, takes_part), strict=True)
        if group
    ]
    return _Roles((*groups, *_of_units(pages, units, lang, today)), len(leads), len(takes_part))


def _of_units(pages: Pages, units: Sequence[str], lang: Lang, today: date) -> Iterator[Projects]:
    """The newest projects of the organizations below it."""
    if not units:
        return
    count = translations(lang).ngettext
    where = {"participant": tuple(units), "kind": ("project",)}
    page = pages.catalog.index.search(Query(where=where, size=MAX_PROJECTS_LISTED, sort="newest", facets=()))
    if page.total:
        label = count("%(num)s Projekt ihrer Stellen", "%(num)s Projekte ihrer Stellen", page.total)
        projects = list(pages.records(hit.id for hit in page.hits).values())
        lines = (
            (short_markup(lead.name, lang) if (lead := sentences.lead(project.metadata)) else "")
            for project in projects
        )
        address = query.url(Query(where={"participant": tuple(units)}, lang=lang), addresses.path("project", lang))
        yield Projects(
            label % {"num": page.total}, tuple(zip(cards(projects, lang, today), lines, strict=True)), address
        )


def _entries(
    projects: Sequence[Record], organization: str, lead: str, lang: Lang, today: date
) -> tuple[tuple[Card, Markup | str], ...]:
    """Card and line of each: "Beirat · Vorbereitung", or the phase alone of a project that it leads."""
    lines = []
    for project in projects:
        names = (
            sentences.concept("roles", role, lang) for role in roles(project.metadata, organization) if role != lead
        )
        phase = sentences.concept("phases", project.metadata.phase, lang)
        lines.append(" · ".join(filter(None, (sentences.listing(names), phase))))
    return tuple(zip(cards(projects, lang, today), lines, strict=True))


def _projects_address(record: Record, lang: Lang) -> str:
    asked = Query(where={"participant": (record.id,)}, lang=lang)
    return query.url(asked, addresses.path("project", lang))


def roles(metadata: Metadata, organization: str) -> tuple[str, ...]:
    """The roles of an organization in a project, in the order in which they are named."""
    named = (participation for participation in metadata.participants if participation.agent.id == organization)
    return tuple(dict.fromkeys(participation.role for participation in named))


# -- dates, points


def _dates(pages: Pages, back: Sequence[Backlink], lang: Lang, today: date) -> tuple[NextDate, ...]:
    """The next events that it organizes."""
    ids = {backlink.id for backlink in back if backlink.relation in ("organizer", "publisher")}
    events = (event for event in pages.records(sorted(ids)[:MAX_PROJECTS]).values() if event.kind == "event")
    return next_dates(events, lang, today)


def _described(data: Sequence[Record], lang: Lang) -> Described | None:
    """The points of these data together; None for none."""
    results = [result for record in data if (result := described(record, lang))]
    if not results:
        return None
    points = round(sum(result.points for result in results) / len(results), 1)
    missing = Counter(what for result in results for what in result.missing).most_common(1)
    return Described(number(points, lang), results[0].most, *(missing[0] if missing else ("", 0)))


def _points(pages: Pages, record: Record, lang: Lang) -> Bars:
    """The average points of its data at the end of each of the last months; nothing for less than two."""
    of_month: dict[str, Score] = {}
    for measured, score in pages.catalog.scores.trend("organization", record.id):
        of_month[measured.isoformat()[:7]] = score
    months = list(of_month.items())[-MAX_MONTHS:] if len(of_month) > 1 else []
    return tuple((day(month, lang), round(score.points), round(100 * score.points / POINTS)) for month, score in months)
