"""The sessions that are open, so that people can see and end them.

Entry point: `Sessions` (in `People.sessions`). A session itself is a signed cookie (`api/web/session.py`); whether it
still counts is decided by `People.in_session`. Stored are when and how it began and, roughly, in which browser.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

import sqlalchemy as sa

from registry.store.database import Tables, make_tables, reading, utc, writing

SignInMethod = Literal["password", "passkey", "openid", "reset"]
SESSION_KEPT: Final = timedelta(days=1)  # longer than the lifetime of a session
MAX_BROWSER_CHARACTERS: Final = 60

TABLES: Final = Tables(
    "sessions_version",
    (
        """CREATE TABLE IF NOT EXISTS sessions (
            nonce TEXT PRIMARY KEY, account TEXT NOT NULL, begun {moment} NOT NULL, method TEXT NOT NULL,
            browser TEXT NOT NULL)""",
        "CREATE INDEX IF NOT EXISTS ix_sessions_account ON sessions (account)",
    ),
)
_SESSIONS: Final = sa.table(
    "sessions",
    *(sa.column(name) for name in ("nonce", "account", "method", "browser")),
    sa.column("begun", sa.DateTime(timezone=True)),
)
# Mark in the header User-Agent -> name; the first that is found counts
_BROWSERS: Final = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
_SYSTEMS: Final = {
    "Android": "Android", "iPhone": "iOS", "iPad": "iOS", "Windows": "Windows", "Mac OS X": "macOS", "Linux": "Linux",
}  # fmt: skip


class OpenSession(NamedTuple):
    """A session in a list. `id`: a digest of its nonce, by which it is ended."""

    id: str
    nonce: str
    begun: datetime
    method: SignInMethod
    browser: str


class Sessions:
    """The open sessions of an installation, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def begin(self, nonce: str, account: str, method: SignInMethod, user_agent: str = "") -> None:
        """Adds a session to the list."""
        now = datetime.now(UTC)
        values = {"nonce": nonce, "account": account, "begun": now, "method": method, "browser": browser(user_agent)}
        with writing(self._engine) as connection:
            connection.execute(_SESSIONS.delete().where(_SESSIONS.c.begun < now - SESSION_KEPT))
            connection.execute(_SESSIONS.insert().values(**values))

    def of(self, account: str) -> Iterator[OpenSession]:
        """The open sessions of an account, the newest first."""
        query = _SESSIONS.select().filter_by(account=account).order_by(_SESSIONS.c.begun.desc())
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().fetchall()
        return map(_open_session, rows)


def forget_session(connection: sa.Connection, nonce: str) -> None:
    """Takes a session from the list, in the caller's transaction."""
    connection.execute(_SESSIONS.delete().filter_by(nonce=nonce))


def forget_sessions(connection: sa.Connection, account: str) -> None:
    """Takes all sessions of an account from the list, in the caller's transaction."""
    connection.execute(_SESSIONS.delete().filter_by(account=account))


def browser(user_agent: str) -> str:
    """Browser and system in two words, such as `Firefox, Windows`; "" for what is none of the common ones."""
    names = (next((name for mark, name in table.items() if mark in user_agent), "") for table in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, names))[:MAX_BROWSER_CHARACTERS]


def _open_session(row: Any) -> OpenSession:
    id = hashlib.blake2b(row["nonce"].encode(), digest_size=9).hexdigest()
    return OpenSession(id, row["nonce"], utc(row["begun"]), row["method"], row["browser"])
