"""ASGI middleware that counts fetches of data and the catalogue programs that read here (`registry.following.reads`).

Entry points: `CountReads`, `ReadCounter` (what is counted and not written yet), `run` (writes it, in a thread).
Invariant: of a request only the record that its path names is kept, or which of KNOWN its program calls itself.
"""

import contextlib
import re
import threading
from collections import Counter
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web import addresses
from registry.errors import LotseError
from registry.following.reads import READER, RECORD, Reads
from registry.model.timing import today

FLUSH_SECONDS: Final = 30.0
MAX_WAITING: Final = 10_000  # subjects that wait to be written; more are not counted
# Part of the name by which a program calls itself -> the catalogue
KNOWN: Final = {
    "govdata": "GovData", "ckan": "CKAN", "piveau": "data.europa.eu", "lotse": "Lotse", "udata": "udata",
    "opendatasoft": "Opendatasoft", "arcgis": "ArcGIS Hub", "dkan": "DKAN",
}  # fmt: skip
FEEDS: Final = ("/catalog", "/api/3/action/", "/api/v1/changes", "/ldes", "/dumps/", "/data.json")
_API: Final = re.compile(r"/api/v1/records/(?P<id>[a-z0-9-]+)(?:/preview/.*)?")
_FILE: Final = re.compile(
    r"(?P<id>[a-z0-9-]+)(?:/(?:vorschau|preview)/[^/]+)?\.(?:ttl|rdf|jsonld|nt|json|csv|xlsx|parquet)"
)


class ReadCounter:
    """What was counted and is not written yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, subject: str) -> None:
        with self._lock:
            if len(self._counts) < MAX_WAITING or subject in self._counts:
                self._counts[subject] += 1

    def taken(self) -> dict[str, int]:
        """The counts, which start again at nothing."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return dict(counts)


class CountReads:
    """The middleware."""

    def __init__(self, app: ASGIApp, counter: ReadCounter) -> None:
        self.app = app
        self._counter = counter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        subject = subject_of(scope["path"], Headers(scope=scope).get("user-agent", "")) if _is_read(scope) else ""
        if not subject:
            await self.app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                self._counter.add(subject)
            await send(message)

        await self.app(scope, receive, counted)


def _is_read(scope: Scope) -> bool:
    return bool(scope["type"] == "http" and scope["method"] == "GET")


def subject_of(path: str, program: str) -> str:
    """What a request counts for: the catalogue that reads a feed, or the record whose data are fetched; "" for
    neither."""
    if path.startswith(FEEDS):
        name = next((name for mark, name in KNOWN.items() if mark in program.lower()), "")
        return READER + name if name else ""
    if match := _API.fullmatch(path):
        return RECORD + match["id"]
    if "." in path and (address := addresses.parse_path(path)) and address.kind:
        match = _FILE.fullmatch(address.rest)
        return RECORD + match["id"] if match else ""
    return ""


def run(counter: ReadCounter, reads: Reads, stop: threading.Event) -> None:
    """Writes what was counted every FLUSH_SECONDS, and once more at the end."""
    while not stop.wait(FLUSH_SECONDS):
        write(counter, reads)
    write(counter, reads)


def write(counter: ReadCounter, reads: Reads) -> None:
    """Writes what was counted; a count that cannot be written is lost, for nothing depends on it."""
    if counts := counter.taken():
        with contextlib.suppress(LotseError):
            reads.add(counts, today())
