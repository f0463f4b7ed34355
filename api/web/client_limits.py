"""Bounds how many requests of one client are worked on at a time, so that one program cannot slow down all others.

Who has more waits for a moment; if that is not enough, 429 with `Retry-After`. A client is an address; behind a proxy
this is only true if `LOTSE_TRUSTED_PROXIES` names it.

Entry point: `ClientLimit`.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.requests import Request

from api.web.session import TooManyError

RETRY_SECONDS: Final = 5


class ClientLimit:
    """`at_once`: requests of one client; `total`: of all; `waiting`: how many may wait for their turn, each in a thread
    of the web server; `wait_seconds`: how long."""

    def __init__(self, at_once: int, total: int, waiting: int, wait_seconds: float) -> None:
        self.at_once = at_once
        self.total = total
        self.waiting = waiting
        self.wait_seconds = wait_seconds
        self._running: Counter[str] = Counter()
        self._waiting = 0
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, request: Request) -> Iterator[None]:
        """A request's turn, for the block. TooManyError if it does not come in time."""
        client = request.client.host if request.client else ""
        with self._changed:
            if not self._is_free(client) and not self._comes(client):
                raise TooManyError("too-many-at-once", {"seconds": RETRY_SECONDS})
            self._running[client] += 1
        try:
            yield
        finally:
            with self._changed:
                self._running[client] -= 1
                if not self._running[client]:
                    del self._running[client]
                self._changed.notify_all()

    def _is_free(self, client: str) -> bool:
        return self._running[client] < self.at_once and self._running.total() < self.total

    def _comes(self, client: str) -> bool:
        """Waits for the turn; False if it does not come, or if too many wait already."""
        if self._waiting >= self.waiting:
            return False
        self._waiting += 1
        try:
            return self._changed.wait_for(lambda: self._is_free(client), self.wait_seconds)
        finally:
            self._waiting -= 1
