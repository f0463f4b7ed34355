"""JSON, JSON lines and GeoJSON -> table. Entry point: `json_table`. Runs in the child.

The first list of objects in the document is the table; keys of objects inside are joined by dots. Values keep the type
that they have: a text that looks like a number is meant as a text.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from msgspec.structs import replace

from registry.model.message import Message, message
from registry.preview import bounds
from registry.preview.geometry import Geometries
from registry.preview.header import SAMPLE_ROWS, header_of
from registry.preview.json_forms import known_form
from registry.preview.model import ReadAs
from registry.preview.reasons import too_large, unreadable
from registry.preview.table_writer import Table
from registry.preview.text_encoding import Decoded, decoded

MAX_DEPTH: Final = 8  # of keys that are joined; what is deeper is shown as JSON
MAX_SEARCH_DEPTH: Final = 30  # in which the list is looked for
GEOMETRY: Final = "geometry"
_CALL: Final = re.compile(r"\s*[\w.$]{1,60}\((.*)\)\s*;?\s*", re.DOTALL)
NEXT_KEYS: Final = ("@odata.nextLink", "@iot.nextLink", "@nextLink", "odata.nextLink")


def json_table(content: bytes, where: str) -> Table | None:
    """The table in a JSON document; None if it is no JSON. UnreadableError, TooLargeError."""
    text = decoded(content)
    if call := _CALL.fullmatch(text.text):
        text = text._replace(text=call[1])
    document = _parsed(text, where)
    if document is None:
        return None
    document = known_form(document, where)
    if isinstance(document, dict) and document.get("type") in ("FeatureCollection", "Feature"):
        return _geojson(document, text, where)
    path, rows = _first_list(document)
    if rows is None:
        raise unreadable(where, "preview-json-no-list")
    notes = (*text.notes, *_pages(document))
    read = ReadAs(format="JSON", encoding=text.encoding, table=path, notes=notes)
    if isinstance(rows[0], list):
        header = header_of(rows[:SAMPLE_ROWS])
        read = replace(read, header=header.row, notes=(*notes, *header.notes))
        return Table(header.names, rows[header.first :], read, is_text=False)
    names: list[str] = []
    return Table(names, _flat_rows(rows, names), read, is_text=False)


def _pages(document: Any) -> tuple[Message, ...]:
    """What is said of an answer that is one page of several: it names the next one (OData, SensorThings, OGC API)."""
    if not isinstance(document, dict):
        return ()
    links = document.get("links")
    count = document.get("total") if isinstance(document.get("records"), list) else None
    if isinstance(count, int) and count > len(document["records"]):
        return (message("preview-more-pages"),)
    relations = [link.get("rel") for link in links if isinstance(link, dict)] if isinstance(links, list) else []
    has_next = "next" in relations or any(document.get(key) for key in NEXT_KEYS)
    return (message("preview-more-pages"),) if has_next else ()


def _parsed(text: Decoded, where: str) -> Any:
    """The document; of JSON lines a list of them; None if it is neither."""
    if len(text.text) > bounds.MAX_JSON_BYTES:
        raise too_large(len(text.text), bounds.MAX_JSON_BYTES)
    try:
        return json.loads(text.text, parse_constant=lambda _: None)
    except RecursionError:
        raise unreadable(where, "preview-json-deep") from None
    except ValueError as error:
        lines = _lines(text.text)
        if lines is None and text.text.lstrip()[:1] == "{" and "\n" in text.text.strip():
            at = getattr(error, "lineno", 0)
            raise unreadable(where, "preview-json-broken", line=at) from None
        return lines


def _lines(text: str) -> list[Any] | None:
    """The objects of JSON lines: one a line."""
    try:
        lines = (line.strip("\x1e \t\r") for line in text.split("\n"))  # RFC 8142 begins each with a separator
        rows = [json.loads(line, parse_constant=lambda _: None) for line in lines if line]
    except (ValueError, RecursionError):
        return None
    return rows if rows and all(isinstance(row, dict) for row in rows) else None


def _first_list(document: Any, path: str = "", depth: int = 0) -> tuple[str, list[Any] | None]:
    """The first list of objects, or of lists of plain values, in the order of the document, and its path."""
    if isinstance(document, list):
        if document and all(isinstance(item, dict) for item in document):
            return path, document
        if len(document) > 1 and all(isinstance(item, list) and not any(map(_is_nested, item)) for item in document):
            return path, document
    if depth < MAX_SEARCH_DEPTH:
        for key, value in _inside(document):
            inner_path, rows = _first_list(value, f"{path}.{key}" if path else str(key), depth + 1)
            if rows is not None:
                return inner_path, rows
    return "", None


def _inside(document: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(document, dict):
        return document.items()
    return enumerate(document) if isinstance(document, list) else ()


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list)


def _flat_rows(rows: Iterable[dict[str, Any]], names: list[str]) -> Iterator[list[Any]]:
    """The objects as rows; `names` grows with each key that is new."""
    index: dict[str, int] = {}
    for row in rows:
        cells: list[Any] = [None] * len(names)
        for name, value in _flat(row, ""):
            if name not in index:
                if len(names) >= bounds.MAX_COLUMNS:
                    continue
                index[name] = len(names)
                names.append(name[: bounds.MAX_NAME_CHARACTERS])
            at = index[name]
            cells.extend([None] * (at + 1 - len(cells)))
            cells[at] = value
        yield cells


def _flat(value: dict[str, Any], prefix: str, depth: int = 1) -> Iterator[tuple[str, Any]]:
    for key, inside in value.items():
        name = f"{prefix}{key}"
        if isinstance(inside, dict) and inside and depth < MAX_DEPTH:
            yield from _flat(inside, f"{name}.", depth + 1)
        else:
            yield name, _list_text(inside) if isinstance(inside, list) else inside


def _list_text(values: list[Any]) -> Any:
    """A list in one cell: nothing for an empty one, JSON else."""
    return values or None


# -- GeoJSON


def _geojson(document: dict[str, Any], text: Decoded, where: str) -> Table:
    features = document.get("features") if document["type"] == "FeatureCollection" else [document]
    if not isinstance(features, list) or not features:
        raise unreadable(where, "preview-empty")
    geometries = Geometries(_crs_name(document), features_sample(features))
    rows = list(_features(features, geometries))
    names: list[str] = []
    flat = list(_flat_rows((properties for properties, _ in rows), names))
    geometry = len(names)
    names.append(GEOMETRY if GEOMETRY not in names else "geometry (2)")
    table_rows = [[*cells, *[None] * (geometry - len(cells)), wkt] for cells, (_, wkt) in zip(flat, rows, strict=True)]
    read = ReadAs(
        format="GEOJSON",
        encoding=text.encoding,
        crs=geometries.crs,
        notes=(*text.notes, *_pages(document), *geometries.notes),
    )
    return Table(names, table_rows, read, is_text=False, geometry=geometry if geometries.are_degrees else None)


def features_sample(features: list[Any]) -> list[Any]:
    """The geometries of the first features."""
    first = islice((feature for feature in features if isinstance(feature, dict)), SAMPLE_ROWS)
    return [feature.get("geometry") for feature in first]


def _features(features: list[Any], geometries: Geometries) -> Iterator[tuple[dict[str, Any], str | None]]:
    for feature in features:
        if not isinstance(feature, dict):
            continue
        properties = feature.get("properties")
        cells = dict(properties) if isinstance(properties, dict) else {}
        if feature.get("id") is not None and "id" not in cells:
            cells = {"id": feature["id"], **cells}
        yield cells, geometries.wkt(feature.get("geometry"))


def _crs_name(document: dict[str, Any]) -> str:
    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    return str(properties.get("name", "")) if isinstance(properties, dict) else ""
