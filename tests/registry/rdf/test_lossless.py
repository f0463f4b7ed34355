"""Each file of the standards and of real catalogues: read, written, and read again. What is not there any more was
mended, and the report says so.

Covers: registry/rdf/reading.py, registry/rdf/graphs.py
"""

import gzip
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from registry import rdf
from registry.errors import LotseError
from registry.model import Findings, Metadata
from registry.rdf.terms import TYPE, in_current_namespace, text_of
from registry.rdf.writing import written
from tests.conftest import SHARED
from vocab.fields import FIELDS

BASE = "https://portal.example.org"
FOLDERS = ("data/dcat", "standards")
SUFFIXES = (".ttl", ".rdf", ".xml", ".jsonld", ".nt", ".json", ".owl")
MENDED = ("value-mended", "term-former")


def files() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((SHARED / folder).rglob("*")):
            if path.name.removesuffix(".gz").endswith(SUFFIXES):
                yield path


@cache
def things(path: Path) -> tuple[rdf.Description, ...]:
    """What a file describes; nothing for a file that cannot be read, which is told then."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        graph = rdf.parse(data, name=path.name.removesuffix(".gz")).graph
    except LotseError:
        return ()
    return tuple(rdf.things(graph)) or tuple(rdf.things(graph, ("organization",)))


def subject_of(metadata: Metadata) -> str:
    return f"{BASE}/id/x" if metadata.iri.startswith("_:") else metadata.iri


def lines(text: str) -> Iterator[tuple[str, str, str]]:
    """The statements of N-Triples, each blank node as `_:`."""
    for line in text.strip().split("\n"):
        subject, predicate, term = line.removesuffix(" .").split(" ", 2)
        yield "_:" if subject[0] == "_" else subject, predicate, "_:" if term[0] == "_" else term


def written_again(metadata: Metadata) -> str:
    graph = rdf.graph(metadata, subject_of(metadata), BASE)
    return b"".join(written([("x", graph)], "nt")).decode()


def payload(thing: rdf.Description, metadata: Metadata) -> str:
    """The statements about a thing; one without an IRI has got one of ours."""
    text = thing.payload.decode()
    if not metadata.iri.startswith("_:"):
        return text
    return re.sub(rf"(?m)(^|(?<= )){re.escape(metadata.iri)}(?= )", f"<{subject_of(metadata)}>", text)


def is_told(subject: str, predicate: str, term: str, findings: Findings) -> bool:
    """Whether a finding says what became of a statement: its value was mended, or its property is of an older profile;
    a node that only named a concept is gone with its type. Texts of blanks count as missing."""
    text = text_of(term)
    if not text.strip() or text in {str(finding.value) for finding in findings}:
        return True
    mended = {finding.field for finding in findings if finding.rule in MENDED}
    if predicate == TYPE:
        return subject == "_:" and bool(mended)
    names = {row.name for row in FIELDS if in_current_namespace(predicate)[1:-1] in (row.property, *row.former)}
    return bool(names & mended)


def test_no_statement_of_any_file_is_lost_without_a_word(shared: Path) -> None:
    statements = 0
    for path in files():
        for thing in things(path):
            if thing.error:
                continue
            metadata, findings = rdf.read(thing.payload)
            kept = set(lines(written_again(metadata)))
            for statement in lines(payload(thing, metadata)):
                statements += 1
                assert statement in kept or is_told(*statement, findings), (path, thing.iri, statement)
    assert statements > 60_000


def test_what_was_written_is_read_the_same(shared: Path) -> None:
    count = 0
    for path in files():
        for thing in things(path):
            if thing.error:
                continue
            metadata, _ = rdf.read(thing.payload)
            again = list(rdf.things(rdf.parse(written_again(metadata).encode(), name="a.nt").graph, (metadata.kind,)))
            assert len(again) == 1, (path, thing.iri)
            read_again, _ = rdf.read(again[0].payload, metadata.kind)
            assert set(lines(written_again(read_again))) == set(lines(written_again(metadata))), (path, thing.iri)
            count += 1
    assert count > 1_500


@pytest.mark.parametrize("lost", ['<https://x.example/d> <http://purl.org/dc/terms/title> "T" .'])
def test_a_statement_that_nobody_mentions_would_be_noticed(lost: str) -> None:
    ((subject, predicate, term),) = lines(lost)
    assert not is_told(subject, predicate, term, ())
