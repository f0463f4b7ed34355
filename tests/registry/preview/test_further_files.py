# ruff: noqa: E501  the rows of its tables
"""Valid files that were once read wrongly, as people publish them: each becomes the right table, or an honest sentence.

Covers: registry/preview/json_forms.py
"""

import json
from typing import Any

import openpyxl
import pytest

from registry.errors import UnreadableError
from tests.registry.preview.previewed import read_file, saved

POINT = {"type": "Point", "coordinates": [8.6, 49.4]}
FEATURES = [{"type": "Feature", "geometry": POINT, "properties": {"a": number}} for number in (1, 2)]
ESRI = {
    "geometryType": "esriGeometryPoint", "spatialReference": {"wkid": 102100, "latestWkid": 3857},
    "fields": [{"name": "art", "type": "esriFieldTypeString"}, {"name": "am", "type": "esriFieldTypeDate"}],
    "features": [{"attributes": {"art": "Linde", "am": 1767225600000}, "geometry": {"x": 957347.0, "y": 6346000.0}}],
}  # fmt: skip
DATASTORE = {"success": True, "result": {"fields": [{"id": "a"}], "records": [{"a": 5}, {"a": 6}], "total": 200}}

# what it is, content, types of the columns, first row, note
FILES: list[tuple[str, str | bytes, dict[str, str], list[Any], str]] = [
    ("one column with a decimal comma", "Wert\n1,5\n2,25\n", {"Wert": "number"}, [1.5], ""),
    ("two columns of numbers", "Zahl,Wert\n1,5\n2,25\n", {"Zahl": "integer", "Wert": "integer"}, [1, 5], ""),
    ("single quotes", "name;text\n'A';'x;y'\n'B';'z'\n", {"name": "text", "text": "text"}, ["A", "x;y"], ""),
    ("apostrophes in words", "name;text\nO'Hara;l'été\nX;d'or\n", {"name": "text", "text": "text"}, ["O'Hara", "l'été"], ""),
    ("euro of ISO-8859-15", "Name;Preis\nÄpfel;3,50 €\n".encode("iso-8859-15"), {"Name": "text", "Preis": "number"}, ["Äpfel", 3.5], ""),
    ("old Mac", "Straße;Größe\nMühlweg;1\n".encode("mac_roman"), {"Straße": "text", "Größe": "integer"}, ["Mühlweg", 1], "preview-encoding-guessed"),
    ("sections and euros of Windows", "Regel;Preis\n§ 5 – neu;3 €\n".encode("cp1252"), {"Regel": "text", "Preis": "integer"}, ["§ 5 – neu", 3], ""),
    ("years without a name before them", ";2024;2025\nA;1;2\nB;3;5\n", {"Spalte 1": "text", "2024": "integer", "2025": "integer"}, ["A", 1, 2], ""),
    ("three header rows", ";Bevölkerung;;;\n;männlich;;weiblich;\n;2024;2025;2024;2025\nA;1;2;3;4\nB;5;6;7;8\n", {"Spalte 1": "text", "männlich / 2024": "integer", "männlich / 2025": "integer", "weiblich / 2024": "integer", "weiblich / 2025": "integer"}, ["A", 1, 2, 3, 4], "preview-two-headers"),
    ("footnote with a delimiter", "Ort;Einwohner¹\nA;10.345\nB;7.012\n\n¹ Hauptwohnsitze; ohne Nebenwohnsitze\n", {"Ort": "text", "Einwohner¹": "integer"}, ["A", 10345], "preview-notes-below"),
    ("a numbered last row", "Posten;Betrag\n1) Personal;5\n2) Sachkosten;6\n", {"Posten": "text", "Betrag": "integer"}, ["1) Personal", 5], ""),
    ("an empty column between", "a;;b\n1;;2\n3;;4\n", {"a": "integer", "b": "integer"}, [1, 2], "preview-columns-empty"),
    ("lines of GeoJSON", "\n".join(map(json.dumps, FEATURES)), {"a": "integer", "geometry": "geometry"}, [1, "POINT (8.6 49.4)"], ""),
    ("a sequence of GeoJSON", "".join(f"\x1e{json.dumps(each)}\n" for each in FEATURES), {"a": "integer", "geometry": "geometry"}, [1, "POINT (8.6 49.4)"], ""),
    ("a feature set of ArcGIS", json.dumps(ESRI), {"art": "text", "am": "datetime", "geometry": "geometry"}, ["Linde", "2026-01-01T00:00:00Z", "POINT (8.5999944 49.4174905)"], "preview-crs-converted"),
    ("one geometry", json.dumps(POINT), {"geometry": "geometry"}, ["POINT (8.6 49.4)"], ""),
    ("JSON in UTF-16", '[{"a": "ä"}, {"a": "b"}]'.encode("utf-16"), {"a": "text"}, ["ä"], ""),
    ("JSON in a call", 'rueckruf({"liste": [{"a": 1}]});', {"a": "integer"}, [1], ""),
    ("a call in the name of a column", "max(wert);min(wert)\n5;1\n", {"max(wert)": "integer", "min(wert)": "integer"}, [5, 1], ""),
    ("the end of a file in DOS", "a;b\n1;2\n\x1a", {"a": "integer", "b": "integer"}, [1, 2], ""),
    ("an answer of CKAN's DataStore", json.dumps(DATASTORE), {"a": "integer"}, [5], "preview-more-pages"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "types", "row", "note"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_it_is_the_right_table(content: str | bytes, types: dict[str, str], row: list[Any], note: str) -> None:
    read = read_file(content)
    assert {name: column.type for name, column in read.columns.items()} == types
    assert read.rows[0] == row
    assert note in read.notes if note else not read.notes - {"preview-thousands", "preview-unit-behind"}


def test_topojson_is_said() -> None:
    with pytest.raises(UnreadableError) as failure:
        read_file(json.dumps({"type": "Topology", "objects": {}, "arcs": [[[0, 0], [1, 1]]]}))
    assert "TopoJSON" in str(failure.value.place)


def test_a_hidden_sheet_is_neither_shown_nor_named() -> None:
    book = openpyxl.Workbook()
    hidden, shown = book.active, book.create_sheet("Daten")
    assert hidden is not None
    hidden.title, hidden.sheet_state = "geheim", "hidden"
    for sheet in (hidden, shown):
        for row in (["a", "b"], [1, 2], [3, 4]):
            sheet.append(row)
    read = read_file(saved(book), "XLSX")
    assert (read.read.table, read.notes) == ("Daten", set())


def test_m_and_w_below_a_year_are_no_units() -> None:
    read = read_file("Ort;2025;;2026;\n;m;w;m;w\nA;1;2;3;4\nB;5;6;7;8\n")
    assert [column.unit for column in read.columns.values()] == [""] * 5
    assert read_file("Ort;Höhe / m\nA;1\n").columns["Höhe / m"].unit == "m"
