#!/usr/bin/env bash
# XLSX: a line break typed in some programs is read by openpyxl as the letters "_x000D_".
#
# Packages: openpyxl 3.1.5, python-calamine 0.9.1, XlsxWriter 3.2.9.
# Input: a cell with the text "Rathaus, CR LF, Marktplatz 10", and one that holds the seven letters _x000D_ themselves,
#   both written by XlsxWriter.
# Behaviour: XlsxWriter writes a CR as _x000D_ and the letters as _x005F_x000D_. python-calamine reads what was written.
#   openpyxl gives "Rathaus_x000D_\nMarktplatz 10" for the first and "_x000D_" for the second, so the two cannot be told
#   apart.
# Expected: the text. ISO/IEC 29500-1 section 22.9.2.19 "ST_Xstring": a character that XML 1.0 cannot hold is written
#   _xHHHH_, and _x005F_ in front stands for a literal underscore.
# For a catalogue: descriptions and addresses that came from databases or forms of Windows have CR LF. With openpyxl the
#   marks land in titles, on pages and in the search index. Replace _xHHHH_ in texts that openpyxl read, or read with
#   python-calamine.
#
# Seen on 2026-11-30:
#   openpyxl  'Rathaus_x000D_\nMarktplatz 10'  '_x000D_'
#   calamine  'Rathaus\r\nMarktplatz 10'  '_x000D_'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    'openpyxl==3.1.5' 'python-calamine==0.9.1' 'XlsxWriter==3.2.9'
"$folder/venv/bin/python" - <<'PY'
import os
import sys
import tempfile

import openpyxl
import xlsxwriter
from python_calamine import CalamineWorkbook

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "sheet.xlsx")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_string("A1", "Rathaus\r\nMarktplatz 10")
        sheet.write_string("B1", "_x000D_")
    by_openpyxl = [cell.value for cell in openpyxl.load_workbook(path).active[1]]
    by_calamine = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[0]
print("openpyxl ", "  ".join(map(repr, by_openpyxl)))
print("calamine ", "  ".join(map(repr, by_calamine)))
stated = (["Rathaus_x000D_\nMarktplatz 10", "_x000D_"], ["Rathaus\r\nMarktplatz 10", "_x000D_"])
sys.exit(0 if (by_openpyxl, by_calamine) == stated else "This is not what the header states.")
PY
