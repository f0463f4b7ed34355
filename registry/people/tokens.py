"""API tokens: how programs sign in to the write API in place of a person with a password.

Entry point: `Tokens` (in `People.tokens`). Invariants: only the digest of a token is stored, so that nobody can read
one from the database; a token allows at most what its account allows, and no longer than until it expires.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, get_args

import msgspec
import sqlalchemy as sa

from registry.errors import NotFoundError, UsageError
from registry.store.database import Tables, make_tables, reading, utc, writing

Scope = Literal["read", "write", "review"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
PREFIX: Final = "lotse"  # by which programs that look for leaked secrets recognise a token
DEFAULT_DAYS: Final = 90
MAX_DAYS: Final = 366
MAX_LABEL_CHARACTERS: Final = 80
EXPIRED_TOKEN_KEPT: Final = timedelta(days=30)  # in the list, to be seen as expired
_ID_BYTES: Final = 6
_SECRET_BYTES: Final = 32

TABLES: Final = Tables(
    "tokens_version",
    (
        """CREATE TABLE IF NOT EXISTS tokens (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, label TEXT NOT NULL, scopes JSON NOT NULL, digest TEXT NOT NULL,
            created {moment} NOT NULL, expires {moment} NOT NULL)""",
        "CREATE INDEX IF NOT EXISTS ix_tokens_account ON tokens (account)",
    ),
)
_TOKENS: Final = sa.table(
    "tokens",
    *(sa.column(name) for name in ("id", "account", "label", "digest")),
    sa.column("scopes", sa.JSON),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in ("created", "expires")),
)


class Token(msgspec.Struct, frozen=True):
    """A token without its secret part. `id`: its public part, by which it is revoked; `label`: what it is for."""

    id: str
    account: str
    label: str
    scopes: tuple[Scope, ...]
    created: datetime
    expires: datetime

    @property
    def has_expired(self) -> bool:
        return self.expires <= datetime.now(UTC)


class Tokens:
    """The tokens of an installation, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def add(
        self, account: str, scopes: Iterable[str] = SCOPES, days: int = DEFAULT_DAYS, label: str = ""
    ) -> tuple[str, Token]:
        """Makes a token and returns its text, which cannot be had again, and what is stored of it.

        UsageError for an unknown scope, a lifetime out of bounds, or a label that is too long.
        """
        named = tuple(scope for scope in SCOPES if scope in set(scopes))
        _check(set(scopes), days, label)
        now = datetime.now(UTC)
        id, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
        token = Token(id, account, label, named, now, now + timedelta(days=days))
        with writing(self._engine) as connection:
            connection.execute(_TOKENS.delete().where(_TOKENS.c.expires < now - EXPIRED_TOKEN_KEPT))
            values = msgspec.structs.asdict(token) | {"scopes": list(named), "digest": _digest(secret)}
            connection.execute(_TOKENS.insert().values(**values))
        return f"{PREFIX}_{id}_{secret}", token

    def verify(self, text: str) -> Token | None:
        """The token with this text; None if it is unknown, revoked or expired."""
        prefix, _, rest = text.partition("_")
        id, _, secret = rest.partition("_")
        if prefix != PREFIX or not text.isascii() or len(text) > 200:
            return None
        with reading(self._engine) as connection:
            row = connection.execute(_TOKENS.select().filter_by(id=id)).mappings().first()
        expected = row["digest"] if row else _digest("")
        right = secrets.compare_digest(expected, _digest(secret))
        token = _token(row) if row else None
        return token if token and right and not token.has_expired else None

    def of(self, account: str = "") -> Iterator[Token]:
        """The tokens of an account, or of all; the newest first."""
        query = _TOKENS.select().order_by(_TOKENS.c.created.desc(), _TOKENS.c.id)
        with reading(self._engine) as connection:
            rows = connection.execute(query.filter_by(account=account) if account else query).mappings().fetchall()
        return map(_token, rows)

    def revoke(self, id: str, account: str = "") -> Token:
        """Deletes a token and returns what it was; NotFoundError if there is none, or `account` has none with this
        id."""
        with writing(self._engine) as connection:
            row = connection.execute(_TOKENS.select().filter_by(id=id)).mappings().first()
            if row is None or (account and row["account"] != account):
                raise NotFoundError("token-unknown", id=id[:40])
            connection.execute(_TOKENS.delete().filter_by(id=id))
        return _token(row)


def forget_tokens(connection: sa.Connection, account: str) -> None:
    """Deletes all tokens of an account, in the caller's transaction."""
    connection.execute(_TOKENS.delete().filter_by(account=account))


def _check(scopes: set[str], days: int, label: str) -> None:
    if not scopes or not scopes <= set(SCOPES):
        raise UsageError("token-scope-unknown", scopes=", ".join(SCOPES))
    if not 1 <= days <= MAX_DAYS:
        raise UsageError("token-days", limit=MAX_DAYS)
    if len(label) > MAX_LABEL_CHARACTERS or not label.isprintable():
        raise UsageError("token-label", limit=MAX_LABEL_CHARACTERS)


def _digest(secret: str) -> str:
    """A plain digest is enough: the secret is random and as long as a key, so nobody can try all of them."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: Any) -> Token:
    return Token(
        id=row["id"],
        account=row["account"],
        label=row["label"],
        scopes=tuple(row["scopes"]),
        created=utc(row["created"]),
        expires=utc(row["expires"]),
    )
