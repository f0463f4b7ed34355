"""What no field of a thing holds, kept as statements, and the findings about it.

Entry point: `Kept`, from which the reader of `reading` is made.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cached_property

from registry.model import Finding
from registry.rdf.terms import (
    AS_WRITTEN,
    NO_TAG,
    in_current_namespace,
    literal,
    literal_parts,
    text_of,
    unescaped,
    valid_iri,
)
from registry.rules import finding
from vocab.fields import Field
from vocab.namespaces import SKOS, curie
from vocab.values import TAG, language_tag

Pair = tuple[str, str]  # predicate and object

_NOTE = f"<{SKOS.editorialNote}>"


class Kept:
    """What a description says besides its fields. `unread`: the statements about each node that no struct holds;
    `notes`: lines of N-Triples that keep what the source wrote; `held`: the nodes whose structs the fields of a node
    hold; `all_held`: no field refused the struct of a node, so each node that was read is part of the thing."""

    def __init__(self, index: Mapping[str, list[Pair]], root: str) -> None:
        self.index = index
        self.root = root
        self.findings: list[Finding] = []
        self.unread: dict[str, list[Pair]] = {}
        self.notes: list[str] = []
        self.held: dict[str, list[str]] = {}
        self.all_held = True

    def reachable(self) -> Collection[str]:
        """The nodes whose structs the thing holds, directly or by others."""
        if self.all_held:
            return self.unread.keys()
        reached, queue = {self.root}, [self.root]
        while queue:
            for term in self.held.get(queue.pop(), ()):
                if term not in reached:
                    reached.add(term)
                    queue.append(term)
        return reached

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

    def remaining_statements(self) -> dict[str, str]:
        """The field `statements`: all that no row covers, as valid N-Triples."""
        lines = self.notes
        reported = {finding.value for finding in self.findings}
        reachable = self.reachable()
        for subject, about in self.index.items():
            for predicate, term in self.unread.get(subject, about) if subject in reachable else about:
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
