"""What can be asked of an index, and what an index is: the contract that Tantivy and Elasticsearch both keep."""

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from registry.model import Change, Kind, Position

FACETS = ("kind", "theme", "publisher", "district", "format", "licence", "phase", "source", "year")


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """`where`: facet -> values, OR within a facet, AND between. `page` from 1. `facets`: which to count."""

    words: str = ""
    where: Mapping[str, tuple[str, ...]] = {}
    size: int = 20
    page: int = 1
    sort: str = "relevance"  # relevance | newest | title
    lang: str = "de"
    facets: tuple[str, ...] = FACETS


class Hit(msgspec.Struct, frozen=True):
    id: str
    kind: Kind
    score: float


class Count(msgspec.Struct, frozen=True):
    value: str
    count: int


class Suggestion(msgspec.Struct, frozen=True):
    text: str
    count: int


class Page(msgspec.Struct, frozen=True):
    """`facets`: counts that leave out the facet's own filter, largest first. `relaxed`: words loosened, or None."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[Count, ...]]
    next: str | None = None
    relaxed: str | None = None


class Projection(Protocol):
    """Whatever is derived from the store's changes and can be built again."""

    def position(self) -> Position | None:
        """Epoch and last change taken in; survives a crash. None: nothing yet."""

    def apply(self, changes: Iterable[Change], position: Position) -> None:
        """Takes changes in; `record` None = forget it; may be repeated. Afterwards `position()` is `position`."""

    def rebuild(self, changes: Iterable[Change], position: Position) -> None:
        """From nothing, in one step for readers."""


class SearchIndex(Projection, Protocol):
    def search(self, query: Query) -> Page: ...

    def suggest(self, prefix: str, size: int) -> tuple[Suggestion, ...]: ...
