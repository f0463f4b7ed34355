"""Records as RDF: the rows of `vocab/fields.py` walked from the struct to its statements, and these as text.

A graph is `{subject: {predicate: [object, …]}}` of N-Triples terms (`registry/terms.py`). It satisfies DCAT-AP 3.0.1,
DCAT-AP.de 3.0 and, where it applies, DCAT-AP HVD 3.0.0 at once: what is referenced is given its type and described.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from registry.model import Agent, CatalogRecord, Catalogue, Distribution, Metadata, Node, Record
from registry.rdf_describing import described
from registry.terms import TYPE, date_type, iri, literal
from vocab.fields import FIELDS, TYPES, Field, fields_of
from vocab.namespaces import DCAT, FOAF, HYDRA, XSD

Graph = dict[str, dict[str, list[str]]]

PROFILE: Final = "https://www.dcat-ap.de/def/dcatde/3.0/spec/"  # what our catalogue records say they conform to
LISTED: Final = ("dataset", "series", "service")  # kinds that DCAT knows: these have a dcat:CatalogRecord
KINDS: Final = (*LISTED, "project", "organization", "event", "publicservice")

# Types that would make a mere reference look like an entry: they are never given to what we only point to.
_ENTRIES = {TYPES[kind][0] for kind in KINDS} | {TYPES["catalog"][0], TYPES["record"][0]}
_DATATYPES = {"decimal": XSD.decimal, "integer": XSD.nonNegativeInteger, "duration": XSD.duration,
              "hex": XSD.hexBinary, "wkt": "http://www.opengis.net/ont/geosparql#wktLiteral"}  # fmt: skip
_NOT_DIAL = re.compile(r"[^0-9A-Za-z+.();=*%-]+")


def graph(metadata: Metadata, thing: str, base_url: str, id: str = "") -> Graph:
    """All that is said of one thing, as statements. `thing`: its IRI; `id`: of its record, names what has no IRI."""
    said = _Saying(base_url, id)
    said.tell(metadata, metadata.kind, iri(thing))
    said.add_statements(metadata, iri(thing))
    return said.graph


def record_graph(record: Record, base_url: str) -> Graph:
    """The statements of a record: the thing, what it refers to, and the catalogue's entry for it."""
    base = base_url.rstrip("/")
    thing = thing_iri(record, base)
    statements = graph(record.metadata, thing, base, record.id)
    if record.changed:
        _entry(statements, record, thing, base)
    return statements


def thing_iri(record: Record, base_url: str) -> str:
    """The IRI that the publisher gave, else ours."""
    said = record.metadata.iri
    return said if said and not said.startswith("_:") else f"{base_url.rstrip('/')}/id/{record.id}"


def entry_iri(record: Record, base_url: str) -> str:
    return f"{base_url.rstrip('/')}/id/{record.id}#record"


def _entry(statements: Graph, record: Record, thing: str, base: str) -> None:
    """dcat:CatalogRecord of datasets, series and services; a foaf:Document for what is no dcat:Resource."""
    entry = CatalogRecord(
        topic=thing,
        issued=_instant(record.created),
        modified=_instant(record.changed),
        conforms_to=(PROFILE,) if record.kind in LISTED else (),
    )
    said = _Saying(base, record.id)
    said.graph = statements
    subject = iri(entry_iri(record, base))
    said.tell(entry, "record", subject)
    if record.kind not in LISTED:
        statements[subject][TYPE] = [iri(FOAF.Document)]


def _instant(at: Any) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else ""


class _Step(NamedTuple):
    """One row, ready to be walked: how the attribute becomes objects."""

    name: str
    predicate: str
    tell: Callable[["_Saying", str, str, "_Step", Any], None]
    node: str
    range: str
    datatype: str


