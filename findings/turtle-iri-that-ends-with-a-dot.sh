#!/usr/bin/env bash
# Turtle: an IRI that ends with a dot, written by pyoxigraph with a prefix, cannot be read by rdflib.
#
# Packages: pyoxigraph 0.5.13, rdflib 7.6.0.
# Input: a publisher with the IRI https://data.example.org/org/Stadtjugendring_e.V. and a prefix for .../org/.
# Behaviour: pyoxigraph writes org:Stadtjugendring_e.V\. with an escaped dot. rdflib raises BadSyntax for the file.
#   rdflib itself writes such an IRI in full, between angle brackets.
# Expected: it reads it. Turtle (grammar rules PN_LOCAL, PLX and PN_LOCAL_ESC) lets a local name end with an escaped
#   dot. rdflib does read the escape in the middle of a name.
# For a catalogue: German registered associations end with "e.V.", street names with "Str."; where such names are part
#   of an IRI, a Turtle catalogue with prefixes is unreadable for rdflib, and with it for CKAN harvesters. Give the
#   serialiser no prefix that covers names which people chose.
#
# Seen on 2026-11-30:
#   pyoxigraph writes: org:Stadtjugendring_e.V\. foaf:name "Stadtjugendring e.V." .
#   rdflib: BadSyntax
#   rdflib, the same with a letter behind the escape: https://data.example.org/org/e.V.x
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyoxigraph==0.5.13' 'rdflib==7.6.0'
"$folder/venv/bin/python" - <<'PY'
import sys

import pyoxigraph
import rdflib

ORG = "https://data.example.org/org/"
FOAF = "http://xmlns.com/foaf/0.1/"
triple = pyoxigraph.Triple(
    pyoxigraph.NamedNode(ORG + "Stadtjugendring_e.V."),
    pyoxigraph.NamedNode(FOAF + "name"),
    pyoxigraph.Literal("Stadtjugendring e.V."),
)
text = pyoxigraph.serialize([triple], format=pyoxigraph.RdfFormat.TURTLE, prefixes={"org": ORG, "foaf": FOAF}).decode()
line = text.strip().split("\n")[-1]
print("pyoxigraph writes:", line)


def by_rdflib(turtle):
    try:
        return str(next(rdflib.Graph().parse(data=turtle, format="turtle").subjects()))
    except Exception as error:
        return type(error).__name__


whole = by_rdflib(text)
print("rdflib:", whole)
inside = by_rdflib(f'@prefix org: <{ORG}> . org:e.V\\.x <{FOAF}name> "x" .')
print("rdflib, the same with a letter behind the escape:", inside)
stated = ('org:Stadtjugendring_e.V\\. foaf:name "Stadtjugendring e.V." .', "BadSyntax", ORG + "e.V.x")
sys.exit(0 if (line, whole, inside) == stated else "This is not what the header states.")
PY
