# ruff: noqa: E501  the rows of its tables
"""Delimited text: delimiter, encoding, header and notes around it, and what its values are.

Covers: registry/preview/text_table.py, registry/preview/delimited.py, registry/preview/text_encoding.py,
registry/preview/header.py, registry/preview/footer.py, registry/preview/cells.py, registry/preview/column_types.py,
registry/preview/column_shapes.py, registry/preview/shape_counts.py, registry/preview/header_words.py,
registry/preview/column_profile.py, registry/preview/table_writer.py, registry/preview/zones.py,
registry/preview/reasons.py
"""

from typing import Any

import pytest

from registry.errors import UnreadableError
from tests.registry.preview.previewed import read_file

# name of a column, its values with "|" between them -> type, values, note
COLUMNS: list[tuple[str, str, str, list[Any], str]] = [
    ("Wert", "1,5|-2,25|+0,3", "number", [1.5, -2.25, 0.3], ""),
    ("Wert", "1.234,5|987|12.345.678", "number", [1234.5, 987.0, 12345678.0], "preview-thousands"),
    ("Wert", "1 234,5|12 345 678,25|999,0", "number", [1234.5, 12345678.25, 999.0], "preview-thousands"),
    ("Wert", "1\u00a0234|999", "integer", [1234, 999], "preview-thousands"),
    ("Wert", "1'234.50|999.00", "number", [1234.5, 999.0], "preview-thousands"),
    ("Nr", "1 234|5 678", "text", ["1 234", "5 678"], "preview-blanks-inside"),
    ("Einwohner", "1.234|160.355|987", "integer", [1234, 160355, 987], "preview-thousands"),
    ("Wert", "1.234|2.355", "text", ["1.234", "2.355"], "preview-thousands-unclear"),
    ("Wert", "1.234.567|2.355", "integer", [1234567, 2355], "preview-thousands"),
    ("Breite", "49.412|49.413", "number", [49.412, 49.413], ""),
    ("Messwert", "1.234|0.355", "number", [1.234, 0.355], ""),
    ("Wert", "1.234|160.355|987", "integer", [1234, 160355, 987], "preview-thousands"),
    ("Wert", "1.234|2355", "text", ["1.234", "2355"], "preview-thousands-unclear"),
    ("Spalte", "41.10|41.1", "text", ["41.10", "41.1"], "preview-code"),
    ("Konto", "41.10|41.1", "text", ["41.10", "41.1"], "preview-code"),
    ("Version", "1.1|1.10", "text", ["1.1", "1.10"], "preview-code"),
    ("Wert", "1.5|2,5", "text", ["1.5", "2,5"], "preview-marks-mixed"),
    ("Quote", "12,5 %|8%", "number", [12.5, 8.0], "preview-unit-behind"),
    ("Preis", "1.234,50 €|8,00 €", "number", [1234.5, 8.0], "preview-unit-behind"),
    ("Preis", "€ 12,50|€ 8", "number", [12.5, 8.0], "preview-unit-behind"),
    ("Preis", "12 EUR|8", "text", ["12 EUR", "8"], "preview-units-mixed"),
    ("Wert", "12,50-|3,00", "number", [-12.5, 3.0], "preview-trailing-minus"),
    ("Wert", "−12,5|3,0", "number", [-12.5, 3.0], ""),
    ("Wert", "1,5E3|2E+4", "number", [1500.0, 20000.0], ""),
    ("Code", "12E4|13E5", "text", ["12E4", "13E5"], ""),
    ("PLZ", "01067|69115", "text", ["01067", "69115"], "preview-leading-zeros"),
    ("Telefon", "06221 58 10580|+49 6221 123", "text", ["06221 58 10580", "+49 6221 123"], ""),
    ("Kontakt", "+496221123456|+49622199", "text", ["+496221123456", "+49622199"], "preview-phone"),
    ("Telefon", "622158|622199", "text", ["622158", "622199"], "preview-phone"),
    ("ID", "123456789012345678|2", "text", ["123456789012345678", "2"], "preview-long-numbers"),
    ("Wert", "k.A.|5|-|n/a", "integer", [None, 5, None, None], "preview-placeholders"),
    ("Wert", "5,5|#DIV/0!|7,25|#WERT!", "number", [5.5, None, 7.25, None], "preview-error-cells"),
    ("Wert", "5|#BEZUG!|#N/A|Err:502", "integer", [5, None, None, None], "preview-error-cells"),
    ("Datum", "1.2.2026|#NV", "date", ["2026-02-01", None], "preview-error-cells"),
    ("Bemerkung", "siehe #1|#DIV/0!", "text", ["siehe #1", "#DIV/0!"], ""),
    ("Name", "-|Ort", "text", ["-", "Ort"], ""),
    ("Name", "|", "text", [None, None], ""),
    ("Datum", "1.2.26|31.12.99", "date", ["2026-02-01", "1999-12-31"], "preview-short-years"),
    ("Stichtag", "1.2.26|31.12.25", "date", ["2026-02-01", "2025-12-31"], "preview-short-years"),
    ("Produkt", "11.1.01|11.1.02", "text", ["11.1.01", "11.1.02"], "preview-short-dates-unclear"),
    ("Am", "1.2.2026|1.3.26", "date", ["2026-02-01", "2026-03-01"], "preview-short-years"),
    ("Wann", "01.02.2026|28.2.2025", "date", ["2026-02-01", "2025-02-28"], ""),
    ("Wann", "1. Januar 2026|2. März 2026", "date", ["2026-01-01", "2026-03-02"], ""),
    ("Wann", "30.02.2026|1.3.2026", "text", ["30.02.2026", "1.3.2026"], "preview-values-unfit"),
    ("Wann", "2026-02-01|2026-2-3", "date", ["2026-02-01", "2026-02-03"], ""),
    ("Wann", "01/02/2026|03/04/2026", "text", ["01/02/2026", "03/04/2026"], "preview-dates-ambiguous"),
    ("Wann", "31/01/2026|03/04/2026", "date", ["2026-01-31", "2026-04-03"], ""),
    ("Wann", "01/31/2026|03/04/2026", "date", ["2026-01-31", "2026-03-04"], ""),
    ("Datum", "20260101|20260102", "date", ["2026-01-01", "2026-01-02"], "preview-dates-compact"),
    ("Zahl", "20260101|20260102", "integer", [20260101, 20260102], ""),
    ("Monat", "2026-01|2026-02", "text", ["2026-01", "2026-02"], ""),
    ("Zeit", "2026-01-01T00:00:00|2026-01-01 01:30", "datetime", ["2026-01-01T00:00:00", "2026-01-01T01:30:00"], ""),
    ("Zeit", "1.2.2026 8:05|1.2.2026, 9:00 Uhr", "datetime", ["2026-02-01T08:05:00", "2026-02-01T09:00:00"], ""),
    ("Zeit", "01.01.2026 24:00|1.1.2026 23:00", "datetime", ["2026-01-02T00:00:00", "2026-01-01T23:00:00"], "preview-midnight"),
    ("Zeit", "1.1.2026|1.1.2026 19:30", "datetime", ["2026-01-01T00:00:00", "2026-01-01T19:30:00"], "preview-days-and-times"),
    ("Zeit", "2026-01-01T10:00:00Z|2026-07-01T10:00Z", "datetime", ["2026-01-01T10:00:00Z", "2026-07-01T10:00:00Z"], ""),
    ("Zeit", "2026-01-01T00:00+01:00|2026-07-01T01:30+02:00", "datetime", ["2026-01-01T00:00:00+01:00", "2026-07-01T01:30:00+02:00"], ""),
    ("Zeit", "2026-01-01T10:00:00Z|2026-07-01T10:00", "text", ["2026-01-01T10:00:00Z", "2026-07-01T10:00"], "preview-zones-mixed"),
    ("Zeit", "8:00|24:00", "time", ["08:00:00", "24:00:00"], ""),
    ("Zeit", "8:00 Uhr|19:30 Uhr", "time", ["08:00:00", "19:30:00"], ""),
    ("Dauer", "26:30|08:00", "text", ["26:30", "08:00"], "preview-durations"),
    ("Offen", "ja|Nein|JA", "boolean", [True, False, True], "preview-booleans"),
    ("Offen", "TRUE|false", "boolean", [True, False], ""),
    ("Offen", "ja|vielleicht", "text", ["ja", "vielleicht"], ""),
    ("Ort", "POINT (8.69 49.41)|POINT(8.7 49.42)", "geometry", ["POINT (8.69 49.41)", "POINT(8.7 49.42)"], ""),
    ("Ort", "POINT (477500 5473000)|POINT(477501 5473000)", "text", ["POINT (477500 5473000)", "POINT(477501 5473000)"], ""),
    ("Name", "a\u00a0|  b ", "text", ["a", "b"], ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "cells", "type_", "values", "note"), COLUMNS)
