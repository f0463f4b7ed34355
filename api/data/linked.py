"""Linked data: records as RDF, by Accept header or suffix, in the profile that is asked for; the things themselves.

The whole catalogue: `catalogue_views`. Entry point: `mount`, which must run before the routes of the pages are added.
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Final, NamedTuple
from urllib.parse import parse_qsl

from fastapi import APIRouter, FastAPI, Path, Request, Response
from starlette.responses import RedirectResponse
from starlette.routing import Match, Route
from starlette.types import Scope

from api.data import catalogue_views, examples, profiles
from api.data.documents import record_answer
from api.data.openapi import ID_PATTERN, responses
from api.web import addresses
from api.web.addresses import PageAddress, absolute, local_path, page, thing_path
from api.web.answers import answer, json_bytes, tag
from api.web.negotiate import DATA, HTML, JSON, PAGE_FORMATS, RDF, TURTLE, Format, by_suffix, not_acceptable, preferred
from registry.catalog import Catalog
from registry.catalog.lookup import shown
from registry.model import Record
from registry.rdf import DEFAULT, PROFILES, OutputProfile
from registry.settings import Settings
from vocab.pages import LIST_VIEW_WORDS

_FILE: Final = f"(\\.({'|'.join(row.token for row in PROFILES)}))?\\.({'|'.join(format.name for format in DATA)})"
_ID_OR_FILE: Final = f"{ID_PATTERN.removesuffix('$')}({_FILE})?$"  # or with a suffix


class Requested(NamedTuple):
    """What a path asks for: the page of a record, the format (None: none of ours), the profile of its suffix ("")."""

    address: PageAddress
    format: Format | None
    token: str


class RecordData(Route):
    """The route of record pages for requests for data: by suffix, by profile, or because Accept prefers RDF or JSON to
    HTML.

    Requests for HTML do not match, so the routes of the pages answer them.
    """

    def __init__(self, endpoint: Callable[[Request], Response]) -> None:
        super().__init__("/{path:path}", endpoint, methods=["GET"], include_in_schema=False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        requested = _of_scope(scope) if scope["type"] == "http" else None
        if requested is None or requested.format is HTML:
            return Match.NONE, {}
        return super().matches(scope)


def _of_scope(scope: Scope) -> Requested | None:
    headers = {b"accept": "", b"accept-profile": ""}
    for name, value in scope["headers"]:
        if name in headers:
            headers[name] = ",".join(filter(None, (headers[name], value.decode("latin-1"))))
    query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    by_profile = bool(headers[b"accept-profile"] or query.get("_profile"))
    return requested_record(scope["path"], headers[b"accept"], query.get("_mediatype", ""), by_profile)


def requested_record(path: str, accept: str, media_type: str = "", by_profile: bool = False) -> Requested | None:
    """What the path of a record page asks for; None if it is no record page. `media_type`: wins over `accept`;
    `by_profile`: a profile is asked for, which no HTML has."""
    stem, form = by_suffix(path, DATA)
    stem, token = profiles.split(stem) if form else (stem, "")
    address = addresses.parse_path(stem)
    if address is None or address.kind is None or not address.rest or "/" in address.rest:
        return None
    if address.rest in LIST_VIEW_WORDS:
        return None
    form = form or preferred(media_type or accept, PAGE_FORMATS)
    if form is HTML and by_profile and media_type != HTML.type:
        form = preferred(accept, RDF) or TURTLE
    return Requested(address, form, token)


def mount(app: FastAPI, catalog: Catalog, settings: Settings) -> None:
    """Adds the routes for data to the application; must run before the routes of the pages are added."""
    app.router.routes.append(RecordData(partial(_record_data, catalog, settings)))
    app.include_router(routes(catalog, settings))
    app.include_router(catalogue_views.routes(catalog, settings))


def _record_data(catalog: Catalog, settings: Settings, request: Request) -> Response:
    requested = _of_scope(request.scope)
    assert requested is not None
    address, form, token = requested
    record = shown(catalog, address.rest)
    right = page(record.kind, record.id, address.lang)
    url = absolute(settings.base_url, right)
    if profiles.asks_for_list(request):
        return _list_of(request, record, url)
    if form is None:
        raise not_acceptable(url, HTML, *DATA)
    row = profiles.wanted(request, token, lambda row: row.only(record.metadata))
    if row is None:
        raise profiles.not_there(url, lambda row: row.only(record.metadata))
    path = local_path(settings.base_url, right)
    file = f"{path}.{form.name}" if form is JSON else profiles.address(path, row, form)
    if right != address.path:
        return RedirectResponse(file, 301)
    profile = {} if form is JSON else {"Content-Profile": f"<{row.iri}>"}
    return answer(
        request,
        lambda: rendered(record, form.name, settings.base_url, row, settings.contributor),
        form.content_type,
        etag=tag(catalog.store.epoch, record.number, form.name, row.token, settings.contributor),
        modified=record.changed,
        headers={"Link": links(record, settings.base_url, row), "Content-Location": file, **profile},
    )


def _list_of(request: Request, record: Record, url: str) -> Response:
    listed = profiles.alternates(url, lambda row: row.only(record.metadata))
    return answer(request, lambda: json_bytes({"alternatives": listed}), JSON.type, etag=tag(listed))


def rendered(record: Record, name: str, base: str, row: OutputProfile = DEFAULT, contributor: str = "") -> bytes:
    """A record in a format of DATA, by its name, and in a profile (not in our own JSON)."""
    if name == JSON.name:
        return json_bytes(record_answer(record, base))
    return profiles.document(row, [record], name, base, contributor=contributor)


def links(record: Record, base: str, row: OutputProfile = DEFAULT) -> str:
    """The `Link` header of a record: its other formats and profiles, the thing itself, and the profile it is in."""
    path = absolute(base, page(record.kind, record.id))
    parts = [f'<{path}>; rel="alternate"; type="text/html"']
    parts.append(f'<{path}.{JSON.name}>; rel="alternate"; type="{JSON.type}"')
    parts += profiles.links(path, row, lambda row: row.only(record.metadata))
    parts.append(f'<{absolute(base, thing_path(record.id))}>; rel="about"')
    return ", ".join(parts)


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(tags=["linked data"], default_response_class=Response)
    base = settings.base_url

    @router.get(
        "/id/{id}",
        summary="The thing itself: 303 to its page, or to its data if data is asked for by Accept or suffix",
        status_code=303,
        responses=responses(None, 303, 404, 410, pages=True),
    )
    def thing_itself(
        request: Request,
        id: Annotated[str, Path(examples=[examples.ID], json_schema_extra={"pattern": _ID_OR_FILE})],
    ) -> Response:
        stem, form = by_suffix(id, DATA)
        stem, token = profiles.split(stem) if form else (stem, "")
        record = shown(catalog, stem)
        form = form or preferred(request.headers.get("accept", ""), PAGE_FORMATS)
        path = local_path(base, page(record.kind, record.id))
        if form in (None, HTML, JSON):
            return RedirectResponse(f"{path}.{JSON.name}" if form is JSON else path, 303)
        row = profiles.wanted(request, token, lambda row: row.only(record.metadata)) or DEFAULT
        return RedirectResponse(profiles.address(path, row, form), 303)

    return router
