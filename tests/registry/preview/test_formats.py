# ruff: noqa: E501  the rows of its tables
"""Workbooks, JSON, maps and packed files: the content decides what they are, and values keep their types.

Covers: registry/preview/child.py, registry/preview/workbook_table.py, registry/preview/json_table.py,
registry/preview/geometry.py, registry/preview/xml_tables.py, registry/preview/shapefile_table.py,
registry/preview/parquet_table.py, registry/preview/archive.py, registry/preview/content_kinds.py
"""

import datetime
import gzip
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
import shapefile
from openpyxl import Workbook

from registry.errors import LotseError, TooLargeError, UnreadableError
from registry.preview import bounds
from tests.registry.preview.previewed import packed, read_file, saved


def xlsx(*rows: list[Any], merged: tuple[str, ...] = (), title: str = "Daten", more: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    for name in more:
        book.create_sheet(name)
    return saved(book)


MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'


def ods(rows: str) -> bytes:
    names = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
    )
    body = f'<office:body><office:spreadsheet><table:table table:name="Blatt">{rows}</table:table></office:spreadsheet></office:body>'
    content = f'<?xml version="1.0"?><office:document-content {names}>{body}</office:document-content>'
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": MANIFEST,
        }
    )


def ods_row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def ods_cell(type_: str, value: str = "", text: str = "") -> str:
    name = {"float": "value", "time": "time-value", "date": "date-value", "boolean": "boolean-value"}.get(type_)
    attribute = f' office:{name}="{value}"' if name else ""
    return (
        f'<table:table-cell office:value-type="{type_}"{attribute}><text:p>{text or value}</text:p></table:table-cell>'
    )


def code_of(content: bytes | str, declared: str = "") -> str:
    """The code of the reason why a file cannot be shown."""
    with pytest.raises(LotseError) as failure:
        read_file(content, declared)
    place = failure.value.place if isinstance(failure.value, UnreadableError) else failure.value.summary
    return str(getattr(place, "code", place))


# -- workbooks


def test_cells_of_a_workbook_keep_their_types() -> None:
    day, time = datetime.date(2026, 2, 1), datetime.datetime(2026, 2, 1, 19, 30)
    read = read_file(
        xlsx(
            ["PLZ", "Tag", "Zeit", "Ganz", "Zahl", "Offen", "Uhr", "Text"],
            ["01067", day, datetime.datetime(2026, 2, 1), 1, 1, True, datetime.time(8), "1.5"],
            ["69115", day, time, 2, 2.5, False, datetime.time(9, 30), "x"],
        )
    )
    assert read.read.format == "XLSX"
    assert read.read.table == "Daten"
    assert [column.type for column in read.columns.values()] == [
        "text", "date", "datetime", "integer", "number", "boolean", "time", "text"
    ]  # fmt: skip
    assert read.rows[0] == ["01067", "2026-02-01", "2026-02-01T00:00:00", 1, 1.0, True, "08:00:00", "1.5"]
    assert read.rows[1][2] == "2026-02-01T19:30:00"


def test_notes_and_two_merged_header_rows_of_a_sheet() -> None:
    read = read_file(
        xlsx(
            ["Freibäder"], [], ["Bad", "Besucher", None, "Offen", None], [None, "2025", "2026", "von", "bis"],
            ["Tiergarten", 1200, 1300, datetime.time(8), datetime.time(20)],
            ["Thermal", 100, "-", datetime.time(9), datetime.time(21)], [], ["Quelle: Stadt"],
            merged=("B3:C3", "D3:E3"), more=("Info",),
        )
    )  # fmt: skip
    assert list(read.columns) == ["Bad", "Besucher / 2025", "Besucher / 2026", "Offen / von", "Offen / bis"]
    assert read.rows == [
        ["Tiergarten", 1200, 1300, "08:00:00", "20:00:00"],
        ["Thermal", 100, None, "09:00:00", "21:00:00"],
    ]
    assert read.read.header == 4
    assert {"preview-notes-above", "preview-notes-below", "preview-two-headers", "preview-placeholders"} <= read.notes


def test_rows_and_columns_before_the_table_are_counted_not_shown() -> None:
    rows: list[list[Any]] = [[], [], [None, None, "Ort", "Wert"], [None, None, "A", 1]]
    read = read_file(xlsx(*rows))
    assert (read.read.header, read.rows) == (3, [["A", 1]])
    titled = read_file(
        xlsx(["Titel"], ["Stand", datetime.date(2026, 1, 1)], [], ["Ort", "m", "w"], ["A", 1, 2], ["B", 3, 4])
    )
    assert (titled.read.header, titled.rows) == (4, [["A", 1, 2], ["B", 3, 4]])


