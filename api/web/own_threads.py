"""Work that takes much processor time, in threads of its own: no page waits for it."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from api.web.session import TooManyError

RETRY_SECONDS: Final = 10

Result = TypeVar("Result")


class OwnThreads:
    """A few threads, and a few places to wait for them. Who waits, waits on the event loop and holds no thread."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(at_once, "own")
        self._places = threading.BoundedSemaphore(at_once + waiting)

    async def run(self, job: Callable[[], Result]) -> Result:
        """What the job returns or raises; TooManyError at once if all places are taken."""
        if not self._places.acquire(blocking=False):
            raise TooManyError("too-many-at-once", {"seconds": RETRY_SECONDS})
        future = self._pool.submit(job)
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)
