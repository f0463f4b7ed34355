"""The JSON API: search, single records, changes since a token, and the check of a file.

Entry point: `routes`.
"""

import codecs
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.responses import RedirectResponse

from api.data import examples
from api.data.documents import (
    MAX_CHANGES,
    ChangesAnswer,
    IdsAnswer,
    RecordAnswer,
    SearchAnswer,
    changes_answer,
    ids_answer,
    record_answer,
    search_answer,
)
from api.data.oc4ids import package
from api.data.openapi import ID_PATTERN, TEXT, json_of, responses, search_parameters, shape
from api.data.suggestions import SuggestAnswer, suggested
from api.data.validation import LIMITS, MAX_ANONYMOUS_BYTES, MAX_BYTES, CheckAnswer, check_in_child
from api.text.labels import both, districts
from api.web import query, session
from api.web.addresses import language_of, local_path
from api.web.answers import answer, json_bytes, raw_body, tag
from api.web.kept_answers import KeptAnswers
from api.web.negotiate import JSON, RDF, TURTLE
from api.web.own_threads import OwnThreads
from registry import city as city_room
from registry.catalog import Catalog
from registry.catalog.lookup import shown
from registry.errors import NotFoundError, TooLargeError, ValidationError
from registry.model import Metadata, timing
from registry.model.message import message, translations
from registry.search.query import MAX_DEPTH
from registry.settings import Settings

MAX_CHECKS_AT_ONCE: Final = 2  # files that are checked at a time; one of 20 MB can take twenty seconds
MAX_WAITING_CHECKS: Final = 4  # requests that wait for that, on the event loop; the next one is answered with 429
SINCE_PATTERN: Final = r"^([^.]*\.[0-9]{1,18})?$"  # what a token of changes looks like
VERSION: Final = "1"  # of this API; within it names and meanings stay


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["records"], default_response_class=Response)
    views = _Views(catalog, settings)
    router.get(
        "/search",
        summary="Search over everything, with facets",
        responses=responses(json_of(SearchAnswer), 304, 400, 422),
        openapi_extra={"parameters": search_parameters()},
    )(views.search)
    router.get(
        "/search/ids",
        summary="The ids of the hits of a search, many at once",
        responses=responses(json_of(IdsAnswer), 304, 400, 422),
        openapi_extra={"parameters": search_parameters(max_size=MAX_DEPTH, default_size=MAX_DEPTH)},
    )(views.ids)
    router.get(
        "/suggest",
        summary="Words of titles and keywords for what is being typed, with their hits by kind",
        responses=responses(json_of(SuggestAnswer), 304),
    )(views.suggest)
    _add_routes_of_one_record(router, views)
    router.get(
        "/changes",
        summary="What changed since a token; withdrawn records as tombstones",
        responses=responses(json_of(ChangesAnswer), 400, 410, 422),
    )(views.changes)
    router.post(
        "/validate",
        summary="Check a file of RDF or of our own JSON: what must, should and could be better",
        description=f"At most {MAX_ANONYMOUS_BYTES:,} bytes; {MAX_BYTES:,} from people who are signed in.",
        responses=responses(json_of(CheckAnswer), 413, 422, 429, 504),
        openapi_extra={"requestBody": _body()},
    )(views.validate)
    return router


def _add_routes_of_one_record(router: APIRouter, views: "_Views") -> None:
    router.get(
        "/records/{id}",
        summary="One record; 410 with title, reason and date if it was withdrawn",
        responses=responses(json_of(RecordAnswer), 301, 304, 404, 410),
    )(views.record)
    router.get(
        "/records/{id}/oc4ids",
        summary="A project as a package of OC4IDS 0.9; 404 for other kinds of things",
        responses=responses({JSON.type: {"schema": {"type": "object"}}}, 301, 304, 404, 410),
    )(views.oc4ids)


def warm_up() -> None:
    """Starts the process that checks files, so that the first who asks does not wait for it."""
    check_in_child(examples.TURTLE.encode(), "text/turtle")


