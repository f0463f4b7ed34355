#!/usr/bin/env bash
# SPARQL: a dateTime without zone is neither before nor after one with zone within 14 hours, or always before it.
#
# Packages: pyoxigraph 0.5.13, rdflib 7.6.0.
# Input: three datasets with dcterms:modified on 1 June, 1 July and 1 August 2026 at 10:00, all without zone, as CKAN's
#   API gives its times; the question which were changed before, and which since, 2026-07-01T08:00:00Z.
# Behaviour: pyoxigraph gives the one of July to neither question. rdflib says that all three were changed before.
# Expected: June before, August since, and July in one of the two. SPARQL 1.1 section 17.3 takes "<" of dateTimes from
#   XPath, which assumes an implicit time zone for values without one (XPath 2.0 Functions and Operators, section 10.4).
#   pyoxigraph takes the order of XML Schema instead, in which such a pair is "indeterminate" within 14 hours; rdflib
#   takes any value without zone for smaller than any with one.
# For a catalogue: an incremental harvest by SPARQL that goes on from the instant of the last run (with Z, as one
#   should) misses what was changed in the hours around it, and on rdflib whatever has no zone, for good. Write a zone
#   behind every dateTime you publish. When you ask, ask for a day more and drop what you have; leave the zone out of
#   the question where the data have none.
#
# Seen on 2026-11-30:
#   pyoxigraph before: ['june'] since: ['august']
#   rdflib     before: ['august', 'july', 'june'] since: []
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyoxigraph==0.5.13' 'rdflib==7.6.0'
"$folder/venv/bin/python" - <<'PY'
import sys

import pyoxigraph
import rdflib

EX = "https://data.example.org/"
PREFIXES = """PREFIX dct: <http://purl.org/dc/terms/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX ex: <https://data.example.org/>
"""
turtle = PREFIXES + """
ex:june dct:modified "2026-06-01T10:00:00"^^xsd:dateTime .
ex:july dct:modified "2026-07-01T10:00:00"^^xsd:dateTime .
ex:august dct:modified "2026-08-01T10:00:00"^^xsd:dateTime .
"""
graph = rdflib.Graph().parse(data=turtle, format="turtle")
store = pyoxigraph.Store()
store.load(turtle.encode(), pyoxigraph.RdfFormat.TURTLE)


def by_pyoxigraph(query):
    return sorted(row["s"].value.removeprefix(EX) for row in store.query(query))


def by_rdflib(query):
    return sorted(str(row[0]).removeprefix(EX) for row in graph.query(query))


seen = []
for name, ask in (("pyoxigraph", by_pyoxigraph), ("rdflib", by_rdflib)):
    for operator in ("<", ">="):
        condition = f'?modified {operator} "2026-07-01T08:00:00Z"^^xsd:dateTime'
        seen.append(ask(PREFIXES + f"SELECT ?s {{ ?s dct:modified ?modified FILTER({condition}) }}"))
    print(f"{name:<10} before: {seen[-2]} since: {seen[-1]}")
stated = [["june"], ["august"], ["august", "july", "june"], []]
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
