"""One picture of a map service (WMS GetMap, OGC 06-042): which one is asked for, fetched, and written again.

Entry points: `draw`, `box_of`. The worker's part: the address is that of the service's capabilities, fetched from a
guarded session within bounds; the picture is decoded in a child, and nothing of the file that came is kept
(`registry.pictures.rewriting`).
"""

import math
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from registry.model import Distribution, Record
from registry.pictures.rewriting import MAX_PICTURE_BYTES, Picture
from registry.preview.fetching import fetched_picture
from registry.preview.model import MAP_SYSTEMS, MapLayer, MapOffer
from vocab.geometry import bounds

if TYPE_CHECKING:
    from requests import Session

Box = tuple[float, float, float, float]
FORMATS: Final = ("image/png", "image/jpeg", "image/webp", "image/png; mode=8bit", "image/png8")
WIDTH: Final = 800  # pixels
MIN_HEIGHT: Final = 300
MAX_HEIGHT: Final = 800
_EARTH: Final = 6_378_137.0  # metres
_MAX_LATITUDE: Final = 85.0  # of Web Mercator


class Drawn(NamedTuple):
    """A picture, and what it shows."""

    picture: Picture
    layer: MapLayer
    box: Box


class Wish(NamedTuple):
    """A picture that is asked for. `system`: coordinate system of its box; `format`: media type."""

    layer: str
    system: str
    box: Box
    format: str


def draw(http: "Session", offer: MapOffer, distribution: Distribution, record_box: Box | None) -> Drawn | None:
    """The picture of the layer that a distribution is about, or of the first one, where the record is; None if the
    service draws none. `record_box`: of the record."""
    layer = _layer(offer, distribution)
    system = next((system for system in MAP_SYSTEMS if layer and system in layer.crs), "")
    format = next((format for format in FORMATS if format in offer.formats), "")
    if layer is None or not system or not format:
        return None
    wish = Wish(layer.name, system, shown_box(layer.box, record_box), format)
    own = distribution.access_url or distribution.download_url
    for url in dict.fromkeys(filter(None, (offer.url, own))):  # some services name an address inside of their network
        if picture := fetched_picture(http, map_request(url, offer.version, wish), MAX_PICTURE_BYTES):
            return Drawn(picture, layer, wish.box)
    return None


def _layer(offer: MapOffer, distribution: Distribution) -> MapLayer | None:
    """The layer that the address of a distribution names, or its title; else the first one."""
    asked = {
        value.lower()
        for url in (distribution.access_url, distribution.download_url)
        for name, values in parse_qsl(urlsplit(url).query)
        if name.lower() in ("layers", "layer")
        for value in values.split(",")
    } | {title.strip().lower() for title in distribution.title.values()}
    named = (layer for layer in offer.layers if layer.name.lower() in asked or layer.title.lower() in asked)
    return next(named, offer.layers[0] if offer.layers else None)


def shown_box(layer: Box, record_box: Box | None) -> Box:
    """The part of a layer in which the record is; the whole layer where they have nothing in common."""
    if record_box is None:
        return layer
    common = (
        max(layer[0], record_box[0]), max(layer[1], record_box[1]),
        min(layer[2], record_box[2]), min(layer[3], record_box[3]),
    )  # fmt: skip
    return common if common[0] < common[2] and common[1] < common[3] else layer


def box_of(record: Record) -> Box | None:
    """The box of all places of a record; None if none has a shape."""
    shapes = (place.bbox or place.geometry for place in record.metadata.places)
    boxes = [box for text in shapes if text and (box := bounds(text))]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def map_request(url: str, version: str, wish: Wish) -> str:
    """The address of the picture. In version 1.3 EPSG:4326 and EPSG:4258 have the latitude first."""
    is_new = not version.startswith(("1.0", "1.1"))
    west, south, east, north = sides = wish.box
    if wish.system == "EPSG:3857":
        sides = (*_mercator(west, south), *_mercator(east, north))
    elif is_new and wish.system != "CRS:84":
        sides = (south, west, north, east)
    asked = {
        "SERVICE": "WMS", "VERSION": "1.3.0" if is_new else "1.1.1", "REQUEST": "GetMap", "LAYERS": wish.layer,
        "STYLES": "", "CRS" if is_new else "SRS": wish.system, "BBOX": ",".join(f"{side:.9g}" for side in sides),
        "WIDTH": WIDTH, "HEIGHT": _height(wish.box), "FORMAT": wish.format, "TRANSPARENT": "FALSE",
    }  # fmt: skip
    parts = urlsplit(url)
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.upper() not in asked and name.upper() not in ("CRS", "SRS", "LAYER")
    ]
    return urlunsplit(parts._replace(query=urlencode([*kept, *asked.items()]), fragment=""))


def _height(box: Box) -> int:
    """The height at which a kilometre to the north is as long as one to the east."""
    west, south, east, north = box
    shrink = max(math.cos(math.radians((south + north) / 2)), 0.01)
    return round(min(max(WIDTH * (north - south) / ((east - west) * shrink), MIN_HEIGHT), MAX_HEIGHT))


def _mercator(longitude: float, latitude: float) -> tuple[float, float]:
    latitude = min(max(latitude, -_MAX_LATITUDE), _MAX_LATITUDE)
    y = math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))
    return _EARTH * math.radians(longitude), _EARTH * y
