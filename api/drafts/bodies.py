"""Reads what programs send to the write API: bodies, merge patches, `If-Match`; and answers a repeated request.

Entry points: `body_of`, `patched`, `require_match`, `once`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from api.data.draft_documents import MAX_DRAFT_BYTES as MAX_DRAFT_BYTES
from api.data.validation import metadata_of
from api.web.problems import problem_response
from registry.errors import (
    BusyError,
    LotseError,
    PreconditionFailedError,
    PreconditionRequiredError,
    TooLargeError,
    UsageError,
    ValidationError,
)
from registry.model import Account, Draft, Kind, Metadata
from registry.model.message import message, translations
from registry.people.accounts import People
from registry.people.repeated_requests import KeptAnswer
from registry.people.repeated_requests import Request as KeyedRequest

KEPT_HEADERS: Final = ("content-type", "etag", "location", "cache-control")
TRY_AGAIN: Final = (429,)  # an answer that is not kept, like all from 500 on

Body = TypeVar("Body")


def body_of(body: bytes, shape: type[Body]) -> Body:
    """The body as a struct; an empty one counts as `{}`.

    UsageError for what is no JSON, ValidationError for wrong or unknown keys, TooLargeError beyond MAX_DRAFT_BYTES.
    """
    if len(body) > MAX_DRAFT_BYTES:
        raise TooLargeError("request-too-large", {"limit": MAX_DRAFT_BYTES}, limit=MAX_DRAFT_BYTES)
    try:
        return msgspec.json.decode(body.strip() or b"{}", type=shape)
    except msgspec.ValidationError as error:
        sentence, _, path = str(error).partition(" - at `$")
        raise ValidationError("field-wrong", [_error(path.rstrip("`").lstrip("."), sentence)]) from None
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise UsageError("body-no-json") from None


def patched(metadata: Metadata, patch: Mapping[str, Any], kind: Kind) -> Metadata:
    """The metadata after a merge patch (RFC 7396). ValidationError for unknown or wrong fields, or another kind."""
    try:
        values = merged(msgspec.to_builtins(metadata), patch)
        if values.setdefault("kind", kind) != kind:
            raise ValidationError("field-wrong", [_error("kind", "kind")])
        return metadata_of(values)
    except RecursionError:
        raise UsageError("body-no-json") from None


def merged(target: Any, patch: Any) -> Any:
    """The target after a merge patch: null removes a key, an object is merged, everything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    values = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            values.pop(key, None)
        else:
            values[key] = merged(values.get(key), value)
    return values


def _error(field: str, sentence: str) -> dict[str, Any]:
    return {
        "field": field,
        "rule": "field-form",
        "message": translations(message("value-form", words=sentence)),
        "remedy": translations(message("see-openapi-fields")),
    }


# -- conditions


def etag(draft: Draft) -> str:
    """The entity tag of a draft: strong, because `If-Match` compares strongly (RFC 9110 section 13.1.1)."""
    return f'"{draft.version}"'


def require_match(request: Request, draft: Draft, needed: bool = False) -> None:
    """PreconditionFailedError if `If-Match` names another version, PreconditionRequiredError if it is needed but
    missing."""
    wanted = request.headers.get("if-match")
    if wanted is None:
        if needed:
            raise PreconditionRequiredError("if-match-missing")
        return
    if wanted.strip() != "*" and etag(draft) not in (tag.strip() for tag in wanted.split(",")):
        raise PreconditionFailedError("if-match-stale", {"number": draft.version}, number=draft.version)


# -- repeated requests


def once(people: People, account: Account, request: Request, body: bytes, act: Callable[[], Response]) -> Response:
    """The response of `act`; with an `Idempotency-Key` that was used for the same request, the response of that."""
    key = request.headers.get("idempotency-key", "")
    if not key:
        return act()
    parts = (request.method.encode(), request.url.path.encode(), body)
    keyed = KeyedRequest.of(account.name, key, *parts)
    if kept := people.repeated.begin(keyed):
        return Response(kept.body, kept.status, kept.headers)
    answered = False
    try:
        response = _answer(act)
        if answered := response.status_code < 500 and response.status_code not in TRY_AGAIN:
            headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
            people.repeated.finish(keyed, KeptAnswer(response.status_code, headers, bytes(response.body)))
    finally:
        if not answered:
            people.repeated.abandon(keyed)
    return response


def _answer(act: Callable[[], Response]) -> Response:
    """The response of `act`, also for an error that the same request would get again."""
    try:
        return act()
    except BusyError:
        raise
    except LotseError as error:
        return problem_response(error)
