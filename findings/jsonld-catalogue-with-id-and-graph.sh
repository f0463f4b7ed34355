#!/usr/bin/env bash
# JSON-LD: a catalogue with "@id" beside "@graph" gives rdflib's Graph no dataset, and no error.
#
# Packages: rdflib 7.6.0, pyoxigraph 0.5.13.
# Input: one object with "@id", a title and "@graph": [one dataset].
# Behaviour: the dataset stands in a named graph. Graph.parse() keeps the default graph only, so one triple arrives: the
#   title of the catalogue. The same holds for TriG and N-Quads: a file that has named graphs only gives an empty Graph.
#   rdflib's Dataset and pyoxigraph have all statements.
# Expected: everything in one graph, or an error. To most authors "@graph" means "here is the list"; that "@id" beside
#   it names a graph is said in JSON-LD 1.1, section "Named Graphs". Without "@id" and other properties the same
#   "@graph" is the default graph, so a file can fall silent because somebody adds a title.
# For a catalogue: a harvester on rdflib.Graph reads zero datasets with success, and may withdraw all that it had. Read
#   quads and merge the graphs, and take an empty result for a fault. When you publish, do not put "@graph" into a node.
#
# Seen on 2026-11-30:
#   rdflib Graph: 1 statement(s), without @id and title: 1, with TriG: 0
#   rdflib Dataset: 2
#   pyoxigraph: 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'rdflib==7.6.0' 'pyoxigraph==0.5.13'
"$folder/venv/bin/python" - <<'PY'
import json
import sys

import pyoxigraph
import rdflib

document = {
    "@context": {"title": "http://purl.org/dc/terms/title"},
    "@id": "https://data.example.org/catalogue",
    "title": "Catalogue",
    "@graph": [{"@id": "https://data.example.org/trees", "title": "Trees"}],
}
only_list = {key: value for key, value in document.items() if key not in ("@id", "title")}
trig = '<https://data.example.org/g> { <https://data.example.org/trees> <http://purl.org/dc/terms/title> "Trees" }'


def statements(data, name="json-ld"):
    return len(rdflib.Graph().parse(data=data, format=name))


in_graph = (statements(json.dumps(document)), statements(json.dumps(only_list)), statements(trig, "trig"))
dataset = rdflib.Dataset()
dataset.parse(data=json.dumps(document), format="json-ld")
in_dataset = len(list(dataset.quads()))
in_pyoxigraph = len(list(pyoxigraph.parse(json.dumps(document).encode(), pyoxigraph.RdfFormat.JSON_LD)))
print(f"rdflib Graph: {in_graph[0]} statement(s), without @id and title: {in_graph[1]}, with TriG: {in_graph[2]}")
print("rdflib Dataset:", in_dataset)
print("pyoxigraph:", in_pyoxigraph)
stated = ((1, 1, 0), 2, 2)
sys.exit(0 if (in_graph, in_dataset, in_pyoxigraph) == stated else "This is not what the header states.")
PY
