"""A workbook is measured before anything opens it. Whole workbooks: `tests/harvesters/kinds/test_sheet.py`."""

import io
import zipfile

import pytest

from registry.files import xlsx_bounds
from registry.files.xlsx_bounds import NotThatLargeError, NoWorkbookError, check_size


def workbook(sheet: bytes, **more: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": sheet, **more}.items():
            file.writestr(name, content)
    return packed.getvalue()


def test_a_small_workbook_is_fine_and_what_is_none_is_refused() -> None:
    check_size(workbook(b'<row r="1"><c r="A1"><v>1</v></c></row>'))
    whole = workbook(b'<row r="1"/>')
    for content in (b"", b"no zip", workbook(b"")[:-30], whole[:30] + whole[50:]):
        with pytest.raises(NoWorkbookError):
            check_size(content)
    nothing = io.BytesIO()
    with zipfile.ZipFile(nothing, "w") as file:
        file.writestr("word/document.xml", b"")
    with pytest.raises(NoWorkbookError):
        check_size(nothing.getvalue())


@pytest.mark.parametrize(
    "sheet",
    [
        b'<row r="200000"></row>',
        b'<row r="1"><c r="ZZZ1"/></row>',
        b'<row r="1"><c r="A99999999"/></row>',
    ],
)
def test_a_cell_far_away_makes_a_sheet_too_large(sheet: bytes) -> None:
    with pytest.raises(NotThatLargeError):
        check_size(workbook(sheet))


def test_parts_and_their_size_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_bounds, "MAX_PARTS", 3)
    check_size(workbook(b"", a=b""))
    with pytest.raises(NotThatLargeError):
        check_size(workbook(b"", a=b"", b=b""))
    monkeypatch.setattr(xlsx_bounds, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(NotThatLargeError):
        check_size(workbook(b"", a=b"\0" * 1000))


@pytest.mark.parametrize(
    "sheet",
    [
        b'<x:worksheet xmlns:x="urn:x"><x:row r="&#50;00000"/></x:worksheet>',
        b"<worksheet><row r=' 0200000 '/></worksheet>",
        b'<worksheet><row a="&gt; &lt;" r="200000"/></worksheet>',
        '<?xml version="1.0" encoding="UTF-16"?><worksheet><row r="200000"/></worksheet>'.encode("utf-16"),
        b"<worksheet>" + b"<a>" * 101 + b"</a>" * 101 + b"</worksheet>",
    ],
    ids=["a prefix, and a digit by its number", "blanks and zeros", "marks in an attribute", "UTF-16", "nested"],
)
def test_names_and_numbers_are_read_as_xml_means_them(sheet: bytes) -> None:
    with pytest.raises(NotThatLargeError):
        check_size(workbook(sheet))


def test_a_comment_is_no_cell_and_a_picture_no_sheet() -> None:
    check_size(
        workbook(b'<worksheet><!-- <row r="200000"/> --></worksheet>', **{"xl/media/a.png": b"\x89PNG\r\n <row"})
    )


def test_a_shared_string_counts_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_bounds, "MAX_TEXT_BYTES", 1_000)
    strings = b'<s:sst xmlns:s="urn:x"><s:si><s:t>' + b"x" * 300 + b"</s:t></s:si></s:sst>"
    cell = b'<c t="&#115;"><v> 0<!-- --> </v></c>'
    check_size(workbook(b"<row>" + cell * 3 + b"</row>", **{"xl/sharedStrings.xml": strings}))
    with pytest.raises(NotThatLargeError):
        check_size(workbook(b"<row>" + cell * 5 + b"</row>", **{"xl/sharedStrings.xml": strings}))


@pytest.mark.parametrize("sheet", [b'<!DOCTYPE w [<!ENTITY a "b">]><w>&a;</w>', b"<w><row></w>"])
def test_entities_and_broken_xml_are_refused(sheet: bytes) -> None:
    with pytest.raises(NoWorkbookError):
        check_size(workbook(sheet))
