"""JSON documents in well-known forms whose first list is not their table -> the same as GeoJSON, or as a list.

Entry point: `known_form`: lines of GeoJSON, answers of ArcGIS (feature sets), of the DataStore of CKAN. Pure.
"""

from typing import Any, Final

from registry.preview.reasons import unreadable
from registry.preview.service_model import moment_of_milliseconds

_ESRI_DATE: Final = "esriFieldTypeDate"
_GEOMETRIES: Final = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
_WEB_MERCATOR: Final = (102100, 102113)


def known_form(document: Any, where: str) -> Any:
    """The document, or what it stands for; UnreadableError for TopoJSON, whose coordinates are not those of places."""
    if isinstance(document, list) and document and all(_is_feature(item) for item in document):
        return {"type": "FeatureCollection", "features": document}
    if not isinstance(document, dict):
        return document
    if document.get("type") in _GEOMETRIES and isinstance(document.get("coordinates"), list):
        return {"type": "Feature", "geometry": document, "properties": {}}
    if document.get("type") == "Topology":
        raise unreadable(where, "preview-json-topology")
    if _is_feature_set(document):
        return _of_feature_set(document)
    result = document.get("result")
    if isinstance(result, dict) and isinstance(result.get("records"), list) and "fields" in result:
        kept = {key: value for key, value in result.items() if key in ("total", "links")}
        return {"records": result["records"], **kept}
    return document


def _is_feature(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "Feature" and "geometry" in item


def _is_feature_set(document: dict[str, Any]) -> bool:
    features = document.get("features")
    return (
        isinstance(features, list) and bool(features)
        and all(isinstance(item, dict) and isinstance(item.get("attributes"), dict) for item in features)
    )  # fmt: skip


def _of_feature_set(document: dict[str, Any]) -> dict[str, Any]:
    """A feature set of ArcGIS as GeoJSON; its dates are milliseconds since 1970."""
    fields = document.get("fields")
    dates = {
        field.get("name") for field in (fields if isinstance(fields, list) else ())
        if isinstance(field, dict) and field.get("type") == _ESRI_DATE
    }  # fmt: skip
    features = [
        {
            "type": "Feature",
            "geometry": _geometry(item.get("geometry")),
            "properties": {name: _value(value, name in dates) for name, value in item["attributes"].items()},
        }
        for item in document["features"]
    ]
    links = [{"rel": "next"}] if document.get("exceededTransferLimit") else []
    crs = {"properties": {"name": _system(document.get("spatialReference"))}}
    return {"type": "FeatureCollection", "features": features, "crs": crs, "links": links}


def _system(reference: Any) -> str:
    code = (reference.get("latestWkid") or reference.get("wkid")) if isinstance(reference, dict) else None
    return f"EPSG:{3857 if code in _WEB_MERCATOR else code}" if code else ""


def _value(value: Any, is_date: bool) -> Any:
    return (moment_of_milliseconds(value) or value) if is_date and isinstance(value, int) else value


def _geometry(geometry: Any) -> dict[str, Any] | None:
    """The geometry as GeoJSON has it; None for none, and for curves."""
    if not isinstance(geometry, dict):
        return None
    if "x" in geometry:
        return {"type": "Point", "coordinates": [geometry["x"], geometry.get("y")]}
    for key, kind in (("points", "MultiPoint"), ("paths", "MultiLineString"), ("rings", "Polygon")):
        if geometry.get(key):
            return {"type": kind, "coordinates": geometry[key]}
    return None
