"""How many requests a client may make a minute: who makes more gets 429 with `Retry-After`, and waits.

Entry points: `RateLimit` (ASGI middleware), `kind_of`. The processes of a server share their counts in
a small memory-mapped file; several machines count apart. Requests from the machine itself are not counted: they are
programs of the operator, or a proxy that `LOTSE_TRUSTED_PROXIES` does not name, behind which all clients look alike.
Addresses are not stored, only keyed digests of them.
"""

import hashlib
import mmap
import secrets
import struct
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.web import addresses
from api.web.negotiate import LISTS, by_suffix
from api.web.session import TooManyError
from registry.errors import LotseError
from registry.people.sign_in_tries import network
from registry.private_files import make_private_file, make_private_folder
from registry.settings import DEFAULT_RATES

FILE_NAME: Final = "rates"  # in the data folder
SLOTS: Final = 1 << 15  # of 16 bytes; two clients that share one by chance share their allowance
_SLOT: Final = struct.Struct("<8sd")  # digest of client and kind of request, and until when its allowance is used up
CLOCK_GRAIN: Final = 0.001  # seconds; a double holds the time of today to less than a microsecond
BURST_SHARE: Final = 3  # a third of a minute's requests may come at once
PROBES: Final = ("/healthz", "/readyz", "/metrics")  # what programs of the operator ask
UNCOUNTED: Final = ("/static/", *PROBES)


class Rate(NamedTuple):
    """How many requests of a kind one client may make a minute; a part of them may come at once."""

    kind: str
    per_minute: int

    @property
    def interval(self) -> float:
        return 60 / self.per_minute

    @property
    def tolerance(self) -> float:
        """Seconds by which a client may be ahead of its rate."""
        return 60 / BURST_SHARE


def kind_of(method: str, path: str) -> str:
    """The kind of request, a key of DEFAULT_RATES; "" for what is not counted, such as style sheets."""
    if path.startswith(UNCOUNTED):
        return ""
    if path == "/sparql":
        return "sparql"
    if path.startswith("/api/3/"):
        return "ckan"
    if _is_search(path):
        return "search"
    if path.startswith("/api/"):
        return "api"
    return "page" if method in ("GET", "HEAD", "OPTIONS") else "form"


def _is_search(path: str) -> bool:
    """Whether the answer comes from the search index: the search itself, lists and what can be taken along of them."""
    if path in ("/api/v1/search", "/feed.atom"):
        return True
    address = addresses.parse_path(by_suffix(path, LISTS)[0])
    return address is not None and (address.name == "search" or (address.kind is not None and not address.rest))


class Allowances:
    """How much each client has used of its allowance, in a file that processes share; without a file, of this one.

    A slot holds the moment until which the allowance is used up (GCRA): each request moves it on by its interval.
    Nothing is locked: two processes may overlook a request of each other, which is harmless here.
    """

    def __init__(self, path: Path | None, secret: str, slots: int = SLOTS) -> None:
        self._key = hashlib.blake2b(secret.encode()).digest()
        self._slots = slots
        size = slots * _SLOT.size
        self._memory = (path and _shared(path, size)) or mmap.mmap(-1, size)

    def take(self, client: str, rate: Rate, now: float) -> float:
        """Counts a request and returns 0.0; for one too many only the seconds until it may be made."""
        digest = hashlib.blake2b(f"{rate.kind}\0{client}".encode(), key=self._key, digest_size=16).digest()
        tag, offset = digest[:8], int.from_bytes(digest[8:]) % self._slots * _SLOT.size
        kept: bytes
        used_until: float
        kept, used_until = _SLOT.unpack_from(self._memory, offset)
        if kept != tag or not now < used_until <= now + rate.tolerance + rate.interval:  # or a clock that was ahead
            used_until = now
        if (wait := used_until + rate.interval - now - rate.tolerance) > CLOCK_GRAIN:
            return wait
        _SLOT.pack_into(self._memory, offset, tag, used_until + rate.interval)
        return 0.0


def _shared(path: Path, size: int) -> mmap.mmap | None:
    """The file in memory; None if it cannot be made, as on a full disk or in a folder that is read-only."""
    with suppress(OSError):
        make_private_folder(path.parent)
        make_private_file(path)
        with path.open("r+b") as file:
            if path.stat().st_size < size:
                file.truncate(size)
            return mmap.mmap(file.fileno(), size)
    return None


class RateLimit:
    """The middleware. `limits`: as in `Settings.limits`; `shown`: makes the answer of an error."""

    def __init__(
        self,
        app: ASGIApp,
        data: Path,
        secret: str,
        limits: Iterable[str],
        shown: Callable[[Request, LotseError], Response],
    ) -> None:
        self.app = app
        self._rates = rates(limits)
        self._allowances = Allowances(data / FILE_NAME, secret or secrets.token_hex()) if self._rates else None
        self._shown = shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (seconds := self._wait(scope)) > 0:
            error = TooManyError("too-many-requests", {"seconds": int(seconds) + 1}, seconds=int(seconds) + 1)
            await self._shown(Request(scope), error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _wait(self, scope: Scope) -> float:
        client = scope["client"][0] if scope.get("client") else ""
        rate = self._rates.get(kind_of(scope["method"], scope["path"]))
        if rate is None or self._allowances is None or is_local(client) is not False:
            return 0.0
        return self._allowances.take(network(client), rate, time.time())


def rates(limits: Iterable[str]) -> dict[str, Rate]:
    """The limits in force: the default ones, and what `limits` (NAME=NUMBER, or off) says otherwise; 0 is no limit."""
    given = tuple(limits)
    if given == ("off",):
        return {}
    numbers = dict(DEFAULT_RATES) | {name: int(number) for name, _, number in (line.partition("=") for line in given)}
    return {kind: Rate(kind, number) for kind, number in numbers.items() if number}


def is_local(address: str) -> bool | None:
    """Whether the address is this machine's own; None for what is no address, as over a socket that has none."""
    with suppress(ValueError):
        return ip_address(address.partition("%")[0]).is_loopback
    return None
