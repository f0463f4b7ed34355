"""Bounds of a workbook (XLSX), checked before a library opens it: a small file can need a lot of memory (zip bomb).

Entry point: `check`. It streams the parts of the package and keeps only counts.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final

MAX_UNPACKED_BYTES: Final = 200_000_000  # bytes of all parts
MAX_PARTS: Final = 5_000
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 1_000
MAX_CELLS: Final = 5_000_000  # a sheet is a rectangle in memory, however few of its cells are filled
MAX_TEXT_BYTES: Final = 200_000_000  # of text in the cells of one sheet; one shared string may be in very many cells

_PIECE: Final = 1 << 20
_WORDS: Final = "xl/sharedstrings.xml"
_TAG: Final = re.compile(
    rb"<(?:\w{1,40}:)?(?:(?P<row>row)|(?P<cell>c)|(?P<value>v))(?=[\s/>])"
    rb"(?P<said>(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)>?\s*+(?P<number>[0-9]{0,9})"
)
_ADDRESS: Final = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{0,4})([0-9]{0,8})[\"']")
_SHARED_STRING_CELL: Final = re.compile(rb"\bt\s*=\s*[\"']s[\"']")
_STRING: Final = re.compile(rb"<(?:\w{1,40}:)?si(?=[\s/>])")


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
            lengths: list[int] = []
            for part in parts:
                if part.filename.lower() == _WORDS:
                    with packed.open(part) as file:
                        lengths = _lengths(file)
            for part in parts:  # read to the end: a part that is larger than it says fails its checksum
                with packed.open(part) as file:
                    _check_cells(file, lengths)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error):
        raise NoWorkbookError from None


def _lengths(file: IO[bytes]) -> list[int]:
    """The length of each shared string, in bytes with its tags."""
    starts, place = [], 0
    for piece in _pieces(file):
        starts += [place + string.start() for string in _STRING.finditer(piece)]
        place += len(piece)
    return [end - start for start, end in zip(starts, [*starts[1:], place], strict=True)]


def _check_cells(file: IO[bytes], lengths: list[int]) -> None:
    """Raises NotThatLargeError by the addresses of rows and cells; one without an address follows the one before."""
    row = column = rows = columns = cells = text = 0
    shared = False
    for piece in _pieces(file):
        for tag in _TAG.finditer(piece):
            if tag["value"]:
                place = int(tag["number"] or 0)
                text += lengths[place] if shared and place < len(lengths) else 0
                continue
            address = _ADDRESS.search(tag["said"])
            if tag["row"]:
                row, column = int(address[2] or 0) if address else row + 1, 0
            else:
                column = _column(address[1]) if address else column + 1
                row = int(address[2] or 0) if address else row
                cells, shared = cells + 1, _SHARED_STRING_CELL.search(tag["said"]) is not None
            rows, columns = max(rows, row), max(columns, column)
        if rows > MAX_ROWS or columns > MAX_COLUMNS or max(rows * columns, cells) > MAX_CELLS or text > MAX_TEXT_BYTES:
            raise NotThatLargeError


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """A part in pieces of about _PIECE bytes that end before a tag, unless one tag is longer."""
    rest = b""
    while piece := file.read(_PIECE):
        piece = rest + piece
        cut = piece.rfind(b"<")
        cut = cut if cut > 0 else len(piece)
        rest = piece[cut:]
        yield piece[:cut]
    yield rest


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
