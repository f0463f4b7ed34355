#!/usr/bin/env bash
# pyshacl: valid dates before the year 1, after 9999 and the time 24:00:00 are reported as no dates.
#
# Packages: pyshacl 0.40.1, rdflib 7.6.0.
# Input: dcat:startDate of five datasets, all valid in XML Schema 1.1: "-0043-03-15"^^xsd:date (44 BC), "0000-01-01",
#   "12026-01-01", "2026-05-01T24:00:00"^^xsd:dateTime (the end of that day) and, to compare, "2026-05-01"^^xsd:date;
#   with a shape that asks for sh:datatype xsd:date or xsd:dateTime.
# Behaviour: only the last conforms. rdflib makes Python dates of literals, which know the years 1 to 9999 and the hours
#   0 to 23, and marks whatever that fails for as ill-typed; pyshacl believes it.
# Expected: all conform. XML Schema 1.1 part 2: sections 3.3.7 "dateTime" and 3.3.9 "date" allow negative years, the
#   year 0000, more than four digits of the year and 24:00:00. SHACL section 4.1.2 asks for ill-typed literals, and
#   these are none.
# For a catalogue: archaeology, geology and climate data have such periods, and exports of opening hours or of intervals
#   that end at midnight have 24:00:00. Shapes with sh:datatype reject correct records. Check dates by a pattern of your
#   own, and count this kind of violation apart.
#
# Seen on 2026-11-30:
#   -0043-03-15          xsd:date      rdflib: ill-typed   pyshacl: conforms False
#   0000-01-01           xsd:date      rdflib: ill-typed   pyshacl: conforms False
#   12026-01-01          xsd:date      rdflib: ill-typed   pyshacl: conforms False
#   2026-05-01T24:00:00  xsd:dateTime  rdflib: ill-typed   pyshacl: conforms False
#   2026-05-01           xsd:date      rdflib: fine        pyshacl: conforms True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'rdflib==7.6.0' 'pyshacl==0.40.1'
"$folder/venv/bin/python" - <<'PY'
import logging
import sys

import pyshacl
from rdflib import XSD, Graph, Literal

logging.disable(logging.CRITICAL)  # rdflib logs a traceback for each of these dates
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://data.example.org/> .
"""
VALUES = [
    ("-0043-03-15", "date"),
    ("0000-01-01", "date"),
    ("12026-01-01", "date"),
    ("2026-05-01T24:00:00", "dateTime"),
    ("2026-05-01", "date"),
]
seen = []
for value, name in VALUES:
    data = Graph().parse(data=PREFIXES + f'ex:d dcat:startDate "{value}"^^xsd:{name} .', format="turtle")
    shape = PREFIXES + f"ex:s sh:targetNode ex:d ; sh:property [ sh:path dcat:startDate ; sh:datatype xsd:{name} ] ."
    conforms = pyshacl.validate(data, shacl_graph=Graph().parse(data=shape, format="turtle"))[0]
    kind = "ill-typed" if Literal(value, datatype=XSD[name]).ill_typed else "fine"
    seen.append((kind, conforms))
    print(f"{value:<20} {'xsd:' + name:<13} rdflib: {kind:<11} pyshacl: conforms {conforms}")
sys.exit(0 if seen == [("ill-typed", False)] * 4 + [("fine", True)] else "This is not what the header states.")
PY
