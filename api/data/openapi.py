"""The OpenAPI document (3.1): FastAPI's description of the routes, with schemas and examples of our answers.

Entry points: `routes`, `kept_document`; `parameter`, `responses`, `json_of`, `texts` for the description of a route.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response

from api.data import examples
from api.data.documents import RecordAnswer
from api.web import limits, query
from api.web.addresses import page
from api.web.answers import answer, json_bytes, tag
from api.web.negotiate import DATA, HTML, JSON, TURTLE
from api.web.problems import PROBLEM_TYPE, ProblemOut
from registry.model import KINDS, Metadata
from registry.search.facets import FACETS
from registry.search.query import MAX_DEPTH

TEXT: Final = {"type": "string"}
TOKEN_SECURITY: Final[list[dict[str, list[str]]]] = [{"token": []}]  # of an operation that needs an API token
ID_PATTERN: Final = "^[a-z0-9]+(-[a-z0-9]+)*$"  # of the id of a record; there is no record with another id
DESCRIPTIONS: Final = {  # status -> what it means
    200: "Found",
    301: "It is elsewhere, for good",
    303: "See its page or its data",
    304: "You have it already",
    400: "A parameter cannot be used",
    401: "A token is needed, and this is none",
    403: "The account may not do this",
    404: "There is none",
    406: "Not in that format; `alternatives` lists those there are",
    409: "Not in this state, or another change was faster",
    410: "Withdrawn, or a token of before a restore",
    412: "`If-Match` names another version than the present one",
    413: "Too large",
    429: "Too many at once; `Retry-After` says when to come back",
    428: "`If-Match` is missing",
    504: "It took longer than it may",
    422: "Fields or parameters have the wrong form; `errors` lists them",
}

Responses = dict[int | str, dict[str, Any]]


# -- description of a route


def parameter(
    name: str, text: str, example: Any = None, schema: Mapping[str, Any] = TEXT, location: str = "query"
) -> dict[str, Any]:
    """A parameter that the view reads from the request itself, so FastAPI does not know it."""
    shown = {} if example is None else {"example": example}
    return {
        "name": name,
        "in": location,
        "required": location == "path",
        "description": text,
        "schema": schema,
        **shown,
    }


def search_parameters(
    max_size: int = query.MAX_PAGE_SIZE, default_size: int = query.DEFAULT_SIZE
) -> list[dict[str, Any]]:
    """The parameters of the search, of pages, API and feed (`query.parse`). A value out of its bounds is ignored or
    cut, and `notes` of the search says so; only a page beyond its bound is refused."""
    counted = {"type": "integer", "minimum": 1}
    value = {"type": "string", "maxLength": query.MAX_VALUE_CHARACTERS}
    values = {"type": "array", "items": value, "maxItems": query.MAX_VALUES_PER_FACET}
    return [
        parameter("q", "Words to look for", "bäume", {"type": "string", "maxLength": query.MAX_QUERY_CHARACTERS}),
        parameter("sort", "Order of the hits", "newest", {"enum": list(query.SORTS), "default": "relevance"}),
        parameter("size", "Hits on a page", 5, {**counted, "maximum": max_size, "default": default_size}),
        parameter(
            "page", f"Page, from 1, as far as the hit {MAX_DEPTH}", 1, {**counted, "maximum": MAX_DEPTH, "default": 1}
        ),
        parameter("cursor", "`cursor` of the answer before, in place of `page`: no limit of depth in sorted lists"),
        *_limits(),
        parameter("lang", "Language of addresses and sentences", "de", {"enum": ["de", "en"], "default": "de"}),
        *(
            parameter(name, f"Only these values of the facet “{name}”; may repeat (or)", [facet.example], values)
            for name, facet in FACETS.items()
        ),
    ]


def _limits() -> list[dict[str, Any]]:
    """The parameters of `api.web.limits`. A wrong one is refused with its name in `errors`."""
    text = {"type": "string", "maxLength": limits.MAX_CHARACTERS}
    near = f"A place of the record touches this circle: longitude, latitude, km (at most {limits.MAX_KM})"
    return [
        parameter(
            "bbox", "A place of the record touches this box: west, south, east, north", "8.6,49.3,8.8,49.5", text
        ),
        parameter("near", near, "8.69,49.41,2", text),
        parameter("from", "A period of the record has a day on or after this year, month or day", "2020", text),
        parameter("to", "A period of the record has a day on or before this year, month or day", "2021-06", text),
        parameter(
            "city", "`no`: with a district, leaves out what holds for the whole city", "no", {"enum": ["yes", "no"]}
        ),
        parameter("facets", f"The facets to count, with commas; “{limits.NO_FACETS}” counts none", "theme,use"),
    ]


def suffixes() -> dict[str, Any]:
    """The parameter for the formats of records and of the catalogue."""
    names = [format.name for format in DATA]
    return parameter("suffix", "The format", TURTLE.name, {"type": "string", "enum": names}, "path")


def responses(content: Mapping[str, Any] | None, *statuses: int, pages: bool = False) -> Responses:
    """The responses of an operation: 200 with `content` by media type (None: no 200), and the other statuses. Every
    error is a problem document."""
    errors = _problem() | (texts(HTML.type) if pages else {})
    described: Responses = {200: {"description": DESCRIPTIONS[200], "content": dict(content)}} if content else {}
    for status in statuses:
        description = DESCRIPTIONS.get(status, HTTPStatus(status).phrase)
        described[status] = (
            {"description": description, "content": errors} if status >= 400 else {"description": description}
        )
    return described | {"default": {"description": "A problem (RFC 9457)", "content": errors}}


def _problem() -> dict[str, Any]:
    return {PROBLEM_TYPE: {"schema": shape(ProblemOut)}}


def shape(type_: type) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{type_.__name__}"}


def json_of(type_: type) -> dict[str, Any]:
    """The content of an answer in JSON; its example is in the schema."""
    return {JSON.type: {"schema": shape(type_)}}


def texts(*types: str) -> dict[str, Any]:
    """The content of an answer that is not our JSON, by media type without parameters."""
    return {media_type.partition(";")[0]: {"schema": TEXT} for media_type in types}


# -- the document


def routes(app: FastAPI, base: str) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    cached: list[bytes] = []  # built at the first request, once for each process

    @router.get("/openapi.json")
    def openapi(request: Request) -> Response:
        if not cached:
            cached.append(json_bytes(kept_document(app, base)))
        return answer(request, lambda: cached[0], etag=tag(cached[0]))

    return router


def kept_document(app: FastAPI, base: str) -> dict[str, Any]:
    """The document of an application, made at the first call and then kept."""
    if not hasattr(app.state, "openapi_document"):
        app.state.openapi_document = document(app, base)
    kept: dict[str, Any] = app.state.openapi_document
    return kept


def document(app: FastAPI, base: str) -> dict[str, Any]:
    """The OpenAPI document, with paths for the data of each kind of record, which are no routes of FastAPI."""
    spec: dict[str, Any] = FastAPI.openapi(app)
    spec["servers"] = [{"url": base}]
    shown = examples.of_shapes(base)
    _, shapes = msgspec.json.schema_components((*shown, Metadata), ref_template="#/components/schemas/{name}")
    for type_, example in shown.items():
        shapes[type_.__name__]["examples"] = [example]
    bearer = {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token; `lotse token add` or your account's page",
    }
    spec["components"] = {
        "schemas": shapes,
        "responses": {"Record": _record(base)},
        "securitySchemes": {"token": bearer},
    }
    spec["paths"] |= _records()
    return spec


def _record(base: str) -> dict[str, Any]:
    """A record in each of its formats."""
    content = texts(*(format.type for format in DATA)) | json_of(RecordAnswer)
    content[TURTLE.type]["example"] = examples.turtle(base)
    return {"description": DESCRIPTIONS[200], "content": content}


def _records() -> dict[str, Any]:
    """The path items of the data of each kind of record, such as `/daten/{id}.{suffix}`."""
    paths = {}
    answers = {str(name): description for name, description in responses(None, 301, 304, 404, 410).items()}
    for kind in KINDS:
        operation = {
            "tags": ["linked data"],
            "summary": f"A record of kind {kind} as data; the same path without suffix goes by Accept",
            "operationId": f"{kind}_data",
            "parameters": [
                parameter("id", "The record", examples.ID, {**TEXT, "pattern": ID_PATTERN}, "path"),
                suffixes(),
            ],
            "responses": {"200": {"$ref": "#/components/responses/Record"}, **answers},
        }
        paths[page(kind, "") + "/{id}.{suffix}"] = {"get": operation}
    return paths
