"""Remembers the answers to requests with an `Idempotency-Key`, so that a repeated request is not carried out twice.

Entry point: `RepeatedRequests` (in `People.repeated`). Invariants: a key belongs to one account; while its request is
being carried out, no other one with this key is; an answer is kept for ANSWERS_KEPT.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from registry.errors import BusyError, UsageError
from registry.store.database import Tables, make_tables, writing

ANSWERS_KEPT: Final = timedelta(days=1)
ABANDONED_AFTER: Final = timedelta(minutes=2)  # a process that died left its request unanswered
MAX_KEY_CHARACTERS: Final = 200

TABLES: Final = Tables(
    "repeated_version",
    (
        """CREATE TABLE IF NOT EXISTS repeated_requests (
            account TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, at {moment} NOT NULL, answer {blob},
            PRIMARY KEY (account, key))""",
    ),
)
_REQUESTS: Final = sa.table(
    "repeated_requests",
    *(sa.column(name) for name in ("account", "key", "request", "answer")),
    sa.column("at", sa.DateTime(timezone=True)),
)


class KeptAnswer(msgspec.Struct, frozen=True):
    """An answer as it was sent."""

    status: int
    headers: dict[str, str]
    body: bytes


class Request(NamedTuple):
    """A request with a key. `digest`: of its method, path and body; another one under the same key is an error."""

    account: str
    key: str
    digest: str

    @classmethod
    def of(cls, account: str, key: str, *parts: bytes) -> "Request":
        """UsageError for a key that is too long or has other characters than printable ASCII."""
        if len(key) > MAX_KEY_CHARACTERS or not key.isascii() or not key.isprintable():
            raise UsageError("idempotency-key-form", limit=MAX_KEY_CHARACTERS)
        return cls(account, key, hashlib.sha256(b"\0".join(parts)).hexdigest())


class RepeatedRequests:
    """The remembered answers, in the database; safe for any number of threads and processes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def begin(self, request: Request) -> KeptAnswer | None:
        """The answer that the request got before; None if it is the first, which `finish` or `abandon` must follow.

        UsageError if the key was used for another request, BusyError while the first one is being carried out.
        """
        now = datetime.now(UTC)
        mine = {"account": request.account, "key": request.key}
        with writing(self._engine) as connection:
            old = sa.or_(
                _REQUESTS.c.at < now - ANSWERS_KEPT,
                sa.and_(_REQUESTS.c.answer.is_(None), _REQUESTS.c.at < now - ABANDONED_AFTER),
            )
            connection.execute(_REQUESTS.delete().where(old))
            row = connection.execute(_REQUESTS.select().filter_by(**mine)).mappings().first()
            if row is None:
                values: dict[str, Any] = mine | {"request": request.digest, "at": now, "answer": None}
                try:
                    with connection.begin_nested():
                        connection.execute(_REQUESTS.insert().values(**values))
                except sa.exc.IntegrityError:  # on PostgreSQL another process was as fast
                    raise BusyError("request-running") from None
                return None
        if row["request"] != request.digest:
            error = UsageError("idempotency-key-used")
            error.status = 422
            raise error
        if row["answer"] is None:
            raise BusyError("request-running")
        return msgspec.json.decode(row["answer"], type=KeptAnswer)

    def finish(self, request: Request, answer: KeptAnswer) -> None:
        """Keeps the answer of a request that `begin` let through."""
        with writing(self._engine) as connection:
            mine = _REQUESTS.update().filter_by(account=request.account, key=request.key)
            connection.execute(mine.values(answer=msgspec.json.encode(answer)))

    def abandon(self, request: Request) -> None:
        """Forgets a request that failed on our side, so that it may be tried again."""
        with writing(self._engine) as connection:
            connection.execute(_REQUESTS.delete().filter_by(account=request.account, key=request.key))


def forget_requests(connection: sa.Connection, account: str) -> None:
    """Deletes all remembered answers of an account, in the caller's transaction."""
    connection.execute(_REQUESTS.delete().filter_by(account=account))
