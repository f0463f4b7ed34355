#!/usr/bin/env bash
# RDF/XML with the line ends of Windows: pyoxigraph keeps the CR in literals, other readers do not.
#
# Packages: pyoxigraph 0.5.13, rdflib 7.6.0.
# Input: one RDF/XML file with a description of two lines, saved once with LF and once with CR LF.
# Behaviour: rdflib gives the same literal for both. pyoxigraph gives "line 1\nline 2" and "line 1\r\nline 2". The other
#   way round it writes a CR of a literal as a bare character, so that whoever reads its RDF/XML with an XML parser gets
#   another literal than it was given.
# Expected: the same literal. XML 1.0, section 2.11 "End-of-Line Handling": a parser passes CR LF on as one LF; a CR
#   that is meant has to be written as &#13;.
# For a catalogue: a source that moves its file from one system to another, or whose version control changes line ends,
#   seems to have changed every record with a description of several lines; signatures and RDFC-1.0 hashes differ
#   between two readers of the same file, and RDF/XML that was written from Turtle does not give the same graph back.
#
# Seen on 2026-11-30:
#   rdflib      LF: 'line 1\nline 2'  CR LF: 'line 1\nline 2'
#   pyoxigraph  LF: 'line 1\nline 2'  CR LF: 'line 1\r\nline 2'
#   'line 1\r\nline 2' written by pyoxigraph, read by rdflib: 'line 1\nline 2'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyoxigraph==0.5.13' 'rdflib==7.6.0'
"$folder/venv/bin/python" - <<'PY'
import sys

import pyoxigraph
import rdflib

LF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/">
  <rdf:Description rdf:about="https://data.example.org/trees"><dct:description>line 1
line 2</dct:description></rdf:Description>
</rdf:RDF>
""".encode()
CRLF = LF.replace(b"\n", b"\r\n")
RDF_XML = pyoxigraph.RdfFormat.RDF_XML


def by_rdflib(data):
    return str(next(rdflib.Graph().parse(data=data, format="xml").objects()))


def by_pyoxigraph(data):
    return next(pyoxigraph.parse(data, RDF_XML)).object.value


rdflib_values = (by_rdflib(LF), by_rdflib(CRLF))
oxigraph_values = (by_pyoxigraph(LF), by_pyoxigraph(CRLF))
quads = list(pyoxigraph.parse(b'<urn:x:a> <urn:x:b> "line 1\\r\\nline 2" .', pyoxigraph.RdfFormat.TURTLE))
written = by_rdflib(pyoxigraph.serialize(quads, format=RDF_XML))
print(f"rdflib      LF: {rdflib_values[0]!r}  CR LF: {rdflib_values[1]!r}")
print(f"pyoxigraph  LF: {oxigraph_values[0]!r}  CR LF: {oxigraph_values[1]!r}")
print(f"{quads[0].object.value!r} written by pyoxigraph, read by rdflib: {written!r}")
plain, with_cr = "line 1\nline 2", "line 1\r\nline 2"
stated = ((plain, plain), (plain, with_cr), plain)
sys.exit(0 if (rdflib_values, oxigraph_values, written) == stated else "This is not what the header states.")
PY
