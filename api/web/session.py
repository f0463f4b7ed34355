"""Sessions of people who signed in: a signed cookie, a token for each form, and a brake on guessing passwords."""

import hmac
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from fastapi import Body
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import LotseError, NotAllowedError, UsageError
from registry.settings import Settings

FORM = "application/x-www-form-urlencoded"
FormBody = Annotated[bytes, Body(media_type=FORM)]

HOURS: Final = 8  # a session's life
MAX_FIELDS: Final = 500  # of a form
MAX_FORM: Final = 400_000  # bytes of a form
MAX_DIGITS: Final = 15  # of a number in a form; what any database takes
TRIES: Final = 5  # wrong passwords for one account from one address before a pause
TRIES_OF_ADDRESS: Final = 50  # the same for all accounts together: an office may share an address
AT_ONCE: Final = 2  # passwords that are checked at a time; each takes 64 MiB
PAUSE: Final = 300  # seconds


class Session(NamedTuple):
    """`nonce` binds the tokens of forms to this session, `seal` the session to the account's password."""

    name: str
    nonce: str
    seal: str = ""


class Forms(NamedTuple):
    """The fields of a form: the first value of a name, or all."""

    pairs: Sequence[tuple[str, str]]

    def get(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.pairs if key == name)

    def number(self, name: str) -> int:
        """A version or the number of a record; 0, which none of them has, for what is no number."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else 0


class TooManyError(LotseError):
    """Come back after `seconds`."""

    status = 429


class StaleFormError(NotAllowedError):
    """A form of ours, from an earlier session: `fields` is what somebody wrote, so that it can be shown again."""

    def __init__(self, fields: Forms) -> None:
        super().__init__("form-stale")
        self.fields = fields


def cookie(settings: Settings) -> str:
    """The cookie's name: with `__Host-` browsers keep it to this host, over https only."""
    return "__Host-lotse" if _secure(settings) else "lotse"


def _secure(settings: Settings) -> bool:
    return settings.base_url.startswith("https://")


def _sealer(settings: Settings) -> URLSafeTimedSerializer:
    if not settings.secret:
        raise UsageError("secret-missing")
    return URLSafeTimedSerializer(list(reversed(settings.secret)), salt="lotse-session")  # the last one signs


def begin(response: Response, settings: Settings, name: str, seal: str) -> None:
    """Signs somebody in: sets the cookie."""
    value = _sealer(settings).dumps([name, secrets.token_urlsafe(12), seal])
    response.set_cookie(
        cookie(settings), str(value), HOURS * 3600, path="/", secure=_secure(settings), httponly=True, samesite="lax"
    )


def end(response: Response, settings: Settings) -> None:
    response.delete_cookie(cookie(settings), path="/", secure=_secure(settings), httponly=True, samesite="lax")


def current(request: Request, settings: Settings) -> Session | None:
    """Who the cookie says is asking, if it is ours and young enough."""
    value = request.cookies.get(cookie(settings))
    if not value:
        return None
    try:
        name, nonce, seal = _sealer(settings).loads(value, max_age=HOURS * 3600)
    except (BadData, ValueError, TypeError):
        return None
    return Session(str(name), str(nonce), str(seal))


# -- forms


def token(session: Session, settings: Settings) -> str:
    """The token that every form of this session carries."""
    return _token(session, settings.secret[0])


def _token(session: Session, secret: str) -> str:
    return hmac.new(secret.encode(), f"form\0{session.name}\0{session.nonce}".encode(), sha256).hexdigest()


def form(request: Request, body: bytes, session: Session | None, settings: Settings) -> Forms:
    """The fields of a form that came from one of our own pages; StaleFormError for one of an earlier session,
    NotAllowedError for all others."""
    _check_origin(request, settings)
    if len(body) > MAX_FORM:
        raise UsageError("form-too-large", limit=MAX_FORM)
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise UsageError("form-unreadable") from None
    fields = Forms([(name, value.replace("\r\n", "\n").replace("\0", "")) for name, value in pairs])
    if session:
        sent = fields.get("token").encode()
        if not any(hmac.compare_digest(sent, _token(session, one).encode()) for one in settings.secret):
            raise StaleFormError(fields)
    return fields


def _check_origin(request: Request, settings: Settings) -> None:
    """Browsers say where a form comes from; another site's is refused."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    ours = {request.headers.get("host", ""), urlsplit(settings.base_url).netloc}
    if (origin is not None and urlsplit(origin).netloc not in ours) or site not in ("same-origin", "none"):
        raise NotAllowedError("form-of-another-site")


def local(path: str) -> str:
    """A path within this site to go on to, else empty: no host, no scheme, no control characters."""
    plain = path.isprintable() and path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if plain and len(path) <= 2000 else ""


# -- guessing


class RateLimit:
    """Counts wrong passwords for each account and address; TooManyError after TRIES until a PAUSE has passed."""

    def __init__(self, tries: int = TRIES) -> None:
        self._tries = tries
        self._lock = threading.Lock()
        self._wrong: dict[tuple[str, str], list[float]] = {}

    def check(self, key: tuple[str, str]) -> None:
        with self._lock:
            times = self._recent(key)
            if len(times) >= self._tries:
                wait = max(1, int(times[-self._tries] + PAUSE - time.monotonic()))
                raise TooManyError("too-many-passwords", {"seconds": wait})

    def wrong(self, key: tuple[str, str]) -> None:
        with self._lock:
            if len(self._wrong) > 10_000:
                self._wrong = {one: self._recent(one) for one in self._wrong if self._recent(one)}
            self._wrong[key] = [*self._recent(key), time.monotonic()]

    def right(self, key: tuple[str, str]) -> None:
        with self._lock:
            self._wrong.pop(key, None)

    def _recent(self, key: tuple[str, str]) -> list[float]:
        return [at for at in self._wrong.get(key, ()) if at > time.monotonic() - PAUSE]


class TimedSemaphore:
    """Lets a few do what takes much at a time; TooManyError for those who would wait too long."""

    def __init__(self, at_once: int = AT_ONCE, patience: float = 10) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self._patience = patience

    def __enter__(self) -> None:
        if not self._free.acquire(timeout=self._patience):
            raise TooManyError("too-many-at-once", {"seconds": 60})

    def __exit__(self, *_: object) -> None:
        self._free.release()


def hidden(session: Session | None, settings: Settings) -> Mapping[str, str]:
    """The hidden fields of a form."""
    return {"token": token(session, settings)} if session else {}
