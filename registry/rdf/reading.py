"""Canonical N-Triples of one thing -> Metadata and findings, by the rows of `vocab/fields.py`.

A value in the form of its row fills the field. One in another form is repaired where only one meaning is possible
(`repairs`). All the rest is kept as statements, so that nothing is lost. Every repair and every value that cannot be
read is a finding.

Entry point: `read`.
"""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, Final

from registry import model
from registry.model import Finding, Findings, Kind, Metadata
from registry.model.identity import distribution_digest, with_ids
from registry.rdf.descriptions import DESCRIBED_KINDS, kind_of
from registry.rdf.field_forms import WORDS_FIELDS, Slot, frozen, slots
from registry.rdf.repairs import labels, repaired
from registry.rdf.terms import (
    AS_WRITTEN,
    NO_TAG,
    TYPE,
    in_current_namespace,
    literal,
    literal_parts,
    text_of,
    unescaped,
    valid_iri,
)
from registry.rules import finding
from vocab.fields import STRUCTS, TYPES, Field
from vocab.namespaces import SKOS, curie
from vocab.values import TAG, language_tag

Pair = tuple[str, str]  # predicate and object

_NOTE = f"<{SKOS.editorialNote}>"
_ORGANIZATIONS: Final[tuple[Kind, ...]] = ("organization",)
# Limits of the cache of nodes that many things of a catalogue describe in the same way: statements and characters of a
# node, and nodes.
MAX_SHARED_STATEMENTS: Final = 8
MAX_SHARED_CHARACTERS: Final = 1_000
MAX_SHARED_NODES: Final = 4_096
_SHARED_NODES: Final[dict[tuple[str, str, tuple[Pair, ...]], Any]] = {}
_FRAGMENT = re.compile(r"#([A-Za-z0-9][A-Za-z0-9._-]{0,79})$")


def read(payload: bytes, kind: Kind | None = None) -> tuple[Metadata, Findings]:
    """The Metadata of one thing and the findings. `payload`: as in `Description`; `kind`: overrules the type of the
    thing. Raises ValueError if no thing is described."""
    index, types = _index(payload)
    root, kind = _root(types, kind)
    reader = _Reader(index, root)
    fields = reader.fields(root, kind)
    fields.update(reader.remaining_statements(root))
    if "distributions" in fields:
        fields["distributions"] = with_ids(fields["distributions"], _distribution_id)
    iri = text_of(root) if root[0] == "<" else root
    return Metadata(kind=kind, iri=iri, **fields), tuple(dict.fromkeys(reader.findings))


def _index(payload: bytes) -> tuple[dict[str, list[Pair]], dict[str, list[str]]]:
    """The statements about each node, and the types of those that have any."""
    index: dict[str, list[Pair]] = {}
    types: dict[str, list[str]] = {}
    last, about = "", []
    for line in payload.decode().removesuffix(" .\n").split(" .\n"):
        subject, predicate, term = line.split(" ", 2)
        if subject != last:
            about = index.setdefault(subject, [])
            last = subject
        about.append((predicate, term))
        if predicate == TYPE:
            types.setdefault(subject, []).append(term)
    return index, types


def _root(types: Mapping[str, list[str]], kind: Kind | None) -> tuple[str, Kind]:
    """The thing that is described, and its kind: it is the only node with the type of a thing."""
    for kinds in (DESCRIBED_KINDS, _ORGANIZATIONS):
        for subject in sorted(types):
            by_type = kind_of(types[subject], kinds)
            if by_type:
                return subject, kind or by_type
    raise ValueError("no dataset, series, service, project, organization, event or public service is described")


