"""A record as a CKAN package, with the extras of ckanext-dcat and GovData; read back it says the same.

Ids are UUIDs made of our addresses, so that a client of CKAN finds the same thing under the same id every time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from registry.ckan.readers import written
from registry.ckan.tables import LINKS, PACKAGE
from registry.model import Agent, Contact, Distribution, Metadata, Place, Record, Statement, Text
from registry.model.text import in_language, slug
from vocab.concepts import concept_list
from vocab.geometry import geojson
from vocab.kinds import KIND_ROWS

# What is written under another name than the field's, beside what needs a function of its own below
_TEXTS: Final = {
    "version_notes": "version_notes",
    "geocoding_description": "geocodingText",
    "legal_basis": "legalbasisText",
}
_WORDS: Final = {
    "issued": "issued",
    "modified": "modified",
    "frequency": "frequency",
    "access": "access_rights",
    "availability": "availability",
    "spatial_resolution": "spatial_resolution_in_meters",
    "temporal_resolution": "temporal_resolution",
    "quality_process": "qualityProcessURI",
}
_LISTS: Final = {
    "identifiers": "identifier",
    "themes": "theme",
    "languages": "language",
    "types": "dcat_type",
    "conforms_to": "conforms_to",
    "legislation": "applicable_legislation",
    "hvd_categories": "hvd_category",
    "documentation": "documentation",
    "geocoding_levels": "politicalGeocodingLevelURI",
    "geocoding": "politicalGeocodingURI",
    "contributor_ids": "contributorID",
    "samples": "sample",
}
_AGENTS: Final = {
    "creators": "creator",
    "contributors": "contributor",
    "custodians": "maintainer",
    "originators": "originator",
}
_PLAIN: Final = {  # of a distribution
    "media_type": "mimetype",
    "compress_format": "compress_format",
    "package_format": "package_format",
    "download_url": "download_url",
    "availability": "availability",
    "status": "status",
    "issued": "issued",
    "modified": "modified",
    "spatial_resolution": "spatial_resolution_in_meters",
    "temporal_resolution": "temporal_resolution",
}
_RESOURCE_LISTS: Final = {
    "languages": "language",
    "documentation": "documentation",
    "conforms_to": "conforms_to",
    "legislation": "applicable_legislation",
}


def uuid(base_url: str, path: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{base_url.rstrip('/')}/{path}"))


def to_package(record: Record, base_url: str) -> dict[str, Any]:
    """`base_url`: our own public address, for ids, local links and images."""
    said = record.metadata
    main, path = _main_language(said), f"id/{record.id}"
    resources = [_resource(one, said, base_url, path, main, place) for place, one in enumerate(said.distributions)]
    tags = [_tag(word, base_url) for word in dict.fromkeys(word for words in said.keywords.values() for word in words)]
    organization = _organization(said, base_url, main)
    return {
        "id": uuid(base_url, path),
        "name": record.id,
        "title": in_language(said.title, main),
        "notes": in_language(said.description or said.abstract, main),
        **_translated("title", said.title),
        **_translated("notes", said.description),
        **(
            {"tags_translated": {tag: list(words) for tag, words in said.keywords.items()}}
            if _plural(said.keywords)
            else {}
        ),
        "url": said.landing_page,
        "version": said.version,
        "type": _word(said.extras.get("type")) or KIND_ROWS[said.kind].ckan_type,
        **_licence(said),
        **_person("author", said.creators[:1], main),
        **_person("maintainer", said.custodians[:1] or said.contacts[:1], main),
        "metadata_created": _instant(record.created),
        "metadata_modified": _instant(record.changed),
        "creator_user_id": None,
        "private": False,
        "state": "active" if record.state == "published" else "deleted",
        "owner_org": organization["id"] if organization else None,
        "organization": organization,
        "num_resources": len(resources),
        "num_tags": len(tags),
        "resources": resources,
        "tags": tags,
        "groups": [_group(iri, base_url) for iri in said.themes if iri in concept_list("themes")],
        "extras": [{"key": key, "value": value} for key, value in sorted(_extras(said, record, base_url).items())],
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def _main_language(said: Metadata) -> str:
    return "de" if "de" in said.title or not said.title else next(iter(said.title))


def _plural(text: Mapping[str, Any]) -> bool:
    return len(text) > 1


def _translated(key: str, text: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{key}_translated": dict(text)} if _plural(text) else {}


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _instant(at: datetime | None) -> str | None:
    """As CKAN writes it: UTC, without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") if at else None


