"""Writes tables as the files that cities publish: CSV with semicolons and decimal commas, GeoJSON, KML, XLSX."""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

import openpyxl

Cell = str | int | float | bool | date | datetime | None
NOTE = "Beispieldaten: Alle Werte sind erfunden."
PLACE = ("Längengrad", "Breitengrad")  # the two columns of a table that GeoJSON and KML turn into a point


def csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file as German offices write it: semicolons, decimal commas, days as 31.12.2025."""
    lines = [";".join(header), *(";".join(map(_written, row)) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode()


def csv_without_place(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file of the other columns of a table that GeoJSON or KML has, too."""
    return csv([name for name in header if name not in PLACE], (_rest(header, row) for row in rows))


def _written(cell: Cell) -> str:
    kind = type(cell)
    if kind is str:
        return str(cell)
    if kind is float:
        return str(cell).replace(".", ",")
    if cell is None or kind is bool:
        return {None: "", True: "ja", False: "nein"}[cell]  # type: ignore[index]
    if isinstance(cell, datetime):
        return f"{cell.day:02}.{cell.month:02}.{cell.year} {cell.hour:02}:{cell.minute:02}"
    return f"{cell.day:02}.{cell.month:02}.{cell.year}" if isinstance(cell, date) else str(cell)


def geojson(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Points with the other columns as properties; names of properties as programs like them (`hoehe`)."""
    names = [_key(name) for name in header if name not in PLACE]
    features = [
        {
            "type": "Feature",
            "geometry": _point(header, row),
            "properties": dict(zip(names, _rest(header, row), strict=True)),
        }
        for row in rows
    ]
    return collection(features)


def collection(features: list[dict[str, Any]]) -> bytes:
    """A GeoJSON file of these features, with the note that they are samples."""
    return _json({"type": "FeatureCollection", "hinweis": NOTE, "features": features})


def kml(header: Sequence[str], rows: Iterable[Sequence[Cell]], title: str) -> bytes:
    """Points as placemarks; the first column is their name."""
    marks = []
    for row in rows:
        longitude, latitude = _point(header, row)["coordinates"]
        pairs = [*zip((name for name in header if name not in PLACE), _rest(header, row), strict=True)][1:]
        data = "".join(
            f'<Data name="{escape(name)}"><value>{escape(_written(cell))}</value></Data>' for name, cell in pairs
        )
        marks.append(
            f"<Placemark><name>{escape(str(row[0]))}</name><ExtendedData>{data}</ExtendedData>"
            f"<Point><coordinates>{longitude},{latitude}</coordinates></Point></Placemark>"
        )
    text = f"<name>{escape(title)}</name><description>{NOTE}</description>{''.join(marks)}"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{text}</Document></kml>\n'.encode()


def xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]], title: str) -> bytes:
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in (header, *rows):
        sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def listed(name: str, items: Iterable[Mapping[str, Cell]], **about: str) -> bytes:
    """A JSON file with one list of objects, and what `about` says of all of them."""
    return _json({"hinweis": NOTE, **about, name: list(items)})


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, default=str) + "\n").encode()


def _key(name: str) -> str:
    name = name.lower().translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", " ": "_"}))
    return name.partition("_(")[0]


def _point(header: Sequence[str], row: Sequence[Cell]) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [row[header.index(name)] for name in PLACE]}


def _rest(header: Sequence[str], row: Sequence[Cell]) -> list[Cell]:
    return [cell for name, cell in zip(header, row, strict=True) if name not in PLACE]
