"""Records as RDF graphs, by the rows of `vocab/fields.py`.

A graph is `{subject: {predicate: {object: None}}}` of N-Triples terms (`registry/rdf/terms.py`). It satisfies
DCAT-AP 3.0.1, DCAT-AP.de 3.0 and, where it applies, DCAT-AP HVD 3.0.0 at once: everything that is referenced gets its
type and, if it is a concept of our lists, its labels.

Entry points: `graph` (one thing), `record_graph` (with the catalogue's entry for it), `GraphBuilder`.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import compress
from operator import attrgetter
from typing import Any, Final, NamedTuple

from registry.model import DCAT_KINDS, KINDS, Agent, CatalogRecord, Catalogue, Distribution, Metadata, Node, Record
from registry.rdf.node_values import HAS_GEOMETRY, LOCN_GEOMETRY, shape_of_term
from registry.rdf.references import is_known, reference_statements
from registry.rdf.terms import DATATYPES, TYPE, date_type, iri_term, literal
from vocab.fields import FIELDS, TYPES, Field, fields_of
from vocab.namespaces import DCAT, FOAF, PREFIXES, XSD
from vocab.profile import DE, profile
from vocab.values import TAG

SAME_AS: Final = iri_term(PREFIXES["owl"] + "sameAs")

Graph = dict[str, dict[str, dict[str, None]]]  # subject -> predicate -> its objects, each once, in order
Described = set[tuple[str, str]]  # term and range of the references that the document describes already

# Types of entries. A thing that we only refer to never gets one of them, or it would look like an entry of ours.
_ENTRIES = {TYPES[kind][0] for kind in KINDS} | {TYPES["catalog"][0], TYPES["record"][0]}
_SIZE, _ACCESS_URL = iri_term(DCAT.byteSize), iri_term(DCAT.accessURL)
_LABEL = re.compile(r"_:[A-Za-z0-9]+")
_STATEMENT = re.compile(
    r'(<[^\x00-\x20<>"{}|^`\\]+>|_:[A-Za-z0-9]+) (<[^\x00-\x20<>"{}|^`\\]+>) '
    r'(<[^\x00-\x20<>"{}|^`\\]+>|_:[A-Za-z0-9]+|"(?:[^"\\\n\r]|\\[tbnrf"\'\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*"'
    r"(?:@" + TAG.pattern + r'|\^\^<[^\x00-\x20<>"{}|^`\\]+>)?) \.'
)
_GEOMETRY_NAME = re.compile(re.escape(LOCN_GEOMETRY) + "|" + re.escape(HAS_GEOMETRY))
_NOT_DIAL = re.compile(r"[^0-9A-Za-z+.();=*%-]+")


def graph(metadata: Metadata, thing: str, base_url: str, id: str = "") -> Graph:
    """The statements about one thing. `thing`: its IRI; `id`: of its record, from which distributions without an IRI
    get theirs."""
    builder = GraphBuilder(base_url, id)
    builder.add_fields(metadata, metadata.kind, iri_term(thing))
    builder.add_statements(metadata, iri_term(thing))
    builder.add_references(set())
    return builder.graph


def record_graph(record: Record, base_url: str, described: Described | None = None) -> Graph:
    """The statements of a record: the thing, what it refers to, and the catalogue's entry for it. `described`: concepts
    that the document describes already; those that are described here are added to it."""
    builder = GraphBuilder(base_url, record.id)
    thing = thing_iri(record, builder.base)
    builder.add_fields(record.metadata, record.kind, iri_term(thing))
    builder.add_statements(record.metadata, iri_term(thing))
    if record.changed:
        _add_entry(builder, record, thing)
        ours = f"{builder.base}/id/{record.id}"
        if thing != ours:  # records of this catalogue link to our IRI: owl:sameAs connects it with the publisher's
            builder.graph[iri_term(ours)] = {SAME_AS: {iri_term(thing): None}}
    builder.add_references(set() if described is None else described)
    return builder.graph


def thing_iri(record: Record, base_url: str) -> str:
    """The IRI that the publisher gave, else ours."""
    given = record.metadata.iri
    return given if given and not given.startswith("_:") else f"{base_url.rstrip('/')}/id/{record.id}"


def entry_iri(record: Record, base_url: str) -> str:
    """The IRI of the catalogue's entry (dcat:CatalogRecord) for a record."""
    return f"{base_url.rstrip('/')}/id/{record.id}#record"


def _add_entry(builder: "GraphBuilder", record: Record, thing: str) -> None:
    """Adds the catalogue's entry: a dcat:CatalogRecord for datasets, series and services, else a foaf:Document."""
    entry = CatalogRecord(
        topic=thing,
        issued=_instant(record.created),
        modified=_instant(record.changed),
        conforms_to=(profile(DE).iri,) if record.kind in DCAT_KINDS else (),
    )
    subject = iri_term(entry_iri(record, builder.base))
    builder.add_fields(entry, "record", subject)
    if record.kind not in DCAT_KINDS:
        builder.graph[subject][TYPE] = {iri_term(FOAF.Document): None}


