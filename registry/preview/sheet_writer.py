"""Rows -> XLSX (ECMA-376) as a stream: no more than a part of the file is ever in memory. Entry point: `sheet_parts`.

Texts stand in their cells (inline strings) and are never formulas. The sheet ends at the bounds of the format; a second
sheet says so then.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final
from xml.sax.saxutils import escape

MAX_ROWS: Final = 1_048_575  # below the header row
MAX_CHARACTERS: Final = 32_767  # of a cell
MAX_SHEET_BYTES: Final = 1_500_000_000  # unpacked; archives of the plain form end at 2 GB
PART_BYTES: Final = 1 << 16
FIRST_DAY: Final = date(1900, 3, 1)  # the first whose number all spreadsheet programs agree on
_ZERO: Final = datetime(1899, 12, 30)
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0 section 2.2
_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # ECMA-376 part 1, 22.9.2.19
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET: Final = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
    'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
_SHEET_END: Final = "</sheetData></worksheet>"
_PLAIN: Final = 'fontId="0" fillId="0" borderId="0"'
_STYLES: Final = (  # 0: as it is, 1: a day, 2: a day with its time
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    f'<cellStyleXfs count="1"><xf numFmtId="0" {_PLAIN}/></cellStyleXfs><cellXfs count="3">'
    f'<xf numFmtId="0" {_PLAIN} xfId="0"/><xf numFmtId="164" {_PLAIN} xfId="0" applyNumberFormat="1"/>'
    f'<xf numFmtId="165" {_PLAIN} xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class _Parts(io.RawIOBase):
    """Takes what a ZIP archive writes, and gives it away in parts; it cannot go back."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written += data
        return len(data)

    def taken(self, least: int = 0) -> bytes:
        """What was written since, if it has at least so many bytes."""
        if len(self._written) <= least:
            return b""
        part = bytes(self._written)
        self._written.clear()
        return part


def sheet_parts(names: Sequence[str], types: Sequence[str], rows: Iterator[list[Any]], remark: str) -> Iterator[bytes]:
    """The parts of a workbook with one sheet of the rows. `types`: of the columns; `remark`: what a second sheet says
    if not all rows have room, with `{count}` in the place of those that are there."""
    target = _Parts()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            size = sheet.write(f"{_SHEET}{_row([_text(name) for name in names])}".encode())
            count, is_whole = 0, True
            for row in rows:
                if count >= MAX_ROWS or size >= MAX_SHEET_BYTES:
                    is_whole = False
                    break
                size += sheet.write(_row(map(_cell, row, types)).encode())
                count += 1
                if part := target.taken(PART_BYTES):
                    yield part
            sheet.write(_SHEET_END.encode())
        sheets = ["Daten"] if is_whole else ["Daten", "Hinweis"]
        if not is_whole:
            remark_row = _row([_text(remark.format(count=count))])
            archive.writestr("xl/worksheets/sheet2.xml", f"{_SHEET}{remark_row}{_SHEET_END}")
        for name, content in _around(sheets).items():
            archive.writestr(name, content)
    yield target.taken()


def _row(cells: Any) -> str:
    return f"<row>{''.join(cells)}</row>"


def _cell(value: Any, type_: str) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value!r}</v></c>"
    if type_ in ("date", "datetime") and value >= f"{FIRST_DAY}":
        number = (datetime.fromisoformat(value) - _ZERO).total_seconds() / 86_400
        return f'<c s="{1 if type_ == "date" else 2}"><v>{number:.15g}</v></c>'
    return _text(str(value))


def _text(text: str) -> str:
    safe = _NOT_IN_XML.sub("�", text)[:MAX_CHARACTERS]
    if "_x" in safe:
        safe = _ESCAPE.sub("_x005F_", safe)
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(safe, {chr(13): "&#13;"})}</t></is></c>'


def _around(sheets: Sequence[str]) -> dict[str, str]:
    """The other parts of a workbook with these sheets."""
    numbers = range(1, len(sheets) + 1)
    overrides = {f"/xl/worksheets/sheet{number}.xml": f"{_TYPE}.worksheet+xml" for number in numbers}
    overrides |= {"/xl/workbook.xml": f"{_TYPE}.sheet.main+xml", "/xl/styles.xml": f"{_TYPE}.styles+xml"}
    parts = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in zip(numbers, sheets, strict=True)
    )
    targets = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers] + [("styles", "styles.xml")]
    return {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{parts}</Types>',
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(targets),
        "xl/styles.xml": _STYLES,
    }


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'
