#!/usr/bin/env bash
# GeoJSON read by GDAL: file numbers like "2024/01/05" become dates, and "12:30" becomes a time.
#
# Package: pyogrio 0.13.0 (with the GDAL of its wheel).
# Input: features with string properties: building permits numbered by year, district and running number, "2024/01/05"
#   and "2023/12/11"; results of matches, "12:30" and "01:15"; and a permit "2024/13/05" to compare.
# Behaviour: the permits are a column of dates (5 January 2024), and the strings as they were are not given. With one
#   number that cannot be a date, as "2024/13/05", the whole column stays text. "12:30" is a time of day, 12:30:00.
# Expected: text. In GeoJSON (RFC 7946, JSON) a string is a string; there is no type for dates, and the slash form is
#   not that of ISO 8601 or RFC 3339. GDAL's documentation of the driver says that dates are detected by default.
# For a catalogue: keys of proceedings do not match their register any more, written to another format they read
#   2024-01-05, and whether it happens depends on the rows in the file, so a test with today's data does not show it.
#   Set the open option DATE_AS_STRING=YES, which pyogrio passes on as a keyword, for everything that is not known to
#   hold dates.
#
# Seen on 2026-11-30:
#   2024/01/05 2023/12/11 -> datetime64[D] ['2024-01-05', '2023-12-11']
#   2024/01/05 2024/13/05 -> object ['2024/01/05', '2024/13/05']
#   12:30 01:15 -> object ['12:30:00', '01:15:00']
#   2024/01/05 2023/12/11, DATE_AS_STRING -> object ['2024/01/05', '2023/12/11']
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


def column(path, values, **options):
    features = [{"type": "Feature", "geometry": None, "properties": {"number": value}} for value in values]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"type": "FeatureCollection", "features": features}, file)
    meta, _, _, fields = raw.read(path, **options)
    result = (str(meta["dtypes"][0]), [str(value) for value in fields[0]])
    print(" ".join(values) + ", DATE_AS_STRING" * bool(options), "->", *result)
    return result


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "permits.geojson")
    seen = [
        column(path, ["2024/01/05", "2023/12/11"]),
        column(path, ["2024/01/05", "2024/13/05"]),
        column(path, ["12:30", "01:15"]),
        column(path, ["2024/01/05", "2023/12/11"], DATE_AS_STRING="YES"),
    ]
stated = [
    ("datetime64[D]", ["2024-01-05", "2023-12-11"]),
    ("object", ["2024/01/05", "2024/13/05"]),
    ("object", ["12:30:00", "01:15:00"]),
    ("object", ["2024/01/05", "2023/12/11"]),
]
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
