"""The first half of a run: reads a source page by page into the staging.

Entry points: `read`, `edition`. Invariant: a resume mark is stored only when everything before it is staged and nothing
before it was incomplete, so a killed run can be resumed there.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from harvesters.bounds import RunBounds
from harvesters.harvester import Harvester, Item, Mark
from harvesters.run.meter import Meter
from harvesters.run.plan import stand_in
from harvesters.source_kinds import COMMON_SETTINGS
from registry.errors import TooLargeError
from registry.masking import shown
from registry.model import Finding, Problem, Source
from registry.model.harvest import Reached, Staged
from registry.model.message import message
from registry.model.text import storable
from registry.rules import finding
from registry.sources.staging import Staging

if TYPE_CHECKING:
    from requests import Session

MAX_PAYLOAD_BYTES: Final = 8_000_000  # of one item
MAX_ID_CHARACTERS: Final = 1_000  # of a remote id; a longer one is cut, and its digest appended
MAX_ITEMS_PER_FLUSH: Final = 1_000  # that are staged at a time, even if the harvester gave no mark
MAX_RESUME_AGE: Final = timedelta(hours=6)  # of a mark; a listing that is older may have changed too much
Progress = Callable[[int, int | None], None]
Offer = Callable[[list[Staged], int], None]


class Listeners(NamedTuple):
    """Who is told while a source is read. `progress(done, total)`, after each page; `offer(items, expected)`: what is
    new or changed, as soon as it is staged, and about how many items the source will have in the end."""

    progress: Progress
    offer: Offer


class Reading(msgspec.Struct, frozen=True):
    """The result of reading a source.

    `named`: the remote ids that it named; `problems`: of its pages, what could not be read; `same`: each item was named
    once, and with the content of the run before; `remarks`: on what its pages say beside the items.
    """

    complete: bool
    named: Collection[str]
    problems: tuple[Problem, ...] = ()
    same: bool = False
    remarks: tuple[Problem, ...] = ()


def edition(source: Source, harvester: Harvester, base_url: str) -> str:
    """A digest of how the source is read and mapped. After a change it is read from the start and mapped again.

    `base_url`: what our own IRIs begin with, which a source may not use: after a change others are refused."""
    settings = {name: value for name, value in sorted(source.settings.items()) if name not in COMMON_SETTINGS}
    parts = (source.kind, harvester.VERSION, source.url, source.language, settings, base_url)
    return hashlib.blake2b(msgspec.json.encode(parts), digest_size=8).hexdigest()


def read_source(
    source: Source, harvester: Harvester, http: "Session", staging: Staging, begin: Reached, listeners: Listeners
) -> Reading:
    """Reads a source into the staging, from where an interrupted run stopped if that is not long ago. `begin`: run and
    edition.

    SourceError where the source does not answer as it should, TooLargeError beyond a bound of `RunBounds`.
    """
    start = staging.reached(source.name)
    if start and start.edition == begin.edition and _is_recent(start):
        staging.resume(source.name, start, begin.run)
    else:
        start = begin
    meter = Meter(source.name, RunBounds.of(source.settings), partial(staging.staged_bytes, source.name))
    pages = _Pages(source.name, staging, msgspec.structs.replace(start, run=begin.run), listeners.offer, meter)
    total, end = None, False
    problems: list[Problem] = []
    remarks: list[Problem] = []
    for entry in harvester.read(source, http, start.token or None):
        if isinstance(entry, Mark):
            total, end = entry.total if entry.total is not None else total, entry.end
            problems += [Problem(page_finding.node, page_finding) for page_finding in entry.findings]
            remarks += [Problem(remark.node, remark) for remark in entry.remarks]
            if problems:  # store no resume mark: a resumed run would not know that this page was incomplete
                pages.flush()
            else:
                pages.close(entry.token, total)
            listeners.progress(pages.count, total)
            if not end:
                meter.page(pages.count + entry.left_out)
        else:
            pages.add(entry)
            end = False
    pages.flush()
    staging.close(source.name)
    complete = end and (total is None or pages.count >= total)
    if not complete and not problems and pages.count:
        what = message("listing-without-end")
        if total is not None:
            what = message("listing-short", named=pages.count, total=total)
        where = shown(source.url)
        problems = [Problem(where, finding("listing-partial", "page", what, node=where))]
    same = pages.same and not start.token
    named = NamedItems(staging, source.name, begin.run, pages.count)
    return Reading(complete, named, tuple(problems), same, tuple(remarks))


def _is_recent(mark: Reached) -> bool:
    """Whether a mark is young enough to go on there; one of the future is not: the clock was wrong then."""
    return timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(mark.at) < MAX_RESUME_AGE


class NamedItems(Collection[str]):
    """The remote ids that a run has named. They are looked up in the staging: a source may name a million."""

    def __init__(self, staging: Staging, source: str, run: int, count: int) -> None:
        self._staging, self._source, self._run, self._count = staging, source, run, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return (remote_id for remote_id, _ in self._staging.positions(self._source, self._run))

    def __contains__(self, remote_id: object) -> bool:
        return isinstance(remote_id, str) and self._staging.position(self._source, self._run, remote_id) is not None


class _Pages:
    """Collects items and stages them; an interrupted run is resumed at the last mark.

    `count`: how many different items were named. Of each only the hash of its remote id is kept.
    """

    def __init__(self, source: str, staging: Staging, mark: Reached, offer: Offer, meter: Meter) -> None:
        self.source, self.staging, self.mark, self.meter = source, staging, mark, meter
        self.is_new = staging.is_empty(source)
        self.hashes = {hash(remote_id) for remote_id, _ in staging.positions(source, mark.run)}
        self.count = len(self.hashes)
        self.page: dict[str, Staged] = {}
        self.same = True
        self.new, self.total = 0, 0
        self.offer = offer

    def add(self, item: Item) -> None:
        """Adds an item; of several with one remote id the last counts."""
        remote_id = _remote_id(item, self.count + 1)
        position = self._position(remote_id)
        if position is None:
            self.count += 1
            self.hashes.add(hash(remote_id))
        self.page[remote_id] = _staged(item, remote_id, position or self.count, position is not None)
        self.meter.items(self.count)
        if len(self.page) >= MAX_ITEMS_PER_FLUSH:
            self.flush()

    def _position(self, remote_id: str) -> int | None:
        """Where the run has named it before; None if it has not."""
        if hash(remote_id) not in self.hashes:
            return None
        if remote_id in self.page:
            return self.page[remote_id].position
        return self.staging.position(self.source, self.mark.run, remote_id)

    def close(self, token: str, total: int | None) -> None:
        self.total = total or 0
        at = datetime.now(UTC).isoformat()
        self.mark = msgspec.structs.replace(self.mark, token=token, position=self.count, at=at)
        self.flush()

    def flush(self) -> None:
        new, same = self._compared()
        self.meter.time()
        added_bytes = self.staging.stage(self.source, new, same, self.mark)
        try:
            self.meter.staged(added_bytes)
        except TooLargeError:
            self.staging.forget(self.source)  # frees its share; the next run reads everything again
            raise
        self.same = self.same and not new and not any(staged.twice for staged in same)
        self.page = {}
        self.new += len(new)
        self.offer(new, max(self.new, self.new * self.total // max(1, self.count)))

    def _compared(self) -> tuple[list[Staged], list[Staged]]:
        """What is new or changed of the page, and what is staged already with the same content."""
        if self.is_new and not any(staged.twice for staged in self.page.values()):
            return list(self.page.values()), []
        digests = self.staging.digests(self.source, list(self.page))
        new = [staged for staged in self.page.values() if digests.get(staged.remote_id) != staged.digest]
        new_ids = {staged.remote_id for staged in new}
        return new, [staged for staged in self.page.values() if staged.remote_id not in new_ids]


def _remote_id(item: Item, position: int) -> str:
    remote_id = storable(item.remote_id.strip()) or stand_in(position)
    if len(remote_id) > MAX_ID_CHARACTERS:
        digest = hashlib.blake2b(remote_id.encode(), digest_size=16).hexdigest()
        return f"{remote_id[: MAX_ID_CHARACTERS - 33]}-{digest}"
    return remote_id


def _staged(item: Item, remote_id: str, position: int, twice: bool) -> Staged:
    error, payload = item.error, item.payload
    if not item.remote_id.strip():
        error = error or finding("id-missing", "id")
    elif len(payload) > MAX_PAYLOAD_BYTES:
        error, payload = finding("too-large", value=f"{len(payload)} > {MAX_PAYLOAD_BYTES} bytes"), b""
    return Staged(remote_id, position, _digest(payload, item.url, error), payload, item.url, error, twice)


def _digest(payload: bytes, url: str, error: Finding | None) -> str:
    digest = hashlib.blake2b(payload, digest_size=16)
    digest.update(b"\0" + msgspec.json.encode((url, error)))
    return digest.hexdigest()
