"""What can be asked of an index, and what an index is: the contract that Tantivy and Elasticsearch both keep.

What is asked is built once, in `asked`; engines only execute it. docs/decisions/0030-analysis-and-needs.md says why.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from registry.model import Kind
from registry.projections.projection import Projection
from registry.search.facets import FACETS

Where = Mapping[str, tuple[str, ...]]  # facet -> values: OR within a facet, AND between
RANKED = 200  # first hits that are ranked again by freshness and quality
MAX_DEPTH = 10_000  # hits that can be paged through; whoever wants all takes the export


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """`page` from 1. `facets`: which to count."""

    words: str = ""
    where: Where = {}
    size: int = 20
    page: int = 1
    sort: str = "relevance"  # relevance (without words: newest) | newest | title
    lang: str = "de"
    facets: tuple[str, ...] = tuple(FACETS)


class Hit(msgspec.Struct, frozen=True):
    """`parts`: what the score is made of: points for the words, factors for freshness and quality."""

    id: str
    kind: Kind
    score: float
    parts: Mapping[str, float] = {}


class Count(msgspec.Struct, frozen=True):
    """`label`: the name of a publisher that is no record; empty where the value leads to a label."""

    value: str
    count: int
    label: str = ""


class Suggestion(msgspec.Struct, frozen=True):
    text: str
    count: int


class ResultPage(msgspec.Struct, frozen=True):
    """`facets`: counts that leave out the facet's own filter, largest first. `relaxed`: what was loosened because
    nothing matched all words, `note`: that similar hits follow the few that match all; None if not so.
    `complete`: how many hits, from the first page's first, have all words where similar ones follow."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[Count, ...]]
    next: str | None = None  # the next page's number
    relaxed: str | None = None
    note: str | None = None
    complete: int = 0


class Found(msgspec.Struct, frozen=True):
    """A document as an engine gives it. `day`, `quality`: as in Entry."""

    id: str
    kind: Kind
    score: float
    day: int = 0
    quality: int = 0


class Ranking(msgspec.Struct, frozen=True):
    """The first documents by score, and how many there are."""

    found: tuple[Found, ...]
    total: int


class SearchIndex(Projection, Protocol):
    def search(self, query: Query) -> ResultPage: ...

    def suggest(self, prefix: str, size: int) -> tuple[Suggestion, ...]: ...

    def faults(self) -> Mapping[str, str]:
        """Records that could not be rendered and are left out: id -> why."""
