"""Substitutes during leave: who has the roles of somebody else too, until a day.

Entry point: `Substitutes` (in `People.substitutes`). Invariant: a substitute never becomes administrator by it, and has
no substitute's substitute.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

import sqlalchemy as sa

from registry.errors import UsageError
from registry.model.timing import today
from registry.store.database import Tables, make_tables, reading, writing

TABLES: Final = Tables(
    "substitutes_version",
    (
        """CREATE TABLE IF NOT EXISTS substitutes (
            account TEXT PRIMARY KEY, substitute TEXT NOT NULL, until TEXT NOT NULL)""",
    ),
)
_SUBSTITUTES: Final = sa.table("substitutes", *(sa.column(name) for name in ("account", "substitute", "until")))


class Substitution(NamedTuple):
    """Who stands in for whom. `until`: the last day, as in `2026-08-31`."""

    account: str
    substitute: str
    until: str


class Substitutes:
    """The substitutes of an installation, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def set(self, account: str, substitute: str, until: str = "") -> None:
        """Stores who stands in for an account until a day; "" as substitute ends it. UsageError for a wrong day, one
        that is past, or an account that would stand in for itself."""
        if substitute:
            _check(account, substitute, until)
        with writing(self._engine) as connection:
            connection.execute(_SUBSTITUTES.delete().filter_by(account=account))
            if substitute:
                values = {"account": account, "substitute": substitute, "until": until}
                connection.execute(_SUBSTITUTES.insert().values(**values))

    def of(self, account: str) -> Substitution | None:
        """Who stands in for an account, also if the day is past."""
        with reading(self._engine) as connection:
            row = connection.execute(_SUBSTITUTES.select().filter_by(account=account)).first()
        return Substitution(row.account, row.substitute, row.until) if row else None

    def all(self) -> Iterator[Substitution]:
        """All that hold today."""
        query = _SUBSTITUTES.select().where(_SUBSTITUTES.c.until >= today().isoformat())
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_SUBSTITUTES.c.account)).fetchall()
        return (Substitution(row.account, row.substitute, row.until) for row in rows)

    def for_whom(self, substitute: str) -> list[str]:
        """The names of the accounts that this one stands in for today."""
        query = sa.select(_SUBSTITUTES.c.account).filter_by(substitute=substitute)
        with reading(self._engine) as connection:
            rows = connection.execute(query.where(_SUBSTITUTES.c.until >= today().isoformat())).fetchall()
        return sorted(row.account for row in rows)


def forget_substitutes(connection: sa.Connection, account: str) -> None:
    """Deletes where an account stands in or is stood in for, in the caller's transaction."""
    either = sa.or_(_SUBSTITUTES.c.account == account, _SUBSTITUTES.c.substitute == account)
    connection.execute(_SUBSTITUTES.delete().where(either))


def _check(account: str, substitute: str, until: str) -> None:
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise UsageError("substitute-day") from None
    if day < today() or account == substitute:
        raise UsageError("substitute-day")
