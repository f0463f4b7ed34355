"""What a run has in its hands: things as they were read, and what became of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from registry.model.message import Message
from registry.model.metadata import Finding, Findings, Metadata


class Source(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A catalogue that is harvested. `rank`: smaller is nearer to the publisher; `schedule`: a cron line or ""."""

    name: str
    kind: str
    url: str
    settings: Mapping[str, str] = {}
    owner: str = ""
    rank: int = 100
    language: str = ""
    schedule: str = ""
    title: str = ""


class Run(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One pass over a source; the nouns are those of interface.md, `lotse harvest --json`."""

    source: str
    number: int
    outcome: Literal[
        "applied", "unchanged", "waiting", "failed", "planned", "running", "interrupted", "superseded", "discarded"
    ]
    reason: Message | None = None  # waiting or failed
    complete: bool = False
    listed: int = 0
    seconds: float = 0.0
    counts: Mapping[str, int] = {}  # COUNTS
    rules: Mapping[str, int] = {}  # rule -> how often
    reported: int = 0  # the run under whose number the same problems stand already; 0: its own
    started: datetime | None = None
    ended: datetime | None = None
    done: int = 0  # progress of a running one
    of: int | None = None


COUNTS = ("added", "changed", "same", "moved", "back", "conflict", "failed", "gone", "withdrawn")


class Problem(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A finding about a remote thing, as a run reports it."""

    record: str  # remote id
    finding: Finding


class Staged(msgspec.Struct, frozen=True, gc=False):
    """A thing as it was read. `place`: in the listing, from 1; `digest`: of the payload; `shares`: its IRI is not its
    own, for others of the listing bear it too."""

    remote_id: str
    place: int
    digest: str
    payload: bytes = b""
    url: str = ""
    error: Finding | None = None
    twice: bool = False
    shares: bool = False


class Mapped(msgspec.Struct, frozen=True, gc=False):
    """What became of it. `digest`: of the Metadata; `iri`: as the source gave it; `again`: to be mapped in each run."""

    remote_id: str
    digest: str = ""
    iri: str = ""
    shares: bool = False
    identifiers: tuple[str, ...] = ()
    title: str = ""
    distributions: int = 0
    failed: bool = False
    findings: Findings = ()
    metadata: bytes | None = None  # JSON, while it may be taken in
    url: str = ""
    again: bool = False


class ListedItem(msgspec.Struct, frozen=True, gc=False):
    """What a listing says of one remote id, once mapped. `digest`: of its Metadata; `iri`: if it is its own; `title`:
    any one spelling of it."""

    remote_id: str
    digest: str = ""
    iri: str = ""
    identifiers: tuple[str, ...] = ()
    title: str = ""
    distributions: int = 0
    failed: bool = False


class MappedThing(msgspec.Struct, frozen=True, gc=False):
    """What a thing says, with the digest of it and its address."""

    metadata: Metadata
    digest: str
    url: str


class Reached(msgspec.Struct, frozen=True, gc=False):
    """How far the reading of a source came: go on after `token`, the next thing has place `place` + 1. `edition`: of
    source and mapping at that time."""

    run: int
    token: str
    edition: str
    place: int
    at: str  # ISO 8601
