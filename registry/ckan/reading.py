"""CKAN packages: what one says becomes Metadata and Findings; registry/ckan/writing.py makes a record a package again.

Nothing is lost: what nobody takes stays in `Metadata.extras` under its own key, what a resource says beyond the model
under `extras["resources"]` by the id of its distribution. Only BOOKKEEPING is dropped (docs/decisions/0060).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry.ckan import agents, places, resources
from registry.ckan.readers import (
    BOOKKEEPING,
    KIND_OF_TYPE,
    Said,
    as_iri,
    languages,
    listed,
    parsed,
    says,
    spoken,
    tag_of,
)
from registry.ckan.tables import LINKS, PACKAGE, fill
from registry.ckan.writing import to_package as to_package
from registry.model import Finding, Findings, Link, Metadata
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
    agents.agents(said, fields, dkan="organization" not in package and "owner_org" not in package)
    places.period(said, fields)
    places.places(said, fields)
    places.granularity(said, fields)
    if not LINKS.places.keys().isdisjoint(words):
        fields["links"] = tuple(Link(row.field, iri) for row in LINKS.rows for iri in said.all(*row[:3]))
    extras = resources.distributions(said, fields)
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
    known = KIND_OF_TYPE.get(kind.lower()) if isinstance(kind, str) else None
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
        if names and (sound := tag_of(tag)):
            keywords[sound] = tuple(dict.fromkeys((*keywords.get(sound, ()), *names)))
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
