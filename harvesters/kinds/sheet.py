"""A sheet (XLSX, CSV) whose first row names the columns: by our fields, by their labels, or as its settings say."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import orjson

from harvesters.files.json_text import decoded
from harvesters.files.payload import lost_characters, payload
from harvesters.files.workbook import failed, rows_of, too_large
from harvesters.harvester import Answer, Item, Mark, Recognised
from harvesters.mapping import item_mapping
from registry.fetch.session import body
from registry.files import xlsx_bounds
from registry.model import Findings, Metadata, Source
from registry.rules import finding
from vocab import values
from vocab.fields import Field, fields_of, rows_by_name
from vocab.folding import fold

if TYPE_CHECKING:
    from requests import Session

LABEL: Final = {"de": "Tabelle (XLSX, CSV)", "en": "Sheet (XLSX, CSV)"}
VERSION: Final = 3
SUFFIXES: Final = (".csv", ".tsv", ".xlsx")
MEDIA_TYPES: Final = ("csv", "tab-separated-values", "spreadsheetml")  # parts of the names of media types
SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {"sheet": "name of the sheet; default: the first", **item_mapping.SETTINGS}
)
check = item_mapping.check_mapping
MAX_FILE_BYTES: Final = 50_000_000
MAX_ROWS: Final = xlsx_bounds.MAX_ROWS
MAX_COLUMNS: Final = xlsx_bounds.MAX_COLUMNS


def read(source: Source, http: "Session", after: str | None) -> Iterator[Item | Mark]:
    """The whole sheet at once; SourceError where there is none."""
    response = http.get(source.url, stream=True)
    content = body(response, MAX_FILE_BYTES)
    item_mapping.rules(source)
    wanted = source.settings.get("sheet", "")
    rows = rows_of(content, wanted, source.url) if content[:4] == b"PK\x03\x04" else _csv(content, source)
    first = next(rows, [])
    if len(first) > MAX_COLUMNS:
        raise too_large(source.url)
    names = _names(first)
    if not any(names):
        raise failed(source.url, "sheet-empty")
    _check_names(names, source)
    many, linked = _columns_of_lists(source, names), _columns_of_addresses(source, names)
    for row in rows:
        beyond = (f"column {place}" for place in range(len(names) + 1, len(row) + 1))  # filled, but without a name
        item, errors = _cells(zip((*names, *beyond), row, strict=False), linked)
        if item:
            item = {name: _split_values(value) if name in many else value for name, value in item.items()}
            remote_id = item_mapping.remote_id(item, source)
            error = None if remote_id else item_mapping.nameless(item, source)
            staged = {"item": item, "parent": "", **({"errors": errors} if errors else {})}
            yield Item(remote_id, payload(staged), source.url, error)
    yield Mark(end=True)


def recognises(answer: Answer) -> Recognised | None:
    """By the suffix of the address, or the media type."""
    has_suffix = urlsplit(answer.url).path.lower().endswith(SUFFIXES)
    return Recognised() if has_suffix or any(name in answer.media_type for name in MEDIA_TYPES) else None


def to_metadata(item: Item, source: Source) -> tuple[Metadata, Findings]:
    """The Metadata of a row, with findings, also for cells that hold an error (#REF!)."""
    staged = orjson.loads(item.payload)
    metadata, findings = item_mapping.to_metadata(staged["item"], source)
    errors = tuple(finding("value-unread", name, error) for name, error in staged.get("errors", {}).items())
    return metadata, (*findings, *errors, *lost_characters(item.payload, staged["item"]))


_ERROR: Final = re.compile(r"#(?:REF!|BEZUG!|VALUE!|WERT!|NAME\?|DIV/0!|N/A|NV|NUM!|ZAHL!|NULL!)")


def _cells(row: Iterable[tuple[str, Any]], linked: frozenset[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The filled cells of a row by column, and the errors of cells. Of a linked cell the target counts in the columns
    `linked`; elsewhere the text does, and the target is kept beside it."""
    item: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, cell in row:
        noted = cell if isinstance(cell, dict) else {"text": cell}
        value, target = noted["text"], noted.get("link")
        error = noted.get("error") or (value if isinstance(value, str) and _ERROR.fullmatch(value) else "")
        if error:
            errors[name] = error
        elif target and name in linked:
            item[name] = value if isinstance(value, str) and values.address(value) else target
        elif value not in ("", None):
            item[name] = value
            if target and target not in (value, f"mailto:{value}"):
                item[f"{name}, link"] = target
    return item, errors


def _check_names(names: Sequence[str], source: Source) -> None:
    """Raises SourceError if no column holds an id: every row would fail, so the names are probably in another row."""
    wanted = item_mapping.rules(source).id
    if wanted.partition(".")[0] in names or wanted in names if wanted else any(map(item_mapping.is_id, names)):
        return
    first = ", ".join(name for name in names[:20] if not name.startswith("column "))
    if wanted:
        raise failed(source.url, "sheet-column-missing", column=wanted, names=first)
    raise failed(source.url, "sheet-id-missing", names=first)


# -- tables as text


def _csv(content: bytes, source: Source) -> Iterator[Sequence[str]]:
    """The rows of a text, its cells without blanks around them. SourceError, TooLargeError."""
    url = source.url
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if content[:4] == b"\xd0\xcf\x11\xe0" or (b"\0" in content[:1000] and not utf_16):
        raise failed(url, "sheet-old-xls")
    text = decoded(content, None)
    start = text.lstrip()[:1]
    if start == "<":
        raise failed(url, "sheet-is-web-page")
    if start in ("{", "["):
        raise failed(url, "sheet-is-json")
    separator = _SEPARATOR.match(text)  # as Excel writes it
    text = text[separator.end() :] if separator else text
    first = text.partition("\n")[0]
    csv.field_size_limit(MAX_FILE_BYTES)  # a cell that is too large costs its row
    delimiter = separator[1] if separator else max(";,\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins, ends = 0, 0  # lines of a row
    try:
        for count, row in enumerate(rows):
            if count > MAX_ROWS or len(row) > MAX_COLUMNS:
                raise too_large(url)
            begins, ends = ends, rows.line_num
            yield [cell.strip() for cell in row]
        if ends - begins > 1:  # the last row: it has lost its end, or swallowed the others
            list(csv.reader(islice(io.StringIO(text, newline=""), begins, None), delimiter=delimiter, strict=True))
    except csv.Error:
        line = begins + 1 + bool(separator)
        raise failed(url, "sheet-quotation-open", line=line) from None


_SEPARATOR: Final = re.compile(r"sep=(.)[\r\n]+", re.IGNORECASE)


# -- cells


def _names(row: Sequence[Any]) -> list[str]:
    """One for each column; what stands there twice gets a count, what is empty the column's number."""
    names: list[str] = []
    for number, cell in enumerate(row, 1):
        text = cell["text"] if isinstance(cell, dict) else cell  # of a heading that is a link, its text
        name = " ".join(str(text).split()) or f"column {number}"
        count = sum(other == name or other.startswith(f"{name} (") for other in names)
        names.append(f"{name} ({count + 1})" if count else name)
    while names and names[-1] == f"column {len(names)}":
        names.pop()
    return names


def _split_values(value: Any) -> Any:
    """Values with | or line breaks between them."""
    if not isinstance(value, str):
        return value
    parts = [part for part in map(str.strip, re.split(r"[|\n\r]+", value)) if part]
    return parts if len(parts) > 1 else value


def _columns_of_addresses(source: Source, names: Sequence[str]) -> frozenset[str]:
    """The columns whose field takes an address."""
    return frozenset(column for column, field, row in _fields_of_columns(source, names) if _is_address(field, row))


def _columns_of_lists(source: Source, names: Sequence[str]) -> frozenset[str]:
    """The columns whose field may have several values."""
    return frozenset(column for column, field, row in _fields_of_columns(source, names) if _is_list(field, row))


def _fields_of_columns(source: Source, names: Sequence[str]) -> Iterator[tuple[str, str, Field | None]]:
    """Each column with the path of the field that it fills, "" for none, and the row of the path's first field."""
    rules = item_mapping.rules(source)
    rows, labels = rows_by_name(rules.kind), item_mapping.labels_of(rules.kind)
    fields = {path: field for field, path in rules.paths.items()}
    for name in names:
        field = fields.get(name) or (labels.get(fold(name), name) if not rules.paths else "")
        yield name, field, rows.get(field.partition(".")[0])


def _is_address(field: str, row: Field | None) -> bool:
    first, _, inner = field.partition(".")
    if row and row.form == "node":
        inner = inner.partition(".")[0] or ("access_url" if row.node == "Distribution" else "")
        row = next((part for part in fields_of(row.node) if part.name == inner), None)
    return first == "links" or field == "iri" or (row is not None and row.form in ("iri", "link"))


def _is_list(field: str, row: Field | None) -> bool:
    return field.startswith("links.") or (
        row is not None and (row.many or bool(row.all) or row.form in ("words", "link"))
    )