def test_values_are_read_for_what_they_are_or_stay_text(
    name: str, cells: str, type_: str, values: list[Any], note: str
) -> None:
    lines = "".join(f"z{number};{cell}\n" for number, cell in enumerate(cells.split("|")))
    read = read_file(f"Zeile;{name}\n{lines}")
    assert (read.type(name), read.values(name)) == (type_, values)
    assert (note in read.notes) if note else not {code for code in read.notes if code != "preview-no-header"}


@pytest.mark.parametrize(
    ("cells", "type_", "values"),
    [
        ("1.234|160.355", "integer", [1234, 160355]),  # the file has decimal commas
        ("12.5|13.25", "number", [12.5, 13.25]),
        ("49.412345|8.7", "number", [49.412345, 8.7]),
        ("41.10|41.1", "text", ["41.10", "41.1"]),
    ],
)
def test_a_decimal_comma_elsewhere_says_what_a_dot_is(cells: str, type_: str, values: list[Any]) -> None:
    lines = "".join(f"{cell};{number},5\n" for number, cell in enumerate(cells.split("|")))
    read = read_file(f"Spalte;Anteil\n{lines}")
    assert (read.type("Spalte"), read.values("Spalte")) == (type_, values)
    assert read.read.decimal


def test_a_comma_before_three_digits_is_no_decimal_comma_in_english_files() -> None:
    read = read_file('Name,Count,Price\nA,"1,234",1.50\nB,"12,345",2.5\n')
    assert read.values("Count") == [1234, 12345]
    assert read.values("Price") == [1.5, 2.5]
    assert (read.read.delimiter, read.read.decimal, read.read.thousands) == (",", ".", ",")