def _licence(said: Metadata) -> dict[str, Any]:
    """The licence that all distributions share; CKAN has one place for it."""
    several = Counter(one.licence for one in said.distributions) if said.distributions else Counter([said.licence])
    iri = next(iter(several)) if len(several) == 1 else ""
    return _licence_words(iri)


def _licence_words(iri: str) -> dict[str, Any]:
    known = concept_list("licences").get(iri) if iri else None
    return {
        "license_id": known.notation if known else iri or None,
        "license_title": known.label("de") if known else iri or None,
        "license_url": iri or None,
        "isopen": known is not None and known.extra.get("open") == "true",
    }


def _person(key: str, several: Iterable[Agent | Contact], main: str) -> dict[str, Any]:
    one = next(iter(several), None)
    return {key: in_language(one.name, main) if one else None, f"{key}_email": (one.email or None) if one else None}


def _organization(said: Metadata, base_url: str, main: str) -> dict[str, Any] | None:
    publisher = said.publisher
    if not publisher or not publisher.name:
        return None
    title = in_language(publisher.name, main)
    name = publisher.id or slug(title) or "ohne-namen"
    return {
        "id": uuid(base_url, f"id/{publisher.id}" if publisher.id else f"organization/{name}"),
        "name": name,
        "title": title,
        "type": "organization",
        "is_organization": True,
        "state": "active",
        "approval_status": "approved",
        "description": "",
        "image_url": "",
    }


def _tag(word: str, base_url: str) -> dict[str, Any]:
    return {
        "id": uuid(base_url, f"tag/{word}"),
        "name": word,
        "display_name": word,
        "state": "active",
        "vocabulary_id": None,
    }


def _group(iri: str, base_url: str) -> dict[str, Any]:
    theme = concept_list("themes").by_iri[iri]
    return {
        "id": uuid(base_url, f"group/{theme.notation}"),
        "name": theme.notation.lower(),
        "title": theme.label("de"),
        "display_name": theme.label("de"),
        "description": "",
        "image_display_url": "",
    }


# -- extras: text, or JSON where a value has parts


def _extras(said: Metadata, record: Record, base_url: str) -> dict[str, str]:
    found: dict[str, Any] = {"uri": said.iri or f"{base_url.rstrip('/')}/id/{record.id}"}
    found |= {key: _text(getattr(said, field)) for field, key in _TEXTS.items()}
    found |= {key: getattr(said, field) for field, key in _WORDS.items()}
    found |= {key: _several(getattr(said, field)) for field, key in _LISTS.items()}
    found["alternate_identifier"] = _several([one.notation for one in said.other_identifiers])
    found["provenance"] = _several([_statement(one) for one in said.provenance])
    links: dict[str, list[str]] = {}
    for link in said.links:
        links.setdefault(link.relation, []).append(_absolute(link.iri, base_url))
    for row in LINKS.rows:
        found[row.keys[0]] = _several(links.pop(row.field, []))
    found |= {relation: _several(iris) for relation, iris in links.items()}
    found |= _agents("publisher", (said.publisher,) if said.publisher else ())
    for field, key in _AGENTS.items():
        found |= _agents(key, getattr(said, field))
    found |= _contacts(said.contacts)
    if said.period:
        found |= {"temporal_start": said.period.start, "temporal_end": said.period.end}
    found |= _places(said.places)
    for key, value in said.extras.items():
        if key not in found and key not in _SAID_ABOVE and key.partition("_")[0] not in _PEOPLE:
            found[key] = _plain(value)
    return {key: value for key, value in found.items() if value}


# What could not be read of a field that is written anyway would be read in its place.
_SAID_ABOVE: Final = frozenset(
    ("name", "resources", "metadata_modified", "type", "temporal_coverage", "spatial_coverage", "organization")
) | frozenset(PACKAGE.places)
_PEOPLE: Final = frozenset(("author", "contact", "publisher", *_AGENTS.values()))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else written(value)


def _absolute(iri: str, base_url: str) -> str:
    return iri if ":" in iri else f"{base_url.rstrip('/')}/{iri.lstrip('/')}"


def _text(text: Text) -> str:
    """Words in one language as they are, else JSON by language."""
    return next(iter(text.values())) if len(text) == 1 else written(dict(text)) if text else ""


