"""Accounts and drafts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

import msgspec

from registry.model.metadata import Metadata

# Keys of extras in a draft: words of the form that could not be read, names that are confirmed as new ones, how far the
# fetch of an address is, and what makes a link for a guest valid.
NOTES_OF_FORM: Final = ("unread-in-form", "new-offices-in-form", "fetching-in-form", "guest-link-in-form")
DraftState = Literal["draft", "submitted", "returned", "published", "declined"]
Channel = Literal["account", "template", "copy", "file", "address", "api"]
Role = Literal["member", "reviewer", "reader", "administrator"]
OrganizationRole = Literal["author", "steward", "publisher"]


class Comment(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    by: str
    at: datetime
    text: str
    field: str = ""


class Release(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """That a draft will be published on a day (embargo). `by`: the account that decided; `seen`: the number of the
    record that it compared the draft with."""

    on: str  # ISO 8601, a day
    by: str
    seen: int = 0


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
    before: Metadata | None = None  # as it was when it was returned last
    release: Release | None = None  # set if it was decided, but is published later
    record: str = ""  # id of the record that the published draft became
    channels: Mapping[
        str, Channel
    ] = {}  # field -> how it got its value, where that was not the form; registry/people/channels.py


def publishable(metadata: Metadata) -> Metadata:
    """The metadata of a draft without what only its form needs."""
    if not any(key in metadata.extras for key in NOTES_OF_FORM):
        return metadata
    extras = {key: value for key, value in metadata.extras.items() if key not in NOTES_OF_FORM}
    return msgspec.structs.replace(metadata, extras=extras)


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
    substitute_for: tuple["Account", ...] = ()
