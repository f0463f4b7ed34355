"""Accounts: who may sign in, in which role, for which organizations. Passwords are kept as argon2id only."""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import argon2
import sqlalchemy as sa

from registry.errors import ConflictError, NotFoundError, UsageError
from registry.model import Account
from registry.people.sign_in_tries import SignInTries
from registry.store.database import Tables, connect, make_tables, reading, writing

ROLES = ("member", "reviewer", "administrator")
SHORTEST_PASSWORD = 12

_HASHER = argon2.PasswordHasher()

TABLES: Final = Tables(
    "people_version",
    (
        """CREATE TABLE IF NOT EXISTS accounts (
            name TEXT PRIMARY KEY, role TEXT NOT NULL, organizations JSON NOT NULL, full_name TEXT NOT NULL,
            password TEXT NOT NULL, changed {moment} NOT NULL)""",
        "CREATE TABLE IF NOT EXISTS ended_sessions (nonce TEXT PRIMARY KEY, at {moment} NOT NULL)",
    ),
)
_ACCOUNTS = sa.table(
    "accounts",
    *(sa.column(name) for name in ("name", "role", "full_name", "password")),
    sa.column("organizations", sa.JSON),
    sa.column("changed", sa.DateTime(timezone=True)),
)
_ENDED = sa.table("ended_sessions", sa.column("nonce"), sa.column("at", sa.DateTime(timezone=True)))
DAY = timedelta(days=1)  # longer than any session lives


class People:
    """Accounts of one installation; `tries` counts who tries to sign in."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)
        self.tries = SignInTries(engine)

    def add(self, account: Account, password: str) -> None:
        """Adds an account; ConflictError if the name is taken, UsageError if name, role or password do not do."""
        _check(account, password)
        values = _row(account) | {"password": _HASHER.hash(password)}  # takes its time, which nobody else has to wait
        with writing(self._engine) as connection:
            try:
                connection.execute(_ACCOUNTS.insert().values(**values))
            except sa.exc.IntegrityError:
                raise ConflictError("account-exists", name=account.name) from None

    def change(self, account: Account, password: str | None = None) -> None:
        """Changes role, organizations, name and, if given, the password."""
        values = _row(account)
        if password is not None:
            _check(account, password)
            values["password"] = _HASHER.hash(password)
        with writing(self._engine) as connection:
            if not connection.execute(_ACCOUNTS.update().filter_by(name=account.name).values(**values)).rowcount:
                raise NotFoundError("account-unknown", name=account.name)

    def remove(self, name: str) -> None:
        with writing(self._engine) as connection:
            if not connection.execute(_ACCOUNTS.delete().filter_by(name=name)).rowcount:
                raise NotFoundError("account-unknown", name=name)

    def get(self, name: str) -> Account | None:
        with reading(self._engine) as connection:
            row = connection.execute(_ACCOUNTS.select().filter_by(name=name)).mappings().first()
        return _account(row) if row else None

    def verify(self, name: str, password: str) -> Account | None:
        """The account if name and password fit, else None; both answers take the same time."""
        with reading(self._engine) as connection:
            row = connection.execute(_ACCOUNTS.select().filter_by(name=name)).mappings().first()
        try:
            _HASHER.verify(row["password"] if row else _nobody(), password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return None
        return _account(row) if row else None

    def seal(self, name: str) -> str:
        """What a session is bound to: another one as soon as the password is another; empty for nobody."""
        with reading(self._engine) as connection:
            password = connection.execute(sa.select(_ACCOUNTS.c.password).filter_by(name=name)).scalar()
        return _seal(password) if password else ""

    def in_session(self, name: str, nonce: str, seal: str) -> Account | None:
        """Whose session this is; None once it was ended or the password was changed."""
        with reading(self._engine) as connection:
            row = connection.execute(_ACCOUNTS.select().filter_by(name=name)).mappings().first()
            ended = connection.execute(sa.select(_ENDED.c.nonce).filter_by(nonce=nonce)).scalar()
        if row is None or ended is not None:
            return None
        return _account(row) if secrets.compare_digest(seal.encode(), _seal(row["password"]).encode()) else None

    def end_session(self, nonce: str) -> None:
        """A copy of its cookie is worth nothing from now on."""
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            connection.execute(_ENDED.delete().where(_ENDED.c.at < now - DAY))
            if connection.execute(sa.select(_ENDED.c.nonce).filter_by(nonce=nonce)).scalar() is None:
                connection.execute(_ENDED.insert().values(nonce=nonce, at=now))

    def accounts(self) -> Iterator[Account]:
        with reading(self._engine) as connection:
            rows = connection.execute(_ACCOUNTS.select().order_by(_ACCOUNTS.c.name)).mappings().fetchall()
        return map(_account, rows)


def open_people(database_url: str) -> People:
    """The accounts of an installation, in the store's database."""
    return People(connect(database_url))


@cache
def _nobody() -> str:
    """A hash that no password fits, so that an unknown name costs the same time; made once, when first needed."""
    return _HASHER.hash(secrets.token_urlsafe())


def _seal(password: str) -> str:
    return hashlib.blake2b(password.encode(), digest_size=9).hexdigest()


def _check(account: Account, password: str) -> None:
    if not account.name or len(account.name) > 80 or not account.name.isprintable() or " " in account.name:
        raise UsageError("account-name-form")
    if account.role not in ROLES:
        raise UsageError("role-unknown", roles=", ".join(ROLES))
    if not SHORTEST_PASSWORD <= len(password) <= 1000:
        raise UsageError("password-short", length=SHORTEST_PASSWORD)


def _row(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role,
        "organizations": list(account.organizations),
        "full_name": account.full_name,
        "changed": datetime.now(UTC),
    }


def _account(row: Any) -> Account:
    organizations = tuple(one for one in row["organizations"] if one)  # "" would own every draft without an owner
    return Account(name=row["name"], role=row["role"], organizations=organizations, full_name=row["full_name"])
