"""What a search of packages needs to know of each: an `Entry`, made from its record, and the fields of Solr over it.

The values are those that `to_package` writes. Texts are not among them: the search index has these.

Entry points: `entry`, `FIELDS`, `FACET_FIELDS`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from registry.ckan.writing import to_package
from registry.model import DCAT_KINDS, Kind, Record
from vocab import match
from vocab.concepts import concept_list

PACKAGE_KINDS: Final[tuple[Kind, ...]] = DCAT_KINDS
MAX_DESCRIPTION_CHARACTERS: Final = 300  # of a file that `resource_search` looks through


class ResourceEntry(msgspec.Struct, frozen=True, gc=False):
    """A file of a package."""

    uuid: str
    name: str
    url: str
    format: str
    description: str
    hash: str


class OrganizationEntry(msgspec.Struct, frozen=True, gc=False):
    """An organization: `id`: of its record, "" if it is only named as a publisher."""

    uuid: str
    name: str
    title: str
    id: str = ""


class Entry(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A package, without its texts. `others`: further ids by which clients may know it: those of its source."""

    id: str
    uuid: str
    others: tuple[str, ...]
    type: str
    title: str
    created: str
    modified: str
    organization: OrganizationEntry | None
    tags: tuple[str, ...]
    groups: tuple[str, ...]
    licence: str
    resources: tuple[ResourceEntry, ...]
    extras: Mapping[str, str]


def entry(record: Record, base_url: str) -> Entry:
    package = to_package(record, base_url)
    organization = package["organization"]
    publisher = record.metadata.publisher
    return Entry(
        id=record.id,
        uuid=package["id"],
        others=_other_ids(record),
        type=package["type"],
        title=package["title"],
        created=package["metadata_created"] or "",
        modified=package["metadata_modified"] or "",
        organization=OrganizationEntry(
            organization["id"], organization["name"], organization["title"], publisher.id if publisher else ""
        )
        if organization
        else None,
        tags=tuple(tag["name"] for tag in package["tags"]),
        groups=tuple(group["name"] for group in package["groups"]),
        licence=package["license_id"] or "",
        resources=tuple(map(_resource, package["resources"])),
        extras=_searched_extras(package["extras"]),
    )


def _other_ids(record: Record) -> tuple[str, ...]:
    ids = (record.origin.remote_id if record.origin else "", record.metadata.extras.get("name"))
    return tuple(id for id in dict.fromkeys(ids) if isinstance(id, str) and id and id != record.id)


def _resource(resource: Mapping[str, Any]) -> ResourceEntry:
    return ResourceEntry(
        resource["id"],
        resource["name"],
        resource["url"],
        resource["format"],
        resource["description"][:MAX_DESCRIPTION_CHARACTERS],
        resource["hash"],
    )


_SEARCHED: Final = (
    "identifier",
    "hvd_category",
    "applicable_legislation",
    "frequency",
    "access_rights",
    "contributorID",
)


def _searched_extras(extras: list[dict[str, str]]) -> dict[str, str]:
    return {extra["key"]: extra["value"] for extra in extras if extra["key"] in _SEARCHED}


# -- fields of Solr: name -> values of an entry, compared without case


def _extra(name: str) -> Callable[[Entry], tuple[str, ...]]:
    def values(entry: Entry) -> tuple[str, ...]:
        text = entry.extras.get(name, "")
        if text.startswith("["):
            return tuple(str(value) for value in msgspec.json.decode(text))
        return (text,) if text else ()

    return values


def _organizations(entry: Entry) -> tuple[str, ...]:
    return (entry.organization.name,) if entry.organization else ()


def _owner(entry: Entry) -> tuple[str, ...]:
    return (entry.organization.uuid,) if entry.organization else ()


def _formats(entry: Entry) -> tuple[str, ...]:
    return tuple(dict.fromkeys(resource.format for resource in entry.resources if resource.format))


_FIELDS: Final[Mapping[str, Callable[[Entry], tuple[str, ...]]]] = {
    "id": lambda entry: (entry.uuid, entry.id, *entry.others),
    "name": lambda entry: (entry.id, *entry.others),
    "organization": lambda entry: (*_organizations(entry), *_owner(entry)),
    "owner_org": _owner,
    "groups": lambda entry: entry.groups,
    "tags": lambda entry: entry.tags,
    "res_format": _formats,
    "res_url": lambda entry: tuple(resource.url for resource in entry.resources),
    "license_id": lambda entry: (entry.licence,) if entry.licence else (),
    "license": lambda entry: (entry.licence,) if entry.licence else (),
    "type": lambda entry: (entry.type,),
    "dataset_type": lambda entry: (entry.type,),
    "state": lambda _: ("active",),
    "private": lambda _: ("false",),
    "capacity": lambda _: ("public",),
    "metadata_created": lambda entry: (entry.created,),
    "metadata_modified": lambda entry: (entry.modified,),
}
FIELDS: Final[Mapping[str, Callable[[Entry], tuple[str, ...]]]] = MappingProxyType(
    {**_FIELDS, **{name: _extra(name) for name in _SEARCHED}}
)
DATE_FIELDS: Final = ("metadata_created", "metadata_modified")
FACET_FIELDS: Final[Mapping[str, Callable[[Entry], tuple[str, ...]]]] = MappingProxyType(
    {**FIELDS, "organization": _organizations, "id": lambda entry: (entry.uuid,), "name": lambda entry: (entry.id,)}
)


_LISTS: Final = {"res_format": "file-types", "license_id": "licences", "license": "licences", "groups": "themes"}


def normal_value(field: str, value: str) -> str:
    """The value as FIELDS has it: a format or licence in any spelling ("wms"), a theme also by IRI or German name."""
    iri = match.concept(_LISTS[field], value) if field in _LISTS else None
    concept = concept_list(_LISTS[field]).get(iri) if iri else None
    if concept is None:
        return value
    return concept.notation.lower() if field == "groups" else concept.notation


def facet_label(field: str, value: str, entry: Entry) -> str:
    """The name of a facet's value as people read it; `entry`: one that has it."""
    if field == "organization" and entry.organization:
        return entry.organization.title
    if field == "groups":
        theme = concept_list("themes").get(value.upper())
        return theme.label("de") if theme else value
    if field == "license_id":
        licence = concept_list("licences").get(value)
        return licence.label("de") if licence else value
    return value