def _instant(at: Any) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else ""


class _RowWriter(NamedTuple):
    """How the value of one row becomes objects of its predicate."""

    predicate: str
    add: Callable[["GraphBuilder", dict[str, None], Any, str], None]
    target: str  # class of a described node, range of a reference, or datatype


class GraphBuilder:
    """Collects the statements about one thing in `graph`; `references` are the IRIs that it refers to, each with the
    class that the property expects."""

    def __init__(self, base_url: str, id: str) -> None:
        self.base = base_url.rstrip("/")
        self.id = id
        self.graph: Graph = {}
        self.references: dict[tuple[str, str], None] = {}
        self.label_count = 0
        self.landing_page = ""  # of the thing whose fields are being added

    def add_fields(self, struct: Any, cls: str, subject: str) -> None:
        """Adds the type and all fields of a struct, by the rows of its class."""
        about = self.graph.get(subject)
        if about is None:
            about = self.graph[subject] = {TYPE: dict.fromkeys(_types(cls))}
        else:
            about.setdefault(TYPE, {}).update(dict.fromkeys(_types(cls)))
        if cls in KINDS:
            self.landing_page = struct.landing_page
        writers, values_of = _row_writers(cls)
        values = values_of(struct)
        for (predicate, write, target), value in compress(zip(writers, values, strict=True), values):
            terms = about.get(predicate)
            if terms is None:
                terms = about[predicate] = {}
            write(self, terms, value, target)
        if cls == "Distribution":
            self._complete_distribution(struct, about)
        if cls in KINDS or cls == "catalog":
            for link in struct.links:
                row = _link_row(cls, link.relation)
                _add_iris(self, about.setdefault(f"<{row.property}>", {}), link.iri, _range(row))

    def _complete_distribution(self, distribution: Distribution, about: dict[str, dict[str, None]]) -> None:
        """Adds what every distribution must have and `compress` left out. A file without an access URL can be had where
        it is downloaded (DCAT-AP.de, convention 39), else from the landing page of its dataset (DCAT 3, 6.8.6)."""
        if distribution.size == 0:
            about[_SIZE] = {literal("0", "", XSD.nonNegativeInteger): None}
        address = distribution.download_url or self.landing_page
        if address and not distribution.access_url:
            about[_ACCESS_URL] = {self.absolute(address): None}

    def add(self, subject: str, predicate: str, term: str) -> None:
        self.graph.setdefault(subject, {}).setdefault(predicate, {})[term] = None

    def add_references(self, described: Described) -> None:
        """Adds the type of everything referred to, and the labels of concepts of our lists, once in a document."""
        for key in self.references:
            if key not in described:
                if is_known(key[0]):
                    described.add(key)
                for triple in reference_statements(*key):
                    self.add(*triple)

    def absolute(self, address: str) -> str:
        """The term of an IRI, made absolute if it is local."""
        if address.startswith("http") or ":" in address.partition("/")[0]:
            return iri_term(address)
        return iri_term(f"{self.base}/{address.lstrip('/')}")

    def term_of(self, node: Node) -> str:
        """The term of a described node: its IRI or label, else an IRI of ours, else a new label."""
        if node.iri:
            return node.iri if _LABEL.fullmatch(node.iri) else self.absolute(node.iri)
        if isinstance(node, Agent) and node.id:
            return iri_term(f"{self.base}/id/{node.id}")
        if isinstance(node, Distribution) and node.id and self.id:
            return iri_term(f"{self.base}/id/{self.id}#{node.id}")
        self.label_count += 1
        return f"_:n{self.label_count}"

    def add_statements(self, metadata: Metadata | Catalogue, thing: str) -> None:
        """Adds the statements that no row covers, as far as they are valid and their subject is in the graph: an
        override may have removed it."""
        if not metadata.statements:
            return
        waiting: dict[str, list[tuple[str, str]]] = {}
        for subject, predicate, term in statements_of(metadata.statements):
            if metadata.iri.startswith("_:"):
                subject, term = (thing if node == metadata.iri else node for node in (subject, term))
            waiting.setdefault(subject, []).append((predicate, term))
        reached = [
            thing,
            *self.graph,
            *(term for about in self.graph.values() for terms in about.values() for term in terms),
        ]
        while reached:
            subject = reached.pop()
            for predicate, term in waiting.pop(subject, ()):
                self.add(subject, predicate, term)
                reached.append(term)
        self._leave_out_shapes(metadata.statements)

    def _leave_out_shapes(self, lines: str) -> None:
        """Leaves out the shape of a place that was only derived from a statement which says it in its own notation."""
        kept: dict[str, list[str]] = {}
        for subject, predicate, term in statements_of(lines) if _GEOMETRY_NAME.search(lines) else ():
            if predicate in (LOCN_GEOMETRY, HAS_GEOMETRY):
                kept.setdefault(subject, []).append(term)
        for subject, terms in kept.items():
            written = self.graph.get(subject, {}).get(LOCN_GEOMETRY, {})
            derived = {self._shape_of(term) for term in terms} - {None}
            for term in [term for term in written if term not in terms and self._shape_of(term) in derived]:
                del written[term]
            if not written:
                self.graph.get(subject, {}).pop(LOCN_GEOMETRY, None)

    def _shape_of(self, term: str) -> str | None:
        about = self.graph.get(term, {})
        return shape_of_term(term, [(predicate, value) for predicate, terms in about.items() for value in terms])