def test_cells_in_which_a_formula_failed_are_counted_beside_those_without_a_value() -> None:
    column = read_file("Zeile;Wert\na;5,5\nb;#DIV/0!\nc;-\nd;#DIV/0!\ne;#WERT!\n").columns["Wert"]
    assert (column.type, column.filled) == ("number", 1)
    assert {note.code: dict(note.values) for note in column.notes} == {
        "preview-placeholders": {"words": "“-”", "count": 1},
        "preview-error-cells": {"count": 3, "codes": "#DIV/0!, #WERT!"},
    }


@pytest.mark.parametrize(("cells", "sign"), [("1'234.50|999.00", "'"), ("1’234|12’345", "’"), ("1 234|999", " ")])
def test_what_divides_thousands_is_named_as_it_is_written(cells: str, sign: str) -> None:
    lines = "".join(f"z{number};{cell}\n" for number, cell in enumerate(cells.split("|")))
    assert read_file(f"Zeile;Wert\n{lines}").read.thousands == sign


def test_a_value_at_the_very_end_counts_as_much_as_the_first() -> None:
    lines = "".join(f"{number};{number}\n" for number in range(25_000))
    read = read_file(f"a;b\n{lines}x1;5,5\n")
    assert [read.type(name) for name in ("a", "b")] == ["text", "number"]
    assert read.total == 25_001
    assert read.columns["b"].max == 24_999


