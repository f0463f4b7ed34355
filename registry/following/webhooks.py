"""Webhooks: addresses of programs that are told of each change, with the secret that signs what they get.

Entry points: `Webhooks`, `open_webhooks`, `new_secret`. Invariant: how far a program was told moves on only after it
has answered, so that nothing is left out; the same event may come twice, with the same id.
"""

import secrets
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from registry.errors import ConflictError, NotFoundError
from registry.store.database import Tables, connect, make_tables, reading, utc, writing
from registry.store.locks import lock_table

FIRST_PAUSE_SECONDS: Final = 30  # after the first failure; doubled at each further one
MAX_PAUSE_SECONDS: Final = 6 * 3600
MAX_TRIES: Final = 30  # about a week; then the webhook waits for a person
CLAIM_SECONDS: Final = 300  # for which a process may deliver alone; then it is taken to have died
SECRET_BYTES: Final = 32

TABLES: Final = Tables(
    "webhooks_version",
    (
        """CREATE TABLE IF NOT EXISTS webhooks (
            address TEXT PRIMARY KEY, query TEXT NOT NULL, secret TEXT NOT NULL, seen {big} NOT NULL,
            due {moment} NOT NULL, tries INTEGER NOT NULL, fault TEXT NOT NULL)""",
    ),
)
_WEBHOOKS: Final = sa.table(
    "webhooks",
    *(sa.column(name) for name in ("address", "query", "secret", "seen", "tries", "fault")),
    sa.column("due", sa.DateTime(timezone=True)),
)


class Webhook(NamedTuple):
    """`query`: as of a subscription; `seen`: the number of the last change that was told; `due`: when the next try is;
    `tries`: since the last answer; `fault`: of the last try."""

    address: str
    query: str
    secret: str
    seen: int
    due: datetime
    tries: int = 0
    fault: str = ""

    @property
    def suspended(self) -> bool:
        """Whether it failed so often that it waits for a person."""
        return self.tries >= MAX_TRIES


def new_secret() -> str:
    """A secret in the form of Standard Webhooks."""
    return f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


class Webhooks:
    """The webhooks of an installation, in a table beside the records."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def add(self, address: str, query: str, seen: int) -> Webhook:
        """Stores a webhook and returns it with its secret; ConflictError if the address has one."""
        new = Webhook(address, query, new_secret(), seen, datetime.now(UTC))
        with writing(self._engine) as connection:
            lock_table(connection, _WEBHOOKS)
            if connection.execute(_WEBHOOKS.select().filter_by(address=address)).first():
                raise ConflictError("webhook-taken")
            connection.execute(_WEBHOOKS.insert().values(**new._asdict()))
        return new

    def all(self) -> list[Webhook]:
        with reading(self._engine) as connection:
            return [_webhook(row) for row in connection.execute(_WEBHOOKS.select().order_by(_WEBHOOKS.c.address))]

    def claim(self, now: datetime, upto: int) -> list[Webhook]:
        """Those that have not been told of the change `upto` and are due; no other process gets them meanwhile."""
        until = now + timedelta(seconds=CLAIM_SECONDS)
        where = sa.and_(_WEBHOOKS.c.due <= now, _WEBHOOKS.c.seen < upto, _WEBHOOKS.c.tries < MAX_TRIES)
        with reading(self._engine) as connection:  # mostly nothing is due: then no lock is taken
            if not connection.execute(sa.select(_WEBHOOKS.c.address).where(where).limit(1)).first():
                return []
        with writing(self._engine) as connection:
            lock_table(connection, _WEBHOOKS)
            claimed = [_webhook(row) for row in connection.execute(_WEBHOOKS.select().where(where))]
            connection.execute(_WEBHOOKS.update().where(where).values(due=until))
        return claimed

    def told(self, address: str, seen: int) -> None:
        """Notes that a program has answered for all changes up to `seen`."""
        self._update(address, seen=seen, due=datetime.now(UTC), tries=0, fault="")

    def failed(self, webhook: Webhook, fault: str) -> None:
        """Notes a failure; the next try comes after a growing pause (exponential back-off)."""
        seconds = min(FIRST_PAUSE_SECONDS * 2 ** min(webhook.tries, 20), MAX_PAUSE_SECONDS)
        due = datetime.now(UTC) + timedelta(seconds=seconds)
        self._update(webhook.address, due=due, tries=webhook.tries + 1, fault=fault)

    def retry(self, address: str) -> None:
        """Makes a webhook due at once; NotFoundError if there is none."""
        self._update(address, due=datetime.now(UTC), tries=0)

    def remove(self, address: str) -> None:
        """Deletes a webhook; NotFoundError if there is none."""
        with writing(self._engine) as connection:
            if connection.execute(_WEBHOOKS.delete().filter_by(address=address)).rowcount == 0:
                raise NotFoundError("webhook-unknown")

    def _update(self, address: str, **values: Any) -> None:
        with writing(self._engine) as connection:
            if connection.execute(_WEBHOOKS.update().filter_by(address=address).values(**values)).rowcount == 0:
                raise NotFoundError("webhook-unknown")


def open_webhooks(database_url: str) -> Webhooks:
    """Opens the webhooks of an installation."""
    return Webhooks(connect(database_url))


def _webhook(row: Any) -> Webhook:
    return Webhook(row.address, row.query, row.secret, int(row.seen), utc(row.due), row.tries, row.fault)
