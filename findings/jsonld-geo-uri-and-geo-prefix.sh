#!/usr/bin/env bash
# JSON-LD: the IRI geo:49.41,8.69 becomes another IRI as soon as the context has the prefix "geo" (GeoSPARQL).
#
# Packages: rdflib 7.6.0, PyLD 3.3.0.
# Input: one dataset with dcterms:spatial <geo:49.41,8.69> (a geo URI, RFC 5870), as Turtle.
# Behaviour: rdflib's serialize(format="json-ld", auto_compact=True) writes "@id": "geo:49.41,8.69" under a context in
#   which geo: means http://www.opengis.net/ont/geosparql#, since rdflib binds that prefix in every graph. Read back by
#   rdflib itself, the place is <http://www.opengis.net/ont/geosparql#49.41,8.69>. PyLD refuses to compact the same
#   graph with such a context: "Absolute IRI confused with prefix".
# Expected: an absolute IRI survives writing and reading. It does in Turtle, RDF/XML and N-Triples. In JSON-LD there is
#   no sign that tells an absolute IRI from a compact one: JSON-LD 1.1 API, "IRI Expansion", tries the prefix first,
#   and "IRI Compaction" therefore has the error "IRI confused with prefix", which rdflib does not raise.
# For a catalogue: geo URIs are a usual way to name a point, and geo is the usual name of the GeoSPARQL prefix. One such
#   value makes a whole JSON-LD export fail (PyLD) or changes the place silently (rdflib). Use terms without prefixes in
#   your own context, or name the prefix "gsp". Other pairs of the kind: any prefix that is also a URI scheme.
#
# Seen on 2026-11-30:
#   before: geo:49.41,8.69
#   rdflib, written and read again: http://www.opengis.net/ont/geosparql#49.41,8.69
#   PyLD: Absolute IRI confused with prefix.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'rdflib==7.6.0' 'PyLD==3.3.0'
"$folder/venv/bin/python" - <<'PY'
import sys

from pyld import jsonld
from rdflib import Graph
from rdflib.namespace import DCTERMS

turtle = "<https://data.example.org/trees> <http://purl.org/dc/terms/spatial> <geo:49.41,8.69> ."
graph = Graph().parse(data=turtle, format="turtle")
before = str(next(graph.objects(None, DCTERMS.spatial)))

written = graph.serialize(format="json-ld", auto_compact=True)
after = str(next(Graph().parse(data=written, format="json-ld").objects(None, DCTERMS.spatial)))

expanded = jsonld.from_rdf(graph.serialize(format="nt"))
try:
    jsonld.compact(expanded, {"geo": "http://www.opengis.net/ont/geosparql#"})
    told = "no error"
except jsonld.JsonLdError as error:
    told = error.args[0]

print("before:", before)
print("rdflib, written and read again:", after)
print("PyLD:", told)
stated = ("geo:49.41,8.69", "http://www.opengis.net/ont/geosparql#49.41,8.69", "Absolute IRI confused with prefix.")
sys.exit(0 if (before, after, told) == stated else "This is not what the header states.")
PY