# content -> delimiter, header row, names of columns, rows, note
TABLES: list[tuple[str, str, int, list[str], int, str]] = [
    ("a;b\n1;2\n", ";", 1, ["a", "b"], 1, ""),
    ("a\tb\n1\t2\n", "\t", 1, ["a", "b"], 1, ""),
    ("a|b\n1|2\n", "|", 1, ["a", "b"], 1, ""),
    ("sep=,\na,b\n1,2\n", ",", 1, ["a", "b"], 1, ""),
    ("a;b\r1;2\r3;4\r", ";", 1, ["a", "b"], 2, ""),
    ('a;b\r\n"x\r\ny;z";2\r\n', ";", 1, ["a", "b"], 1, ""),
    ('a;b\n"x;2\n' + "y;1\n" * 600, ";", 1, ["a", "b"], 601, "preview-quotes-plain"),
    ("Name;Text\nA;eins, zwei, drei\nB;vier, fünf\n", ";", 1, ["Name", "Text"], 2, ""),
    ("Name\nA\nB\n", "", 1, ["Name"], 2, ""),
    ("Jahr;2024;2025;2026\nA;1;2;3\n", ";", 1, ["Jahr", "2024", "2025", "2026"], 1, ""),
    ("Ort;1;2;3;4\nA;5;6;7;8\nB;1;3;2;9\n", ";", 1, ["Ort", "1", "2", "3", "4"], 2, ""),
    ("Titel;Radzählung;\nStand;1.1.2026;\na;b;c\n1;A;5\n2;A;6\n", ";", 3, ["a", "b", "c"], 2, "preview-notes-above"),
    ("Altstadt;49,41;8,69\nSüd;49,40;8,68\n", ";", 0, ["Spalte 1", "Spalte 2", "Spalte 3"], 2, "preview-no-header"),
    ("Ort;2019\nA;2020\nB;2021\n", ";", 0, ["Spalte 1", "Spalte 2"], 3, "preview-no-header"),
    ("Titel\n\na;b;c\n1;2;3\n4;5;6\n", ";", 3, ["a", "b", "c"], 2, "preview-notes-above"),
    ("Zählung\nStand: 1.1.2026; vorläufig\n\na;b;c\n1;2;3\n4;5;6\n", ";", 4, ["a", "b", "c"], 2, "preview-notes-above"),
    ("Report, by X, for Y\n\na,b,c\n1,2,3\n4,5,6\n", ",", 3, ["a", "b", "c"], 2, "preview-notes-above"),
    ("a;b\n1;2\n3;4\nQuelle: Amt\n", ";", 1, ["a", "b"], 2, "preview-notes-below"),
    ("a;b\n1;2\n3;4\n\nStand: heute; Amt\n", ";", 1, ["a", "b"], 2, "preview-notes-below"),
    ("a;b\n1;2\nSumme;4\n", ";", 1, ["a", "b"], 2, ""),
    ("Ort;Rad;;Fuß;\n;Nord;Süd;Nord;Süd\nA;1;2;3;4\n", ";", 2,
     ["Ort", "Rad / Nord", "Rad / Süd", "Fuß / Nord", "Fuß / Süd"], 1, "preview-two-headers"),
    ("Ort;Rad;\n;2024;2025\nA;1;2\nB;3;4\n", ";", 2, ["Ort", "Rad / 2024", "Rad / 2025"], 2, "preview-two-headers"),
    ("Zeit;Temperatur\n;°C\n2026-01-01;1,5\n2026-01-02;2\n", ";", 2, ["Zeit", "Temperatur / °C"], 2, "preview-two-headers"),
    ("Bad;Besucher\nThermal;geschlossen\nTiergarten;120\nKöpfel;90\nSee;80\nHalle;70\nBerg;5\n", ";", 1,
     ["Bad", "Besucher"], 6, ""),
    ("a;b;\n1;2;\n", ";", 1, ["a", "b"], 1, ""),
    ("a;b\n1;2;3\n4;5\n", ";", 1, ["a", "b", "Spalte 3"], 2, "preview-rows-longer"),
    ("Wert;Wert;;wert\n1;2;3;4\n", ";", 1, ["Wert", "Wert (2)", "Spalte 3", "wert"], 1, ""),
    ("Berlin;Berlin, Stadt;Berlin\nKiel;Kiel, Stadt;Holstein\n", ";", 0, ["Spalte 1", "Spalte 2", "Spalte 3"], 2, "preview-no-header"),
    ("a;b\n\n1;2\n;\n3;4\n", ";", 1, ["a", "b"], 2, ""),
]  # fmt: skip


