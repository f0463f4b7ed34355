"""HTTP sessions for everything that is fetched from outside: with time and size limits, and protected against SSRF.

Entry points: `session` makes one, `body` and `pieces` read an answer, `allowance` bounds all answers of a run,
`conditional` asks only for what has changed, `logged` takes note of all answers.
Invariants: no other room opens a connection to an address that a source or a stranger named; the operator's own
servers (search, SPARQL, mail) have clients of their own. Nothing is taken from the environment (`trust_env=False`):
a `.netrc` or `http_proxy` would bypass the SSRF guard of `registry/fetch/ssrf_guard.py`.
"""

import contextlib
import math
import socket
import time
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import urlsplit

import requests
from requests import exceptions
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.util.retry import Retry

from registry.errors import ForbiddenAddressError, SourceError, TooLargeError
from registry.fetch.repeated import AnswerLog, HeldAnswers
from registry.fetch.ssrf_guard import CONNECT_SECONDS, Bounds, guard, pools
from registry.masking import shown as shown
from registry.model.harvest import Validators

USER_AGENT: Final = "Lotse/0.1 (open data catalogue; harvester)"
READ_SECONDS: Final = 60.0  # between two packets
TOTAL_SECONDS: Final = 600.0  # of one answer, from the request to its last byte
RETRIES: Final = 3
RETRY_AFTER_MAX: Final = 30
REDIRECTS: Final = 10
GAP_SECONDS: Final = 0.05  # between two requests to one host
MAX_BYTES: Final = 512_000_000  # of an answer, unpacked, if the caller gives no smaller limit
CHUNK: Final = 65_536
MAX_VALIDATOR_CHARACTERS: Final = 500  # of an ETag or a date


class Outward(Protocol):
    """The settings for connections to the outside."""

    @property
    def allow_hosts(self) -> Collection[str]: ...
    @property
    def proxy(self) -> str | None: ...
    @property
    def ca_file(self) -> Any: ...


def session(settings: Outward, *, seconds: float = TOTAL_SECONDS, max_bytes: int = MAX_BYTES) -> requests.Session:
    """A session for one thread; ckanapi gets it, too. `seconds`, `max_bytes`: limits of one answer, with redirects and
    after unpacking.

    Its requests raise SourceError if the server does not answer, ForbiddenAddressError if the address must not be
    fetched, TooLargeError for an answer beyond the limit.
    """
    http = _Session()
    http.trust_env = False
    http.max_redirects = REDIRECTS
    http.headers["User-Agent"] = USER_AGENT
    http.verify = str(settings.ca_file) if settings.ca_file else True
    if settings.proxy:
        http.proxies = {"http": settings.proxy, "https": settings.proxy}
    adapter = _Adapter(frozenset(host.strip().lower().strip("[]") for host in settings.allow_hosts), seconds, max_bytes)
    http.adapter = adapter
    http.mount("http://", adapter)
    http.mount("https://", adapter)
    return http


@contextlib.contextmanager
def allowance(http: requests.Session, seconds: float, max_bytes: int) -> Iterator[None]:
    """Within the block all answers of the session together may take so many seconds and bytes (unpacked).

    Beyond that the next request, or the answer that is just being read, raises TooLargeError. For one run over
    one source, in addition to the limits of each answer.
    """
    if not isinstance(http, _Session):
        yield
        return
    end = time.monotonic() + seconds
    http.allowance = _Allowance(end, http.adapter.bytes_read + max_bytes, seconds, max_bytes)
    try:
        yield
    except SourceError as error:
        if time.monotonic() < end:
            raise
        raise _too_long(seconds) from error
    finally:
        http.allowance = None


class NotModifiedError(Exception):
    """The server answers 304: the document is what it was when its validators were received."""


@contextlib.contextmanager
def conditional(http: requests.Session, url: str, validators: Validators) -> Iterator["Condition"]:
    """Within the block a request of `url` gets the document only if it has changed since these validators (RFC 9110,
    13.1), else NotModifiedError. Yields what was answered."""
    condition = Condition(url, validators)
    if isinstance(http, _Session):
        http.condition = condition
    try:
        yield condition
    finally:
        if isinstance(http, _Session):
            http.condition = None


@contextlib.contextmanager
def logged(http: requests.Session, held: HeldAnswers) -> Iterator[AnswerLog]:
    """Within the block the answers of the session are noted, and those that are held come without a request."""
    log = AnswerLog()
    if isinstance(http, _Session):
        http.log, http.held = log, held
    try:
        yield log
    finally:
        if isinstance(http, _Session):
            http.log = http.held = None


