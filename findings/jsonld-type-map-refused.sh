#!/usr/bin/env bash
# JSON-LD: a map by type ("@container": "@type") is refused by pyoxigraph if its nodes have "@id".
#
# Packages: pyoxigraph 0.5.13, PyLD 3.3.0.
# Input: a dataset whose distributions are sorted by type: {"Distribution": {"@id": ..., "title": ...}}.
# Behaviour: pyoxigraph raises SyntaxError: "@type must be the first key of an object or right after @context", though
#   the document has no key "@type" at all. Without "@id" in the node, or with the IRI alone as value, it reads the map.
# Expected: it reads it as PyLD does. JSON-LD 1.1, section "Node Type Indexing", shows nodes with "@id" in such a map.
#   That "@type" has to come first is a rule of the Streaming JSON-LD note, which nobody asked for here, and in an
#   ordinary object pyoxigraph does take "@type" in any place.
# For a catalogue: JSON-LD that was made for people who read JSON may have such maps. The file is refused with a message
#   that leads nowhere. lenient=True reads it rightly; so does another processor.
#
# Seen on 2026-11-30:
#   PyLD: 3 statements
#   pyoxigraph: @type must be the first key of an object or right after @context
#   pyoxigraph, lenient: 3 statements
#   pyoxigraph, ordinary object with "@type" last: 2 statements
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyoxigraph==0.5.13' 'PyLD==3.3.0'
"$folder/venv/bin/python" - <<'PY'
import json
import sys

import pyoxigraph
from pyld import jsonld

context = {
    "title": "http://purl.org/dc/terms/title",
    "Distribution": "http://www.w3.org/ns/dcat#Distribution",
    "byType": {"@id": "http://www.w3.org/ns/dcat#distribution", "@container": "@type"},
}
with_map = {
    "@context": context,
    "@id": "https://data.example.org/trees",
    "byType": {"Distribution": {"@id": "https://data.example.org/trees.csv", "title": "CSV"}},
}
ordinary = {"@context": context, "@id": "https://data.example.org/trees.csv", "title": "CSV", "@type": "Distribution"}


def by_pyoxigraph(document, **options):
    try:
        data = json.dumps(document).encode()
        count = len(list(pyoxigraph.parse(data, pyoxigraph.RdfFormat.JSON_LD, **options)))
        return f"{count} statements"
    except SyntaxError as error:
        return error.args[0]


seen = {
    "PyLD": f"{len(jsonld.to_rdf(with_map)['@default'])} statements",
    "pyoxigraph": by_pyoxigraph(with_map),
    "pyoxigraph, lenient": by_pyoxigraph(with_map, lenient=True),
    'pyoxigraph, ordinary object with "@type" last': by_pyoxigraph(ordinary),
}
for name, result in seen.items():
    print(f"{name}: {result}")
refusal = "@type must be the first key of an object or right after @context"
stated = ["3 statements", refusal, "3 statements", "2 statements"]
sys.exit(0 if list(seen.values()) == stated else "This is not what the header states.")
PY
