#!/usr/bin/env bash
# rdflib: FILTER(?size IN (20)) does not find the size 20 that DCAT-AP asks for, FILTER(?size = 20) does.
#
# Packages: rdflib 7.6.0, pyoxigraph 0.5.13.
# Input: two files with dcat:byteSize "20"^^xsd:nonNegativeInteger and 30 (an xsd:integer); the questions = 20, IN (20)
#   and NOT IN (20).
# Behaviour: rdflib finds the first with = and not with IN, and NOT IN (20) returns both. It compares the terms, so the
#   datatype has to be the same. pyoxigraph gives the same answer for = and IN.
# Expected: as pyoxigraph. SPARQL 1.1 sections 17.4.1.9 and 17.4.1.10: IN is short for a chain of "=", NOT IN for a
#   chain of "!=", and "=" compares numbers by value.
# For a catalogue: DCAT-AP 3 wants xsd:nonNegativeInteger for sizes, and a number in a query is an xsd:integer, so IN
#   never finds one; with NOT IN what was to be left out is there. The same holds for instants in another time zone and
#   for strings with the datatype xsd:string. Write the chain of "=" where a query has to run on rdflib.
#
# Seen on 2026-11-30:
#   ?size = 20        rdflib ['a']  pyoxigraph ['a']
#   ?size IN (20)     rdflib []  pyoxigraph ['a']
#   ?size NOT IN (20) rdflib ['a', 'b']  pyoxigraph ['b']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'rdflib==7.6.0' 'pyoxigraph==0.5.13'
"$folder/venv/bin/python" - <<'PY'
import sys

import pyoxigraph
import rdflib

EX = "https://data.example.org/"
PREFIXES = """PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX ex: <https://data.example.org/>
"""
turtle = PREFIXES + 'ex:a dcat:byteSize "20"^^xsd:nonNegativeInteger . ex:b dcat:byteSize 30 .'
graph = rdflib.Graph().parse(data=turtle, format="turtle")
store = pyoxigraph.Store()
store.load(turtle.encode(), pyoxigraph.RdfFormat.TURTLE)
seen = []
for condition in ("?size = 20", "?size IN (20)", "?size NOT IN (20)"):
    query = PREFIXES + f"SELECT ?s {{ ?s dcat:byteSize ?size FILTER({condition}) }}"
    by_rdflib = sorted(str(row[0]).removeprefix(EX) for row in graph.query(query))
    by_pyoxigraph = sorted(row["s"].value.removeprefix(EX) for row in store.query(query))
    seen.append((by_rdflib, by_pyoxigraph))
    print(f"{condition:<17} rdflib {by_rdflib}  pyoxigraph {by_pyoxigraph}")
stated = [(["a"], ["a"]), ([], ["a"]), (["a", "b"], ["b"])]
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
