#!/usr/bin/env bash
# rdflib: FILTER(?modified >= "2025-01-01"^^xsd:date) returns a dataset of 2019, if that has an xsd:dateTime.
#
# Packages: rdflib 7.6.0, pyoxigraph 0.5.13.
# Input: four datasets, changed in 2019 and in 2025, with dcterms:modified as xsd:date or as xsd:dateTime; the same
#   query in two engines.
# Behaviour: rdflib returns both datasets of 2025 and the one of 2019 that has a dateTime: to it every dateTime is
#   greater than every date. pyoxigraph returns the one of 2025 that has a date, and leaves out all that have a
#   dateTime.
# Expected: the two of 2025, or an error. The rule is SPARQL 1.1 section 17.3 "Operator Mapping": there is no comparison
#   between xsd:date and xsd:dateTime, so the filter ends in a type error and the row is dropped, as in pyoxigraph. What
#   rdflib does is in no reading right.
# For a catalogue: DCAT-AP allows both types, and harvested catalogues have both. "What is new since" by SPARQL gives
#   old records in one engine and misses new ones in the other. Compare text: FILTER(STR(?modified) >= "2025-01-01") is
#   right for both types as long as the zones do not matter.
#
# Seen on 2026-11-30:
#   compared as date  rdflib: ['date-2025', 'time-2019', 'time-2025']
#   compared as date  pyoxigraph: ['date-2025']
#   compared as text  rdflib: ['date-2025', 'time-2025']
#   compared as text  pyoxigraph: ['date-2025', 'time-2025']
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
PREFIXES = """PREFIX dct: <http://purl.org/dc/terms/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX ex: <https://data.example.org/>
"""
turtle = PREFIXES + """
ex:date-2019 dct:modified "2019-06-01"^^xsd:date .
ex:date-2025 dct:modified "2025-06-01"^^xsd:date .
ex:time-2019 dct:modified "2019-06-01T12:00:00Z"^^xsd:dateTime .
ex:time-2025 dct:modified "2025-06-01T12:00:00Z"^^xsd:dateTime .
"""
graph = rdflib.Graph().parse(data=turtle, format="turtle")
store = pyoxigraph.Store()
store.load(turtle.encode(), pyoxigraph.RdfFormat.TURTLE)

seen = []
for name, condition in (
    ("compared as date", '?modified >= "2025-01-01"^^xsd:date'),
    ("compared as text", 'STR(?modified) >= "2025-01-01"'),
):
    query = PREFIXES + f"SELECT ?s {{ ?s dct:modified ?modified FILTER({condition}) }}"
    seen.append(sorted(str(row[0]).removeprefix(EX) for row in graph.query(query)))
    seen.append(sorted(row["s"].value.removeprefix(EX) for row in store.query(query)))
    print(f"{name}  rdflib: {seen[-2]}")
    print(f"{name}  pyoxigraph: {seen[-1]}")
right = ["date-2025", "time-2025"]
stated = [["date-2025", "time-2019", "time-2025"], ["date-2025"], right, right]
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
