"""Record -> CKAN package, with the extras of ckanext-dcat and GovData. `registry.ckan.reading` reads the same back.

Ids are UUIDs (version 5) of our addresses, so that a thing has the same id at each request.

Entry point: `to_package`.
"""

from collections.abc import Iterable
from typing import Any, Final

from registry.ckan.agents import PARTICIPANTS_KEY
from registry.ckan.readers import as_written
from registry.ckan.resource_writing import to_resource
from registry.ckan.tables import LINKS, PACKAGE
from registry.ckan.written_values import (
    absolute,
    has_tags,
    instant,
    licence_keys,
    named,
    one_or_list,
    plain,
    statement_value,
    text_value,
    translated,
    uuid,
    without_empty,
)
from registry.model import Agent, Contact, Metadata, Participation, Period, Place, Record
from registry.model.text import in_language, slug
from vocab.concepts import concept_list
from vocab.geometry import geojson
from vocab.kinds import KIND_ROWS

# Field -> key. What needs more than another name has a function below.
_TEXTS: Final = {
    "version_notes": "version_notes",
    "geocoding_description": "geocodingText",
    "legal_basis": "legalbasisText",
}
_STRINGS: Final = {
    "issued": "issued",
    "modified": "modified",
    "frequency": "frequency",
    "access": "access_rights",
    "availability": "availability",
    "spatial_resolution": "spatial_resolution_in_meters",
    "temporal_resolution": "temporal_resolution",
    "quality_process": "qualityProcessURI",
    "endpoint": "endpoint_url",
    "endpoint_description": "endpoint_description",
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
    "subjects": "subject",
}
_AGENTS: Final = {
    "creators": "creator",
    "contributors": "contributor",
    "custodians": "maintainer",
    "originators": "originator",
}


