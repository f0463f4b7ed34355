"""The changes of the catalogue as a DCAT-AP feed: a Linked Data Event Stream (LDES) with a named graph for each member.

Members are as:Create, as:Update and as:Delete of datasets, series and services; of each thing only its newest state is
there. The graph of a member has its IRI and holds all that `/daten/…` says of the thing.

Entry point: `routes`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from fastapi import APIRouter, Request, Response

from api.data.documents import change_number
from api.data.openapi import parameter, responses, texts
from api.data.profiles import changed
from api.web.addresses import absolute
from api.web.answers import answer, tag
from api.web.negotiate import Format, by_suffix, not_acceptable, preferred
from registry.catalog import Catalog
from registry.errors import NotFoundError
from registry.model import DCAT_KINDS, Change, Record
from registry.rdf import DEFAULT, record_graph, statements_in, thing_iri
from registry.rdf.graphs import Graph, GraphBuilder
from registry.rdf.terms import TYPE, iri_term, literal
from registry.settings import Settings
from vocab.namespaces import RDFS, XSD

PATH: Final = "/ldes"
MEMBERS_PER_PAGE: Final = 100
TRIG: Final = Format("trig", "application/trig", "TriG")
QUADS: Final = Format("nq", "application/n-quads", "N-Quads")
FORMATS: Final = (TRIG, QUADS)
_LDES: Final = "https://w3id.org/ldes#"
_TREE: Final = "https://w3id.org/tree#"
_AS: Final = "https://www.w3.org/ns/activitystreams#"


class Member(NamedTuple):
    """An event. `record`: the thing as it is now, None for one that is gone."""

    iri: str
    type: str
    thing: str
    published: datetime
    record: Record | None


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(tags=["feeds"], default_response_class=Response)
    views = _Views(catalog, settings)
    since = parameter("since", "The token in the link to the next page; 410 after a restore")
    described = responses(texts(*(format.type for format in FORMATS)), 304, 400, 406, 410)
    router.get(
        PATH,
        summary="Changes as a DCAT-AP feed (LDES), a named graph for each member",
        responses=described,
        openapi_extra={"parameters": [since]},
    )(views.negotiated)
    for format in FORMATS:
        router.get(f"{PATH}.{format.name}", include_in_schema=False)(views.by_suffix)
    return router


class _Views:
    """The views. Without docstrings: these would stand in the OpenAPI document."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.store = catalog.store
        self.base = settings.base_url
        self.change = changed(DEFAULT, settings.contributor)

    def negotiated(self, request: Request) -> Response:
        form = preferred(request.headers.get("accept", ""), FORMATS)
        if form is None:
            raise not_acceptable(absolute(self.base, PATH), *FORMATS)
        return self._page(request, form)

    def by_suffix(self, request: Request) -> Response:
        _, form = by_suffix(request.url.path, FORMATS)
        if form is None:
            raise NotFoundError("nothing-here")
        return self._page(request, form)

    def _page(self, request: Request, form: Format) -> Response:
        position = self.store.position()
        token = request.query_params.get("since", "")
        start = change_number(token, position.epoch)

        def body() -> bytes:
            most = MEMBERS_PER_PAGE + 1
            changes = list(islice(self.store.changes(start, position.number, at_once=most), most))
            listed = changes[:MEMBERS_PER_PAGE]
            following = f"{position.epoch}.{listed[-1].number}" if len(changes) > MEMBERS_PER_PAGE else ""
            members = list(self._members(listed, position.epoch))
            url = absolute(self.base, f"{PATH}.{form.name}")
            view = _view(absolute(self.base, PATH), url, token, following, members)
            return b"".join(self._written(view, members, form))

        return answer(request, body, form.content_type, etag=tag(position, token, form.name))

    def _members(self, changes: Sequence[Change], epoch: str) -> Iterator[Member]:
        gone = self.store.get_many([change.id for change in changes if change.record is None])
        for change in changes:
            record = change.record or gone.get(change.id)
            if record is None or record.kind not in DCAT_KINDS or record.changed is None:
                continue
            act = "Delete" if change.record is None else "Create" if record.created == record.changed else "Update"
            iri = f"{absolute(self.base, PATH)}#{epoch}-{change.number}"
            yield Member(iri, act, thing_iri(record, self.base), record.changed, change.record)

    def _written(self, view: Graph, members: Iterable[Member], form: Format) -> Iterator[bytes]:
        yield "".join(statements_in(view, "view", end=" .\n")).encode()
        for member in members:
            if member.record is None:
                continue
            graph = self.change(record_graph(member.record, self.base))
            name = iri_term(member.iri)
            if form is QUADS:
                yield "".join(statements_in(graph, member.record.id, end=f" {name} .\n")).encode()
            else:
                inside = "".join(statements_in(graph, member.record.id, end=" .\n"))
                yield f"{name} {{\n{inside}}}\n".encode()


def _view(stream: str, root: str, token: str, following: str, members: Sequence[Member]) -> Graph:
    """What the page says of the stream, of itself, of its members, and of the page after it."""
    builder = GraphBuilder("", "ldes")
    page = iri_term(f"{root}?since={token}" if token else root)
    subject = iri_term(stream)
    for predicate, term in (
        (TYPE, iri_term(_LDES + "EventStream")),
        (iri_term(_TREE + "view"), iri_term(root)),
        (iri_term(_LDES + "timestampPath"), iri_term(_AS + "published")),
        (iri_term(_LDES + "versionOfPath"), iri_term(_AS + "object")),
        (iri_term(RDFS.label), literal("Changes of the catalogue", "en")),
    ):
        builder.add(subject, predicate, term)
    builder.add(page, TYPE, iri_term(_TREE + "Node"))
    builder.add(iri_term(root), iri_term(_LDES + "retentionPolicy"), "_:policy")
    builder.add("_:policy", TYPE, iri_term(_LDES + "LatestVersionSubset"))
    builder.add("_:policy", iri_term(_LDES + "amount"), literal("1", "", XSD.integer))
    for member in members:
        name = iri_term(member.iri)
        builder.add(subject, iri_term(_TREE + "member"), name)
        builder.add(name, TYPE, iri_term(_AS + member.type))
        builder.add(name, iri_term(_AS + "object"), iri_term(member.thing))
        builder.add(name, iri_term(_AS + "published"), _instant(member.published))
    if following:
        builder.add(page, iri_term(_TREE + "relation"), "_:next")
        builder.add("_:next", iri_term(_TREE + "node"), iri_term(f"{root}?since={following}"))
        if members:
            builder.add("_:next", TYPE, iri_term(_TREE + "GreaterThanOrEqualToRelation"))
            builder.add("_:next", iri_term(_TREE + "path"), iri_term(_AS + "published"))
            builder.add("_:next", iri_term(_TREE + "value"), _instant(members[-1].published))
        else:
            builder.add("_:next", TYPE, iri_term(_TREE + "Relation"))
    return builder.graph


def _instant(at: datetime) -> str:
    return literal(at.isoformat().replace("+00:00", "Z"), "", XSD.dateTime)
