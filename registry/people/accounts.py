"""Accounts: who may sign in, in which role and for which organizations.

Entry points: `open_people`, `People`. Invariants: a password is stored only as its argon2id hash; a session is no
longer valid once it was ended or the password was changed.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType, ModuleType
from typing import Any, Final, get_args

import argon2
import sqlalchemy as sa
from msgspec.structs import replace

from registry.errors import ConflictError, NotFoundError, UsageError
from registry.letters import outbox
from registry.letters.mailboxes import forget_mailbox
from registry.model import Account, OrganizationRole, Role
from registry.people import (
    audit,
    four_eyes,
    identities,
    leave,
    passkeys,
    repeated_requests,
    reset_codes,
    second_factor,
    sessions,
    sign_in_tries,
    tokens,
)
from registry.people.audit import AuditLog
from registry.people.identities import Identities, forget_identities
from registry.people.leave import Substitutes, forget_substitutes
from registry.people.passkeys import Passkeys, forget_passkeys
from registry.people.repeated_requests import RepeatedRequests, forget_requests
from registry.people.reset_codes import ResetCodes, forget_reset_code
from registry.people.second_factor import SecondFactor, forget_second_factor
from registry.people.sessions import Sessions, forget_session, forget_sessions
from registry.people.sign_in_tries import SignInTries
from registry.people.tokens import Tokens, forget_tokens
from registry.store.database import Tables, connect, make_tables, reading, writing
from registry.store.locks import lock_table

ROLES: Final = get_args(Role)
ORGANIZATION_ROLES: Final = get_args(OrganizationRole)
MIN_PASSWORD_CHARACTERS = 12

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
# The parts of `People` that have tables of their own: name -> module, for `lotse upgrade`
PARTS_OF_PEOPLE: Final[Mapping[str, ModuleType]] = MappingProxyType(
    {
        "tries": sign_in_tries,
        "audit": audit,
        "four eyes": four_eyes,
        "substitutes": leave,
        "passkeys": passkeys,
        "second factor": second_factor,
        "reset codes": reset_codes,
        "tokens": tokens,
        "sessions": sessions,
        "identities": identities,
        "repeated": repeated_requests,
    }
)
_ACCOUNTS = sa.table(
    "accounts",
    *(sa.column(name) for name in ("name", "role", "full_name", "password")),
    sa.column("organizations", sa.JSON),
    sa.column("changed", sa.DateTime(timezone=True)),
)
_ENDED = sa.table("ended_sessions", sa.column("nonce"), sa.column("at", sa.DateTime(timezone=True)))
ENDED_SESSION_KEPT = timedelta(days=1)  # longer than the lifetime of a session


class People:
    """The accounts of one installation; `tries` counts the attempts to sign in, `sessions` lists those
    that are open, `tokens` are for programs, `repeated` remembers answers to their requests."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)
        make_tables(engine, outbox.TABLES)
        self.tries = SignInTries(engine)
        self.tokens = Tokens(engine)
        self.audit = AuditLog(engine)
        self.substitutes = Substitutes(engine)
        self.passkeys = Passkeys(engine)
        self.second_factor = SecondFactor(engine)
        self.reset_codes = ResetCodes(engine)
        self.identities = Identities(engine)
        self.sessions = Sessions(engine)
        self.repeated = RepeatedRequests(engine)

    def add(self, account: Account, password: str) -> None:
        """Adds an account; ConflictError if the name is taken, UsageError if name, role or password is not valid."""
        _check(account, password)
        values = _row(account) | {"password": _HASHER.hash(password)}  # slow: before the transaction
        with writing(self._engine) as connection:
            try:
                connection.execute(_ACCOUNTS.insert().values(**values))
            except sa.exc.IntegrityError:
                raise ConflictError("account-exists", name=account.name) from None

    def change(self, account: Account, password: str | None = None) -> None:
        """Stores role, organizations, full name and, if given, password; NotFoundError for an unknown account."""
        values = _row(account)
        if password is not None:
            _check(account, password)
            values["password"] = _HASHER.hash(password)
        with writing(self._engine) as connection:
            if not connection.execute(_ACCOUNTS.update().filter_by(name=account.name).values(**values)).rowcount:
                raise NotFoundError("account-unknown", name=account.name)

    def set_password(self, name: str, password: str) -> None:
        """Stores another password, which ends all sessions; NotFoundError for an unknown account, UsageError for a
        password that is too short or too long."""
        check_password(password)
        values = {"password": _HASHER.hash(password), "changed": datetime.now(UTC)}
        with writing(self._engine) as connection:
            if not connection.execute(_ACCOUNTS.update().filter_by(name=name).values(**values)).rowcount:
                raise NotFoundError("account-unknown", name=name)
            forget_sessions(connection, name)

    def remove(self, name: str) -> None:
        with writing(self._engine) as connection:
            if not connection.execute(_ACCOUNTS.delete().filter_by(name=name)).rowcount:
                raise NotFoundError("account-unknown", name=name)
            forget_mailbox(connection, name)
            forget_identities(connection, name)
            forget_substitutes(connection, name)
            forget_passkeys(connection, name)
            forget_second_factor(connection, name)
            forget_reset_code(connection, name)
            forget_sessions(connection, name)
            forget_tokens(connection, name)
            forget_requests(connection, name)

    def get(self, name: str) -> Account | None:
        with reading(self._engine) as connection:
            row = connection.execute(_ACCOUNTS.select().filter_by(name=name)).mappings().first()
        return _account(row) if row else None

    def verify(self, name: str, password: str) -> Account | None:
        """The account if name and password are right, else None.

        An unknown name takes as long as a wrong password, so that nobody learns from the time which names exist.
        """
        with reading(self._engine) as connection:
            row = connection.execute(_ACCOUNTS.select().filter_by(name=name)).mappings().first()
        try:
            _HASHER.verify(row["password"] if row else _nobody(), password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return None
        return _account(row) if row else None

    def seal(self, name: str) -> str:
        """A digest of the account's password hash, kept in the session cookie; "" for an unknown account.

        It changes with the password, which ends the sessions begun before.
        """
        with reading(self._engine) as connection:
            password = connection.execute(sa.select(_ACCOUNTS.c.password).filter_by(name=name)).scalar()
        return _seal(password) if password else ""

    def in_session(self, name: str, nonce: str, seal: str) -> Account | None:
        """The account of a session; None if the session was ended, the password changed or the account removed."""
        with reading(self._engine) as connection:
            row = connection.execute(_ACCOUNTS.select().filter_by(name=name)).mappings().first()
            ended = connection.execute(sa.select(_ENDED.c.nonce).filter_by(nonce=nonce)).scalar()
        if row is None or ended is not None:
            return None
        right = secrets.compare_digest(seal.encode(), _seal(row["password"]).encode())
        return self.with_leave(_account(row)) if right else None

    def with_leave(self, account: Account) -> Account:
        """The account with the roles of those for whom it stands in today."""
        absent = [self.get(name) for name in self.substitutes.for_whom(account.name)]
        return replace(account, substitute_for=tuple(other for other in absent if other)) if absent else account

    def end_session(self, nonce: str) -> None:
        """Ends a session, so that a copy of its cookie is no longer accepted."""
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            lock_table(connection, _ENDED)
            connection.execute(_ENDED.delete().where(_ENDED.c.at < now - ENDED_SESSION_KEPT))
            if connection.execute(sa.select(_ENDED.c.nonce).filter_by(nonce=nonce)).scalar() is None:
                connection.execute(_ENDED.insert().values(nonce=nonce, at=now))
            forget_session(connection, nonce)

    def on_duty(self) -> Iterator[Account]:
        """All accounts, each with the roles of those for whom it stands in today."""
        return map(self.with_leave, self.accounts())

    def accounts(self) -> Iterator[Account]:
        with reading(self._engine) as connection:
            rows = connection.execute(_ACCOUNTS.select().order_by(_ACCOUNTS.c.name)).mappings().fetchall()
        return map(_account, rows)


def open_people(database_url: str) -> People:
    """Opens the accounts of an installation, which are tables in the store's database."""
    return People(connect(database_url))


@cache
def _nobody() -> str:
    """The hash of a random password: checked for unknown names, so that they take the same time. Computed once."""
    return _HASHER.hash(secrets.token_urlsafe())


def _seal(password: str) -> str:
    return hashlib.blake2b(password.encode(), digest_size=9).hexdigest()


def _check(account: Account, password: str) -> None:
    if not account.name or len(account.name) > 80 or not account.name.isprintable() or " " in account.name:
        raise UsageError("account-name-form")
    if account.role not in ROLES:
        raise UsageError("role-unknown", roles=", ".join(ROLES))
    for organization, roles in account.roles.items():
        if organization not in account.organizations or not set(roles) <= set(ORGANIZATION_ROLES):
            raise UsageError(
                "organization-role-unknown", organization=organization, roles=", ".join(ORGANIZATION_ROLES)
            )
    check_password(password)


def check_password(password: str) -> None:
    """UsageError for a password that is too short or too long."""
    if not MIN_PASSWORD_CHARACTERS <= len(password) <= 1000:
        raise UsageError("password-short", length=MIN_PASSWORD_CHARACTERS)


def _row(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role,
        "organizations": [_grant(account, organization) for organization in account.organizations],
        "full_name": account.full_name,
        "changed": datetime.now(UTC),
    }


def _grant(account: Account, organization: str) -> Any:
    """An organization as it is stored: its id, or with the roles that are named for it."""
    if organization not in account.roles:
        return organization
    return {"id": organization, "roles": list(account.roles[organization])}


def _account(row: Any) -> Account:
    grants = [grant if isinstance(grant, dict) else {"id": grant} for grant in row["organizations"]]
    grants = [grant for grant in grants if grant["id"]]  # without "", which would own every draft that has no owner
    return Account(
        name=row["name"],
        role=row["role"],
        organizations=tuple(grant["id"] for grant in grants),
        full_name=row["full_name"],
        roles={grant["id"]: tuple(grant["roles"]) for grant in grants if "roles" in grant},
    )