def test_merged_cells_stand_in_each_of_their_rows() -> None:
    rows = [["Stadtteil", "Art", "Zahl"], ["Altstadt", "Rad", 1], [None, "Fuß", 2], ["Süd", "Rad", 3]]
    read = read_file(xlsx(*rows, merged=("A2:A3",)))
    assert read.values("Stadtteil") == ["Altstadt", "Altstadt", "Süd"]
    assert "preview-merged" in read.notes


def test_an_error_in_a_cell_is_no_zero_and_is_said() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet
    for row in (["a", "b"], [1, 2], [3, 4]):
        sheet.append(row)
    sheet["B2"].value, sheet["B2"].data_type = "#DIV/0!", "e"
    out = io.BytesIO()
    book.save(out)
    read = read_file(out.getvalue())
    assert read.values("b") == [None, 4]
    assert "preview-error-cells" in read.notes


def test_the_first_sheet_with_a_table_is_shown_and_the_others_are_named() -> None:
    book = Workbook()
    cover = book.active
    assert cover
    cover.title = "Deckblatt"
    cover.append(["Bericht"])
    sheet = book.create_sheet("Zahlen")
    for row in (["a", "b"], [1, 2]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    read = read_file(out.getvalue())
    assert read.read.table == "Zahlen"
    assert read.rows == [[1, 2]]
    assert "preview-other-sheets" in read.notes


def test_an_open_document_has_durations_beyond_a_day() -> None:
    head = ods_row(*(ods_cell("string", text=name) for name in ("Nr", "Dauer", "Beginn", "Tag")))
    rows = [
        ods_row(
            ods_cell("string", text="01"),
            ods_cell("time", "PT26H30M00S"),
            ods_cell("time", "PT08H00M00S"),
            ods_cell("date", "2026-02-01"),
        ),
        ods_row(
            ods_cell("string", text="02"),
            ods_cell("time", "PT08H15M00S"),
            ods_cell("time", "PT09H30M00S"),
            ods_cell("date", "2026-02-02"),
        ),
    ]
    read = read_file(ods(head + "".join(rows)))
    assert read.read.format == "ODS"
    assert read.values("Nr") == ["01", "02"]
    assert read.values("Dauer") == ["26:30", "08:15"]
    assert read.values("Tag") == ["2026-02-01", "2026-02-02"]
    assert (read.type("Dauer"), read.type("Tag")) == ("text", "date")


def test_what_is_no_workbook_any_more_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of(packed({"xl/workbook.xml": b"<broken"})) == "preview-workbook-broken"
    assert code_of(b"\xd0\xcf\x11\xe0" + bytes(600)) == "preview-workbook-broken"
    assert code_of(b"\xd0\xcf\x11\xe0" + bytes(100) + "EncryptedPackage".encode("utf-16-le")) == "preview-protected"
    monkeypatch.setattr(bounds, "MAX_WORKBOOK_BYTES", 1_000)
    assert code_of(xlsx(["a"], [1])) == "preview-too-large"


@pytest.mark.parametrize("more", [(), ("Zweites",)])
def test_a_workbook_without_cells_is_empty(more: tuple[str, ...]) -> None:
    assert code_of(xlsx(more=more)) == "preview-empty"


# -- JSON


def test_the_first_list_of_objects_is_the_table() -> None:
    document = {
        "meta": {"n": 1},
        "records": [
            {
                "id": "01",
                "pos": {"lat": 49.4, "lon": 8.6},
                "tags": ["a"],
                "when": "2026-02-01T10:00:00Z",
                "zahl": "12,5",
            },
            {"id": "02", "pos": {"lat": 49.5}, "n": 3, "tags": []},
        ],
        "links": [{"href": "x"}],
    }
    read = read_file(json.dumps(document))
    assert read.read.format == "JSON"
    assert read.read.table == "records"
    assert list(read.columns) == ["id", "pos.lat", "pos.lon", "tags", "when", "zahl", "n"]
    assert read.rows == [
        ["01", 49.4, 8.6, '["a"]', "2026-02-01T10:00:00Z", "12,5", None],
        ["02", 49.5, None, None, None, None, 3],
    ]
    assert (read.type("zahl"), read.type("when"), read.type("pos.lat")) == ("text", "datetime", "number")


@pytest.mark.parametrize(
    ("document", "names", "rows"),
    [
        ('[{"a": 1}, {"a": 2.5}]', ["a"], [[1.0], [2.5]]),
        ('{"a": 1}\n{"a": 2, "b": true}\n', ["a", "b"], [[1, None], [2, True]]),
        ('{"data": [["a", "b"], [1, "x"], [2, "y"]]}', ["a", "b"], [[1, "x"], [2, "y"]]),
        ('[{"a": 12345678901234567890}]', ["a"], [["12345678901234567890"]]),
        ('[{"a": NaN, "b": null, "c": {}}, {"a": 1}]', ["a", "b", "c"], [[1, None, None]]),
    ],
)
def test_other_forms_of_json(document: str, names: list[str], rows: list[list[Any]]) -> None:
    read = read_file(document)
    assert list(read.columns)[: len(names)] == names
    assert [row[: len(names)] for row in read.rows][-len(rows) :] == rows


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"a": 1}', "preview-json-no-list"),
        ('{\n"a": [1, 2\n', "preview-json-broken"),
        ('{"type": "FeatureCollection", "features": []}', "preview-empty"),
        ('{"a": ' * 60 + "1" + "}" * 60, "preview-json-no-list"),
    ],
)
def test_json_without_a_table_is_said(content: str, code: str) -> None:
    assert code_of(content) == code


