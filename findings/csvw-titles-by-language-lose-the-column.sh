#!/usr/bin/env bash
# csvw: a column whose titles are given by language is not recognised; its type and its name do not apply.
#
# Package: csvw 4.1.1.
# Input: a CSV with the header Bezirk,Einwohner and metadata with "titles": {"de": "Bezirk", "en": "District"}; the same
#   with "titles": "Bezirk" to compare.
# Behaviour: rows come back under the headers of the file, as strings, and beside them the names of the metadata with
#   None. A warning "Unspecified column" is all that is said. A value that is no integer passes. With plain titles name
#   and type are applied.
# Expected: both the same. CSVW "Metadata Vocabulary for Tabular Data", section 5.1.6 "Natural Language Properties": a
#   title may be an object from language tags to one or more strings; the header of a CSV has the language "und", which
#   fits any.
# For a catalogue: CSVW metadata with German and English titles is what a bilingual portal would publish. Readers that
#   use this library get untyped data and a column of None for each described one, and validation finds nothing wrong.
#   Put the header of the file into "titles" as a plain string.
#
# Seen on 2026-11-30:
#   by language: {'Bezirk': 'Altstadt', 'Einwohner': 'viele', 'district': None, 'inhabitants': None}
#   plain, value "viele": ValueError
#   plain, value "1000": {'district': 'Altstadt', 'inhabitants': 1000}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'csvw==4.1.1'
"$folder/venv/bin/python" - <<'PY'
import json
import pathlib
import sys
import tempfile
import warnings

import csvw

warnings.simplefilter("ignore")
BY_LANGUAGE = ({"de": "Bezirk", "en": "District"}, {"de": "Einwohner", "en": "Inhabitants"})
PLAIN = ("Bezirk", "Einwohner")


def first_row(titles, value):
    columns = [
        {"name": "district", "titles": titles[0]},
        {"name": "inhabitants", "titles": titles[1], "datatype": "integer"},
    ]
    metadata = {"@context": "http://www.w3.org/ns/csvw", "url": "data.csv", "tableSchema": {"columns": columns}}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "data.csv").write_text(f"Bezirk,Einwohner\nAltstadt,{value}\n", encoding="utf-8")
        (path / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
        try:
            return dict(next(iter(csvw.Table.from_file(path / "metadata.json"))))
        except ValueError as error:
            return type(error).__name__


seen = [first_row(BY_LANGUAGE, "viele"), first_row(PLAIN, "viele"), first_row(PLAIN, "1000")]
for name, row in zip(("by language", 'plain, value "viele"', 'plain, value "1000"'), seen):
    print(f"{name}: {row}")
stated = [
    {"Bezirk": "Altstadt", "Einwohner": "viele", "district": None, "inhabitants": None},
    "ValueError",
    {"district": "Altstadt", "inhabitants": 1000},
]
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
