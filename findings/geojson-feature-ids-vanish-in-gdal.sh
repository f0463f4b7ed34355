#!/usr/bin/env bash
# GeoJSON read by GDAL: numeric feature ids are no column, ids as text are one, and mixed ones are lost.
#
# Package: pyogrio 0.13.0 (with the GDAL of its wheel), the reader under geopandas.
# Input: three files with two features each, which differ only in "id": 17 and 42; "b17" and "b42"; 17 and "b42". RFC
#   7946 section 3.2 allows a string or a number.
# Behaviour: numbers become the feature number (fid), which read_dataframe() and raw.read() do not give unless they are
#   asked (fid_as_index, return_fids). Texts become a first column "id". In the mixed file there is no column, and the
#   second feature has fid 0: "b42" is nowhere.
# Expected: ids in one and the same place, all of them. RFC 7946 gives "id" as the commonly used identifier of a
#   feature.
# For a catalogue: tree and street numbers are what other tables join on. A file converted from GeoJSON to CSV or
#   Parquet has the column or has not, by the type of the ids, and after an edit that adds one id with a letter all the
#   ids are gone. Read with fid_as_index=True and look for a column "id" too; publishers: repeat the id in the
#   properties.
#
# Seen on 2026-11-30:
#   17, 42       columns ['height']  fids [17, 42]
#   "b17", "b42" columns ['id', 'height']  fids [0, 1]
#   17, "b42"    columns ['height']  fids [17, 0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyogrio==0.13.0'
"$folder/venv/bin/python" - <<'PY'
import json
import os
import sys
import tempfile

from pyogrio import raw

CASES = {'17, 42': [17, 42], '"b17", "b42"': ["b17", "b42"], '17, "b42"': [17, "b42"]}
seen = []
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "trees.geojson")
    for name, ids in CASES.items():
        features = [
            {
                "type": "Feature",
                "id": identifier,
                "geometry": {"type": "Point", "coordinates": [8.69, 49.41]},
                "properties": {"height": 12},
            }
            for identifier in ids
        ]
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"type": "FeatureCollection", "features": features}, file)
        meta, fids, _, _ = raw.read(path, return_fids=True)
        seen.append((list(meta["fields"]), [int(fid) for fid in fids]))
        print(f"{name:<12} columns {seen[-1][0]}  fids {seen[-1][1]}")
stated = [(["height"], [17, 42]), (["id", "height"], [0, 1]), (["height"], [17, 0])]
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
