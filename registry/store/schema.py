"""The tables of records, and the columns that a record fills beside its body.

The columns hold what plans, look-ups and links need, so that these need not unpack bodies.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from registry.model import Record
from registry.model.agents import agents
from registry.model.identity import local, title
from registry.model.text import storable
from registry.store.database import Tables

TABLES: Final = Tables(
    "tables_version",
    (
        "CREATE TABLE numbering (epoch TEXT NOT NULL, last {big} NOT NULL)",
        "INSERT INTO numbering SELECT {random}, 0",
        "CREATE TABLE dictionaries (id {big} PRIMARY KEY, body {blob} NOT NULL)",
        """CREATE TABLE records (
            id TEXT PRIMARY KEY, number {big} NOT NULL UNIQUE, kind TEXT NOT NULL, state TEXT NOT NULL,
            owner TEXT NOT NULL, source TEXT, remote_id TEXT, same_as TEXT, withdrawn_by TEXT NOT NULL,
            iri TEXT NOT NULL, identifiers TEXT NOT NULL, title TEXT NOT NULL, digest TEXT NOT NULL,
            distributions INTEGER NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL)""",
        "CREATE INDEX records_source ON records (source)",
        "CREATE INDEX records_remote_id ON records {equal} (remote_id)",
        "CREATE INDEX records_same_as ON records (same_as) WHERE same_as IS NOT NULL",
        """CREATE TABLE versions (
            number {big} PRIMARY KEY, id TEXT NOT NULL, at TEXT NOT NULL, "by" TEXT NOT NULL, note TEXT NOT NULL,
            body_version INTEGER NOT NULL, body {blob} NOT NULL)""",
        "CREATE INDEX versions_id ON versions (id)",
        "CREATE TABLE links (id TEXT NOT NULL, relation TEXT NOT NULL, iri TEXT NOT NULL)",
        "CREATE INDEX links_id ON links (id)",
        "CREATE INDEX links_iri ON links {equal} (iri)",
        "CREATE TABLE names (name TEXT NOT NULL, id TEXT NOT NULL)",
        "CREATE INDEX names_name ON names {equal} (name)",
        "CREATE INDEX names_id ON names (id)",
    ),
)


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


NUMBERING = _table("numbering", "epoch", "last")
DICTIONARIES = _table("dictionaries", "id", "body")
RECORDS = _table(
    "records", "id", "number", "kind", "state", "owner", "source", "remote_id", "same_as", "withdrawn_by", "iri",
    "identifiers", "title", "digest", "distributions", "created", "changed",
)  # fmt: skip
VERSIONS = _table("versions", "number", "id", "at", "by", "note", "body_version", "body")
LINKS = _table("links", "id", "relation", "iri")
NAMES = _table("names", "name", "id")


def columns(record: Record) -> dict[str, Any]:
    """The row in `records`, without `number`, `created` and `changed`."""
    metadata, origin = record.said, record.origin
    return {
        "id": record.id,
        "kind": metadata.kind,
        "state": record.state,
        "owner": storable(record.owner),
        "source": storable(origin.source) if origin else None,
        "remote_id": storable(origin.remote_id) if origin else None,
        "same_as": record.same_as,
        "withdrawn_by": storable(record.withdrawn.by) if record.withdrawn else "",
        "iri": storable(metadata.iri),
        "identifiers": storable(msgspec.json.encode(metadata.identifiers).decode()),
        "title": title(metadata),
        "digest": record.digest or metadata.digest(),
        "distributions": len(metadata.distributions),
    }


def dates(record: Record) -> dict[str, Any]:
    """The columns `number`, `created` and `changed` of the row, which the store has set in the record."""
    created, changed = record.created or datetime.now(UTC), record.changed or datetime.now(UTC)
    return {"number": record.number, "created": stamp(created), "changed": stamp(changed)}


def links(record: Record) -> list[dict[str, str]]:
    """The rows in `links`: to other things, and to agents that have an IRI or were matched with an organization."""
    targets = {(link.relation, link.iri) for link in record.metadata.links}
    for relation, agent in agents(record.metadata):
        if agent.id:
            targets.add((relation, local(agent.id)))
        if agent.iri and not agent.iri.startswith("_:"):
            targets.add((relation, agent.iri))
    return [{"id": record.id, "relation": relation, "iri": storable(iri)} for relation, iri in sorted(targets) if iri]


@lru_cache(64)  # all records of a transaction have the same date
def stamp(moment: datetime) -> str:
    """A date as text in UTC with microseconds: sorted as text, it is in order of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


BOUND: Mapping[str, Any] = {column.name: sa.bindparam(column.name) for column in RECORDS.c if column.name != "id"}
