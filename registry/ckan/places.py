"""Where and when a CKAN package is about: places, periods and administrative levels, in all the ways they are said."""

from collections.abc import Iterator
from typing import Any, Final

from registry.ckan.readers import (
    Said,
    as_concept,
    as_date,
    as_iri,
    as_literal,
    as_text,
    listed,
    parsed,
    says,
    spoken,
    unique,
)
from registry.model import Period, Place
from vocab import geometry


def period(said: Said, fields: dict[str, Any]) -> None:
    coverage = said.words.get("temporal_coverage")
    entries = listed(coverage) if coverage is not None else []
    if entries and isinstance(entries[0], dict):
        inner = said.inner(spoken(entries[0]))
        start, end = (inner.one("period", (key,), as_date) for key in ("start", "end"))
        left = [one for one in (inner.words, *entries[1:]) if one]
        if len(entries) > 1:
            said.note("value-extra", "period", entries[1:])
        said.words["temporal_coverage"] = left
        if not left:
            del said.words["temporal_coverage"]
    else:
        start, end = (said.one("period", keys, _first_date) for keys in (STARTS, ENDS))
    if start or end:
        fields["period"] = Period(start=start or "", end=end or "")


def _first_date(value: Any, said: Said) -> Any:
    """Of a list with one date, too: ["1982"]"""
    several = listed(value)
    return as_date(several[0], said) if several else None


STARTS: Final = ("temporal_start", "temporal_coverage_from", "temporal_coverage-from")
ENDS: Final = ("temporal_end", "temporal_coverage_to", "temporal_coverage-to")


def places(said: Said, fields: dict[str, Any]) -> None:
    words = said.words
    coverage = words.get("spatial_coverage")
    entries = listed(coverage) if coverage is not None else []
    places = []
    if entries and all(isinstance(one, dict) for one in entries):
        for one in entries:
            inner = {f"spatial_{key}" if key != "geom" else "spatial": part for key, part in one.items() if says(part)}
            places.append(_place(said.inner(inner)))
        del words["spatial_coverage"]
    if not _SPATIAL.isdisjoint(words):
        places += [_place(said), _box(said), *_reference(said)]
    named = said.one("places", ("geographical_coverage",), as_text)
    if named:
        places.append(Place(name=named))
    found = unique(place for place in places if place != Place()) if places else ()
    if found:
        fields["places"] = found


_SIDES: Final = tuple(f"bbox-{side}" for side in ("west-long", "south-lat", "east-long", "north-lat"))
_SPATIAL: Final = frozenset(
    ("spatial", "spatial_uri", "spatial_text", "spatial_name", "spatial_bbox", "spatial_centroid", "spatial_reference")
).union(_SIDES)


def _place(said: Said) -> Place:
    words = said.words
    iri = said.one("places", ("spatial_uri",), as_iri) or ""
    name = said.one("places", ("spatial_text", "spatial_name"), as_text) or {}
    found = {}
    for key in ("spatial", "spatial_bbox", "spatial_centroid"):
        value = words.get(key)
        if value is None:
            continue
        shape = geometry.shape(parsed(value) if isinstance(value, str) else value)
        if shape:
            del words[key]
            found[key] = shape
        elif key == "spatial" and isinstance(value, str) and "{" not in value and not (iri or name):
            del words[key]  # an address or a name where a shape should be
            iri, name = (value.strip(), name) if as_iri(value, said) else (iri, {said.language: value.strip()})
        else:
            said.note("value-unread", "places", value)
    main, box, centre = (found.get(key, geometry.Shape()) for key in ("spatial", "spatial_bbox", "spatial_centroid"))
    return Place(
        iri=iri,
        name=name,
        bbox=box.bbox or main.bbox,
        centroid=centre.centroid or main.centroid,
        geometry=main.geometry or box.geometry,
    )


def _box(said: Said) -> Place:
    """ISO harvesters write the four sides one by one."""
    sides = _SIDES
    if not all(side in said.words for side in sides):
        return Place()
    try:
        west, south, east, north = (float(said.words[side]) for side in sides)
    except (TypeError, ValueError):
        said.note("value-unread", "places", [said.words[side] for side in sides])
        return Place()
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        said.note("value-unread", "places", [said.words[side] for side in sides])
        return Place()
    for side in sides:
        del said.words[side]
    return Place(bbox=geometry.box(west, south, east, north))


def _reference(said: Said) -> Iterator[Place]:
    """OGD 1.1: `spatial_reference` with municipality key, NUTS code and words."""
    value = said.words.get("spatial_reference")
    value = parsed(value) if isinstance(value, str) else value
    if not isinstance(value, dict):
        return
    ags, nuts, words = (as_literal(value.get(key), said) or "" for key in ("ags", "nuts", "text"))
    left = {key: part for key, part in value.items() if key not in ("ags", "nuts", "text") and says(part)}
    if ags.isdecimal() and ags.isascii() and len(ags) == 8:
        yield Place(iri=MUNICIPALITY + ags, name={said.language: words} if words else {})
        words = ""
    elif ags:
        left["ags"] = ags
    if nuts.isalnum() and nuts.isascii() and 2 <= len(nuts) <= 5:
        yield Place(iri=NUTS + nuts, name={said.language: words} if words else {})
        words = ""
    elif nuts:
        left["nuts"] = nuts
    if words:
        yield Place(name={said.language: words})
    del said.words["spatial_reference"]
    if left:
        said.words["spatial_reference"] = left


MUNICIPALITY: Final = "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/"
NUTS: Final = "http://data.europa.eu/nuts/code/"
_GRANULARITY: Final = {"tag": "P{}D", "monat": "P{}M", "jahr": "P{}Y"}
_level = as_concept("political-geocoding-levels")


def granularity(said: Said, fields: dict[str, Any]) -> None:
    """OGD 1.1; words that are no administrative level or no unit of time stay as extras, they break no rule."""
    words = said.words
    level = _level(words.get("geographical_granularity"), said)
    if level and "geocoding_levels" not in fields:
        fields["geocoding_levels"] = (level,)
        del words["geographical_granularity"]
    unit = words.get("temporal_granularity")
    factor = as_literal(words.get("temporal_granularity_factor"), said) or "1"
    unit = unit.strip().lower() if isinstance(unit, str) else ""
    if unit == "quartal" and factor == "1":
        unit, factor = "monat", "3"
    if unit in _GRANULARITY and factor.isdecimal() and len(factor) < 6 and "temporal_resolution" not in fields:
        fields["temporal_resolution"] = _GRANULARITY[unit].format(int(factor))
        del words["temporal_granularity"]
        words.pop("temporal_granularity_factor", None)
