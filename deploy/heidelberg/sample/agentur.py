"""The sample Digital-Agentur: projects as an XLSX sheet, further projects and events as a JSON list."""

import csv
import io
import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl

HERE = Path(__file__).parent
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answer(path: str) -> tuple[int, str, bytes]:
    """Status, content type and body for a GET of `path`."""
    match urlsplit(path).path:
        case "/projekte.xlsx":
            return 200, XLSX, sheet()
        case "/liste.json":
            return 200, "application/json", (HERE / "agentur-liste.json").read_bytes()
    return 404, "text/plain", b"not found"


def _cell(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "|".join(value)


@cache
def sheet() -> bytes:
    """The projects as the agency keeps them: one row each, several values separated by `|`."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Projekte"
    details = tomllib.loads((HERE / "agentur-details.toml").read_text(encoding="utf-8"))
    with (HERE / "agentur-projekte.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    columns = list(dict.fromkeys([*rows[0], *(column for fields in details.values() for column in fields)]))
    page.append(columns)
    for row in rows:
        cells = row | {column: _cell(value) for column, value in details.get(row["Kennung"], {}).items()}
        page.append([cells.get(column, "") for column in columns])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
