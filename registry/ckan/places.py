"""Places, period, administrative level and temporal resolution of a CKAN package, from the keys of all its dialects.

Entry points: `period`, `places`, `granularity`; each fills fields.
"""

from collections.abc import Iterator
from typing import Any, Final

from registry.ckan.readers import (
    RULE_WHEN_UNREAD,
    Unread,
    as_concept,
    as_date,
    as_iri,
    as_literal,
    as_text,
    distinct,
    is_filled,
    listed,
    parsed,
    without_empty,
)
from registry.model import Period, Place
from vocab import geometry


def period(unread: Unread, fields: dict[str, Any]) -> None:
    """Fills `periods`; what cannot be read stays, with a finding."""
    coverage = unread.values.get("temporal_coverage")
    entries = listed(coverage) if coverage is not None else []
    parts = [unread.part(without_empty(entry)) if isinstance(entry, dict) else entry for entry in entries]
    periods = [_period(part) for part in parts if isinstance(part, Unread)]
    if periods:
        remaining = [rest for part in parts if (rest := part.values if isinstance(part, Unread) else part)]
        unread.values["temporal_coverage"] = remaining
        if not remaining:
            del unread.values["temporal_coverage"]
        for keys, first_date in ((STARTS, periods[0].start), (ENDS, periods[0].end)):
            for key in keys:  # beside the list of all, CKAN has the first
                if key in unread.values and _first_date(unread.values[key], unread) == first_date:
                    del unread.values[key]
    else:
        start, end = (unread.take_first("period", keys, _first_date) for keys in (STARTS, ENDS))
        periods = [Period(start=start or "", end=end or "")]
    dated = distinct(period for period in periods if period != Period())
    if dated:
        fields["periods"] = dated


def _period(part: Unread) -> Period:
    start, end = (part.take_first("period", (key,), as_date) for key in ("start", "end"))
    return Period(start=start or "", end=end or "")


def _first_date(value: Any, unread: Unread) -> Any:
    """The first date of a value, which may be a list: ["1982"]"""
    dates = listed(value)
    return as_date(dates[0], unread) if dates else None


RULE_WHEN_UNREAD[_first_date] = "date-unreadable"
STARTS: Final = ("temporal_start", "temporal_coverage_from", "temporal_coverage-from")
ENDS: Final = ("temporal_end", "temporal_coverage_to", "temporal_coverage-to")


def places(unread: Unread, fields: dict[str, Any]) -> None:
    """Fills `places` from the keys of all dialects; what cannot be read stays, with a finding."""
    values = unread.values
    coverage = values.get("spatial_coverage")
    entries = listed(coverage) if coverage is not None else []
    places = []
    if entries and all(isinstance(entry, dict) for entry in entries):
        for entry in entries:
            keys = {
                f"spatial_{key}" if key != "geom" else "spatial": value
                for key, value in entry.items()
                if is_filled(value)
            }
            places.append(_place(unread.part(keys)))
        del values["spatial_coverage"]
    if not _SPATIAL.isdisjoint(values):
        places += [_place(unread), _box(unread), *_reference(unread)]
    named = unread.take_first("places", ("geographical_coverage",), _as_name)
    if named:
        places.append(Place(name=named))
    distinct_places = distinct(place for place in places if place != Place()) if places else ()
    if distinct_places:
        fields["places"] = distinct_places


_SIDES: Final = tuple(f"bbox-{side}" for side in ("west-long", "south-lat", "east-long", "north-lat"))
_SPATIAL: Final = frozenset(
    ("spatial", "spatial_uri", "spatial_text", "spatial_name", "spatial_bbox", "spatial_centroid", "spatial_reference")
).union(_SIDES)


