#!/usr/bin/env bash
# RDF/XML: a comment, or a CDATA section beside other text, makes pyoxigraph refuse the file.
#
# Packages: pyoxigraph 0.5.13, rdflib 7.6.0.
# Input: one dataset with one title, written in four ways that mean the same in XML: plain, with a comment inside, with
#   a CDATA section behind text, and with a processing instruction inside.
# Behaviour: rdflib reads all four. pyoxigraph reads the plain one and raises SyntaxError for the others: it wants the
#   text of a literal in one piece ("Unexpected text event"). A literal that is one CDATA section and nothing else
#   works.
# Expected: no difference. RDF 1.1 XML Syntax is defined on the XML Information Set (section "Syntax Data Model"), where
#   a CDATA section is characters like any others and comments and processing instructions are no part of the text.
# For a catalogue: templates of content management systems may wrap descriptions in CDATA ("<p>...</p>" beside a line of
#   text) and leave comments in. One of them costs the whole catalogue file. Who goes on with the parser after the error
#   gets the literal cut off at the comment, with nothing that marks it as a part. Put RDF/XML through an XML library
#   that drops comments and joins text before parsing it.
#
# Seen on 2026-11-30:
#   plain                   rdflib: 'Trees & parks'  pyoxigraph: 'Trees & parks'
#   comment                 rdflib: 'Trees & parks'  pyoxigraph: SyntaxError
#   CDATA                   rdflib: 'Trees & parks'  pyoxigraph: SyntaxError
#   processing instruction  rdflib: 'Trees & parks'  pyoxigraph: SyntaxError
#   pyoxigraph, resumed after the comment: 'Trees '
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyoxigraph==0.5.13' 'rdflib==7.6.0'
"$folder/venv/bin/python" - <<'PY'
import sys

import pyoxigraph
import rdflib

TEMPLATE = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/">
  <rdf:Description rdf:about="https://data.example.org/trees"><dct:title>%s</dct:title></rdf:Description>
</rdf:RDF>"""
TITLES = {
    "plain": "Trees &amp; parks",
    "comment": "Trees <!-- and -->&amp; parks",
    "CDATA": "Trees <![CDATA[& parks]]>",
    "processing instruction": "Trees <?cms break?>&amp; parks",
}


def by_pyoxigraph(text):
    try:
        return next(pyoxigraph.parse(text.encode(), pyoxigraph.RdfFormat.RDF_XML)).object.value
    except SyntaxError as error:
        return type(error).__name__


seen = {}
for name, title in TITLES.items():
    text = TEMPLATE % title
    first = str(next(rdflib.Graph().parse(data=text, format="xml").objects()))
    seen[name] = (first, by_pyoxigraph(text))
    shown = seen[name][1] if seen[name][1] == "SyntaxError" else repr(seen[name][1])
    print(f"{name:<23} rdflib: {first!r}  pyoxigraph: {shown}")
quads = pyoxigraph.parse((TEMPLATE % TITLES["comment"]).encode(), pyoxigraph.RdfFormat.RDF_XML)
try:
    next(quads)
except SyntaxError:
    resumed = next(quads).object.value
print("pyoxigraph, resumed after the comment:", repr(resumed))
stated = {name: ("Trees & parks", "Trees & parks" if name == "plain" else "SyntaxError") for name in TITLES}
sys.exit(0 if (seen, resumed) == (stated, "Trees ") else "This is not what the header states.")
PY
