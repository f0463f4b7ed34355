"""What every door answers with: bytes with validators (RFC 9110)."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from api.web.negotiate import DATA, JSON, by_suffix

DATA_PATHS: Final = (
    "/api/", "/id/", "/catalog", "/feed.atom", "/sparql", "/openapi.json", "/.well-known/", "/sitemap",
    "/opensearch.xml", "/healthz", "/readyz",
)  # fmt: skip


def answer(
    request: Request,
    make: Callable[[], bytes],
    content_type: str = JSON.type,
    *,
    etag: str = "",
    modified: datetime | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """200 with what `make` returns, or 304 without making it where the client has it already (RFC 9110 section 13)."""
    sent = {**(headers or {}), "Cache-Control": "no-cache"}
    if etag:
        sent["ETag"] = etag
    if modified:
        sent["Last-Modified"] = http_date(modified)
    if _has_it(request, etag, modified):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=sent)
    return Response(make(), headers=sent, media_type=content_type)


def http_date(moment: datetime) -> str:
    """RFC 9110 section 5.6.7."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def tag(*parts: object) -> str:
    """A weak entity tag of whatever an answer depends on (weak: compression changes the bytes, not the sense)."""
    text = "\0".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return f'W/"{hashlib.blake2b(text, digest_size=12).hexdigest()}"'


def _has_it(request: Request, etag: str, modified: datetime | None) -> bool:
    """If-None-Match wins over If-Modified-Since; tags are compared weakly."""
    if request.method not in ("GET", "HEAD"):
        return False
    known = request.headers.get("if-none-match")
    if known is not None:
        tags = {one.strip().removeprefix("W/") for one in known.split(",")}
        return bool(etag) and ("*" in tags or etag.removeprefix("W/") in tags)
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        at = parsedate_to_datetime(since)
    except ValueError:
        return False
    return modified.replace(microsecond=0) <= (at if at.tzinfo else at.replace(tzinfo=UTC))


async def raw_body(request: Request) -> bytes:
    """For doors that read their body as it came, whatever its content type; only the framework can wait for it."""
    return await request.body()


def json_bytes(value: Any) -> bytes:
    return msgspec.json.encode(value)


def is_data(path: str) -> bool:
    """Whether a path belongs to programs: read from any web page (CORS), errors as problems."""
    return path.startswith(DATA_PATHS) or by_suffix(path, DATA)[1] is not None
