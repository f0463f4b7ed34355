"""Our own vocabulary as an ontology."""

import pyoxigraph as ox

from registry.rdf import written
from registry.rdf.ontology import ontology_graph, own_schemes, own_terms
from vocab.fields import FIELDS
from vocab.namespaces import OWN, PREFIXES, VOC


def quads() -> list[ox.Quad]:
    body = b"".join(written([("ontology", ontology_graph())], "nt"))
    return list(ox.parse(body, ox.RdfFormat.N_TRIPLES))


def test_every_property_of_ours_is_defined_with_both_labels() -> None:
    labels: dict[str, set[str]] = {}
    for quad in quads():
        if quad.predicate.value == PREFIXES["rdfs"] + "label":
            labels.setdefault(quad.subject.value, set()).add(quad.object.language)
    ours = {row.property for row in FIELDS if row.property.startswith(OWN)}
    assert ours
    assert ours <= set(labels)
    assert all(tags == {"de", "en"} for tags in labels.values())
    assert {term.iri for term in own_terms()} == set(labels)


def test_every_concept_of_our_lists_is_in_its_scheme() -> None:
    predicate = PREFIXES["skos"] + "inScheme"
    in_scheme = {quad.subject.value: quad.object.value for quad in quads() if quad.predicate.value == predicate}
    for iri, _, _, concepts in own_schemes():
        assert iri.startswith(VOC)
        assert concepts
        assert all(in_scheme[concept.iri] == iri for concept in concepts)
