"""Coordinate systems: names of them -> how to turn coordinates into longitude and latitude (WGS 84).

Entry points: `crs_of` (the code in a name), `to_degrees`. ETRS89 and WGS 84 differ by less than a metre in Europe, so
they count as one. Systems with another datum (Gauss-Krüger, DHDN) are not converted.
"""

import math
import re
from collections.abc import Callable
from typing import Final

Point = tuple[float, float]

LONGITUDE_FIRST: Final = "CRS84"
_NAME = re.compile(r"(?:.*\bCRS:?84h?|.*\bEPSG(?:/0|/[\d.]+)?[/:]{1,2}(?:[\d.]+:)?(\d{4,6})|(\d{4,6}))", re.IGNORECASE)
_MAX_NAME: Final = 200  # characters
_LATITUDE_FIRST: Final = frozenset(("4326", "4258"))  # by their definition; many programs turn them round
_WEB_MERCATOR: Final = frozenset(("3857", "900913", "102100", "102113"))
_NORTHING_FIRST: Final = {"3044": 32, "3045": 33}  # EPSG code -> zone of UTM
_EASTING_WITH_ZONE: Final = {"4647": 32, "5650": 33}
_UTM: Final = {  # EPSG code -> zone: ETRS89, WGS 84
    **{25800 + zone: zone for zone in range(28, 39)},
    **{32600 + zone: zone for zone in range(1, 61)},
}
_EARTH: Final = 6_378_137.0  # metres, the half axis of GRS 80 and WGS 84
_FLATTENING: Final = 1 / 298.257222101
# The series of Krüger (1912) up to the third power of n.
_N: Final = _FLATTENING / (2 - _FLATTENING)
_RADIUS: Final = _EARTH / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_BETAS: Final = (_N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96, _N**2 / 48 + _N**3 / 15, 17 * _N**3 / 480)
_BETA_TERMS: Final = tuple((2 * j, beta) for j, beta in enumerate(_BETAS, 1))
_DELTAS: Final = (2 * _N - 2 * _N**2 / 3 - 2 * _N**3, 7 * _N**2 / 3 - 8 * _N**3 / 5, 56 * _N**3 / 15)


def crs_of(name: str) -> str | None:
    """The EPSG code in the name of a coordinate system ("EPSG:25832", "urn:ogc:def:crs:EPSG::25832", an address of
    opengis.net, "25832"), "CRS84" for that, else None."""
    match = _NAME.fullmatch(name.strip()) if len(name) <= _MAX_NAME else None
    if not match:
        return None
    return match[1] or match[2] or LONGITUDE_FIRST


def to_degrees(code: str, by_definition: bool) -> Callable[[float, float], Point] | None:
    """The function from coordinates of a system to longitude and latitude, None for a system that we do not convert.

    `by_definition`: the two numbers have the order of the definition (latitude first for EPSG:4326), as in GeoSPARQL;
    else that of most programs, east before north."""
    if code == LONGITUDE_FIRST:
        return _same
    if code in _LATITUDE_FIRST:
        return _turned if by_definition else _same
    if code in _WEB_MERCATOR:
        return _from_web_mercator
    if code in _NORTHING_FIRST:
        zone_turned = _NORTHING_FIRST[code]
        return lambda x, y: _from_utm(*((y, x) if by_definition else (x, y)), zone_turned)
    if code in _EASTING_WITH_ZONE:
        zone_before = _EASTING_WITH_ZONE[code]
        return lambda x, y: _from_utm(x - zone_before * 1e6, y, zone_before)
    zone = _UTM.get(int(code), 0)
    return (lambda x, y: _from_utm(x, y, zone)) if zone else None


def _same(x: float, y: float) -> Point:
    return x, y


def _turned(x: float, y: float) -> Point:
    return y, x


def _from_web_mercator(x: float, y: float) -> Point:
    latitude = math.degrees(math.atan(math.sinh(max(-10.0, min(10.0, y / _EARTH)))))
    return _rounded(math.degrees(x / _EARTH), latitude)


def _from_utm(east: float, north: float, zone: int) -> Point:
    """Longitude and latitude of a point of UTM on the northern half, exact to a centimetre within its zone. What is far
    outside of the zone becomes (inf, inf)."""
    xi, eta = north / (0.9996 * _RADIUS), (east - 500_000) / (0.9996 * _RADIUS)
    if not (abs(eta) < 0.2 and 0 <= xi < 1.6):
        return math.inf, math.inf
    xi_sphere = xi - sum(beta * math.sin(j * xi) * math.cosh(j * eta) for j, beta in _BETA_TERMS)
    eta_sphere = eta - sum(beta * math.cos(j * xi) * math.sinh(j * eta) for j, beta in _BETA_TERMS)
    chi = math.asin(math.sin(xi_sphere) / math.cosh(eta_sphere))
    latitude = chi + sum(delta * math.sin(2 * j * chi) for j, delta in enumerate(_DELTAS, 1))
    longitude = math.atan2(math.sinh(eta_sphere), math.cos(xi_sphere))
    return _rounded(math.degrees(longitude) + zone * 6 - 183, math.degrees(latitude))


def _rounded(longitude: float, latitude: float) -> Point:
    return round(longitude, 7), round(latitude, 7)
