"""Closes connections on which no whole request arrives, or whose client does not read the answer: many of them would
use up the files that a process may open, and its memory.

Entry points: `BoundedProtocol` (the head of a request, and its answer; `lotse serve` hands it to uvicorn),
`bounded_body` (its body; used by `Frame`). uvicorn itself has no limit for any of them.
"""

import asyncio
import time
from typing import ClassVar, Final

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 20.0  # from the connection, or from the first byte of a further request, to the end of its head
MAX_HALF_OPEN: Final = 256  # connections of a process that wait for a head; beyond that the oldest is closed
BODY_IDLE_SECONDS: Final = 30.0  # without a byte of the body
BODY_SECONDS: Final = 300.0  # for the whole body: MAX_BODY at half a megabit a second
READ_SECONDS: Final = 30.0  # in which a client must read MIN_BYTES_READ of an answer that waits for it
MIN_BYTES_READ: Final = 30_000  # 8 kbit/s; the buffers of the system come on top
CLOSE: Final = {"Connection": "close"}


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with a deadline for the head of each request, and for a client to read the answer."""

    half_open: ClassVar[dict["BoundedProtocol", asyncio.TimerHandle]] = {}  # of this process, the oldest first
    _reading: asyncio.TimerHandle | None = None  # while bytes of an answer wait to be read

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:  # the beginning of a request, or blank lines before it
            self._expect_head()

    def on_headers_complete(self) -> None:
        self._head_is_there()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_there()
        self._has_read()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        self._has_read()
        super().resume_writing()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._expect_reading()

    def _expect_reading(self) -> None:
        """Looks after READ_SECONDS how much of what waits now has been read. More is added only when most of it has
        been read, which counts as well."""
        waiting = self.transport.get_write_buffer_size()
        if waiting and self._reading is None:
            self._reading = self.loop.call_later(READ_SECONDS, self._check_reading, waiting)

    def _has_read(self) -> None:
        if self._reading:
            self._reading.cancel()
            self._reading = None

    def _check_reading(self, waiting: int) -> None:
        """Closes the connection of a client that has read too little."""
        self._reading = None
        left = self.transport.get_write_buffer_size()
        if left and left > max(0, waiting - MIN_BYTES_READ):
            self.transport.abort()
        else:
            self._expect_reading()

    def _expect_head(self) -> None:
        if self in self.half_open or self.transport.is_closing():
            return
        self.half_open[self] = self.loop.call_later(HEAD_SECONDS, self.transport.close)
        if len(self.half_open) > MAX_HALF_OPEN:
            next(iter(self.half_open)).abandon()

    def _head_is_there(self) -> None:
        timer = self.half_open.pop(self, None)
        if timer:
            timer.cancel()

    def abandon(self) -> None:
        """Closes the connection at once."""
        self._head_is_there()
        self.transport.abort()


def bounded_body(receive: Receive) -> Receive:
    """A `receive` that raises HTTPException 408 if the body of the request does not arrive in time."""
    deadline = time.monotonic() + BODY_SECONDS
    complete = False

    async def bounded() -> Message:
        nonlocal complete
        if complete:  # what still comes is the end of the connection, however long that takes
            return await receive()
        seconds = min(BODY_IDLE_SECONDS, deadline - time.monotonic())
        try:
            async with asyncio.timeout(max(seconds, 0)):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, headers=CLOSE) from None
        complete = not message.get("more_body", False)
        return message

    return bounded
