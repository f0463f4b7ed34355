"""How older databases come up to date: tables change by numbered statements, bodies are lifted when they are read."""

from collections.abc import Callable, Mapping
from typing import Any

BODY_VERSION = 2

# One entry a version, never changed afterwards. {big}: a 64-bit number, {blob}: bytes, {equal}: an index that is only
# asked for equality, so that an address of any length fits into it on PostgreSQL.
TABLES: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE numbering (epoch TEXT NOT NULL, last {big} NOT NULL)",
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
TABLES_VERSION = len(TABLES)

_WORDS = {
    "sqlite": {"big": "INTEGER", "blob": "BLOB", "equal": ""},
    "postgresql": {"big": "BIGINT", "blob": "BYTEA", "equal": "USING hash"},
}


def statements(since: int, dialect: str) -> list[str]:
    """The SQL that brings tables of version `since` (0: none) to the current one."""
    return [statement.format_map(_WORDS[dialect]) for version in TABLES[since:] for statement in version]


def lift(body: dict[str, Any], version: int) -> dict[str, Any]:
    """A record as it was written by body version `version`, in the words of the current one."""
    for number in range(version, BODY_VERSION):
        body = _LIFTS[number](body)
    return body


def _licence_to_distributions(body: dict[str, Any]) -> dict[str, Any]:
    """1 -> 2: the licence of a dataset stood on the dataset; DCAT-AP has it on each distribution."""
    said = body["said"]
    if said.get("kind") not in ("dataset", "series") or not said.get("distributions"):
        return body
    licence = said.get("licence", "")
    forms = [
        form if form.get("licence") or not licence else form | {"licence": licence} for form in said["distributions"]
    ]
    return body | {"said": {key: value for key, value in said.items() if key != "licence"} | {"distributions": forms}}


_LIFTS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _licence_to_distributions}
