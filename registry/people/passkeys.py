"""Passkeys: the public keys with which people sign in without a password (WebAuthn).

Entry point: `Passkeys` (in `People.passkeys`). Invariants: only public keys are stored; a challenge is answered once.
The protocol itself is spoken in `api/editing/passkey_protocol.py`.
"""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from registry.errors import ConflictError
from registry.store.database import Tables, make_tables, reading, utc, writing
from registry.store.locks import lock_table

MAX_PASSKEYS: Final = 20  # of an account
MAX_LABEL_CHARACTERS: Final = 60
CHALLENGE_KEPT: Final = timedelta(hours=1)  # longer than a challenge may be answered
_HANDLE_BYTES: Final = 32

TABLES: Final = Tables(
    "passkeys_version",
    (
        """CREATE TABLE IF NOT EXISTS passkeys (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, handle TEXT NOT NULL, public_key {blob} NOT NULL,
            sign_count {big} NOT NULL, label TEXT NOT NULL, created {moment} NOT NULL)""",
        "CREATE INDEX IF NOT EXISTS ix_passkeys_account ON passkeys (account)",
        "CREATE TABLE IF NOT EXISTS used_challenges (digest TEXT PRIMARY KEY, at {moment} NOT NULL)",
    ),
)
_PASSKEYS: Final = sa.table(
    "passkeys",
    *(sa.column(name) for name in ("id", "account", "handle", "public_key", "sign_count", "label")),
    sa.column("created", sa.DateTime(timezone=True)),
)
_CHALLENGES: Final = sa.table("used_challenges", sa.column("digest"), sa.column("at", sa.DateTime(timezone=True)))


class Passkey(NamedTuple):
    """A passkey. `id`: of the credential, base64url; `handle`: a random number that stands for the account;
    `sign_count`: how often the authenticator says to have signed."""

    id: str
    account: str
    handle: str
    public_key: bytes
    sign_count: int
    label: str
    created: datetime


class Passkeys:
    """The passkeys of an installation, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def of(self, account: str) -> Iterator[Passkey]:
        """The passkeys of an account, the oldest first."""
        query = _PASSKEYS.select().filter_by(account=account).order_by(_PASSKEYS.c.created, _PASSKEYS.c.id)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().fetchall()
        return map(_passkey, rows)

    def get(self, id: str) -> Passkey | None:
        with reading(self._engine) as connection:
            row = connection.execute(_PASSKEYS.select().filter_by(id=id)).mappings().first()
        return _passkey(row) if row else None

    def handle(self, account: str) -> str:
        """The handle of an account: that of its passkeys, else a new one."""
        return next((passkey.handle for passkey in self.of(account)), "") or secrets.token_hex(_HANDLE_BYTES)

    def add(self, passkey: Passkey) -> None:
        """Stores a passkey; ConflictError if it is stored already or the account has too many."""
        values = passkey._asdict() | {"label": passkey.label[:MAX_LABEL_CHARACTERS]}
        with writing(self._engine) as connection:
            lock_table(connection, _PASSKEYS)
            count = sa.select(sa.func.count()).select_from(_PASSKEYS).filter_by(account=passkey.account)
            if (connection.execute(count).scalar() or 0) >= MAX_PASSKEYS:
                raise ConflictError("passkeys-too-many", limit=MAX_PASSKEYS)
            try:
                connection.execute(_PASSKEYS.insert().values(**values))
            except sa.exc.IntegrityError:
                raise ConflictError("passkey-exists") from None

    def signed(self, id: str, sign_count: int) -> None:
        """Stores how often the authenticator says to have signed."""
        with writing(self._engine) as connection:
            connection.execute(_PASSKEYS.update().filter_by(id=id).values(sign_count=sign_count))

    def remove(self, id: str, account: str) -> None:
        """Deletes a passkey of the account, if it has one with this id."""
        with writing(self._engine) as connection:
            connection.execute(_PASSKEYS.delete().filter_by(id=id, account=account))

    def take_challenge(self, challenge: bytes) -> bool:
        """Whether the challenge is answered for the first time; it never is again."""
        now, digest = datetime.now(UTC), hashlib.sha256(challenge).hexdigest()
        with writing(self._engine) as connection:
            connection.execute(_CHALLENGES.delete().where(_CHALLENGES.c.at < now - CHALLENGE_KEPT))
            try:
                with connection.begin_nested():
                    connection.execute(_CHALLENGES.insert().values(digest=digest, at=now))
            except sa.exc.IntegrityError:
                return False
        return True


def forget_passkeys(connection: sa.Connection, account: str) -> None:
    """Deletes all passkeys of an account, in the caller's transaction."""
    connection.execute(_PASSKEYS.delete().filter_by(account=account))


def _passkey(row: Any) -> Passkey:
    values = {name: row[name] for name in Passkey._fields if name != "created"}
    values["public_key"] = bytes(row["public_key"])
    return Passkey(**values, created=utc(row["created"]))
