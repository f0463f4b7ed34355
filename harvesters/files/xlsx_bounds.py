"""How large a workbook (XLSX) is in memory, told before anything opens it: a few bytes may stand for very many."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final

MOST_UNPACKED: Final = 200_000_000  # bytes of all parts
MOST_PARTS: Final = 5_000
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 1_000
MOST_CELLS: Final = 5_000_000  # a sheet is a rectangle in memory, however few of its cells are filled
MOST_TEXT: Final = 200_000_000  # bytes of words in the cells of one sheet; one string may stand in very many of them

_PIECE: Final = 1 << 20
_WORDS: Final = "xl/sharedstrings.xml"
_TAG: Final = re.compile(
    rb"<(?:\w{1,40}:)?(?:(?P<row>row)|(?P<cell>c)|(?P<value>v))(?=[\s/>])"
    rb"(?P<said>(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)>?\s*+(?P<number>[0-9]{0,9})"
)
_ADDRESS: Final = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{0,4})([0-9]{0,8})[\"']")
_SHARED: Final = re.compile(rb"\bt\s*=\s*[\"']s[\"']")
_STRING: Final = re.compile(rb"<(?:\w{1,40}:)?si(?=[\s/>])")


class NotThatLargeError(Exception):
    """Over a bound."""


class NoWorkbookError(Exception):
    """No packed file, or one without a workbook."""


def check(content: bytes) -> None:
    """Raises NoWorkbookError or NotThatLargeError. Every part counts as a sheet: which are is said in the file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
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
    """Of the strings that cells point to, in bytes with their tags."""
    starts, place = [], 0
    for piece in _pieces(file):
        starts += [place + found.start() for found in _STRING.finditer(piece)]
        place += len(piece)
    return [end - start for start, end in zip(starts, [*starts[1:], place], strict=True)]


def _check_cells(file: IO[bytes], lengths: list[int]) -> None:
    """By the addresses of rows and cells; one without is the next."""
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
                cells, shared = cells + 1, _SHARED.search(tag["said"]) is not None
            rows, columns = max(rows, row), max(columns, column)
        if rows > MOST_ROWS or columns > MOST_COLUMNS or max(rows * columns, cells) > MOST_CELLS or text > MOST_TEXT:
            raise NotThatLargeError


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The whole of a part; no tag is cut, unless it is longer than a piece."""
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
