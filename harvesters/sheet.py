"""A sheet (XLSX, CSV) whose first row names the columns: by our fields, by their labels, or as its settings say."""

import csv
import datetime
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, Final

import orjson
from python_calamine import CalamineError, CalamineWorkbook

from harvesters import mapping
from harvesters.harvester import Item, Mark
from harvesters.json_text import decoded
from harvesters.payload import lost_characters, payload
from registry.errors import SourceError, TooLargeError
from registry.fetch import body, shown
from registry.model import Findings, Metadata, Source
from vocab.fields import fields_of
from vocab.words import fold

if TYPE_CHECKING:
    from requests import Session

VERSION: Final = 1
SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {"sheet": "name of the sheet; default: the first", **mapping.SETTINGS}
)
check = mapping.check
MOST_BYTES: Final = 50_000_000
MOST_UNPACKED: Final = 200_000_000  # bytes of the parts of a workbook
MOST_PARTS: Final = 5_000
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 1_000
MOST_CELLS: Final = 5_000_000  # a sheet is a rectangle in memory, however few of its cells are filled


def read(source: Source, http: "Session", after: str | None) -> Iterator[Item | Mark]:
    """The whole sheet at once; SourceError where there is none."""
    response = http.get(source.url, stream=True)
    content = body(response, MOST_BYTES)
    mapping.rules(source)
    rows = _workbook(content, source) if content[:4] == b"PK\x03\x04" else _csv(content, source)
    names = _names(next(rows, []))
    if not any(names):
        raise _failed(source.url, "is empty: there is no row with names", "ist leer: Es gibt keine Zeile mit Namen")
    many = _many(source, names)
    for row in rows:
        beyond = (f"column {place}" for place in range(len(names) + 1, len(row) + 1))  # filled, but without a name
        cells = {name: _value(cell) for name, cell in zip((*names, *beyond), row, strict=False)}
        item = {name: value for name, value in cells.items() if value not in ("", None)}
        if item:
            item = {name: _several(value) if name in many else value for name, value in item.items()}
            remote_id = mapping.remote_id(item, source)
            error = None if remote_id else mapping.nameless(item, source)
            yield Item(remote_id, payload({"item": item, "parent": ""}), source.url, error)
    yield Mark(end=True)


def to_metadata(item: Item, source: Source) -> tuple[Metadata, Findings]:
    staged = orjson.loads(item.payload)["item"]
    metadata, findings = mapping.to_metadata(staged, source)
    return metadata, (*findings, *lost_characters(item.payload, staged))


# -- workbooks


def _workbook(content: bytes, source: Source) -> Iterator[Sequence[Any]]:
    _check_parts(content, source.url)
    wanted = source.settings.get("sheet", "")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if wanted and wanted not in book.sheet_names:
            there = ", ".join(book.sheet_names[:20])
            raise _failed(
                source.url, f"has no sheet {wanted!r}, but {there}", f"hat kein Blatt {wanted!r}, aber {there}"
            )
        sheet = book.get_sheet_by_name(wanted) if wanted else book.get_sheet_by_index(0)
        yield from sheet.to_python(skip_empty_area=True)
    except (CalamineError, IndexError) as error:
        raise _failed(source.url, f"is no readable XLSX ({error})", f"ist kein lesbares XLSX ({error})") from None


