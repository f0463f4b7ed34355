"""The part of the account forms that says what somebody may do: the role, and organizations with roles, by their names.

Entry points: `read` (form to account), `rows` (account or what was entered to form), `organization_id`.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from api.pages.site import Pages
from api.web.addresses import Lang
from api.web.session import Forms
from registry.errors import UsageError
from registry.model import Account
from registry.model.text import normal_name
from registry.store.store import Selection

MAX_ROWS: Final = 50  # organizations of an account
BLANK_ROWS: Final = 2  # for further organizations


class GrantRow(NamedTuple):
    """An organization of an account, as its name in the form, with the roles that are ticked."""

    organization: str
    roles: tuple[str, ...] = ()


def rows(pages: Pages, account: Account, lang: Lang, fields: Forms | None = None) -> list[GrantRow]:
    """What the form shows: the organizations of the account, or what was entered in `fields`, and blank rows."""
    if fields:
        listed = list(_entered(fields))
    else:
        names = pages.names(account.organizations, lang)
        listed = [GrantRow(name, account.roles.get(id, ())) for id, name in names]
    return [*listed, *[GrantRow("")] * BLANK_ROWS][:MAX_ROWS]


def read(pages: Pages, account: Account, fields: Forms) -> Account:
    """The account with what was entered. UsageError for an organization that the register does not know."""
    roles: dict[str, tuple[Any, ...]] = {}
    organizations: list[str] = []
    for row in _entered(fields):
        id = row.organization if row.organization in account.organizations else organization_id(pages, row.organization)
        organizations.append(id)
        if row.roles:
            roles[id] = row.roles
    role: Any = fields.get("role")
    full_name = " ".join(fields.get("full_name").split())[:200]
    return replace(
        account, role=role, full_name=full_name, organizations=tuple(dict.fromkeys(organizations)), roles=roles
    )


def organization_id(pages: Pages, name: str) -> str:
    """The id of the organization with this title, alias or id; UsageError if the register has none."""
    record = pages.catalog.store.get(name.replace("\0", ""))
    if record and record.kind == "organization":
        return record.id
    wanted = normal_name(name)
    for organization in pages.catalog.store.find(Selection(kind="organization", shown=True)):
        metadata = organization.metadata
        if wanted and wanted in map(normal_name, (*metadata.title.values(), *metadata.aliases)):
            return organization.id
    raise UsageError("organization-not-listed", name=name[:200])


def _entered(fields: Forms) -> Iterator[GrantRow]:
    for number in range(1, MAX_ROWS + 1):
        if organization := " ".join(fields.get(f"organization-{number}").split()):
            yield GrantRow(organization, tuple(dict.fromkeys(fields.all(f"role-{number}"))))