class _Saying:
    """Collects the statements of one thing."""

    def __init__(self, base_url: str, id: str) -> None:
        self.base = base_url.rstrip("/")
        self.id = id
        self.graph: Graph = {}
        self.fresh = 0

    def tell(self, struct: Any, cls: str, subject: str) -> None:
        """The rows of a class, of a struct."""
        types = _types(cls)
        about = self.graph.setdefault(subject, {})
        known = about.setdefault(TYPE, [])
        known += [one for one in types if one not in known]
        for step in _steps(cls):
            value = getattr(struct, step.name)
            if value or (value == 0 and value is not False and value is not None):
                step.tell(self, subject, step.predicate, step, value)
        if cls in KINDS or cls == "catalog":
            for link in struct.links:
                self.link(subject, cls, link.relation, link.iri)

    def add(self, subject: str, predicate: str, term: str) -> None:
        terms = self.graph.setdefault(subject, {}).setdefault(predicate, [])
        if term not in terms:
            terms.append(term)

    def refer(self, subject: str, predicate: str, term: str, range: str) -> None:
        """A statement whose object is given its type, and its description where it is a known concept."""
        self.add(subject, predicate, term)
        if range:
            for about, says, object in described(term, range):
                self.add(about, says, object)

    def absolute(self, address: str) -> str:
        """The term of an IRI; a local one is made absolute."""
        return iri(address if ":" in address.partition("/")[0] else f"{self.base}/{address.lstrip('/')}")

    def link(self, subject: str, cls: str, relation: str, address: str) -> None:
        row = _link_row(cls, relation)
        self.refer(subject, f"<{row.property}>", self.absolute(address), _range(row))

    def name(self, node: Node) -> str:
        """The term of a described node: its IRI or label, else one of ours, else a label that nobody else has."""
        if node.iri:
            return node.iri if node.iri.startswith("_:") else self.absolute(node.iri)
        if isinstance(node, Agent) and node.id:
            return iri(f"{self.base}/id/{node.id}")
        if isinstance(node, Distribution) and node.id and self.id:
            return iri(f"{self.base}/id/{self.id}#{node.id}")
        self.fresh += 1
        return f"_:n{self.fresh}"

    def add_statements(self, metadata: Metadata, thing: str) -> None:
        """The statements that no row covers, as far as they are still about something that is said (an override may
        have taken away what they hang on)."""
        waiting = [line[:-2].split(" ", 2) for line in metadata.statements.split("\n") if line]
        own = metadata.iri if metadata.iri.startswith("_:") else ""
        for triple in waiting:
            if own:
                triple[0], triple[2] = (thing if term == own else term for term in (triple[0], triple[2]))
        reachable = {thing, *(term for about in self.graph.values() for terms in about.values() for term in terms)}
        while waiting:
            now = [triple for triple in waiting if triple[0] in reachable]
            if not now:
                return
            waiting = [triple for triple in waiting if triple[0] not in reachable]
            for subject, predicate, term in now:
                self.add(subject, predicate, term)
                reachable.add(term)


def _tell_text(said: _Saying, subject: str, predicate: str, step: _Step, value: Any) -> None:
    for tag, words in value.items():
        said.add(subject, predicate, literal(words, tag))


def _tell_texts(said: _Saying, subject: str, predicate: str, step: _Step, value: Any) -> None:
    for text in value:
        _tell_text(said, subject, predicate, step, text)


def _tell_words(said: _Saying, subject: str, predicate: str, step: _Step, value: Any) -> None:
    for tag, several in value.items():
        for words in several:
            said.add(subject, predicate, literal(words, tag))


def _tell_literals(said: _Saying, subject: str, predicate: str, step: _Step, value: Any) -> None:
    for words in value if isinstance(value, tuple) else (value,):
        said.add(subject, predicate, literal(words))


def _tell_typed(said: _Saying, subject: str, predicate: str, step: _Step, value: Any) -> None:
    said.add(
        subject, predicate, f'"{value}"^^<{step.datatype}>' if type(value) is int else literal(value, "", step.datatype)
    )


def _tell_date(said: _Saying, subject: str, predicate: str, step: _Step, value: Any) -> None:
    said.add(subject, predicate, literal(value, "", date_type(value)))


def _tell_address(said: _Saying, subject: str, predicate: str, step: _Step, value: Any) -> None:
    for address in value if isinstance(value, tuple) else (value,):
        said.refer(subject, predicate, said.absolute(address), step.range)


