#!/usr/bin/env bash
# python-calamine: total_height and total_width of a sheet are one less than its rows and columns.
#
# Packages: python-calamine 0.9.1, openpyxl 3.1.5 (writes the workbook).
# Input: a workbook with a header row and two rows of data in three columns, beginning in A1, and a sheet with one cell.
# Behaviour: `height` and `width` are 3 and 3, `total_height` and `total_width` are 2 and 2. For the sheet with one cell
#   they are 0 and 0, as for an empty sheet.
# Expected: the "total" counts what stands before the first filled cell too, so it is never smaller than `height`.
# For a catalogue: a harvester that skips sheets with total_height == 0 loses tables of one row, and one that compares the
#   rows it has read with total_height reports a row too many. Use `height`, or count what to_python() returns; the last
#   row is `end[0] + 1`.
#
# Seen on 2026-12-01:
#   table    height 3  total_height 2  width 3  total_width 2  rows 3
#   cell     height 1  total_height 0  width 1  total_width 0  rows 1
#   empty    height 0  total_height 0  width 0  total_width 0  rows 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'python-calamine==0.9.1' 'openpyxl==3.1.5'
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys

import openpyxl
from python_calamine import CalamineWorkbook

EXPECTED = {"table": (3, 2, 3, 2, 3), "cell": (1, 0, 1, 0, 1), "empty": (0, 0, 0, 0, 0)}
path = f"{sys.argv[1]}/sheets.xlsx"
book = openpyxl.Workbook()
book.active.title = "table"
for row in (["Bad", "Jahr", "Besucher"], ["Tiergartenbad", 2025, 120000], ["Thermalbad", 2025, 80000]):
    book["table"].append(row)
book.create_sheet("cell")["A1"] = "x"
book.create_sheet("empty")
book.save(path)
seen = {}
for name in EXPECTED:
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name(name)
    rows = len(sheet.to_python())
    seen[name] = (sheet.height, sheet.total_height, sheet.width, sheet.total_width, rows)
    labels = ("height", "total_height", "width", "total_width", "rows")
    print(f"{name:8}", "  ".join(f"{label} {value}" for label, value in zip(labels, seen[name])))
sys.exit(seen != EXPECTED)
PY
