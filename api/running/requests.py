"""ASGI middleware around every request: its id, its figures for `/metrics`, its line in the log, and back-pressure.

Entry point: `Requests`. A line names the route (`/daten/{id}`), never the address, the query or the client: these may
be personal.
"""

import logging
import re
import secrets
import time
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.running.metrics import IN_FLIGHT, REQUESTS, SECONDS
from api.running.rates import PROBES, kind_of
from api.web.logs import REQUEST_ID
from api.web.problems import problem_response
from registry.errors import NotReadyError

MAX_IN_FLIGHT: Final = 500  # requests of one process; the next one is told to come again
RETRY_SECONDS: Final = 2
_ID: Final = re.compile(r"[A-Za-z0-9-]{8,64}")  # that a proxy gave the request
HEADER: Final = "X-Request-ID"

log = logging.getLogger("lotse.access")


class Requests:
    """The middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number = _request_id(scope)
        REQUEST_ID.set(number)
        started, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).setdefault(HEADER, number)
            await send(message)

        self._in_flight += 1
        IN_FLIGHT.inc()
        try:
            await self._answered(scope)(scope, receive, send_with_id)
        finally:
            self._in_flight -= 1
            IN_FLIGHT.dec()
            _note(scope, status, time.perf_counter() - started)

    def _answered(self, scope: Scope) -> ASGIApp:
        """What answers: the application, or 503 at once while too many requests are worked on."""
        if self._in_flight > MAX_IN_FLIGHT and scope["path"] not in PROBES:
            return problem_response(NotReadyError("too-busy", {"seconds": RETRY_SECONDS}))
        return self.app


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(HEADER, "")
    return given if _ID.fullmatch(given) else secrets.token_hex(8)


def _note(scope: Scope, status: int, seconds: float) -> None:
    """Counts the request, and writes its line where those are asked for."""
    kind = kind_of(scope["method"], scope["path"]) or "other"
    REQUESTS.labels(kind, f"{status // 100}xx" if status != 429 else "429").inc()
    SECONDS.labels(kind).observe(seconds)
    if log.isEnabledFor(logging.INFO):
        route = getattr(scope.get("route"), "path", "-")
        fields = {"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000)}
        log.info("%s %s %d", scope["method"], route, status, extra={"fields": fields})
