"""Queries and answers of the search, and `SearchIndex`, the protocol of both indexes (Tantivy, Elasticsearch).

Queries are analysed once, by `registry.search.matching.asked`; engines only execute the result:
docs/decisions/0030-analysis-and-needs.md.
"""

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

import msgspec
from msgspec.structs import replace

from registry.model import Kind
from registry.model.message import Message
from registry.projections.projection import Projection
from registry.search.facets import DEFAULT_FACETS, OUTSIDE_FACETS
from registry.search.filters import Outside
from registry.search.filters import Where as Where
from registry.search.limits import Limits
from registry.search.synonyms import Synonyms
from vocab.concepts import ConceptList

RANKED = 200  # first hits that are sorted again by freshness and quality
MAX_DEPTH = 10_000  # hits that can be paged through; all records are in the export


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A search. `page`: from 1; `size`: hits a page; `facets`: those to count; `limits`: by place and time;
    `cursor`: a token of the page before (`paging`), in place of `page`; `outside`: of facets that the index does not
    know, added by the index itself."""

    words: str = ""
    where: Where = {}
    size: int = 20
    page: int = 1
    sort: str = "relevance"  # relevance (without words: newest) | newest | title
    lang: str = "de"
    facets: tuple[str, ...] = DEFAULT_FACETS
    limits: Limits = Limits()
    cursor: str = ""
    outside: Outside = ()

    @property
    def key(self) -> tuple[object, ...]:
        """The same for equal queries, to keep their answers by."""
        where = tuple(sorted(self.where.items()))
        return where, *(getattr(self, name) for name in self.__struct_fields__ if name != "where")

    @property
    def list_key(self) -> tuple[object, ...]:
        """The same for all pages of a list, whatever is counted."""
        return replace(self, page=1, size=0, cursor="", facets=()).key


class Hit(msgspec.Struct, frozen=True):
    """A record on a page of hits. `parts` of the score: points for the words, factors for freshness and quality.
    `exact`: it has all words of the query; `by`: what found it; `synonyms`: words of the query, as typed, that it has
    only by another word -> that word; `tier`: of how much that the query names it is."""

    id: str
    kind: Kind
    score: float
    parts: Mapping[str, float] = {}
    exact: bool = True
    by: Literal["words", "meaning"] = "words"
    synonyms: Mapping[str, str] = {}
    tier: int = 0


class Count(msgspec.Struct, frozen=True):
    """How many hits have a value of a facet. `label`: name of a publisher without a record; else the value has one.
    `parent`: the organization among the counted ones of which this one is a unit."""

    value: str
    count: int
    label: str = ""
    parent: str = ""


class Suggestion(msgspec.Struct, frozen=True):
    text: str
    count: int


class ResultPage(msgspec.Struct, frozen=True):
    """One page of hits. `total`: of exact ones; `similar_total`: of the similar ones that follow them. `facets`: counts
    of exact hits without the facet's own filter, largest first. `relaxed`: a sentence if no hit is exact; `note`: a
    sentence if similar hits follow exact ones; else None. `whole_city`: exact hits that name no district, counted with
    the facet `district`; `named`: facet -> values that words of the query name."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[Count, ...]]
    next: str | None = None  # the next page's number
    relaxed: str | None = None
    note: str | None = None
    similar_total: int = 0
    cursor: str = ""  # the next page's token
    whole_city: int = 0
    named: Mapping[str, tuple[str, ...]] = {}


class Found(msgspec.Struct, frozen=True):
    """A document that an engine returned. `day`, `quality`: as in `Entry`; `tier`: see `Asked`."""

    id: str
    kind: Kind
    score: float
    day: int = 0
    quality: int = 0
    tier: int = 0


class Ranking(msgspec.Struct, frozen=True):
    """Documents by score, the number of all that match, and the score of the best one."""

    found: tuple[Found, ...]
    total: int
    best: float = 0.0


class Sorted(msgspec.Struct, frozen=True):
    """Hits in an order of texts, the number of all, and the key of the last hit."""

    hits: list[Hit]
    total: int
    last: str = ""


class HealthCheck(msgspec.Struct, frozen=True):
    """What an operator should know of the server on which the index is; `remedy`: None where all is well."""

    state: Literal["ok", "look", "broken"]
    what: Message
    remedy: Message | None = None


def with_outside(query: Query, having: Mapping[str, Callable[[], tuple[str, ...]]]) -> Query:
    """The query with what the index does not know of the facets that it asks for; `having`: facet -> the ids."""
    facets = [facet for facet in OUTSIDE_FACETS if facet in having and (facet in query.where or facet in query.facets)]
    return replace(query, outside=tuple((facet, having[facet]()) for facet in facets)) if facets else query


class SearchIndex(Projection, Protocol):
    """A projection that answers queries. `synonyms`: the city's, None for those of Lotse; `districts`: the city's."""

    synonyms: Synonyms | None
    districts: ConceptList | None
    outside: Mapping[str, Callable[[], tuple[str, ...]]]  # facet -> the ids of the records that have its value

    def search(self, query: Query) -> ResultPage:
        """The page that answers a query; NotReadyError without an index, UsageError for a page beyond MAX_DEPTH."""

    def suggest(self, prefix: str, size: int) -> tuple[Suggestion, ...]:
        """At most `size` words of titles and keywords that begin with a prefix, the most frequent first."""

    def faults(self) -> Mapping[str, str]:
        """Records that could not be indexed: id -> reason."""

    def health(self) -> tuple[HealthCheck, ...]:
        """How the server is, on which the index is; () for an embedded one. NotReadyError if it does not answer."""
