"""KML and GPX -> table with geometry. Entry points: `kml_table`, `gpx_table`, `root_of`. Runs in the child.

Documents are read without DOCTYPE and entities (`registry.rdf.xml_guard`). All values in XML are texts; their types are
found out as in CSV.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from xml.etree import ElementTree

from msgspec.structs import replace

from registry.model.message import message
from registry.preview import bounds
from registry.preview.geometry import Geometries
from registry.preview.model import ReadAs
from registry.preview.reasons import too_large, unreadable
from registry.preview.table_writer import Table
from registry.preview.xml_elements import Element, child_text, local_name
from registry.rdf.xml_guard import plain_xml

_KML_PARTS: Final = ("Point", "LineString", "Polygon", "MultiGeometry", "LinearRing")
_GPX_FIELDS: Final = ("name", "cmt", "desc", "src", "sym", "type", "ele", "time", "number")
GEOMETRY: Final = "geometry"


def root_of(content: bytes, where: str) -> Element:
    """The root of a document of XML; UnreadableError, TooLargeError."""
    if len(content) > bounds.MAX_JSON_BYTES:
        raise too_large(len(content), bounds.MAX_JSON_BYTES)
    try:
        return ElementTree.fromstring(plain_xml(content, where))  # noqa: S314 - no entities are left in it
    except ElementTree.ParseError as error:
        raise unreadable(where, "preview-xml-broken", line=error.position[0]) from None


def kml_table(root: Element, where: str) -> Table:
    """The placemarks of all folders, with their data and geometry."""
    placemarks = list(_placemarks(root, ""))
    if not placemarks:
        raise unreadable(where, "preview-empty")
    folders = {folder for folder, _ in placemarks}
    geometries = Geometries("CRS84", ())
    rows = []
    for folder, placemark in placemarks:
        values = {"folder": folder} if len(folders) > 1 else {}
        rows.append((values | _kml_values(placemark), geometries.wkt(_kml_geometry(placemark))))
    return _table(rows, ReadAs(format="KML", crs=geometries.crs), geometries)


def _placemarks(element: Element, folder: str) -> Iterator[tuple[str, Element]]:
    for child in element:
        name = local_name(child)
        if name == "Placemark":
            yield folder, child
        elif name in ("Document", "Folder"):
            yield from _placemarks(child, (child_text(child, "name") or folder) if name == "Folder" else folder)


def _kml_values(placemark: Element) -> dict[str, str]:
    values = {name: text for name in ("name", "description") if (text := child_text(placemark, name))}
    for element in placemark.iter():
        name = local_name(element)
        if name == "Data" and element.get("name"):
            values[element.get("name", "")] = child_text(element, "value")
        elif name == "SimpleData" and element.get("name"):
            values[element.get("name", "")] = (element.text or "").strip()
        elif name in ("when", "begin", "end") and element.text:
            values[name] = element.text.strip()
    return values


def _kml_geometry(element: Element) -> dict[str, Any] | None:
    part = next((child for child in element if local_name(child) in _KML_PARTS), None)
    return _kml_part(part) if part is not None else None


def _kml_part(part: Element) -> dict[str, Any] | None:
    kind = local_name(part)
    if kind == "MultiGeometry":
        inside = [shape for child in part if local_name(child) in _KML_PARTS and (shape := _kml_part(child))]
        kinds = {shape["type"] for shape in inside}
        if len(kinds) == 1 and (only := kinds.pop()) in ("Point", "LineString", "Polygon"):
            return {"type": f"Multi{only}", "coordinates": [shape["coordinates"] for shape in inside]}
        return {"type": "GeometryCollection", "geometries": inside} if inside else None
    if kind == "Polygon":
        rings = [_coordinates(element) for element in part.iter() if local_name(element) == "coordinates"]
        return {"type": "Polygon", "coordinates": rings} if rings else None
    points = _coordinates(next((element for element in part.iter() if local_name(element) == "coordinates"), None))
    if kind == "Point":
        return {"type": "Point", "coordinates": points[0]} if points else None
    return {"type": "LineString", "coordinates": points}


def _coordinates(element: Element | None) -> list[list[float]]:
    """Points of the text `8.69,49.41,0 8.70,49.42,0`."""
    points = []
    for point in ((element.text or "") if element is not None else "").split():
        try:
            points.append([float(part) for part in point.split(",")[:2]])
        except ValueError:
            continue
    return points


def gpx_table(root: Element, where: str) -> Table:
    """The waypoints; where there are none the tracks, else the routes."""
    geometries = Geometries("CRS84", ())
    for kind, point_of in (("wpt", _waypoint), ("trk", _track), ("rte", _route)):
        elements = [element for element in root if local_name(element) == kind]
        if elements:
            rows = [(_gpx_values(element), geometries.wkt(point_of(element))) for element in elements]
            others = sorted({local_name(child) for child in root} & {"trk", "rte"} - {kind})
            read = ReadAs(format="GPX", crs=geometries.crs, table=kind)
            if others:
                note = message("preview-other-sheets", count=len(others), names=", ".join(others))
                read = replace(read, notes=(note,))
            return _table(rows, read, geometries)
    raise unreadable(where, "preview-empty")


def _gpx_values(element: Element) -> dict[str, str]:
    return {name: text for name in _GPX_FIELDS if (text := child_text(element, name))}


def _position(element: Element) -> list[float]:
    return [float(element.get("lon", "nan")), float(element.get("lat", "nan"))]


def _waypoint(element: Element) -> dict[str, Any]:
    return {"type": "Point", "coordinates": _position(element)}


def _track(element: Element) -> dict[str, Any]:
    segments = [part for part in element if local_name(part) == "trkseg"]
    lines = [[_position(point) for point in segment if local_name(point) == "trkpt"] for segment in segments]
    return _lines(lines)


def _route(element: Element) -> dict[str, Any]:
    return _lines([[_position(point) for point in element if local_name(point) == "rtept"]])


def _lines(lines: list[list[list[float]]]) -> dict[str, Any]:
    lines = [line for line in lines if line]
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines}


def _table(rows: Iterable[tuple[dict[str, str], str | None]], read: ReadAs, geometries: Geometries) -> Table:
    """The table of values by name, with the geometry as its last column."""
    read_rows = list(rows)
    names = list(dict.fromkeys(name for values, _ in read_rows for name in values))
    cells = [[*(values.get(name, "") for name in names), wkt or ""] for values, wkt in read_rows]
    read = replace(read, notes=(*read.notes, *geometries.notes))
    return Table([*names, GEOMETRY], cells, read, geometry=len(names))
