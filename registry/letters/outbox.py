"""The outbox: letters that wait in the database until the mail server has taken them.

Entry points: `enqueue` (in the transaction of the act that the letter tells of), `Outbox`, `open_outbox`. Invariants: a
letter is deleted only after the mail server has taken it, or by a person; two processes never send the same letter at
the same time, because each takes it with `claim` first.
"""

import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from registry.errors import NotFoundError
from registry.letters.letter import Letter
from registry.store.database import Tables, among, connect, make_tables, reading, utc, writing

CLAIM_SECONDS: Final = 600  # for which a process may send a letter alone; then it is taken to have died
FIRST_PAUSE_SECONDS: Final = 30  # after the first failure; doubled at each further one
MAX_PAUSE_SECONDS: Final = 6 * 3600

TABLES: Final = Tables(
    "letters_version",
    (
        """CREATE TABLE IF NOT EXISTS letters (
            id TEXT PRIMARY KEY, state TEXT NOT NULL, due {moment} NOT NULL, written {moment} NOT NULL,
            tries INTEGER NOT NULL, fault TEXT NOT NULL, about TEXT NOT NULL, account TEXT NOT NULL,
            recipient TEXT NOT NULL, body {blob} NOT NULL)""",
        "CREATE INDEX IF NOT EXISTS ix_letters_due ON letters (state, due)",
        """CREATE TABLE IF NOT EXISTS mailboxes (
            account TEXT PRIMARY KEY, address TEXT NOT NULL, lang TEXT NOT NULL, weekly INTEGER NOT NULL)""",
    ),
)
_LETTERS: Final = sa.table(
    "letters",
    *(sa.column(name) for name in ("id", "state", "tries", "fault", "about", "account", "recipient", "body")),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in ("due", "written")),
)


class Waiting(NamedTuple):
    """A letter in the outbox. `state`: `waiting`, or `refused` by the mail server; `fault`: why it was not sent yet."""

    id: str
    letter: Letter
    state: str
    written: datetime
    due: datetime
    tries: int
    fault: str


def enqueue(connection: sa.Connection, letters: Iterable[Letter]) -> None:
    """Puts letters into the outbox, in the caller's transaction: if that is rolled back there is no letter either."""
    now = datetime.now(UTC)
    if rows := [_row(letter, now) for letter in letters]:
        connection.execute(_LETTERS.insert(), rows)


class Outbox:
    """The letters of an installation, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        make_tables(engine, TABLES)

    def put(self, *letters: Letter) -> None:
        """Puts letters into the outbox in a transaction of their own."""
        with writing(self.engine) as connection:
            enqueue(connection, letters)

    def count(self, state: str = "waiting") -> int:
        query = sa.select(sa.func.count()).select_from(_LETTERS).filter_by(state=state)
        with reading(self.engine) as connection:
            return int(connection.execute(query).scalar() or 0)

    def newest(self, limit: int) -> list[Waiting]:
        """The letters in the outbox, the last written first."""
        return self._select(_LETTERS.select().order_by(_LETTERS.c.written.desc()).limit(limit))

    def get(self, id: str) -> Waiting:
        """The letter; NotFoundError if it was sent or deleted."""
        for waiting in self._select(_LETTERS.select().filter_by(id=id)):
            return waiting
        raise NotFoundError("letter-unknown")

    def claim(self, limit: int) -> list[Waiting]:
        """At most `limit` letters that are due, the oldest first; for CLAIM_SECONDS no other process gets them."""
        now = datetime.now(UTC)
        is_due = sa.and_(_LETTERS.c.state == "waiting", _LETTERS.c.due <= now)
        query = sa.select(_LETTERS.c.id).where(is_due).order_by(_LETTERS.c.due, _LETTERS.c.written).limit(limit)
        with reading(self.engine) as connection:  # mostly nothing is due: then no lock is taken
            ids = [row.id for row in connection.execute(query)]
        if not ids:
            return []
        until = now + timedelta(seconds=CLAIM_SECONDS)
        with writing(self.engine) as connection:
            taking = _LETTERS.update().where(among(connection, _LETTERS.c.id, ids), is_due).values(due=until)
            taken = [row.id for row in connection.execute(taking.returning(_LETTERS.c.id))]
            rows = connection.execute(_LETTERS.select().where(among(connection, _LETTERS.c.id, taken))).fetchall()
        return sorted(map(_waiting, rows), key=lambda waiting: waiting.written)

    def sent(self, id: str) -> None:
        """Deletes a letter that the mail server has taken: nothing of it is kept."""
        self.discard(id)

    def postpone(self, waiting: Waiting, fault: str) -> None:
        """Puts a letter back that could not be sent; it is due again after a growing pause (exponential back-off)."""
        seconds = min(FIRST_PAUSE_SECONDS * 2 ** min(waiting.tries, 20), MAX_PAUSE_SECONDS)
        due = datetime.now(UTC) + timedelta(seconds=seconds)
        self._update(waiting.id, due=due, tries=waiting.tries + 1, fault=fault)

    def refuse(self, waiting: Waiting, fault: str) -> None:
        """Keeps a letter that the mail server will never take, so that a person can see it."""
        self._update(waiting.id, state="refused", tries=waiting.tries + 1, fault=fault)

    def retry(self, id: str) -> None:
        """Makes a letter due at once; NotFoundError if it was sent or deleted."""
        self._update(self.get(id).id, state="waiting", due=datetime.now(UTC))

    def discard(self, id: str) -> None:
        """Deletes a letter."""
        with writing(self.engine) as connection:
            connection.execute(_LETTERS.delete().filter_by(id=id))

    def forget(self, account: str) -> None:
        """Deletes all letters for an account."""
        with writing(self.engine) as connection:
            connection.execute(_LETTERS.delete().filter_by(account=account))

    def _update(self, id: str, **values: Any) -> None:
        with writing(self.engine) as connection:
            connection.execute(_LETTERS.update().filter_by(id=id).values(**values))

    def _select(self, query: Any) -> list[Waiting]:
        with reading(self.engine) as connection:
            return [_waiting(row) for row in connection.execute(query)]


def open_outbox(database_url: str) -> Outbox:
    """Opens the letters of an installation, which are a table in the store's database."""
    return Outbox(connect(database_url))


def _row(letter: Letter, now: datetime) -> dict[str, Any]:
    return {
        "id": secrets.token_hex(12),
        "state": "waiting",
        "due": now,
        "written": now,
        "tries": 0,
        "fault": "",
        "about": letter.about,
        "account": letter.account,
        "recipient": letter.to,
        "body": msgspec.json.encode(letter),
    }


def _waiting(row: Any) -> Waiting:
    letter = msgspec.json.decode(row.body, type=Letter)
    return Waiting(row.id, letter, row.state, utc(row.written), utc(row.due), row.tries, row.fault)


def forget_letters(connection: sa.Connection, account: str) -> None:
    """Deletes the letters to an account, and those that name it, in the caller's transaction."""
    for row in connection.execute(sa.select(_LETTERS.c.id, _LETTERS.c.account, _LETTERS.c.body)).fetchall():
        if row.account == account or _names(bytes(row.body), account):
            connection.execute(_LETTERS.delete().filter_by(id=row.id))


def _names(body: bytes, account: str) -> bool:
    """Whether a letter has the name as a word of its own."""
    names = re.split(r"[^\w.@-]+", body.decode("utf-8", "replace"))
    return account in names