class _Reader:
    """Reads one payload into structs. `unread`: the statements about each node that no struct holds; `notes`: lines of
    N-Triples that keep what the source wrote."""

    def __init__(self, index: Mapping[str, list[Pair]], root: str) -> None:
        self.index = index
        self.root = root
        self.findings: list[Finding] = []
        self.unread: dict[str, list[Pair]] = {}
        self.notes: list[str] = []
        self.nodes: dict[tuple[str, str], Any] = {}

    def fields(self, subject: str, cls: str) -> dict[str, Any]:
        """The fields of a node that has the class."""
        by_property, types = slots(cls), _types(cls)
        fields: dict[str, Any] = {}
        unread: list[Pair] = []
        to_repair: list[tuple[Slot, Pair]] = []
        for statement in self.index.get(subject, ()):
            predicate, term = statement
            if predicate == TYPE and term in types:
                continue
            slot = by_property.get(predicate)
            if slot is None:
                slot = by_property.get(in_current_namespace(predicate))
                if slot is None and predicate in AS_WRITTEN:
                    self.add_as_written(subject, predicate, term)
                elif slot is None:
                    unread.append(statement)
                else:
                    to_repair.append((slot, statement))
                continue
            row, name, fits, put, node, former = slot
            value = None if former else fits(term) if not node else self.node(term, node)
            if value is None:
                to_repair.append((slot, statement))
            elif not put(fields, name, value):
                unread.append(statement)
                self.add_finding("value-extra", subject, row, term)
        unread += [statement for slot, statement in to_repair if not self.repair(fields, subject, slot, *statement)]
        before = self.unread.get(subject)
        again = frozenset(unread) if before else ()
        self.unread[subject] = unread if before is None else [statement for statement in before if statement in again]
        for name, value in fields.items():
            if type(value) is list or name in WORDS_FIELDS:
                fields[name] = frozen(value)
        return fields

    def node(self, term: str, cls: str) -> Any:
        """The struct of a node, None for a literal or an invalid IRI."""
        if term[0] == '"' or "\\" in term:
            return None
        key = (term, cls)
        if key not in self.nodes:
            self.nodes[key] = self.shared_node(term, cls)
        return self.nodes[key]

    def shared_node(self, term: str, cls: str) -> Any:
        """The struct of a node, from a cache where possible: all things of a catalogue describe the same few
        publishers, contacts and places. Only structs without unread statements, findings and notes are cached."""
        key = (term, cls, tuple(self.index.get(term, ())))
        if len(key[2]) > MAX_SHARED_STATEMENTS:
            return self.struct(term, cls)
        if key in _SHARED_NODES:
            self.unread[term] = []
            return _SHARED_NODES[key]
        before = len(self.nodes), len(self.findings), len(self.notes)
        struct = self.struct(term, cls)
        complete = not self.unread[term] and before == (len(self.nodes), len(self.findings), len(self.notes))
        if complete and sum(len(text) for _, text in key[2]) <= MAX_SHARED_CHARACTERS:
            if len(_SHARED_NODES) >= MAX_SHARED_NODES:
                _SHARED_NODES.clear()
            _SHARED_NODES[key] = struct
        return struct

    def struct(self, term: str, cls: str) -> Any:
        fields = self.fields(term, cls)
        fields["iri"] = term if term[0] == "_" else term[1:-1]
        return _struct(cls)(**fields)

    def repair(self, fields: dict[str, Any], subject: str, slot: Slot, predicate: str, term: str) -> bool:
        """Puts a value that has another form or a former property into its field. False: it stays a statement."""
        moved = predicate != f"<{slot.row.property}>"
        value, rule = None, "term-former"
        if moved:
            value = self.node(term, slot.node) if slot.node else slot.fits(term)
        if moved and value is not None and slot.row.form == "concept":
            value = repaired(slot.row, term, former=True) or value
        if value is None:
            value, rule = repaired(slot.row, term), "value-mended"
        if value is None and term[0] == "_" and slot.row.form == "concept":
            return self.repair_named(fields, subject, slot, predicate, term)
        if value is None:
            self.add_finding(_unread(slot.row, term), subject, slot.row, term)
            return False
        if not slot.put(fields, slot.row.name, value):
            self.add_finding("value-extra", subject, slot.row, term)
            return False
        self.add_finding(rule, subject, slot.row, term)
        text = text_of(term)
        if not _is_written(text.strip(), value, slot.row.form):
            self.add_note(subject, predicate, text)
        return True

    def repair_named(self, fields: dict[str, Any], subject: str, slot: Slot, predicate: str, term: str) -> bool:
        """The same for a blank node that only names a concept, such as `[ rdfs:label "CSV" ]`."""
        names = labels(self.index.get(term, []))
        value = next(filter(None, (repaired(slot.row, name) for name in names)), None)
        text = " ".join(map(text_of, names))
        if value is None or self.pointers[term] != 1 or not slot.put(fields, slot.row.name, value):
            self.findings.append(finding("value-unread", slot.row.name, text or term, self.name_of(subject)))
            return False
        self.unread[term] = []
        self.findings.append(finding("value-mended", slot.row.name, text, self.name_of(subject)))
        self.add_note(subject, predicate, text)
        return True

    def add_as_written(self, subject: str, predicate: str, term: str) -> None:
        """Adds a finding for an IRI that the parser had to repair, and a note with what the source wrote."""
        (field, property), text = AS_WRITTEN[predicate], text_of(term)
        rule = "value-mended" if valid_iri(text) else "address-unreadable"
        self.findings.append(finding(rule, field, text, self.name_of(subject)))
        self.notes.append(f"{subject} {_NOTE} {literal(f'{property}: {text}')} .\n")

    @cached_property
    def pointers(self) -> Counter[str]:
        """How many statements point to each blank node."""
        return Counter(term for about in self.index.values() for _, term in about if term[0] == "_")

    def add_note(self, subject: str, predicate: str, text: str) -> None:
        """Keeps what the source wrote, where we write something else, as a skos:editorialNote."""
        note = literal(f"{curie(in_current_namespace(predicate)[1:-1])}: {text}")
        self.notes.append(f"{subject} {_NOTE} {note} .\n")

    def add_finding(self, rule: str, subject: str, row: Field, term: str) -> None:
        self.findings.append(finding(rule, row.name, text_of(term), self.name_of(subject)))

    def name_of(self, subject: str) -> str:
        return "" if subject == self.root else text_of(subject)

    def remaining_statements(self, root: str) -> dict[str, str]:
        """The field `statements`: all that no row covers, as valid N-Triples."""
        lines = self.notes
        reported = {finding.value for finding in self.findings}
        for subject, about in self.index.items():
            for predicate, term in self.unread.get(subject, about):
                if predicate in AS_WRITTEN:  # of a node that no struct holds
                    self.add_as_written(subject, predicate, term)
                    continue
                valid = self.valid_term(subject, predicate, term)
                if valid != term and text_of(term) not in reported:
                    rule = "value-mended" if valid[0] == term[0] else "address-unreadable"
                    field = curie(in_current_namespace(predicate)[1:-1])
                    self.findings.append(finding(rule, field, text_of(term), self.name_of(subject)))
                lines.append(f"{subject} {predicate} {valid} .\n")
        return {"statements": "".join(sorted(set(lines)))} if lines else {}

    def valid_term(self, subject: str, predicate: str, term: str) -> str:
        """The term, made valid where the lenient parser let an invalid IRI or language tag pass."""
        if term[0] == "<" and "\\" in term:
            iri = valid_iri(unescaped(term[1:-1]))
            if iri:
                self.add_note(subject, predicate, text_of(term))
            return f"<{iri}>" if iri else literal(text_of(term))
        if term[0] == '"' and not term.endswith('"'):
            text, tag, datatype = literal_parts(term)
            if not datatype and not TAG.fullmatch(tag):
                return literal(text, language_tag(tag) or NO_TAG)
            if "\\" in datatype:
                self.add_note(subject, predicate, f"{text}^^{unescaped(datatype)}")
                return literal(text)
        return term


