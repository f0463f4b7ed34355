"""The public pages: start, search, records, districts, topics, texts, and the pages of errors."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from api import addresses, districts, linked, query, records, search_page, sentences, static, texts
from api.addresses import Lang
from api.answers import http_date
from api.cards import cards, whose
from api.errors import error_page as error_page  # app.py asks for it here
from api.facts import everything
from api.labels import KINDS
from api.organization_page import more
from api.pages import Pages, hang, language, patterns, translator
from api.record_page import view
from api.schema_org import script
from api.words import ZONE, day, said, sentence, spoken
from registry.catalog import Catalog
from registry.errors import NotFoundError
from registry.model import DATA, Record
from registry.model import KINDS as ALL_KINDS
from registry.search import Query
from registry.settings import Settings
from vocab.concepts import concept_list

NEWEST: Final = 4
CALLS: Final = 40  # projects looking for partners that the start page lists
View = Callable[[Request], Response]


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    pages = Pages(catalog, settings)
    router = APIRouter()
    for view_, listed in (
        (_start(pages), [addresses.path("start", lang) for lang in addresses.LANGS]),
        (_search(pages), [addresses.path("search", lang) for lang in addresses.LANGS]),
        (_topics(pages), patterns("topic")),
        (_topic(pages), patterns("topic", "{id}")),
        (districts.listing(pages), patterns("district")),
        (districts.one(pages), patterns("district", "{id}")),
        (texts.developers(pages), patterns("developers")),
        *((_search(pages), [addresses.path(kind, lang) for lang in addresses.LANGS]) for kind in ALL_KINDS),
        *((_record(pages), patterns(kind, "{id}")) for kind in ALL_KINDS),
        *((texts.text(pages, name), patterns(name)) for name in texts.NAMES),
    ):
        hang(router, listed, view_)
    hang(router, ["/static/theme.css"], static.theme(pages.city.accent))
    hang(router, ["/static/{path:path}"], static.file)
    return router


def today() -> date:
    """The day in the city."""
    return datetime.now(ZONE).date()


# -- start


def _start(pages: Pages) -> View:
    seeking = _seeking(pages)

    def start(request: Request) -> Response:
        lang = language(request)
        partners = seeking(today())
        data, projects, kinds = _counts(pages, DATA), _counts(pages, ("project",)), _of_kinds(pages)
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
                for name, several in (("dataset", DATA), ("project", ("project",)))
            ],
            calls=_calls(pages, partners[:CALLS], lang),
            more_calls=len(partners[CALLS:]),
            now=datetime.now(ZONE),
        )

    return start


def _counts(pages: Pages, kinds: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """Theme and district -> how many things of these kinds."""
    found = pages.catalog.search(Query(where={"kind": kinds}, size=1, facets=("theme", "district")))
    counts = {name: {one.value: one.count for one in values} for name, values in found.facets.items()}
    return {"theme": counts.get("theme", {}), "district": counts.get("district", {})}


def _of_kinds(pages: Pages) -> dict[str, int]:
    found = pages.catalog.search(Query(size=1, facets=("kind",)))
    counts = {one.value: one.count for one in found.facets.get("kind", ())}
    return {kind: counts.get(kind, 0) for kind in ALL_KINDS} | {"data": sum(counts.get(kind, 0) for kind in DATA)}


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
            projects = pages.catalog.store.find(kind="project", shown=True)
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
    found = pages.catalog.search(Query(where={"kind": kinds}, size=NEWEST, sort="newest", facets=()))
    several = pages.catalog.store.get_many([hit.id for hit in found.hits]).values()
    made = zip(cards(several, lang, today()), several, strict=True)
    return [{"card": one, "at": _changed(record)} for one, record in made]


def _changed(record: Record) -> str:
    words = record.metadata
    return (words.modified or words.issued)[:10] or (record.changed.date().isoformat() if record.changed else "")


# -- search and lists


def _search(pages: Pages) -> View:
    def search(request: Request) -> Response:
        path, params = request.url.path, request.query_params.multi_items()
        address = addresses.parse(path)
        assert address is not None
        asked = query.parse(params, address.lang, address.kind)
        _ = translator(address.lang)
        found = search_page.view(pages, asked, path, address.lang, today())
        kind = address.kind
        return pages.page(
            request,
            "search.html",
            address.lang,
            **found,
            notes=query.notes(params),
            title=KINDS[kind][address.lang] if kind else _("Suche"),
            area=_area(kind),
            crumbs=[(sentences.kinds(kind, address.lang), "")] if kind else [],
            intro=_intro(kind, found["found"].total, asked, address.lang),
            canonical=query.url(asked, path),
            indexed=sum(map(len, asked.where.values())) <= (1 if not kind else 2) and not asked.words,
        )

    return search


def _intro(kind: str | None, total: int, asked: Query, lang: Lang) -> str:
    _ = translator(lang)
    if not kind or asked.words or len(asked.where) > 1:
        return ""
    return {
        "dataset": _("Tabellen, Karten und Schnittstellen. Frei zu nutzen, oft mit kurzer Quellenangabe."),
        "project": _("Was die Stadt digital vorhat, wie weit es ist und wo Sie mitmachen können."),
        "organization": _("Wer Daten veröffentlicht und wer an Projekten beteiligt ist."),
    }.get(kind, "")


def _area(kind: str | None) -> str:
    return "dataset" if kind in DATA else kind or ""


# -- one record


def _record(pages: Pages) -> View:
    def record(request: Request) -> Response:
        address = addresses.parse(request.url.path)
        assert address is not None
        found = records.shown(pages.catalog, address.rest)
        path = addresses.page(found.kind, found.id, address.lang)
        if path != address.path:
            return RedirectResponse(path, 301)
        words = found.metadata
        summary = said(words.abstract, address.lang).words
        made = view(pages, found, address.lang, today())
        account = pages.account(request)
        return pages.page(
            request,
            "record.html",
            address.lang,
            headers=_headers(pages, found),
            **made,
            summary=summary,
            description=sentence(summary or said(words.description, address.lang).words, 160),
            owner=whose(words, address.lang),
            area=_area(found.kind),
            crumbs=_crumbs(found, made["title"], address.lang),
            everything=everything(found, address.lang),
            more=more(pages, found, address.lang, today()) if found.kind == "organization" else (),
            schema=script(found, pages.settings.base_url, address.lang),
            may_edit=account is not None and found.kind == "project",
            edit=addresses.path("register", address.lang, f"{'projekt' if address.lang == 'de' else 'project'}")
            + f"?of={found.id}",
            canonical=path,
        )

    return record


def _headers(pages: Pages, record: Record) -> dict[str, str]:
    """When the record changed is told, not asked: its page also changes with the day and with what points to it, so
    only the tag decides whether somebody has it."""
    known = {"Last-Modified": http_date(record.changed)} if record.changed else {}
    return {"Link": linked.links(record, pages.settings.base_url), **known}


def _crumbs(record: Record, title: Markup, lang: Lang) -> list[tuple[str | Markup, str]]:
    found: list[tuple[str | Markup, str]] = [
        (sentences.kinds(record.kind, lang), addresses.path(record.kind, lang)),
    ]
    theme = next((one for iri in record.metadata.themes if (one := concept_list("themes").get(iri))), None)
    if theme and record.kind in (*DATA, "project"):
        address = query.url(Query(where={"theme": (theme.notation,)}, lang=lang), addresses.path(record.kind, lang))
        found.append((theme.label(lang), address))
    return [*found, (title, "")]


# -- topics


def _topics(pages: Pages) -> View:
    def topics(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        data, projects = _counts(pages, DATA)["theme"], _counts(pages, ("project",))["theme"]
        themes = sorted(_themes(data, projects, lang), key=lambda one: str(one["label"]))
        return pages.page(request, "topics.html", lang, themes=themes, crumbs=[(_("Themen"), "")])

    return topics


def _topic(pages: Pages) -> View:
    def topic(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        found = concept_list("themes").get(request.path_params["id"])
        if found is None:
            raise NotFoundError("There is no such theme.")
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
