"""What a map or feature service offers (WMS, WFS) -> table of its layers. Entry points: `SERVICES`, `service_table`.

The document is what the service answers to GetCapabilities (OGC 06-042, 09-025r2); it is read in the child.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from registry.preview.model import MAP_SYSTEMS, MapLayer, MapOffer, ReadAs
from registry.preview.reasons import unreadable
from registry.preview.table_writer import Table
from registry.preview.xml_elements import Element, child_text, local_name
from vocab.geometry import bounds
from vocab.geometry import box as box_wkt

SERVICES: Final = {"WMS_Capabilities": "WMS", "WMT_MS_Capabilities": "WMS", "WFS_Capabilities": "WFS"}  # root -> name
REFUSALS: Final = frozenset(("ServiceExceptionReport", "ExceptionReport"))  # roots of an answer that says what is wrong
COLUMNS: Final = ("name", "title", "abstract", "crs", "geometry")
MAX_LEVELS: Final = 20  # of layers in layers
MAX_OFFERED: Final = 500  # layers of which a picture can be asked for


class _Layer(NamedTuple):
    name: str
    title: str
    abstract: str
    crs: str
    extent: str | None
    systems: tuple[str, ...] = ()  # those of MAP_SYSTEMS in which it can be drawn


class _Inherited(NamedTuple):
    """What a layer has of the one around it."""

    extent: str | None
    systems: tuple[str, ...]


def service_table(root: Element, where: str) -> Table:
    """The layers of a map service, or the types of a feature service; UnreadableError if there are none."""
    format = SERVICES[local_name(root)]
    layers = list(_wms(root, _Inherited(None, ()), 0) if format == "WMS" else _wfs(root))
    if not layers:
        raise unreadable(where, "preview-empty")
    service = next((child for child in root if local_name(child) in ("Service", "ServiceIdentification")), None)
    read = ReadAs(format=format, table=child_text(service, "Title") if service is not None else "", crs="CRS84")
    rows = [list(layer[: len(COLUMNS)]) for layer in layers]
    offer = _offer(root, layers) if format == "WMS" else None
    return Table(list(COLUMNS), rows, read, is_text=False, geometry=len(COLUMNS) - 1, map_offer=offer)


def refusal(root: Element) -> str:
    """The first sentence of an answer that says what is wrong."""
    return " ".join(" ".join(root.itertext()).split())[:200]


def _offer(root: Element, layers: list[_Layer]) -> MapOffer:
    """What pictures a map service draws."""
    request = next((element for element in root.iter() if local_name(element) == "GetMap"), None)
    inside = list(request.iter()) if request is not None else []
    links = (_link(element) for method in inside if local_name(method) == "Get" for element in method.iter())
    formats = [" ".join((element.text or "").split()).lower() for element in inside if local_name(element) == "Format"]
    drawn = (
        MapLayer(layer.name, layer.title, box, layer.systems)
        for layer in layers[:MAX_OFFERED]
        if layer.extent and (box := bounds(layer.extent)) and box[0] < box[2] and box[1] < box[3]
    )
    return MapOffer(next(filter(None, links), ""), root.get("version", ""), tuple(formats), tuple(drawn))


def _link(element: Element) -> str:
    """The address in an OnlineResource; "" for another element."""
    address = next((value for name, value in element.items() if name.endswith("}href")), "")
    return address if local_name(element) == "OnlineResource" and address.startswith(("http://", "https://")) else ""


def _wms(element: Element, inherited: _Inherited, level: int) -> Iterator[_Layer]:
    """The layers that can be asked for by their name, with the extent and the coordinate systems of those around."""
    for child in element:
        if local_name(child) == "Capability":
            yield from _wms(child, inherited, level)
        elif local_name(child) == "Layer" and level < MAX_LEVELS:
            named = [part.text or "" for part in child if local_name(part) in ("CRS", "SRS")]
            drawn = (system for text in named for system in text.split() if system in MAP_SYSTEMS)
            systems = (*inherited.systems, *drawn)
            own = _Inherited(_wms_extent(child) or inherited.extent, tuple(dict.fromkeys(systems)))
            if name := child_text(child, "Name"):
                crs = child_text(child, "CRS") or child_text(child, "SRS")
                title, abstract = child_text(child, "Title"), child_text(child, "Abstract")
                yield _Layer(name, title, abstract, crs, own.extent, own.systems)
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
    return box_wkt(west, south, east, north) if fits else None