def statements_of(lines: str) -> list[tuple[str, str, str]]:
    """The statements of N-Triples, without invalid lines (`quality.check` has a finding for these)."""
    matches = (_STATEMENT.fullmatch(line) for line in lines.split("\n"))
    return [(match[1], match[2], match[3]) for match in matches if match]


def _add_text(builder: GraphBuilder, terms: dict[str, None], value: Any, target: str) -> None:
    for tag, text in value.items():
        terms[literal(text, tag)] = None


def _add_texts(builder: GraphBuilder, terms: dict[str, None], value: Any, target: str) -> None:
    for text in value:
        _add_text(builder, terms, text, target)


def _add_keywords(builder: GraphBuilder, terms: dict[str, None], value: Any, target: str) -> None:
    for tag, texts in value.items():
        for text in texts:
            terms[literal(text, tag)] = None


def _add_literals(builder: GraphBuilder, terms: dict[str, None], value: Any, target: str) -> None:
    for text in value if isinstance(value, tuple) else (value,):
        terms[literal(text)] = None


def _add_typed(builder: GraphBuilder, terms: dict[str, None], value: Any, target: str) -> None:
    terms[literal(str(value), "", target)] = None


def _add_date(builder: GraphBuilder, terms: dict[str, None], value: Any, target: str) -> None:
    terms[_date(value)] = None


@lru_cache(8192)
def _date(value: str) -> str:
    return literal(value, "", date_type(value))


def _add_iris(builder: GraphBuilder, terms: dict[str, None], value: Any, target: str) -> None:
    for address in value if isinstance(value, tuple) else (value,):
        term = builder.absolute(address)
        terms[term] = None
        if target:
            builder.references[term, target] = None


def _add_email(builder: GraphBuilder, terms: dict[str, None], value: Any, target: str) -> None:
    terms[iri_term(f"mailto:{value}")] = None


def _add_telephone(builder: GraphBuilder, terms: dict[str, None], value: Any, target: str) -> None:
    terms[iri_term("tel:" + _NOT_DIAL.sub("-", value).strip("-"))] = None


def _add_nodes(builder: GraphBuilder, terms: dict[str, None], value: Any, target: str) -> None:
    for node in value if isinstance(value, tuple) else (value,):
        name = builder.term_of(node)
        terms[name] = None
        builder.add_fields(node, target, name)


_WRITERS: Final = {
    "text": _add_text, "text*": _add_texts, "words": _add_keywords, "literal": _add_literals, "date": _add_date,
    "iri": _add_iris, "concept": _add_iris, "email": _add_email, "telephone": _add_telephone,
    "node": _add_nodes,
}  # fmt: skip


@cache
def _types(cls: str) -> tuple[str, ...]:
    return tuple(f"<{type}>" for type in TYPES[cls])


@cache
def _row_writers(cls: str) -> tuple[tuple[_RowWriter, ...], Callable[[Any], tuple[Any, ...]]]:
    """The writers of a class, and the function that gets their values from a struct.

    A kind of thing also gets the rows of the other kinds, so that no filled field is lost."""
    rows = [row for row in fields_of(cls) if row.form != "link"]
    if cls in KINDS:
        own = {row.name for row in rows}
        for row in FIELDS:
            if row.form != "link" and row.name not in own and any(kind in row.classes for kind in KINDS):
                own.add(row.name)
                rows.append(row)
    names = [row.all or row.name for row in rows]
    values_of = attrgetter(*names) if len(names) > 1 else lambda struct: (getattr(struct, names[0]),)
    return tuple(_row_writer(row) for row in rows), values_of


def _row_writer(row: Field) -> _RowWriter:
    key = "text*" if row.form == "text" and row.many else row.form
    target = row.node or _range(row) or DATATYPES.get(row.form, "")
    return _RowWriter(f"<{row.property}>", _WRITERS.get(key, _add_typed), target)


def _range(row: Field) -> str:
    return "" if row.range in _ENTRIES else row.range


@cache
def _link_row(cls: str, relation: str) -> Field:
    rows = [row for row in FIELDS if row.form == "link" and row.name == relation]
    if not rows:
        raise KeyError(f"no link row {relation!r}")
    return next((row for row in rows if cls in row.classes), rows[0])