def _tell_email(said: _Saying, subject: str, predicate: str, step: _Step, value: Any) -> None:
    said.add(subject, predicate, iri(f"mailto:{value}"))


def _tell_telephone(said: _Saying, subject: str, predicate: str, step: _Step, value: Any) -> None:
    said.add(subject, predicate, iri("tel:" + _NOT_DIAL.sub("-", value).strip("-")))


def _tell_node(said: _Saying, subject: str, predicate: str, step: _Step, value: Any) -> None:
    for node in value if isinstance(value, tuple) else (value,):
        name = said.name(node)
        said.add(subject, predicate, name)
        said.tell(node, step.node, name)


_TELL: Final = {
    "text": _tell_text, "text*": _tell_texts, "words": _tell_words, "literal": _tell_literals, "date": _tell_date,
    "iri": _tell_address, "concept": _tell_address, "email": _tell_email, "telephone": _tell_telephone,
    "node": _tell_node,
}  # fmt: skip


@cache
def _types(cls: str) -> tuple[str, ...]:
    return tuple(f"<{type}>" for type in TYPES[cls])


@cache
def _steps(cls: str) -> tuple[_Step, ...]:
    """The rows of a class; for a kind of thing also rows of other kinds, so that no field that is filled is dropped."""
    rows = [row for row in fields_of(cls) if row.form != "link"]
    if cls in KINDS:
        named = {row.name for row in rows}
        for row in FIELDS:
            if row.form != "link" and row.name not in named and any(kind in row.levels for kind in KINDS):
                named.add(row.name)
                rows.append(row)
    return tuple(_step(row) for row in rows)


def _step(row: Field) -> _Step:
    key = "text*" if row.form == "text" and row.many else row.form
    return _Step(row.name, f"<{row.property}>", _TELL.get(key, _tell_typed), row.node, _range(row),
                 _DATATYPES.get(row.form, ""))  # fmt: skip


def _range(row: Field) -> str:
    return "" if row.range in _ENTRIES else row.range


@cache
def _link_row(cls: str, relation: str) -> Field:
    rows = [row for row in FIELDS if row.form == "link" and row.name == relation]
    if not rows:
        raise KeyError(f"no link row {relation!r}")
    return next((row for row in rows if cls in row.levels), rows[0])


class HydraPage(NamedTuple):
    """One page of the catalogue: its own address and those of its neighbours ("" = none)."""

    url: str
    first: str
    previous: str
    next: str
    last: str
    total: int
    size: int


def catalogue_graph(
    catalogue: Catalogue, records: Sequence[Record], base_url: str, page: HydraPage | None = None
) -> Graph:
    """The catalogue (dcat:Catalog) with its list of these records, and the page that they stand on."""
    base = base_url.rstrip("/")
    subject = iri(catalogue.iri or f"{base}/catalog")
    said = _Saying(base, "catalogue")
    said.tell(catalogue, "catalog", subject)
    for record in records:
        thing = iri(thing_iri(record, base))
        if record.kind in _LISTED_AS:
            said.add(subject, _LISTED_AS[record.kind], thing)
            if record.changed:
                said.add(subject, iri(DCAT.record), iri(entry_iri(record, base)))
    if page:
        _tell_page(said, page)
    return said.graph


# DCAT-AP lists datasets and services only; a series is found through its datasets, and as a resource of the catalogue.
_LISTED_AS: Final = {"dataset": iri(DCAT.dataset), "service": iri(DCAT.service), "series": iri(DCAT.resource)}


def _tell_page(said: _Saying, page: HydraPage) -> None:
    """Hydra paging with its present names as IRIs, and the former ones as literals for old clients."""
    subject = iri(page.url)
    for name in ("PartialCollectionView", "PagedCollection"):
        said.add(subject, TYPE, iri(HYDRA[name]))
    for name in ("first", "previous", "next", "last"):
        address = getattr(page, name)
        if address:
            said.add(subject, iri(HYDRA[name]), iri(address))
            said.add(subject, iri(HYDRA[name + "Page"]), literal(address))
    for name, number in (("totalItems", page.total), ("itemsPerPage", page.size)):
        said.add(subject, iri(HYDRA[name]), literal(str(number), "", XSD.integer))