def _check_parts(content: bytes, url: str) -> None:
    """Before anything is opened: how large the parts are when unpacked, and how large a rectangle its cells span."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            listed = parts.infolist()
            if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > MOST_UNPACKED:
                raise _too_large(url, f"{MOST_UNPACKED} bytes", f"{MOST_UNPACKED} Bytes")
            if not any(part.filename == "xl/workbook.xml" for part in listed):
                raise _failed(url, "is no XLSX", "ist kein XLSX")
            for part in listed:  # all of them: a part that is larger than it says fails its checksum
                with parts.open(part) as file:
                    _check_cells(file, part.filename.startswith("xl/worksheets/"), url)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise _failed(url, f"is no readable XLSX ({error})", f"ist kein lesbares XLSX ({error})") from None


def _check_cells(file: IO[bytes], sheet: bool, url: str) -> None:
    """Reads a part piece by piece; of a sheet only the addresses of rows and cells matter."""
    rows = columns = 0
    tail = b""
    while piece := file.read(1 << 20):
        for letters, digits in _ADDRESS.findall(tail + piece) if sheet else ():
            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
        tail = piece[-40:]
        if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
            cells = MOST_ROWS, MOST_COLUMNS, MOST_CELLS
            raise _too_large(url, "{} rows, {} columns or {} cells".format(*cells),
                             "{} Zeilen, {} Spalten oder {} Zellen".format(*cells))  # fmt: skip


_ADDRESS: Final = re.compile(rb"\br\s*=\s*[\"']([A-Z]{0,4})([0-9]{1,8})[\"']")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


# -- tables as text


def _csv(content: bytes, source: Source) -> Iterator[Sequence[Any]]:
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if content[:4] == b"\xd0\xcf\x11\xe0" or (b"\0" in content[:1000] and not utf_16):
        raise _failed(source.url, "is no XLSX; save it as XLSX", "ist kein XLSX; speichern Sie es als XLSX")
    if content.lstrip()[:1] == b"<":
        raise _failed(source.url, "gives a web page, not a sheet", "liefert eine Internetseite, kein Blatt")
    text = decoded(content, None)
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        for count, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
            if count > MOST_ROWS or len(row) > MOST_COLUMNS:
                size = MOST_ROWS, MOST_COLUMNS
                raise _too_large(source.url, "{} rows or {} columns".format(*size),
                                 "{} Zeilen oder {} Spalten".format(*size))  # fmt: skip
            yield row
    except csv.Error as error:
        raise _failed(source.url, f"is no readable CSV ({error})", f"ist kein lesbares CSV ({error})") from None


# -- cells


def _names(row: Sequence[Any]) -> list[str]:
    """One for each column; what stands there twice gets a count, what is empty the column's number."""
    names: list[str] = []
    for place, cell in enumerate(row, 1):
        name = " ".join(str(_value(cell)).split()) or f"column {place}"
        count = sum(one == name or one.startswith(f"{name} (") for one in names)
        names.append(f"{name} ({count + 1})" if count else name)
    while names and names[-1] == f"column {len(names)}":
        names.pop()
    return names


def _value(cell: Any) -> Any:
    """A cell as JSON has it."""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat()
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return int(cell)
    if isinstance(cell, str):
        return cell.strip()
    return cell if isinstance(cell, bool | int | float) or cell is None else str(cell)


def _several(value: Any) -> Any:
    """Values with | or line breaks between them."""
    if not isinstance(value, str):
        return value
    parts = [part for part in map(str.strip, re.split(r"[|\n\r]+", value)) if part]
    return parts if len(parts) > 1 else value


def _many(source: Source, names: Sequence[str]) -> frozenset[str]:
    """The columns whose field may have several values."""
    named = mapping.rules(source)
    rows = {row.name: row for row in fields_of(named.kind)}
    labels = {fold(label): row.name for row in rows.values() for label in (row.label_de, row.label_en)}
    fields = {path: field for field, path in named.paths.items()}
    found = set()
    for name in names:
        field = fields.get(name) or (labels.get(fold(name), name) if not named.paths else "")
        row = rows.get(field.partition(".")[0])
        if field.startswith("links.") or (row and (row.many or row.form in ("words", "link"))):
            found.add(name)
    return frozenset(found)


def _failed(url: str, english: str, german: str) -> SourceError:
    place = shown(url)
    return SourceError(f"{place} {english}. Check address and settings.",
                       de=f"{place} {german}. Prüfen Sie Adresse und Einstellungen.")  # fmt: skip


def _too_large(url: str, english: str, german: str) -> TooLargeError:
    place = shown(url)
    return TooLargeError(
        f"{place} is larger than {english}. Delete what lies far outside, or split it.",
        de=f"{place} ist größer als {german}. Löschen Sie, was weit außen liegt, oder teilen Sie die Tabelle.",
    )
