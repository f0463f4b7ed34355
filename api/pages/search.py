"""What a page with search results shows: hits as cards, facets, chips, offers, and a way on where nothing was found."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple

from fastapi import Request
from msgspec.structs import replace
from starlette.responses import Response

from api.pages import cards as card_room
from api.pages.cards import Card
from api.pages.site import Pages, View, today
from api.text import sentences
from api.text.i18n import translator
from api.text.labels import area, labels
from api.web import addresses, query
from api.web.addresses import Lang
from registry.search import analysis
from registry.search.facets import FACETS, Facet
from registry.search.query import MAX_DEPTH, Count, Page, Query
from vocab.formats import file_type
from vocab.kinds import KIND_ROWS
from vocab.match import districts_in

# -- search and lists


def _search(pages: Pages) -> View:
    def search(request: Request) -> Response:
        path, params = request.url.path, request.query_params.multi_items()
        address = addresses.parse(path)
        assert address is not None
        asked = query.parse(params, address.lang, address.kind)
        _ = translator(address.lang)
        found = view(pages, asked, path, address.lang, today())
        kind = address.kind
        return pages.page(
            request,
            "search.html",
            address.lang,
            **found,
            notes=query.notes(params),
            title=KIND_ROWS[kind].plural[address.lang] if kind else _("Suche"),
            area=area(kind),
            crumbs=[(KIND_ROWS[kind].short[address.lang], "")] if kind else [],
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


GROUPS: Final = sorted((facet for facet in FACETS.values() if facet.place), key=lambda facet: facet.place)
OPEN: Final = 4  # facet groups that are open at first
FIRST: Final = 8  # values of a group before "all"
MOST: Final = 60  # values that are listed at all


class Value(NamedTuple):
    value: str
    label: str
    number: int
    selected: bool


class Group(NamedTuple):
    """A facet with its values; `rest` are behind "all"."""

    name: str
    label: str
    open: bool
    first: tuple[Value, ...]
    rest: tuple[Value, ...]


class Chip(NamedTuple):
    label: str
    address: str
    icon: str = ""
    number: int = 0


class Tab(NamedTuple):
    label: str
    address: str
    number: int
    current: bool


class Culprit(NamedTuple):
    """A filter, and what would be found without it."""

    label: str
    facet: str
    address: str
    total: int


def view(pages: Pages, asked: Query, path: str, lang: Lang, today: date) -> dict[str, Any]:
    """All that `search.html` shows of a query; `path` is the page's own (`/suche`, `/daten`, …)."""
    found = pages.catalog.index.search(asked)
    fixed = addresses.parse(path)
    kind = fixed.kind if fixed else None
    names = _names(pages, asked, found, lang)
    listed = [hit.id for hit in found.hits]
    complete = max(0, found.complete - (asked.page - 1) * asked.size) if found.complete else len(listed)
    made = {
        "asked": asked,
        "address": path,
        "fixed_kind": kind,
        "found": found,
        "cards": cards(pages, listed[:complete], lang, today, asked.words),
        "similar": cards(pages, listed[complete:], lang, today, asked.words),
        "groups": _groups(asked, found, names, lang, kind),
        "chips": _chips(asked, names, path, lang, kind),
        "offers": _offers(pages, asked, found, path, lang),
        "tabs": () if kind else _tabs(asked, found, lang),
        "sorts": _sorts(asked, path, lang),
        "pager": _pager(asked, found, path),
        "clear": query.url(Query(words=asked.words, lang=lang), path),
        "take": _take(asked),
        "culprits": (),
        "suggested": (),
    }
    return made | (_nothing(pages, asked, names, path, lang, today, kind) if not found.total else {})


def cards(pages: Pages, ids: Iterable[str], lang: Lang, today: date, words: str = "") -> list[Card]:
    """Cards in the order of ids; a record that is gone meanwhile is left out."""
    terms = analysis.words(words) if words else []
    return card_room.cards(pages.catalog.store.get_many(list(ids)).values(), lang, today, terms)


Names = dict[str, dict[str, str]]  # facet -> value -> label


def _names(pages: Pages, asked: Query, found: Page, lang: Lang) -> Names:
    sources = tuple(pages.catalog.sources.all())
    names: Names = {}
    for name in query_facets(asked, found):
        values = [*(one.value for one in found.facets.get(name, ())), *asked.where.get(name, ())]
        words = labels(pages.catalog, pages.city, sources, name, dict.fromkeys(values))
        written = {one.value: one.label for one in found.facets.get(name, ()) if one.label}
        names[name] = written | {value: text[lang] for value, text in words.items()}
    return names


def query_facets(asked: Query, found: Page) -> Iterable[str]:
    return dict.fromkeys((*found.facets, *asked.where))


def _groups(asked: Query, found: Page, names: Names, lang: Lang, kind: str | None) -> tuple[Group, ...]:
    groups: list[Group] = []
    for facet in GROUPS:
        chosen = asked.where.get(facet.name, ())
        values = _values(facet, found.facets.get(facet.name, ()), chosen, names)
        if not values or (facet.only_kind and kind not in (None, facet.only_kind) and not chosen):
            continue
        top = len(groups) < OPEN or bool(chosen)
        groups.append(Group(facet.name, facet.label[lang], top, tuple(values[:FIRST]), tuple(values[FIRST:MOST])))
    return tuple(groups)


