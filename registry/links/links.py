"""The addresses that datasets name, with what each answered: when it was checked, when it last worked, since when not.

Entry points: `Links`, `open_links`, `addresses_of`. Invariant: an address counts as broken only after MIN_FAILURES
failures in a row over at least MIN_FAILING, so that a night of maintenance is no broken link.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import sqlalchemy as sa

from registry.links.states import STATES, State
from registry.model import Change, Metadata
from registry.parts import parts
from registry.store.database import Tables, among, connect, inserting, make_tables, reading, utc, writing
from registry.store.prepared import Prepared, is_among
from registry.store.store import Store
from registry.store.unchanged import UntilChanged

MIN_FAILURES: Final = 3
MIN_FAILING: Final = timedelta(days=2)
CHECK_AGAIN: Final = timedelta(days=7)  # what answered
TRY_AGAIN: Final = timedelta(days=1)  # what failed, or of which nothing was learnt
BROKEN_AGAIN: Final = timedelta(days=3)
MAX_ADDRESS_CHARACTERS: Final = 2_000  # of an address that is checked
MAX_BROKEN_RECORDS: Final = 5_000  # that a facet knows: each is a part of a query
CHANGES_PER_TRANSACTION: Final = 500

TABLES: Final = Tables(
    "checked_links_version",
    (
        """CREATE TABLE IF NOT EXISTS checked_links (
            key TEXT PRIMARY KEY, address TEXT NOT NULL, host TEXT NOT NULL, state TEXT NOT NULL,
            answer TEXT NOT NULL, failures INTEGER NOT NULL, checked {moment}, last_ok {moment}, first_failed {moment},
            due {moment} NOT NULL)""",
        "CREATE INDEX IF NOT EXISTS checked_links_due ON checked_links (host, due)",
        "CREATE INDEX IF NOT EXISTS checked_links_state ON checked_links (state)",
        """CREATE TABLE IF NOT EXISTS checked_link_uses (
            record TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (record, key))""",
        "CREATE INDEX IF NOT EXISTS checked_link_uses_key ON checked_link_uses (key)",
        "CREATE TABLE IF NOT EXISTS checked_links_followed (epoch TEXT PRIMARY KEY, number {big} NOT NULL)",
    ),
)
_MOMENTS: Final = ("checked", "last_ok", "first_failed", "due")
_LINKS: Final = sa.table(
    "checked_links",
    *(sa.column(name) for name in ("key", "address", "host", "state", "answer", "failures")),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in _MOMENTS),
)
_USES: Final = sa.table("checked_link_uses", sa.column("record"), sa.column("key"))
_FOLLOWED: Final = sa.table("checked_links_followed", sa.column("epoch"), sa.column("number"))


class Link(NamedTuple):
    """What is known of an address. `answer`: the status of HTTP, or the code of the message that says why there was
    none; `failures`: in a row, the first of them at `first_failed`."""

    address: str
    state: State
    answer: str
    failures: int
    checked: datetime | None
    last_ok: datetime | None
    first_failed: datetime | None
    due: datetime


class Outcome(NamedTuple):
    """What an address answered. `answered` None: nothing was learnt about it."""

    answered: bool | None
    answer: str


class Links:
    """The addresses of an installation, in tables of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self.broken_records = UntilChanged(engine, self._broken_records)  # each list with this facet asks
        make_tables(engine, TABLES)
        self._of_keys = Prepared(engine, _LINKS.select().where(is_among(engine, _LINKS.c.key)))

    # -- which addresses there are

    def follow(self, store: Store, now: datetime) -> None:
        """Takes in the addresses of records that changed since the last call, and forgets those that none names."""
        position = store.position()
        with reading(self._engine) as connection:
            row = connection.execute(_FOLLOWED.select()).first()
        begins = row is None or row.epoch != position.epoch
        since = 0 if row is None or begins else row.number
        if since == position.number:
            return
        if begins:
            with writing(self._engine) as connection:
                connection.execute(_USES.delete())
        for changes in parts(store.changes(since, position.number), CHANGES_PER_TRANSACTION):
            self._take(changes, now)
        with writing(self._engine) as connection:
            connection.execute(_LINKS.delete().where(~sa.exists().where(_USES.c.key == _LINKS.c.key)))
            connection.execute(_FOLLOWED.delete())
            connection.execute(_FOLLOWED.insert(), {"epoch": position.epoch, "number": position.number})

    def _take(self, changes: Collection[Change], now: datetime) -> None:
        named = {change.id: addresses_of(change.record.metadata) if change.record else () for change in changes}
        uses = [{"record": record, "key": key_of(address)} for record, listed in named.items() for address in listed]
        new = {address: _new_row(address, now) for listed in named.values() for address in listed}
        with writing(self._engine) as connection:
            connection.execute(_USES.delete().where(among(connection, _USES.c.record, list(named))))
            if uses:
                connection.execute(_USES.insert(), uses)
                connection.execute(inserting(self._engine, _LINKS).on_conflict_do_nothing(), list(new.values()))

    # -- checking

    def due(self, now: datetime, per_host: int, most: int) -> list[Link]:
        """Addresses whose check is due, at most `per_host` of each host; the first of each host first."""
        number = sa.func.row_number().over(partition_by=_LINKS.c.host, order_by=_LINKS.c.due).label("number")
        numbered = sa.select(_LINKS, number).where(_LINKS.c.due <= now).subquery()
        query = sa.select(numbered).where(numbered.c.number <= per_host)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(numbered.c.number, numbered.c.due).limit(most)).fetchall()
        return [_link(row) for row in rows]

    def make_due(self, now: datetime) -> None:
        """Every address is due at `now`."""
        with writing(self._engine) as connection:
            connection.execute(_LINKS.update().values(due=now))

    def note(self, link: Link, outcome: Outcome, now: datetime) -> Link:
        """Stores what an address answered at a check of `now`; returns what is known of it then."""
        noted = after(link, outcome, now)
        values = noted._asdict()
        with writing(self._engine) as connection:
            connection.execute(_LINKS.update().where(_LINKS.c.key == key_of(link.address)).values(**values))
        return noted

    # -- what is known

    def of(self, addresses: Iterable[str]) -> dict[str, Link]:
        """Address -> what is known of it, for those that are known."""
        keys = [key_of(address) for address in addresses]
        return {row.address: _link(row) for row in self._of_keys.rows(among=keys)} if keys else {}

    def answers(self, metadata: Iterable[Metadata]) -> dict[str, bool]:
        """Address -> whether it answers, for the addresses of these things of which that is known (for MQA)."""
        links = self.of({address for described in metadata for address in addresses_of(described)})
        return {
            link.address: link.state != "broken" for link in links.values() if link.last_ok or link.state == "broken"
        }

    def _broken_records(self) -> tuple[str, ...]:
        """The ids of the records with a broken address, at most MAX_BROKEN_RECORDS."""
        joined = _USES.join(_LINKS, _USES.c.key == _LINKS.c.key)
        query = sa.select(_USES.c.record).select_from(joined).where(_LINKS.c.state == "broken").distinct()
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_USES.c.record).limit(MAX_BROKEN_RECORDS)).fetchall()
        return tuple(row.record for row in rows)

    def counts(self) -> Mapping[State, int]:
        """How many addresses are in each state."""
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(_LINKS.c.state, sa.func.count()).group_by(_LINKS.c.state)).fetchall()
        return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in rows}

    def are_checked(self) -> bool:
        """Whether any address was checked."""
        query = sa.select(_LINKS.c.key).where(_LINKS.c.state != "unknown").limit(1)
        with reading(self._engine) as connection:
            return connection.execute(query).first() is not None

    def listed(self, state: State | None = None, most: int = 100) -> list[Link]:
        """The addresses in a state, or all; those that fail longest first."""
        query = _LINKS.select().order_by(_LINKS.c.first_failed.is_(None), _LINKS.c.first_failed, _LINKS.c.address)
        if state:
            query = query.where(_LINKS.c.state == state)
        with reading(self._engine) as connection:
            return [_link(row) for row in connection.execute(query.limit(most)).fetchall()]

    def users(self, links: Iterable[Link]) -> dict[str, list[str]]:
        """Address -> the ids of the records that name it."""
        address_of = {key_of(link.address): link.address for link in links}
        query = _USES.select().order_by(_USES.c.record)
        with reading(self._engine) as connection:
            rows = connection.execute(query.where(among(connection, _USES.c.key, list(address_of)))).fetchall()
        users: dict[str, list[str]] = {}
        for row in rows:
            users.setdefault(address_of[row.key], []).append(row.record)
        return users