class Condition:
    """`received`: the validators of the document; none if it has none, or if more than this document was asked for."""

    def __init__(self, url: str, validators: Validators) -> None:
        self._url = url
        self._headers = {"If-None-Match": validators.etag, "If-Modified-Since": validators.modified}
        self._answers = 0
        self._received = Validators()

    @property
    def received(self) -> Validators:
        return self._received if self._answers == 1 else Validators()

    def headers(self, url: str, headers: Mapping[str, str] | None) -> Mapping[str, str] | None:
        """The headers of a request, with the condition if it is one of the document."""
        if url != self._url:
            return headers
        return {**(headers or {}), **{name: value for name, value in self._headers.items() if value}}

    def answered(self, url: str, answer: requests.Response) -> None:
        """Takes note of an answer; NotModifiedError."""
        self._answers += 1
        if url == self._url and answer.status_code == requests.codes.not_modified and any(self._headers.values()):
            answer.close()
            raise NotModifiedError(url)
        if url == self._url and answer.ok:
            etag, modified = (answer.headers.get(name, "") for name in ("ETag", "Last-Modified"))
            if max(len(etag), len(modified)) <= MAX_VALIDATOR_CHARACTERS:
                self._received = Validators(etag, modified)


class _Allowance(NamedTuple):
    """What one request may still take. `end`: of the monotonic clock; `last_byte`: of the bytes that the session's
    adapter counts."""

    end: float
    last_byte: int
    seconds: float
    max_bytes: int


def body(response: requests.Response, limit: int = MAX_BYTES) -> bytes:
    """The whole answer, unpacked; raises SourceError for a status that is not 2xx, TooLargeError beyond `limit` bytes.

    The request must be made with `stream=True`; else requests reads the whole answer before it is counted here.
    """
    return b"".join(pieces(response, limit))


def pieces(response: requests.Response, limit: int = MAX_BYTES) -> Iterator[bytes]:
    """The answer piece by piece, unpacked; raises as `body` does. Whoever stops early closes the connection with it."""
    with response:
        if not response.ok:
            raise SourceError(
                "source-status",
                {"address": shown(response.url), "status": response.status_code},
                url=shown(response.url),
                status=response.status_code,
                reason=response.reason,
            )
        size = 0
        try:
            for piece in response.iter_content(CHUNK):
                size += len(piece)
                if size > limit:
                    raise _too_large(response.url, limit)
                yield piece
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _failed(response.url, error) from error


class _Counted:
    """A raw answer of urllib3 that counts the unpacked bytes and raises TooLargeError beyond the limit."""

    def __init__(self, raw: Any, url: str, adapter: "_Adapter") -> None:
        self._raw, self._url, self._adapter = raw, url, adapter
        self._left = self._limit = adapter.max_bytes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def _count(self, part: bytes) -> bytes:
        self._left -= len(part)
        self._adapter.bytes_read += len(part)
        if self._left < 0:
            self._raw.close()
            raise _too_large(self._url, self._limit)
        return part

    def stream(self, amt: int = CHUNK, decode_content: bool | None = None) -> Iterator[bytes]:
        """The parts of the answer, of CHUNK bytes: requests asks for 10 kB a part, which takes five times as long."""
        return map(self._count, self._raw.stream(CHUNK, decode_content=decode_content))

    def read(self, amt: int | None = None, decode_content: bool | None = None, cache_content: bool = False) -> bytes:
        wanted = self._left + 1 if amt is None or amt < 0 else amt
        return self._count(self._raw.read(wanted, decode_content=decode_content))


class _Adapter(HTTPAdapter):
    """Connects through guarded sockets, waits between requests to one host, and retries with back-off (Retry-After)."""

    def __init__(self, allowed: frozenset[str], seconds: float, max_bytes: int) -> None:
        self.bounds = Bounds(allowed, seconds)
        self.max_bytes = max_bytes
        self.bytes_read = 0  # of all answers, unpacked
        self.last: dict[str, float] = {}  # host -> time of the last request, monotonic clock
        super().__init__(max_retries=Retry(0, read=False))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = pools(self.bounds)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = pools(self.bounds.also(urlsplit(proxy).hostname or ""))
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        url = request.url or ""
        host = (urlsplit(url).hostname or "").lower()
        if kwargs.get("proxies"):
            _guard_name(host, self.bounds)
        kwargs["timeout"] = kwargs.get("timeout") or (CONNECT_SECONDS, READ_SECONDS)
        for attempt in range(RETRIES + 1):
            last = attempt == RETRIES or request.method not in ("GET", "HEAD")
            self._keep_pace(host)
            try:
                response = super().send(request, *args, **kwargs)
            except (requests.ConnectionError, requests.Timeout):
                if last or self.bounds.left() <= 0:
                    raise
                pause = 0.25 * 2**attempt
            else:
                pause = _retry_after(response, 0.25 * 2**attempt)
                if last or response.status_code not in (429, 502, 503, 504) or pause > self.bounds.left():
                    response.raw = _Counted(response.raw, url, self)
                    return response
                response.close()
            time.sleep(max(0.0, min(pause, self.bounds.left())))
        raise AssertionError("the last attempt returns or raises")

    def _keep_pace(self, host: str) -> None:
        wait = self.last.get(host, 0.0) + GAP_SECONDS - time.monotonic()
        if wait > 0 and host not in self.bounds.allowed:
            time.sleep(wait)
        self.last[host] = time.monotonic()


