"""URL parameters to a Query and back to links; pages, JSON API and feeds take the same ones."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final
from urllib.parse import urlencode

from msgspec.structs import replace

from api.web.addresses import Lang, parse_path
from registry.errors import UsageError
from registry.model import KINDS, Kind, Text
from registry.model.message import Message, message, translations
from registry.search.facet_counts import normal_where
from registry.search.facets import FACETS
from registry.search.query import MAX_DEPTH as MAX_DEPTH
from registry.search.query import Query

SORTS: Final = ("relevance", "newest", "title")
MAX_WORDS: Final = 500  # characters
MAX_VALUE: Final = 300  # characters of a facet value
MAX_VALUES: Final = 50  # of a facet
MAX_SIZE: Final = 100
SINGLE: Final = ("q", "sort", "size", "page", "lang")
MAX_NAMED, MAX_NAME = 5, 40  # names of parameters that are given back, and their characters

Pairs = Iterable[tuple[str, str]]


def parse(params: Pairs, lang: Lang | None = None, kind: Kind | None = None) -> Query:
    """The query that parameters ask for: `q`, the facets (each may repeat), `sort`, `size`, `page`, `lang`.

    `lang` and `kind`, where an address says them, win. What cannot be used is left out; `notes` says so.
    Raises UsageError where a page lies deeper than MAX_DEPTH.
    """
    first, where = _sorted_out(params)
    if kind:
        where["kind"] = (kind,)
    size = min(max(_number(first.get("size"), 20), 1), MAX_SIZE)
    page = max(_number(first.get("page"), 1), 1)
    if page > 1 and page * size > MAX_DEPTH:
        raise UsageError("page-too-deep", page=page, limit=MAX_DEPTH)
    sort = first.get("sort", "")
    words = " ".join(first.get("q", "")[:MAX_WORDS].split())
    asked = first.get("lang", "")
    return Query(
        words=words,
        where=where,
        size=size,
        page=page,
        sort=sort if sort in SORTS else "relevance",
        lang=lang or (asked if asked in ("de", "en") else "de"),
    )


def _sorted_out(params: Pairs) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The first value of each single parameter, and all usable values of each facet in canonical form."""
    first: dict[str, str] = {}
    found: dict[str, dict[str, None]] = {}
    for name, value in params:
        if name not in FACETS:
            first.setdefault(name, value)
        elif _usable(name, value := value.strip()):
            values = found.setdefault(name, {})
            if len(values) < MAX_VALUES:
                values[canonical(name, value)] = None
    return first, {facet: tuple(found[facet]) for facet in FACETS if facet in found}


def _usable(facet: str, value: str) -> bool:
    return 0 < len(value) <= MAX_VALUE and "\0" not in value and (facet != "kind" or value in KINDS)


def canonical(facet: str, value: str) -> str:
    """The notation for the IRI of a concept, the id for the address of a record; every other value as it is."""
    return next(iter(normal_where({facet: (value,)})[facet]), value)


def _number(value: str | None, default: int, wrong: int | None = None) -> int:
    """Digits as a number (one too long to be meant is cut to a large one); the default for None, `wrong` for whatever
    else, where that is to be told from it."""
    if value and value.isascii() and value.isdigit():
        return int(value[:9])
    return default if value is None or wrong is None else wrong


def notes(params: Pairs) -> tuple[Text, ...]:
    """What `parse` did not take as it was asked, by language."""
    return tuple(map(translations, _notes(list(params))))


def _notes(params: Sequence[tuple[str, str]]) -> Iterator[Message]:
    first, where = _sorted_out(params)
    if first.get("sort", "") not in ("", *SORTS):
        yield message("query-sort-unknown")
    if not 1 <= _number(first.get("size") or None, 20, wrong=0) <= MAX_SIZE:
        yield message("query-size-bounds", limit=MAX_SIZE)
    if _number(first.get("page") or None, 1, wrong=0) < 1:
        yield message("query-page-unknown")
    if first.get("lang", "") not in ("", "de", "en"):
        yield message("query-language-unknown")
    if len(first.get("q", "")) > MAX_WORDS:
        yield message("query-words-cut", limit=MAX_WORDS)
    asked = {(name, canonical(name, value.strip())) for name, value in params if name in FACETS and value.strip()}
    if len(asked) > sum(map(len, where.values())):
        yield message("query-filter-unknown")


def unknown(params: Pairs) -> tuple[Text, ...]:
    """For programs, the names that mean nothing here: a filter with a spelling mistake filters nothing."""
    names = dict.fromkeys(name for name, _ in params if name not in (*SINGLE, *FACETS))
    if not names:
        return ()
    listed = ", ".join(name[:MAX_NAME] for name in islice(names, MAX_NAMED))
    return (translations(message("query-parameters-unknown", names=listed)),)


def url(query: Query, path: str) -> str:
    """The canonical address of a query on a path such as `/suche`, `/daten`, `/api/v1/search`, `/feed.atom`.

    The same query gives the same address; what the path itself says (kind, language) is not repeated.
    """
    address = parse_path(path)
    pairs = [("q", query.words)] if query.words else []
    for facet in FACETS:
        values = query.where.get(facet, ())
        if facet == "kind" and address and values == (address.kind,):
            continue
        pairs += [(facet, value) for value in sorted(values)]
    if query.sort != "relevance":
        pairs.append(("sort", query.sort))
    if query.size != 20:
        pairs.append(("size", str(query.size)))
    if query.page > 1:
        pairs.append(("page", str(query.page)))
    if query.lang != (address.lang if address else "de"):
        pairs.append(("lang", query.lang))
    return f"{path}?{urlencode(pairs)}" if pairs else path


def with_value(query: Query, facet: str, value: str) -> Query:
    """The query with one value more, from its first page."""
    values = query.where.get(facet, ())
    added = values if value in values else (*values, value)
    return replace(query, where={**query.where, facet: added}, page=1)


def without_value(query: Query, facet: str, value: str) -> Query:
    """The query with one value less, from its first page; a facet without values is gone."""
    left = tuple(one for one in query.where.get(facet, ()) if one != value)
    where = {name: values for name, values in query.where.items() if name != facet}
    return replace(query, where={**where, facet: left} if left else where, page=1)


def with_page(query: Query, page: int) -> Query:
    return replace(query, page=page)


def with_sort(query: Query, sort: str) -> Query:
    return replace(query, sort=sort, page=1)


def countless(query: Query) -> Query:
    """The same hits without counting facets."""
    return replace(query, facets=())
