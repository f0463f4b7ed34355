#!/usr/bin/env bash
# JSON-LD: the number 10.5 with the type xsd:decimal becomes "1.05E1", which is no xsd:decimal.
#
# Packages: PyLD 3.3.0, pyoxigraph 0.5.13, rdflib 7.6.0.
# Input: a dataset whose context gives dcat:spatialResolutionInMeters the type xsd:decimal and dcat:version the type
#   xsd:string; the values are the JSON numbers 10.5 and 1.1.
# Behaviour: PyLD and pyoxigraph give "1.05E1"^^xsd:decimal and the string "1.1E0". rdflib gives "10.5" and "1.1".
# Expected: "10.5" and "1.1" from everyone. DCAT-AP wants xsd:decimal for the resolution, its context says so, and
#   XML Schema (part 2, datatype decimal) allows no exponent. But the two are right and rdflib is not: JSON-LD 1.1
#   Processing Algorithms and API, "Object to RDF Conversion", writes every number that has a fraction in the canonical
#   form of xsd:double, whatever type the context gives it.
# For a catalogue: a publisher who writes {"spatialResolutionInMeters": 10.5} with a correct context publishes an
#   ill-typed literal, and a version 1.1 turns into "1.1E0". Publish decimals and versions as JSON strings; when you
#   harvest, read the form with an exponent as a number, also where the datatype is xsd:decimal or xsd:string.
#
# Seen on 2026-11-30:
#   PyLD        resolution "1.05E1"  version "1.1E0"
#   pyoxigraph  resolution "1.05E1"  version "1.1E0"
#   rdflib      resolution "10.5"    version "1.1"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'PyLD==3.3.0' 'pyoxigraph==0.5.13' 'rdflib==7.6.0'
"$folder/venv/bin/python" - <<'PY'
import json
import sys

import pyoxigraph
import rdflib
from pyld import jsonld

DCAT = "http://www.w3.org/ns/dcat#"
XSD = "http://www.w3.org/2001/XMLSchema#"
document = {
    "@context": {
        "resolution": {"@id": DCAT + "spatialResolutionInMeters", "@type": XSD + "decimal"},
        "version": {"@id": DCAT + "version", "@type": XSD + "string"},
    },
    "@id": "https://data.example.org/trees",
    "resolution": 10.5,
    "version": 1.1,
}
text = json.dumps(document)


def by_pyld():
    quads = jsonld.to_rdf(document)["@default"]
    return {quad["predicate"]["value"]: quad["object"]["value"] for quad in quads}


def by_pyoxigraph():
    quads = pyoxigraph.parse(text.encode(), pyoxigraph.RdfFormat.JSON_LD)
    return {quad.predicate.value: quad.object.value for quad in quads}


def by_rdflib():
    graph = rdflib.Graph().parse(data=text, format="json-ld")
    return {str(predicate): str(value) for _, predicate, value in graph}


stated = {"PyLD": ("1.05E1", "1.1E0"), "pyoxigraph": ("1.05E1", "1.1E0"), "rdflib": ("10.5", "1.1")}
seen = {}
for name, reader in (("PyLD", by_pyld), ("pyoxigraph", by_pyoxigraph), ("rdflib", by_rdflib)):
    values = reader()
    seen[name] = (values[DCAT + "spatialResolutionInMeters"], values[DCAT + "version"])
    print(f'{name:<11} resolution "{seen[name][0]}"  version "{seen[name][1]}"')
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
