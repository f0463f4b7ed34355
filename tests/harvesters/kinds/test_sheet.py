"""Sheets: typed cells, columns by field, label or setting, several values in a cell, and files that mean harm."""

import datetime
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from msgspec.structs import replace
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from harvesters.harvester import Answer, Item, Mark
from harvesters.kinds.sheet import read, recognises, to_metadata
from harvesters.source_kinds import check_source
from registry.errors import LotseError, SourceError, TooLargeError
from registry.fetch.session import session
from registry.files import xlsx_bounds
from registry.model import Contact, Link, Metadata, Period, Source
from registry.model.message import sentence
from registry.settings import Settings
from tests.conftest import SHARED
from tests.servers.replay import files_server
from tests.town import Town
from vocab.namespaces import VOC

Rows = Iterable[Sequence[Any]]


def a_source(**settings: str) -> Source:
    return Source(name="amt", kind="sheet", url="http://127.0.0.1/liste.xlsx", language="de", settings=settings)


def a_workbook(rows: Rows, *others: tuple[str, Rows]) -> bytes:
    book = Workbook()
    for name, filled in (("Projekte", rows), *others):
        made = book.active if name == "Projekte" else book.create_sheet(name)
        made.title = name
        for row in filled:
            made.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_parts(content: bytes, **parts: bytes) -> bytes:
    """The workbook with other parts: name with / as __."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        names = {name.replace("__", "/") + ".xml": part for name, part in parts.items()}
        for name in old.namelist():
            if name not in names:
                new.writestr(name, old.read(name))
        for name, part in names.items():
            new.writestr(name, part)
    return made.getvalue()


def reading(content: bytes, source: Source) -> list[Item | Mark]:
    with files_server({"/liste.xlsx": (content, "application/octet-stream")}) as server:
        there = replace(source, url=f"{server.url}/liste.xlsx")
        return list(read(there, session(Settings(allow_hosts=("127.0.0.1",))), None))


def records(content: bytes, **settings: str) -> dict[str, Metadata]:
    """By remote id; every item must map without a finding."""
    source = a_source(**settings)
    check_source(source)
    *items, end = reading(content, source)
    assert end == Mark(end=True)
    found = {}
    for item in items:
        assert isinstance(item, Item)
        metadata, findings = to_metadata(item, source)
        assert findings == ()
        found[item.remote_id] = metadata
    return found


def test_columns_named_by_our_labels_need_no_settings() -> None:
    content = a_workbook(
        [
            ("ID", "Titel", "Kurzfassung", "Phase", "Thema", "Schlagwort", "Geändert", "Farbe"),
            (1, "Radweg", "Kurz", "Umsetzung", "TRAN|ENVI", "Rad\nAmpel", datetime.date(2026, 3, 1), "rot"),
            (None, None, None, None, None, None, None, None),
            (2.0, "Brücke", None, "Planung", None, None, datetime.datetime(2026, 3, 1, 12, 30), None),
        ]
    )
    found = records(content, kind="project")
    assert found.keys() == {"1", "2"}
    way, bridge = found.values()
    assert (way.title, way.abstract, way.phase) == ({"de": "Radweg"}, {"de": "Kurz"}, f"{VOC}phase/umsetzung")
    assert [one.rpartition("/")[2] for one in way.themes] == ["TRAN", "ENVI"]
    assert way.keywords == {"de": ("Rad", "Ampel")}
    assert (way.modified, bridge.modified) == ("2026-03-01", "2026-03-01T12:30:00")
    assert (way.extras, bridge.extras) == ({"Farbe": "rot"}, {})


def test_columns_mean_what_the_settings_say() -> None:
    rows = [
        ("Kennung", "Name des Vorhabens", "Von", "Bis", "Amt", "Mit", "Nutzt", "Stand"),
        (
            "P-1",
            "Kühle Wege",
            2026,
            "2027-10",
            "Umweltamt",
            "A|B",
            "https://example.org/1|https://example.org/2",
            "läuft",
        ),
    ]
    found = records(
        a_workbook(rows),
        **{
            "kind": "project", "id": "Kennung", "map.title": "Name des Vorhabens", "map.period.start": "Von",
            "map.period.end": "Bis", "map.participants.federfuehrung": "Amt", "map.participants.partner": "Mit",
            "map.links.uses": "Nutzt", "map.phase": "Stand", "table.phase.läuft": "umsetzung",
        },
    )["P-1"]  # fmt: skip
    assert found.period == Period(start="2026", end="2027-10")
    assert [one.agent.name["de"] for one in found.participants] == ["Umweltamt", "A", "B"]
    assert found.links == (Link("uses", "https://example.org/1"), Link("uses", "https://example.org/2"))
    assert found.phase == f"{VOC}phase/umsetzung"
    assert found.extras == {}


def test_participants_have_a_role_and_a_task_each() -> None:
    named = (1, "T", "Umweltamt", "A | B", "Partner | Beirat", "misst | berät")
    rows = [("id", "title", "Amt", "Wer", "Rolle", "Aufgabe"), named]
    settings = {
        "kind": "project", "map.title": "title", "map.participants.federfuehrung": "Amt",
        "map.participants.name": "Wer", "map.participants.role": "Rolle", "map.participants.description": "Aufgabe",
    }  # fmt: skip
    participants = records(a_workbook(rows), **settings)["1"].participants
    assert [
        (taking.agent.name["de"], taking.role.rpartition("/")[2], taking.description.get("de", ""))
        for taking in participants
    ] == [("Umweltamt", "federfuehrung", ""), ("A", "partner", "misst"), ("B", "beirat", "berät")]


def test_a_line_break_in_a_field_of_one_value_is_text() -> None:
    found = records(a_workbook([("id", "title", "description"), (1, "T", "Erste Zeile\nZweite | Zeile")]))
    assert found["1"].description == {"de": "Erste Zeile\nZweite | Zeile"}


def test_a_sheet_is_chosen_by_name() -> None:
    content = a_workbook([("id", "title"), (1, "Eins")], ("Andere", [("id", "title"), (2, "Zwei")]))
    assert records(content).keys() == {"1"}
    assert records(content, sheet="Andere").keys() == {"2"}
    with pytest.raises(SourceError, match="Projekte, Andere") as failed:
        reading(content, a_source(sheet="Dritte"))
    assert "Blatt" in sentence(failed.value.summary, "de")


def test_columns_without_name_or_with_one_name_are_kept_apart() -> None:
    (item, _) = reading(a_workbook([("id", "title", None, "Farbe", "Farbe"), (1, "T", "x", "rot", "blau")]), a_source())
    assert isinstance(item, Item)
    metadata, findings = to_metadata(item, a_source())
    assert metadata.extras == {"column 3": "x", "Farbe": "rot", "Farbe (2)": "blau"}
    assert [(one.rule, one.value) for one in findings] == [("value-extra", "Farbe (2)")]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("id;title\n1;Straße\n", "utf-8"),
        ("id,title\r\n1,Straße\r\n", "latin-1"),
        ('id\ttitle\n1\t"Stra\u00dfe"\n', "utf-8-sig"),
    ],
)
def test_tables_as_text_are_read_too(content: str, encoding: str) -> None:
    assert records(content.encode(encoding))["1"].title == {"de": "Straße"}


def test_a_row_without_id_is_named_by_its_place(town: Town) -> None:
    content = a_workbook([("Kennung", "Titel"), ("a", "A"), (None, "B"), ("c", None)])
    source = town.other("blatt", kind="sheet", settings={"id": "Kennung", "kind": "project"})
    town.publish(content, source)
    run = town.harvest(source=source)
    assert (run.listed, run.counts["added"], run.counts["failed"]) == (3, 1, 2)
    assert {("?#2", "id-missing"), ("c", "title-missing")} <= set(town.problems(run))


# -- what is no sheet, or means harm


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"), (b"<html>", "web page"), (b"PK\x03\x04" + b"\0" * 100, "XLSX"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "save it as XLSX"), (b"\n\n\n", "empty"), (b"\0\1\2\3" * 100, "XLSX"),
        (b"\xef\xbb\xbf <html>", "web page"), (b'[{"id": 1}]', "its kind is json"), (b"%PDF-1.4\n1 0 obj", "no column"),
        (b'id;title\n1;A\n2;"B\n3;C\n', "line 3"), (b"PK\x03\x04", "no readable XLSX"),
    ],
)  # fmt: skip
def test_what_is_no_sheet_ends_the_run_with_a_remedy(content: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words) as failed:
        reading(content, a_source())
    assert sentence(failed.value.summary, "de")


def an_ods() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", "<office/>")
    return content.getvalue()


@pytest.mark.parametrize("content", [an_ods(), b"\xd0\xcf\x11\xe0" + b"\0" * 100], ids=["ods", "xls"])
def test_who_sends_another_kind_of_workbook_is_told_to_save_it_as_xlsx(content: bytes) -> None:
    with pytest.raises(SourceError) as failed:
        reading(content, a_source())
    assert "save it as XLSX" in sentence(failed.value.summary, "en")
    assert "speichern Sie es als XLSX" in sentence(failed.value.summary, "de")


@pytest.mark.parametrize(
    ("name", "media_type", "readable"),
    [
        ("liste.csv", "", True), ("liste.TSV", "", True), ("liste.xlsx", "", True), ("liste", "text/csv", True),
        ("liste", "text/tab-separated-values", True),
        ("liste", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", True),
        ("liste.ods", "application/vnd.oasis.opendocument.spreadsheet", False),
        ("liste.xls", "application/vnd.ms-excel", False),
    ],
)  # fmt: skip
def test_only_what_can_be_read_is_recognised(name: str, media_type: str, readable: bool) -> None:
    assert (recognises(Answer(f"https://example.org/{name}", media_type, b"")) is not None) == readable


def test_a_workbook_that_unpacks_to_a_monster_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_bounds, "MAX_UNPACKED_BYTES", 1_000_000)
    bomb = with_parts(a_workbook([("id", "title"), (1, "T")]), xl__media=b"\0" * 5_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(TooLargeError):
        reading(bomb, a_source())


def a_sheet(rows: bytes, before: bytes = b"") -> bytes:
    names = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    part = before + b"<worksheet " + names + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    return with_parts(a_workbook([("id",)]), xl__worksheets__sheet1=part)


@pytest.mark.parametrize(
    "cell", [b'<c r="XFD1048576"><v>1</v></c>', b'<c r = "A1048576"><v>1</v></c>', b"<c r='ZZZ9'/>"]
)
def test_two_cells_far_apart_do_not_fill_the_memory(cell: bytes) -> None:
    with pytest.raises(LotseError):
        reading(a_sheet(b'<row r="1"><c r="A1"><v>1</v></c></row><row>' + cell + b"</row>"), a_source())


def test_a_row_far_below_is_refused_even_without_addresses_of_cells() -> None:
    rows = b'<row r="1"><c><v>1</v></c></row><row r="1048576"><c><v>2</v></c></row>'
    with pytest.raises(TooLargeError):
        reading(a_sheet(rows), a_source())


def test_entities_are_not_expanded() -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    cells = (b"<row><c r='A%d' t='inlineStr'><is><t>%s</t></is></c></row>" % one for one in ((1, b"id"), (2, b"&b;")))
    try:
        found = [one for one in reading(a_sheet(b"".join(cells), laughs), a_source()) if isinstance(one, Item)]
    except SourceError:
        return
    assert all(b"aaaaaaaaaaaa" not in one.payload for one in found)


def test_cells_without_addresses_are_counted() -> None:
    for rows in (b"<row>" + b"<c/>" * 2_000 + b"</row>", b"<row/>" * 200_000, b"<x:row r='1'/><x:row r='100001'/>"):
        with pytest.raises(TooLargeError):
            reading(a_sheet(rows), a_source())
    hidden = b"<row a='>' r = '9999999'><c/></row>"  # a sign that ends no tag
    with pytest.raises(TooLargeError):
        reading(a_sheet(hidden), a_source())


def test_one_string_in_very_many_cells_is_not_written_out() -> None:
    names = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    cells = b"".join(b'<row><c t="s"><v>%d</v></c></row>' % (n % 2) for n in range(1_000))
    strings = b"<si><t>kurz</t></si><si><t>" + b"lang " * 100_000 + b"</t></si>"
    bomb = with_parts(
        a_workbook([("id",)]),
        xl__sharedStrings=b"<sst " + names + b">" + strings + b"</sst>",
        xl__worksheets__sheet1=b"<worksheet " + names + b"><sheetData>" + cells + b"</sheetData></worksheet>",
    )
    with pytest.raises(TooLargeError) as failed:
        reading(bomb, a_source())
    assert "zu groß" in sentence(failed.value.summary, "de")


@pytest.mark.parametrize(
    "rows",
    [
        [("Projekte der Stadt", None), ("id", "title"), (1, "A")],
        [("Vorhaben", "Zeit"), ("a", 2024)],
    ],
)
def test_a_sheet_whose_first_row_names_no_id_says_what_stands_there(rows: Rows) -> None:
    with pytest.raises(SourceError, match="The first row must hold the names") as failed:
        reading(a_workbook(rows), a_source())
    assert str(next(iter(rows))[0]) in sentence(failed.value.summary, "de")
    with pytest.raises(SourceError, match="no column 'nr' for the id"):
        reading(a_workbook(rows), a_source(id="nr"))


def test_a_cell_that_is_very_long_costs_its_row(town: Town) -> None:
    source = town.other("blatt", kind="sheet")
    town.publish(b"id;title\n1;A\n2;" + b"x" * 9_000_000 + b"\n3;C\n", source)
    run = town.harvest(source=source)
    assert (run.listed, run.counts["added"], run.counts["failed"]) == (3, 2, 1)
    assert ("2", "too-large") in town.problems(run)


def test_what_excel_writes_before_a_table_names_the_separator() -> None:
    assert records(b"sep=,\r\nid,title\r\n1,A;B\r\n")["1"].title == {"de": "A;B"}


def test_dates_before_1900_formulas_and_merged_cells_are_read() -> None:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    day = datetime.date(1900, 3, 1)
    rows: list[list[Any]] = [["id", "title", "issued"], [1, "A", day], [2, "B", "1850-05-01"], [3, "C", None]]
    for row in rows:
        sheet.append(row)
    sheet["D2"] = "=1+2"
    sheet.merge_cells("B4:C4")
    content = io.BytesIO()
    book.save(content)
    found = records(content.getvalue())
    assert {id: (one.title["de"], one.issued) for id, one in found.items()} == {
        "1": ("A", "1900-03-01"), "2": ("B", "1850-05-01"), "3": ("C", ""),
    }  # fmt: skip


@pytest.mark.parametrize("cut", [30, 500, -200, -30])
def test_a_workbook_that_breaks_off_is_a_failure(cut: int) -> None:
    with pytest.raises(SourceError):
        reading(a_workbook([("id", "title"), (1, "T")])[:cut], a_source())


def test_cells_beyond_the_last_named_column_are_kept() -> None:
    rows = reading(b"id;title\n1;A;mehr\n2;B\n", a_source())
    found = [json.loads(one.payload)["item"] for one in rows if isinstance(one, Item)]
    assert found == [{"id": "1", "title": "A", "column 3": "mehr"}, {"id": "2", "title": "B"}]


# -- merged and linked cells, errors, numbers as people write them


def mapped(content: bytes, source: Source) -> list[tuple[Metadata, list[tuple[str, str, str]]]]:
    items = [one for one in reading(content, source) if isinstance(one, Item)]
    pairs = [to_metadata(one, source) for one in items]
    return [(metadata, [(each.rule, each.field, each.value) for each in findings]) for metadata, findings in pairs]


def a_changed_workbook(rows: Rows, change: Callable[[Worksheet], None]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    change(book.active)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_merged_and_linked_cells_of_a_list_count_for_each_row() -> None:
    path = SHARED / "data/reports/08-xlsx-merged-and-linked-cells/list.xlsx"
    if not path.exists():
        pytest.skip("no ../shared beside the repository")
    rows = mapped(path.read_bytes(), a_source())
    assert [metadata.publisher.name for metadata, _ in rows if metadata.publisher] == [{"de": "Amt für Grün"}] * 3
    assert rows[1][0].landing_page == "https://daten.example.org/parks"
    assert [found for _, found in rows] == [[], [], []]


def test_a_merged_value_is_repeated_in_data_rows_only() -> None:
    def change(sheet: Worksheet) -> None:
        for cells in ("C2:C5", "D1:D2", "E2:F3"):
            sheet.merge_cells(cells)

    rows = [
        ("id", "title", "publisher", "version", "keywords", "access"),
        (1, "Bäume", "Amt für Grün", None, "Grün", None),
        (2, "Parks", None, "2", None, None),
        (None, None, None, None, None, None),
        (3, "Brunnen", None, None, None, None),
    ]
    records = [metadata for metadata, _ in mapped(a_changed_workbook(rows, change), a_source())]
    assert [record.title["de"] for record in records] == ["Bäume", "Parks", "Brunnen"]  # the empty row stays empty
    assert all(record.publisher and record.publisher.name == {"de": "Amt für Grün"} for record in records)
    assert [record.keywords for record in records] == [{"de": ("Grün",)}, {"de": ("Grün",)}, {}]
    assert [record.version for record in records] == ["", "2", ""]


def test_a_mail_address_behind_a_name_and_a_number_to_dial_are_contacts() -> None:
    rows = [("id", "title", "contacts"), (1, "Bäume", "Amt <amt@example.org>"), (2, "Parks", "callto:+49622158")]
    (first, findings), (second, _) = mapped(a_workbook(rows), a_source())
    assert first.contacts == (Contact(name={"de": "Amt"}, email="amt@example.org"),)
    assert (second.contacts, findings) == ((Contact(telephone="+49622158"),), [])


def test_a_heading_that_is_a_link_names_its_column_by_its_text() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B1"].hyperlink = "https://example.org/glossar#titel"
        sheet["C1"] = '=HYPERLINK("https://example.org/glossar#farbe","Farbe")'

    ((metadata, findings),) = mapped(
        a_changed_workbook([("id", "title", None), (1, "Bäume", "grün")], change), a_source()
    )
    assert (metadata.title, findings) == ({"de": "Bäume"}, [])
    assert list(metadata.extras.values()) == ["grün"]
    assert not any("glossar" in name for name in metadata.extras)


def test_the_target_of_a_link_counts_where_the_field_takes_an_address() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["C2"].hyperlink = "https://daten.example.org/baeume"
        sheet["B3"].hyperlink = "https://daten.example.org/parks"
        sheet["C3"] = '=HYPERLINK("https://daten.example.org/p","Seite")'
        sheet["D2"].hyperlink = "mailto:gruen@example.org"

    rows = [
        ("id", "title", "landing_page", "contacts"),
        (1, "Bäume", "Zur Seite", "gruen@example.org"),
        (2, "Parks", "Seite", None),
    ]
    (first, findings), (second, _) = mapped(a_changed_workbook(rows, change), a_source())
    assert (first.landing_page, first.contacts[0].email, findings) == (
        "https://daten.example.org/baeume",
        "gruen@example.org",
        [],
    )
    assert (second.title, second.landing_page) == ({"de": "Parks"}, "https://daten.example.org/p")
    assert second.extras == {"title, link": "https://daten.example.org/parks"}


def test_a_cell_with_an_error_is_named() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["C2"] = "#REF!"
        sheet["C2"].data_type = "e"

    content = a_changed_workbook([("id", "title", "version"), (1, "Bäume", None)], change)
    assert mapped(content, a_source())[0][1] == [("value-unread", "version", "#REF!")]
    written = "id;title;version\n1;Bäume;#BEZUG!\n".encode()
    assert mapped(written, a_source())[0][1] == [("value-unread", "version", "#BEZUG!")]


def test_durations_and_long_numbers_keep_what_they_say() -> None:
    rows = [("id", "title", "temporal_resolution"), (2**53, "Zählung", datetime.timedelta(hours=26, minutes=30))]
    content = a_changed_workbook(rows, lambda sheet: None)
    ((metadata, _),) = mapped(content, a_source())
    assert metadata.temporal_resolution == "PT26H30M"
    (item,) = [one for one in reading(content, a_source()) if isinstance(one, Item)]
    assert item.remote_id == "9007199254740992"


@pytest.mark.parametrize(
    ("language", "written", "read_as"),
    [("de", "12,5", "12.5"), ("de", "1.234,5", "1234.5"), ("de", "12.5", "12.5"), ("en", "12,5", "")],
)
def test_decimals_are_read_as_in_the_language_of_the_sheet(language: str, written: str, read_as: str) -> None:
    content = a_changed_workbook([("id", "title", "spatial_resolution"), (1, "Luftbild", written)], lambda sheet: None)
    assert mapped(content, replace(a_source(), language=language))[0][0].spatial_resolution == read_as


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("seit 2020", Period(start="2020")),
        ("Ab  2020-03", Period(start="2020-03")),
        ("bis 2020", Period(end="2020")),
        ("von 2020 bis 2022", Period(start="2020", end="2022")),
        ("2020", Period(start="2020", end="2020")),
    ],
)
def test_periods_in_words(written: str, period: Period) -> None:
    content = a_changed_workbook([("id", "title", "period"), (1, "Zählung", written)], lambda sheet: None)
    assert mapped(content, a_source())[0][0].period == period