def open_links(database_url: str) -> Links:
    """Opens the addresses of an installation."""
    return Links(connect(database_url))


def addresses_of(metadata: Metadata) -> tuple[str, ...]:
    """The web addresses of files and services that are checked, each once."""
    files = ((file.download_url, file.access_url) for file in metadata.distributions)
    named = [*(address for pair in files for address in pair), metadata.endpoint]
    return tuple(dict.fromkeys(address for address in named if _is_checked(address)))


def _is_checked(address: str) -> bool:
    return len(address) <= MAX_ADDRESS_CHARACTERS and address.lower().startswith(("http://", "https://"))


def after(link: Link, outcome: Outcome, now: datetime) -> Link:
    """What is known of an address after one more check. Pure."""
    if outcome.answered is None:
        return link._replace(answer=outcome.answer, due=now + TRY_AGAIN)
    if outcome.answered:
        return link._replace(
            state="ok", answer=outcome.answer, failures=0, checked=now, last_ok=now, first_failed=None,
            due=now + CHECK_AGAIN,
        )  # fmt: skip
    failures, first = link.failures + 1, link.first_failed or now
    is_broken = failures >= MIN_FAILURES and now - first >= MIN_FAILING
    return link._replace(
        state="broken" if is_broken else "failing", answer=outcome.answer, failures=failures, checked=now,
        first_failed=first, due=now + (BROKEN_AGAIN if is_broken else TRY_AGAIN),
    )  # fmt: skip


def key_of(address: str) -> str:
    """The key of an address: indexes of PostgreSQL refuse texts as long as some addresses are."""
    return hashlib.blake2b(address.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def host_of(address: str) -> str:
    """The host of an address; "" if it cannot be read."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _new_row(address: str, now: datetime) -> dict[str, Any]:
    new = Link(address, "unknown", "", 0, None, None, None, now)
    return new._asdict() | {"key": key_of(address), "host": host_of(address)}


def _link(row: Any) -> Link:
    moments = {name: utc(value) if (value := getattr(row, name)) else None for name in _MOMENTS}
    return Link(row.address, row.state, row.answer, row.failures, **moments)  # type: ignore[arg-type]
