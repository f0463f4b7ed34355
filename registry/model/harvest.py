"""The structs of a harvest: sources, runs and problems, which are stored and shown, and the items of a running one.

`Staged` is an item as it was read, `Mapped` the result of mapping it, `ListedItem` and `MappedThing` are parts of the
two that later steps need.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from registry.model.message import Message
from registry.model.metadata import Finding, Findings, Metadata


class Source(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A catalogue that is harvested. `rank`: smaller is nearer to the publisher; `schedule`: a cron line or ""; `hold`:
    why the schedule does not count now: somebody has paused it, or it is new and nobody has approved it yet."""

    name: str
    kind: str
    url: str
    settings: Mapping[str, str] = {}
    owner: str = ""
    rank: int = 100
    language: str = ""
    schedule: str = ""
    title: str = ""
    hold: Literal["", "paused", "new"] = ""


class Run(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One harvest of a source; field names and outcomes are those of `lotse harvest --json`."""

    source: str
    number: int
    outcome: Literal[
        "applied", "unchanged", "waiting", "failed", "planned", "running", "interrupted", "superseded", "discarded"
    ]
    reason: Message | None = None  # why it is waiting or failed
    complete: bool = False
    listed: int = 0
    seconds: float = 0.0
    counts: Mapping[str, int] = {}  # COUNTS
    rules: Mapping[str, int] = {}  # rule -> how often
    levels: Mapping[str, int] = {}  # level -> how many problems; {} if it was not counted, or one was erased
    reported: int = 0  # number of an earlier run with exactly the same problems, which are stored once; 0: its own
    started: datetime | None = None
    ended: datetime | None = None
    done: int = 0  # progress while it is running: items done
    of: int | None = None  # and items in all, if known


COUNTS = ("added", "changed", "same", "moved", "back", "conflict", "failed", "gone", "withdrawn")


class Problem(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A finding about an item of a source, as a run reports it."""

    record: str  # remote id
    finding: Finding


class Staged(msgspec.Struct, frozen=True, gc=False):
    """An item as it was read. `position`: in the listing, from 1; `digest`: of the payload; `twice`: an item with
    the same remote id came before; `shares`: other items of the listing have the same IRI, so it identifies none."""

    remote_id: str
    position: int
    digest: str
    payload: bytes = b""
    url: str = ""
    error: Finding | None = None
    twice: bool = False
    shares: bool = False


class Mapped(msgspec.Struct, frozen=True, gc=False):
    """The result of mapping an item. `digest`: of the metadata; `iri`: as the source gave it; `metadata`: JSON, None if
    the item failed; `again`: the result depends on other items, so the item is mapped in every run."""

    remote_id: str
    digest: str = ""
    iri: str = ""
    shares: bool = False
    identifiers: tuple[str, ...] = ()
    title: str = ""
    distributions: int = 0
    failed: bool = False
    findings: Findings = ()
    metadata: bytes | None = None
    url: str = ""
    again: bool = False


class ListedItem(msgspec.Struct, frozen=True, gc=False):
    """What a plan needs of a mapped item. `digest`: of its metadata; `iri`: "" if other items have the same one;
    `title`: in any one language."""

    remote_id: str
    digest: str = ""
    iri: str = ""
    identifiers: tuple[str, ...] = ()
    title: str = ""
    distributions: int = 0
    failed: bool = False


class MappedThing(msgspec.Struct, frozen=True, gc=False):
    """The metadata of an item, with its digest and the address of the item at its source."""

    metadata: Metadata
    digest: str
    url: str


class Validators(msgspec.Struct, frozen=True, omit_defaults=True):
    """By these a server tells whether a document has changed (RFC 9110, 8.8): its headers ETag and Last-Modified."""

    etag: str = ""
    modified: str = ""


class SeenAnswer(msgspec.Struct, frozen=True, array_like=True):
    """An answer of a source: the address that was asked for, and a digest of status, type and content."""

    url: str
    digest: str


class LastReading(msgspec.Struct, frozen=True):
    """The last whole reading of a source. `run` and `edition`: of that reading; `number`: of the store's last change
    after it; `records`: how many the source had then; `at`: when it was read. `validators`: if it is one document;
    `answers`: all of them, if it has to be asked for again."""

    run: int
    edition: str
    validators: Validators
    number: int
    records: int
    at: datetime
    answers: tuple[SeenAnswer, ...] = ()


class Reached(msgspec.Struct, frozen=True, gc=False):
    """Where an interrupted run can resume: after `token`, with the item at `position` + 1. `edition`: a digest of
    the source's settings and the mapping at that time; with another one the run starts from the beginning."""

    run: int
    token: str
    edition: str
    position: int
    at: str  # ISO 8601
