"""The addresses of the write API, with their descriptions for the OpenAPI document.

Entry point: `routes`.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Response

from api.data.documents import RecordAnswer
from api.data.draft_documents import (
    DraftAct,
    DraftAnswer,
    DraftChange,
    DraftsAnswer,
    DryRunAnswer,
    HistoryAnswer,
    NewDraft,
    RecordAct,
)
from api.data.openapi import TOKEN_SECURITY, Responses, json_of, parameter, responses, shape
from api.drafts.views import API_PATH, SCOPES_OF_ACTS, DraftViews, RecordViews
from api.pages.site import Pages
from api.web.negotiate import JSON
from registry.people.review import ReviewAction

_SUMMARIES: Final[Mapping[ReviewAction, str]] = MappingProxyType(
    {
        "submit": "Hand a draft in for review; 422 with `errors` while something is missing",
        "withdraw": "Take a submitted draft back",
        "return": "Return a submitted draft to its author, with what should be mended",
        "publish": "Publish a submitted draft; `record` is the id of the record",
        "decline": "Decline a submitted draft",
    }
)
_KEY: Final = parameter(
    "Idempotency-Key",
    "A name of your own for this request. Sent again with the same body within a day, it is answered alike and done "
    "once",
    "8e03978e-40d5-43dd-bc93-6894a57f9324",
    location="header",
)


class Operation(NamedTuple):
    """A row of the write API: method and path, its view, the answer and its status, the errors that it can have."""

    method: str
    path: str
    view: Callable[..., Response]
    summary: str
    answer: type | None
    errors: tuple[int, ...]
    body: type | None = None
    status: int = 200
    name: str | None = None


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(tags=["drafts"], default_response_class=Response)
    for row in (*_of_drafts(DraftViews(pages)), *_of_records(RecordViews(pages))):
        router.add_api_route(
            row.path,
            row.view,
            methods=[row.method],
            name=row.name,
            summary=row.summary,
            status_code=row.status,
            responses=_answered(row),
            openapi_extra=_described(row),
        )
    return router


def _of_drafts(views: DraftViews) -> Iterator[Operation]:
    draft, seen, done = f"{API_PATH}/{{id}}", (403, 404), (400, 403, 404, 409, 412, 413)
    begin = "Begin a draft: of a new entry, or of a change of a record (`of`)"
    listed = "Your drafts, and those that you may review; the last changed first"
    read = "A draft; its ETag is the number in quotes"
    change = "Change the metadata of a draft by a merge patch (RFC 7396)"
    yield Operation("POST", API_PATH, views.create_draft, begin, DraftAnswer, (*seen, 400, 409, 413), NewDraft, 201)
    yield Operation("GET", API_PATH, views.list_drafts, listed, DraftsAnswer, (403,))
    yield Operation("GET", draft, views.read_draft, read, DraftAnswer, seen)
    yield Operation("PATCH", draft, views.change_draft, change, DraftAnswer, (*done, 428), DraftChange)
    yield Operation("DELETE", draft, views.discard_draft, "Discard a draft", None, (*seen, 409, 412), status=204)
    for act in SCOPES_OF_ACTS:
        path, view = f"{draft}/{act}", views.act(act)
        yield Operation("POST", path, view, _SUMMARIES[act], DraftAnswer, done, DraftAct, name=f"{act}_draft")


def _of_records(views: RecordViews) -> Iterator[Operation]:
    record, errors = "/api/v1/records/{id}", (400, 403, 404, 409, 413)
    withdraw = "Withdraw a record; its address then says when and why"
    restore = "Publish a withdrawn record again"
    history = "The versions of a record: who changed which fields, and why"
    yield Operation("POST", f"{record}/withdraw", views.withdraw_record, withdraw, RecordAnswer, errors, RecordAct)
    yield Operation("POST", f"{record}/restore", views.restore_record, restore, RecordAnswer, errors, RecordAct)
    yield Operation("GET", f"{record}/history", views.record_history, history, HistoryAnswer, (403, 404))


def _answered(row: Operation) -> Responses:
    """The answers of an operation."""
    described: dict[str, Any] = {"description": {200: "Done", 201: "Begun", 204: "Gone"}[row.status]}
    answers = [row.answer, *([DryRunAnswer] if row.body and row.status == 200 else [])]
    if row.answer:
        described["content"] = {JSON.type: {"schema": {"anyOf": list(map(shape, filter(None, answers)))}}}
    checked = {200: {"description": "Checked (`dry_run`)", "content": json_of(DryRunAnswer)}}
    return (
        (checked if row.status == 201 else {})
        | {row.status: described}
        | responses(None, *sorted({401, 422, 429, *row.errors}))
    )


def _described(row: Operation) -> dict[str, Any]:
    """What FastAPI cannot know of an operation: its token, its headers and its body."""
    headers = [
        *([_if_match(428 in row.errors)] if 412 in row.errors else []),
        *([_KEY] if row.method == "POST" else []),
    ]
    extra: dict[str, Any] = {"security": TOKEN_SECURITY} | ({"parameters": headers} if headers else {})
    if row.body:
        extra["requestBody"] = {"required": row.body is not DraftAct, "content": json_of(row.body)}
    return extra


def _if_match(needed: bool) -> dict[str, Any]:
    """The parameter for the header `If-Match`."""
    text = "The ETag of the version that you have read" + ("" if needed else "; without it the present one is meant")
    return parameter("If-Match", text, '"3"', location="header") | {"required": needed}
