#!/usr/bin/env bash
# pyshacl: "start before end" (sh:lessThan) passes an end before the start, and reports a right period.
#
# Packages: pyshacl 0.40.1, rdflib 7.6.0.
# Input: periods whose start is an xsd:date and whose end is an xsd:dateTime, and the other way round, with the shape
#   sh:path dcat:startDate ; sh:lessThan dcat:endDate.
# Behaviour: date as start, dateTime as end: always conforms, also with a start in 2022 and an end in 2021. dateTime as
#   start, date as end: never conforms. rdflib compares literals of different types by the IRIs of their types, and
#   ...#date stands before ...#dateTime in the alphabet.
# Expected: a violation wherever the two cannot be compared. SHACL section 4.5.3 "sh:lessThan" reports values that are
#   not less or cannot be compared by the rules of SPARQL, and SPARQL 1.1 section 17.3 has no "<" between a date and a
#   dateTime. Apache Jena 5.6.0 reports all four.
# For a catalogue: DCAT-AP allows xsd:date, xsd:dateTime, xsd:gYear and xsd:gYearMonth side by side. The shape is silent
#   where it is needed and loud where nothing is wrong. Compare start and end in your own code after you have turned
#   both into intervals.
#
# Seen on 2026-11-30:
#   2020-01-01           to 2021-01-01T00:00:00Z  conforms True
#   2022-01-01           to 2021-01-01T00:00:00Z  conforms True
#   2020-01-01T00:00:00Z to 2021-01-01            conforms False
#   2022-01-01T00:00:00Z to 2021-01-01            conforms False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyshacl==0.40.1' 'rdflib==7.6.0'
"$folder/venv/bin/python" - <<'PY'
import sys

import pyshacl
from rdflib import Graph

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://data.example.org/> .
"""
SHAPE = "ex:s sh:targetNode ex:d ; sh:property [ sh:path dcat:startDate ; sh:lessThan dcat:endDate ] ."
PERIODS = [
    ("2020-01-01", "2021-01-01T00:00:00Z"),
    ("2022-01-01", "2021-01-01T00:00:00Z"),
    ("2020-01-01T00:00:00Z", "2021-01-01"),
    ("2022-01-01T00:00:00Z", "2021-01-01"),
]


def literal(value):
    return f'"{value}"^^xsd:{"dateTime" if "T" in value else "date"}'


shapes = Graph().parse(data=PREFIXES + SHAPE, format="turtle")
seen = []
for start, end in PERIODS:
    text = PREFIXES + f"ex:d dcat:startDate {literal(start)} ; dcat:endDate {literal(end)} ."
    seen.append(pyshacl.validate(Graph().parse(data=text, format="turtle"), shacl_graph=shapes)[0])
    print(f"{start:<20} to {end:<21} conforms {seen[-1]}")
sys.exit(0 if seen == [True, True, False, False] else "This is not what the header states.")
PY
