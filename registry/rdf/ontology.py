"""Our own vocabulary as an ontology: the classes and properties that the standards lack, and our concept schemes.

Made from the rows of `vocab/fields.py` and from our lists. Entry points: `ontology_graph`, `own_terms`, `own_schemes`.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from registry.rdf.graphs import Graph, GraphBuilder
from registry.rdf.references import SCHEMES
from registry.rdf.terms import TYPE, iri_term, literal
from vocab.concepts import Concept, concept_list
from vocab.fields import FIELDS, TYPES, Field
from vocab.namespaces import DCT, OWN, PREFIXES, RDF, RDFS, SKOS
from vocab.project_shapes import OWN_LISTS

_OWL: Final = PREFIXES["owl"]
_TITLES: Final = {"de": "Vokabular von Lotse", "en": "Vocabulary of Lotse"}
_LITERALS: Final = ("text", "words", "literal", "date", "decimal", "integer", "duration", "wkt", "hex")


class OwnTerm(NamedTuple):
    """A class or property of ours. `of`: IRIs of the classes that have the property."""

    iri: str
    label_de: str
    label_en: str
    kind: str  # class | object | datatype
    of: tuple[str, ...] = ()


def own_terms() -> list[OwnTerm]:
    """The classes, then the properties, each in the order of the rows."""
    classes = [
        OwnTerm(types[0], name, name, "class") for name, types in TYPES.items() if types and types[0].startswith(OWN)
    ]
    properties: dict[str, OwnTerm] = {}
    for row in FIELDS:
        if row.property.startswith(OWN) and row.property not in properties:
            properties[row.property] = OwnTerm(row.property, row.label_de, row.label_en, _kind(row), _of(row))
    return [*classes, *properties.values()]


def _kind(row: Field) -> str:
    return "datatype" if row.form in _LITERALS else "object"


def _of(row: Field) -> tuple[str, ...]:
    return tuple(dict.fromkeys(TYPES[cls][0] for cls in row.classes if TYPES.get(cls)))


def own_schemes() -> Iterator[tuple[str, str, str, tuple[Concept, ...]]]:
    """IRI, German and English title, and the concepts of each list of ours."""
    for name in OWN_LISTS:
        iri, title_de, title_en = SCHEMES[name]
        yield iri, title_de, title_en, tuple(concept_list(name))


def ontology_graph() -> Graph:
    """The ontology with our concept schemes."""
    builder = GraphBuilder("", "ontology")
    ontology = iri_term(OWN.removesuffix("#"))
    builder.add(ontology, TYPE, iri_term(_OWL + "Ontology"))
    for tag, title in _TITLES.items():
        builder.add(ontology, iri_term(DCT.title), literal(title, tag))
    kinds = {"class": RDFS.Class, "object": _OWL + "ObjectProperty", "datatype": _OWL + "DatatypeProperty"}
    for term in own_terms():
        subject = iri_term(term.iri)
        builder.add(subject, TYPE, iri_term(kinds[term.kind]))
        if term.kind != "class":
            builder.add(subject, TYPE, iri_term(RDF.Property))
        builder.add(subject, iri_term(RDFS.label), literal(term.label_de, "de"))
        builder.add(subject, iri_term(RDFS.label), literal(term.label_en, "en"))
        builder.add(subject, iri_term(RDFS.isDefinedBy), ontology)
        if len(term.of) == 1:
            builder.add(subject, iri_term(RDFS.domain), iri_term(term.of[0]))
    for iri, title_de, title_en, concepts in own_schemes():
        _add_scheme(builder, iri, (title_de, title_en), concepts)
    return builder.graph


def _add_scheme(builder: GraphBuilder, iri: str, titles: tuple[str, str], concepts: tuple[Concept, ...]) -> None:
    scheme = iri_term(iri)
    builder.add(scheme, TYPE, iri_term(SKOS.ConceptScheme))
    for title, tag in zip(titles, ("de", "en"), strict=True):
        builder.add(scheme, iri_term(DCT.title), literal(title, tag))
    for concept in concepts:
        subject = iri_term(concept.iri)
        builder.add(subject, TYPE, iri_term(SKOS.Concept))
        builder.add(subject, iri_term(SKOS.inScheme), scheme)
        builder.add(subject, iri_term(SKOS.topConceptOf), scheme)
        builder.add(subject, iri_term(SKOS.notation), literal(concept.notation))
        for tag, label in concept.labels.items():
            builder.add(subject, iri_term(SKOS.prefLabel), literal(label, tag))
        for match in concept.matches:
            builder.add(subject, iri_term(SKOS.closeMatch), iri_term(match))
