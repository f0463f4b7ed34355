"""The door to RDF: bytes to things to Metadata (`parse`, `things`, `read`), and records to bytes (`write`).

Reading: `parsing` and `xml_guard` (bytes -> graph), `descriptions` (-> one description a thing, made canonical by
`canonical`), `reading` with `field_forms` and `repairs` (-> Metadata). Writing: `graphs`, `references`, `catalogue`
(-> graph), `writing` with `nesting` and `jsonld` (-> text). All pure.
"""

from registry.rdf.catalogue import HydraPage, catalogue_graph
from registry.rdf.descriptions import Description, Walk, things
from registry.rdf.graphs import Graph, entry_iri, graph, record_graph, thing_iri
from registry.rdf.other_nodes import OtherNode, other_nodes
from registry.rdf.parsing import Parsed, objects, parse
from registry.rdf.profiles import DEFAULT, PROFILES, OutputProfile, profile_of, with_contributor
from registry.rdf.reading import read
from registry.rdf.writing import FORMATS, SERIALISATIONS, statements_in, write, write_page, written

__all__ = [
    "DEFAULT",
    "FORMATS",
    "PROFILES",
    "SERIALISATIONS",
    "Description",
    "Graph",
    "HydraPage",
    "OtherNode",
    "OutputProfile",
    "Parsed",
    "Walk",
    "catalogue_graph",
    "entry_iri",
    "graph",
    "objects",
    "other_nodes",
    "parse",
    "profile_of",
    "read",
    "record_graph",
    "statements_in",
    "thing_iri",
    "things",
    "with_contributor",
    "write",
    "write_page",
    "written",
]
