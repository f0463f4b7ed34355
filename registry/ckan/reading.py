"""CKAN package -> Metadata and findings. The other direction is `registry.ckan.writing`.

Nothing is lost: a key that fills no field stays in `Metadata.extras`, one of a resource in `extras["resources"]` under
the id of its distribution. Only BOOKKEEPING is dropped (docs/decisions/0060).

Entry point: `to_metadata`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry.ckan import agents, places, resources
from registry.ckan.readers import (
    BOOKKEEPING,
    KIND_OF_TYPE,
    Unread,
    as_iri,
    is_filled,
    listed,
    parsed,
    split_languages,
    tag_of,
    without_empty,
)
from registry.ckan.tables import LINKS, PACKAGE, fill
from registry.ckan.writing import to_package as to_package
from registry.model import Finding, Findings, Link, Metadata
from vocab import match


def to_metadata(package: Mapping[str, Any], site: str, language: str) -> tuple[Metadata, Findings]:
    """The Metadata of a package and the findings. `site`: the portal's address, put before addresses that are only a
    path; `language`: of texts without a tag."""
    findings: list[Finding] = []
    unread = Unread({}, site, language or "und", findings)
    repeated = _read_keys(unread, package)
    values = unread.values
    split_languages(values)
    _dates(unread)
    entry_date = values.get("metadata_modified")
    fields = fill(unread, PACKAGE, {"kind": _kind(values)})
    if "metadata_modified" in values:  # another key gave the date
        entry_date = None
    for key, field in (("title", "title"), ("notes", "description")):
        if values.get(key) in fields.get(field, {}).values():  # repeated in title_translated
            del values[key]
    _keywords(unread, fields)
    _themes(unread, fields)
    agents.agents(unread, fields, dkan="organization" not in package and "owner_org" not in package)
    agents.participants(unread, fields)
    places.period(unread, fields)
    places.places(unread, fields)
    places.granularity(unread, fields)
    if not LINKS.row_of.keys().isdisjoint(values):
        fields["links"] = tuple(Link(row.field, iri) for row in LINKS.rows for iri in unread.take_all(*row[:3]))
    extras = resources.distributions(unread, fields)
    for key, value in values.items():
        if key not in BOOKKEEPING:
            extras[key] = value
    for key, others in repeated.items():
        extras[key] = [extras[key], *others] if key in extras else others
    if entry_date:
        extras["metadata_modified"] = entry_date
    return Metadata(extras=extras, **fields), tuple(findings)


def _read_keys(unread: Unread, package: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Adds the filled keys of the package and its extras to `unread`. Where both have a key, the package's value is
    taken; the answer is the other values by key."""
    values, repeated = unread.values, dict[str, list[Any]]()
    values.update(without_empty(package, _DROPPED))
    extras = package.get("extras")
    if isinstance(extras, str):
        extras = parsed(extras) or extras
    pairs = without_empty(extras).items() if isinstance(extras, dict) else _pairs(listed(extras or []))
    for key, value in pairs:
        if key not in values:
            values[key] = value
        elif values[key] != value and key not in BOOKKEEPING:
            unread.add_finding("value-extra", key, value)
            repeated.setdefault(key, []).append(value)
    return repeated


_DROPPED: Final = (BOOKKEEPING | {"extras"}) - {"id", "metadata_modified"}


def _pairs(entries: list[Any]) -> Iterator[tuple[str, Any]]:
    """The pairs of a list of {"key": …, "value": …}; anything else comes under the key `extras`."""
    for entry in entries:
        key = entry.get("key") if isinstance(entry, dict) else None
        if not isinstance(key, str) or not key:
            yield "extras", entry
        elif is_filled(value := entry.get("value")):
            yield key, value


def _kind(values: dict[str, Any]) -> Any:
    kind = values.get("type")
    known_kind = KIND_OF_TYPE.get(kind.lower()) if isinstance(kind, str) else None
    if known_kind:
        del values["type"]
    return known_kind or "dataset"


