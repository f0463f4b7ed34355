"""Builds the whole catalogue from the settings, and upgrades its tables.

Entry points: `open_catalog`, `open_part`, `upgrade`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from registry.answers.answers import open_answers
from registry.bare import open_bare
from registry.catalog import Catalog
from registry.following import reads, subscriptions, webhooks
from registry.following.following import open_following
from registry.letters import outbox
from registry.letters.mailboxes import open_mailboxes
from registry.letters.outbox import open_outbox
from registry.links import links
from registry.links.links import open_links
from registry.people import accounts, confirmations, drafts, page_texts, reasons, refused_links
from registry.people.accounts import open_people
from registry.people.confirmations import open_confirmations
from registry.people.drafts import open_inbox
from registry.people.page_texts import open_page_texts
from registry.people.reasons import open_reasons
from registry.people.refused_links import open_refused_links
from registry.pictures import pictures
from registry.pictures.pictures import open_pictures
from registry.preview import preview_store
from registry.preview.previews import open_previews
from registry.preview.tiles import Background
from registry.projections.projection import Projection
from registry.quality import file_checks, scores
from registry.quality.file_checks import open_file_checks
from registry.quality.scores import open_scores
from registry.search.meaning import is_installed, open_encoder
from registry.search.refining import ByMeaning
from registry.search.vectors import Vectors, VectorStore, folder_name
from registry.search_index import open_index, search_server
from registry.settings import Settings, refuse_lost_database
from registry.sources import payloads, staging, tables
from registry.sources.staging import staging_engine
from registry.store import dictionaries, schema
from registry.store.database import Tables, connect, upgrade_tables
from registry.visitors import messages
from registry.visitors.messages import open_messages


def open_catalog(settings: Settings) -> Catalog:
    """Opens the catalogue; UpgradeNeededError if the database is from an older version, NotReadyError if it is lost."""
    refuse_lost_database(settings)
    vectors = open_vectors(settings)
    projections: dict[str, Projection] = {"meaning": vectors} if vectors else {}
    projections["sparql"] = open_sparql(settings)
    refiner = ByMeaning(vectors.store, vectors.encoder) if vectors else None
    catalog = open_bare(settings, open_part, open_index(settings, refiner), projections)
    for name in OPENERS:
        getattr(catalog, name)
    catalog.index.outside = {"links": catalog.links.broken_records}
    return catalog


def open_part(catalog: Catalog, name: str) -> Any:
    """A part of the catalogue (`CatalogParts`)."""
    return OPENERS[name](catalog, catalog.settings.database_url)


OPENERS: Final[Mapping[str, Callable[[Catalog, str], Any]]] = {  # each gets the catalogue and the URL of its database
    "people": lambda _, url: open_people(url),
    "inbox": lambda catalog, url: open_inbox(url, catalog.store.owner, catalog.people.on_duty),
    "outbox": lambda _, url: open_outbox(url),
    "mailboxes": lambda _, url: open_mailboxes(url),
    "messages": lambda _, url: open_messages(url),
    "reasons": lambda _, url: open_reasons(url),
    "page_texts": lambda _, url: open_page_texts(url),
    "pictures": lambda _, url: open_pictures(url),
    "confirmations": lambda _, url: open_confirmations(url),
    "refused_links": lambda _, url: open_refused_links(url),
    "following": lambda _, url: open_following(url),
    "scores": lambda _, url: open_scores(url),
    "file_checks": lambda _, url: open_file_checks(url),
    "previews": lambda catalog, url: open_previews(
        url, catalog.settings.data, catalog.settings, Background(catalog.settings.tiles, catalog.settings.tiles_credit)
    ),
    "links": lambda _, url: open_links(url),
    "answers": lambda catalog, _: open_answers(catalog.settings, catalog.previews, catalog.store),
}


def table_groups(settings: Settings) -> dict[str, tuple[sa.Engine, Tables]]:
    """All groups of tables, each with the database in which it is: that of the records comes first."""
    engine = connect(settings.database_url)
    rooms: dict[str, Any] = {
        "records": schema,
        "record dictionaries": dictionaries,
        "ledger": tables,
        "inbox": drafts,
        "letters": outbox,
        "reasons": reasons,
        "page_texts": page_texts,
        "pictures": pictures,
        "scores": scores,
        "file_checks": file_checks,
        "previews": preview_store,
        "links": links,
        "confirmations": confirmations,
        "refused_links": refused_links,
        "visitors": messages,
        "people": accounts,
        **accounts.PARTS_OF_PEOPLE,
        "following": subscriptions,
        "webhooks": webhooks,
        "reads": reads,
    }
    staged = staging_engine(settings.database_url, settings.data)
    return {name: (engine, room.TABLES) for name, room in rooms.items()} | {
        "staging": (staged, staging.TABLES),
        "payload dictionaries": (staged, payloads.TABLES),
        "last readings": (staged, staging.LAST_READINGS),
    }


def upgrade(settings: Settings) -> Mapping[str, tuple[int, int]]:
    """Brings the tables of each group up to date; returns for each its version before (0: no tables) and after."""
    return {name: upgrade_tables(engine, group) for name, (engine, group) in table_groups(settings).items()}


def open_sparql(settings: Settings) -> Projection:
    """All records as RDF: a triple store in the data folder, or a SPARQL server."""
    if not settings.sparql_addresses:
        from registry.sparql.triple_store import TripleStore

        return TripleStore(settings.data / "sparql", settings.base_url)
    from registry.sparql.server import SparqlServer

    return SparqlServer(settings.sparql_addresses, settings.data / "sparql-server.json", settings.base_url)


def open_vectors(settings: Settings) -> Vectors | None:
    """The vectors of records, by which a search finds what is meant alike; None where that is off or not installed."""
    if settings.meaning == "off" or not (settings.meaning or is_installed()):
        return None
    encoder = open_encoder()
    return Vectors(_vector_store(settings, folder_name(encoder), encoder.dimensions), encoder)


def _vector_store(settings: Settings, name: str, dimensions: int) -> VectorStore:
    """Where the search index is: in the data folder, or on the server."""
    if settings.search == "tantivy":
        from registry.search.vector_files import VectorFiles

        return VectorFiles(settings.data / "meaning", name, dimensions)
    from registry.search.elastic_client import open_client
    from registry.search.elastic_vectors import ElasticVectors

    server = search_server(settings)
    return ElasticVectors(open_client(server), "lotse", name, dimensions, server.index_settings())