def to_package(record: Record, base_url: str) -> dict[str, Any]:
    """The package of a record. `base_url`: our own public address, for ids, local links and images."""
    metadata = record.metadata
    main, path = _main_language(metadata), f"id/{record.id}"
    resources = [
        to_resource(distribution, metadata, base_url, path, main, number)
        for number, distribution in enumerate(metadata.distributions)
    ]
    keywords = dict.fromkeys(word for texts in metadata.keywords.values() for word in texts)
    tags = [tag(keyword, base_url) for keyword in keywords]
    owner = _organization(metadata, base_url, main)
    return {
        "id": uuid(base_url, path),
        "name": record.id,
        "title": in_language(metadata.title, main),
        "notes": in_language(metadata.description or metadata.abstract, main),
        **translated("title", metadata.title),
        **translated("notes", metadata.description),
        **translated("tags", {language: list(words) for language, words in metadata.keywords.items()}),
        "url": metadata.landing_page,
        "version": metadata.version,
        "type": _word(metadata.extras.get("type")) or KIND_ROWS[metadata.kind].ckan_type,
        **_licence(metadata),
        **_person("author", metadata.creators[:1], main),
        **_person("maintainer", metadata.custodians[:1] or metadata.contacts[:1], main),
        "metadata_created": instant(record.created),
        "metadata_modified": instant(record.changed),
        "creator_user_id": None,
        "private": False,
        "state": "active" if record.state == "published" else "deleted",
        "owner_org": owner["id"] if owner else None,
        "organization": owner,
        "num_resources": len(resources),
        "num_tags": len(tags),
        "resources": resources,
        "tags": tags,
        "groups": [group(iri, base_url) for iri in metadata.themes if iri in concept_list("themes")],
        "extras": [{"key": key, "value": value} for key, value in sorted(_extras(metadata, record, base_url).items())],
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def _main_language(metadata: Metadata) -> str:
    return "de" if "de" in metadata.title or not metadata.title else next(iter(metadata.title))


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _licence(metadata: Metadata) -> dict[str, Any]:
    """The keys of the licence that all distributions share, because a package has one licence only."""
    of_distributions = {distribution.licence for distribution in metadata.distributions}
    iris = of_distributions or {metadata.licence}
    return licence_keys(iris.pop() if len(iris) == 1 else "")


def _person(key: str, agents: Iterable[Agent | Contact], main: str) -> dict[str, Any]:
    agent = next(iter(agents), None)
    return {
        key: in_language(agent.name, main) if agent else None,
        f"{key}_email": (agent.email or None) if agent else None,
    }


def _organization(metadata: Metadata, base_url: str, main: str) -> dict[str, Any] | None:
    publisher = metadata.publisher
    if not publisher or not publisher.name:
        return None
    title = in_language(publisher.name, main)
    name = publisher.id or slug(title) or "ohne-namen"
    id = uuid(base_url, f"id/{publisher.id}" if publisher.id else f"organization/{name}")
    return organization(id, name, title)


def organization(id: str, name: str, title: str) -> dict[str, Any]:
    return {
        "id": id,
        "name": name,
        "title": title,
        "type": "organization",
        "is_organization": True,
        "state": "active",
        "approval_status": "approved",
        "description": "",
        "image_url": "",
    }


def tag(word: str, base_url: str) -> dict[str, Any]:
    return {
        "id": uuid(base_url, f"tag/{word}"),
        "name": word,
        "display_name": word,
        "state": "active",
        "vocabulary_id": None,
    }


def group(iri: str, base_url: str) -> dict[str, Any]:
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


def _extras(metadata: Metadata, record: Record, base_url: str) -> dict[str, str]:
    extras: dict[str, Any] = {"uri": metadata.iri or f"{base_url.rstrip('/')}/id/{record.id}"}
    extras |= {key: text_value(getattr(metadata, field)) for field, key in _TEXTS.items()}
    extras |= {key: getattr(metadata, field) for field, key in _STRINGS.items()}
    extras |= {key: one_or_list(getattr(metadata, field)) for field, key in _LISTS.items()}
    extras["alternate_identifier"] = one_or_list([item.notation for item in metadata.other_identifiers])
    extras["provenance"] = one_or_list([statement_value(item) for item in metadata.provenance])
    links: dict[str, list[str]] = {}
    for link in metadata.links:
        links.setdefault(link.relation, []).append(absolute(link.iri, base_url))
    for row in LINKS.rows:
        extras[row.keys[0]] = one_or_list(links.pop(row.field, []))
    extras |= {relation: one_or_list(iris) for relation, iris in links.items()}
    extras |= _agents("publisher", (metadata.publisher,) if metadata.publisher else (), base_url)
    for field, key in _AGENTS.items():
        extras |= _agents(key, getattr(metadata, field), base_url)
    extras |= _contacts(metadata.contacts)
    extras[PARTICIPANTS_KEY] = _participants(metadata, base_url)
    if metadata.period:
        extras |= {"temporal_start": metadata.period.start, "temporal_end": metadata.period.end}
    if len(metadata.periods) > 1:
        extras["temporal_coverage"] = [{"start": period.start, "end": period.end} for period in metadata.periods]
    extras |= _places(metadata.places)
    for key, value in metadata.extras.items():
        if key not in extras and key not in _WRITTEN_ABOVE and key.partition("_")[0] not in _PEOPLE:
            extras[key] = plain(value)
    return {key: value for key, value in extras.items() if value}


# Extras with these keys are left out: read back, they would fill the field instead of the value that is written above.
_WRITTEN_ABOVE: Final = frozenset(
    ("name", "resources", "metadata_modified", "type", "temporal_coverage", "spatial_coverage", "organization")
) | frozenset(PACKAGE.row_of)
_PEOPLE: Final = frozenset(("author", "contact", "publisher", *_AGENTS.values()))


def _agents(key: str, agents: Iterable[Agent], base_url: str) -> dict[str, str]:
    """The keys of agents: `publisher_name`, `publisher_uri` … for one, a JSON list under `key` for several."""
    described = [_agent(agent, base_url) for agent in agents]
    if len(described) == 1:
        return {f"{key}_{part}": plain(value) for part, value in described[0].items()}
    return {key: as_written(described)} if described else {}


def _agent(agent: Agent, base_url: str) -> dict[str, Any]:
    ours = absolute(f"id/{agent.id}", base_url) if agent.id else ""
    keys = {"uri": agent.iri or ours, "email": agent.email, "url": agent.homepage, "type": agent.type}
    return named(agent.name) | without_empty(keys | {"identifier": list(agent.identifiers)})


def _contacts(contacts: Iterable[Contact]) -> dict[str, str]:
    described = [_contact(contact) for contact in contacts]
    if len(described) == 1:
        return {f"contact_{key}": plain(value) for key, value in described[0].items()}
    return {"contact": as_written(described)} if described else {}


def _contact(contact: Contact) -> dict[str, Any]:
    return named(contact.name) | without_empty(
        {"uri": contact.iri, "email": contact.email, "url": contact.url, "tel": contact.telephone}
    )


def _participants(metadata: Metadata, base_url: str) -> str:
    """A JSON list: who has which role, and the entries of the source that could not be read."""
    entries: list[Any] = [_participation(each, base_url) for each in metadata.participants]
    unread = metadata.extras.get(PARTICIPANTS_KEY, [])
    entries += unread if isinstance(unread, list) else [unread]
    return as_written(entries) if entries else ""


def _participation(participation: Participation, base_url: str) -> dict[str, Any]:
    period = participation.period or Period()
    keys = {"role": participation.role, "start": period.start, "end": period.end}
    keys["description"] = text_value(participation.description)
    return {"agent": [_agent(participation.agent, base_url)]} | without_empty(keys)


def _places(places: tuple[Place, ...]) -> dict[str, str]:
    """The keys of places: `spatial…` for one, a JSON list in `spatial_coverage` for several."""
    described = [_place(place) for place in places]
    if len(described) > 1:
        entries = [{_INNER[key]: value for key, value in place.items()} for place in described]
        return {"spatial_coverage": as_written(entries)}
    return {key: plain(value) for place in described for key, value in place.items()}


_INNER: Final = {
    "spatial": "geom",
    "spatial_uri": "uri",
    "spatial_text": "text",
    "spatial_bbox": "bbox",
    "spatial_centroid": "centroid",
}


def _place(place: Place) -> dict[str, Any]:
    iri = place.iri if not place.iri.startswith("_:") else ""
    shape = geojson(place.geometry)
    box = geojson(place.bbox)
    keys: dict[str, Any] = {
        "spatial_uri": iri,
        "spatial_text": dict(place.name) if has_tags(place.name) else next(iter(place.name.values()), ""),
        "spatial": shape or box,
        "spatial_bbox": box if shape else None,
        "spatial_centroid": geojson(place.centroid),
    }
    return {key: value for key, value in keys.items() if value}
