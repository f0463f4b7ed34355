"""Canonical N-Triples of one thing to Metadata: what fits a row fills the field, what can be mended for certain is, the
rest is kept as statements; every repair and every leftover is a finding."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, Final

from registry import model
from registry.model import Finding, Findings, Kind, Metadata
from registry.model.identity import distribution_digest, with_ids
from registry.rdf.descriptions import DESCRIBED_KINDS, kind_of
from registry.rdf.field_forms import WORDS, Place, finished, places
from registry.rdf.repairs import labels, mended
from registry.rdf.terms import NO_TAG, SPELT, TYPE, literal, parts, present, unescaped, valid_iri, words_of
from registry.rules import finding
from vocab.fields import STRUCTS, TYPES, Field
from vocab.namespaces import SKOS, curie
from vocab.values import TAG, language_tag

Pair = tuple[str, str]  # predicate and object

_NOTE = f"<{SKOS.editorialNote}>"
_ORGANIZATIONS: Final[tuple[Kind, ...]] = ("organization",)
MOST_SHARED: Final = 8  # statements about a node that several things may share,
MOST_WORDS: Final = 1_000  # characters of these,
MOST_DESCRIBED: Final = 4_096  # and such nodes that are kept
_DESCRIBED: Final[dict[tuple[str, str, tuple[Pair, ...]], Any]] = {}
_FRAGMENT = re.compile(r"#([A-Za-z0-9][A-Za-z0-9._-]{0,79})$")


def read(payload: bytes, kind: Kind | None = None) -> tuple[Metadata, Findings]:
    """The Metadata of one thing, and what was noticed. `payload`: as in `Description`; `kind`: if its type is not to
    decide. Raises ValueError where no thing is described."""
    index, types = _index(payload)
    root, told = _root(types, kind)
    reading = _Reading(index, root)
    fields = reading.fields(root, told)
    fields.update(reading.rest(root))
    if "distributions" in fields:
        fields["distributions"] = with_ids(fields["distributions"], _distribution_id)
    iri = words_of(root) if root[0] == "<" else root
    return Metadata(kind=told, iri=iri, **fields), tuple(dict.fromkeys(reading.findings))


def _index(payload: bytes) -> tuple[dict[str, list[Pair]], dict[str, list[str]]]:
    """What is said of each node, and the types of those that have any."""
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
    """The thing that is described: only that has the type of one."""
    for kinds in (DESCRIBED_KINDS, _ORGANIZATIONS):
        for subject in sorted(types):
            found = kind_of(types[subject], kinds)
            if found:
                return subject, kind or found
    raise ValueError("no dataset, series, service, project, organization, event or public service is described")


class _Reading:
    """One payload on its way into structs; `left` are the statements of each node that no struct says."""

    def __init__(self, index: Mapping[str, list[Pair]], root: str) -> None:
        self.index = index
        self.root = root
        self.findings: list[Finding] = []
        self.left: dict[str, list[Pair]] = {}
        self.notes: list[str] = []
        self.nodes: dict[tuple[str, str], Any] = {}

    def fields(self, subject: str, cls: str) -> dict[str, Any]:
        """The fields of a node of that class."""
        known, types = places(cls), _types(cls)
        out: dict[str, Any] = {}
        left: list[Pair] = []
        later: list[tuple[Place, Pair]] = []
        for statement in self.index.get(subject, ()):
            predicate, term = statement
            if predicate == TYPE and term in types:
                continue
            place = known.get(predicate)
            if place is None:
                place = known.get(present(predicate))
                if place is None and predicate in SPELT:
                    self.spelt(subject, predicate, term)
                elif place is None:
                    left.append(statement)
                else:
                    later.append((place, statement))
                continue
            row, name, fits, put, node, former = place
            value = None if former else fits(term) if not node else self.node(term, node)
            if value is None:
                later.append((place, statement))
            elif not put(out, name, value):
                left.append(statement)
                self.find("value-extra", subject, row, term)
        left += [statement for place, statement in later if not self.mend(out, subject, place, *statement)]
        before = self.left.get(subject)
        again = frozenset(left) if before else ()
        self.left[subject] = left if before is None else [one for one in before if one in again]
        for name, value in out.items():
            if type(value) is list or name in WORDS:
                out[name] = finished(value)
        return out

    def node(self, term: str, cls: str) -> Any:
        """The struct of a node; None for what is none."""
        if term[0] == '"' or "\\" in term:
            return None
        key = (term, cls)
        if key not in self.nodes:
            self.nodes[key] = self.described(term, cls)
        return self.nodes[key]

    def described(self, term: str, cls: str) -> Any:
        """Of the few publishers, contacts and places of a catalogue each thing says the same: what is read without a
        remainder is read once."""
        key = (term, cls, tuple(self.index.get(term, ())))
        if len(key[2]) > MOST_SHARED:
            return self.struct(term, cls)
        if key in _DESCRIBED:
            self.left[term] = []
            return _DESCRIBED[key]
        before = len(self.nodes), len(self.findings), len(self.notes)
        made = self.struct(term, cls)
        whole = not self.left[term] and before == (len(self.nodes), len(self.findings), len(self.notes))
        if whole and sum(len(words) for _, words in key[2]) <= MOST_WORDS:
            if len(_DESCRIBED) >= MOST_DESCRIBED:
                _DESCRIBED.clear()
            _DESCRIBED[key] = made
        return made

    def struct(self, term: str, cls: str) -> Any:
        fields = self.fields(term, cls)
        fields["iri"] = term if term[0] == "_" else term[1:-1]
        return _struct(cls)(**fields)

    def mend(self, out: dict[str, Any], subject: str, place: Place, predicate: str, term: str) -> bool:
        """Puts a value that is said in another form, or by a former property; False: it stays a statement."""
        moved = predicate != f"<{place.row.property}>"
        value, rule = None, "term-former"
        if moved:
            value = self.node(term, place.node) if place.node else place.fits(term)
        if moved and value is not None and place.row.form == "concept":
            value = mended(place.row, term, former=True) or value
        if value is None:
            value, rule = mended(place.row, term), "value-mended"
        if value is None and term[0] == "_" and place.row.form == "concept":
            return self.mend_named(out, subject, place, predicate, term)
        if value is None:
            self.find(_unread(place.row, term), subject, place.row, term)
            return False
        if not place.put(out, place.row.name, value):
            self.find("value-extra", subject, place.row, term)
            return False
        self.find(rule, subject, place.row, term)
        words = words_of(term)
        if not _is_written(words.strip(), value, place.row.form):
            self.note(subject, predicate, words)
        return True

    def mend_named(self, out: dict[str, Any], subject: str, place: Place, predicate: str, term: str) -> bool:
        """A concept that is said by a blank node with its name only: the node is written as its words."""
        names = labels(self.index.get(term, []))
        value = next((found for name in names if (found := mended(place.row, name)) is not None), None)
        words = " ".join(map(words_of, names))
        if value is None or self.pointed[term] != 1 or not place.put(out, place.row.name, value):
            self.findings.append(finding("value-unread", place.row.name, words or term, self.called(subject)))
            return False
        self.left[term] = []
        self.findings.append(finding("value-mended", place.row.name, words, self.called(subject)))
        self.note(subject, predicate, words)
        return True

    def spelt(self, subject: str, predicate: str, term: str) -> None:
        """Names an IRI that was mended on parsing, and keeps what the source wrote."""
        (field, property), words = SPELT[predicate], words_of(term)
        rule = "value-mended" if valid_iri(words) else "address-unreadable"
        self.findings.append(finding(rule, field, words, self.called(subject)))
        self.notes.append(f"{subject} {_NOTE} {literal(f'{property}: {words}')} .\n")

    @cached_property
    def pointed(self) -> Counter[str]:
        """How often each blank node is pointed to; counted once, and only where it is asked."""
        return Counter(term for about in self.index.values() for _, term in about if term[0] == "_")

    def note(self, subject: str, predicate: str, words: str) -> None:
        """Keeps what the source wrote where we write something else."""
        said = literal(f"{curie(present(predicate)[1:-1])}: {words}")
        self.notes.append(f"{subject} {_NOTE} {said} .\n")

    def find(self, rule: str, subject: str, row: Field, term: str) -> None:
        self.findings.append(finding(rule, row.name, words_of(term), self.called(subject)))

    def called(self, subject: str) -> str:
        return "" if subject == self.root else words_of(subject)

    def rest(self, root: str) -> dict[str, str]:
        """All that no row covers, as valid N-Triples."""
        lines = self.notes
        named = {one.value for one in self.findings}
        for subject, about in self.index.items():
            for predicate, term in self.left.get(subject, about):
                if predicate in SPELT:  # of a node that no struct says
                    self.spelt(subject, predicate, term)
                    continue
                sound = self.sound(subject, predicate, term)
                if sound != term and words_of(term) not in named:
                    rule = "value-mended" if sound[0] == term[0] else "address-unreadable"
                    field = curie(present(predicate)[1:-1])
                    self.findings.append(finding(rule, field, words_of(term), self.called(subject)))
                lines.append(f"{subject} {predicate} {sound} .\n")
        return {"statements": "".join(sorted(set(lines)))} if lines else {}

    def sound(self, subject: str, predicate: str, term: str) -> str:
        """The term, made valid where a lenient parser let something through."""
        if term[0] == "<" and "\\" in term:
            iri = valid_iri(unescaped(term[1:-1]))
            if iri:
                self.note(subject, predicate, words_of(term))
            return f"<{iri}>" if iri else literal(words_of(term))
        if term[0] == '"' and not term.endswith('"'):
            words, tag, datatype = parts(term)
            if not datatype and not TAG.fullmatch(tag):
                return literal(words, language_tag(tag) or NO_TAG)
            if "\\" in datatype:
                self.note(subject, predicate, f"{words}^^{unescaped(datatype)}")
                return literal(words)
        return term


def _unread(row: Field, term: str) -> str:
    if row.form == "date":
        return "date-unreadable"
    return "address-unreadable" if row.form in ("iri", "link") and term[0] != "_" else "value-unread"


def _is_written(words: str, value: Any, form: str) -> bool:
    """Whether the words of the source will stand in what we write for a mended value."""
    if form in ("concept", "iri", "link"):
        return bool(words == value)
    if isinstance(value, model.Node):
        named: Mapping[str, str] = getattr(value, "name", None) or getattr(value, "label", None) or {}
        return words in (value.iri, getattr(value, "notation", ""), *map(str.strip, named.values()))
    return words in (value[-1].strip() if isinstance(value, tuple) else str(value))


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
