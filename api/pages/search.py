"""The search page and the lists of each kind: hits as cards, facets, filters, and suggestions if nothing was found.

Entry points: `search_page` (the view), `view` (what `search.html` shows), `cards` (the cards of some ids).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from fastapi import Request
from msgspec.structs import replace
from starlette.responses import Response

from api.data.answers import answer_to_search
from api.data.lists import MAX_ROWS
from api.pages import cards as card_room
from api.pages.cards import Card
from api.pages.facet_groups import FIND, Names, counted, groups
from api.pages.first_look import hit_lines
from api.pages.list_views import list_views, take
from api.pages.project_details import project_offers
from api.pages.site import Pages, View
from api.text import formatting, sentences
from api.text.i18n import translator
from api.text.labels import area, labels
from api.web import addresses, limits, place_fields, query
from api.web.addresses import Lang
from registry.model.timing import today
from registry.search import analysis
from registry.search.facets import FACETS
from registry.search.limits import Limits
from registry.search.query import MAX_DEPTH, Hit, Query, ResultPage, SearchIndex
from registry.search.spelling import meant
from vocab.concepts import concept_list
from vocab.kinds import KIND_ROWS

MAX_CARDS_INSTEAD: Final = 3  # hits without a filter that leaves none

# -- search and lists


def search_page(pages: Pages) -> View:
    def search(request: Request) -> Response:
        path = request.url.path
        params, wrong = query.without_wrong(request.query_params.multi_items())
        address = addresses.parse_path(path)
        assert address is not None
        asked = query.parse(params, address.lang, address.kind)
        _, kind = translator(address.lang), address.kind
        variables = view(pages, asked, path, address.lang, today(), typed(params))
        return pages.page(
            request,
            "search.html",
            address.lang,
            **variables,
            notes=(*query.notes(params, pages.districts), *wrong),
            views=list_views(asked, address.lang, "") if kind == "project" else (),
            title=KIND_ROWS[kind].plural[address.lang] if kind else _("Suche"),
            area=area(kind),
            crumbs=[(KIND_ROWS[kind].short[address.lang], "")] if kind else [],
            intro=_intro(kind, variables["results"].total, asked, address.lang),
            canonical=query.url(asked, path),
            indexed=sum(map(len, asked.where.values())) <= (1 if not kind else 2)
            and not asked.words
            and asked.limits == Limits(),
        )

    return search


def typed(params: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Facet -> what was typed to search among its values."""
    return {
        name.removeprefix(FIND): value.strip()[: query.MAX_VALUE_CHARACTERS]
        for name, value in params
        if name.startswith(FIND) and value.strip()
    }


def _intro(kind: str | None, total: int, asked: Query, lang: Lang) -> str:
    _ = translator(lang)
    if not kind or asked.words or len(asked.where) > 1 or asked.limits != Limits():
        return ""
    return {
        "dataset": _("Tabellen, Karten und Schnittstellen. Frei zu nutzen, oft mit kurzer Quellenangabe."),
        "project": _("Was die Stadt digital vorhat, wie weit es ist und wo Sie mitmachen können."),
        "organization": _("Wer Daten veröffentlicht und wer an Projekten beteiligt ist."),
    }.get(kind, "")


class Chip(NamedTuple):
    """A filter that is set, with the address without it; or one that is offered, with `number` hits."""

    label: str
    address: str
    icon: str = ""
    number: int = 0


class Tab(NamedTuple):
    """A link to the same search for one kind of thing, or in another order."""

    label: str
    address: str
    number: int
    current: bool


class Culprit(NamedTuple):
    """A filter that may be why nothing was found, and the number of hits without it."""

    label: str
    facet: str
    address: str
    total: int


