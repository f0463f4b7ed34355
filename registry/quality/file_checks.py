"""Checks of addresses that run in the background: who asked, how far it is, and what was found.

Entry points: `FileChecks`, `open_file_checks`. What was found is kept for a day; it belongs to the account that asked.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

import sqlalchemy as sa

from registry.errors import NotFoundError
from registry.store.database import Tables, connect, make_tables, reading, utc, writing

State = Literal["running", "done", "failed"]
KEPT: Final = timedelta(days=1)
MAX_RUNTIME: Final = timedelta(minutes=10)  # a check that says nothing for longer ended with its process
_ID_BYTES: Final = 12

TABLES: Final = Tables(
    "file_checks_version",
    (
        """CREATE TABLE IF NOT EXISTS file_checks (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, url TEXT NOT NULL, state TEXT NOT NULL, result TEXT NOT NULL,
            asked {moment} NOT NULL)""",
    ),
)
_CHECKS: Final = sa.table(
    "file_checks",
    *(sa.column(name) for name in ("id", "account", "url", "state", "result")),
    sa.column("asked", sa.DateTime(timezone=True)),
)


class FileCheck(NamedTuple):
    """A check of an address. `result`: what was found as JSON, or the sentence why it failed."""

    id: str
    account: str
    url: str
    state: State
    result: str
    asked: datetime

    @property
    def was_lost(self) -> bool:
        """Whether it should have ended long ago: its process did."""
        return self.state == "running" and datetime.now(UTC) - self.asked > MAX_RUNTIME


class FileChecks:
    """The checks of an installation, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def begin(self, account: str, url: str) -> FileCheck:
        """Notes a new check, and forgets those older than KEPT."""
        now = datetime.now(UTC)
        check = FileCheck(secrets.token_urlsafe(_ID_BYTES), account, url, "running", "", now)
        with writing(self._engine) as connection:
            connection.execute(_CHECKS.delete().where(_CHECKS.c.asked < now - KEPT))
            connection.execute(_CHECKS.insert(), check._asdict())
        return check

    def end(self, id: str, state: State, result: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(_CHECKS.update().where(_CHECKS.c.id == id).values(state=state, result=result))

    def of(self, account: str, id: str) -> FileCheck:
        """A check that this account asked for; NotFoundError for any other."""
        query = _CHECKS.select().where(_CHECKS.c.id == id, _CHECKS.c.account == account)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError("nothing-here")
        return FileCheck(row.id, row.account, row.url, row.state, row.result, utc(row.asked))


def open_file_checks(database_url: str) -> FileChecks:
    """Opens the checks of an installation."""
    return FileChecks(connect(database_url))
