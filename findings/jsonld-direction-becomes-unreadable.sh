#!/usr/bin/env bash
# JSON-LD with a text direction: what pyoxigraph writes as Turtle or N-Triples, rdflib cannot read at all.
#
# Packages: pyoxigraph 0.5.13, rdflib 7.6.0, PyLD 3.3.0.
# Input: JSON-LD 1.1 with one Arabic title ("@language": "ar", "@direction": "rtl") and one German title.
# Behaviour: pyoxigraph keeps the direction and writes "..."@ar--rtl (RDF 1.2); its serialize() has no parameter for
#   RDF 1.1. rdflib refuses the whole file, the German title included, as Turtle and as N-Triples. PyLD drops the
#   direction and gives "..."@ar.
# Expected: the output is RDF 1.1 unless one asks for more, as JSON-LD 1.1 (sections "Base Direction" and the API's
#   rdfDirection option, default null) leaves the direction out of RDF. The RDF 1.2 form is a draft that most readers
#   do not know yet.
# For a catalogue: one source with right-to-left texts (information for refugees) makes an export unreadable for
#   harvesters that use rdflib, CKAN among them. Rebuild literals without direction before you write, and take the
#   language from what stands before "--" when you read terms.
#
# Seen on 2026-11-30:
#   pyoxigraph: ['"Stadtplan"@de', '"خريطة"@ar--rtl']
#   rdflib reads it as turtle: BadSyntax
#   rdflib reads it as nt: ParserError
#   PyLD: ['ar', 'de']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyoxigraph==0.5.13' 'rdflib==7.6.0' 'PyLD==3.3.0'
"$folder/venv/bin/python" - <<'PY'
import json
import sys

import pyoxigraph
import rdflib
from pyld import jsonld

document = {
    "@context": {"title": "http://purl.org/dc/terms/title"},
    "@id": "https://data.example.org/map",
    "title": [
        {"@value": "خريطة", "@language": "ar", "@direction": "rtl"},
        {"@value": "Stadtplan", "@language": "de"},
    ],
}
quads = list(pyoxigraph.parse(json.dumps(document).encode(), pyoxigraph.RdfFormat.JSON_LD))
titles = sorted(str(quad.object) for quad in quads)
print("pyoxigraph:", titles)

errors = []
for name, form in (("turtle", pyoxigraph.RdfFormat.TURTLE), ("nt", pyoxigraph.RdfFormat.N_TRIPLES)):
    text = pyoxigraph.serialize(quads, format=form).decode()
    try:
        rdflib.Graph().parse(data=text, format=name)
        errors.append("no error")
    except Exception as error:
        errors.append(type(error).__name__)
    print(f"rdflib reads it as {name}: {errors[-1]}")

languages = sorted(quad["object"]["language"] for quad in jsonld.to_rdf(document)["@default"])
print("PyLD:", languages)
stated = (['"Stadtplan"@de', '"خريطة"@ar--rtl'], ["BadSyntax", "ParserError"], ["ar", "de"])
sys.exit(0 if (titles, errors, languages) == stated else "This is not what the header states.")
PY
