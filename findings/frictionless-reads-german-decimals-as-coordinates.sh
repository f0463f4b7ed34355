#!/usr/bin/env bash
# frictionless: a column of German decimal numbers gets the type geopoint; 1,5 is the place [1, 5].
#
# Package: frictionless 5.21.0.
# Input: a CSV with semicolons and the column "wert" with 1,5 and 12,25; and one with thousands points, 1.234,5.
# Behaviour: describe() finds the delimiter and calls the column a geopoint, since "1,5" fits the pattern "longitude,
#   latitude" of that type, and extract() gives pairs of numbers. 1.234,5 is [1.234, 5]. A value whose part before the
#   comma is above 180, or whose part behind it is above 90, makes the whole column a string.
# Expected: number, or string where the decimal comma was not announced. Table Schema has decimalChar for numbers; its
#   geopoint ("lon, lat", default format) is a type that one expects to be asked for. The type therefore depends on the
#   largest value of the column.
# For a catalogue: data packages described by machine publish measurements as coordinates, and a portal that shows
#   geopoints on a map draws a point for each price. Set a Detector with field_type="string", or give the schema with
#   decimalChar "," yourself, for every file whose delimiter is a semicolon.
#
# Seen on 2026-11-30:
#   1,5 12,25       type geopoint  values [[1, 5], [12, 25]]
#   1.234,5 2.345,5  type geopoint  values [[1.234, 5], [2.345, 5]]
#   1,5 250,25      type string    values ['1,5', '250,25']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'frictionless==5.21.0'
"$folder/venv/bin/python" - <<'PY'
import os
import sys
import tempfile

from frictionless import describe, extract

COLUMNS = {"1,5 12,25": None, "1.234,5 2.345,5": None, "1,5 250,25": None}
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)  # frictionless trusts relative paths only
    for values in COLUMNS:
        with open("data.csv", "w", encoding="utf-8") as file:
            file.write("ort;wert\n" + "".join(f"A;{value}\n" for value in values.split()))
        kind = describe("data.csv").schema.get_field("wert").type
        rows = next(iter(extract("data.csv").values()))
        cells = [row["wert"] for row in rows]
        shown = "[" + ", ".join(repr(c) if isinstance(c, str) else f"[{c[0]}, {c[1]}]" for c in cells) + "]"
        print(f"{values:<15} type {kind:<9} values {shown}")
        COLUMNS[values] = (kind, [c if isinstance(c, str) else [float(part) for part in c] for c in cells])
stated = {
    "1,5 12,25": ("geopoint", [[1.0, 5.0], [12.0, 25.0]]),
    "1.234,5 2.345,5": ("geopoint", [[1.234, 5.0], [2.345, 5.0]]),
    "1,5 250,25": ("string", ["1,5", "250,25"]),
}
sys.exit(0 if COLUMNS == stated else "This is not what the header states.")
PY
