"""The addresses of the whole catalogue: `/catalog` in Hydra pages, in each format and profile; and our JSON-LD context.

Entry point: `routes`.
"""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.data import catalogue, catalogue_snapshot, profiles
from api.data.documents import record_answer
from api.data.openapi import responses, suffixes, texts
from api.text.labels import districts
from api.web.addresses import absolute
from api.web.answers import answer, json_bytes, tag
from api.web.negotiate import DATA, JSON, RDF, Format, by_suffix, not_acceptable, preferred
from registry import city as city_room
from registry import rdf
from registry.catalog import Catalog
from registry.errors import NotFoundError
from registry.rdf import DEFAULT, OutputProfile
from registry.rdf.jsonld import CONTEXT
from registry.settings import Settings
from registry.store.snapshot import records_at

CONTEXT_PATH: Final = "/ns/context.jsonld"
_JSON_LD: Final = "application/ld+json"


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(tags=["linked data"], default_response_class=Response)
    views = _Views(catalog, settings)
    in_formats = texts(*(format.type for format in RDF)) | {JSON.type: {"schema": {"type": "object"}}}
    router.get(
        "/catalog",
        summary="The whole catalogue in Hydra pages, in the format and profile that are liked best",
        responses=responses(in_formats, 304, 400, 406, 410, 503),
        openapi_extra={"parameters": catalogue.parameters()},
    )(views.whole_catalogue)
    router.get(
        "/catalog.{suffix}",
        summary="The whole catalogue in Hydra pages: ttl, rdf, jsonld, nt or json; before that a profile, if wanted",
        responses=responses(in_formats, 304, 400, 404, 406, 410, 503),
        openapi_extra={"parameters": [suffixes(), *catalogue.parameters()]},
    )(views.whole_catalogue_as)
    router.get(
        CONTEXT_PATH,
        summary="The JSON-LD context of our documents, which is also inside each of them",
        responses=responses({_JSON_LD: {"schema": {"type": "object"}}}, 304),
    )(views.context)
    return router


class _Views:
    """The views. Without docstrings: these would stand in the OpenAPI document."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.catalog = catalog
        self.base = settings.base_url
        self.contributor = settings.contributor
        self.city = city_room.city(settings)
        self.parts = catalogue_snapshot.parts(catalog, districts(self.city))

    def context(self, request: Request) -> Response:
        return answer(request, lambda: json_bytes({"@context": CONTEXT}), _JSON_LD, etag=tag(CONTEXT))

    def whole_catalogue(self, request: Request) -> Response:
        url = absolute(self.base, "/catalog")
        if profiles.asks_for_list(request):
            listed = profiles.alternates(url, lambda _: True)[1:]
            return answer(request, lambda: json_bytes({"alternatives": listed}), JSON.type, etag=tag(listed))
        accept = request.query_params.get("_mediatype") or request.headers.get("accept", "")
        form = preferred(accept, DATA)
        if form is None:
            raise not_acceptable(url)
        return self._catalogue_page(request, form, "")

    def whole_catalogue_as(self, request: Request) -> Response:
        stem, form = by_suffix(request.url.path.rpartition("/")[2], DATA)
        stem, token = profiles.split(stem)
        if form is None or stem != "catalog":
            raise NotFoundError("catalogue-formats", formats=", ".join(offered.name for offered in DATA))
        return self._catalogue_page(request, form, token)

    def _catalogue_page(self, request: Request, form: Format, token: str) -> Response:
        """One Hydra page, complete before the first byte is sent: a truncated one would make harvesters delete."""
        row = DEFAULT if form is JSON else profiles.wanted(request, token, lambda _: True)
        if row is None:
            raise profiles.not_there(absolute(self.base, "/catalog"), lambda _: True)
        store, base = self.catalog.store, self.base
        ask = catalogue.page_request([*request.query_params.multi_items(), *_only(row)])
        position = store.position()
        snapshot = catalogue.began_at(ask, position)
        part = self.parts(snapshot, ask)
        url = profiles.address(absolute(base, "/catalog"), row, form)
        read = list(records_at(store, catalogue.ids_of_page(part.ids, ask), snapshot.number).values())
        count = catalogue.fitting_in(read)
        links = catalogue.links_of_page(part.ids, ask, url, snapshot, count)
        described = catalogue.served(self.city, base, part.modified)

        def body() -> bytes:
            records = read[:count]
            if form is JSON:
                answers = [record_answer(record, base) for record in records]
                return json_bytes({"catalog": described, "records": answers, **links._asdict()})
            return profiles.document(row, records, form.name, base, self.contributor, (described, links))

        profile = {} if form is JSON else {"Content-Profile": f"<{row.iri}>"}
        return answer(
            request,
            body,
            form.content_type,
            etag=tag(position, links.url, form.name, described, row.token, self.contributor),
            headers={"Link": ", ".join((*_page_links(links), *_alternates(base, row, form))), **profile},
        )


def _only(row: OutputProfile) -> list[tuple[str, str]]:
    """The filter for the records that a profile is for."""
    return [("hvd", "yes")] if row.token == "dcat-ap-hvd" else []  # noqa: S105 - no password


def _page_links(links: rdf.HydraPage) -> Iterator[str]:
    relations = [(name, getattr(links, name)) for name in ("first", "previous", "next", "last")]
    return (f'<{url}>; rel="{"prev" if name == "previous" else name}"' for name, url in relations if url)


def _alternates(base: str, row: OutputProfile, form: Format) -> Iterator[str]:
    """The catalogue in other formats and profiles, from its first page."""
    for other in profiles.alternates(absolute(base, "/catalog"), lambda _: True)[1:]:
        first = other["type"] == RDF[0].type
        if first or (other.get("token") == row.token and other["type"] != form.type):
            shown: Any = f'; profile="{other["profile"]}"' if "profile" in other else ""
            yield f'<{other["url"]}>; type="{other["type"]}"; rel="alternate"{shown}'
