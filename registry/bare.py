"""Builds the catalogue with what each command needs: records, sources, runs and the search index.

Entry point: `open_bare`. All other parts are opened when they are first asked for (`CatalogParts`): `lotse harvest`
never asks for them, and loading them takes a third of the time of a harvest without changes.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from registry.catalog import Catalog
from registry.model import Position
from registry.projections.projection import Projection
from registry.projections.projector import Projector
from registry.search.index_position import generation_of, kept, position_in
from registry.settings import Settings, refuse_lost_database
from registry.sources.runs import open_runs
from registry.sources.sources import open_sources
from registry.sources.staging import open_staging
from registry.store.store import open_store

if TYPE_CHECKING:
    from registry.search.query import SearchIndex

NO_PROJECTIONS: Final[Mapping[str, Projection]] = MappingProxyType({})


class LateIndex:
    """A SearchIndex that is opened when more is asked for than its position: where that is the last change, nothing of
    what searches and indexes is loaded."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def _index(self) -> "SearchIndex":
        from registry.search_index import open_index

        return open_index(self._settings)

    def position(self) -> Position | None:
        if self._settings.search != "tantivy" or "_index" in self.__dict__:
            return self._index.position()
        return position_in(kept(generation_of(self._settings.data / "search")))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)


def open_bare(
    settings: Settings,
    open_part: Callable[[Any, str], Any],
    index: "SearchIndex | None" = None,
    projections: Mapping[str, Projection] = NO_PROJECTIONS,
) -> Catalog:
    """Opens the catalogue, whose other parts `open_part` opens later. `index`: if it is open already; `projections`:
    those beside it.

    UpgradeNeededError if the database is from an older version, NotReadyError if it is lost.
    """
    refuse_lost_database(settings)
    store = open_store(settings.database_url)
    index = index or cast("SearchIndex", LateIndex(settings))
    staging = open_staging(settings.database_url, settings.data)
    return Catalog(
        store=store,
        index=index,
        projector=Projector(store, {"search": index, **projections}, settings.data),
        settings=settings,
        sources=open_sources(settings.database_url, settings.data, staging),
        runs=open_runs(settings.database_url, settings.data, staging),
        staging=staging,
        open_part=open_part,
    )
