"""Canonical N-Triples of one thing -> Metadata and findings, by the rows of `vocab/fields.py`.

A value in the form of its row fills the field. One in another form is repaired where only one meaning is possible
(`repairs`). All the rest is kept as statements, so that nothing is lost. Every repair and every value that cannot be
read is a finding.

Entry points: `read`; `read_node` for the catalogue itself and other nodes that are no thing.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from msgspec import structs

from registry import model
from registry.model import Findings, Kind, Metadata
from registry.model.identity import distribution_digest, with_ids
from registry.model.structs import struct_of
from registry.rdf import ordered_lists
from registry.rdf.descriptions import DESCRIBED_KINDS, kind_of
from registry.rdf.field_forms import WORDS_FIELDS, Slot, frozen, slots
from registry.rdf.kept import Kept, Pair
from registry.rdf.node_values import (
    HAS_GEOMETRY,
    LOCN_GEOMETRY,
    OWL_TIME_DATES,
    OWL_TIME_ENDS,
    VALUE_PROPERTIES,
    concept_of_node,
    date_of_instant,
    labels,
    name_of_node,
    shape_of_term,
)
from registry.rdf.repairs import concept_named, repaired
from registry.rdf.terms import (
    AS_WRITTEN,
    TYPE,
    in_current_namespace,
    is_blank,
    literal,
    text_of,
)
from registry.rules import finding
from vocab.fields import TYPES, Field
from vocab.namespaces import DCT, PREFIXES, RDFS
from vocab.values import year_of

_SEE_ALSO = f"<{RDFS.seeAlso}>"
_LICENCE = f"<{DCT.license}>"
_BLANK_STARTS: Final = frozenset('"\\ \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000').union(
    map(chr, range(0x2000, 0x200B))
)
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
    if kind == "dataset":
        reader.spread_licence(fields)
    fields.update(reader.remaining_statements())
    if "periods" in fields:
        fields["periods"] = tuple(sorted(fields["periods"], key=_by_time))
    if "distributions" in fields:
        fields["distributions"] = with_ids(fields["distributions"], _distribution_id)
    iri = text_of(root) if root[0] == "<" else root
    return Metadata(kind=kind, iri=iri, **fields), tuple(dict.fromkeys(reader.findings))


def read_node(closure: Mapping[bytes, Sequence[bytes]], node: bytes, cls: str) -> tuple[Any, Findings]:
    """The struct of a node that has the class, and the findings. `closure`: the statements about it and its parts."""
    index: dict[str, list[Pair]] = {}
    for subject, about in closure.items():
        pairs = (statement.decode().partition(" ") for statement in about)
        index[subject.decode()] = [(predicate, term) for predicate, _, term in pairs]
    reader = _Reader(index, node.decode())
    return reader.struct(reader.root, cls), tuple(dict.fromkeys(reader.findings))


def _frozen(fields: dict[str, Any]) -> dict[str, Any]:
    for name, value in fields.items():
        if type(value) is list or name in WORDS_FIELDS:
            fields[name] = frozen(value)
    return fields


def _by_time(period: model.Period) -> tuple[bool, float, str, str]:
    """The order of periods, which have none in RDF: by their beginning, those without dates last."""
    first = period.start or period.end
    return not first, year_of(first), period.start, period.end


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
    ordered_lists.spread(index)
    return index, types


def _root(types: Mapping[str, list[str]], kind: Kind | None) -> tuple[str, Kind]:
    """The thing that is described, and its kind: it is the only node with the type of a thing."""
    for kinds in (DESCRIBED_KINDS, _ORGANIZATIONS):
        for subject in sorted(types):
            by_type = kind_of(types[subject], kinds)
            if by_type:
                return subject, kind or by_type
    raise ValueError("no dataset, series, service, project, organization, event or public service is described")


class _Reader(Kept):
    """Reads one payload into structs. `nodes`: the struct of each node that was read as a class."""

    def __init__(self, index: Mapping[str, list[Pair]], root: str) -> None:
        super().__init__(index, root)
        self.nodes: dict[tuple[str, str], Any] = {}

    def fields(self, subject: str, cls: str) -> dict[str, Any]:
        """The fields of a node that has the class."""
        index, by_property, types = self.index, slots(cls), _types(cls)
        fields: dict[str, Any] = {}
        unread: list[Pair] = []
        to_repair: list[tuple[Slot, Pair]] = []
        held: list[str] = []
        for statement in index.get(subject, ()):
            predicate, term = statement
            slot = by_property.get(predicate)
            if slot is None:
                if predicate == TYPE and term in types:
                    continue
                slot = by_property.get(in_current_namespace(predicate))
                if slot:
                    to_repair.append((slot, statement))
                else:
                    self.add_unknown(subject, statement, unread)
                continue
            _, name, fits, put, node, former, is_text, is_concept = slot
            if is_text and term[1] in _BLANK_STARTS and term[0] == '"' and is_blank(term):
                continue  # as if it were not there
            value = None if former else fits(term) if not node else self.node(term, node)
            if value is None or (is_concept and term in index):
                to_repair.append((slot, statement))
            elif not put(fields, name, value):
                unread.append(statement)
                self.add_extra(subject, slot, term)
            elif node:
                held.append(term)
        self.held.setdefault(subject, []).extend(held)
        unread += [statement for slot, statement in to_repair if not self.repair(fields, subject, slot, *statement)]
        if unread and cls in _COMPLETED:
            _COMPLETED[cls](self, fields, subject, unread)
        self.set_unread(subject, unread)
        return _frozen(fields)

    def add_unknown(self, subject: str, statement: Pair, unread: list[Pair]) -> None:
        """Keeps a statement with a property that no row has."""
        if statement[0] in AS_WRITTEN:
            self.add_as_written(subject, *statement)
        else:
            unread.append(statement)

    def set_unread(self, subject: str, unread: list[Pair]) -> None:
        """Stores the statements about a node that no field takes; if it was read as two classes, those that neither
        takes."""
        before = self.unread.get(subject)
        again = frozenset(unread) if before else ()
        self.unread[subject] = unread if before is None else [statement for statement in before if statement in again]

    def node(self, term: str, cls: str) -> Any:
        """The struct of a node, None for a literal or an invalid IRI."""
        if term[0] == '"' or "\\" in term:
            return None
        key = (term, cls)
        struct = self.nodes.get(key)
        if struct is None:
            struct = self.nodes[key] = self.shared_node(term, cls)
        return struct

    def shared_node(self, term: str, cls: str) -> Any:
        """The struct of a node, from a cache where possible: all things of a catalogue describe the same few
        publishers, contacts and places. Only structs without unread statements, findings and notes are cached."""
        key = (term, cls, tuple(self.index.get(term, ())))
        if len(key[2]) > MAX_SHARED_STATEMENTS:
            return self.struct(term, cls)
        shared = _SHARED_NODES.get(key)
        if shared is not None:
            self.unread[term] = []
            return shared
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
        if "columns" in fields:
            fields["columns"] = tuple(sorted(fields["columns"], key=lambda column: column.number or 0))
        fields["iri"] = term if term[0] == "_" else term[1:-1]
        return struct_of(cls)(**fields)

    def repair(self, fields: dict[str, Any], subject: str, slot: Slot, predicate: str, term: str) -> bool:
        """Puts a value that has another form or a former property into its field. False: it stays a statement."""
        if predicate == LOCN_GEOMETRY:
            return self.add_geometry(fields, subject, slot, term)
        if term in self.index and not slot.node and (value := self.value_of_node(slot, term)) is not None:
            return self.put_value_of_node(fields, subject, slot, term, value)
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
        if not self.put(fields, subject, slot, value, term):
            return False
        self.add_finding(rule, subject, slot.row, term)
        text = text_of(term)
        if not _is_written(text.strip(), value, slot.row.form):
            self.add_note(subject, predicate, text)
        return True

    def put(self, fields: dict[str, Any], subject: str, slot: Slot, value: Any, term: str) -> bool:
        """Puts the value of a term into its field. False, with a finding, if the field holds another one."""
        if slot.put(fields, slot.row.name, value):
            if slot.node:
                self.held[subject].append(term)
            return True
        self.add_extra(subject, slot, term)
        return False

    def add_extra(self, subject: str, slot: Slot, term: str) -> None:
        """Notes that a field holds another value already, so that this one stays a statement."""
        self.all_held &= not slot.node
        if not (slot.former and slot.row.property.startswith(PREFIXES["vcard"])):  # the organization beside the name
            self.add_finding("value-extra", subject, slot.row, term)

    def repair_named(self, fields: dict[str, Any], subject: str, slot: Slot, predicate: str, term: str) -> bool:
        """Puts the concept that a blank node only names, such as `[ rdfs:label "CSV" ]`, into its field.

        False, with a finding, if the node names none or the field holds another value.
        """
        names = labels(self.index.get(term, []))
        value = next(filter(None, (repaired(slot.row, name) for name in names)), None)
        text = " ".join(map(text_of, names))
        if value is None or self.pointers[term] != 1 or not slot.put(fields, slot.row.name, value):
            self.findings.append(finding("value-unread", slot.row.name, text or term, self.name_of(subject)))
            return False
        self.unread[term] = []
        self.held[subject].append(term)
        self.findings.append(finding("value-mended", slot.row.name, text, self.name_of(subject)))
        self.add_note(subject, predicate, text)
        return True

    def value_of_node(self, slot: Slot, term: str) -> Any:
        """The value that a described node stands for, else None: the concept that one of its names, pages or matches
        means, or the value of a vCard node."""
        about = self.index[term]
        if slot.row.form == "concept":
            only_named = term[0] == "_" and labels(about)  # `repair_named` takes these
            is_concept = term[0] == "<" and (concept_named(slot.row, text_of(term)) or slot.row.values == "")
            own = None if slot.former or term[0] == "_" else slot.fits(term)
            return own if only_named or is_concept else concept_of_node(slot.row, about) or own
        for predicate, value in about:
            if predicate in VALUE_PROPERTIES:
                read = slot.fits(value)
                return repaired(slot.row, value) if read is None else read
        return None

    def put_value_of_node(self, fields: dict[str, Any], subject: str, slot: Slot, term: str, value: Any) -> bool:
        """Puts the value that a described node stands for; what else is said about the node stays in the statements."""
        if not self.put(fields, subject, slot, value, term):
            return False
        if value == text_of(term):
            return True
        if slot.row.form != "concept":
            return False  # it stays a statement as well, with what vCard says about it (work, home, fax)
        name = name_of_node(self.index[term]) or term
        self.add_finding("value-mended", subject, slot.row, name)
        self.notes.append(f"{subject} {_SEE_ALSO} {term} .\n")
        return True

    def add_owl_time(self, fields: dict[str, Any], subject: str, unread: list[Pair]) -> None:
        """Fills start and end of a period that OWL Time describes; its statements stay."""
        for predicate, term in unread:
            name = OWL_TIME_ENDS.get(predicate)
            if name and name not in fields:
                date = date_of_instant(self.index.get(term, [(OWL_TIME_DATES[0], term)]))
                if date:
                    fields[name] = date

    def add_geometry(self, fields: dict[str, Any], subject: str, slot: Slot, term: str) -> bool:
        """Fills the shape of a place from another notation or a node. False: the statement stays as it is."""
        value = shape_of_term(term, self.index.get(term, ())) or repaired(slot.row, term)
        if value is None:
            self.add_finding("value-unread", subject, slot.row, term)
        elif "geometry" not in fields:
            fields["geometry"] = value
            if term[0] == '"':
                self.add_finding("value-mended", subject, slot.row, term)
        elif value not in (fields["geometry"], shape_of_term(literal(fields["geometry"]), ())):
            self.add_extra(subject, slot, term)
        return False

    def add_geometries(self, fields: dict[str, Any], subject: str, unread: list[Pair]) -> None:
        """Fills the shape of a place from `geo:hasGeometry`. Where a shape stays as a statement, all of them do:
        `graphs` then leaves out the literal of the field."""
        for predicate, term in unread:
            if predicate == HAS_GEOMETRY and (value := shape_of_term(term, self.index.get(term, ()))):
                fields.setdefault("geometry", value)
        if any(predicate == LOCN_GEOMETRY for predicate, _ in unread):
            shapes = [statement for statement in self.index[subject] if statement[0] == LOCN_GEOMETRY]
            unread += [statement for statement in shapes if statement not in unread]

    def spread_licence(self, fields: dict[str, Any]) -> None:
        """Gives the licence of a dataset to its files without one: DCAT-AP.de wants it there (convention 14)."""
        slot = slots("Distribution")[_LICENCE]
        at_dataset: dict[str, Any] = {}
        terms = [term for predicate, term in self.unread[self.root] if predicate == _LICENCE]
        missing = [file for file in fields.get("distributions", ()) if not (file.licence or file.rights)]
        if len(terms) != 1 or not missing:
            return
        (term,) = terms
        fits = slot.fits(term)
        if not (fits and slot.put(at_dataset, "licence", fits) and term not in self.index):
            at_dataset.clear()
            self.repair(at_dataset, self.root, slot, _LICENCE, term)
            if term in self.index:
                self.unread[term] = list(self.index[term])  # the statement at the dataset stays
        licence = at_dataset.get("licence")
        if licence:
            self.add_finding("value-mended", self.root, slot.row, term)
            fields["distributions"] = tuple(
                structs.replace(file, licence=licence) if file in missing else file for file in fields["distributions"]
            )


# Classes whose fields are filled from statements that stay as well.
_COMPLETED: Final = {"Period": _Reader.add_owl_time, "Place": _Reader.add_geometries}


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


def _distribution_id(distribution: model.Distribution) -> str:
    """The fragment of its IRI, else a digest."""
    iri = distribution.iri
    fragment = _FRAGMENT.search(iri) if "#" in iri and not iri.startswith("_:") else None
    return fragment[1] if fragment else distribution_digest(distribution)