def _unread(row: Field, term: str) -> str:
    if row.form == "date":
        return "date-unreadable"
    return "address-unreadable" if row.form in ("iri", "link") and term[0] != "_" else "value-unread"


def _is_written(text: str, value: Any, form: str) -> bool:
    """Whether what we write for a repaired value contains the text of the source, so that it needs no note."""
    if form in ("concept", "iri", "link"):
        return bool(text == value)
    if isinstance(value, model.Node):
        named: Mapping[str, str] = getattr(value, "name", None) or getattr(value, "label", None) or {}
        return text in (value.iri, getattr(value, "notation", ""), *map(str.strip, named.values()))
    return text in (value[-1].strip() if isinstance(value, tuple) else str(value))


@cache
def _types(cls: str) -> frozenset[str]:
    return frozenset(f"<{type}>" for type in TYPES[cls])


@cache
def _struct(cls: str) -> type[model.Node]:
    struct: type[model.Node] = getattr(model, STRUCTS.get(cls, cls))
    return struct


def _distribution_id(distribution: model.Distribution) -> str:
    """The fragment of its IRI, else a digest."""
    fragment = None if distribution.iri.startswith("_:") else _FRAGMENT.search(distribution.iri)
    return fragment[1] if fragment else distribution_digest(distribution)
