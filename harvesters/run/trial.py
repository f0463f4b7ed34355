"""Reads the first items of a source and maps them, for somebody who sets it up; nothing is staged or written.

Entry point: `trial`.
"""

from collections.abc import Generator
from contextlib import closing
from typing import TYPE_CHECKING, Final

import msgspec

from harvesters.harvester import Harvester, Item, Mark
from harvesters.run.map_item import Ids, map_item
from harvesters.source_kinds import check_source
from harvesters.source_kinds import harvester as harvester_of
from registry.model import Finding, Findings, Metadata, Source
from registry.model.harvest import Staged

if TYPE_CHECKING:
    from requests import Session

MAX_ITEMS: Final = 20


class TriedItem(msgspec.Struct, frozen=True):
    """An item as a run would take it. `metadata`: None if it would fail."""

    remote_id: str
    metadata: Metadata | None
    findings: Findings


class Trial(msgspec.Struct, frozen=True):
    """The first items of a source. `of`: how many it says it has; `findings`: about the listing itself."""

    items: tuple[TriedItem, ...]
    of: int | None
    findings: Findings


def trial(source: Source, http: "Session", base_url: str) -> Trial:
    """The first MAX_ITEMS of a source, mapped as a run would do it. UsageError for settings that its kind does not
    have, SourceError where it does not answer as it should."""
    check_source(source)
    harvester = harvester_of(source.kind)
    items: list[Item] = []
    of: int | None = None
    findings: list[Finding] = []
    with closing(_read(harvester, source, http)) as listing:
        for read in listing:
            if isinstance(read, Mark):
                of = read.total if read.total is not None else of
                findings += [*read.findings, *read.remarks]
                if len(items) >= MAX_ITEMS:
                    break
            elif len(items) < MAX_ITEMS:
                items.append(read)
    tried = (_tried(item, position, source, harvester, base_url) for position, item in enumerate(items, 1))
    return Trial(tuple(tried), of, tuple(dict.fromkeys(findings)))


def _read(harvester: Harvester, source: Source, http: "Session") -> Generator[Item | Mark, None, None]:
    yield from harvester.read(source, http, None)


def _tried(item: Item, position: int, source: Source, harvester: Harvester, base_url: str) -> TriedItem:
    staged = Staged(item.remote_id, position, "", item.payload, item.url, item.error)
    mapped = map_item(staged, source, harvester, Ids(base_url=base_url))
    metadata = msgspec.json.decode(mapped.metadata, type=Metadata) if mapped.metadata else None
    return TriedItem(item.remote_id, metadata, mapped.findings)
