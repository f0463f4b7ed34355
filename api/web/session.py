"""Sessions: a signed cookie, and a CSRF token for each form.

Entry points: `begin`, `current`, `end` (the session), `form` (the fields of a form after CSRF checks). Invariant: no
form is read whose Origin is another site.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from fastapi import Body
from itsdangerous import BadData
from starlette.requests import Request
from starlette.responses import Response

from api.web.signing import timed_serializer
from registry.errors import LotseError, NotAllowedError, UsageError
from registry.settings import Settings

FORM = "application/x-www-form-urlencoded"
FormBody = Annotated[bytes, Body(media_type=FORM)]

SESSION_HOURS: Final = 8  # after which a session ends
MAX_FIELDS: Final = 2_000  # of a form
MAX_FORM_BYTES: Final = 400_000  # bytes of a form
MAX_DIGITS: Final = 15  # of a number in a form; fits a 64-bit integer


class Session(NamedTuple):
    """A session. `nonce`: binds CSRF tokens to it; `seal`: binds it to the account's password, so a new one ends it."""

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
    """Too many requests (429); detail `seconds`: when to try again."""

    status = 429


class StaleFormError(NotAllowedError):
    """A form of ours from an earlier session. `fields`: what somebody typed, so that it can be shown again."""

    def __init__(self, fields: Forms) -> None:
        super().__init__("form-stale")
        self.fields = fields


def cookie(settings: Settings) -> str:
    """The cookie's name: with `__Host-` browsers keep it to this host, over https only."""
    return "__Host-lotse" if _secure(settings) else "lotse"


def _secure(settings: Settings) -> bool:
    return settings.base_url.startswith("https://")


def begin(response: Response, settings: Settings, name: str, seal: str) -> str:
    """Starts a session: sets the signed cookie, and returns its nonce. UsageError if there is no secret."""
    nonce = secrets.token_urlsafe(12)
    value = timed_serializer(settings, "session").dumps([name, nonce, seal])
    response.set_cookie(
        cookie(settings),
        str(value),
        SESSION_HOURS * 3600,
        path="/",
        secure=_secure(settings),
        httponly=True,
        samesite="lax",
    )
    return nonce


def end(response: Response, settings: Settings) -> None:
    response.delete_cookie(cookie(settings), path="/", secure=_secure(settings), httponly=True, samesite="lax")


def has_cookie(request: Request, settings: Settings) -> bool:
    """Whether a request may be of somebody who is signed in."""
    return cookie(settings) in request.cookies


def current(request: Request, settings: Settings) -> Session | None:
    """The session of a request; None without a cookie, or if it is forged, damaged or older than SESSION_HOURS."""
    value = request.cookies.get(cookie(settings))
    if not value:
        return None
    try:
        name, nonce, seal = timed_serializer(settings, "session").loads(value, max_age=SESSION_HOURS * 3600)
    except (BadData, ValueError, TypeError):
        return None
    return Session(str(name), str(nonce), str(seal))


def ends(request: Request, settings: Settings) -> datetime | None:
    """When the session of a request ends; None without one."""
    begun: datetime
    try:
        value = request.cookies.get(cookie(settings), "")
        _loaded, begun = timed_serializer(settings, "session").loads(value, return_timestamp=True)
    except (BadData, ValueError, TypeError):
        return None
    return begun + timedelta(hours=SESSION_HOURS)


# -- forms


def token(session: Session, settings: Settings) -> str:
    """The CSRF token for the forms of this session."""
    return _token(session, settings.secret[0])


def _token(session: Session, secret: str) -> str:
    return hmac.new(secret.encode(), f"form\0{session.name}\0{session.nonce}".encode(), sha256).hexdigest()


def form(request: Request, body: bytes, session: Session | None, settings: Settings) -> Forms:
    """The fields of a form that was sent from our own pages. StaleFormError: the CSRF token is of an earlier session;
    NotAllowedError: sent from another site; UsageError: too large or not readable."""
    if len(body) > MAX_FORM_BYTES:
        raise UsageError("form-too-large", limit=MAX_FORM_BYTES)
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise UsageError("form-unreadable") from None
    return checked(request, pairs, session, settings)


def checked(request: Request, pairs: Sequence[tuple[str, str]], session: Session | None, settings: Settings) -> Forms:
    """The fields of a form that was read already, such as one with a file; raises as `form`."""
    check_origin(request, settings)
    fields = Forms([(name, value.replace("\r\n", "\n").replace("\0", "")) for name, value in pairs])
    if session:
        check_token(fields, session, settings)
    return fields


def check_token(fields: Forms, session: Session, settings: Settings) -> None:
    """Raises StaleFormError if the CSRF token of a form is of an earlier session."""
    sent = fields.get("token").encode()
    if not any(hmac.compare_digest(sent, _token(session, secret).encode()) for secret in settings.secret):
        raise StaleFormError(fields)


def check_origin(request: Request, settings: Settings) -> None:
    """Refuses a form of another site, by the headers Origin and Sec-Fetch-Site."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    ours = {request.headers.get("host", ""), urlsplit(settings.base_url).netloc}
    if (origin is not None and urlsplit(origin).netloc not in ours) or site not in ("same-origin", "none"):
        raise NotAllowedError("form-of-another-site")


def local(path: str) -> str:
    """The path if it stays on this site (no host, scheme or control character), else "": prevents open redirects."""
    harmless = path.isprintable() and path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if harmless and len(path) <= 2000 else ""


def hidden(session: Session | None, settings: Settings) -> Mapping[str, str]:
    """The hidden fields of a form."""
    return {"token": token(session, settings)} if session else {}
