"""Builds the catalogue that the settings describe: the only place that chooses a backend."""

from collections.abc import Mapping

from registry import inbox, ledger, people, rows, staging
from registry import settings as settings_room
from registry.catalog import Catalog
from registry.inbox import open_inbox
from registry.ledger import open_ledger
from registry.people import open_people
from registry.projector import Projector
from registry.search import SearchIndex
from registry.settings import Settings
from registry.staging import staging_engine
from registry.store import open_store
from registry.tables import connect, upgrade_tables
from vocab.concepts import ConceptList, load


def open_catalog(settings: Settings) -> Catalog:
    """UpgradeNeededError if the database is of an older Lotse."""
    store = open_store(settings.database_url)
    index = open_index(settings)
    return Catalog(
        store=store,
        index=index,
        projector=Projector(store, {"search": index}, settings.data),
        settings=settings,
        ledger=open_ledger(settings.database_url, settings.data),
        inbox=open_inbox(settings.database_url),
        people=open_people(settings.database_url),
    )


def upgrade(settings: Settings) -> Mapping[str, tuple[int, int]]:
    """Brings every room's tables up to date; for each the version before (0: none) and after."""
    engine = connect(settings.database_url)
    rooms = {"records": rows, "ledger": ledger, "inbox": inbox, "people": people}
    done = {name: upgrade_tables(engine, room.TABLES) for name, room in rooms.items()}
    staged = staging_engine(settings.database_url, settings.data)
    return done | {"staging": upgrade_tables(staged, staging.TABLES)}


def open_index(settings: Settings) -> SearchIndex:
    """Tantivy in the data folder, or Elasticsearch at an address; each is imported only where it is used."""
    districts = _districts(settings)
    if settings.search == "tantivy":
        from registry.search_tantivy import TantivyIndex

        return TantivyIndex(settings.data / "search", districts)
    from registry.search_elastic import ElasticIndex

    return ElasticIndex(settings.search, districts=districts, ca_file=str(settings.ca_file or "") or None)


def _districts(settings: Settings) -> ConceptList | None:
    path = settings_room.city(settings).districts
    return load(path) if path else None
