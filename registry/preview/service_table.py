"""What a map or feature service offers (WMS, WFS) -> table of its layers. Entry points: `SERVICES`, `service_table`.

The document is what the service answers to GetCapabilities (OGC 06-042, 09-025r2); it is read in the child.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from registry.preview.model import ReadAs
from registry.preview.reasons import unreadable
from registry.preview.table_writer import Table
from registry.preview.xml_elements import Element, child_text, local_name
from vocab.geometry import box

SERVICES: Final = {"WMS_Capabilities": "WMS", "WMT_MS_Capabilities": "WMS", "WFS_Capabilities": "WFS"}  # root -> name
REFUSALS: Final = frozenset(("ServiceExceptionReport", "ExceptionReport"))  # roots of an answer that says what is wrong
COLUMNS: Final = ("name", "title", "abstract", "crs", "geometry")
MAX_LEVELS: Final = 20  # of layers in layers


class _Layer(NamedTuple):
    name: str
    title: str
    abstract: str
    crs: str
    extent: str | None


def service_table(root: Element, where: str) -> Table:
    """The layers of a map service, or the types of a feature service; UnreadableError if there are none."""
    format = SERVICES[local_name(root)]
    layers = list(_wms(root, None, 0) if format == "WMS" else _wfs(root))
    if not layers:
        raise unreadable(where, "preview-empty")
    service = next((child for child in root if local_name(child) in ("Service", "ServiceIdentification")), None)
    read = ReadAs(format=format, table=child_text(service, "Title") if service is not None else "", crs="CRS84")
    return Table(list(COLUMNS), [list(layer) for layer in layers], read, is_text=False, geometry=len(COLUMNS) - 1)


def refusal(root: Element) -> str:
    """The first sentence of an answer that says what is wrong."""
    return " ".join(" ".join(root.itertext()).split())[:200]


def _wms(element: Element, extent: str | None, level: int) -> Iterator[_Layer]:
    """The layers that can be asked for by their name; one without an extent has that of the layer around it."""
    for child in element:
        if local_name(child) == "Capability":
            yield from _wms(child, extent, level)
        elif local_name(child) == "Layer" and level < MAX_LEVELS:
            own = _wms_extent(child) or extent
            if name := child_text(child, "Name"):
                crs = child_text(child, "CRS") or child_text(child, "SRS")
                yield _Layer(name, child_text(child, "Title"), child_text(child, "Abstract"), crs, own)
            yield from _wms(child, own, level + 1)


def _wms_extent(layer: Element) -> str | None:
    for child in layer:
        if local_name(child) == "EX_GeographicBoundingBox":
            sides = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
            return _box([child_text(child, side) for side in sides])
        if local_name(child) == "LatLonBoundingBox":
            return _box([child.get(side, "") for side in ("minx", "miny", "maxx", "maxy")])
    return None


def _wfs(root: Element) -> Iterator[_Layer]:
    for type_ in root.iter():
        if local_name(type_) == "FeatureType" and (name := child_text(type_, "Name")):
            crs = child_text(type_, "DefaultCRS") or child_text(type_, "DefaultSRS") or child_text(type_, "SRS")
            yield _Layer(name, child_text(type_, "Title"), child_text(type_, "Abstract"), crs, _wfs_extent(type_))


def _wfs_extent(type_: Element) -> str | None:
    bounds = next((child for child in type_ if local_name(child) == "WGS84BoundingBox"), None)
    if bounds is None:
        return None
    return _box([*child_text(bounds, "LowerCorner").split()[:2], *child_text(bounds, "UpperCorner").split()[:2]])


def _box(sides: list[str]) -> str | None:
    """The box of west, south, east and north; None if they are no degrees."""
    try:
        west, south, east, north = map(float, sides)
    except ValueError:
        return None
    fits = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    return box(west, south, east, north) if fits else None
