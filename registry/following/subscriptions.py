"""Subscriptions by e-mail: address, query, rhythm, and how far the last letter went. Only confirmed ones are stored.

Entry points: `Subscriptions`, `open_subscriptions`, `next_due`. Invariants: nothing else is known of who follows; a
letter is put into the outbox in the transaction that says how far it went, so that none is sent twice.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, Literal, NamedTuple, get_args

import sqlalchemy as sa

from registry.errors import NotFoundError, NotReadyError
from registry.letters.letter import Letter
from registry.letters.outbox import enqueue
from registry.model.timing import ZONE
from registry.store.database import Tables, among, connect, make_tables, reading, utc, writing
from registry.store.locks import lock_table

Rhythm = Literal["daily", "weekly"]
RHYTHMS: Final[tuple[Rhythm, ...]] = get_args(Rhythm)
LETTER_TIME: Final = time(6)  # of the day, in the city's time
MAX_PER_ADDRESS: Final = 50
MAX_SUBSCRIPTIONS: Final = 100_000

TABLES: Final = Tables(
    "following_version",
    (
        """CREATE TABLE IF NOT EXISTS subscriptions (
            id TEXT PRIMARY KEY, address TEXT NOT NULL, query TEXT NOT NULL, rhythm TEXT NOT NULL, lang TEXT NOT NULL,
            seen {big} NOT NULL, due {moment} NOT NULL)""",
        "CREATE INDEX IF NOT EXISTS ix_subscriptions_due ON subscriptions (due)",
        "CREATE UNIQUE INDEX IF NOT EXISTS ix_subscriptions_address ON subscriptions (address, query)",
    ),
)
_SUBSCRIPTIONS: Final = sa.table(
    "subscriptions",
    *(sa.column(name) for name in ("id", "address", "query", "rhythm", "lang", "seen")),
    sa.column("due", sa.DateTime(timezone=True)),
)


class Subscription(NamedTuple):
    """`query`: parameters of the search, or `record=…` or `organization=…`; `seen`: the number of the last change that
    a letter told of; `due`: when the next one is written."""

    id: str
    address: str
    query: str
    rhythm: str
    lang: str
    seen: int
    due: datetime


def next_due(rhythm: str, now: datetime) -> datetime:
    """The next morning, or the morning of the next Monday."""
    today = now.astimezone(ZONE).date()
    days = 1 if rhythm == "daily" else 7 - today.weekday()
    return datetime.combine(today + timedelta(days=days), LETTER_TIME, ZONE).astimezone(UTC)


class Subscriptions:
    """The subscriptions of an installation, in a table beside the records."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def add(self, address: str, query: str, rhythm: str, lang: str, seen: int) -> Subscription:
        """Stores a confirmed subscription and returns it; one of the same address and query gets the new rhythm.

        NotReadyError if there are too many of the address or in all.
        """
        with writing(self._engine) as connection:
            lock_table(connection, _SUBSCRIPTIONS)
            stored = connection.execute(_SUBSCRIPTIONS.select().filter_by(address=address, query=query)).first()
            if stored:
                _set_rhythm(connection, _subscription(stored), rhythm)
                return _fetch(connection, stored.id)
            counting = sa.select(sa.func.count()).select_from(_SUBSCRIPTIONS)
            for limit, where in ((MAX_PER_ADDRESS, {"address": address}), (MAX_SUBSCRIPTIONS, {})):
                if (connection.execute(counting.filter_by(**where)).scalar() or 0) >= limit:
                    raise NotReadyError("subscriptions-too-many")
            due = next_due(rhythm, datetime.now(UTC))
            new = Subscription(secrets.token_hex(8), address, query, rhythm, lang, seen, due)
            connection.execute(_SUBSCRIPTIONS.insert().values(**new._asdict()))
        return new

    def get(self, id: str) -> Subscription:
        """The subscription; NotFoundError if it has ended."""
        with reading(self._engine) as connection:
            return _fetch(connection, id)

    def all(self) -> list[Subscription]:
        return self._select(_SUBSCRIPTIONS.select().order_by(_SUBSCRIPTIONS.c.address, _SUBSCRIPTIONS.c.query))

    def of_address(self, address: str) -> list[Subscription]:
        return self._select(_SUBSCRIPTIONS.select().filter_by(address=address).order_by(_SUBSCRIPTIONS.c.query))

    def due(self, now: datetime, limit: int, but: Collection[str] = ()) -> list[Subscription]:
        """At most `limit` subscriptions whose letter is due, those with the same query together; `but`: ids to leave
        out."""
        order = (_SUBSCRIPTIONS.c.query, _SUBSCRIPTIONS.c.seen)
        where = sa.and_(_SUBSCRIPTIONS.c.due <= now, sa.not_(among(self._engine, _SUBSCRIPTIONS.c.id, list(but))))
        return self._select(_SUBSCRIPTIONS.select().where(where).order_by(*order).limit(limit))

    def told(self, subscription: Subscription, seen: int, now: datetime, letters: Sequence[Letter] = ()) -> bool:
        """Notes how far a subscription is and puts its letters into the outbox; False if another process was faster."""
        due = next_due(subscription.rhythm, now)
        same = {"id": subscription.id, "seen": subscription.seen, "due": subscription.due}
        with writing(self._engine) as connection:
            changing = _SUBSCRIPTIONS.update().filter_by(**same).values(seen=seen, due=due)
            if connection.execute(changing).rowcount != 1:
                return False
            enqueue(connection, letters)
        return True

    def set_rhythm(self, id: str, rhythm: str) -> None:
        """Changes how often letters come; NotFoundError if the subscription has ended."""
        with writing(self._engine) as connection:
            _set_rhythm(connection, _fetch(connection, id), rhythm)

    def end(self, id: str) -> None:
        """Deletes a subscription; nothing if it has ended already."""
        self._delete(_SUBSCRIPTIONS.c.id == id)

    def forget(self, address: str) -> None:
        """Deletes all subscriptions of an address."""
        self._delete(_SUBSCRIPTIONS.c.address == address)

    def followers(self, query: str) -> int:
        """How many follow exactly this."""
        counting = sa.select(sa.func.count()).select_from(_SUBSCRIPTIONS).filter_by(query=query)
        with reading(self._engine) as connection:
            return int(connection.execute(counting).scalar() or 0)

    def _delete(self, where: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(_SUBSCRIPTIONS.delete().where(where))

    def _select(self, query: Any) -> list[Subscription]:
        with reading(self._engine) as connection:
            return [_subscription(row) for row in connection.execute(query)]


def open_subscriptions(database_url: str) -> Subscriptions:
    """Opens the subscriptions of an installation."""
    return Subscriptions(connect(database_url))


def _set_rhythm(connection: sa.Connection, subscription: Subscription, rhythm: str) -> None:
    if rhythm != subscription.rhythm:
        due = next_due(rhythm, datetime.now(UTC))
        connection.execute(_SUBSCRIPTIONS.update().filter_by(id=subscription.id).values(rhythm=rhythm, due=due))


def _fetch(connection: sa.Connection, id: str) -> Subscription:
    row = connection.execute(_SUBSCRIPTIONS.select().filter_by(id=id)).first()
    if row is None:
        raise NotFoundError("subscription-unknown")
    return _subscription(row)


def _subscription(row: Any) -> Subscription:
    return Subscription(row.id, row.address, row.query, row.rhythm, row.lang, int(row.seen), utc(row.due))
