"""The start page. Entry points: `start_page`; `counts_by` and `themes_of` for other pages."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from fastapi import Request
from markupsafe import Markup, escape
from starlette.responses import Response

from api.pages import districts
from api.pages.cards import cards, whose
from api.pages.site import Pages, View
from api.text import sentences
from api.text.formatting import ZONE, day, short_markup
from api.web import addresses
from api.web.addresses import Lang, language
from registry.model import DCAT_KINDS, KINDS, Record
from registry.model.timing import last_day, today
from registry.search.query import Query
from registry.store.store import Selection
from vocab.concepts import concept_list

NEWEST_PER_KIND: Final = 4
MAX_COMING: Final = 5  # events that the start page lists
MAX_CALLS: Final = 40  # projects looking for partners that the start page lists


# -- start


def start_page(pages: Pages) -> View:
    seeking = _seeking(pages)

    def start(request: Request) -> Response:
        lang = language(request)
        partners = seeking(today())
        data, projects, kinds = counts_by(pages, DCAT_KINDS), counts_by(pages, ("project",)), _of_kinds(pages)
        return pages.page(
            request,
            "start.html",
            lang,
            kinds=kinds,
            themes=themes_of(data["theme"], projects["theme"], lang),
            districts=districts.rows(pages, data["district"], projects["district"], lang),
            map=districts.drawing(pages, data["district"], projects["district"], lang),
            newest=[
                (name, _newest(pages, kinds_of_list, lang))
                for name, kinds_of_list in (("dataset", DCAT_KINDS), ("project", ("project",)))
            ],
            calls=_calls(pages, partners[:MAX_CALLS], lang),
            more_calls=len(partners[MAX_CALLS:]),
            coming=coming(pages, today(), lang),
            now=datetime.now(ZONE),
        )

    return start


def counts_by(
    pages: Pages, kinds: tuple[str, ...], facets: tuple[str, ...] = ("theme", "district")
) -> dict[str, dict[str, int]]:
    """Each facet -> its values -> how many things of these kinds."""
    page = pages.catalog.index.search(Query(where={"kind": kinds}, size=1, facets=facets))
    return {name: {count.value: count.count for count in page.facets.get(name, ())} for name in facets}


def _of_kinds(pages: Pages) -> dict[str, int]:
    page = pages.catalog.index.search(Query(size=1, facets=("kind",)))
    counts = {count.value: count.count for count in page.facets.get("kind", ())}
    return {kind: counts.get(kind, 0) for kind in KINDS} | {"data": sum(counts.get(kind, 0) for kind in DCAT_KINDS)}


class Seeking(NamedTuple):
    """A project that looks for partners. `until`: the last day to answer, empty if open."""

    title: Markup
    address: str
    publisher: Markup | str
    until: str


def _seeking(pages: Pages) -> Callable[[date], tuple[str, ...]]:
    """A function from a day to the ids of projects that look for partners, the earliest deadline first. Its last
    answer is kept until something in the store changes."""
    ids_of_day: dict[tuple[int, date], tuple[str, ...]] = {}

    def ids(day: date) -> tuple[str, ...]:
        at = (pages.catalog.store.last(), day)
        ids_found = ids_of_day.get(at)
        if ids_found is None:
            projects = pages.catalog.store.find(Selection(kind="project", shown=True))
            metadata_by_id = {
                project.id: project.metadata for project in projects if sentences.seeks_partners(project.metadata, day)
            }
            ids_found = tuple(
                sorted(metadata_by_id, key=lambda id: (sentences.partners_until(metadata_by_id[id], day) or "9", id))
            )
            ids_of_day.clear()
            ids_of_day[at] = ids_found
        return ids_found

    return ids


def _calls(pages: Pages, ids: Iterable[str], lang: Lang) -> list[Seeking]:
    """What the start page shows of each of these projects."""
    return [
        Seeking(
            short_markup(project.metadata.title, lang) or escape(project.id),
            addresses.page(project.kind, project.id, lang) + "#partner",
            whose(project.metadata, lang),
            day(sentences.partners_until(project.metadata, today()), lang),
        )
        for project in pages.records(ids).values()
    ]


class Coming(NamedTuple):
    """An event that is not over. `day`: when it begins; `when`: with its hours."""

    title: Markup
    address: str
    day: str
    when: str
    organizer: Markup | str


def coming(pages: Pages, day: date, lang: Lang) -> list[Coming]:
    """The next events, at most MAX_COMING."""
    page = pages.catalog.index.search(Query(where={"kind": ("event",)}, size=MAX_COMING, sort="starts", facets=()))
    records = pages.records(hit.id for hit in page.hits).values()
    return [
        Coming(
            short_markup(record.metadata.title, lang) or escape(record.id),
            addresses.page("event", record.id, lang),
            record.metadata.starts,
            sentences.hours(record.metadata.starts, record.metadata.ends, lang),
            whose(record.metadata, lang),
        )
        for record in records
        if (last := last_day(record.metadata.ends or record.metadata.starts)) and last >= day
    ]


def themes_of(data: dict[str, int], projects: dict[str, int], lang: Lang) -> list[dict[str, Any]]:
    """All themes that have something, the largest first."""
    themes = [
        {
            "notation": concept.notation,
            "label": concept.label(lang),
            "address": addresses.page("topic", concept.notation, lang),
            "data": data.get(concept.notation, 0),
            "projects": projects.get(concept.notation, 0),
        }
        for concept in concept_list("themes")
        if concept.notation in data or concept.notation in projects
    ]
    return sorted(themes, key=lambda theme: -(theme["data"] + theme["projects"]))


def _newest(pages: Pages, kinds: tuple[str, ...], lang: Lang) -> list[dict[str, Any]]:
    page = pages.catalog.index.search(Query(where={"kind": kinds}, size=NEWEST_PER_KIND, sort="newest", facets=()))
    listed = pages.records(hit.id for hit in page.hits).values()
    records = [record for record in listed if _changed(record)]
    cards_and_records = zip(cards(records, lang, today()), records, strict=True)
    return [{"card": card, "at": _changed(record)} for card, record in cards_and_records]


def _changed(record: Record) -> str:
    """The day of the last change at the source; of a record that was entered here, of its own. "" if it is not known:
    such a record is not new."""
    metadata = record.metadata
    entered_here = record.changed.date().isoformat() if record.changed and record.origin is None else ""
    return (metadata.modified or metadata.issued)[:10] or entered_here