def collection(point: list[float], crs: str = "") -> str:
    feature = {
        "type": "Feature",
        "id": 7,
        "properties": {"Art": "Linde", "h": 12.5},
        "geometry": {"type": "Point", "coordinates": point},
    }
    empty = {"type": "Feature", "properties": {"Art": "Ahorn", "h": None}, "geometry": None}
    named = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    return json.dumps({"type": "FeatureCollection", "features": [feature, empty], **named})


@pytest.mark.parametrize(
    ("point", "crs", "type_", "wkt", "note"),
    [
        ([8.69, 49.41], "", "geometry", "POINT (8.69 49.41)", ""),
        ([8.69, 49.41, 110.0], "urn:ogc:def:crs:OGC:1.3:CRS84", "geometry", "POINT (8.69 49.41)", "preview-heights"),
        ([477500.0, 5473000.0], "urn:ogc:def:crs:EPSG::25832", "geometry", "POINT (8.6898319 49.4092677)", "preview-crs-converted"),
        ([32477500.0, 5473000.0], "EPSG:25832", "geometry", "POINT (8.6898319 49.4092677)", "preview-crs-converted"),
        ([477500.0, 5473000.0], "EPSG:31467", "text", "POINT (477500 5473000)", "preview-crs-unknown"),
        ([477500.0, 5473000.0], "", "text", "POINT (477500 5473000)", "preview-crs-unknown"),
    ],
)  # fmt: skip
def test_maps_are_shown_in_longitude_and_latitude(
    point: list[float], crs: str, type_: str, wkt: str, note: str
) -> None:
    read = read_file(collection(point, crs))
    assert read.read.format == "GEOJSON"
    assert list(read.columns) == ["id", "Art", "h", "geometry"]
    assert (read.type("geometry"), read.values("geometry")) == (type_, [wkt, None])
    assert not note or note in read.notes


@pytest.mark.parametrize(
    ("geometry", "wkt"),
    [
        ({"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}, "MULTIPOINT ((1 2), (3 4))"),
        ({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, "LINESTRING (1 2, 3 4)"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}, "POLYGON ((0 0, 1 0, 1 1, 0 0))"),
        ({"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]}, "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))"),
        ({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}]}, "GEOMETRYCOLLECTION (POINT (1 2))"),
        ({"type": "Point", "coordinates": ["x", 2]}, None),
        ({"type": "Point", "coordinates": []}, None),
        ({"type": "Circle", "coordinates": [1, 2]}, None),
    ],
)  # fmt: skip
def test_shapes_as_well_known_text(geometry: dict[str, Any], wkt: str | None) -> None:
    features = [
        {"type": "Feature", "properties": {"a": number}, "geometry": shape}
        for number, shape in enumerate((geometry, None))
    ]
    read = read_file(json.dumps({"type": "FeatureCollection", "features": features}))
    assert read.values("geometry") == [wkt, None]
    assert ("preview-shapes-lost" in read.notes) is (wkt is None)


