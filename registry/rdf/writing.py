"""Graphs as text: N-Triples and Turtle by hand, RDF/XML by pyoxigraph, JSON-LD with our own context.

`SERIALISATIONS` at the end is the one table of the RDF formats that we write: a row more is a format more, in content
negotiation, addresses, `Link` headers, pages, commands and OpenAPI.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

import orjson
import pyoxigraph as ox

from registry.errors import UsageError
from registry.model import Catalogue, Metadata, Record
from registry.rdf import jsonld
from registry.rdf.catalogue import HydraPage, catalogue_graph, list_graph
from registry.rdf.graphs import Described, Graph, record_graph
from registry.rdf.nesting import Nesting
from registry.rdf.terms import TYPE, iri_term, literal, text_of
from vocab.namespaces import PREFIXES, SKOS, curie

MAX_LISTED: Final = 500  # records of which the catalogue says together that it lists them
MAX_DESCRIBED: Final = 20_000  # concepts and documents that are remembered as described
GRAPHS_PER_BATCH: Final = 200  # of RDF/XML, which is serialised in batches

HEADER: Final = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items()).encode()
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_CONTROL = re.compile(r"\\u(?:00(?:0[0-8BCEF]|1[0-9A-F])|FFF[EF])|[\ufffe\uffff]")
_XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*>$")
_NOTE = iri_term(SKOS.editorialNote)

Labelled = tuple[str, Graph]  # the label keeps the graph's blank nodes apart from those of the other graphs
Change = Callable[[Graph], Graph]


def _same(graph: Graph) -> Graph:
    return graph


def write(
    records: Iterable[Record], format: str, *, base_url: str, catalogue: Catalogue | None = None, change: Change = _same
) -> Iterator[bytes]:
    """The records as one document, piece by piece; with the catalogue itself, if given. `format`: a name of
    SERIALISATIONS. `change`: of each graph. Raises UsageError for another format."""
    graphs = _graphs(records, base_url, catalogue, None)
    return written(((label, change(graph)) for label, graph in graphs), format)


def write_page(
    catalogue: Catalogue,
    records: Sequence[Record],
    page: HydraPage,
    format: str,
    base_url: str,
    change: Change = _same,
) -> bytes:
    """One page of the catalogue with its Hydra links. `change`: of each graph."""
    graphs = _graphs(records, base_url, catalogue, page)
    return b"".join(written(((label, change(graph)) for label, graph in graphs), format))


def _graphs(
    records: Iterable[Record], base_url: str, catalogue: Catalogue | None, page: HydraPage | None
) -> Iterator[Labelled]:
    """The graphs of the records, then that of the catalogue. A concept that many records refer to is described once, or
    again after MAX_DESCRIBED others.

    The catalogue comes last because its list names the records. Of a long list each part comes after its records, so
    that memory stays the same however many there are."""
    listed: list[Record] = []
    described: Described = set()
    for record in records:
        yield record.id, record_graph(record, base_url, described)
        if len(described) > MAX_DESCRIBED:
            described.clear()
        if catalogue:
            stub = Metadata(kind=record.kind, iri=record.metadata.iri)
            listed.append(Record(id=record.id, said=stub, changed=record.changed))
            if len(listed) == MAX_LISTED:
                yield "catalogue", list_graph(catalogue, listed, base_url)
                listed.clear()
    if catalogue:
        yield "catalogue", catalogue_graph(catalogue, listed, base_url, page, described)


def written(graphs: Iterable[Labelled], format: str) -> Iterator[bytes]:
    """Graphs as one document, piece by piece. Raises UsageError for a format that is not in SERIALISATIONS."""
    for row in SERIALISATIONS:
        if row.name == format:
            return row.write(graphs)
    raise UsageError("format-not-offered", format=format, formats=", ".join(FORMATS))


def _n_triples(graphs: Iterable[Labelled]) -> Iterator[bytes]:
    return (nt(graph, label).encode() for label, graph in graphs)


def nt(graph: Graph, label: str) -> str:
    """The graph as N-Triples, one statement a line."""
    return "".join(statements_in(graph, label, " .\n"))


def statements_in(graph: Graph, label: str, end: str) -> Iterator[str]:
    """The statements of a graph as N-Triples, or with the name of a graph in `end` as N-Quads."""
    start = f"_:r-{label}-"
    return (
        f"{start + s[2:] if s[0] == '_' else s} {p} {start + o[2:] if o[0] == '_' else o}{end}"
        for s, about in graph.items()
        for p, terms in about.items()
        for o in terms
    )


def _turtle(graphs: Iterable[Labelled]) -> Iterator[bytes]:
    yield HEADER
    for label, graph in graphs:
        yield turtle(graph, label).encode()


def turtle(graph: Graph, label: str) -> str:
    """The graph as Turtle without prefix lines: bodies that share HEADER can be joined."""
    text = _Turtle(graph, label)
    return "".join(text.block(subject) for subject in graph if text.is_top(subject)) + text.rest()


class _Turtle(Nesting):
    def block(self, subject: str) -> str:
        self.written.add(subject)
        name = _short(subject) if subject[0] == "<" else self.label_of(subject)
        return f"\n{name}{self.about(subject, 0)} .\n"

    def about(self, subject: str, depth: int) -> str:
        clauses = []
        for predicate, terms in self.graph[subject].items():
            if predicate == TYPE:
                objects = [_short(term) if term[0] == "<" else self.other(term, depth) for term in terms]
            else:
                objects = [term if term[0] == "<" or term[-1] == '"' else self.other(term, depth) for term in terms]
            clauses.append(f"{_short(predicate)} {', '.join(objects)}")
        return " " + (" ;\n" + "  " * (depth + 1)).join(clauses)

    def other(self, term: str, depth: int) -> str:
        """The text of a blank node, or of a literal with a language or datatype."""
        if term[0] == '"':
            return _short_type(term)
        return f"[{self.about(term, depth + 1)} ]" if self.take_nested(term, depth) else self.label_of(term)

    def rest(self) -> str:
        return "".join(self.block(subject) for subject in self.leftover())


def _short_type(term: str) -> str:
    cut = term.rindex('"') + 1
    return term if term[cut] == "@" else f"{term[:cut]}^^{_short(term[cut + 2 :])}"


@lru_cache(16384)
def _short(term: str) -> str:
    """A prefixed name where one of our prefixes fits, else the IRI."""
    if term == TYPE:
        return "a"
    name = curie(term[1:-1])
    fits = name != term[1:-1] and _LOCAL.fullmatch(name.partition(":")[2])
    return name if fits else term


def _rdf_xml(graphs: Iterable[Labelled]) -> Iterator[bytes]:
    """RDF/XML in batches: pyoxigraph writes a whole document for each, of which only the first keeps its head and the
    last its end."""
    remaining = iter(graphs)
    head = foot = b""
    while batch := list(islice(remaining, GRAPHS_PER_BATCH)) or (not head):
        lines = "".join(nt(_for_xml(graph), label) for label, graph in batch) if isinstance(batch, list) else ""
        text = ox.serialize(ox.parse(_CONTROL.sub("\ufffd", lines), ox.RdfFormat.N_TRIPLES, lenient=True),
                            format=ox.RdfFormat.RDF_XML, prefixes=dict(PREFIXES))  # fmt: skip
        assert text
        text = text.replace(b"\r", b"&#13;")  # readers of XML take a bare CR for a line end (XML 1.0, section 2.11)
        start, end = text.index(b">", text.index(b"<rdf:RDF")) + 1, text.rindex(b"</rdf:RDF>")
        if not head:
            head, foot = text[:start], text[end:]
            yield head
        yield text[start:end]
    yield foot


def _for_xml(graph: Graph) -> Graph:
    """The graph as RDF/XML can write it. A property whose IRI does not end in an XML name has no element there: its
    values become skos:editorialNote."""
    if all(_XML_NAME.search(predicate) for about in graph.values() for predicate in about):
        return graph
    changed: Graph = {}
    for subject, about in graph.items():
        kept_about = changed.setdefault(subject, {})
        for predicate, terms in about.items():
            if _XML_NAME.search(predicate):
                kept_about.setdefault(predicate, {}).update(terms)
            else:
                notes = kept_about.setdefault(_NOTE, {})
                notes.update((literal(f"{predicate[1:-1]}: {text_of(term)}"), None) for term in terms)
    return changed


def _json_ld(graphs: Iterable[Labelled]) -> Iterator[bytes]:
    yield b'{"@context":' + orjson.dumps(jsonld.CONTEXT) + b',"@graph":['
    comma = b"\n"
    for label, graph in graphs:
        for node in jsonld.nodes(Nesting(graph, label)):
            yield comma + orjson.dumps(node)
            comma = b",\n"
    yield b"\n]}\n"


class Serialisation(NamedTuple):
    """An RDF format that we write."""

    name: str  # the suffix of its addresses, its name in commands
    media_type: str
    label: str  # for people
    write: Callable[[Iterable[Labelled]], Iterator[bytes]]
    aliases: tuple[str, ...] = ()  # further media types by which clients ask for it


# In our order of preference: a client that accepts any of them gets the first.
SERIALISATIONS: Final = (
    Serialisation("ttl", "text/turtle", "Turtle", _turtle, ("application/x-turtle", "text/n3", "text/rdf+n3")),
    Serialisation("rdf", "application/rdf+xml", "RDF/XML", _rdf_xml),
    Serialisation("jsonld", "application/ld+json", "JSON-LD", _json_ld),
    Serialisation("nt", "application/n-triples", "N-Triples", _n_triples),
)
FORMATS: Final = tuple(row.name for row in SERIALISATIONS)
