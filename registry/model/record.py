"""The record: the entry for a thing, its history and its changes."""

from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from registry.model.former import read_text
from registry.model.message import Message
from registry.model.metadata import Kind, Metadata

SOURCE_PREFIX: Final = "source:"  # of `by`, where a harvest did it


def by_source(name: str) -> str:
    """Who did it, where a harvest of that source did; people are named by their account."""
    return f"{SOURCE_PREFIX}{name}"


def is_source(by: str) -> bool:
    """Whether a harvest did it, and not a person."""
    return by.startswith(SOURCE_PREFIX)


class Origin(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Where a harvested record came from."""

    source: str
    remote_id: str
    url: str = ""


class Override(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A curator's word over a harvested one; `seen` is what the source said then (JSON values)."""

    field: str
    value: Any
    seen: Any
    by: str
    at: datetime
    why: str | Message = ""


class Withdrawal(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    by: str  # a person's account name, or `by_source`
    at: datetime
    why: str | Message = ""  # in a person's words, or why a harvest did it

    @property
    def reason(self) -> str | Message:
        """`why`, where an older Lotse has written it too."""
        return read_text(self.why) if isinstance(self.why, str) and is_source(self.by) else self.why


class Record(msgspec.Struct, frozen=True, dict=True, omit_defaults=True, kw_only=True):
    """The catalogue's entry for a thing. `number` 0 = not stored yet; `created`, `changed` are set by the store.

    `digest`: of a harvested thing as its source gave it, before agents were matched and links resolved.
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
        """What is shown: `said`, with the overrides laid over it. Computed once; it is no field of the struct, so it is
        neither encoded nor compared, nor copied by `replace`."""
        if not self.overrides:
            return self.said
        computed: Metadata | None = self.__dict__.get("metadata")
        if computed is None:
            fields = msgspec.to_builtins(self.said)
            fields.update({override.field: override.value for override in self.overrides})
            computed = self.__dict__["metadata"] = msgspec.convert(fields, Metadata)
        return computed

    @property
    def kind(self) -> Kind:
        return self.said.kind

    @property
    def shown(self) -> bool:
        """Whether projections and exports have it."""
        return self.state == "published" and self.same_as is None


class Change(msgspec.Struct, frozen=True):
    """`record` None: withdrawn, erased, or shown under another."""

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


class Known(msgspec.Struct, frozen=True, gc=False):
    """What the store knows of a source's remote id, for planning."""

    id: str
    number: int
    digest: str  # as the source gave it
    iri: str
    identifiers: tuple[str, ...]
    state: str
    withdrawn_by: str = ""
    distributions: int = 0
    same_as: str | None = None


class Step(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One act of a harvest plan, as `Catalog.take` carries it out. `id`, `number` "" and 0: a new record.
    `digest`: of the metadata, if it was counted already."""

    action: Literal["add", "change", "moved", "back", "conflict", "withdraw"]
    remote_id: str
    id: str = ""
    number: int = 0
    metadata: Metadata | None = None  # None: withdraw
    url: str = ""
    why: str | Message = ""
    digest: str = ""


class Taken(msgspec.Struct, frozen=True):
    """What became of a step: the record and its number."""

    remote_id: str
    id: str
    number: int
