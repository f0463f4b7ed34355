"""The JSON API: search, single records, the stream of changes, and the check of a file."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.responses import RedirectResponse

from api.data import examples
from api.data.documents import (
    MAX_CHANGES,
    ChangesAnswer,
    RecordAnswer,
    SearchAnswer,
    changes_answer,
    record_answer,
    search_answer,
)
from api.data.openapi import TEXT, json_of, responses, search_parameters, shape
from api.data.validation import CheckAnswer, check
from api.web import query
from api.web.addresses import local_path
from api.web.answers import answer, json_bytes, raw_body, tag
from api.web.negotiate import JSON, RDF, TURTLE
from api.web.session import Turns
from registry import city as city_room
from registry.catalog import Catalog
from registry.catalog.lookup import shown
from registry.model import Metadata
from registry.settings import Settings

CHECKS_AT_ONCE: Final = 2  # files that are checked at a time; one of 20 MB can take twenty seconds
CHECKS_PATIENCE: Final = 1  # seconds that others wait for their turn; who waits keeps a thread from everybody else
VERSION: Final = "1"  # of this API; within it names and meanings stay


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["records"])
    city, base = city_room.city(settings), settings.base_url
    turns = Turns(CHECKS_AT_ONCE, CHECKS_PATIENCE)

    @router.get(
        "/search",
        summary="Search over everything, with facets",
        response_class=Response,
        responses=responses(json_of(SearchAnswer), 304, 400),
        openapi_extra={"parameters": search_parameters()},
    )
    def search(request: Request) -> Response:
        params = request.query_params.multi_items()
        asked, notes = query.parse(params), (*query.notes(params), *query.unknown(params))
        sources = [(source.name, source.title) for source in catalog.sources.all()]
        return answer(
            request,
            lambda: json_bytes(search_answer(catalog, city, base, asked, notes)),
            etag=tag(catalog.index.position(), query.url(asked, ""), asked.lang, notes, sources),
        )

    @router.get(
        "/records/{id}",
        summary="One record; 410 with title, reason and date if it was withdrawn",
        response_class=Response,
        responses=responses(json_of(RecordAnswer), 301, 304, 404, 410),
    )
    def record(request: Request, id: Annotated[str, Path(examples=[examples.ID])]) -> Response:
        found = shown(catalog, id)
        if found.id != id:
            return RedirectResponse(local_path(base, f"/api/v1/records/{found.id}"), 301)
        return answer(
            request,
            lambda: json_bytes(record_answer(found, base)),
            etag=tag(catalog.store.epoch, found.number, "json"),
            modified=found.changed,
        )

    @router.get(
        "/changes",
        summary="What changed since a token; withdrawn records as tombstones",
        response_class=Response,
        responses=responses(json_of(ChangesAnswer), 400, 410, 422),
    )
    def changes(
        since: Annotated[str, Query(description="`next` of an earlier answer; without it from the beginning")] = "",
        size: Annotated[int, Query(description=f"At most so many, 1 to {MAX_CHANGES}", examples=[100])] = 100,
    ) -> Response:
        listed = changes_answer(catalog, settings, since, min(max(size, 1), MAX_CHANGES))
        return Response(json_bytes(listed), headers={"Cache-Control": "no-cache"}, media_type="application/json")

    @router.post(
        "/validate",
        summary="Check a file of RDF or of our own JSON: what must, should and could be better",
        response_class=Response,
        responses=responses(json_of(CheckAnswer), 413, 422, 429),
        openapi_extra={"requestBody": _body()},
    )
    def validate(request: Request, body: Annotated[bytes, Depends(raw_body)]) -> Response:
        with turns:
            checked = check(body, request.headers.get("content-type", ""))
        return Response(json_bytes(checked), headers={"Cache-Control": "no-store"}, media_type="application/json")

    return router


def _body() -> dict[str, Any]:
    """The file to check."""
    content: dict[str, Any] = {one.type: {"schema": TEXT} for one in RDF}
    content[TURTLE.type]["example"] = examples.TURTLE
    said = {"kind": "dataset", "title": {"de": "Baumkataster"}}
    content[JSON.type] = {"schema": shape(Metadata), "example": said}
    return {"required": True, "content": content}
