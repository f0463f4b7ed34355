"""Linked data: records and the whole catalogue as RDF, by Accept header or suffix.

Entry point: `mount`, which must run before the routes of the pages are added.
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, FastAPI, Path, Request, Response
from starlette.responses import RedirectResponse
from starlette.routing import Match, Route
from starlette.types import Scope

from api.data import catalogue, examples
from api.data.documents import record_answer
from api.data.openapi import ID_PATTERN, responses, suffixes, texts
from api.web import addresses
from api.web.addresses import PageAddress, absolute, local_path, page, thing_path
from api.web.answers import answer, json_bytes, tag
from api.web.negotiate import DATA, HTML, JSON, PAGE_FORMATS, RDF, Format, by_suffix, preferred
from registry import city as city_room
from registry import rdf
from registry.catalog import Catalog
from registry.catalog.lookup import shown
from registry.errors import LotseError, NotFoundError
from registry.model import Record
from registry.settings import Settings
from vocab.pages import LIST_VIEW_WORDS

_ID_OR_FILE: Final = (
    f"{ID_PATTERN.removesuffix('$')}(\\.({'|'.join(format.name for format in DATA)}))?$"  # or with a suffix
)


class NotAcceptableError(LotseError):
    """406: no offered format is in the Accept header; detail `alternatives`: the offered ones."""

    status = 406


class RecordData(Route):
    """The route of record pages for requests for data: by suffix, or because Accept prefers RDF or JSON to HTML.

    Requests for HTML do not match, so the routes of the pages answer them.
    """

    def __init__(self, endpoint: Callable[[Request], Response]) -> None:
        super().__init__("/{path:path}", endpoint, methods=["GET"], include_in_schema=False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        requested = requested_record(scope["path"], _accept(scope)) if scope["type"] == "http" else None
        if requested is None or requested[1] is HTML:
            return Match.NONE, {}
        return super().matches(scope)


def _accept(scope: Scope) -> str:
    return ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"accept")


def requested_record(path: str, accept: str) -> tuple[PageAddress, Format | None] | None:
    """The record page of a path and the wanted format (None: not acceptable); None if it is no record page."""
    stem, form = by_suffix(path, DATA)
    address = addresses.parse_path(stem)
    if address is None or address.kind is None or not address.rest or "/" in address.rest:
        return None
    if address.rest in LIST_VIEW_WORDS:
        return None
    return address, form or preferred(accept, PAGE_FORMATS)


def _not_acceptable(url: str, *offered: Format) -> NotAcceptableError:
    return NotAcceptableError(
        "not-in-that-format",
        {
            "alternatives": [
                {"url": url if format is HTML else f"{url}.{format.name}", "type": format.type}
                for format in offered or DATA
            ]
        },
    )


def mount(app: FastAPI, catalog: Catalog, settings: Settings) -> None:
    """Adds the routes for data to the application; must run before the routes of the pages are added."""
    app.router.routes.append(RecordData(partial(_record_data, catalog, settings)))
    app.include_router(routes(catalog, settings))


def _record_data(catalog: Catalog, settings: Settings, request: Request) -> Response:
    requested = requested_record(request.url.path, request.headers.get("accept", ""))
    assert requested is not None
    address, form = requested
    record = shown(catalog, address.rest)
    right = page(record.kind, record.id, address.lang)
    if form is None:
        raise _not_acceptable(absolute(settings.base_url, right), HTML, *DATA)
    path = local_path(settings.base_url, right)
    if right != address.path:
        return RedirectResponse(f"{path}.{form.name}", 301)
    return answer(
        request,
        lambda: rendered(record, form.name, settings.base_url),
        form.content_type,
        etag=tag(catalog.store.epoch, record.number, form.name),
        modified=record.changed,
        headers={"Link": links(record, settings.base_url), "Content-Location": f"{path}.{form.name}"},
    )


def rendered(record: Record, name: str, base: str) -> bytes:
    """A record in a format of DATA, by its name."""
    if name == JSON.name:
        return json_bytes(record_answer(record, base))
    return b"".join(rdf.write([record], name, base_url=base))


def links(record: Record, base: str) -> str:
    """The `Link` header of a record: its other formats, the thing itself, and the profile it conforms to."""
    path = absolute(base, page(record.kind, record.id))
    parts = [f'<{path}>; rel="alternate"; type="text/html"']
    parts += [f'<{path}.{format.name}>; rel="alternate"; type="{format.type}"' for format in DATA]
    parts.append(f'<{absolute(base, thing_path(record.id))}>; rel="about"')
    return ", ".join(parts)


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(tags=["linked data"], default_response_class=Response)
    views = _Views(catalog, settings)
    in_formats = texts(*(format.type for format in RDF)) | {JSON.type: {"schema": {"type": "object"}}}
    router.get(
        "/id/{id}",
        summary="The thing itself: 303 to its page, or to its data if data is asked for by Accept or suffix",
        status_code=303,
        responses=responses(None, 303, 404, 410, pages=True),
    )(views.thing_itself)
    router.get(
        "/catalog",
        summary="The whole catalogue in Hydra pages, in the format that is liked best",
        responses=responses(in_formats, 304, 400, 406, 410),
        openapi_extra={"parameters": catalogue.parameters()},
    )(views.whole_catalogue)
    router.get(
        "/catalog.{suffix}",
        summary="The whole catalogue in Hydra pages: ttl, rdf, jsonld, nt or json",
        responses=responses(in_formats, 304, 400, 404, 410),
        openapi_extra={"parameters": [suffixes(), *catalogue.parameters()]},
    )(views.whole_catalogue_as)
    return router


class _Views:
    """The views of things, of the whole catalogue and of CKAN's addresses. Without docstrings: these would stand in the
    OpenAPI document."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.catalog = catalog
        self.base = settings.base_url
        self.city = city_room.city(settings)
        self.parts = catalogue.parts(catalog.store)

    def thing_itself(
        self,
        request: Request,
        id: Annotated[str, Path(examples=[examples.ID], json_schema_extra={"pattern": _ID_OR_FILE})],
    ) -> Response:
        stem, form = by_suffix(id, DATA)
        record = shown(self.catalog, stem)
        form = form or preferred(request.headers.get("accept", ""), PAGE_FORMATS)
        path = local_path(self.base, page(record.kind, record.id))
        return RedirectResponse(path if form in (None, HTML) else f"{path}.{form.name}", 303)

    def whole_catalogue(self, request: Request) -> Response:
        form = preferred(request.headers.get("accept", ""), DATA)
        if form is None:
            raise _not_acceptable(absolute(self.base, "/catalog"))
        return self._catalogue_page(request, form)

    def whole_catalogue_as(self, request: Request) -> Response:
        suffix = request.path_params["suffix"]
        form = next((offered for offered in DATA if offered.name == suffix), None)
        if form is None:
            raise NotFoundError("catalogue-formats", formats=", ".join(offered.name for offered in DATA))
        return self._catalogue_page(request, form)

    def _catalogue_page(self, request: Request, form: Format) -> Response:
        """One Hydra page, complete before the first byte is sent: a truncated one would make harvesters delete."""
        store, base, ask = self.catalog.store, self.base, catalogue.page_request(request.query_params.multi_items())
        position = store.position()
        part = self.parts(position, ask)
        ids, links = catalogue.window(part.ids, ask, absolute(base, f"/catalog.{form.name}"), position)
        described = catalogue.served(self.city, base, part.modified)

        def body() -> bytes:
            records = [record for record in store.get_many(ids).values() if record.shown]
            if form is JSON:
                answers = [record_answer(record, base) for record in records]
                return json_bytes({"catalog": described, "records": answers, **links._asdict()})
            return rdf.write_page(described, records, links, form.name, base)

        return answer(
            request,
            body,
            form.content_type,
            etag=tag(position, links.url, form.name, described),
            headers={"Link": _page_links(links)},
        )


def _page_links(links: rdf.HydraPage) -> str:
    relations = [(name, getattr(links, name)) for name in ("first", "previous", "next", "last")]
    return ", ".join(f'<{url}>; rel="{"prev" if name == "previous" else name}"' for name, url in relations if url)
