"""What a workbook (XLSX) says about its cells besides their values: where links lead, and which hold an error.

Entry point: `notes`. Only called in a child process with limits, after `xlsx_bounds.check_size`.
"""

import io
import posixpath
import re
import zipfile
from typing import Final
from xml.etree import ElementTree

from registry.files.xlsx_bounds import column_number

_ADDRESS: Final = re.compile(r"([A-Z]{1,4})([0-9]{1,8})")
_FORMULA: Final = re.compile(r'\s*HYPERLINK\(\s*"([^"]+)"', re.IGNORECASE)
_MARKS: Final = (b"hyperlink", b"HYPERLINK(", b't="e"')  # without one of them a sheet has no notes
Cells = dict[tuple[int, int], str]  # (row, column), both from 0


def notes(content: bytes, sheet: str) -> tuple[Cells, Cells]:
    """The targets of linked cells and the errors of cells (#REF!) of a sheet, of the first one if `sheet` is ""."""
    targets: Cells = {}
    errors: Cells = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            path = _path(package, sheet)
            part = package.read(path)
            if any(mark in part for mark in _MARKS):
                _read(part, _relations(package, path), targets, errors)
    except (KeyError, ElementTree.ParseError):  # the values could be read, so they are taken without notes
        pass
    return targets, errors


def _path(package: zipfile.ZipFile, sheet: str) -> str:
    for element in _root(package.read("xl/workbook.xml")).iter():
        if _name(element) == "sheet" and sheet in ("", element.get("name")):
            relation = next((value for key, value in element.items() if key.endswith("}id")), "")
            return posixpath.normpath(posixpath.join("/xl", _relations(package, "xl/workbook.xml")[relation]))[1:]
    raise KeyError(sheet)


def _relations(package: zipfile.ZipFile, path: str) -> dict[str, str]:
    folder, name = posixpath.split(path)
    part = f"{folder}/_rels/{name}.rels"
    if part not in package.namelist():
        return {}
    return {element.get("Id", ""): element.get("Target", "") for element in _root(package.read(part))}


def _read(part: bytes, relations: dict[str, str], targets: Cells, errors: Cells) -> None:
    for _, element in ElementTree.iterparse(io.BytesIO(part)):  # noqa: S314 - in a child process with limits
        name = _name(element)
        if name == "c":
            _read_cell(element, targets, errors)
            element.clear()
        elif name == "hyperlink":
            relation = next((value for key, value in element.items() if key.endswith("}id")), "")
            if relation in relations and (position := _position(element.get("ref", "").partition(":")[0])):
                targets[position] = relations[relation]


def _read_cell(element: ElementTree.Element, targets: Cells, errors: Cells) -> None:
    position = _position(element.get("r", ""))
    if not position:
        return
    texts = {_name(part): part.text or "" for part in element}
    if element.get("t") == "e":
        errors[position] = texts.get("v", "")
    if target := _FORMULA.match(texts.get("f", "")):
        targets[position] = target[1]


def _position(address: str) -> tuple[int, int] | None:
    """Row and column from 0, of "E3"."""
    match = _ADDRESS.fullmatch(address)
    return (int(match[2]) - 1, column_number(match[1]) - 1) if match else None


def _root(part: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(part)  # noqa: S314 - in a child process with limits


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
