"""What a harvester is: a module that reads a source into items and marks, and maps an item to Metadata."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from registry.model import Finding, Findings, Metadata, Source, Text

if TYPE_CHECKING:  # this room is pure: it names the session, it opens none
    from requests import Session


class Item(msgspec.Struct, frozen=True, gc=False):
    """One remote thing as the source gave it. `payload`: the bytes that are digested, staged and mapped; the same thing
    must give the same bytes. `remote_id` "" and `error` id-missing: it has none. With `error` it counts as present,
    is reported as failed and not mapped."""

    remote_id: str
    payload: bytes = b""
    url: str = ""
    error: Finding | None = None


class Mark(msgspec.Struct, frozen=True):
    """Closes a page: what came before it counts as staged, `read(…, after=token)` goes on there.

    `total`: how many items the source says it has, less those left out on purpose. `end`: the listing is whole and this
    is its last word; an incremental answer never has it. `left_out`: how many items were left out on purpose so far.
    `findings`: what of the page could not be read; `remarks`: what its source should mend beside the items, such as its
    description of the catalogue.
    """

    token: str = ""
    total: int | None = None
    end: bool = False
    left_out: int = 0
    findings: Findings = ()
    remarks: Findings = ()


class Answer(NamedTuple):
    """What an address answered to somebody who wants to add it as a source."""

    url: str
    media_type: str
    body: bytes


class Recognised(NamedTuple):
    """A kind can read an answer. `things`: how many it names, None if that is not told."""

    things: int | None = None


class Harvester(Protocol):
    """A module of `harvesters/kinds` with these names is one. It may have more:

    - `check(source)` raises UsageError for settings whose values cannot be; asked when a source is added.
    - `recognises(answer)` says whether it can read what an address answers: Recognised, or None; it may fail.
    - `PROBE_PATH`: the answer that it recognises is that of this path below the address.
    """

    @property
    def LABEL(self) -> Text:
        """What people call this kind, by language."""

    @property
    def VERSION(self) -> int:
        """Of the mapping: a new one maps again what is staged, without asking the source."""

    @property
    def SETTINGS(self) -> Mapping[str, str]:
        """Setting name -> one line of documentation; a part in capitals stands for any word, as in `map.FIELD`."""

    def read(self, source: Source, http: "Session", after: str | None) -> Iterator[Item | Mark]:
        """All the IO; raises SourceError where the source does not answer as it should."""

    def to_metadata(self, item: Item, source: Source) -> tuple[Metadata, Findings]:
        """Pure; may fail in any way, which costs this item. A link to another item of the same source whose IRI is
        not known is `remote:` + its remote id. The run looks for a title and adds `quality.check`."""


REMOTE = "remote:"  # scheme of a link to another item of the same source, until its record is known
