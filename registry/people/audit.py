"""The audit log: who did what to accounts, roles and drafts. It cannot be edited.

Entry points: `AuditLog` (in `People.audit`), `record_act` (in the transaction of the act). Invariants: nothing changes
or deletes an entry; each entry holds a digest of itself and the entry before, so that a change from outside is found
(`first_broken`); an entry names accounts by number only, so that erasing a person takes the name from behind the number
and leaves the log whole.
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from registry.store.database import Tables, make_tables, reading, writing
from registry.store.locks import lock_table

COMMAND_LINE: Final = 0  # number of whoever uses the command line
MAX_DETAIL_CHARACTERS: Final = 200
_NUMBER_BITS: Final = 40

TABLES: Final = Tables(
    "audit_version",
    (
        """CREATE TABLE IF NOT EXISTS audit (
            entry {big} PRIMARY KEY, at TEXT NOT NULL, account {big} NOT NULL, act TEXT NOT NULL, subject TEXT NOT NULL,
            detail TEXT NOT NULL, digest TEXT NOT NULL)""",
        "CREATE TABLE IF NOT EXISTS account_numbers (number {big} PRIMARY KEY, name TEXT UNIQUE)",
    ),
)
_AUDIT: Final = sa.table(
    "audit", *(sa.column(name) for name in ("entry", "at", "account", "act", "subject", "detail", "digest"))
)
_NUMBERS: Final = sa.table("account_numbers", sa.column("number"), sa.column("name"))


class Entry(NamedTuple):
    """An entry as a page shows it. `by`: the name of the account, or its number if the name was erased; `subject`: what
    the act was done to, such as `draft 5f0c…` or an account."""

    entry: int
    at: datetime
    by: str
    act: str
    subject: str
    detail: str


class AuditLog:
    """The audit log of an installation, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def write(self, by: str, act: str, subject: str = "", detail: str = "", account: str = "") -> None:
        """Adds an entry in a transaction of its own; the parameters are those of `record_act`."""
        with writing(self._engine) as connection:
            record_act(connection, by, act, subject, detail, account)

    def newest(self, limit: int, offset: int = 0) -> list[Entry]:
        """The last entries, the newest first."""
        query = _AUDIT.select().order_by(_AUDIT.c.entry.desc()).limit(limit).offset(offset)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().fetchall()
            named = connection.execute(_NUMBERS.select().where(_NUMBERS.c.name.is_not(None))).fetchall()
        names = {row.number: row.name for row in named}
        return [_entry(row, names) for row in rows]

    def of(self, name: str) -> list[Entry]:
        """The entries of what an account did, the oldest first."""
        number = self.numbers((name,)).get(name, -1)
        query = _AUDIT.select().where(_AUDIT.c.account == number).order_by(_AUDIT.c.entry)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().fetchall()
        return [_entry(row, {number: name}) for row in rows]

    def numbers(self, names: Collection[str]) -> dict[str, int]:
        """Name -> number of the accounts that have one."""
        with reading(self._engine) as connection:
            rows = connection.execute(_NUMBERS.select().where(_NUMBERS.c.name.in_(list(names)))).fetchall()
        return {row.name: row.number for row in rows}

    def first_broken(self) -> int:
        """The number of the first entry that is not as it was written, or before which one is missing; 0 for none."""
        before, expected = "", 1
        with reading(self._engine) as connection:
            for row in connection.execute(_AUDIT.select().order_by(_AUDIT.c.entry)).mappings():
                if row["entry"] != expected or row["digest"] != _digest(before, row):
                    return expected
                before, expected = row["digest"], expected + 1
        return 0


def record_act(
    connection: sa.Connection, by: str, act: str, subject: str = "", detail: str = "", account: str = ""
) -> None:
    """Adds an entry, in the caller's transaction. `by`: name of the account ("": the command line); `account`: name of
    the account that the act was done to; `subject`, `detail`: must name nobody."""
    lock_table(connection, _AUDIT)
    last = connection.execute(_AUDIT.select().order_by(_AUDIT.c.entry.desc()).limit(1)).mappings().first()
    values: dict[str, Any] = {
        "entry": int(last["entry"]) + 1 if last else 1,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "account": number_of(connection, by) if by else COMMAND_LINE,
        "act": act,
        "subject": f"account {number_of(connection, account)}" if account else subject,
        "detail": detail[:MAX_DETAIL_CHARACTERS],
    }
    connection.execute(_AUDIT.insert().values(**values, digest=_digest(last["digest"] if last else "", values)))


def number_of(connection: sa.Connection, name: str) -> int:
    """The number of an account, which it gets now if it has none, in the caller's transaction."""
    number = connection.execute(sa.select(_NUMBERS.c.number).filter_by(name=name)).scalar()
    if number is None:
        number = secrets.randbits(_NUMBER_BITS) | 1
        connection.execute(_NUMBERS.insert().values(number=number, name=name))
    return int(number)


def forget_name(connection: sa.Connection, name: str) -> int:
    """Takes the name from behind the number of an account, and returns that number."""
    number = number_of(connection, name)
    connection.execute(_NUMBERS.update().filter_by(number=number).values(name=None))
    return number


def _digest(before: str, row: Any) -> str:
    parts = (before, *(str(row[name]) for name in ("entry", "at", "account", "act", "subject", "detail")))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _entry(row: Any, names: dict[int, str]) -> Entry:
    kind, _, number = row["subject"].partition(" ")
    subject = names.get(int(number), row["subject"]) if kind == "account" and number.isdigit() else row["subject"]
    by = "" if row["account"] == COMMAND_LINE else names.get(row["account"], str(row["account"]))
    return Entry(row["entry"], datetime.fromisoformat(row["at"]), by, row["act"], subject, row["detail"])
