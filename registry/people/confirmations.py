"""Confirmations that an entry is still current, and what people were reminded of.

Entry points: `Confirmations`, `open_confirmations`, `first_time` (in the transaction of a reminder).
"""

import hashlib
import hmac
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final, NamedTuple

import sqlalchemy as sa

from registry.store.database import Tables, connect, inserting, make_tables, utc, writing
from registry.store.prepared import Prepared, is_among

TABLES: Final = Tables(
    "confirmations_version",
    (
        "CREATE TABLE IF NOT EXISTS confirmations (record TEXT PRIMARY KEY, by TEXT NOT NULL, at {moment} NOT NULL)",
        "CREATE TABLE IF NOT EXISTS reminders (about TEXT PRIMARY KEY, at {moment} NOT NULL)",
    ),
)
_AT: Final = sa.column("at", sa.DateTime(timezone=True))
_CONFIRMATIONS: Final = sa.table("confirmations", sa.column("record"), sa.column("by"), _AT)
_REMINDERS: Final = sa.table("reminders", sa.column("about"), sa.column("at", sa.DateTime(timezone=True)))


class Confirmation(NamedTuple):
    """That an account said of a record that it is still current."""

    record: str
    by: str
    at: datetime


class Confirmations:
    """The confirmations of an installation, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)
        self._of_records = Prepared(engine, _CONFIRMATIONS.select().where(is_among(engine, _CONFIRMATIONS.c.record)))

    def confirm(self, record: str, by: str) -> None:
        """Notes that a record is current today."""
        values = {"by": by, "at": datetime.now(UTC)}
        statement = inserting(self._engine, _CONFIRMATIONS).values(record=record, **values)
        with writing(self._engine) as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["record"], set_=values))

    def of(self, records: Collection[str]) -> dict[str, Confirmation]:
        """Record -> its last confirmation, for those that have one."""
        rows = self._of_records.rows(among=records)
        return {row.record: Confirmation(row.record, row.by, utc(row.at)) for row in rows}


def first_time(connection: sa.Connection, about: str, now: datetime, since: datetime) -> bool:
    """Notes a reminder of now; False if there was one about the same after `since`. Of two processes one gets True."""
    engine = connection.engine
    statement = inserting(engine, _REMINDERS).values(about=about, at=now)
    again = statement.on_conflict_do_update(index_elements=["about"], set_={"at": now}, where=_REMINDERS.c.at < since)
    return connection.execute(again.returning(_REMINDERS.c.about)).first() is not None


def signature(secret: str, account: str, record: str, until: str) -> str:
    """The signature with which a link of a letter lets an account confirm a record without signing in. `until`: the
    last day on which the link may be used, in ISO 8601."""
    signed = f"current\0{account}\0{record}\0{until}"
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()[:40]


def open_confirmations(database_url: str) -> Confirmations:
    """Opens the confirmations of an installation."""
    return Confirmations(connect(database_url))


def rename_confirmations(connection: sa.Connection, name: str, pseudonym: str) -> None:
    """Puts a number in place of the name of an account, in the caller's transaction."""
    connection.execute(_CONFIRMATIONS.update().filter_by(by=name).values(by=pseudonym))