@pytest.mark.parametrize(("content", "delimiter", "header", "names", "rows", "note"), TABLES)
def test_the_table_is_found_among_its_notes(
    content: str, delimiter: str, header: int, names: list[str], rows: int, note: str
) -> None:
    read = read_file(content)
    assert (read.read.delimiter, read.read.header) == (delimiter, header)
    assert list(read.columns) == names
    assert read.total == read.read.rows == rows
    assert (note in read.notes) if note else not read.notes


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "windows-1252"),
        ("cp850", "ibm850"),
    ],
)
def test_the_encoding_is_told_by_the_content(codec: str, name: str) -> None:
    read = read_file("Straße;Größe\nHäuserweg;1,5\nÖlgasse;2\n".encode(codec))
    assert read.read.encoding == name
    assert read.rows == [["Häuserweg", 1.5], ["Ölgasse", 2.0]]
    assert list(read.columns) == ["Straße", "Größe"]


def test_a_few_damaged_characters_are_said() -> None:
    read = read_file("Straße;Ä\nHäuser;ö\nÜ;ß\nÖ;ä\nß;ä\n".encode() + b"x\xff;y\n")
    assert read.read.encoding == "utf-8"
    assert "preview-characters-broken" in read.notes


def test_line_ends_and_quotes_stay_inside_of_their_cells() -> None:
    cells = ["a\rb", "a\nb", "a\r\nb", 'say ""x""', ",;", "'"]
    read = read_file("Nr;Text\n" + "".join(f'{number};"{cell}"\n' for number, cell in enumerate(cells)))
    assert read.values("Text") == [cell.replace('""', '"') for cell in cells]


def test_quotes_may_have_a_stroke_before_them() -> None:
    read = read_file('Text,Zahl\n"x \\"y\\", z",2\n"a",3\n')
    assert read.rows == [['x "y", z', 2], ["a", 3]]


def test_a_header_names_the_unit() -> None:
    read = read_file("Zeit;PM10 [µg/m³];Höhe (m);Länge in km;Name [kurz]\n2026-01-01;1,5;2;3;A\n")
    assert [column.unit for column in read.columns.values()] == ["", "µg/m³", "m", "km", ""]


def test_a_column_has_a_profile() -> None:
    read = read_file("Art;Zahl\n" + "Linde;1\n" * 3 + "Ahorn;5\nEiche;\n")
    art, zahl = read.columns.values()
    assert (art.filled, art.distinct, art.min, art.max) == (5, 3, "Ahorn", "Linde")
    assert art.common == (("Linde", 3), ("Ahorn", 1), ("Eiche", 1))
    assert (zahl.filled, zahl.distinct, zahl.min, zahl.max) == (4, 2, 1, 5)
    assert (zahl.histogram[0], zahl.histogram[-1], sum(zahl.histogram)) == (3, 1, 4)


def test_three_hundred_columns_are_shown() -> None:
    read = read_file(";".join(f"s{n}" for n in range(300)) + "\n" + ";".join(map(str, range(300))) + "\n")
    assert len(read.columns) == 300
    assert read.rows[0][299] == 299


@pytest.mark.parametrize(
    ("content", "declared", "code"),
    [
        ("", "CSV", "preview-empty"),
        (" \n\n", "CSV", "preview-empty"),
        ("\ufeff", "CSV", "preview-empty"),
        ("<!DOCTYPE html><html></html>", "CSV", "preview-web-page"),
        ("Dies ist ein Text.\nEr hat Zeilen, und Kommas.\n", "TEXT", "preview-no-table"),
        (b"\x00\x01\x02\x03" * 100, "CSV", "preview-format-unknown"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(content: bytes | str, declared: str, code: str) -> None:
    with pytest.raises(UnreadableError) as failure:
        read_file(content, declared)
    assert getattr(failure.value.place, "code", "") == code
