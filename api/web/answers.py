"""Responses with validators (ETag, Last-Modified) and conditional requests (RFC 9110).

Entry points: `answer` (200 or 304), `tag` (an entity tag), `is_data` (data or page?).
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from api.web.negotiate import DATA, JSON, LISTS, by_suffix

DATA_PATHS: Final = (
    "/api/", "/id/", "/catalog", "/ns/", "/ldes", "/dumps/", "/dumps.json", "/data.json", "/feed.atom", "/sparql",
    "/openapi.json", "/.well-known/", "/sitemap", "/opensearch.xml", "/healthz", "/readyz",
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
    """200 with the bytes of `make()`, or 304 without calling it if the client has them (RFC 9110 section 13)."""
    sent = {**(headers or {}), "Cache-Control": "no-cache"}
    if etag:
        sent["ETag"] = etag
    if modified:
        sent["Last-Modified"] = http_date(modified)
    if _has_it(request, etag, modified):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=sent)
    return Response(make(), headers=sent, media_type=content_type)


def http_date(moment: datetime) -> str:
    """A date for a header (RFC 9110 section 5.6.7)."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def tag(*parts: object) -> str:
    """A weak entity tag of everything that an answer depends on; weak because compression changes the bytes."""
    text = "\0".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return f'W/"{hashlib.blake2b(text, digest_size=12).hexdigest()}"'


def _has_it(request: Request, etag: str, modified: datetime | None) -> bool:
    """Whether the client's copy is current. If-None-Match wins over If-Modified-Since; tags are compared weakly."""
    if request.method not in ("GET", "HEAD"):
        return False
    if_none_match = request.headers.get("if-none-match")
    if if_none_match is not None:
        tags = {value.strip().removeprefix("W/") for value in if_none_match.split(",")}
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
    """The body of a request as bytes, whatever its content type. A coroutine, so that FastAPI can await it."""
    return await request.body()


def json_bytes(value: Any) -> bytes:
    return msgspec.json.encode(value)


def is_data(path: str) -> bool:
    """Whether a path is for programs: readable from any web page (CORS), errors as problem documents."""
    return path.startswith(DATA_PATHS) or by_suffix(path, (*DATA, *LISTS))[1] is not None
