"""The records of the whole catalogue as they were when a reader began: the snapshot from which all its pages are cut.

Entry points: `parts`, `part`. A snapshot is the number of a change; the store answers what was shown then, so nothing
is kept for a reader, and every process gives the same pages.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from msgspec.structs import replace

from api.data.catalogue import PageRequest
from api.data.export import fitting
from api.web.query import MAX_DEPTH
from registry.catalog import Catalog
from registry.errors import NotReadyError, StartAgainError
from registry.model import Position
from registry.search.query import Query
from registry.store.snapshot import changed_since, replaced_at, shown_at
from registry.store.store import ShownRecord
from vocab.concepts import ConceptList

SNAPSHOT_KEPT: Final = timedelta(hours=6)  # after the next change; ten thousand pages take three hours
MAX_KEPT_PARTS: Final = 8  # in memory, of readers who are reading
SECONDS_BEHIND: Final = 2  # after which to ask again where the search index is behind


class Part(NamedTuple):
    """The ids of a part of the catalogue, in order, and when it last changed."""

    ids: tuple[str, ...]
    modified: datetime | None


def part(listing: Iterable[ShownRecord]) -> Part:
    """The Part of a listing, which is in order of id."""
    listing = list(listing)
    return Part(tuple(record.id for record in listing), max((record.changed for record in listing), default=None))


def parts(catalog: Catalog, districts: ConceptList | None = None) -> Callable[[Position, PageRequest], Part]:
    """A function from snapshot and request to the Part, cached: its pages are read one after the other.

    (Listing 100,000 records takes half a second, and they are a thousand pages.) StartAgainError for a snapshot that is
    older than SNAPSHOT_KEPT. NotReadyError where a search is needed and its index has not taken in the last change: an
    answer without it would look as if records were gone.
    """

    @lru_cache(maxsize=MAX_KEPT_PARTS)
    def listed(snapshot: Position, ask: PageRequest) -> Part:
        listing = shown_at(catalog.store, snapshot.number, ask.kinds, ask.modified_since)
        if not (ask.words or ask.where):
            return part(listing)
        hits = _hits_at(catalog, snapshot, ask, districts)
        return part(record for record in listing if record.id in hits)

    def part_of(snapshot: Position, ask: PageRequest) -> Part:
        replaced = replaced_at(catalog.store, snapshot.number)
        if replaced and datetime.now(UTC) - replaced > SNAPSHOT_KEPT:
            raise StartAgainError("catalogue-snapshot-old", hours=round(SNAPSHOT_KEPT / timedelta(hours=1)))
        return listed(snapshot, ask._replace(after="", page=1, snapshot=""))

    return part_of


def _hits_at(catalog: Catalog, snapshot: Position, ask: PageRequest, districts: ConceptList | None) -> set[str]:
    """The ids of all hits in the snapshot. The index knows the newest state only: it answers for what is unchanged,
    facets of what was changed since are looked up in the former version.

    StartAgainError for words where something was changed, for only the index can tell what has them.
    """
    position = catalog.store.position()
    query = Query(words=ask.words, where=dict(ask.where), size=MAX_DEPTH, sort="title", facets=())
    ready = catalog.index.position() == position
    hits = set(_hits(catalog, query)) if ready else set()
    if not ready or catalog.index.position() != position:
        raise NotReadyError("search-behind", {"seconds": SECONDS_BEHIND})
    changed = changed_since(catalog.store, snapshot.number)
    if changed and ask.words:
        raise StartAgainError("catalogue-changed-search")
    fits = fitting(catalog, dict(ask.where), districts)
    return hits - {record.id for record in changed} | {record.id for record in changed if fits(record)}


def _hits(catalog: Catalog, query: Query) -> Iterator[str]:
    """The ids of all exact hits, however many."""
    while True:
        page = catalog.index.search(query)
        yield from (hit.id for hit in page.hits if hit.exact)
        if not page.cursor:
            return
        query = replace(query, cursor=page.cursor)
