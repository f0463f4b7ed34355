"""What a run has in its hands: things as they were read, and what became of them."""

import msgspec

from registry.model import Finding, Findings, Metadata


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


class Said(msgspec.Struct, frozen=True, gc=False):
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
