"""The door to RDF: bytes to things to Metadata (`parse`, `things`, `read`), and records to bytes (`write`).

Reading: rdf_parsing and rdf_xml (bytes -> graph), rdf_things (-> descriptions, made canonical by rdf_canonical),
rdf_reading with rdf_forms and rdf_mending (-> Metadata). Writing: rdf_graphs, rdf_describing, rdf_catalogue (-> graph),
rdf_writing and jsonld (-> text). All pure.
"""

from registry.rdf_catalogue import HydraPage, catalogue_graph
from registry.rdf_graphs import Graph, entry_iri, graph, record_graph, thing_iri
from registry.rdf_parsing import Parsed, objects, parse
from registry.rdf_reading import read
from registry.rdf_things import Description, things
from registry.rdf_writing import FORMATS, write, write_page, written

__all__ = [
    "FORMATS",
    "Description",
    "Graph",
    "HydraPage",
    "Parsed",
    "catalogue_graph",
    "entry_iri",
    "graph",
    "objects",
    "parse",
    "read",
    "record_graph",
    "thing_iri",
    "things",
    "write",
    "write_page",
    "written",
]
