"""CKAN packages: what one says becomes Metadata and Findings; registry/ckan_package.py makes a record a package again.

Nothing is lost: what nobody takes stays in `Metadata.extras` under its own key, what a resource says beyond the model
under `extras["resources"]` by the id of its distribution. Only BOOKKEEPING is dropped (docs/decisions/0060).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry import ckan_agents, ckan_resources, shapes
from registry.ckan_keys import (
    BOOKKEEPING,
    KINDS,
    LINKS,
    PACKAGE,
    Said,
    as_concept,
    as_date,
    as_iri,
    as_literal,
    as_text,
    fill,
    is_tag,
    languages,
    listed,
    parsed,
    says,
    spoken,
    unique,
)
from registry.ckan_package import to_package as to_package
from registry.model import Finding, Findings, Link, Metadata, Period, Place
from vocab import match


def to_metadata(package: Mapping[str, Any], site: str, language: str) -> tuple[Metadata, Findings]:
    """`site`: the portal's address, put before addresses that are a path; `language`: of words without a tag."""
    findings: list[Finding] = []
    said = Said({}, site, language or "und", findings)
    repeated = _read_words(said, package)
    words = said.words
    languages(words)
    _dates(said)
    entry_date = words.get("metadata_modified")
    fields = fill(said, PACKAGE, {"kind": _kind(words)})
    if "metadata_modified" in words:  # something better was said
        entry_date = None
    for key, field in (("title", "title"), ("notes", "description")):
        if words.get(key) in fields.get(field, {}).values():  # said again in title_translated
            del words[key]
    _keywords(said, fields)
    _themes(said, fields)
    ckan_agents.agents(said, fields, dkan="organization" not in package and "owner_org" not in package)
    _period(said, fields)
    _places(said, fields)
    _granularity(said, fields)
    if not LINKS.places.keys().isdisjoint(words):
        fields["links"] = tuple(Link(row.field, iri) for row in LINKS.rows for iri in said.all(*row[:3]))
    extras = ckan_resources.distributions(said, fields)
    for key, value in words.items():
        if key not in BOOKKEEPING:
            extras[key] = value
    for key, others in repeated.items():
        extras[key] = [extras[key], *others] if key in extras else others
    if entry_date:
        extras["metadata_modified"] = entry_date
    return Metadata(extras=extras, **fields), tuple(findings)