def view(
    pages: Pages, asked: Query, path: str, lang: Lang, today: date, find: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """The variables of `search.html` for a query; `path` is that of the page itself (`/suche`, `/daten`, …), `find` as
    for `facet_groups.groups`."""
    fixed = addresses.parse_path(path)
    kind = fixed.kind if fixed else None
    results = pages.catalog.index.search(replace(asked, facets=counted(kind)))
    names = _names(pages, asked, results, lang)
    variables = {
        "asked": asked,
        "address": path,
        "fixed_kind": kind,
        "results": results,
        "cards": _hit_cards(pages, [hit for hit in results.hits if hit.exact], lang, today, asked.words),
        "similar": _hit_cards(pages, [hit for hit in results.hits if not hit.exact], lang, today, asked.words),
        "groups": groups(asked, results, names, (lang, kind), pages.districts, find),
        "chips": (*_chips(asked, names, path, lang, kind), *_limit_chips(asked, path, lang)),
        "limits": tuple(limits.pairs(asked.limits, asked.facets)),
        "place": place_fields.typed(asked.limits),
        "offers": (
            *_offers(asked, results, names, path, lang),
            *(project_offers(pages.catalog.index, asked, path, lang) if kind == "project" else ()),
        ),
        "whole_city": _whole_city(asked, results, path),
        "tabs": () if kind else _tabs(asked, results, lang),
        "sorts": _sorts(asked, path, lang, kind),
        "pager": _pager(asked, results, path),
        "first_page": query.url(query.with_page(asked, 1), path) if asked.page > 1 and not results.hits else "",
        "clear": query.url(Query(words=asked.words, lang=lang), path),
        "take": take(asked, path, kind),
        "follow": query.url(query.with_page(asked, 1), addresses.path("alerts", lang)),
        "most_taken": MAX_ROWS,
        "culprits": (),
        "suggested": (),
        "nearest": None,
        "answer": answer_to_search(pages.catalog, asked) if kind in (None, "dataset") else None,
    }
    return variables | ({} if results.total else _nothing(pages, asked, names, path, kind))


def cards(pages: Pages, ids: Iterable[str], lang: Lang, today: date, words: str = "") -> list[Card]:
    """Cards in the order of ids; a record that was deleted in the meantime is left out."""
    terms = analysis.words(words) if words else []
    return card_room.cards(pages.records(ids).values(), lang, today, terms)


def _hit_cards(pages: Pages, hits: list[Hit], lang: Lang, today: date, question: str) -> list[Card]:
    """Cards of hits, with why each was found; words that were found in place of those typed are marked, too."""
    why = {hit.id: reason for hit in hits if (reason := _why(hit, lang))}
    synonyms = dict.fromkeys(text for hit in hits for text in hit.synonyms.values())
    listed = cards(pages, (hit.id for hit in hits), lang, today, " ".join((question, *synonyms)))
    looks = hit_lines(pages, [card.id for card in listed if card.kind == "dataset"], lang)
    return [card._replace(why=why.get(card.id, ""), lines=(*card.lines, *looks.get(card.id, ()))) for card in listed]


def _why(hit: Hit, lang: Lang) -> str:
    _ = translator(lang)
    if hit.by == "meaning":
        return _("ähnlich gemeint")
    also = (
        _("%(typed)s: auch „%(synonym)s“") % {"typed": typed, "synonym": text} for typed, text in hit.synonyms.items()
    )
    return "; ".join(also)


def _names(pages: Pages, asked: Query, results: ResultPage, lang: Lang) -> Names:
    sources = tuple(pages.catalog.sources.all())
    names: Names = {}
    for name in query_facets(asked, results):
        listed = (count.value for count in results.facets.get(name, ()))
        values = [*listed, *asked.where.get(name, ()), *results.named.get(name, ())]
        labels_of_values = labels(pages.catalog, pages.city, sources, name, dict.fromkeys(values))
        written = {count.value: count.label for count in results.facets.get(name, ()) if count.label}
        names[name] = written | {value: text[lang] for value, text in labels_of_values.items()}
    return names


def query_facets(asked: Query, results: ResultPage) -> Iterable[str]:
    return dict.fromkeys((*results.facets, *asked.where, *results.named))


def _chips(asked: Query, names: Names, path: str, lang: Lang, kind: str | None) -> tuple[Chip, ...]:
    return tuple(
        Chip(_said(name, value, names, lang), query.url(query.without_value(asked, name, value), path))
        for name, values in asked.where.items()
        if not (name == "kind" and (kind or len(values) == 1))
        for value in values
    )


def _limit_chips(asked: Query, path: str, lang: Lang) -> Iterator[Chip]:
    for name, value, free in _limits(asked, lang):
        yield Chip(f"{name}: {value}" if value else name, query.url(free, path))


def _limits(asked: Query, lang: Lang) -> Iterator[tuple[str, str, Query]]:
    """The limits by place and time in words, name and value, with the query without each."""
    _ = translator(lang)
    near, period = asked.limits.near, (asked.limits.begins, asked.limits.ends)
    if any(period):
        yield _("Zeitraum"), sentences.span(*period, lang), query.without_limit(asked, "begins", "ends")
    if near:
        yield _("Umkreis"), f"{formatting.number(near.km, lang)} km", query.without_limit(asked, "near")
    if not asked.limits.whole_city:
        yield _("ohne das, was für die ganze Stadt gilt"), "", query.without_limit(asked, "whole_city")
    if asked.limits.box:
        yield _("Ausschnitt der Karte"), "", query.without_limit(asked, "box")


def _without_each(asked: Query, names: Names, lang: Lang, kind: str | None) -> Iterator[tuple[str, str, Query]]:
    """Each filter and limit in words, value and name, with the query without it."""
    for name in [facet for facet in asked.where if not (facet == "kind" and kind)]:
        label = sentences.listing(_said(name, value, names, lang) for value in asked.where[name])
        yield label, FACETS[name].label[lang], _without(asked, name)
    for name, value, free in _limits(asked, lang):
        yield f"{name}: {value}" if value else name, name, free


def chips_of(pages: Pages, asked: Query, lang: Lang) -> list[str]:
    """Each filter and limit of a query in words."""
    names = _names(pages, asked, ResultPage((), 0, {}), lang)
    return [label for label, _name, _free in _without_each(asked, names, lang, None)]


def _said(name: str, value: str, names: Names, lang: Lang) -> str:
    return f"{FACETS[name].label[lang]}: {names.get(name, {}).get(value, value)}"


def _offers(asked: Query, results: ResultPage, names: Names, path: str, lang: Lang) -> tuple[Chip, ...]:
    """Filters for what the search words name, a place or a format: they are offered, not applied."""
    offers = []
    for facet, values in results.named.items():
        counts = {count.value: count.count for count in results.facets.get(facet, ())}
        more = results.whole_city if facet == "district" and asked.limits.whole_city else 0
        for value in values:
            number = counts.get(value, 0) + more
            if number and value not in asked.where.get(facet, ()):
                address = query.url(query.with_value(asked, facet, value), path)
                icon = "district" if facet == "district" else "dataset"
                offers.append(Chip(_said(facet, value, names, lang), address, icon, number))
    return tuple(offers)


class WholeCity(NamedTuple):
    """How many of the hits of a chosen district name it, how many hold for the whole city, and the address of the same
    list without or again with these."""

    named: int
    whole_city: int
    address: str
    included: bool


def _whole_city(asked: Query, results: ResultPage, path: str) -> WholeCity | None:
    if not asked.where.get("district") or not results.whole_city:
        return None
    included = asked.limits.whole_city
    other = replace(asked, limits=replace(asked.limits, whole_city=not included), page=1)
    named = results.total - (results.whole_city if included else 0)
    return WholeCity(named, results.whole_city, query.url(other, path), included)


def _tabs(asked: Query, results: ResultPage, lang: Lang) -> tuple[Tab, ...]:
    _ = translator(lang)
    counts = {count.value: count.count for count in results.facets.get("kind", ())}
    current = asked.where.get("kind", ())
    path = addresses.path("search", lang)
    free = _without(asked, "kind")
    tabs = [Tab(_("Alles"), query.url(free, path), sum(counts.values()), not current)]
    for name, row in KIND_ROWS.items():
        if counts.get(name) or row.in_navigation or name in current:
            address = query.url(query.with_value(free, "kind", name), path)
            tabs.append(Tab(row.short[lang], address, counts.get(name, 0), current == (name,)))
    return tuple(tabs)


def _sorts(asked: Query, path: str, lang: Lang, kind: str | None) -> tuple[Tab, ...]:
    """The orders of the list: by relevance only with words, by beginning or end where things have one."""
    _ = translator(lang)
    named = {"relevance": _("passend zuerst")} if asked.words else {}
    named |= {"newest": _("zuletzt geändert"), "title": _("nach Titel")}
    named |= {"event": {"starts": _("nächste zuerst")}, "project": {"ends": _("nach Ende")}}.get(kind or "", {})
    current = asked.sort if asked.sort in named or asked.words else "newest"
    return tuple(
        Tab(label, query.url(query.with_sort(asked, name), path), 0, current == name) for name, label in named.items()
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


def _pager(asked: Query, results: ResultPage, path: str) -> Pager | None:
    last = min(-(-(results.total + results.similar_total) // asked.size), MAX_DEPTH // asked.size)
    if last < 2:
        return None
    numbers_shown = sorted({1, *(n for n in range(asked.page - 1, asked.page + 2) if 1 <= n <= last), last})
    numbers: list[tuple[int, str] | None] = []
    for before, page in zip([0, *numbers_shown], numbers_shown, strict=False):
        if page - before > 1:
            numbers.append(None)
        numbers.append((page, query.url(query.with_page(asked, page), path)))
    return Pager(
        asked.page,
        tuple(numbers),
        query.url(query.with_page(asked, min(asked.page - 1, last)), path) if asked.page > 1 else "",
        query.url(query.with_page(asked, asked.page + 1), path) if asked.page < last else "",
    )


def _nothing(pages: Pages, asked: Query, names: Names, path: str, kind: str | None) -> dict[str, Any]:
    """The variables for a search without exact hits: the filters with the hits without each, some of these, whether
    there are hits without any filter, spellings, a beginning that words have, and the nearest topic."""
    lang = addresses.language_of(asked.lang)
    culprits = []
    for label, facet, free in _without_each(asked, names, lang, kind):
        page = pages.catalog.index.search(replace(free, size=MAX_CARDS_INSTEAD, facets=()))
        culprits.append((Culprit(label, facet, query.url(free, path), page.total), page.hits))
    culprits.sort(key=lambda culprit: -culprit[0].total)
    instead = culprits[0][1] if culprits and culprits[0][0].total else ()
    cards_instead = cards(pages, [hit.id for hit in instead], lang, today(), asked.words)
    index = pages.catalog.index
    begun = [suggestion.text for suggestion in index.suggest(asked.words, 5)] if asked.words else []
    fixed = {"kind": asked.where["kind"]} if kind else {}
    unfiltered = replace(asked, where=fixed, limits=Limits(), page=1, size=1, cursor="", facets=())
    spelled = meant(index, asked.words) if asked.words else ""
    return {
        "culprits": tuple(culprit for culprit, _ in culprits),
        "instead": cards_instead,
        "suggested": [
            (text, query.url(replace(asked, words=text, page=1, cursor=""), path))
            for text in dict.fromkeys(filter(None, (spelled, *begun)))
            if analysis.fold_word(text) != analysis.fold_word(asked.words)
        ],
        "unfiltered": index.search(unfiltered).total if culprits and not cards_instead else 0,
        "beginning": _beginning(index, asked.words),
        "nearest": _nearest_topic(pages, asked, lang),
    }


def _beginning(index: SearchIndex, typed: str) -> str:
    """What was typed, or its last word, if words of the catalogue begin so; else ""."""
    return next((text for text in (typed, *typed.split()[-1:]) if text and index.suggest(text, 1)), "")


def _nearest_topic(pages: Pages, asked: Query, lang: Lang) -> tuple[str, str] | None:
    """Label and address of the topic that the query names, else of the one that most of the exact hits for its longest
    word have; None if there is none. Similar hits tell nothing about the topic."""
    terms = analysis.words(asked.words)
    topics = {term.stem for term in terms if term.topic}
    for theme in concept_list("themes"):
        if topics.intersection(word.stem for word in analysis.words(theme.label(lang))):
            return theme.label(lang), addresses.page("topic", theme.notation, lang)
    longest = max((term.text for term in terms), key=len, default="")
    hits = pages.catalog.index.search(Query(words=longest, lang=lang, facets=())).hits if longest else ()
    records = pages.catalog.store.get_many([hit.id for hit in hits if hit.exact]).values()
    counts = Counter(value for record in records for value in FACETS["theme"].values_of(record, None))
    if not counts:
        return None
    theme = concept_list("themes").by_notation[counts.most_common(1)[0][0]]
    return theme.label(lang), addresses.page("topic", theme.notation, lang)
