"""The tables of sources, runs, their problems and the steps that wait, in the store's database.

They are called `ledger_…` since earlier versions; stored names are not changed.
"""

from typing import Final

import sqlalchemy as sa

from registry.store.database import Tables

TABLES: Final = Tables(
    "ledger_version",
    (
        "CREATE TABLE ledger_sources (name TEXT PRIMARY KEY, body {blob} NOT NULL)",
        """CREATE TABLE ledger_runs (
            number {big} PRIMARY KEY, source TEXT NOT NULL, outcome TEXT NOT NULL, body {blob} NOT NULL)""",
        "CREATE INDEX ledger_runs_source ON ledger_runs (source, number)",
        """CREATE TABLE ledger_problems (
            run {big} NOT NULL, place {big} NOT NULL, record TEXT NOT NULL, rule TEXT NOT NULL, level TEXT NOT NULL,
            field TEXT NOT NULL, node TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, place))""",
        """CREATE TABLE ledger_waits (
            run {big} NOT NULL, remote_id TEXT NOT NULL, action TEXT NOT NULL, PRIMARY KEY (run, remote_id))""",
    ),
    (
        "DROP TABLE ledger_problems",  # had one row a problem for each run; the next run reports all problems again
        """CREATE TABLE ledger_findings (
            run {big} NOT NULL, place {big} NOT NULL, record TEXT NOT NULL, levels INTEGER NOT NULL,
            findings {blob} NOT NULL, PRIMARY KEY (run, place))""",
    ),
)


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


SOURCES = _table("ledger_sources", "name", "body")
RUNS = _table("ledger_runs", "number", "source", "outcome", "body")
FINDINGS = sa.table(
    "ledger_findings",
    *(sa.column(name) for name in ("run", "place", "record", "findings")),
    sa.column("levels", sa.Integer),  # one bit a level that the findings of the row have
)
WAITS = _table("ledger_waits", "run", "remote_id", "action")