def _read_words(said: Said, package: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Keys and extras without what is empty, the package's own first; the answer is what an extra says besides."""
    words, repeated = said.words, dict[str, list[Any]]()
    words.update(spoken(package, _DROPPED))
    extras = package.get("extras")
    if isinstance(extras, str):
        extras = parsed(extras) or extras
    pairs = spoken(extras).items() if isinstance(extras, dict) else _pairs(listed(extras or []))
    for key, value in pairs:
        if key not in words:
            words[key] = value
        elif words[key] != value and key not in BOOKKEEPING:
            said.note("value-extra", key, value)
            repeated.setdefault(key, []).append(value)
    return repeated


_DROPPED: Final = (BOOKKEEPING | {"extras"}) - {"id", "metadata_modified"}


def _pairs(entries: list[Any]) -> Iterator[tuple[str, Any]]:
    """Of a list of {"key", "value"}; what is no such pair comes under "extras"."""
    for entry in entries:
        key = entry.get("key") if isinstance(entry, dict) else None
        if not isinstance(key, str) or not key:
            yield "extras", entry
        elif says(value := entry.get("value")):
            yield key, value


def _kind(words: dict[str, Any]) -> Any:
    kind = words.get("type")
    known = KINDS.get(kind.lower()) if isinstance(kind, str) else None
    if known:
        del words["type"]
    return known or "dataset"


def _dates(said: Said) -> None:
    """OGD 1.1: `dates` with a role each, under the names that the tables know."""
    words = said.words
    entries = listed(words["dates"]) if "dates" in words else []
    left = []
    for one in entries:
        role = one.get("role") if isinstance(one, dict) else None
        key = OGD_DATES.get(role) if isinstance(role, str) else None
        if key and key not in words and says(one.get("date")):
            words[key] = one["date"]
        else:
            left.append(one)
    if entries:
        del words["dates"]
    if left:
        words["dates"] = left


OGD_DATES: Final = {"veroeffentlicht": "date_released", "aktualisiert": "date_updated"}


def _keywords(said: Said, fields: dict[str, Any]) -> None:
    keywords = _translated_tags(said)
    names = _tags(said)
    if keywords:  # `tags` says again what is translated
        known = {one for several in keywords.values() for one in several}
        names = [name for name in names if name not in known]
    if names:
        keywords[said.language] = (*keywords.get(said.language, ()), *dict.fromkeys(names))
    if keywords:
        fields["keywords"] = keywords


def _translated_tags(said: Said) -> dict[str, tuple[str, ...]]:
    keywords: dict[str, tuple[str, ...]] = {}
    translated = said.words.get("tags_translated")
    if not isinstance(translated, dict):
        return keywords
    del said.words["tags_translated"]
    for tag, several in translated.items():
        names = [one.strip() for one in several if isinstance(one, str)] if isinstance(several, list) else []
        if names and is_tag(tag):
            keywords[tag] = tuple(dict.fromkeys(names))
        elif several:
            said.note("value-unread", "keywords", several)
            said.words["tags_translated"] = {**said.words.get("tags_translated", {}), tag: several}
    return keywords


def _tags(said: Said) -> list[str]:
    """Names as strings or as {"name"}; what is neither stays."""
    tags = said.words.pop("tags", None)
    if tags is None and isinstance(text := said.words.pop("tag_string", None), str):
        tags = text.split(",")
    names: list[str] = []
    bad: list[Any] = []
    for tag in listed(tags) if tags is not None else ():
        name = tag.get("name") or tag.get("display_name") if isinstance(tag, dict) else tag
        if isinstance(name, str) and (name := name.strip()):
            names.append(name)
        else:
            bad.append(tag)
    if bad:
        said.note("value-unread", "keywords", bad)
        said.words["tags"] = bad
    return names


def _themes(said: Said, fields: dict[str, Any]) -> None:
    """`theme`, and those groups that are themes; a foreign theme's IRI is kept as it is."""
    themes: list[str] = []
    value = said.words.pop("theme", None)
    unknown = []
    for one in listed(value) if value is not None else ():
        found = match.themes(one) if isinstance(one, str) else ()
        if not found:
            said.note("concept-unknown", "themes", one)
        foreign = None if found else as_iri(one, said)
        themes += [concept.iri for concept in found] or ([foreign.value] if foreign else [])
        if not found and not foreign:
            unknown.append(one)
    if unknown:
        said.words["theme"] = unknown
    groups = said.words.pop("groups", None)
    left = []
    for group in listed(groups) if groups is not None else ():
        name = group.get("name") or group.get("id") if isinstance(group, dict) else group
        found = match.themes(name) if isinstance(name, str) else ()
        themes += [concept.iri for concept in found]
        if not found:
            left.append(_short(group))
    if left:
        said.words["groups"] = left
    if themes:
        fields["themes"] = tuple(dict.fromkeys(themes))


def _short(group: Any) -> Any:
    """A group or organization without what describes itself and not the package."""
    return {key: group[key] for key in ("name", "title") if group.get(key)} if isinstance(group, dict) else group


# -- where and when


def _period(said: Said, fields: dict[str, Any]) -> None:
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


def _places(said: Said, fields: dict[str, Any]) -> None:
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
        shape = shapes.shape(parsed(value) if isinstance(value, str) else value)
        if shape:
            del words[key]
            found[key] = shape
        elif key == "spatial" and isinstance(value, str) and "{" not in value and not (iri or name):
            del words[key]  # an address or a name where a shape should be
            iri, name = (value.strip(), name) if as_iri(value, said) else (iri, {said.language: value.strip()})
        else:
            said.note("value-unread", "places", value)
    main, box, centre = (found.get(key, shapes.Shape()) for key in ("spatial", "spatial_bbox", "spatial_centroid"))
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
    return Place(bbox=shapes.box(west, south, east, north))


def _reference(said: Said) -> Iterator[Place]:
    """OGD 1.1: `spatial_reference` with municipality key, NUTS code and words."""
    value = said.words.get("spatial_reference")
    value = parsed(value) if isinstance(value, str) else value
    if not isinstance(value, dict):
        return
    ags, nuts, words = (as_literal(value.get(key), said) or "" for key in ("ags", "nuts", "text"))
    left = {key: part for key, part in value.items() if key not in ("ags", "nuts", "text") and says(part)}
    if ags.isdigit() and len(ags) == 8:
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


def _granularity(said: Said, fields: dict[str, Any]) -> None:
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
    if unit in _GRANULARITY and factor.isdigit() and "temporal_resolution" not in fields:
        fields["temporal_resolution"] = _GRANULARITY[unit].format(int(factor))
        del words["temporal_granularity"]
        words.pop("temporal_granularity_factor", None)
