"""Links between records that somebody was asked about and refused, so that nobody is asked again.

Entry points: `open_refused_links`, `RefusedLinks`.
"""

from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

from registry.store.database import Tables, connect, inserting, make_tables, reading, writing

TABLES: Final = Tables(
    "refused_links_version",
    (
        """CREATE TABLE IF NOT EXISTS refused_links (
            record TEXT NOT NULL, target TEXT NOT NULL, by TEXT NOT NULL, at {moment} NOT NULL,
            PRIMARY KEY (record, target))""",
    ),
)
_REFUSED: Final = sa.table(
    "refused_links", *map(sa.column, ("record", "target", "by")), sa.column("at", sa.DateTime(timezone=True))
)


class RefusedLinks:
    """The refused links of an installation, in a table of the store's database. `target`: a record id, or the notation
    of a district."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def refuse(self, record: str, target: str, by: str) -> None:
        """Notes that a record is not to be linked with a target."""
        row = {"record": record, "target": target, "by": by, "at": datetime.now(UTC)}
        with writing(self._engine) as connection:
            connection.execute(inserting(self._engine, _REFUSED).values(row).on_conflict_do_nothing())

    def allow(self, record: str, target: str) -> None:
        """Takes a refusal back; nothing if there is none."""
        with writing(self._engine) as connection:
            connection.execute(_REFUSED.delete().filter_by(record=record, target=target))

    def of(self, record: str) -> dict[str, datetime]:
        """The targets that were refused for a record, the newest first, each with the time."""
        query = sa.select(_REFUSED.c.target, _REFUSED.c.at).filter_by(record=record).order_by(_REFUSED.c.at.desc())
        with reading(self._engine) as connection:
            return {row.target: row.at for row in connection.execute(query)}


def open_refused_links(database_url: str) -> RefusedLinks:
    """Opens the refused links of an installation."""
    return RefusedLinks(connect(database_url))


def rename_refusals(connection: sa.Connection, name: str, pseudonym: str) -> None:
    """Puts a number in place of the name of an account, in the caller's transaction."""
    connection.execute(_REFUSED.update().filter_by(by=name).values(by=pseudonym))
