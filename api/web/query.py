"""URL parameters to a Query and back to links; pages, JSON API and feeds take the same ones.

Entry points: `parse`, `notes` (what `parse` ignored), `url` (the canonical address of a query), `with_…` for links.
"""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Final
from urllib.parse import urlencode

from msgspec.structs import replace

from api.web import field_words, limits, place_fields
from api.web.addresses import Lang, parse_path
from registry.errors import UsageError
from registry.model import KINDS, Kind, Text
from registry.model.message import Message, message, translations
from registry.search.analysis import words as words_of
from registry.search.facet_counts import normal_where
from registry.search.facets import FACETS, value_list
from registry.search.limits import Limits
from registry.search.paging import ORDERS
from registry.search.query import MAX_DEPTH as MAX_DEPTH
from registry.search.query import Query
from vocab.concepts import ConceptList

SORTS: Final = ("relevance", *ORDERS)
DEFAULT_SORTS: Final = {"event": "starts", "organization": "title", "publicservice": "title"}  # else: the newest first
MAX_QUERY_CHARACTERS: Final = 500  # characters
MAX_VALUE_CHARACTERS: Final = 300  # characters of a facet value
MAX_VALUES_PER_FACET: Final = 50  # of a facet
MAX_PAGE_SIZE: Final = 100
DEFAULT_SIZE: Final = 20
SINGLE_PARAMETERS: Final = ("q", "sort", "size", "page", "lang", *limits.LIMITS, "facets", "cursor")
MAX_NAMES_SHOWN = 5  # unknown parameters that a note lists; values that have a note
MAX_VALUES_SHOWN: Final = 20  # of a facet, in a note
MAX_NAME_CHARACTERS = 40

Pairs = Iterable[tuple[str, str]]


def parse(
    params: Pairs,
    lang: Lang | None = None,
    kind: Kind | None = None,
    max_size: int = MAX_PAGE_SIZE,
    default_size: int = DEFAULT_SIZE,
) -> Query:
    """The query that parameters ask for: `q`, the facets (each may repeat), `sort`, `size`, `page`, `lang`, and those
    of `api.web.limits`.

    `lang` and `kind` come from the path and win over the parameters. What cannot be used is ignored; `notes` lists it.
    UsageError for a page beyond MAX_DEPTH hits, ValidationError for a wrong limit by place or time.
    """
    first, where = _split_parameters(params)
    if kind:
        where["kind"] = (kind,)
    size = min(max(_number(first.get("size"), default_size), 1), max_size)
    page = max(_number(first.get("page"), 1), 1)
    if page > 1 and page * size > MAX_DEPTH:
        raise UsageError("page-too-deep", page=page, limit=MAX_DEPTH)
    sort = first.get("sort", "")
    words, typed = field_words.taken(" ".join(first.get("q", "")[:MAX_QUERY_CHARACTERS].split()))
    for facet, values in typed.items():
        if facet != "kind" or not kind:
            where[facet] = tuple(dict.fromkeys((*where.get(facet, ()), *values)))[:MAX_VALUES_PER_FACET]
    chosen_lang = first.get("lang", "")
    query = Query(
        words=words,
        where=where,
        size=size,
        page=page,
        sort=sort if sort in SORTS else default_sort(kind, words),
        lang=lang or (chosen_lang if chosen_lang in ("de", "en") else "de"),
        facets=limits.counted_facets(first.get("facets", "")),
        limits=limits.limits(first),
        cursor=first.get("cursor", "").strip(),
    )
    limits.check_cursor(query)
    return query


def default_sort(kind: Kind | None, words: str) -> str:
    """The order of a list where none is asked for: by relevance if words are looked for, else as DEFAULT_SORTS says."""
    return "relevance" if words or kind is None else DEFAULT_SORTS.get(kind, "relevance")


def without_wrong(params: Pairs) -> tuple[list[tuple[str, str]], tuple[Text, ...]]:
    """The parameters without wrong limits, and a note for each of these: a page tells people so and goes on. What was
    typed into the fields for a place becomes limits."""
    listed, unread = place_fields.as_limits(params)
    errors = limits.wrong(_split_parameters(listed)[0])
    names = {error["field"] for error in errors}
    left = [(name, value) for name, value in listed if name not in (*names, "facets", "cursor")]
    return left, (*unread, *(error["message"] for error in errors))


def _split_parameters(params: Pairs) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The first value of each single parameter, and all usable values of each facet in canonical form."""
    first: dict[str, str] = {}
    values_by_facet: dict[str, dict[str, None]] = {}
    for name, value in params:
        if name not in FACETS:
            first.setdefault(name, value)
        elif _usable(name, value := value.strip()):
            values = values_by_facet.setdefault(name, {})
            if len(values) < MAX_VALUES_PER_FACET:
                values[canonical(name, value)] = None
    return first, {facet: tuple(values_by_facet[facet]) for facet in FACETS if facet in values_by_facet}


def _usable(facet: str, value: str) -> bool:
    return 0 < len(value) <= MAX_VALUE_CHARACTERS and "\0" not in value and (facet != "kind" or value in KINDS)


def canonical(facet: str, value: str) -> str:
    """The notation for the IRI of a concept, the id for the address of a record; every other value as it is."""
    return next(iter(normal_where({facet: (value,)})[facet]), value)


def _number(value: str | None, default: int, wrong: int | None = None) -> int:
    """The number that a string of digits (at most nine of them) stands for; `default` for None; for anything else
    `wrong`, or `default` if there is no `wrong`."""
    if value and value.isascii() and value.isdigit():
        return int(value[:9])
    return default if value is None or wrong is None else wrong


def notes(params: Pairs, districts: ConceptList | None = None) -> tuple[Text, ...]:
    """What `parse` ignored or changed, and filters that no record can have, as sentences by language. `districts`: the
    city's own."""
    return tuple(map(translations, _notes(list(params), districts)))


