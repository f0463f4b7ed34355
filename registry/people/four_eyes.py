"""Where four eyes are not asked for: organizations for which an administrator has lifted the rule, with who, when, why.

Entry point: `FourEyes` (in `Inbox.four_eyes`). Invariant: lifting and asking again are entries of the audit log.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from registry.people import audit
from registry.people.audit import record_act
from registry.store.database import Tables, make_tables, reading, utc, writing

MAX_REASON_CHARACTERS: Final = 200

TABLES: Final = Tables(
    "four_eyes_version",
    (
        """CREATE TABLE IF NOT EXISTS lifted_four_eyes (
            organization TEXT PRIMARY KEY, why TEXT NOT NULL, at {moment} NOT NULL)""",
    ),
)
_LIFTED: Final = sa.table(
    "lifted_four_eyes", sa.column("organization"), sa.column("why"), sa.column("at", sa.DateTime(timezone=True))
)


class Lifted(NamedTuple):
    """An organization for which one person may write and publish."""

    organization: str
    why: str
    at: datetime


class FourEyes:
    """The organizations without four eyes, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)
        make_tables(engine, audit.TABLES)

    def lift(self, organization: str, by: str, why: str) -> None:
        """Four eyes are no longer asked for in this organization."""
        values = {"organization": organization, "why": why[:MAX_REASON_CHARACTERS], "at": datetime.now(UTC)}
        with writing(self._engine) as connection:
            connection.execute(_LIFTED.delete().filter_by(organization=organization))
            connection.execute(_LIFTED.insert().values(**values))
            record_act(connection, by, "lift-four-eyes", f"organization {organization}", why)

    def ask_again(self, organization: str, by: str) -> None:
        """Four eyes are asked for again in this organization."""
        with writing(self._engine) as connection:
            if connection.execute(_LIFTED.delete().filter_by(organization=organization)).rowcount:
                record_act(connection, by, "ask-four-eyes", f"organization {organization}")

    def lifted(self, organization: str) -> Lifted | None:
        """Since when and why four eyes are not asked for in this organization; None where they are."""
        if not organization:
            return None
        with reading(self._engine) as connection:
            row = connection.execute(_LIFTED.select().filter_by(organization=organization)).first()
        return _lifted(row) if row else None

    def all(self) -> Iterator[Lifted]:
        with reading(self._engine) as connection:
            rows = connection.execute(_LIFTED.select().order_by(_LIFTED.c.organization)).fetchall()
        return map(_lifted, rows)


def _lifted(row: Any) -> Lifted:
    return Lifted(row.organization, row.why, utc(row.at))
