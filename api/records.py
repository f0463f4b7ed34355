"""The JSON API: search, single records, the stream of changes, and the check of a file."""

from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.responses import RedirectResponse

from api import query
from api.addresses import local_path
from api.answers import answer, json_bytes, raw_body, tag
from api.checking import CheckAnswer, check
from api.documents import (
    MAX_CHANGES,
    ChangesAnswer,
    RecordAnswer,
    SearchAnswer,
    changes_answer,
    record_answer,
    search_answer,
)
from api.negotiate import DATA
from api.problems import withdrawn
from registry import settings as settings_room
from registry.catalog import Catalog
from registry.errors import NotFoundError
from registry.model import Record
from registry.settings import Settings

VERSION: Final = "1"  # of this API; within it names and meanings stay
_ANSWERS: Final = (SearchAnswer, RecordAnswer, ChangesAnswer, CheckAnswer)
_BODY: Final = {"required": True, "content": {one.type: {} for one in DATA}}


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["records"])
    city = settings_room.city(settings)

    @router.get(
        "/search",
        summary="Search over everything, with facets",
        response_class=Response,
        openapi_extra={"parameters": query.openapi_parameters(), "responses": _responses(SearchAnswer)},
    )
    def search(request: Request) -> Response:
        params = request.query_params.multi_items()
        asked, notes = query.parse(params), (*query.notes(params), *query.unknown(params))
        sources = [(source.name, source.title) for source in catalog.sources()]
        return answer(
            request,
            lambda: json_bytes(search_answer(catalog, city, settings.base_url, asked, notes)),
            etag=tag(catalog.generation(), query.url(asked, ""), asked.lang, notes, sources),
        )

    @router.get(
        "/records/{id}",
        summary="One record; 410 with title, reason and date if it was withdrawn",
        response_class=Response,
        openapi_extra={"responses": _responses(RecordAnswer)},
    )
    def record(request: Request, id: str) -> Response:
        found = shown(catalog, id)
        if found.id != id:
            return RedirectResponse(local_path(settings.base_url, f"/api/v1/records/{found.id}"), 301)
        return answer(
            request,
            lambda: json_bytes(record_answer(found, settings.base_url)),
            etag=tag(catalog.store.epoch, found.number, "json"),
            modified=found.changed,
        )

    @router.get(
        "/changes",
        summary="What changed since a token; withdrawn records as tombstones",
        response_class=Response,
        openapi_extra={"responses": _responses(ChangesAnswer)},
    )
    def changes(since: str = "", size: int = 100) -> Response:
        listed = changes_answer(catalog, settings, since, min(max(size, 1), MAX_CHANGES))
        return Response(json_bytes(listed), headers={"Cache-Control": "no-cache"}, media_type="application/json")

    @router.post(
        "/validate",
        summary="Check a file of RDF or of our own JSON: what must, should and could be better",
        response_class=Response,
        openapi_extra={"requestBody": _BODY, "responses": _responses(CheckAnswer)},
    )
    def validate(request: Request, body: Annotated[bytes, Depends(raw_body)]) -> Response:
        checked = check(body, request.headers.get("content-type", ""))
        return Response(json_bytes(checked), headers={"Cache-Control": "no-store"}, media_type="application/json")

    return router


def shown(catalog: Catalog, id: str) -> Record:
    """The record that is shown for an id: itself or the one it is shown under; WithdrawnError, NotFoundError."""
    record = catalog.get(id)
    for _ in range(5):  # a chain of twins is short; a ring must not hold us
        if record.state == "withdrawn":
            raise withdrawn(record)
        if record.same_as is None:
            return record
        record = catalog.get(record.same_as)
    raise NotFoundError(f"There is no record “{id[:100]}”.")


def _responses(answer_type: type) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{answer_type.__name__}"}
    problem = {"description": "A problem (RFC 9457)", "content": {"application/problem+json": {}}}
    return {"200": {"description": "Found", "content": {"application/json": {"schema": schema}}}, "default": problem}


def openapi(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """What makes the OpenAPI document: the framework's, with the shapes of our answers."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = FastAPI.openapi(app)
            _, shapes = msgspec.json.schema_components(_ANSWERS, ref_template="#/components/schemas/{name}")
            made.setdefault("components", {}).setdefault("schemas", {}).update(shapes)
            app.openapi_schema = made
        return app.openapi_schema

    return document
