"""Records as RDF: the rows of `vocab/fields.py` walked from the struct to its statements, and these as text.

A graph is `{subject: {predicate: [object, …]}}` of N-Triples terms (`registry/rdf/terms.py`). It satisfies
DCAT-AP 3.0.1, DCAT-AP.de 3.0 and, where it applies, DCAT-AP HVD 3.0.0 at once: what is referenced is given its type
and described.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import compress
from operator import attrgetter
from typing import Any, Final, NamedTuple

from registry.model import DCAT_KINDS, KINDS, Agent, CatalogRecord, Catalogue, Distribution, Metadata, Node, Record
from registry.rdf.references import described, is_known
from registry.rdf.terms import DATATYPES, TYPE, date_type, iri, literal
from vocab.fields import FIELDS, TYPES, Field, fields_of
from vocab.namespaces import DCAT, FOAF, PREFIXES, XSD
from vocab.profile import DE, profile

SAME_AS: Final = iri(PREFIXES["owl"] + "sameAs")

Graph = dict[str, dict[str, dict[str, None]]]  # subject -> predicate -> its objects, each once, in order
Told = set[tuple[str, str]]  # what has been described already in the same document: term and range


# Types that would make a mere reference look like an entry: they are never given to what we only point to.
_ENTRIES = {TYPES[kind][0] for kind in KINDS} | {TYPES["catalog"][0], TYPES["record"][0]}
_SIZE = iri(DCAT.byteSize)
_LABEL = re.compile(r"_:[A-Za-z0-9]+")
_STATEMENT = re.compile(
    r'(<[^\x00-\x20<>"{}|^`\\]+>|_:[A-Za-z0-9]+) (<[^\x00-\x20<>"{}|^`\\]+>) '
    r'(<[^\x00-\x20<>"{}|^`\\]+>|_:[A-Za-z0-9]+|"(?:[^"\\\n\r]|\\[tbnrf"\'\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*"'
    r'(?:@[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\^\^<[^\x00-\x20<>"{}|^`\\]+>)?) \.'
)
_NOT_DIAL = re.compile(r"[^0-9A-Za-z+.();=*%-]+")


def graph(metadata: Metadata, thing: str, base_url: str, id: str = "") -> Graph:
    """All that is said of one thing, as statements. `thing`: its IRI; `id`: of its record, names what has no IRI."""
    said = Saying(base_url, id)
    said.tell(metadata, metadata.kind, iri(thing))
    said.add_statements(metadata, iri(thing))
    said.describe(set())
    return said.graph


def record_graph(record: Record, base_url: str, told: Told | None = None) -> Graph:
    """The statements of a record: the thing, what it refers to, and the catalogue's entry for it. `told`: concepts
    that need no further description; those that are described here are added."""
    said = Saying(base_url, record.id)
    thing = thing_iri(record, said.base)
    said.tell(record.metadata, record.kind, iri(thing))
    said.add_statements(record.metadata, iri(thing))
    if record.changed:
        _tell_entry(said, record, thing)
        ours = f"{said.base}/id/{record.id}"
        if thing != ours:  # what is registered here points to our IRI; so the graph holds together
            said.graph[iri(ours)] = {SAME_AS: {iri(thing): None}}
    said.describe(set() if told is None else told)
    return said.graph


def thing_iri(record: Record, base_url: str) -> str:
    """The IRI that the publisher gave, else ours."""
    said = record.metadata.iri
    return said if said and not said.startswith("_:") else f"{base_url.rstrip('/')}/id/{record.id}"


def entry_iri(record: Record, base_url: str) -> str:
    return f"{base_url.rstrip('/')}/id/{record.id}#record"


def _tell_entry(said: "Saying", record: Record, thing: str) -> None:
    """dcat:CatalogRecord of datasets, series and services; a foaf:Document for what is no dcat:Resource."""
    entry = CatalogRecord(
        topic=thing,
        issued=_instant(record.created),
        modified=_instant(record.changed),
        conforms_to=(profile(DE).iri,) if record.kind in DCAT_KINDS else (),
    )
    subject = iri(entry_iri(record, said.base))
    said.tell(entry, "record", subject)
    if record.kind not in DCAT_KINDS:
        said.graph[subject][TYPE] = {iri(FOAF.Document): None}


def _instant(at: Any) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else ""


class _Step(NamedTuple):
    """One row, ready to be walked: how the attribute becomes objects."""

    predicate: str
    tell: Callable[["Saying", dict[str, None], Any, str], None]
    more: str  # class of a described node, range of what is referred to, or datatype


class Saying:
    """Collects the statements of one thing."""

    def __init__(self, base_url: str, id: str) -> None:
        self.base = base_url.rstrip("/")
        self.id = id
        self.graph: Graph = {}
        self.referred: dict[tuple[str, str], None] = {}
        self.fresh = 0

    def tell(self, struct: Any, cls: str, subject: str) -> None:
        """The rows of a class, of a struct."""
        about = self.graph.get(subject)
        if about is None:
            about = self.graph[subject] = {TYPE: dict.fromkeys(_types(cls))}
        else:
            about.setdefault(TYPE, {}).update(dict.fromkeys(_types(cls)))
        steps, values_of = _steps(cls)
        values = values_of(struct)
        for (predicate, tell, more), value in compress(zip(steps, values, strict=True), values):
            terms = about.get(predicate)
            if terms is None:
                terms = about[predicate] = {}
            tell(self, terms, value, more)
        if cls == "Distribution" and struct.size == 0:  # the one value that is said although it counts as false
            about[_SIZE] = {literal("0", "", XSD.nonNegativeInteger): None}
        if cls in KINDS or cls == "catalog":
            for link in struct.links:
                row = _link_row(cls, link.relation)
                _tell_address(self, about.setdefault(f"<{row.property}>", {}), link.iri, _range(row))

    def add(self, subject: str, predicate: str, term: str) -> None:
        self.graph.setdefault(subject, {}).setdefault(predicate, {})[term] = None

    def describe(self, told: Told) -> None:
        """Type and, of a known concept, labels of all that was referred to; each concept once in a document."""
        for key in self.referred:
            if key not in told:
                if is_known(key[0]):
                    told.add(key)
                for triple in described(*key):
                    self.add(*triple)

    def absolute(self, address: str) -> str:
        """The term of an IRI; a local one is made absolute."""
        if address.startswith("http") or ":" in address.partition("/")[0]:
            return iri(address)
        return iri(f"{self.base}/{address.lstrip('/')}")

    def name(self, node: Node) -> str:
        """The term of a described node: its IRI or label, else one of ours, else a label that nobody else has."""
        if node.iri:
            return node.iri if _LABEL.fullmatch(node.iri) else self.absolute(node.iri)
        if isinstance(node, Agent) and node.id:
            return iri(f"{self.base}/id/{node.id}")
        if isinstance(node, Distribution) and node.id and self.id:
            return iri(f"{self.base}/id/{self.id}#{node.id}")
        self.fresh += 1
        return f"_:n{self.fresh}"

    def add_statements(self, metadata: Metadata | Catalogue, thing: str) -> None:
        """The statements that no row covers, as far as they are valid and still about something that is said (an
        override may have taken away what they hang on)."""
        if not metadata.statements:
            return
        waiting: dict[str, list[tuple[str, str]]] = {}
        for subject, predicate, term in statements_of(metadata.statements):
            if metadata.iri.startswith("_:"):
                subject, term = (thing if one == metadata.iri else one for one in (subject, term))
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


def statements_of(lines: str) -> list[tuple[str, str, str]]:
    """The statements of N-Triples; what is no valid line is left out (`quality.check` says so)."""
    found = (_STATEMENT.fullmatch(line) for line in lines.split("\n"))
    return [(match[1], match[2], match[3]) for match in found if match]


def _tell_text(said: Saying, terms: dict[str, None], value: Any, more: str) -> None:
    for tag, words in value.items():
        terms[literal(words, tag)] = None


def _tell_texts(said: Saying, terms: dict[str, None], value: Any, more: str) -> None:
    for text in value:
        _tell_text(said, terms, text, more)


def _tell_words(said: Saying, terms: dict[str, None], value: Any, more: str) -> None:
    for tag, several in value.items():
        for words in several:
            terms[literal(words, tag)] = None


def _tell_literals(said: Saying, terms: dict[str, None], value: Any, more: str) -> None:
    for words in value if isinstance(value, tuple) else (value,):
        terms[literal(words)] = None


def _tell_typed(said: Saying, terms: dict[str, None], value: Any, more: str) -> None:
    terms[literal(str(value), "", more)] = None


def _tell_date(said: Saying, terms: dict[str, None], value: Any, more: str) -> None:
    terms[_date(value)] = None


@lru_cache(8192)
def _date(value: str) -> str:
    return literal(value, "", date_type(value))


def _tell_address(said: Saying, terms: dict[str, None], value: Any, more: str) -> None:
    for address in value if isinstance(value, tuple) else (value,):
        term = said.absolute(address)
        terms[term] = None
        if more:
            said.referred[term, more] = None


def _tell_email(said: Saying, terms: dict[str, None], value: Any, more: str) -> None:
    terms[iri(f"mailto:{value}")] = None


def _tell_telephone(said: Saying, terms: dict[str, None], value: Any, more: str) -> None:
    terms[iri("tel:" + _NOT_DIAL.sub("-", value).strip("-"))] = None


def _tell_node(said: Saying, terms: dict[str, None], value: Any, more: str) -> None:
    for node in value if isinstance(value, tuple) else (value,):
        name = said.name(node)
        terms[name] = None
        said.tell(node, more, name)


_TELL: Final = {
    "text": _tell_text, "text*": _tell_texts, "words": _tell_words, "literal": _tell_literals, "date": _tell_date,
    "iri": _tell_address, "concept": _tell_address, "email": _tell_email, "telephone": _tell_telephone,
    "node": _tell_node,
}  # fmt: skip


@cache
def _types(cls: str) -> tuple[str, ...]:
    return tuple(f"<{type}>" for type in TYPES[cls])


@cache
def _steps(cls: str) -> tuple[tuple[_Step, ...], Callable[[Any], tuple[Any, ...]]]:
    """The rows of a class, and what takes their values from a struct; for a kind of thing also rows of other kinds, so
    that no field that is filled is dropped."""
    rows = [row for row in fields_of(cls) if row.form != "link"]
    if cls in KINDS:
        named = {row.name for row in rows}
        for row in FIELDS:
            if row.form != "link" and row.name not in named and any(kind in row.classes for kind in KINDS):
                named.add(row.name)
                rows.append(row)
    names = [row.name for row in rows]
    values_of = attrgetter(*names) if len(names) > 1 else lambda struct: (getattr(struct, names[0]),)
    return tuple(_step(row) for row in rows), values_of


def _step(row: Field) -> _Step:
    key = "text*" if row.form == "text" and row.many else row.form
    more = row.node or _range(row) or DATATYPES.get(row.form, "")
    return _Step(f"<{row.property}>", _TELL.get(key, _tell_typed), more)


def _range(row: Field) -> str:
    return "" if row.range in _ENTRIES else row.range


@cache
def _link_row(cls: str, relation: str) -> Field:
    rows = [row for row in FIELDS if row.form == "link" and row.name == relation]
    if not rows:
        raise KeyError(f"no link row {relation!r}")
    return next((row for row in rows if cls in row.classes), rows[0])