def _notes(params: Sequence[tuple[str, str]], districts: ConceptList | None) -> Iterator[Message]:
    first, where = _split_parameters(params)
    if first.get("sort", "") not in ("", *SORTS):
        yield message("query-sort-unknown", hint=message("there-are", names=", ".join(SORTS)))
    if not 1 <= _number(first.get("size") or None, 20, wrong=0) <= MAX_PAGE_SIZE:
        yield message("query-size-bounds", limit=MAX_PAGE_SIZE)
    if _number(first.get("page") or None, 1, wrong=0) < 1:
        yield message("query-page-unknown")
    if first.get("lang", "") not in ("", "de", "en"):
        yield message("query-language-unknown")
    if len(first.get("q", "")) > MAX_QUERY_CHARACTERS:
        yield message("query-words-cut", limit=MAX_QUERY_CHARACTERS)
    if first.get("q", "").strip() and not words_of(first["q"][:MAX_QUERY_CHARACTERS]):
        yield message("query-without-word")
    pairs = {(name, canonical(name, value.strip())) for name, value in params if name in FACETS and value.strip()}
    unknown_values = list(islice(_unknown_values(pairs, districts), MAX_NAMES_SHOWN))
    yield from unknown_values
    if not unknown_values and len(pairs) > sum(map(len, where.values())):
        yield message("query-filter-unknown")


def _unknown_values(pairs: Iterable[tuple[str, str]], districts: ConceptList | None) -> Iterator[Message]:
    """A note for each value that the list of its facet does not have, with the nearest ones, or all of a short list."""
    for name, value in sorted(pairs):
        facet = FACETS[name]
        concepts = value_list(facet, districts)
        notations = KINDS if facet.values == "kinds" else tuple(concepts.by_notation) if concepts else ()
        if not notations or next(iter(normal_where({name: (value,)}, districts)[name])) in notations:
            continue
        near = get_close_matches(value, notations)
        all_of_them = message("there-are", names=", ".join(notations)) if len(notations) <= MAX_VALUES_SHOWN else ""
        hint = message("did-you-mean", near=", ".join(near)) if near else all_of_them
        yield message("query-value-unknown", value=value[:MAX_NAME_CHARACTERS], facet=name, hint=hint)


def unknown(params: Pairs) -> tuple[Text, ...]:
    """A note with the unknown parameters, for programs: a misspelt filter would silently filter nothing."""
    names = unknown_names(params)
    return (translations(message("query-parameters-unknown", names=names)),) if names else ()


def unknown_names(params: Pairs) -> str:
    """The first few names of parameters that a search does not have, with commas; "" where there are none."""
    names = dict.fromkeys(name for name, _ in params if name not in (*SINGLE_PARAMETERS, *FACETS))
    return ", ".join(name[:MAX_NAME_CHARACTERS] for name in islice(names, MAX_NAMES_SHOWN))


def url(query: Query, path: str) -> str:
    """The canonical address of a query on a path such as `/suche`, `/daten`, `/api/v1/search`, `/feed.atom`.

    Equal queries give equal addresses; kind and language are left out where the path already has them.
    """
    address = parse_path(path)
    pairs = [("q", query.words)] if query.words else []
    for facet in FACETS if query.where else ():
        values = query.where.get(facet, ())
        if facet == "kind" and address and values == (address.kind,):
            continue
        pairs += [(facet, value) for value in sorted(values)]
    pairs += limits.pairs(query.limits, query.facets)
    if query.sort not in ("relevance", default_sort(address.kind if address else None, query.words)):
        pairs.append(("sort", query.sort))
    if query.size != DEFAULT_SIZE:
        pairs.append(("size", str(query.size)))
    if query.cursor:
        pairs.append(("cursor", query.cursor))
    elif query.page > 1:
        pairs.append(("page", str(query.page)))
    if query.lang != (address.lang if address else "de"):
        pairs.append(("lang", query.lang))
    return f"{path}?{urlencode(pairs)}" if pairs else path


def with_value(query: Query, facet: str, value: str) -> Query:
    """The query with one value more, from its first page."""
    values = query.where.get(facet, ())
    added = values if value in values else (*values, value)
    return replace(query, where={**query.where, facet: added}, page=1, cursor="")


def without_value(query: Query, facet: str, value: str) -> Query:
    """The query without one value, from its first page; a facet without values is removed."""
    left = tuple(kept for kept in query.where.get(facet, ()) if kept != value)
    where = {name: values for name, values in query.where.items() if name != facet}
    return replace(query, where={**where, facet: left} if left else where, page=1, cursor="")


def without_limit(query: Query, *names: str) -> Query:
    """The query without these fields of its `limits`, from its first page."""
    empty = Limits()
    return replace(
        query, limits=replace(query.limits, **{name: getattr(empty, name) for name in names}), page=1, cursor=""
    )


def with_page(query: Query, page: int) -> Query:
    return replace(query, page=page, cursor="")


def with_cursor(query: Query, token: str) -> Query:
    return replace(query, cursor=token, page=1)


def with_sort(query: Query, sort: str) -> Query:
    return replace(query, sort=sort, page=1, cursor="")


def without_facet_counts(query: Query) -> Query:
    """The query for the same hits, without counting facets."""
    return replace(query, facets=())
