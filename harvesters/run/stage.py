"""The first half of a run: a source is read page by page into the staging, from where a killed run goes on."""

import hashlib
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from harvesters.harvester import Harvester, Item, Mark
from harvesters.run.plan import place
from registry.errors import TooLargeError
from registry.masking import shown
from registry.model import Finding, Problem, Source
from registry.model.harvest import Reached, Staged
from registry.model.message import message
from registry.model.text import plain
from registry.rules import finding
from registry.sources.staging import Staging

if TYPE_CHECKING:
    from requests import Session

MOST_PAYLOAD: Final = 8_000_000  # bytes of one thing
MOST_ITEMS: Final = 1_000_000  # things in one listing
MOST_ID: Final = 1_000  # characters of a remote id; a longer one is cut and gets its digest
PAGE: Final = 1_000  # things that are staged at a time, whether or not there was a mark
GO_ON: Final = timedelta(hours=6)  # after that a listing may have become another one
Progress = Callable[[int, int | None], None]
Offer = Callable[[list[Staged], int], None]


class Reading(msgspec.Struct, frozen=True):
    """What a reading came to. `named`: the remote ids that the source named; `problems`: of its pages; `same`: each
    thing was named once, and as it was read before."""

    complete: bool
    named: Collection[str]
    problems: tuple[Problem, ...] = ()
    same: bool = False


def edition(source: Source, harvester: Harvester) -> str:
    """Names how a source is read and mapped; another edition reads from the start and maps everything again."""
    settings = {name: value for name, value in sorted(source.settings.items()) if name != "max_withdrawals"}
    words = (source.kind, harvester.VERSION, source.url, source.language, settings)
    return hashlib.blake2b(msgspec.json.encode(words), digest_size=8).hexdigest()


def read(
    source: Source, harvester: Harvester, http: "Session", staging: Staging, run: int, progress: Progress, offer: Offer
) -> Reading:
    """Reads a source into the staging; where an interrupted run had come to, if that is not long ago.

    `offer`: is given what is new or changed as soon as it is staged, and how many there will be if it goes on so.
    """
    name = edition(source, harvester)
    start = staging.reached(source.name)
    if start and start.edition == name and datetime.now(UTC) - datetime.fromisoformat(start.at) < GO_ON:
        staging.resume(source.name, start, run)
    else:
        start = Reached(run, "", name, 0, "")
    pages = _Pages(source.name, staging, msgspec.structs.replace(start, run=run), offer)
    total, end = None, False
    problems: list[Problem] = []
    for entry in harvester.read(source, http, start.token or None):
        if isinstance(entry, Mark):
            total, end = entry.total if entry.total is not None else total, entry.end
            problems += [Problem(one.node, one) for one in entry.findings]
            if problems:  # who goes on behind this page would take the listing for complete
                pages.flush()
            else:
                pages.close(entry.token, total)
            progress(len(pages.named), total)
        else:
            pages.add(entry)
            end = False
    pages.flush()
    staging.close(source.name)
    complete = end and (total is None or len(pages.named) >= total)
    if not complete and not problems and pages.named:
        named = len(pages.named)
        what = message("listing-without-end") if total is None else message("listing-short", named=named, total=total)
        where = shown(source.url)
        problems = [Problem(where, finding("listing-partial", "page", what, node=where))]
    return Reading(complete, pages.named.keys(), tuple(problems), pages.same and not start.token)


class _Pages:
    """Gathers items and stages them; the last mark is what an interrupted run goes on from."""

    def __init__(self, source: str, staging: Staging, mark: Reached, offer: Offer) -> None:
        self.source, self.staging, self.mark = source, staging, mark
        self.digests = staging.digests(source)
        self.named = staging.read(source, mark.run)
        self.page: dict[str, Staged] = {}
        self.same = True
        self.new, self.total = 0, 0
        self.offer = offer

    def add(self, item: Item) -> None:
        """The last of several with one remote id counts."""
        remote_id = _remote_id(item, len(self.named) + 1)
        twice = remote_id in self.named
        self.page[remote_id] = _staged(item, remote_id, self.named.setdefault(remote_id, len(self.named) + 1), twice)
        if len(self.named) > MOST_ITEMS:
            raise TooLargeError("listing-too-long", source=self.source, limit=MOST_ITEMS)
        if len(self.page) >= PAGE:
            self.flush()

    def close(self, token: str, total: int | None) -> None:
        self.total = total or 0
        at = datetime.now(UTC).isoformat()
        self.mark = msgspec.structs.replace(self.mark, token=token, place=len(self.named), at=at)
        self.flush()

    def flush(self) -> None:
        new = [one for one in self.page.values() if self.digests.get(one.remote_id) != one.digest]
        known = {one.remote_id for one in new}
        same = [one for one in self.page.values() if one.remote_id not in known]
        self.staging.stage(self.source, new, same, self.mark)
        self.digests |= {one.remote_id: one.digest for one in new}
        self.same = self.same and not new and not any(one.twice for one in same)
        self.page = {}
        self.new += len(new)
        self.offer(new, max(self.new, self.new * self.total // max(1, len(self.named))))


def _remote_id(item: Item, position: int) -> str:
    remote_id = plain(item.remote_id.strip()) or place(position)
    if len(remote_id) > MOST_ID:
        digest = hashlib.blake2b(remote_id.encode(), digest_size=16).hexdigest()
        return f"{remote_id[: MOST_ID - 33]}-{digest}"
    return remote_id


def _staged(item: Item, remote_id: str, position: int, twice: bool) -> Staged:
    error, payload = item.error, item.payload
    if not item.remote_id.strip():
        error = error or finding("id-missing", "id")
    elif len(payload) > MOST_PAYLOAD:
        error, payload = finding("too-large", value=f"{len(payload)} > {MOST_PAYLOAD} bytes"), b""
    return Staged(remote_id, position, _digest(payload, item.url, error), payload, item.url, error, twice)


def _digest(payload: bytes, url: str, error: Finding | None) -> str:
    made = hashlib.blake2b(payload, digest_size=16)
    made.update(b"\0" + msgspec.json.encode((url, error)))
    return made.hexdigest()
