#!/usr/bin/env bash
# geojson: reading and writing a feature changes its properties if one of them is called "type", and rounds coordinates.
#
# Package: geojson 3.3.0.
# Input: a feature whose properties have "type": "Point" (a kind of measuring site), a nested object with "type":
#   "Feature" (where the record came from), and coordinates with nine decimals.
# Behaviour: loads() and dumps() add "coordinates": [] to the properties and "geometry": null, "properties": {} to the
#   nested object, because every object with a known "type" becomes a geometry or feature. Coordinates come out with six
#   decimals.
# Expected: out as in. RFC 7946 section 3.2: the value of "properties" is any JSON object; section 6.1: GeoJSON
#   semantics do not apply to members that the standard does not define, whatever their names and values are. The
#   precision of six decimals is a default of the library (about 10 cm), which one expects of a writer that was asked,
#   not of a reader.
# For a catalogue: a portal that passes GeoJSON through this library (to cut, page or merge it) publishes other
#   attributes and other coordinates than the authority did, and checksums of the distribution do not fit any more. Use
#   json for passing through; for coordinates give precision=15 when you make geometries.
#
# Seen on 2026-11-30:
#   properties: {"type": "Point", "name": "Messstelle", "coordinates": []}
#   nested: {"type": "Feature", "id": "a1", "geometry": null, "properties": {}}
#   coordinates: [8.694861, 49.409359]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'geojson==3.3.0'
"$folder/venv/bin/python" - <<'PY'
import json
import sys

import geojson

feature = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [8.694861234, 49.409358765]},
    "properties": {"type": "Point", "name": "Messstelle"},
}
nested = {"type": "Feature", "geometry": None, "properties": {"source": {"type": "Feature", "id": "a1"}}}


def passed_through(value):
    return json.loads(geojson.dumps(geojson.loads(json.dumps(value))))


first = passed_through(feature)
source = passed_through(nested)["properties"]["source"]
print("properties:", json.dumps(first["properties"]))
print("nested:", json.dumps(source))
print("coordinates:", first["geometry"]["coordinates"])
stated = (
    {"type": "Point", "name": "Messstelle", "coordinates": []},
    {"type": "Feature", "id": "a1", "geometry": None, "properties": {}},
    [8.694861, 49.409359],
)
seen = (first["properties"], source, first["geometry"]["coordinates"])
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