class _Session(requests.Session):
    """A session that raises our errors, and bounds the time of an answer over all its redirects and retries."""

    adapter: _Adapter
    allowance: _Allowance | None = None
    condition: Condition | None = None
    log: AnswerLog | None = None
    held: HeldAnswers | None = None

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        self.adapter.bounds.start(self._check_allowance())
        address = url.decode(errors="replace") if isinstance(url, bytes) else url
        if self.held and (held := self.held.take(address, kwargs.get("params"))):
            return self._noted(held, False)
        condition = None if kwargs.get("params") else self.condition
        if condition:
            kwargs["headers"] = condition.headers(address, kwargs.get("headers"))
        try:
            answer = super().request(method, url, *args, **kwargs)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _failed(address, error) from error
        if condition:
            condition.answered(address, answer)
        return self._noted(answer, bool(kwargs.get("stream")))

    def _noted(self, answer: requests.Response, streamed: bool) -> requests.Response:
        if self.log:
            self.log.note(answer, streamed)
        return answer

    def _check_allowance(self) -> float:
        """When the allowance ends; TooLargeError if it is used up."""
        if self.allowance is None:
            return math.inf
        if time.monotonic() >= self.allowance.end:
            raise _too_long(self.allowance.seconds)
        if self.adapter.bytes_read >= self.allowance.last_byte:
            raise TooLargeError("run-too-many-bytes", limit=self.allowance.max_bytes // 1_000_000)
        return self.allowance.end


def _guard_name(host: str, bounds: Bounds) -> None:
    """The SSRF guard for requests through a proxy: checks the addresses that the name has for us.

    A name that only the proxy can resolve passes: then the proxy has to protect its network.
    """
    try:
        addresses = socket.getaddrinfo(host, None, 0, socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        return
    guard(host, addresses, bounds)


def _retry_after(response: requests.Response, default: float) -> float:
    """Seconds to wait, at most RETRY_AFTER_MAX; a date, the header's other form, counts as that (RFC 9110, 10.2.3)."""
    header = response.headers.get("Retry-After", "").strip()
    if not header:
        return default
    return min(int(header), RETRY_AFTER_MAX) if header.isascii() and header.isdigit() else RETRY_AFTER_MAX


def _too_long(seconds: float) -> TooLargeError:
    return TooLargeError("run-too-long", limit=round(seconds / 60))


def _too_large(url: str | None, limit: int) -> TooLargeError:
    return TooLargeError("answer-too-large", {"address": shown(url), "limit": limit}, url=shown(url), limit=limit)


def _failed(url: str | None, error: Exception) -> SourceError:
    """The error with a message of ours: those of the libraries contain the whole address, secrets included."""
    address = shown(getattr(getattr(error, "request", None), "url", None) or url)
    inner = error.args[0] if error.args and isinstance(error.args[0], HTTPError) else error  # requests wraps timeouts
    for kinds, failure, code in _FAILURES:
        if isinstance(error, kinds) or isinstance(inner, kinds):
            return failure(code, {"address": address}, url=address)
    return SourceError("answer-broke-off", {"address": address}, url=address, error=type(error).__name__)


_FAILURES: Final[tuple[tuple[tuple[type[Exception], ...], type[SourceError], str], ...]] = (
    ((exceptions.InvalidSchema, exceptions.MissingSchema), ForbiddenAddressError, "address-not-fetched"),
    ((exceptions.TooManyRedirects,), SourceError, "redirects-too-many"),
    ((exceptions.SSLError,), SourceError, "certificate-untrusted"),
    ((exceptions.ProxyError,), SourceError, "proxy-unreachable"),
    ((exceptions.Timeout, TimeoutError, ReadTimeoutError), SourceError, "answer-late"),
    ((exceptions.ConnectionError,), SourceError, "source-unreachable"),
    ((exceptions.InvalidURL, ValueError), SourceError, "address-invalid"),
)
