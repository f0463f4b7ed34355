"""Who may do what: one table of acts, with the roles that may carry them out and the states in which they are possible.

Entry points: `ACTS` (the table), `Subject` (what an act is done to), `may` (roles and four eyes), `is_allowed` (the
state too), `after` (the state after an act, or an error). Invariants: nothing else decides what an account may do to
drafts and records; nobody decides on a draft that they worked on themselves (four eyes), unless this was lifted for
the organization.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, get_args

from registry.errors import ConflictError, NotAllowedError
from registry.model import Account, DraftState, OrganizationRole

SubjectKind = Literal["draft", "record", "catalogue"]

ANYONE: Final = frozenset({"account"})  # everybody who is signed in
WRITERS: Final = frozenset({"self", "author", "steward", "administrator"})
MEMBERS: Final = frozenset({"self", *get_args(OrganizationRole), "administrator"})
PUBLISHERS: Final = frozenset({"steward", "publisher", "reviewer", "administrator"})
STEWARDS: Final = frozenset({"steward", "reviewer", "administrator"})
OWNERS: Final = frozenset({*get_args(OrganizationRole), "reviewer", "administrator"})
STAFF: Final = frozenset({"reviewer", "administrator"})
ADMINISTRATORS: Final = frozenset({"administrator"})
READERS: Final = frozenset({"reader", "reviewer", "administrator"})

OPEN_STATES: Final[tuple[DraftState, ...]] = ("draft", "submitted", "returned")
CLOSED_STATES: Final[tuple[DraftState, ...]] = ("published", "declined")  # the work on the draft has ended
DRAFT_STATES: Final[tuple[DraftState, ...]] = get_args(DraftState)
DELETED: Final = "deleted"  # the state after an act that leaves nothing


class Subject(NamedTuple):
    """What an act is done to. `writer`: the organization that a draft was written for; `owner`: the one that decides,
    which is that of the record if the draft changes one. `author`, `editors`: accounts that worked on the draft."""

    kind: SubjectKind
    state: str = ""
    writer: str = ""
    owner: str = ""
    author: str = ""
    editors: tuple[str, ...] = ()
    four_eyes: bool = True


class ActRow(NamedTuple):
    """An act: the roles that may carry it out, the states in which it is possible, the state afterwards ("": the same).

    `at`: which organization of the subject the role must be held in. `four_eyes`: not for who worked on it.
    """

    kind: SubjectKind
    name: str
    roles: frozenset[str]
    states: tuple[str, ...] = ("",)
    after: str = ""
    at: Literal["writer", "owner"] = "owner"
    four_eyes: bool = False


_ROWS: Final = (
    ActRow("draft", "save", WRITERS, ("draft", "returned"), at="writer"),
    ActRow("draft", "submit", WRITERS, ("draft", "returned"), "submitted", at="writer"),
    ActRow("draft", "withdraw", WRITERS, ("submitted",), "draft", at="writer"),
    ActRow("draft", "discard", WRITERS, ("draft", "returned"), DELETED, at="writer"),
    ActRow("draft", "return", PUBLISHERS, ("submitted",), "returned", four_eyes=True),
    ActRow("draft", "publish", PUBLISHERS, ("submitted",), "published", four_eyes=True),
    ActRow("draft", "decline", STEWARDS, ("submitted",), "declined", four_eyes=True),
    ActRow("draft", "undo", PUBLISHERS, ("returned", "published", "declined"), "submitted", four_eyes=True),
    ActRow("draft", "read-own", MEMBERS, DRAFT_STATES, at="writer"),
    ActRow("draft", "read-all", STAFF, DRAFT_STATES),
    ActRow("draft", "read-proposal", MEMBERS - {"self"}, ("submitted", "returned", "published", "declined")),
    ActRow("record", "propose", ANYONE, ("published",)),
    ActRow("record", "withdraw", OWNERS, ("published",), "withdrawn"),
    ActRow("record", "restore", OWNERS, ("withdrawn",), "published"),
    ActRow("record", "history", ANYONE, ("published", "withdrawn")),
    ActRow("record", "revert", PUBLISHERS, ("published",)),
    ActRow("record", "answer", OWNERS, ("published",)),
    ActRow("record", "merge", STEWARDS, ("published",)),
    ActRow("record", "link", STEWARDS, ("published",)),
    ActRow("catalogue", "begin", ANYONE),
    ActRow("catalogue", "review", PUBLISHERS),
    ActRow("catalogue", "reports", READERS),
    ActRow("catalogue", "messages", STAFF),
    ActRow("catalogue", "sources", STAFF),
    ActRow("catalogue", "operate", ADMINISTRATORS),
    ActRow("catalogue", "accounts", ADMINISTRATORS),
)
ACTS: Final[Mapping[tuple[str, str], ActRow]] = MappingProxyType({(row.kind, row.name): row for row in _ROWS})
CATALOGUE: Final = Subject("catalogue")

# What a member of an organization may do there without a role that is named for it
_ROLES_OF_MEMBERS: Final[Mapping[str, tuple[OrganizationRole, ...]]] = MappingProxyType(
    {
        "member": ("author",),
        "reviewer": get_args(OrganizationRole),
        "administrator": ("author",),
        "reader": (),
    }
)

# Kind of subject -> code of the sentence
_NOT_ALLOWED: Final[Mapping[SubjectKind, str]] = MappingProxyType(
    {"draft": "draft-not-allowed", "record": "record-not-allowed", "catalogue": "account-not-allowed"}
)
_WRONG_STATE: Final[Mapping[SubjectKind, str]] = MappingProxyType({"draft": "draft-state", "record": "record-state"})


def roles_at(account: Account, organization: str) -> tuple[OrganizationRole, ...]:
    """The roles that an account has in an organization: those named for it, else those of a member."""
    if organization not in account.organizations:
        return ()
    return account.roles.get(organization, _ROLES_OF_MEMBERS[account.role])


def roles_anywhere(account: Account) -> frozenset[str]:
    """The roles that an account has for the whole catalogue, whatever the organization.

    A reviewer without organization decides for all, one with organizations only for these.
    """
    for_all = account.role not in ("member", "reviewer") or (account.role == "reviewer" and not account.organizations)
    return frozenset({"account", account.role} if for_all else {"account"})


def acts_for(account: Account, record_owner: str = "") -> str:
    """The organization that the account acts for: the owner of the record that it changes, else its first; "" for an
    account without organization."""
    if record_owner and any(record_owner in holder.organizations for holder in (account, *account.substitute_for)):
        return record_owner
    return account.organizations[0] if account.organizations else ""


def may(account: Account, act: str, subject: Subject) -> bool:
    """Whether the account may do this in some state of the subject; `after` asks for the state too."""
    row = ACTS[subject.kind, act]
    if row.four_eyes and subject.four_eyes and has_edited(account, subject):
        return False
    return not row.roles.isdisjoint(_roles(account, row, subject))


def is_allowed(account: Account, act: str, subject: Subject) -> bool:
    """Whether the account may do this now: in the state that the subject has."""
    return subject.state in ACTS[subject.kind, act].states and may(account, act, subject)


def after(account: Account, act: str, subject: Subject) -> str:
    """The state after an act; NotAllowedError for this account, ConflictError for this state of the subject."""
    row = ACTS[subject.kind, act]
    if not may(account, act, subject):
        raise NotAllowedError(_NOT_ALLOWED[subject.kind], {"act": act}, name=account.name, act=act)
    if subject.state not in row.states:
        raise ConflictError(_WRONG_STATE[subject.kind], {"state": subject.state}, state=subject.state, act=act)
    return row.after or subject.state


def has_edited(account: Account, subject: Subject) -> bool:
    """Whether the account began the draft, saved metadata in it or submitted it."""
    return account.name == subject.author or account.name in subject.editors


def _roles(account: Account, row: ActRow, subject: Subject) -> frozenset[str]:
    """All roles that count for an act on this subject: those of the account, and those of whom it stands in for, who
    make nobody an administrator."""
    roles = _own_roles(account, row, subject)
    for absent in account.substitute_for:
        roles |= _own_roles(absent, row, subject) - ADMINISTRATORS
    return roles


def _own_roles(account: Account, row: ActRow, subject: Subject) -> frozenset[str]:
    roles = set(roles_anywhere(account))
    if subject.kind == "catalogue":
        roles.update(*(roles_at(account, organization) for organization in account.organizations))
    else:
        roles.update(roles_at(account, subject.writer if row.at == "writer" else subject.owner))
    if subject.author and subject.author == account.name:
        roles.add("self")
    return frozenset(roles)
