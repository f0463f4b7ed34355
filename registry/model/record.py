"""The record: the entry for a thing, its history and its changes."""

from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from registry.model.former import read_text
from registry.model.message import Message
from registry.model.metadata import Kind, Metadata

SOURCE_PREFIX: Final = "source:"  # start of `by` for a change made by a harvest


def by_source(name: str) -> str:
    """The value of `by` for a change made by a harvest of that source; for a person it is the account name."""
    return f"{SOURCE_PREFIX}{name}"


def is_source(by: str) -> bool:
    """Whether a change was made by a harvest, and not by a person."""
    return by.startswith(SOURCE_PREFIX)


class Origin(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Where a harvested record came from."""

    source: str
    remote_id: str
    url: str = ""


class Override(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A value that a curator set in a harvested record in place of the source's; `seen`: the source's value at that
    time. Both are JSON values."""

    field: str
    value: Any
    seen: Any
    by: str
    at: datetime
    why: str | Message = ""


class Withdrawal(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    by: str  # a person's account name, or `by_source`
    at: datetime
    why: str | Message = ""  # a person's text, or a message if a harvest withdrew it

    @property
    def reason(self) -> str | Message:
        """Why it was withdrawn; sentences that an older Lotse stored are read as messages."""
        return read_text(self.why) if isinstance(self.why, str) and is_source(self.by) else self.why


class Record(msgspec.Struct, frozen=True, dict=True, omit_defaults=True, kw_only=True):
    """The catalogue's entry for a thing. `said`: the metadata as the source or the form gave it; `same_as`: the record
    that is shown instead of this one; `number`: of its last change, 0 = not stored yet. The store sets `number`,
    `created` and `changed`.

    `digest`: of the metadata of a harvested thing, before agents were matched and links resolved.
    """

    id: str
    said: Metadata
    overrides: tuple[Override, ...] = ()
    state: Literal["published", "withdrawn"] = "published"
    withdrawn: Withdrawal | None = None
    owner: str = ""
    origin: Origin | None = None
    same_as: str | None = None
    created: datetime | None = None
    changed: datetime | None = None
    number: int = 0
    digest: str = ""

    @property
    def metadata(self) -> Metadata:
        """The metadata that is shown: `said`, with the overrides in place of the source's values.

        Computed once. It is no field of the struct, so it is neither encoded nor compared, nor copied by `replace`.
        """
        if not self.overrides:
            return self.said
        computed: Metadata | None = self.__dict__.get("metadata")
        if computed is None:
            fields = msgspec.to_builtins(self.said)
            overridden = {override.field: override.value for override in self.overrides}
            if "period" in overridden:
                fields.pop("periods", None)  # of the source; an override of before records had several has none
            fields.update(overridden)
            computed = self.__dict__["metadata"] = msgspec.convert(fields, Metadata)
        return computed

    @property
    def kind(self) -> Kind:
        return self.said.kind

    @property
    def shown(self) -> bool:
        """Whether pages, search and exports have it: published, and no duplicate under another record."""
        return self.state == "published" and self.same_as is None


class Change(msgspec.Struct, frozen=True):
    """The newest state of a record, for projections. `record` None: withdrawn, erased, or shown under another."""

    number: int
    id: str
    record: Record | None


class Position(msgspec.Struct, frozen=True):
    epoch: str
    number: int


class Version(msgspec.Struct, frozen=True):
    number: int
    at: datetime
    by: str
    note: str | Message
    record: Record


class Backlink(msgspec.Struct, frozen=True):
    """A record that points to an IRI."""

    id: str
    relation: str
    iri: str


class StoredState(msgspec.Struct, frozen=True, gc=False):
    """The stored state of an item of a source, without its metadata: what a plan compares a listing with."""

    id: str
    number: int
    digest: str  # of the metadata as the source gave it
    iri: str
    identifiers: tuple[str, ...]
    state: str
    withdrawn_by: str = ""
    distributions: int = 0
    same_as: str | None = None


class Step(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One change of a harvest plan, as `Catalog.take` carries it out. `id` "" and `number` 0: a new record.
    `digest`: of the metadata, or "" to have it computed."""

    action: Literal["add", "change", "moved", "back", "conflict", "withdraw"]
    remote_id: str
    id: str = ""
    number: int = 0
    metadata: Metadata | None = None  # None: withdraw
    url: str = ""
    why: str | Message = ""
    digest: str = ""


class Taken(msgspec.Struct, frozen=True):
    """The record that a step has written, and its new number. `duplicate`: it was published by this step, and another
    source has the same thing."""

    remote_id: str
    id: str
    number: int
    duplicate: bool = False
