"""Which person of an OpenID Connect provider has which account, and the roles that their groups bring.

Entry points: `Identities` (in `People.identities`), `read_mapping`, `with_groups`. Invariant: an identity is the pair
of issuer and subject; a name or e-mail address, which somebody else may get later, never finds an account.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, get_args

import sqlalchemy as sa
from msgspec.structs import replace

from registry.errors import UsageError
from registry.model import Account, OrganizationRole, Role
from registry.store.database import Tables, make_tables, reading, writing

TABLES: Final = Tables(
    "identities_version",
    (
        """CREATE TABLE IF NOT EXISTS identities (
            issuer TEXT NOT NULL, subject TEXT NOT NULL, account TEXT NOT NULL, linked {moment} NOT NULL,
            PRIMARY KEY (issuer, subject))""",
        "CREATE INDEX IF NOT EXISTS ix_identities_account ON identities (account)",
    ),
)
_IDENTITIES: Final = sa.table(
    "identities",
    *(sa.column(name) for name in ("issuer", "subject", "account")),
    sa.column("linked", sa.DateTime(timezone=True)),
)
_ROLES: Final[tuple[Role, ...]] = get_args(Role)
_ORGANIZATION_ROLES: Final[tuple[OrganizationRole, ...]] = get_args(OrganizationRole)


class Grant(NamedTuple):
    """What membership in a group brings: a role for the whole catalogue, or one in an organization."""

    role: str
    organization: str = ""


class Identities:
    """The identities that are linked with accounts, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def account(self, issuer: str, subject: str) -> str:
        """The name of the account of an identity; "" if none is linked."""
        query = sa.select(_IDENTITIES.c.account).filter_by(issuer=issuer, subject=subject)
        with reading(self._engine) as connection:
            return str(connection.execute(query).scalar() or "")

    def link(self, issuer: str, subject: str, account: str) -> None:
        """Links an identity with an account, in place of the one that it was linked with."""
        with writing(self._engine) as connection:
            connection.execute(_IDENTITIES.delete().filter_by(issuer=issuer, subject=subject))
            values: dict[str, Any] = {"issuer": issuer, "subject": subject, "account": account}
            connection.execute(_IDENTITIES.insert().values(**values, linked=datetime.now(UTC)))

    def is_linked(self, account: str) -> bool:
        """Whether the account has an identity."""
        with reading(self._engine) as connection:
            query = sa.select(_IDENTITIES.c.subject).filter_by(account=account).limit(1)
            return connection.execute(query).scalar() is not None


def forget_identities(connection: sa.Connection, account: str) -> None:
    """Deletes the identities of an account, in the caller's transaction."""
    connection.execute(_IDENTITIES.delete().filter_by(account=account))


def read_mapping(lines: Iterable[str]) -> Mapping[str, tuple[Grant, ...]]:
    """Group -> what it brings, from lines `GROUP=ROLE` or `GROUP=ROLE@ORGANIZATION`; UsageError for any other line."""
    mapping: dict[str, tuple[Grant, ...]] = {}
    for line in lines:
        group, _, brought = line.partition("=")
        role, _, organization = brought.strip().partition("@")
        if not group.strip() or role not in (_ORGANIZATION_ROLES if organization else _ROLES):
            raise UsageError("setting-oidc-roles", line=line)
        mapping[group.strip()] = (*mapping.get(group.strip(), ()), Grant(role, organization))
    return mapping


def with_groups(account: Account, groups: Collection[str], mapping: Mapping[str, tuple[Grant, ...]]) -> Account | None:
    """The account with the roles of its groups and no others; None if no group brings one.

    Of several roles for the whole catalogue that of `Role` which comes last counts.
    """
    grants = [grant for group in groups for grant in mapping.get(group, ())]
    if not grants:
        return None
    roles: dict[str, tuple[Any, ...]] = {}
    for grant in grants:
        if grant.organization:
            roles[grant.organization] = tuple(dict.fromkeys((*roles.get(grant.organization, ()), grant.role)))
    whole = [role for role in _ROLES if any(grant.role == role and not grant.organization for grant in grants)]
    role = whole[-1] if whole else "member"
    return replace(account, role=role, organizations=tuple(roles), roles=roles)
