#!/usr/bin/env bash
# rdflib: "A" and "A"^^xsd:string are two values: two triples, no match in SPARQL, a violation in SHACL.
#
# Packages: rdflib 7.6.0, pyshacl 0.40.1, pyoxigraph 0.5.13.
# Input: a dataset with one identifier, written with and without the datatype xsd:string, as two files of one source or
#   the Turtle and the JSON-LD of one portal may do.
# Behaviour: an rdflib Graph holds two triples. A query for ?s dct:identifier "A" does not find "A"^^xsd:string, nor
#   does IN or VALUES; FILTER(?o = "A") does. pyshacl on top of it reports sh:maxCount 1. pyoxigraph holds one triple.
# Expected: one value. RDF 1.1 Concepts, section 3.3 "Literals": a simple literal is nothing but a short way to write a
#   literal with the datatype xsd:string. So it is since 2014.
# For a catalogue: merging what one source gives in two syntaxes doubles identifiers, versions and keywords; look-ups by
#   identifier find nothing; a record that is right fails validation. Drop the datatype xsd:string from every literal
#   right after reading, or read with a parser of RDF 1.1 and hand N-Triples to rdflib.
#
# Seen on 2026-11-30:
#   triples: rdflib 2, pyoxigraph 1
#   "A"^^xsd:string found by: pattern False, IN False, FILTER = True
#   pyshacl, sh:maxCount 1: conforms False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    'rdflib==7.6.0' 'pyoxigraph==0.5.13' 'pyshacl==0.40.1'
"$folder/venv/bin/python" - <<'PY'
import sys

import pyoxigraph
import pyshacl
from rdflib import Graph

PREFIXES = """@prefix dct: <http://purl.org/dc/terms/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://data.example.org/> .
"""
both = PREFIXES + 'ex:trees dct:identifier "A" , "A"^^xsd:string .'
typed = Graph().parse(data=PREFIXES + 'ex:trees dct:identifier "A"^^xsd:string .', format="turtle")
graph = Graph().parse(data=both, format="turtle")
store = pyoxigraph.Store()
store.load(both.encode(), pyoxigraph.RdfFormat.TURTLE)


def asks(pattern):
    return typed.query(f"PREFIX dct: <http://purl.org/dc/terms/> ASK {{ {pattern} }}").askAnswer


found = (
    asks('?s dct:identifier "A"'),
    asks('?s dct:identifier ?o FILTER(?o IN ("A", "B"))'),
    asks('?s dct:identifier ?o FILTER(?o = "A")'),
)
shapes = PREFIXES + "ex:shape sh:targetNode ex:trees ; sh:property [ sh:path dct:identifier ; sh:maxCount 1 ] ."
conforms = pyshacl.validate(graph, shacl_graph=Graph().parse(data=shapes, format="turtle"))[0]
print(f"triples: rdflib {len(graph)}, pyoxigraph {len(store)}")
print(f'"A"^^xsd:string found by: pattern {found[0]}, IN {found[1]}, FILTER = {found[2]}')
print("pyshacl, sh:maxCount 1: conforms", conforms)
stated = (2, 1, (False, False, True), False)
sys.exit(0 if (len(graph), len(store), found, conforms) == stated else "This is not what the header states.")
PY
