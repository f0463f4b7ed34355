"""Accounts and drafts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from registry.model.metadata import Metadata

DraftState = Literal["draft", "submitted", "returned", "published", "declined"]
Role = Literal["member", "reviewer", "reader", "administrator"]
OrganizationRole = Literal["author", "steward", "publisher"]


class Comment(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    by: str
    at: datetime
    text: str
    field: str = ""


class Draft(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Metadata that people are still working on: of a new record, or a change of a record.

    `version` counts its saves: a save that names an older version is refused (compare and set). `owner`: the
    organization that a new record will belong to; of a change, the organization that it was written for.
    """

    id: str
    metadata: Metadata
    of: str | None = None  # record id
    base: int = 0  # number of that record when the work began
    state: DraftState = "draft"
    author: str = ""
    editors: tuple[str, ...] = ()  # accounts that saved metadata or handed the draft in; older drafts name nobody
    owner: str = ""
    comments: tuple[Comment, ...] = ()
    created: datetime | None = None
    changed: datetime | None = None
    version: int = 0
    record: str = ""  # id of the record that the published draft became


class Account(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A person who can sign in.

    `role` holds for the whole catalogue, `roles` in one of the `organizations`; `registry.people.permissions` says what
    they allow. `substitute_for`: accounts whose roles this one has too while they are on leave; never stored with it.
    """

    name: str
    role: Role = "member"
    organizations: tuple[str, ...] = ()
    full_name: str = ""
    roles: Mapping[str, tuple[OrganizationRole, ...]] = {}
    substitute_for: tuple[str, ...] = ()
