"""Where accounts get their letters: e-mail address, language, and whether they want the weekly letter.

Entry points: `Mailboxes`, `open_mailboxes`, `mailboxes_of` (inside a transaction). The address is optional personal
data: nothing else is stored with it, and it is deleted with the account.
"""

from collections.abc import Collection
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from registry.errors import UsageError
from registry.letters.letter import is_address
from registry.letters.outbox import TABLES
from registry.store.database import among, connect, make_tables, reading, writing

LANGUAGES: Final = ("de", "en")
_MAILBOXES: Final = sa.table(
    "mailboxes",
    *(sa.column(name) for name in ("account", "address", "lang", "weekly")),
)


class Mailbox(NamedTuple):
    """The address of an account, the language of its letters, and whether it gets the weekly letter."""

    account: str
    address: str
    lang: str = "de"
    weekly: bool = True


class Mailboxes:
    """The addresses of accounts, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def set(self, account: str, address: str, lang: str = "de", weekly: bool = True) -> None:
        """Stores where an account gets its letters; "" deletes the address. UsageError for what is no address."""
        address = address.strip()
        if address and not is_address(address):
            raise UsageError("mail-address-form")
        with writing(self._engine) as connection:
            forget_mailbox(connection, account)
            if address:
                values = {"account": account, "address": address, "weekly": int(weekly)}
                lang = lang if lang in LANGUAGES else LANGUAGES[0]
                connection.execute(_MAILBOXES.insert().values(**values, lang=lang))

    def get(self, account: str) -> Mailbox | None:
        """The mailbox of an account; None if it has no address."""
        with reading(self._engine) as connection:
            return mailboxes_of(connection, (account,)).get(account)

    def of(self, accounts: Collection[str]) -> list[Mailbox]:
        """The mailboxes of those accounts that have an address."""
        with reading(self._engine) as connection:
            return list(mailboxes_of(connection, accounts).values())

    def all(self) -> list[Mailbox]:
        with reading(self._engine) as connection:
            return [_mailbox(row) for row in connection.execute(_MAILBOXES.select().order_by(_MAILBOXES.c.account))]


def mailboxes_of(connection: sa.Connection, accounts: Collection[str]) -> dict[str, Mailbox]:
    """Account -> mailbox for those that have an address; an account whose name is an address has that one."""
    rows = connection.execute(_MAILBOXES.select().where(among(connection, _MAILBOXES.c.account, list(accounts))))
    stored = {row.account: _mailbox(row) for row in rows}
    named = {name: Mailbox(name, name) for name in accounts if name not in stored and is_address(name)}
    return stored | named


def forget_mailbox(connection: sa.Connection, account: str) -> None:
    """Deletes the address of an account."""
    connection.execute(_MAILBOXES.delete().filter_by(account=account))


def open_mailboxes(database_url: str) -> Mailboxes:
    """Opens the addresses of an installation's accounts."""
    return Mailboxes(connect(database_url))


def _mailbox(row: Any) -> Mailbox:
    return Mailbox(row.account, row.address, row.lang, bool(row.weekly))
