"""The public pages: start, search, records, districts, topics, texts, and the pages of errors."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from fastapi import Request
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from api.pages import districts
from api.pages.cards import cards, whose
from api.pages.error_pages import error_page as error_page
from api.pages.site import Pages, View, today
from api.text import sentences
from api.text.formatting import ZONE, day, spoken
from api.text.i18n import translator
from api.web import addresses, query
from api.web.addresses import Lang, language
from registry.errors import NotFoundError
from registry.model import DCAT_KINDS, KINDS, Record
from registry.search.query import Query
from registry.store.store import Selection
from vocab.concepts import concept_list

NEWEST: Final = 4
CALLS: Final = 40  # projects looking for partners that the start page lists


# -- start


def _start(pages: Pages) -> View:
    seeking = _seeking(pages)

    def start(request: Request) -> Response:
        lang = language(request)
        partners = seeking(today())
        data, projects, kinds = _counts(pages, DCAT_KINDS), _counts(pages, ("project",)), _of_kinds(pages)
        return pages.page(
            request,
            "start.html",
            lang,
            kinds=kinds,
            themes=_themes(data["theme"], projects["theme"], lang),
            districts=districts.rows(pages, data["district"], projects["district"], lang),
            map=districts.drawing(pages, data["district"], projects["district"], lang),
            newest=[
                (name, _newest(pages, several, lang))
                for name, several in (("dataset", DCAT_KINDS), ("project", ("project",)))
            ],
            calls=_calls(pages, partners[:CALLS], lang),
            more_calls=len(partners[CALLS:]),
            now=datetime.now(ZONE),
        )

    return start


def _counts(pages: Pages, kinds: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """Theme and district -> how many things of these kinds."""
    found = pages.catalog.index.search(Query(where={"kind": kinds}, size=1, facets=("theme", "district")))
    counts = {name: {one.value: one.count for one in values} for name, values in found.facets.items()}
    return {"theme": counts.get("theme", {}), "district": counts.get("district", {})}


def _of_kinds(pages: Pages) -> dict[str, int]:
    found = pages.catalog.index.search(Query(size=1, facets=("kind",)))
    counts = {one.value: one.count for one in found.facets.get("kind", ())}
    return {kind: counts.get(kind, 0) for kind in KINDS} | {"data": sum(counts.get(kind, 0) for kind in DCAT_KINDS)}


class Seeking(NamedTuple):
    """A project that looks for partners. `until`: the last day to answer, empty if open."""

    title: Markup
    address: str
    publisher: Markup | str
    until: str


def _seeking(pages: Pages) -> Callable[[date], tuple[str, ...]]:
    """Ids of projects that look for partners on a day, whose time ends first first; found again once something has
    changed."""
    known: dict[tuple[int, date], tuple[str, ...]] = {}

    def ids(day: date) -> tuple[str, ...]:
        at = (pages.catalog.store.last(), day)
        found = known.get(at)
        if found is None:
            projects = pages.catalog.store.find(Selection(kind="project", shown=True))
            several = {one.id: one.metadata for one in projects if sentences.seeks_partners(one.metadata, day)}
            found = tuple(sorted(several, key=lambda id: (sentences.partners_until(several[id], day) or "9", id)))
            known.clear()
            known[at] = found
        return found

    return ids


def _calls(pages: Pages, ids: Iterable[str], lang: Lang) -> list[Seeking]:
    """What the start page says of them: nothing else could show exactly these."""
    return [
        Seeking(
            spoken(one.metadata.title, lang) or escape(one.id),
            addresses.page(one.kind, one.id, lang) + "#partner",
            whose(one.metadata, lang),
            day(sentences.partners_until(one.metadata, today()), lang),
        )
        for one in pages.catalog.store.get_many(list(ids)).values()
    ]


def _themes(data: dict[str, int], projects: dict[str, int], lang: Lang) -> list[dict[str, Any]]:
    """All themes that have something, the largest first."""
    found = [
        {
            "label": one.label(lang),
            "address": addresses.page("topic", one.notation, lang),
            "data": data.get(one.notation, 0),
            "projects": projects.get(one.notation, 0),
        }
        for one in concept_list("themes")
        if one.notation in data or one.notation in projects
    ]
    return sorted(found, key=lambda one: -(one["data"] + one["projects"]))


def _newest(pages: Pages, kinds: tuple[str, ...], lang: Lang) -> list[dict[str, Any]]:
    found = pages.catalog.index.search(Query(where={"kind": kinds}, size=NEWEST, sort="newest", facets=()))
    several = pages.catalog.store.get_many([hit.id for hit in found.hits]).values()
    made = zip(cards(several, lang, today()), several, strict=True)
    return [{"card": one, "at": _changed(record)} for one, record in made]


def _changed(record: Record) -> str:
    words = record.metadata
    return (words.modified or words.issued)[:10] or (record.changed.date().isoformat() if record.changed else "")


# -- topics


def _topics(pages: Pages) -> View:
    def topics(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        data, projects = _counts(pages, DCAT_KINDS)["theme"], _counts(pages, ("project",))["theme"]
        themes = sorted(_themes(data, projects, lang), key=lambda one: str(one["label"]))
        return pages.page(request, "topics.html", lang, themes=themes, crumbs=[(_("Themen"), "")])

    return topics


def _topic(pages: Pages) -> View:
    def topic(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        found = concept_list("themes").get(request.path_params["id"])
        if found is None:
            raise NotFoundError("theme-unknown")
        path = addresses.page("topic", found.notation, lang)
        if path != request.url.path:
            return RedirectResponse(path, 301)
        return pages.page(
            request,
            "topic.html",
            lang,
            title=found.label(lang),
            blocks=districts.blocks(pages, "theme", found.notation, lang, today()),
            crumbs=[(_("Themen"), addresses.path("topic", lang)), (found.label(lang), "")],
            feed=query.url(Query(where={"theme": (found.notation,)}, lang=lang), "/feed.atom"),
        )

    return topic
