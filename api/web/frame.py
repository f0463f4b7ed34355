"""ASGI middleware around every response: size limit, HEAD, canonical paths, CORS for data, `Vary`, security headers.

Entry point: `Frame`. ASGI asks for coroutines here; of ours only the sign-in is another one
(docs/decisions/0080-frame.md).
"""

from typing import Final
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web import addresses
from api.web.answers import is_data
from api.web.half_open import bounded_body
from api.web.problems import problem_response
from registry.errors import NotFoundError, TooLargeError

MAX_BODY_BYTES: Final = 20_000_000  # bytes of a request; a catalogue file to check is the largest
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": (  # in the second line those of the write API
        "Accept, Accept-Profile, Content-Type, If-None-Match, If-Modified-Since, "
        "Authorization, If-Match, Idempotency-Key"
    ),
    "Access-Control-Max-Age": "86400",
}
EXPOSED: Final = "Content-Location, Content-Profile, ETag, Last-Modified, Link, Location, Retry-After"


class Frame:
    """The middleware. Answers HEAD with the headers of GET, and stops a request body at MAX_BODY_BYTES with 413."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head, path = scope["method"] == "HEAD", scope["path"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _set_headers(MutableHeaders(scope=message), path)
                _allow_head(MutableHeaders(scope=message))
            elif head:
                message = {**message, "body": b""}
            await send(message)

        read, arriving = 0, bounded_body(receive)

        async def receive_limited() -> Message:
            nonlocal read
            message = await arriving()
            read += len(message.get("body", b""))
            if read > MAX_BODY_BYTES:
                raise HTTPException(413)
            return message

        inner = _early(scope) or self.app
        await inner({**scope, "method": "GET"} if head else scope, receive_limited, send_with_headers)


def _early(scope: Scope) -> Response | None:
    """A response that needs no route: to a CORS preflight, to a body above MAX_BODY_BYTES, to a path not canonical."""
    path, headers = scope["path"], Headers(scope=scope)
    if scope["method"] == "OPTIONS" and _allows_cors(path) and "access-control-request-method" in headers:
        return Response(status_code=204, headers=PREFLIGHT)
    length = headers.get("content-length", "")
    if length.isdigit() and int(length[:20]) > MAX_BODY_BYTES:
        return problem_response(TooLargeError("request-too-large", {"limit": MAX_BODY_BYTES}, limit=MAX_BODY_BYTES))
    if "\0" in path:  # PostgreSQL refuses NUL
        return problem_response(NotFoundError("nothing-here"))
    canonical = _canonical(path)
    if canonical == path:
        return None
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(quote(canonical) + (f"?{query}" if query else ""), 308)


def _canonical(path: str) -> str:
    """The path with one slash at the start and none at the end; only the start pages are `/` and `/en/`."""
    trimmed = "/" + path.strip("/")
    return addresses.path("start", "en") if trimmed == "/en" else trimmed


def _set_headers(headers: MutableHeaders, path: str) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if _allows_cors(path):
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = EXPOSED
    if negotiated(path):
        headers.add_vary_header("Accept")
        headers.add_vary_header("Accept-Profile")


def _allow_head(headers: MutableHeaders) -> None:
    """Adds HEAD to `Allow`: the router only knows GET, and we answer HEAD here."""
    if headers.get("allow") == "GET":
        headers["Allow"] = "GET, HEAD"


def _allows_cors(path: str) -> bool:
    """Whether any web page may read it: data, and paths that answer with data if the client asks for it."""
    return is_data(path) or negotiated(path)


def negotiated(path: str) -> bool:
    """Whether the path answers with a page or with data, by Accept: `/daten/radwege`, `/id/radwege`, `/catalog`."""
    address = addresses.parse_path(path)
    return (
        path == "/catalog" or path.startswith(("/id/", "/catalog.")) or bool(address and address.kind and address.rest)
    )
