"""Builds the catalogue from the settings; only this module and `search_index` choose the database and the index.

Entry points: `open_catalog`, `upgrade`.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from registry.answers.answers import open_answers
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
from registry.projections.projector import Projector
from registry.quality import file_checks, scores
from registry.quality.file_checks import open_file_checks
from registry.quality.scores import open_scores
from registry.search.meaning import is_installed, open_encoder
from registry.search.refining import ByMeaning
from registry.search.vectors import Vectors, VectorStore, folder_name
from registry.search_index import open_index, search_server
from registry.settings import Settings, refuse_lost_database
from registry.sources import payloads, staging, tables
from registry.sources.runs import open_runs
from registry.sources.sources import open_sources
from registry.sources.staging import open_staging, staging_engine
from registry.store import schema
from registry.store.database import Tables, connect, upgrade_tables
from registry.store.store import open_store
from registry.visitors import messages
from registry.visitors.messages import open_messages


def open_catalog(settings: Settings) -> Catalog:
    """Opens the catalogue; UpgradeNeededError if the database is from an older version, NotReadyError if it is lost."""
    refuse_lost_database(settings)
    store = open_store(settings.database_url)
    vectors = open_vectors(settings)
    index = open_index(settings, ByMeaning(vectors.store, vectors.encoder) if vectors else None)
    links = open_links(settings.database_url)
    index.outside = {"links": links.broken_records}
    projections: dict[str, Projection] = {"search": index}
    projections |= {"meaning": vectors} if vectors else {}
    projections["sparql"] = open_sparql(settings)
    staging = open_staging(settings.database_url, settings.data)
    people = open_people(settings.database_url)
    previews = open_previews(
        settings.database_url, settings.data, settings, Background(settings.tiles, settings.tiles_credit)
    )
    return Catalog(
        store=store,
        index=index,
        projector=Projector(store, projections, settings.data),
        settings=settings,
        sources=open_sources(settings.database_url, settings.data, staging),
        runs=open_runs(settings.database_url, settings.data, staging),
        staging=staging,
        inbox=open_inbox(settings.database_url, store.owner, people.on_duty),
        people=people,
        outbox=open_outbox(settings.database_url),
        mailboxes=open_mailboxes(settings.database_url),
        messages=open_messages(settings.database_url),
        reasons=open_reasons(settings.database_url),
        page_texts=open_page_texts(settings.database_url),
        pictures=open_pictures(settings.database_url),
        confirmations=open_confirmations(settings.database_url),
        refused_links=open_refused_links(settings.database_url),
        following=open_following(settings.database_url),
        scores=open_scores(settings.database_url),
        file_checks=open_file_checks(settings.database_url),
        previews=previews,
        links=links,
        answers=open_answers(settings, previews, store),
    )


def table_groups(settings: Settings) -> dict[str, tuple[sa.Engine, Tables]]:
    """All groups of tables, each with the database in which it is: that of the records comes first."""
    engine = connect(settings.database_url)
    rooms: dict[str, Any] = {
        "records": schema,
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
