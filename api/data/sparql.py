"""The SPARQL 1.1 protocol over the triple store: queries by GET and POST, formats, limits, the service description.

Entry points: `Sparql` (answers), `asked` (a query from a request), `description`. The address `/sparql` is also a page:
`api.pages.sparql`.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from api.web.addresses import absolute
from api.web.client_limits import ClientLimit
from api.web.negotiate import HTML, RDF, Format, preferred
from registry import child_pool
from registry.catalog import Catalog
from registry.child_pool import Limits
from registry.errors import LotseError, NotReadyError, ReadingStoppedError, ReadingTimeoutError, UsageError
from registry.rdf import Graph, written
from registry.rdf.graphs import GraphBuilder
from registry.rdf.terms import TYPE, iri_term, literal
from registry.sparql.answering import MAX_ROWS, Head
from registry.sparql.queries import checked
from registry.sparql.server import SparqlServer
from registry.sparql.triple_store import TripleStore, newest_checkpoint
from vocab.namespaces import DCT

PATH: Final = "/sparql"
LIMITS: Final = Limits(memory=1_000_000_000, seconds=20.0, max_bytes=30_000_000)
MAX_AT_ONCE: Final = 2  # queries of one client
MAX_OF_ALL: Final = 4
MAX_WAITING: Final = 6
WAIT_SECONDS: Final = 10.0
QUERY_TYPE: Final = "application/sparql-query"
UPDATE_TYPE: Final = "application/sparql-update"
FORM_TYPE: Final = "application/x-www-form-urlencoded"
TABLES: Final = (
    Format("srj", "application/sparql-results+json", "JSON", ("application/json",)),
    Format("srx", "application/sparql-results+xml", "XML", ("application/xml", "text/xml")),
    Format("csv", "text/csv", "CSV"),
    Format("tsv", "text/tab-separated-values", "TSV"),
)
_NAMES: Final[Mapping[str, str]] = {  # values of `format`, `output` and `results` beside names and media types
    "json": "srj", "xml": "srx", "turtle": "ttl", "json-ld": "jsonld", "ntriples": "nt", "n3": "ttl", "rdf+xml": "rdf",
}  # fmt: skip
_SD: Final = "http://www.w3.org/ns/sparql-service-description#"


class QueryStoppedError(LotseError):
    """503: the query took longer, or more memory, than it may."""

    status = 503


class Query(NamedTuple):
    """A query with the dataset that the protocol names beside it."""

    text: str
    defaults: list[str]
    named: list[str]


class Answer(NamedTuple):
    """`head` is None for an answer of a server outside."""

    head: Head | None
    body: bytes
    content_type: str


def asked(request: Request, body: bytes) -> Query | None:
    """The query of a request; None if there is none. UsageError for an update, or a body of another type."""
    pairs = request.query_params.multi_items()
    text = ""
    if request.method == "POST":
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == FORM_TYPE:
            pairs = [*pairs, *parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)]
        elif kind == QUERY_TYPE:
            text = body.decode("utf-8", "replace")
        else:
            raise UsageError("sparql-update" if kind == UPDATE_TYPE else "sparql-content-type")
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    if "update" in values:
        raise UsageError("sparql-update")
    text = text or values.get("query", [""])[0]
    if not text.strip():
        return None
    return Query(text, values.get("default-graph-uri", []), values.get("named-graph-uri", []))


def formats(request: Request) -> tuple[Format | None, Format | None]:
    """The formats for tables and for graphs that a request wants; None: none of ours.

    `format` in the address counts only where Accept says nothing of ours (SPARQLWrapper sends both, a browser wants
    HTML): a link can have it.
    """
    accept = request.headers.get("accept", "")
    says_nothing = not accept or accept.strip() == "*/*" or wants_page(accept)
    for name in ("format", "output", "results") if says_nothing else ():
        value = request.query_params.get(name, "").lower()
        for format in (*TABLES, *RDF):
            if value and _NAMES.get(value, value) in (format.name, format.type, *format.aliases):
                table = format if format in TABLES else TABLES[0]
                return table, format if format in RDF else RDF[0]
    if says_nothing:
        return TABLES[0], RDF[0]
    return preferred(accept, TABLES), preferred(accept, RDF)


def wants_page(accept: str) -> bool:
    return preferred(accept, (HTML, *TABLES, *RDF)) is HTML and HTML.type in accept.lower()


class Sparql:
    """Answers queries on the projection `sparql` of a catalogue."""

    def __init__(self, catalog: Catalog) -> None:
        self.store = catalog.projector.projections["sparql"]
        self.limit = ClientLimit(MAX_AT_ONCE, MAX_OF_ALL, MAX_WAITING, WAIT_SECONDS)

    def answer(self, request: Request, query: Query, table: Format | None, graph: Format | None) -> Answer:
        """The answer in one of the formats; UsageError for a query with a mistake, QueryStoppedError, TooManyError."""
        text = checked(query.text)
        with self.limit.turn(request):
            if isinstance(self.store, SparqlServer):
                accept = request.headers.get("accept", "*/*")
                body, content_type = self.store.query(text, accept, query.defaults, query.named)
                return Answer(None, body, content_type)
            return self._embedded(query._replace(text=text), table or TABLES[0], graph or RDF[0])

    def _embedded(self, query: Query, table: Format, graph: Format) -> Answer:
        assert isinstance(self.store, TripleStore)
        checkpoint = newest_checkpoint(self.store.folder)
        if checkpoint is None:
            raise NotReadyError("sparql-not-yet", {"seconds": 5})
        arguments = (str(checkpoint), query.text, table.name, graph.name, query.defaults, query.named)
        try:
            head, *pieces = child_pool.call(PATH, LIMITS, "registry.sparql.answering:answer", *arguments)
        except ReadingTimeoutError:
            raise QueryStoppedError("sparql-time", {"seconds": 30}, limit=round(LIMITS.seconds)) from None
        except ReadingStoppedError:
            raise QueryStoppedError("sparql-memory", {"seconds": 30}, limit=LIMITS.memory // 1_000_000) from None
        described = msgspec.json.decode(head, type=Head)
        form = next(format for format in (*TABLES, *RDF) if format.name == described.format)
        return Answer(described, b"".join(pieces), form.content_type)


def response(answer: Answer) -> Response:
    """The answer as it is sent; `X-SPARQL-MaxRows` if rows were left out."""
    cut = {"X-SPARQL-MaxRows": str(MAX_ROWS)} if answer.head and answer.head.cut else {}
    return Response(answer.body, 200, {"Cache-Control": "no-cache", **cut}, answer.content_type)


def description(base: str, format: Format) -> Response:
    """The service description (SPARQL 1.1 Service Description)."""
    body = b"".join(written([("service", _description(absolute(base, PATH)))], format.name))
    return Response(body, 200, {"Cache-Control": "no-cache"}, format.content_type)


def _description(url: str) -> Graph:
    builder = GraphBuilder("", "service")
    subject = iri_term(url)
    builder.add(subject, TYPE, iri_term(_SD + "Service"))
    builder.add(subject, iri_term(_SD + "endpoint"), subject)
    builder.add(subject, iri_term(_SD + "supportedLanguage"), iri_term(_SD + "SPARQL11Query"))
    builder.add(subject, iri_term(_SD + "feature"), iri_term(_SD + "UnionDefaultGraph"))
    for kind in ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle",
                 "RDF_XML", "JSON-LD", "N-Triples"):  # fmt: skip
        builder.add(subject, iri_term(_SD + "resultFormat"), iri_term("http://www.w3.org/ns/formats/" + kind))
    limits = f"At most {MAX_ROWS} rows or statements, {LIMITS.seconds:.0f} seconds, {MAX_AT_ONCE} queries of a client"
    builder.add(subject, iri_term(DCT.description), literal(limits, "en"))
    return builder.graph
