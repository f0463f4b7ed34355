#!/usr/bin/env bash
# pyshacl: sh:datatype xsd:dateTime accepts "2026-05-01"^^xsd:dateTime, and xsd:decimal accepts "1.05E1".
#
# Packages: pyshacl 0.40.1, rdflib 7.6.0.
# Input: shapes with sh:datatype, and literals that carry this datatype but not its form: a plain date as xsd:dateTime,
#   a number with exponent as xsd:decimal, an hour and minute as xsd:time, a week of the year as xsd:date.
# Behaviour: all conform. rdflib takes what Python's fromisoformat() and Decimal() take for well-typed. "2026-02-30" as
#   xsd:date is reported, so it does look at the form.
# Expected: violations. SHACL section 4.1.2 "sh:datatype": a literal that is ill-typed does not conform, at least where
#   SPARQL 1.1 supports the datatype, as it does xsd:dateTime and xsd:decimal. XML Schema part 2 wants a time in every
#   xsd:dateTime, seconds in xsd:time and no exponent in xsd:decimal. Apache Jena 5.6.0 reports the first two.
# For a catalogue: a date alone with the type xsd:dateTime is an easy mistake of an export. A pyshacl that finds nothing
#   is no proof: the next validator (Apache Jena, rdf-validate-shacl) reports it. Check lexical forms of dates and
#   numbers by sh:pattern or in code of your own.
#
# Seen on 2026-11-30:
#   "2026-05-01"^^xsd:dateTime  conforms True
#   "1.05E1"^^xsd:decimal       conforms True
#   "10:30"^^xsd:time           conforms True
#   "2026-W18"^^xsd:date        conforms True
#   "2026-02-30"^^xsd:date      conforms False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyshacl==0.40.1' 'rdflib==7.6.0'
"$folder/venv/bin/python" - <<'PY'
import logging
import sys

import pyshacl
from rdflib import Graph

logging.disable(logging.CRITICAL)
PREFIXES = """@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <https://data.example.org/> .
"""
VALUES = {
    '"2026-05-01"^^xsd:dateTime': True,
    '"1.05E1"^^xsd:decimal': True,
    '"10:30"^^xsd:time': True,
    '"2026-W18"^^xsd:date': True,
    '"2026-02-30"^^xsd:date': False,
}
seen = {}
for value in VALUES:
    datatype = value.partition("^^")[2]
    data = Graph().parse(data=PREFIXES + f"ex:d ex:p {value} .", format="turtle")
    shape = PREFIXES + f"ex:s sh:targetNode ex:d ; sh:property [ sh:path ex:p ; sh:datatype {datatype} ] ."
    seen[value] = pyshacl.validate(data, shacl_graph=Graph().parse(data=shape, format="turtle"))[0]
    print(f"{value:<27} conforms {seen[value]}")
sys.exit(0 if seen == VALUES else "This is not what the header states.")
PY
