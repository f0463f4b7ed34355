#!/usr/bin/env bash
# XLSX: openpyxl opens a "Strict Open XML" workbook without an error and finds no sheet in it.
#
# Packages: openpyxl 3.1.5, python-calamine 0.9.1.
# Input: a workbook with one sheet and one cell, once in the transitional namespaces of ISO/IEC 29500 and once in the
#   strict ones, as Excel writes it by "Save as: Strict Open XML Spreadsheet".
# Behaviour: openpyxl gives the sheet for the first file and an empty list of sheets for the second. python-calamine
#   reads both.
# Expected: the sheet, or an error. Both forms are ISO/IEC 29500 (strict is part 1, transitional part 4), have the
#   suffix .xlsx and the same media type.
# For a catalogue: authorities that must deliver in the standard's strict form deliver files that count as empty tables:
#   no row, no column, no error in the log. Take an empty list of sheets for a fault, or read with python-calamine.
#
# Seen on 2026-11-30:
#   transitional  openpyxl: ['Bäume']  calamine: ['Bäume'], first cell 'Linde'
#   strict        openpyxl: []  calamine: ['Bäume'], first cell 'Linde'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'openpyxl==3.1.5' 'python-calamine==0.9.1'
"$folder/venv/bin/python" - <<'PY'
import os
import sys
import tempfile
import warnings
import zipfile

import openpyxl
from python_calamine import CalamineWorkbook

warnings.simplefilter("ignore")
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
TYPES = "application/vnd.openxmlformats-"
NAMESPACES = {
    "transitional": (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    "strict": (
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
}


def relationship(kind, target):
    inner = f'<Relationship Id="r1" Type="{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{PACKAGE}relationships">{inner}</Relationships>'


def workbook(path, main, office):
    content_types = f"""<Types xmlns="{PACKAGE}content-types">
<Default Extension="rels" ContentType="{TYPES}package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{TYPES}officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/sheet1.xml" ContentType="{TYPES}officedocument.spreadsheetml.worksheet+xml"/></Types>"""
    book = f"""<workbook xmlns="{main}" xmlns:r="{office}"><sheets>
<sheet name="Bäume" sheetId="1" r:id="r1"/></sheets></workbook>"""
    sheet = f"""<worksheet xmlns="{main}"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>Linde</t></is></c></row></sheetData></worksheet>"""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", content_types)
        archive.writestr("_rels/.rels", relationship(office + "/officeDocument", "xl/workbook.xml"))
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", relationship(office + "/worksheet", "sheet1.xml"))
        archive.writestr("xl/sheet1.xml", sheet)


seen = {}
with tempfile.TemporaryDirectory() as folder:
    for name, namespaces in NAMESPACES.items():
        path = os.path.join(folder, name + ".xlsx")
        workbook(path, *namespaces)
        by_calamine = CalamineWorkbook.from_path(path)
        cell = by_calamine.get_sheet_by_index(0).to_python()[0][0]
        seen[name] = (openpyxl.load_workbook(path).sheetnames, by_calamine.sheet_names, cell)
        print(f"{name:<13} openpyxl: {seen[name][0]}  calamine: {seen[name][1]}, first cell {cell!r}")
stated = {"transitional": (["Bäume"], ["Bäume"], "Linde"), "strict": ([], ["Bäume"], "Linde")}
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
