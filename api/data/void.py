"""The description of the catalogue as a set of linked data (VoID), at `/.well-known/void`.

Entry point: `void_graph`.
"""

from typing import Final

from api.data.dumps import Dump
from api.web.addresses import absolute, thing_path
from registry.model import Catalogue
from registry.rdf import Graph
from registry.rdf.graphs import GraphBuilder
from registry.rdf.terms import TYPE, iri_term, literal
from vocab.namespaces import DCAT, DCT, FOAF, OWN, PREFIXES

PATH: Final = "/.well-known/void"
VOID: Final = "http://rdfs.org/ns/void#"
_VOCABULARIES: Final = (DCAT.iri, DCT.iri, PREFIXES["prov"], PREFIXES["schema"], OWN)
RDF_DUMPS: Final = ("catalog.nt.gz", "catalog.ttl.gz")


def void_graph(catalogue: Catalogue, dump: Dump | None, example: str, base: str, sparql: str = "") -> Graph:
    """`example`: id of a record, "" for none; `sparql`: address of the endpoint, "" for none."""
    builder = GraphBuilder(base, "void")
    subject = iri_term(f"{catalogue.iri}#void")
    statements = [
        (TYPE, iri_term(VOID + "Dataset")),
        (iri_term(FOAF.homepage), iri_term(catalogue.homepage)),
        (iri_term(VOID + "uriSpace"), literal(absolute(base, "/id/"))),
        (iri_term(VOID + "rootResource"), iri_term(catalogue.iri)),
        *((iri_term(DCT.title), literal(text, tag)) for tag, text in catalogue.title.items()),
        *((iri_term(VOID + "vocabulary"), iri_term(vocabulary)) for vocabulary in _VOCABULARIES),
        *((iri_term(VOID + "dataDump"), iri_term(absolute(base, f"/dumps/{name}"))) for name in RDF_DUMPS if dump),
    ]
    statements += [(iri_term(DCT.license), iri_term(catalogue.licence))] if catalogue.licence else []
    statements += (
        [(iri_term(VOID + "exampleResource"), iri_term(absolute(base, thing_path(example))))] if example else []
    )
    statements += [(iri_term(VOID + "sparqlEndpoint"), iri_term(sparql))] if sparql else []
    for predicate, term in statements:
        builder.add(subject, predicate, term)
    return builder.graph