def _several(values: Iterable[Any]) -> str:
    """One string as it is, else a JSON list."""
    found = list(values)
    plain = len(found) == 1 and isinstance(found[0], str) and found[0][:1] not in "[{"
    return found[0] if plain else written(found) if found else ""


def _statement(one: Statement) -> Any:
    return (next(iter(one.label.values())) if len(one.label) == 1 else dict(one.label)) or one.iri


def _agents(key: str, agents: Iterable[Agent]) -> dict[str, str]:
    """`publisher_name`, `publisher_uri` … for one; a list of descriptions for several."""
    several = [_agent(one) for one in agents]
    if len(several) == 1:
        return {f"{key}_{part}": _plain(value) for part, value in several[0].items()}
    return {key: written(several)} if several else {}


def _agent(one: Agent) -> dict[str, Any]:
    words = {"uri": one.iri, "email": one.email, "url": one.homepage, "type": one.type}
    return _named(one.name) | _filled(words | {"identifier": list(one.identifiers)})


def _filled(words: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in words.items() if value}


def _named(name: Text) -> dict[str, Any]:
    if not name:
        return {}
    return {"name_translated": dict(name)} if _plural(name) else {"name": next(iter(name.values()))}


def _contacts(contacts: Iterable[Contact]) -> dict[str, str]:
    several = [_contact(one) for one in contacts]
    if len(several) == 1:
        return {f"contact_{key}": _plain(value) for key, value in several[0].items()}
    return {"contact": written(several)} if several else {}


def _contact(one: Contact) -> dict[str, Any]:
    return _named(one.name) | _filled({"uri": one.iri, "email": one.email, "url": one.url, "tel": one.telephone})


def _places(places: tuple[Place, ...]) -> dict[str, str]:
    """The first as `spatial…`, all of them as `spatial_coverage` where there are several."""
    described = [_place(one) for one in places]
    if len(described) > 1:
        return {"spatial_coverage": written([{_INNER[key]: value for key, value in one.items()} for one in described])}
    return {key: _plain(value) for one in described for key, value in one.items()}


_INNER: Final = {
    "spatial": "geom",
    "spatial_uri": "uri",
    "spatial_text": "text",
    "spatial_bbox": "bbox",
    "spatial_centroid": "centroid",
}


def _place(one: Place) -> dict[str, Any]:
    iri = one.iri if not one.iri.startswith("_:") else ""
    shape = geojson(one.geometry)
    box = geojson(one.bbox)
    found: dict[str, Any] = {
        "spatial_uri": iri,
        "spatial_text": dict(one.name) if _plural(one.name) else next(iter(one.name.values()), ""),
        "spatial": shape or box,
        "spatial_bbox": box if shape else None,
        "spatial_centroid": geojson(one.centroid),
    }
    return {key: value for key, value in found.items() if value}


# -- resources


def _resource(one: Distribution, said: Metadata, base_url: str, id: str, main: str, place: int) -> dict[str, Any]:
    format = concept_list("file-types").get(one.format) if one.format else None
    licence = _licence_words(one.licence)
    found: dict[str, Any] = {
        "id": uuid(base_url, f"{id}/{one.id}"),
        "package_id": uuid(base_url, id),
        "position": place,
        "state": "active",
        "name": in_language(one.title, main),
        "description": in_language(one.description, main),
        **_translated("name", one.title),
        **_translated("description", one.description),
        "url": one.download_url or one.access_url,
        "access_url": one.access_url,
        "url_type": None,
        "format": format.notation if format else one.format,
        "size": one.size,
        "hash": one.checksum.value if one.checksum else "",
    }
    words: dict[str, Any] = {key: getattr(one, field) for field, key in _PLAIN.items()}
    words |= {key: list(getattr(one, field)) for field, key in _RESOURCE_LISTS.items()}
    words |= {
        "uri": one.iri if not one.iri.startswith("_:") else "",
        "hash_algorithm": one.checksum.algorithm if one.checksum else "",
        "license": one.licence,
        "license_title": licence["license_title"],
        "licenseAttributionByText": _text(one.attribution),
        "rights": _several([_statement(statement) for statement in one.rights]),
        "access_services": [{"uri": _absolute(iri, base_url)} for iri in one.access_services],
    }
    left = said.extras.get("resources", {}).get(one.id)
    for key, value in left.items() if isinstance(left, dict) else ():
        if not found.get(key):
            found[key] = value
    return found | _filled(words)
