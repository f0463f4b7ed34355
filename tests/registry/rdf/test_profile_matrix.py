"""Each property of the application profiles goes in and out, in all languages in which it is written.

Covers: registry/rdf/graphs.py, registry/rdf/reading.py
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from registry import rdf
from registry.model import Kind
from registry.rdf.graphs import GraphBuilder
from registry.rdf.writing import written
from tests.registry.rdf.test_lossless import lines, written_again
from tests.vocab.test_fields import CLASSES
from vocab.concepts import concept_list
from vocab.fields import TYPES, Field, by_property
from vocab.kinds import KIND_ROWS
from vocab.namespaces import XSD, iri

HOLDERS = {  # class of a node -> class and property of what holds it
    "Distribution": ("dataset", "dcat:distribution"), "Agent": ("dataset", "dct:publisher"),
    "Contact": ("dataset", "dcat:contactPoint"), "Attribution": ("dataset", "prov:qualifiedAttribution"),
    "Relationship": ("dataset", "dcat:qualifiedRelation"), "Period": ("dataset", "dct:temporal"),
    "Place": ("dataset", "dct:spatial"), "Identifier": ("dataset", "adms:identifier"),
    "Checksum": ("Distribution", "spdx:checksum"),
}  # fmt: skip
VALUES = {  # form of a row -> terms as sources write them
    "text": ('"Wert"@de', '"Value"@en', '"Valeur"@fr'), "words": ('"Wert"@de', '"zwei"@de', '"value"@en'),
    "literal": ('"1.2"',), "date": (f'"2026-01-15"^^<{XSD.date}>',), "decimal": (f'"2.5"^^<{XSD.decimal}>',),
    "integer": (f'"7"^^<{XSD.nonNegativeInteger}>',), "duration": (f'"PT1H"^^<{XSD.duration}>',),
    "hex": (f'"0a1b"^^<{XSD.hexBinary}>',), "wkt": (f'"POINT(8.7 49.4)"^^<{iri("geo:wktLiteral")}>',),
    "iri": ("<https://x.example/value>",), "email": ("<mailto:amt@x.example>",), "telephone": ("<tel:+49-6221-1>",),
    "node": ("<https://x.example/node>",), "link": ("<https://x.example/other>",),
}  # fmt: skip
OTHERS = ("Licence Document", "Concept", "Concept Scheme")  # described nodes that no class of ours is; see below


class Row(NamedTuple):
    """A row of the matrix. `field`: None for OWL Time, which stays as it was written."""

    cls: str
    property: str
    field: Field | None


def matrix(shared: Path) -> Iterator[Row]:
    with (shared / "standards/derived/profile-matrix.csv").open() as file:
        for line in csv.DictReader(file):
            cls = CLASSES.get(line["class"])
            if cls:
                yield Row(cls, line["property_iri"], by_property(cls).get(line["property_iri"]))
            else:
                assert line["class"] in OTHERS


def terms_of(row: Row) -> tuple[str, ...]:
    if row.field is None:
        return ("<https://x.example/instant>",)
    if row.field.form == "concept":
        return (f"<{next(iter(concept_list(row.field.values))).iri}>" if row.field.values else "<https://x.example/c>",)
    return VALUES[row.field.form]


def subject_of(cls: str) -> str:
    return f"<https://x.example/{cls}>"


def described(cls: str) -> Iterator[str]:
    """The statements that make a node of a class part of a thing."""
    types = (KIND_ROWS[cls].types if cls in KIND_ROWS else TYPES[cls])[:1]
    yield from (f"{subject_of(cls)} <{iri('rdf:type')}> <{type}> ." for type in types)
    if cls in HOLDERS:
        holder, property = HOLDERS[cls]
        yield f"{subject_of(holder)} <{iri(property)}> {subject_of(cls)} ."
        yield from described(holder)
    else:
        yield f'{subject_of(cls)} <{iri("skos:hiddenLabel")}> "so that it is described" .'


def file(row: Row) -> bytes:
    statements = (f"{subject_of(row.cls)} <{row.property}> {term} ." for term in terms_of(row))
    return "\n".join((*described(row.cls), *statements)).encode()


def expected(row: Row) -> Iterator[tuple[str, str, str]]:
    property = row.field.property if row.field else row.property
    yield from ((subject_of(row.cls), f"<{property}>", term) for term in terms_of(row))


def test_each_row_of_things_and_their_parts_goes_in_and_out(shared: Path) -> None:
    count = 0
    for row in matrix(shared):
        if row.cls in ("catalog", "record"):
            continue
        kinds: tuple[Kind, ...] = ("dataset", "service", "series")
        (thing,) = rdf.things(rdf.parse(file(row), name="a.nt").graph, kinds)
        metadata, findings = rdf.read(thing.payload)
        assert set(expected(row)) <= set(lines(written_again(metadata))), row
        if row.field and row.property == row.field.property:
            assert f"<{row.property}>" not in metadata.statements, row  # a field holds it
            assert findings == (), row
        count += 1
    assert count == 128


def test_each_row_of_the_catalogue_and_its_entries_goes_in_and_out(shared: Path) -> None:
    count = 0
    for row in matrix(shared):
        if row.cls not in ("catalog", "record"):
            continue
        walk = rdf.Walk(rdf.parse(file(row), name="a.nt").graph)
        (node,) = rdf.other_nodes(walk)
        assert node.findings == ()
        assert row.field is not None
        if row.field.form == "link":  # we write our own records there, and leave out those of others
            continue
        builder = GraphBuilder("https://portal.example.org", row.cls)
        builder.add_fields(node.struct, row.cls, subject_of(row.cls))
        text = b"".join(written([("x", builder.graph)], "nt")).decode()
        assert set(expected(row)) <= set(lines(text)), row
        count += 1
    assert count == 24


def test_descriptions_of_licences_and_concepts_are_kept_word_for_word() -> None:
    about = f"""{subject_of("Distribution")} <{iri("dct:license")}> <https://x.example/l> .
    <https://x.example/l> <{iri("rdf:type")}> <{iri("dct:LicenseDocument")}> .
    <https://x.example/l> <{iri("dct:type")}> <http://purl.org/adms/licencetype/Attribution> .
    {subject_of("dataset")} <{iri("dct:type")}> <https://x.example/c> .
    <https://x.example/c> <{iri("skos:prefLabel")}> "Art"@de .
    <https://x.example/c> <{iri("skos:prefLabel")}> "Kind"@en ."""
    text = "\n".join((*described("Distribution"), about))
    (thing,) = rdf.things(rdf.parse(text.encode(), name="a.nt").graph)
    metadata, _ = rdf.read(thing.payload)
    kept = set(lines(written_again(metadata)))
    assert ("<https://x.example/c>", f"<{iri('skos:prefLabel')}>", '"Kind"@en') in kept
    assert ("<https://x.example/l>", f"<{iri('dct:type')}>", "<http://purl.org/adms/licencetype/Attribution>") in kept
