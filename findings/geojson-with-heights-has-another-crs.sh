#!/usr/bin/env bash
# GeoJSON with heights: pyogrio gives it EPSG:4979, which is not equal to the EPSG:4326 of the same file without.
#
# Packages: pyogrio 0.13.0 (with the GDAL of its wheel), pyproj 3.7.2.
# Input: two GeoJSON files with one point, [8.69, 49.41] and [8.69, 49.41, 110].
# Behaviour: the first has the CRS EPSG:4326, the second EPSG:4979. CRS objects made of them are not equal.
# Expected: one CRS for all GeoJSON. RFC 7946 section 4: the coordinate reference system of all GeoJSON is WGS 84 with
#   longitude and latitude, with an optional height above the ellipsoid; that a third number changes the code is what
#   the EPSG registry would say, but not what other readers of GeoJSON do.
# For a catalogue: files of surveyors have heights, some of them in a few rows only. Checks such as "epsg == 4326" call
#   them projected or unknown, joins and concatenations of layers by CRS are refused, and a layer changes its CRS when
#   one height is added. Treat 4326, 4979 and OGC:CRS84 as one for GeoJSON.
#
# Seen on 2026-11-30:
#   two numbers    EPSG:4326
#   three numbers  EPSG:4979
#   equal: False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyogrio==0.13.0' 'pyproj==3.7.2'
"$folder/venv/bin/python" - <<'PY'
import json
import os
import sys
import tempfile

from pyogrio import read_info
from pyproj import CRS

seen = []
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "points.geojson")
    for name, coordinates in (("two numbers", [8.69, 49.41]), ("three numbers", [8.69, 49.41, 110])):
        feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": coordinates}, "properties": {"a": 1}}
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"type": "FeatureCollection", "features": [feature]}, file)
        seen.append(read_info(path)["crs"])
        print(f"{name:<14} {seen[-1]}")
equal = CRS(seen[0]) == CRS(seen[1])
print("equal:", equal)
sys.exit(0 if (seen, equal) == (["EPSG:4326", "EPSG:4979"], False) else "This is not what the header states.")
PY
