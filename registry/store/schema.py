"""What of a record stands in columns beside its body, so that plans, lookups and links need no body."""

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
    """The row in `records`, but for `number`, `created` and `changed`."""
    said, origin = record.said, record.origin
    return {
        "id": record.id,
        "kind": said.kind,
        "state": record.state,
        "owner": storable(record.owner),
        "source": storable(origin.source) if origin else None,
        "remote_id": storable(origin.remote_id) if origin else None,
        "same_as": record.same_as,
        "withdrawn_by": storable(record.withdrawn.by) if record.withdrawn else "",
        "iri": storable(said.iri),
        "identifiers": storable(msgspec.json.encode(said.identifiers).decode()),
        "title": title(said),
        "digest": record.digest or said.digest(),
        "distributions": len(said.distributions),
    }


def dates(record: Record) -> dict[str, Any]:
    """The rest of the row, once the store has given number and dates."""
    created, changed = record.created or datetime.now(UTC), record.changed or datetime.now(UTC)
    return {"number": record.number, "created": stamp(created), "changed": stamp(changed)}


def links(record: Record) -> list[dict[str, str]]:
    """Rows in `links`: to other things, and to the agents that have an IRI or are known organizations."""
    found = {(link.relation, link.iri) for link in record.metadata.links}
    for relation, agent in agents(record.metadata):
        if agent.id:
            found.add((relation, local(agent.id)))
        if agent.iri and not agent.iri.startswith("_:"):
            found.add((relation, agent.iri))
    return [{"id": record.id, "relation": relation, "iri": storable(iri)} for relation, iri in sorted(found) if iri]


@lru_cache(64)  # a batch has one moment
def stamp(moment: datetime) -> str:
    """UTC with microseconds, so that order of text is order of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


BOUND: Mapping[str, Any] = {column.name: sa.bindparam(column.name) for column in RECORDS.c if column.name != "id"}
