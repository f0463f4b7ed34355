"""Codes with which people set a new password when they have forgotten theirs.

Entry point: `ResetCodes` (in `People.reset_codes`). Invariants: a code is for one account, works once, and for
CODE_VALID; only its digest is stored; a new code replaces the one before.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from registry.store.database import Tables, make_tables, writing

CODE_VALID: Final = timedelta(hours=24)
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without those that look alike
_GROUPS, _GROUP_CHARACTERS = 4, 5  # 100 bits

TABLES: Final = Tables(
    "reset_codes_version",
    (
        """CREATE TABLE IF NOT EXISTS reset_codes (
            account TEXT PRIMARY KEY, digest TEXT NOT NULL, expires {moment} NOT NULL)""",
    ),
)
_CODES: Final = sa.table(
    "reset_codes", sa.column("account"), sa.column("digest"), sa.column("expires", sa.DateTime(timezone=True))
)


class ResetCodes:
    """The codes that were given out, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def issue(self, account: str) -> str:
        """A new code for an account; the one before no longer works."""
        groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_CHARACTERS)) for _ in range(_GROUPS))
        code, now = "-".join(groups), datetime.now(UTC)
        values = {"account": account, "digest": _digest(account, code), "expires": now + CODE_VALID}
        with writing(self._engine) as connection:
            connection.execute(_CODES.delete().where(sa.or_(_CODES.c.account == account, _CODES.c.expires < now)))
            connection.execute(_CODES.insert().values(**values))
        return code

    def take(self, account: str, code: str) -> bool:
        """Whether this is the code of the account; it is used up then."""
        mine = {"account": account, "digest": _digest(account, code)}
        with writing(self._engine) as connection:
            used = _CODES.delete().filter_by(**mine).where(_CODES.c.expires > datetime.now(UTC))
            return bool(connection.execute(used).rowcount)


def forget_reset_code(connection: sa.Connection, account: str) -> None:
    """Deletes the code of an account, in the caller's transaction."""
    connection.execute(_CODES.delete().filter_by(account=account))


def _digest(account: str, code: str) -> str:
    """Bound to the account; blanks, dashes and small letters do not matter."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(f"{account}\0{letters}".encode()).hexdigest()