# -- XML


KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>Bäume</name>
<Placemark><name>A</name><ExtendedData><Data name="Zahl"><value>12</value></Data></ExtendedData>
<Point><coordinates>8.69,49.41,0</coordinates></Point></Placemark></Folder><Folder><name>Wege</name>
<Placemark><name>B</name><ExtendedData><SchemaData><SimpleData name="Zahl">5</SimpleData></SchemaData></ExtendedData>
<MultiGeometry><LineString><coordinates>8.69,49.41 8.7,49.42</coordinates></LineString></MultiGeometry></Placemark>
</Folder></Document></kml>"""
GPX = """<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1">
<wpt lat="49.41" lon="8.69"><ele>120.5</ele><time>2026-02-01T10:00:00Z</time><name>Brunnen</name></wpt>
<trk><name>Weg</name><trkseg><trkpt lat="49.41" lon="8.69"/><trkpt lat="49.42" lon="8.7"/></trkseg></trk></gpx>"""


def test_placemarks_of_all_folders() -> None:
    read = read_file(KML)
    assert read.read.format == "KML"
    assert read.rows == [
        ["Bäume", "A", 12, "POINT (8.69 49.41)"],
        ["Wege", "B", 5, "MULTILINESTRING ((8.69 49.41, 8.7 49.42))"],
    ]
    assert list(read.columns) == ["folder", "name", "Zahl", "geometry"]
    assert read_file(packed({"doc.kml": KML})).rows == read.rows


def test_waypoints_else_tracks() -> None:
    read = read_file(GPX)
    assert (read.read.format, read.read.table) == ("GPX", "wpt")
    assert read.rows == [["Brunnen", 120.5, "2026-02-01T10:00:00Z", "POINT (8.69 49.41)"]]
    assert "preview-other-sheets" in read.notes
    track = read_file(GPX[: GPX.index("<wpt")] + GPX[GPX.index("<trk>") :])
    assert track.rows == [["Weg", "LINESTRING (8.69 49.41, 8.7 49.42)"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<root><a/></root>", "preview-xml-unknown"),
        ("<root><a>", "preview-xml-broken"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><kml>&b;</kml>', "doctype-entities"),
        ("<kml/>", "preview-empty"),
    ],
)
def test_other_xml_is_said(content: str, code: str) -> None:
    assert code_of(content) == code


# -- Shapefile


def shapefile_of(codec: str, **more: str) -> bytes:
    shp, dbf, shx = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, dbf=dbf, shx=shx, encoding=codec) as writer:
        for name, *field in (("Strasse", "C", 20), ("n", "N", 8, 0), ("x", "N", 8, 2), ("tag", "D")):
            writer.field(name, *field)
        writer.point(477500.0, 5473000.0)
        writer.record("Höhe", 5, 2.5, datetime.date(2026, 2, 1))
    parts = {"shp": shp.getvalue(), "dbf": dbf.getvalue(), "shx": shx.getvalue(), **more}
    return packed({f"Bäume/t.{suffix}": content for suffix, content in parts.items()})


PRJ = 'PROJCS["ETRS_1989_UTM_Zone_32N",GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989"]]]'


@pytest.mark.parametrize(
    ("codec", "cpg", "encoding"),
    [
        ("cp1252", "", "windows-1252"), ("utf-8", "", "utf-8"), ("cp1252", "ANSI 1252", "windows-1252"),
        ("latin-1", "88591", "iso-8859-1"), ("cp850", "OEM 850", "ibm850"), ("utf-8", "UTF-8", "utf-8"),
    ],
)  # fmt: skip
def test_a_shapefile_in_each_encoding(codec: str, cpg: str, encoding: str) -> None:
    read = read_file(shapefile_of(codec, prj=PRJ, **({"cpg": cpg} if cpg else {})))
    assert (read.read.format, read.read.encoding, read.read.crs) == ("SHP", encoding, "EPSG:25832")
    assert read.rows == [["Höhe", 5, 2.5, "2026-02-01", "POINT (8.6898319 49.4092677)"]]
    assert ("preview-encoding-guessed" in read.notes) is (not cpg)


def test_a_shapefile_without_its_parts_is_said() -> None:
    assert "preview-no-prj" in read_file(shapefile_of("utf-8")).notes
    assert code_of(packed({"a.shp": b"x"})) == "preview-shapefile-part"
    assert code_of(packed({"a.shp": b"x", "a.dbf": b"y"})) == "preview-shapefile-broken"


# -- Parquet and packed files


def test_columns_of_parquet_keep_their_types(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    duckdb.sql(
        "SELECT 1::INT i, 0.1::FLOAT f, 1.5::DECIMAL(8, 2) d, '007' t, true b, DATE '2026-02-01' tag, "
        "TIMESTAMP '2026-02-01 10:00' m, TIMESTAMPTZ '2026-02-01 10:00:00+01' z, [1, 2] l, {'a': 1} s, "
        "18446744073709551615::UBIGINT big, 'x'::BLOB blob, 'POINT (8.69 49.41)'::GEOMETRY g"
    ).write_parquet(str(file))
    read = read_file(file.read_bytes())
    assert read.read.format == "PARQUET"
    assert {name: column.type for name, column in read.columns.items()} == {
        "i": "integer", "f": "number", "d": "number", "t": "text", "b": "boolean", "tag": "date", "m": "datetime",
        "z": "datetime", "l": "text", "s": "text", "big": "text", "blob": "text", "g": "geometry",
    }  # fmt: skip
    assert read.rows == [
        [1, 0.1, 1.5, "007", True, "2026-02-01", "2026-02-01T10:00:00", "2026-02-01T09:00:00Z", "[1,2]", '{"a":1}',
         "18446744073709551615", None, "POINT (8.69 49.41)"]
    ]  # fmt: skip
    assert "preview-binary" in read.notes
    assert code_of(file.read_bytes()[:-20]) == "preview-parquet-broken"


def test_the_one_table_in_an_archive_is_shown() -> None:
    read = read_file(
        packed({"daten/a.csv": "a;b\n1;2\n", "liesmich.txt": "Hallo", "__MACOSX/a.csv": "x", "lizenz.csv": "y"})
    )
    assert (read.read.format, read.read.table, read.rows) == ("CSV", "daten/a.csv", [[1, 2]])
    assert read_file(gzip.compress(b"a;b\n1;2\n")).rows == [[1, 2]]
    assert read_file(packed({"a.csv.gz": gzip.compress(b"a;b\n1;2\n")})).rows == [[1, 2]]
    assert read_file(packed({"a.txt": "a\tb\n1\t2\n"})).read.format == "TSV"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"a.csv": "<html>", "b.csv": "<html>"}, "preview-archive-many"),
        ({"a.png": "x", "b.png": "y"}, "preview-archive-empty"),
        ({"a.html": "<html>"}, "preview-web-page"),
        ({"a.shp": "x", "b.shp": "x"}, "preview-archive-many"),
    ],
)
def test_an_archive_without_one_table_is_said(parts: dict[str, str], code: str) -> None:
    assert code_of(packed(parts)) == code


def test_a_broken_or_protected_archive_is_said() -> None:
    whole = packed({"a.csv": "a;b\n1;2\n"})
    assert code_of(whole[:40]) == "preview-archive-broken"
    protected = bytearray(whole)
    protected[6] |= 1  # the flag of encryption, in the header and in the directory
    protected[protected.index(b"PK\x01\x02") + 8] |= 1
    assert code_of(bytes(protected)) == "preview-protected"


def test_what_is_inside_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_UNPACKED_BYTES", 1_000)
    with pytest.raises(TooLargeError):
        read_file(packed({"a.csv": "a;b\n" + "1;2\n" * 500}))
    with pytest.raises(TooLargeError):
        read_file(gzip.compress(b"a;b\n" + b"1;2\n" * 500))


def test_rows_columns_and_cells_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("MAX_ROWS", 3), ("MAX_COLUMNS", 2), ("MAX_CELL_CHARACTERS", 5)):
        monkeypatch.setattr(bounds, name, value)
    read = read_file("a;b;c\n" + "1;abcdefgh;3\n" * 5)
    assert read.rows == [[1, "abcde…"]] * 3
    assert {"preview-rows-cut", "preview-columns-cut"} <= read.notes


@pytest.mark.parametrize(
    ("start", "code"),
    [(b"%PDF-1.7", "preview-document"), (b"\x89PNG\r\n", "preview-picture"), (b"Rar!\x1a", "preview-archive-unknown")],
)
def test_other_files_are_named(start: bytes, code: str) -> None:
    assert code_of(start + bytes(100)) == code