def _place(unread: Unread) -> Place:
    values = unread.values
    iri = unread.take_first("places", ("spatial_uri",), as_iri) or ""
    name = unread.take_first("places", ("spatial_text", "spatial_name"), _as_name) or {}
    shapes = {}
    for key in ("spatial", "spatial_bbox", "spatial_centroid"):
        value = values.get(key)
        if value is None:
            continue
        shape = geometry.shape(value)
        if shape:
            del values[key]
            shapes[key] = shape
        elif key == "spatial" and isinstance(value, str) and not geometry.looks_like_shape(value) and not (iri or name):
            del values[key]  # an address or a name where a shape should be
            iri, name = (value.strip(), name) if as_iri(value, unread) else (iri, {unread.language: value.strip()})
        else:
            unread.add_finding("value-unread", "places", value)
    main, box, centre = (shapes.get(key, geometry.Shape()) for key in ("spatial", "spatial_bbox", "spatial_centroid"))
    return Place(
        iri=iri,
        name=name,
        bbox=box.bbox or main.bbox,
        centroid=centre.centroid or main.centroid,
        geometry=main.geometry or box.geometry,
    )


def _as_name(value: Any, unread: Unread) -> Any:
    """The name of a place; None for coordinates, which are no name."""
    return None if isinstance(value, str) and geometry.looks_like_shape(value) else as_text(value, unread)


def _box(unread: Unread) -> Place:
    """The bounding box from the four keys that harvesters of ISO 19139 write."""
    sides = _SIDES
    if not all(side in unread.values for side in sides):
        return Place()
    numbers = [unread.values[side] for side in sides]
    shape = geometry.shape(numbers)
    if not shape:
        unread.add_finding("value-unread", "places", numbers)
        return Place()
    for side in sides:
        del unread.values[side]
    return Place(bbox=shape.bbox, centroid=shape.centroid)


def _reference(unread: Unread) -> Iterator[Place]:
    """The places in `spatial_reference` (OGD 1.1): municipality key, NUTS code and a text."""
    value = unread.values.get("spatial_reference")
    value = parsed(value) if isinstance(value, str) else value
    if not isinstance(value, dict):
        return
    ags, nuts, name = (as_literal(value.get(key), unread) or "" for key in ("ags", "nuts", "text"))
    remaining = {
        key: content for key, content in value.items() if key not in ("ags", "nuts", "text") and is_filled(content)
    }
    if ags.isdecimal() and ags.isascii() and len(ags) == 8:
        yield Place(iri=MUNICIPALITY + ags, name={unread.language: name} if name else {})
        name = ""
    elif ags:
        remaining["ags"] = ags
    if nuts.isalnum() and nuts.isascii() and 2 <= len(nuts) <= 5:
        yield Place(iri=NUTS + nuts, name={unread.language: name} if name else {})
        name = ""
    elif nuts:
        remaining["nuts"] = nuts
    if name:
        yield Place(name={unread.language: name})
    del unread.values["spatial_reference"]
    if remaining:
        unread.values["spatial_reference"] = remaining


MUNICIPALITY: Final = "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/"
NUTS: Final = "http://data.europa.eu/nuts/code/"
_GRANULARITY: Final = {"tag": "P{}D", "monat": "P{}M", "jahr": "P{}Y"}
_level = as_concept("political-geocoding-levels")


def granularity(unread: Unread, fields: dict[str, Any]) -> None:
    """Fills administrative level and temporal resolution from OGD 1.1. Other texts stay as extras, without a
    finding."""
    values = unread.values
    level = _level(values.get("geographical_granularity"), unread)
    if level and "geocoding_levels" not in fields:
        fields["geocoding_levels"] = (level,)
        del values["geographical_granularity"]
    unit = values.get("temporal_granularity")
    factor = as_literal(values.get("temporal_granularity_factor"), unread) or "1"
    unit = unit.strip().lower() if isinstance(unit, str) else ""
    if unit == "quartal" and factor == "1":
        unit, factor = "monat", "3"
    if unit in _GRANULARITY and factor.isdecimal() and len(factor) < 6 and "temporal_resolution" not in fields:
        fields["temporal_resolution"] = _GRANULARITY[unit].format(int(factor))
        del values["temporal_granularity"]
        values.pop("temporal_granularity_factor", None)
