"""Our own vocabulary for machines: the ontology with our lists in each RDF format, and the shapes of our project
profile; and lists of things as RDF, which are parts of the catalogue.

Entry point: `routes`. The page is `api.pages.vocabulary`.
"""

from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from api.data.openapi import responses, texts
from api.web.addresses import LANGS, absolute, local_path, mount, path
from api.web.answers import answer, tag
from api.web.negotiate import RDF, TURTLE, by_suffix, not_acceptable, preferred
from registry.model import KINDS
from registry.rdf import written
from registry.rdf.ontology import ontology_graph
from registry.settings import Settings
from vocab.project_shapes import shapes

ONTOLOGY_PATH: Final = "/ns/ontology"
SHAPES_PATH: Final = "/ns/shapes.ttl"


def routes(_: object, settings: Settings) -> APIRouter:
    router = APIRouter(tags=["linked data"], default_response_class=Response)
    views = _Views(settings)
    router.get(
        ONTOLOGY_PATH,
        summary="Our own vocabulary: classes, properties and lists",
        responses=responses(texts(*(format.type for format in RDF)), 304, 406),
    )(views.ontology)
    for format in RDF:
        router.get(f"{ONTOLOGY_PATH}.{format.name}", include_in_schema=False)(views.ontology)
    router.get(
        SHAPES_PATH,
        summary="The SHACL shapes of our profile for projects, organizations, events and public services",
        responses=responses(texts(TURTLE.type), 304),
    )(views.shapes)
    for kind in KINDS:
        stems = [path(kind, lang) for lang in LANGS]
        mount(router, [f"{stem}.{format.name}" for stem in stems for format in RDF], views.list_as_rdf(kind))
    return router


class _Views:
    """The views. Without docstrings: these would stand in the OpenAPI document."""

    def __init__(self, settings: Settings) -> None:
        self.base = settings.base_url

    def ontology(self, request: Request) -> Response:
        form = by_suffix(request.url.path, RDF)[1] or preferred(request.headers.get("accept", ""), RDF)
        if form is None:
            raise not_acceptable(absolute(self.base, ONTOLOGY_PATH), *RDF)
        body = b"".join(written([("ontology", ontology_graph())], form.name))
        return answer(request, lambda: body, form.content_type, etag=tag(body))

    def shapes(self, request: Request) -> Response:
        body = shapes().encode()
        return answer(request, lambda: body, TURTLE.content_type, etag=tag(body))

    def list_as_rdf(self, kind: str):  # type: ignore[no-untyped-def]
        def show(request: Request) -> Response:
            _, form = by_suffix(request.url.path, RDF)
            assert form is not None
            pairs = [f"kind={kind}", request.url.query] if request.url.query else [f"kind={kind}"]
            return RedirectResponse(f"{local_path(self.base, '/catalog')}.{form.name}?{'&'.join(pairs)}", 302)

        return show
