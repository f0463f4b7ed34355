#!/usr/bin/env bash
# pyshacl: a pattern with \p{Lu} ends the validation with an error, and the flag x is not obeyed.
#
# Packages: pyshacl 0.40.1, rdflib 7.6.0.
# Input: two shapes: a title has to begin with a capital letter, sh:pattern "^\p{Lu}"; a pattern with blanks for reading
#   and sh:flags "x".
# Behaviour: the first raises re.error ("bad escape \p") out of pyshacl.validate(); there is no report, also not for the
#   other shapes. The second reports "ABC-123", which fits. Patterns go to Python's re module as they are, and only the
#   flags i and m are passed on.
# Expected: both conform. SHACL section 4.4.3 "sh:pattern" uses the REGEX function of SPARQL 1.1, whose patterns and
#   flags are those of XPath 2.0 Functions and Operators, section 7.6.1, with categories like \p{Lu} and the flags s, m,
#   i and x. Apache Jena 5.6.0 agrees.
# For a catalogue: ASCII ranges are no way to say "a letter" in German or French, so shapes for text use \p{...}. One
#   such shape in a folder turns off all validation in pyshacl, as an exception that is none of pyshacl's own classes.
#   Catch re.error, or test foreign shapes with a regular expression engine of the XPath kind before use.
#
# Seen on 2026-11-30:
#   sh:pattern "^\p{Lu}"                  error: bad escape \p at position 1
#   sh:pattern "^[A-Z]+ - [0-9]+$", flags x  conforms False
#   the same without blanks                 conforms True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyshacl==0.40.1' 'rdflib==7.6.0'
"$folder/venv/bin/python" - <<'PY'
import re
import sys

import pyshacl
from rdflib import Graph

PREFIXES = """@prefix dct: <http://purl.org/dc/terms/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <https://data.example.org/> .
"""


def result(constraint, title):
    data = Graph().parse(data=PREFIXES + f'ex:d dct:title "{title}" .', format="turtle")
    shape = PREFIXES + f"ex:s sh:targetNode ex:d ; sh:property [ sh:path dct:title ; {constraint} ] ."
    try:
        return f"conforms {pyshacl.validate(data, shacl_graph=Graph().parse(data=shape, format='turtle'))[0]}"
    except re.error as error:
        return f"error: {error}"


seen = [
    result(r'sh:pattern "^\\p{Lu}"', "Ärzte"),
    result('sh:pattern "^[A-Z]+ - [0-9]+$" ; sh:flags "x"', "ABC-123"),
    result('sh:pattern "^[A-Z]+-[0-9]+$"', "ABC-123"),
]
names = [r'sh:pattern "^\p{Lu}"', 'sh:pattern "^[A-Z]+ - [0-9]+$", flags x', "the same without blanks"]
for name, outcome in zip(names, seen):
    print(f"{name:<39} {outcome}")
stated = [r"error: bad escape \p at position 1", "conforms False", "conforms True"]
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
