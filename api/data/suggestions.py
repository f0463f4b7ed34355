"""Words of the catalogue for what is being typed, each with the number of hits of each kind.

Entry point: `suggested`.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from api.web import addresses, query
from api.web.addresses import Lang
from registry.catalog import Catalog
from registry.model.text import shortened
from registry.search.query import Query

MAX_SUGGESTED: Final = 8


class SuggestionOut(msgspec.Struct, frozen=True):
    """A word or keyword; `total`: exact hits of a search for it; `kinds`: the same by kind; `url`: of that search."""

    text: str
    total: int
    kinds: Mapping[str, int]
    url: str


class SuggestAnswer(msgspec.Struct, frozen=True):
    suggestions: tuple[SuggestionOut, ...]


def suggested(catalog: Catalog, beginning: str, lang: Lang, size: int = MAX_SUGGESTED) -> tuple[SuggestionOut, ...]:
    """At most `size` words that begin so, the most frequent first; none for an empty beginning."""
    listed = catalog.index.suggest(beginning, min(size, MAX_SUGGESTED))
    counted = (_with_counts(catalog, word.text, lang) for word in listed)
    return tuple(sorted((word for word in counted if word.total), key=lambda word: (-word.total, word.text)))


def _with_counts(catalog: Catalog, text: str, lang: Lang) -> SuggestionOut:
    page = catalog.index.search(Query(words=text, size=0, facets=("kind",), lang=lang))
    url = query.url(Query(words=text, lang=lang), addresses.path("search", lang))
    kinds = {count.value: count.count for count in page.facets.get("kind", ())}
    return SuggestionOut(shortened(text), page.total, kinds, url)
