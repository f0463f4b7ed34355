"""Searches of packages: conditions in the syntax of Solr, order, facets.

Words are looked up in the search index of the catalogue, with its German, its compounds and synonyms; everything else
is compared with the entries in memory. So `notes:x` finds what `x` finds anywhere.

Entry points: `found` (id -> score), `in_order`, `facets`.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial, reduce
from typing import Any, Final

from msgspec.structs import replace

from api.ckan.errors import SearchQueryError
from api.ckan.packages import View
from registry.catalog import Catalog
from registry.ckan import solr
from registry.ckan.entries import (
    DATE_FIELDS,
    FACET_FIELDS,
    FIELDS,
    PACKAGE_KINDS,
    Entry,
    facet_label,
    normal_value,
)
from registry.model.text import slug
from registry.search.analysis import words
from registry.search.query import MAX_DEPTH, Query

Scores = dict[str, float]  # id of a record -> score
TEXT_FIELDS: Final = ("", "text", "notes", "res_name", "res_description", "author", "maintainer", "url", "extras")
DEFAULT_SORT: Final = "score desc, metadata_modified desc"
MAX_COMPLETIONS: Final = 20  # words that a word with a star at its end stands for
_DATE_MATH = re.compile(r"NOW(?:/[A-Z]+)?(?:([+-])(\d{1,6})(MINUTE|HOUR|DAY|MONTH|YEAR)S?)?(?:/[A-Z]+)?")
_SECONDS: Final = {"MINUTE": 60, "HOUR": 3600, "DAY": 86400, "MONTH": 30 * 86400, "YEAR": 365 * 86400}
_CLAUSE = re.compile(r"\s*([A-Za-z0-9_.]+)\s+(asc|desc)\s*", re.IGNORECASE)


def found(catalog: Catalog, view: View, text: str, *, filters: bool = False) -> Scores:
    """The packages that a query finds, with the scores of its words. SearchQueryError for one that is too long."""
    try:
        condition = solr.parse(text, filters=filters)
    except ValueError as error:
        raise SearchQueryError(f"Search Query is invalid: {error}") from None
    return _Search(catalog, view).of(condition)


class _Search:
    def __init__(self, catalog: Catalog, view: View) -> None:
        self.catalog = catalog
        self.view = view

    def of(self, condition: solr.Condition) -> Scores:
        match condition:
            case solr.And(parts):
                return reduce(_both, map(self.of, parts))
            case solr.Or(parts):
                return reduce(_either, map(self.of, parts))
            case solr.Not(part):
                without = self.of(part)
                return {id: 0.0 for id in self.view.entries if id not in without}
            case solr.Words(text):
                return self.with_words(text)
            case solr.Range():
                return self.in_range(condition)
            case solr.Term():
                return self.with_term(condition)
        return dict.fromkeys(self.view.entries, 0.0)

    def with_words(self, text: str) -> Scores:
        """What the search index finds by all of these words; beyond MAX_DEPTH hits the rest follows by title."""
        if not words(text):
            return {}
        query = Query(words=text, where={"kind": PACKAGE_KINDS}, size=MAX_DEPTH, facets=())
        page = self.catalog.index.search(query)
        scores = {hit.id: hit.score for hit in page.hits if hit.exact and hit.id in self.view.entries}
        if page.total > MAX_DEPTH:
            query = replace(query, sort="title")
            while True:
                page = self.catalog.index.search(query)
                scores = {hit.id: 0.0 for hit in page.hits if hit.exact and hit.id in self.view.entries} | scores
                if not page.cursor:
                    break
                query = replace(query, cursor=page.cursor)
        return scores

    def with_term(self, term: solr.Term) -> Scores:
        field = term.field.removeprefix("extras_").removeprefix("vocab_")
        if field == "title":
            return self._titled(term)
        if field in TEXT_FIELDS:
            return self._text(term)
        values_of = FIELDS.get(field)
        if values_of is None:
            return {}
        fits = _comparison(term, normal_value(field, term.value))
        return self._that(lambda package: any(map(fits, values_of(package))))

    def _text(self, term: solr.Term) -> Scores:
        """A word or phrase anywhere; a word with a star stands for the words in titles and keywords that begin so."""
        if not term.prefix:
            return self.with_words(f'"{term.value}"' if term.phrase else term.value)
        completed = [suggestion.text for suggestion in self.catalog.index.suggest(term.value, MAX_COMPLETIONS)]
        return reduce(_either, map(self.with_words, [term.value, *completed]), {})

    def _titled(self, term: solr.Term) -> Scores:
        """Packages with these words in their title: by the search index, and then by what the title says."""
        forms = {word.stem for word in words(term.value)}
        part = term.value.casefold()
        anywhere = self._text(term)

        def has(id: str, title: str) -> bool:
            if part in title.casefold():
                return True
            return id in anywhere and not term.phrase and forms <= {word.stem for word in words(title)}

        return {id: anywhere.get(id, 1.0) for id, package in self.view.entries.items() if has(id, package.title)}

    def in_range(self, span: solr.Range) -> Scores:
        values_of = FIELDS.get(span.field.removeprefix("extras_"))
        if values_of is None:
            return {}
        bound = _instant if span.field in DATE_FIELDS else str.casefold
        low, high = (bound(text) if text != "*" else "" for text in (span.low, span.high))

        def fits(value: str) -> bool:
            value = value.casefold() if span.field not in DATE_FIELDS else value
            above = not low or value > low or (span.with_low and value == low)
            return above and (not high or value < high or (span.with_high and value == high))

        return self._that(lambda package: any(value and fits(value) for value in values_of(package)))

    def _that(self, fits: Callable[[Entry], bool]) -> Scores:
        return {id: 0.0 for id, package in self.view.entries.items() if fits(package)}


def _both(first: Scores, second: Scores) -> Scores:
    return {id: score + second[id] for id, score in first.items() if id in second}


def _either(first: Scores, second: Scores) -> Scores:
    return second | {id: score + second.get(id, 0.0) for id, score in first.items()}


def _comparison(term: solr.Term, value: str) -> Callable[[str], bool]:
    """Whether a value of a field is what the term says; without regard to case."""
    wanted = value.casefold()
    if term.prefix and term.suffix:
        return lambda text: wanted in text.casefold()
    if term.prefix:
        return lambda text: text.casefold().startswith(wanted)
    if term.suffix:
        return lambda text: text.casefold().endswith(wanted)
    return lambda text: text.casefold() == wanted


def _instant(text: str) -> str:
    """A bound of dates as CKAN writes dates (UTC, without a zone): an instant, a day, or NOW-6MONTHS."""
    relative = _DATE_MATH.fullmatch(text)
    if relative:
        seconds = int(relative[2] or 0) * _SECONDS.get(relative[3] or "", 0)
        at = datetime.now(UTC) + timedelta(seconds=-seconds if relative[1] == "-" else seconds)
    else:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise SearchQueryError(f"Search Query is invalid: {text[:60]!r} is no date") from None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


# -- order


_KEYS: Final[Mapping[str, Callable[[Entry], str]]] = {
    "id": lambda package: package.uuid,
    "name": lambda package: package.id,
    "title": lambda package: slug(package.title),
    "title_string": lambda package: slug(package.title),
    "metadata_created": lambda package: package.created,
    "metadata_modified": lambda package: package.modified,
    "organization": lambda package: package.organization.name if package.organization else "",
}


def in_order(view: View, scores: Scores, sort: str) -> list[str]:
    """The ids in an order such as `score desc, metadata_modified desc`; a field that there is not does not order.

    SearchQueryError if a part names no direction. Packages that are equal in it come in order of their ids.
    """
    ids = [id for id in view.entries if id in scores]
    clauses = [_CLAUSE.fullmatch(part) for part in (sort or DEFAULT_SORT).split(",")]
    if not all(clauses):
        raise SearchQueryError("Search Query is invalid: each part of sort is a field and asc or desc")
    for clause in reversed(clauses):
        assert clause
        key = partial(_key, view, scores, clause[1])
        ids.sort(key=key, reverse=clause[2].lower() == "desc")
    return ids


def _key(view: View, scores: Scores, field: str, id: str) -> Any:
    if field == "score":
        return scores[id]
    return _KEYS[field](view.entries[id]) if field in _KEYS else ""


# -- facets


def facets(view: View, ids: Sequence[str], fields: Sequence[str], limit: int, least: int) -> dict[str, dict[str, Any]]:
    """`facets` and `search_facets` of CKAN's answer. `limit`: values of a field, -1: all; `least`: packages each."""
    counted: dict[str, dict[str, int]] = {}
    detailed: dict[str, Any] = {}
    for field in fields:
        values_of = FACET_FIELDS.get(field)
        if values_of is None:
            continue
        counts: Counter[str] = Counter()
        shown: dict[str, Entry] = {}
        for id in ids:
            package = view.entries[id]
            for value in values_of(package):
                counts[value] += 1
                shown.setdefault(value, package)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        kept = [(value, count) for value, count in ranked if count >= least][: None if limit < 0 else limit]
        counted[field] = dict(kept)
        items = [
            {"name": value, "display_name": facet_label(field, value, shown[value]), "count": count}
            for value, count in kept
        ]
        detailed[field] = {"title": field, "items": items}
    return {"facets": counted, "search_facets": detailed}
