#!/usr/bin/env bash
# morph-kgc: a template makes .../Stra%C3%9Fe of "Straße", where R2RML wants .../Straße: another IRI.
#
# Package: morph-kgc 2.10.0.
# Input: a CSV with one street and an RML mapping with rr:template "https://data.example.org/street/{name}"; the address
#   of the same street as a column with rr:termType rr:IRI.
# Behaviour: every character that is not ASCII is percent-encoded in the subject. A column that is taken as an IRI keeps
#   its umlaut, so the subject and the reference to it are two nodes of the graph. The option safe_percent_encoding
#   takes ASCII characters only.
# Expected: .../Straße. R2RML section 7.3: the IRI-safe version of a value encodes what is not in iunreserved of RFC
#   3987, and that has the letters of all scripts; the section's own table leaves Chinese letters as they are. RDF
#   compares IRIs character by character (RDF 1.1 Concepts, section 3.2).
# For a catalogue: triples from two mapping engines, or from a mapping and from hand-written Turtle, do not meet as soon
#   as a name has an umlaut, and nothing says so. Build IRIs from keys in ASCII (a column with a slug), not from names.
#
# Seen on 2026-11-30:
#   subject:   https://data.example.org/street/Stra%C3%9Fe
#   reference: https://data.example.org/street/Straße
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'morph-kgc==2.10.0'
"$folder/venv/bin/python" - <<'PY'
import os
import sys
import tempfile
import warnings

warnings.simplefilter("ignore")
import morph_kgc

MAPPING = """@prefix rr: <http://www.w3.org/ns/r2rml#> . @prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
<#streets> a rr:TriplesMap ;
  rml:logicalSource [ rml:source "streets.csv" ; rml:referenceFormulation ql:CSV ] ;
  rr:subjectMap [ rr:template "https://data.example.org/street/{name}" ] ;
  rr:predicateObjectMap [ rr:predicate <http://www.w3.org/2002/07/owl#sameAs> ;
    rr:objectMap [ rml:reference "address" ; rr:termType rr:IRI ] ] .
"""
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    with open("streets.csv", "w", encoding="utf-8") as file:
        file.write("name,address\nStraße,https://data.example.org/street/Straße\n")
    with open("mapping.ttl", "w", encoding="utf-8") as file:
        file.write(MAPPING)
    graph = morph_kgc.materialize("[DEFAULT]\nlogging_level=CRITICAL\n[streets]\nmappings=mapping.ttl\n")
    os.chdir("/")
subject, _, reference = map(str, next(iter(graph)))
print("subject:  ", subject)
print("reference:", reference)
stated = ("https://data.example.org/street/Stra%C3%9Fe", "https://data.example.org/street/Straße")
sys.exit(0 if (subject, reference) == stated else "This is not what the header states.")
PY
