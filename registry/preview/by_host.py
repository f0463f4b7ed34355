"""Prepares many files at once: hosts beside each other, the files of one host one after the other.

Entry points: `prepare_by_host` (for `lotse preview`), `SilentHosts` and `prepare_one` (for the worker, too). A host
that gives no answer at all, or that takes too long altogether, holds up nobody: the rest of its files are left for
later.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from registry.errors import StoppedError, StorageFullError
from registry.fetch.session import Outward, session
from registry.isolation import isolated
from registry.links.links import host_of
from registry.model import Distribution, Record
from registry.model.message import Message, message
from registry.preview import bounds
from registry.preview.addresses import address_of
from registry.preview.model import Preview
from registry.preview.preview_store import Stored
from registry.preview.previews import Previews

if TYPE_CHECKING:
    from requests import Session

HOSTS_AT_ONCE: Final = 8
MAX_HOST_FAILURES: Final = 3  # in a row without any answer
MAX_HOST_SECONDS: Final = 1_800.0  # for all files of a host
_NO_ANSWER: Final = frozenset(
    ("source-unreachable", "answer-late", "answer-broke-off", "certificate-untrusted", "proxy-unreachable")
)


class Outcome(NamedTuple):
    """What is known of a file now."""

    record: Record
    distribution: Distribution
    preview: Preview


class SilentHosts:
    """Hosts that gave no answer to MAX_HOST_FAILURES addresses in a row."""

    def __init__(self) -> None:
        self._failures: Counter[str] = Counter()

    def note(self, preview: Preview) -> None:
        host = host_of(preview.url)
        is_silent = preview.state == "failed" and preview.reason is not None and preview.reason.code in _NO_ANSWER
        self._failures[host] = self._failures[host] + 1 if is_silent else 0

    def holds(self, url: str) -> bool:
        """Whether the host of an address is one of them."""
        return self._failures[host_of(url)] >= MAX_HOST_FAILURES


def prepare_by_host(
    previews: Previews, files: Sequence[tuple[Record, Distribution]], outward: Outward, report: Callable[[int], None]
) -> list[Outcome]:
    """Prepares the files, and returns what is known of each, in their order. `report`: is told how many are done.

    Never fails because of a file. StoppedError, StorageFullError.
    """
    by_host: dict[str, list[int]] = {}
    for index, (_, distribution) in enumerate(files):
        by_host.setdefault(host_of(address_of(distribution)), []).append(index)
    outcomes: dict[int, Outcome] = {}

    def of_host(indices: Sequence[int]) -> None:
        silent, end = SilentHosts(), time.monotonic() + MAX_HOST_SECONDS
        with session(outward, seconds=bounds.FETCH_SECONDS) as http:
            for index in indices:
                record, distribution = files[index]
                if silent.holds(address_of(distribution)):
                    preview = _left(previews, record, distribution, message("preview-host-silent"))
                elif time.monotonic() > end:
                    preview = _left(previews, record, distribution, message("preview-host-slow"))
                else:
                    preview = prepare_one(previews, record, distribution, http)
                    silent.note(preview)
                outcomes[index] = Outcome(record, distribution, preview)
                report(len(outcomes))

    threads = ThreadPoolExecutor(HOSTS_AT_ONCE, "previews")
    try:
        for done in [threads.submit(of_host, indices) for indices in by_host.values()]:
            done.result()
    finally:
        threads.shutdown(cancel_futures=True)
    return [outcomes[index] for index in range(len(files))]


def prepare_one(previews: Previews, record: Record, distribution: Distribution, http: "Session") -> Preview:
    """Prepares a file; returns what is known of it then. A fault of ours is noted, and the others go on. StoppedError,
    StorageFullError."""
    return isolated(
        partial(previews.prepare, record, distribution, http), partial(_give_up, previews, record, distribution)
    )


def _left(previews: Previews, record: Record, distribution: Distribution, reason: Message) -> Preview:
    """What is told of a file that was not asked for; nothing is stored, so it stays due."""
    before = previews.of_record(record)[distribution.id]
    return replace(before, state="failed", reason=reason) if before.state != "ready" else before


def _give_up(previews: Previews, record: Record, distribution: Distribution, error: Exception) -> Preview:
    """Goes on with the other files; not where the process ends or the disk is full."""
    if isinstance(error, StoppedError | StorageFullError):
        raise error
    url = address_of(distribution)
    before = previews.store.get(record.id, distribution.id)
    return previews.give_up(before or Stored(record.id, distribution.id, Preview(state="waiting", url=url)), error)
