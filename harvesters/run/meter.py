"""`Meter`: counts what a run reads of a source, and ends the run beyond one of its bounds."""

import time
from collections.abc import Callable

from harvesters.bounds import MEGABYTE, SECONDS_PER_MINUTE, RunBounds
from registry.errors import TooLargeError


class Meter:
    """For one reading of one source; each method raises TooLargeError, which names the setting that raises the bound.

    `staged_bytes`: what the source has staged at the start. `count_staged`: counts it exactly, which takes a while.
    """

    def __init__(self, source: str, bounds: RunBounds, count_staged: Callable[[], int]) -> None:
        self._source = source
        self._bounds = bounds
        self._end = time.monotonic() + bounds.seconds
        self._pages = 0
        self._count_staged = count_staged
        self._staged_bytes = count_staged()

    def page(self, items: int) -> None:
        """A page was read; `items`: how many the source has named so far, those left out included."""
        self._pages += 1
        self.items(items)
        self.time()
        if self._pages > self._bounds.pages:
            raise self._beyond("run-too-many-pages", self._bounds.pages)

    def items(self, items: int) -> None:
        if items > self._bounds.items:
            raise self._beyond("listing-too-long", self._bounds.items)

    def time(self) -> None:
        if time.monotonic() > self._end:
            raise self._beyond("run-too-long", self._bounds.seconds // SECONDS_PER_MINUTE)

    def staged(self, added_bytes: int) -> None:
        """So many bytes more were staged. Items that replace others are counted twice until the sum is looked up."""
        self._staged_bytes += added_bytes
        if self._staged_bytes > self._bounds.staged_bytes:
            self._staged_bytes = self._count_staged()
        if self._staged_bytes > self._bounds.staged_bytes:
            raise self._beyond("run-too-much-staged", self._bounds.staged_bytes // MEGABYTE)

    def _beyond(self, code: str, limit: int) -> TooLargeError:
        return TooLargeError(code, {"source": self._source, "limit": limit}, source=self._source, limit=limit)
