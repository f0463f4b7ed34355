"""What every door answers with: bytes with validators, and errors as RFC 9457 problems."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from api.negotiate import DATA, HTML, JSON, by_suffix, preferred
from registry.errors import LotseError, ValidationError, WithdrawnError
from registry.model import Record

PROBLEM_TYPE: Final = "application/problem+json"
PROBLEMS: Final = "https://w3id.org/lotse/problems#"
DATA_PATHS: Final = ("/api/", "/id/", "/catalog", "/feed.atom", "/sparql", "/openapi.json", "/.well-known/")


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


# -- errors


def is_data(path: str) -> bool:
    """Whether a path belongs to programs: read from any web page (CORS), errors as problems."""
    return path.startswith(DATA_PATHS) or by_suffix(path, DATA)[1] is not None


def wants_page(request: Request) -> bool:
    """Whether an error is to be shown as a page; everybody else gets a problem document."""
    path = request.url.path
    return not is_data(path) and preferred(request.headers.get("accept", ""), (HTML, *DATA)) is HTML


def problem(error: LotseError) -> dict[str, Any]:
    """An error as a problem document: type, title, status, detail, `errors` for fields, and what else it knows."""
    name = _name(error)
    detail = {key: value for key, value in error.detail.items() if key not in ("type", "title", "status", "detail")}
    found = {
        "type": PROBLEMS + name,
        "title": name.replace("-", " ").capitalize(),
        "status": error.status,
        "detail": error.message,
    }
    if isinstance(error, ValidationError):
        detail["errors"] = list(error.errors)
    return found | detail


def _name(error: LotseError) -> str:
    words = re.sub(r"(?<!^)([A-Z])", r"-\1", type(error).__name__.removesuffix("Error")).lower()
    return words if type(error) is not LotseError else "error"


def problem_response(error: LotseError) -> Response:
    body = msgspec.json.encode(problem(error), enc_hook=str)
    return Response(body, error.status, media_type=PROBLEM_TYPE, headers={"Cache-Control": "no-store"})


def withdrawn(record: Record) -> WithdrawnError:
    """The error for a record that is no longer shown: title, reason and date, for the page as for programs."""
    what = record.withdrawn
    return WithdrawnError(
        "This record was withdrawn.",
        id=record.id,
        kind=record.kind,
        record_title=record.metadata.title,
        reason=what.why if what else "",
        withdrawn=what.at.isoformat() if what else None,
    )