class _Views:
    """The views of the JSON API. Without docstrings: these would stand in the OpenAPI document."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.catalog = catalog
        self.settings = settings
        self.city = city_room.city(settings)
        self.searches = KeptAnswers(catalog, settings)
        self.checks = OwnThreads(MAX_CHECKS_AT_ONCE, MAX_WAITING_CHECKS)

    def search(self, request: Request) -> Response:
        return self.searches(request, partial(self._search, request))

    def _search(self, request: Request) -> Response:
        params = request.query_params.multi_items()
        asked, notes = query.parse(params), (*query.notes(params, districts(self.city)), *query.unknown(params))
        sources = [(source.name, source.title) for source in self.catalog.sources.all()]
        return answer(
            request,
            lambda: json_bytes(search_answer(self.catalog, self.city, self.settings.base_url, asked, notes)),
            etag=tag(self._versions(), query.url(asked, ""), asked.lang, notes, sources),
        )

    def _versions(self) -> tuple[object, ...]:
        return self.catalog.projector.positions(), self.catalog.answers.version

    def ids(self, request: Request) -> Response:
        asked = query.parse(request.query_params.multi_items(), max_size=MAX_DEPTH, default_size=MAX_DEPTH)
        return answer(
            request,
            lambda: json_bytes(ids_answer(self.catalog, asked)),
            etag=tag(self.catalog.index.position(), query.url(asked, ""), "ids", _today()),
        )

    def suggest(
        self,
        request: Request,
        q: Annotated[str, Query(description="The beginning of a word", examples=["rad"])] = "",
        lang: Annotated[str, Query(description="Language of the addresses", examples=["de"])] = "de",
    ) -> Response:
        typed = q[: query.MAX_QUERY_CHARACTERS]
        language = language_of(lang)
        return answer(
            request,
            lambda: json_bytes(SuggestAnswer(suggested(self.catalog, typed, language))),
            etag=tag(self.catalog.index.position(), typed, language),
        )

    def record(
        self,
        request: Request,
        id: Annotated[str, Path(examples=[examples.ID], json_schema_extra={"pattern": ID_PATTERN})],
    ) -> Response:
        base, record = self.settings.base_url, shown(self.catalog, id)
        if record.id != id:
            return RedirectResponse(local_path(base, f"/api/v1/records/{record.id}"), 301)
        return answer(
            request,
            lambda: json_bytes(record_answer(record, base)),
            etag=tag(self.catalog.store.epoch, record.number, "json"),
            modified=record.changed,
        )

    def oc4ids(
        self,
        request: Request,
        id: Annotated[str, Path(examples=[examples.PROJECT_ID], json_schema_extra={"pattern": ID_PATTERN})],
    ) -> Response:
        base, record = self.settings.base_url, shown(self.catalog, id)
        if record.kind != "project":
            raise NotFoundError("nothing-here")
        if record.id != id:
            return RedirectResponse(local_path(base, f"/api/v1/records/{record.id}/oc4ids"), 301)
        name = both(self.city.publisher)["de"]
        return answer(
            request,
            lambda: json_bytes(package(record, base, name)),
            etag=tag(self.catalog.store.epoch, record.number, "oc4ids", name),
            modified=record.changed,
        )

    def changes(
        self,
        since: Annotated[
            str,
            Query(
                description="`next` of an earlier answer; without it from the beginning",
                json_schema_extra={"pattern": SINCE_PATTERN},
            ),
        ] = "",
        size: Annotated[
            int,
            Query(
                description=f"At most so many. Less than 1 counts as 1, more than {MAX_CHANGES} as {MAX_CHANGES}",
                examples=[100],
            ),
        ] = 100,
    ) -> Response:
        listed = changes_answer(self.catalog, self.settings, since, min(max(size, 1), MAX_CHANGES))
        return Response(json_bytes(listed), headers={"Cache-Control": "no-cache"}, media_type="application/json")

    async def validate(self, request: Request, body: Annotated[bytes, Depends(raw_body)]) -> Response:
        return await self.checks.run(partial(self._validated, request, body))

    def _validated(self, request: Request, body: bytes) -> Response:
        if not body.removeprefix(codecs.BOM_UTF8).strip():
            remedy = translations(message("send-file-in-body"))
            error = {
                "field": "",
                "rule": "file-empty",
                "message": translations(message("file-empty")),
                "remedy": remedy,
            }
            raise ValidationError("file-empty", [error])
        current = session.current(request, self.settings)
        limit = MAX_BYTES if current and self.catalog.people.in_session(*current) else MAX_ANONYMOUS_BYTES
        if len(body) > limit:
            raise TooLargeError("file-too-large", {"limit": limit}, file="The file", limit=limit)
        checked = check_in_child(body, request.headers.get("content-type", ""), limits=LIMITS)
        return Response(checked, headers={"Cache-Control": "no-store"}, media_type="application/json")


def _today() -> str:
    """The day: an answer is another one then, because some facets depend on it (docs/decisions/0162)."""
    return timing.today().isoformat()


def _body() -> dict[str, Any]:
    """The file to check."""
    content: dict[str, Any] = {format.type: {"schema": TEXT} for format in RDF}
    content[TURTLE.type]["example"] = examples.TURTLE
    example = {"kind": "dataset", "title": {"de": "Baumkataster"}}
    content[JSON.type] = {"schema": shape(Metadata), "example": example}
    return {"required": True, "content": content}