def _values(facet: Facet, counts: tuple[Count, ...], chosen: tuple[str, ...], names: Names) -> list[Value]:
    """Chosen ones first, so that they are never behind "all"; years from the newest."""
    numbers = {one.value: one.count for one in counts} | {
        value: 0 for value in chosen if value not in {one.value for one in counts}
    }
    values = [
        Value(value, names[facet.name].get(value, value), count, value in chosen) for value, count in numbers.items()
    ]
    if facet.values == "years":
        values.sort(key=lambda one: one.value, reverse=True)
    return sorted(values, key=lambda one: not one.selected)


def _chips(asked: Query, names: Names, path: str, lang: Lang, kind: str | None) -> tuple[Chip, ...]:
    return tuple(
        Chip(_said(name, value, names, lang), query.url(query.without_value(asked, name, value), path))
        for name, values in asked.where.items()
        if not (name == "kind" and (kind or len(values) == 1))
        for value in values
    )


def _said(name: str, value: str, names: Names, lang: Lang) -> str:
    return f"{FACETS[name].label[lang]}: {names.get(name, {}).get(value, value)}"


def _offers(pages: Pages, asked: Query, found: Page, path: str, lang: Lang) -> tuple[Chip, ...]:
    """Places and formats that the words name: a filter that is offered, not set."""
    _ = translator(lang)
    offers = []
    counts = {name: {one.value: one.count for one in values} for name, values in found.facets.items()}
    places = districts_in(asked.words, pages.districts) if pages.districts and asked.words else ()
    types = [file_type(word) for word in asked.words.split()[:12] if len(word) > 1]
    for name, icon, concept in (
        *(("district", "district", one) for one in places),
        *(("format", "dataset", one.concept) for one in types if one),
    ):
        count = counts.get(name, {}).get(concept.notation, 0)
        if count and concept.notation not in asked.where.get(name, ()):
            address = query.url(query.with_value(asked, name, concept.notation), path)
            offers.append(Chip(_("nur %(name)s") % {"name": concept.label(lang)}, address, icon, count))
    return tuple(dict.fromkeys(offers))


def _tabs(asked: Query, found: Page, lang: Lang) -> tuple[Tab, ...]:
    _ = translator(lang)
    counts = {one.value: one.count for one in found.facets.get("kind", ())}
    current = asked.where.get("kind", ())
    path = addresses.path("search", lang)
    free = _without(asked, "kind")
    tabs = [Tab(_("Alles"), query.url(free, path), sum(counts.values()), not current)]
    for name, row in KIND_ROWS.items():
        if counts.get(name) or row.in_navigation or name in current:
            address = query.url(query.with_value(free, "kind", name), path)
            tabs.append(Tab(row.short[lang], address, counts.get(name, 0), current == (name,)))
    return tuple(tabs)


def _sorts(asked: Query, path: str, lang: Lang) -> tuple[Tab, ...]:
    _ = translator(lang)
    named = {"relevance": _("passend zuerst"), "newest": _("neueste"), "title": _("nach Titel")}
    return tuple(
        Tab(label, query.url(query.with_sort(asked, name), path), 0, asked.sort == name)
        for name, label in named.items()
    )


def _without(asked: Query, name: str) -> Query:
    """The query without a facet, from its first page."""
    return replace(asked, where={facet: values for facet, values in asked.where.items() if facet != name}, page=1)


class Pager(NamedTuple):
    """`numbers`: page number and address; None between numbers that are not next to one another."""

    current: int
    numbers: tuple[tuple[int, str] | None, ...]
    before: str
    after: str


def _pager(asked: Query, found: Page, path: str) -> Pager | None:
    last = min(-(-found.total // asked.size), MAX_DEPTH // asked.size)
    if last < 2:
        return None
    shown = sorted({1, *(n for n in range(asked.page - 1, asked.page + 2) if 1 <= n <= last), last})
    numbers: list[tuple[int, str] | None] = []
    for before, page in zip([0, *shown], shown, strict=False):
        if page - before > 1:
            numbers.append(None)
        numbers.append((page, query.url(query.with_page(asked, page), path)))
    return Pager(
        asked.page,
        tuple(numbers),
        query.url(query.with_page(asked, asked.page - 1), path) if asked.page > 1 else "",
        query.url(query.with_page(asked, asked.page + 1), path) if asked.page < last else "",
    )


def _take(asked: Query) -> tuple[tuple[str, str], ...]:
    first = query.with_page(asked, 1)
    return (("Feed", query.url(first, "/feed.atom")), ("JSON", query.url(first, "/api/v1/search")))


def _nothing(
    pages: Pages, asked: Query, names: Names, path: str, lang: Lang, today: date, kind: str | None
) -> dict[str, Any]:
    """Which filter is to blame, what there is without it, and other spellings."""
    culprits = []
    for name in [one for one in asked.where if not (one == "kind" and kind)]:
        free = _without(asked, name)
        total = pages.catalog.index.search(replace(free, size=1, facets=())).total
        label = sentences.listing(_said(name, value, names, lang) for value in asked.where[name])
        culprits.append(Culprit(label, FACETS[name].label[lang], query.url(free, path), total))
    culprits.sort(key=lambda one: -one.total)
    best = next((one for one in culprits if one.total), None)
    shown: list[Card] = []
    if best:
        name = next(one for one in asked.where if FACETS[one].label[lang] == best.facet)
        free = replace(_without(asked, name), size=3, facets=())
        shown = cards(pages, [hit.id for hit in pages.catalog.index.search(free).hits], lang, today, asked.words)
    suggested = pages.catalog.index.suggest(asked.words, 5) if asked.words else ()
    return {
        "culprits": tuple(culprits),
        "instead": shown,
        "suggested": [
            (one.text, query.url(Query(words=one.text, lang=lang), path))
            for one in suggested
            if analysis.fold(one.text) != analysis.fold(asked.words)
        ],
    }
