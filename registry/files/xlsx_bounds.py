"""Bounds of a workbook (XLSX), checked before a library opens it: a small file can need a lot of memory (zip bomb).

Entry point: `check_size`. It parses the parts of the package piece by piece and keeps only counts.
"""

import io
import zipfile
import zlib
from collections.abc import Sequence
from typing import Final
from xml.parsers import expat

MAX_UNPACKED_BYTES: Final = 200_000_000  # bytes of all parts
MAX_PARTS: Final = 5_000
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 1_000
MAX_CELLS: Final = 5_000_000  # a sheet is a rectangle in memory, however few of its cells are filled
MAX_TEXT_BYTES: Final = 200_000_000  # of text in the cells of one sheet; one shared string may be in very many cells

MAX_LETTERS: Final = 7  # of a column in an address; more change nothing
MAX_DIGITS: Final = 9  # of a row in an address
MAX_PART_DEPTH: Final = 100  # elements inside elements

_PIECE: Final = 1 << 20  # bytes that are parsed at once
_SHARED_STRINGS: Final = "xl/sharedstrings.xml"
_BLANKS: Final = b"\xef\xbb\xbf\xff\xfe \t\r\n"  # and marks of byte order
_XML_SUFFIXES: Final = (".xml", ".rels", ".vml")


class NotThatLargeError(Exception):
    """The workbook is over a bound."""


class NoWorkbookError(Exception):
    """The file is no ZIP archive, or has no workbook."""


def check_size(content: bytes, max_unpacked_bytes: int | None = None) -> None:
    """Raises NoWorkbookError or NotThatLargeError.

    Every part is checked as if it were a sheet: which parts are sheets is only known after parsing.
    """
    limit = MAX_UNPACKED_BYTES if max_unpacked_bytes is None else max_unpacked_bytes
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > limit:
                raise NotThatLargeError
            if not any(part.filename.lower() == "xl/workbook.xml" for part in parts):
                raise NoWorkbookError
            shared = _SharedStrings()
            for part in parts:
                if part.filename.lower() == _SHARED_STRINGS:
                    _parse(packed, part, shared)
            for part in parts:  # read to the end: a part that is larger than it says fails its checksum
                _parse(packed, part, _Cells(shared.lengths))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error):
        raise NoWorkbookError from None


def _parse(packed: zipfile.ZipFile, part: zipfile.ZipInfo, handler: "_Handler") -> None:
    """Reads a part and, if it is XML, tells the handler of its elements and texts; NotThatLargeError, NoWorkbookError.

    Entities are refused: no program writes them into a workbook, and they can grow without bound."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = handler.start, handler.end
    parser.CharacterDataHandler = handler.text
    parser.EntityDeclHandler = _refuse_entity
    is_xml, start = True, b""
    with packed.open(part) as file:
        while piece := file.read(_PIECE):
            start = start or piece[:100].replace(b"\0", b"").lstrip(_BLANKS)
            try:
                if is_xml:
                    parser.Parse(piece, False)
            except expat.ExpatError:
                if part.filename.lower().endswith(_XML_SUFFIXES) or start[:1] == b"<":
                    raise NoWorkbookError from None
                is_xml = False  # a picture, say


def _refuse_entity(*_: object) -> None:
    raise NoWorkbookError


class _Handler:
    """What is done with the elements of a part: their local names, whatever their prefix is."""

    def __init__(self) -> None:
        self.depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_PART_DEPTH:
            raise NotThatLargeError
        self.opened(name.rpartition(":")[2], attributes)

    def end(self, name: str) -> None:
        self.depth -= 1
        self.closed(name.rpartition(":")[2])

    def opened(self, name: str, attributes: dict[str, str]) -> None: ...

    def closed(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class _SharedStrings(_Handler):
    """Reads the shared strings. `lengths`: the characters of each."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self.lengths.append(0)

    def text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)


class _Cells(_Handler):
    """Raises NotThatLargeError by the addresses of rows and cells; one without an address follows the one before."""

    def __init__(self, lengths: Sequence[int]) -> None:
        super().__init__()
        self.lengths = lengths
        self.row = self.column = self.rows = self.columns = self.cells = self.characters = 0
        self.is_shared = False  # whether the value of the cell is the number of a shared string
        self.value: list[str] | None = None

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self.row, self.column = _number(attributes.get("r", ""), self.row + 1), 0
        elif name == "c":
            letters, digits = _address(attributes.get("r", ""))
            self.column = column_number(letters) if letters else self.column + 1
            self.row = _number(digits, self.row)
            self.cells += 1
            self.is_shared = attributes.get("t", "").strip() == "s"
        elif name == "v":
            self.value = []
            return
        else:
            return
        self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)
        if (
            self.rows > MAX_ROWS
            or self.columns > MAX_COLUMNS
            or max(self.rows * self.columns, self.cells) > MAX_CELLS
            or self.characters > MAX_TEXT_BYTES
        ):
            raise NotThatLargeError

    def text(self, text: str) -> None:
        if self.value is not None:
            self.value.append(text)

    def closed(self, name: str) -> None:
        if name != "v" or self.value is None:
            return
        index = _number("".join(self.value).strip(), len(self.lengths)) if self.is_shared else len(self.lengths)
        self.characters += self.lengths[index] if index < len(self.lengths) else 0
        self.value = None


def _address(text: str) -> tuple[str, str]:
    """The letters and the digits of an address such as `AB12`."""
    text = text.strip().replace("$", "")
    letters = text.rstrip("0123456789")
    return (letters if letters.isascii() and letters.isalpha() else ""), text[len(letters) :]


def _number(digits: str, default: int) -> int:
    """A number as XML means it, blanks and zeros before it included; a very long one is a very large one."""
    digits = digits.strip().lstrip("+")
    if not (digits.isascii() and digits.isdigit()):
        return default
    digits = digits.lstrip("0") or "0"
    return int(digits[:MAX_DIGITS])


def column_number(letters: str) -> int:
    """The number of a column from 1: 1 for A, 28 for AB."""
    number = 0
    for letter in letters[:MAX_LETTERS].upper():
        number = number * 26 + ord(letter) - 64
    return number