def _dates(unread: Unread) -> None:
    """Moves the entries of `dates` (OGD 1.1), each with a role, to the keys that the tables know."""
    values = unread.values
    entries = listed(values["dates"]) if "dates" in values else []
    remaining = []
    for entry in entries:
        role = entry.get("role") if isinstance(entry, dict) else None
        key = OGD_DATES.get(role) if isinstance(role, str) else None
        if key and key not in values and is_filled(entry.get("date")):
            values[key] = entry["date"]
        else:
            remaining.append(entry)
    if entries:
        del values["dates"]
    if remaining:
        values["dates"] = remaining


OGD_DATES: Final = {"veroeffentlicht": "date_released", "aktualisiert": "date_updated"}


def _keywords(unread: Unread, fields: dict[str, Any]) -> None:
    keywords = _translated_tags(unread)
    names = _tags(unread)
    if keywords:  # `tags` repeats the translated ones
        translated = {text for texts in keywords.values() for text in texts}
        names = [name for name in names if name not in translated]
    if names:
        keywords[unread.language] = (*keywords.get(unread.language, ()), *dict.fromkeys(names))
    if keywords:
        fields["keywords"] = keywords


def _translated_tags(unread: Unread) -> dict[str, tuple[str, ...]]:
    keywords: dict[str, tuple[str, ...]] = {}
    translated = unread.values.get("tags_translated")
    if not isinstance(translated, dict):
        return keywords
    del unread.values["tags_translated"]
    for tag, texts in translated.items():
        strings = [text.strip() for text in texts if isinstance(text, str)] if isinstance(texts, list) else []
        names = [text for text in strings if text]
        if names and (valid_tag := tag_of(tag)):
            keywords[valid_tag] = tuple(dict.fromkeys((*keywords.get(valid_tag, ()), *names)))
        elif any(map(is_filled, listed(texts))):
            unread.add_finding("value-unread", "keywords", texts)
            unread.values["tags_translated"] = {**unread.values.get("tags_translated", {}), tag: texts}
    return keywords


def _tags(unread: Unread) -> list[str]:
    """The names in `tags`, as strings or as {"name": …}; anything else stays."""
    tags = unread.values.pop("tags", None)
    if tags is None and isinstance(text := unread.values.pop("tag_string", None), str):
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
        unread.add_finding("value-unread", "keywords", bad)
        unread.values["tags"] = bad
    return names


def _themes(unread: Unread, fields: dict[str, Any]) -> None:
    """Fills the themes from `theme` and from groups that are themes; the IRI of another list's theme is kept."""
    themes: list[str] = []
    value = unread.values.pop("theme", None)
    unknown = []
    for theme in listed(value) if value is not None else ():
        concepts = match.themes(theme) if isinstance(theme, str) else ()
        if not concepts:
            unread.add_finding("concept-unknown", "themes", theme)
        foreign = None if concepts else as_iri(theme, unread)
        themes += [concept.iri for concept in concepts] or ([foreign.value] if foreign else [])
        if not concepts and not foreign:
            unknown.append(theme)
    if unknown:
        unread.values["theme"] = unknown
    groups = unread.values.pop("groups", None)
    remaining = []
    for group in listed(groups) if groups is not None else ():
        name = group.get("name") or group.get("id") if isinstance(group, dict) else group
        concepts = match.themes(name) if isinstance(name, str) else ()
        themes += [concept.iri for concept in concepts]
        if not concepts:
            remaining.append(_short(group))
    if remaining:
        unread.values["groups"] = remaining
    if themes:
        fields["themes"] = tuple(dict.fromkeys(themes))


def _short(group: Any) -> Any:
    """A group or organization with name and title only: the rest describes the group, not the package."""
    return {key: group[key] for key in ("name", "title") if group.get(key)} if isinstance(group, dict) else group
