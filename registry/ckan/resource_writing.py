"""A distribution as a resource of a CKAN package. `registry.ckan.resources` reads it back.

Entry point: `to_resource`.
"""

from typing import Any, Final

from registry.ckan.columns import schema_of
from registry.ckan.written_values import (
    absolute,
    licence_keys,
    one_or_list,
    statement_value,
    text_value,
    translated,
    uuid,
    without_empty,
)
from registry.model import Distribution, Metadata
from registry.model.text import in_language
from vocab.concepts import concept_list

# Field -> key. What needs more than another name is written below.
_PLAIN: Final = {
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


def to_resource(
    distribution: Distribution, metadata: Metadata, base_url: str, id: str, main: str, number: int
) -> dict[str, Any]:
    format = concept_list("file-types").get(distribution.format) if distribution.format else None
    media_type = concept_list("media-types").get(distribution.media_type) if distribution.media_type else None
    licence = licence_keys(distribution.licence)
    resource: dict[str, Any] = {
        "id": uuid(base_url, f"{id}/{distribution.id}"),
        "package_id": uuid(base_url, id),
        "position": number,
        "state": "active",
        "name": in_language(distribution.title, main),
        "description": in_language(distribution.description, main),
        **translated("name", distribution.title),
        **translated("description", distribution.description),
        "url": distribution.download_url or distribution.access_url,
        "access_url": distribution.access_url,
        "url_type": None,
        "format": format.notation if format else distribution.format,
        "size": distribution.size,
        "hash": distribution.checksum.value if distribution.checksum else "",
    }
    details: dict[str, Any] = {key: getattr(distribution, field) for field, key in _PLAIN.items()}
    details |= {key: list(getattr(distribution, field)) for field, key in _RESOURCE_LISTS.items()}
    details |= {
        "uri": _resource_iri(distribution, base_url, id),
        "mimetype": media_type.notation if media_type else distribution.media_type,
        "hash_algorithm": distribution.checksum.algorithm if distribution.checksum else "",
        "license": distribution.licence,
        "license_title": licence["license_title"],
        "licenseAttributionByText": text_value(distribution.attribution),
        "rights": one_or_list([statement_value(statement) for statement in distribution.rights]),
        "access_services": [{"uri": absolute(iri, base_url)} for iri in distribution.access_services],
    }
    _add_unread(resource, metadata, distribution)
    if "schema" not in resource:  # what the source wrote says more than our fields
        details["schema"] = schema_of(distribution.table_schema, main)
    return resource | without_empty(details)


def _add_unread(resource: dict[str, Any], metadata: Metadata, distribution: Distribution) -> None:
    """Adds the keys of the source that no field took."""
    unread = metadata.extras.get("resources", {}).get(distribution.id)
    for key, value in unread.items() if isinstance(unread, dict) else ():
        if not resource.get(key):
            resource[key] = value


def _resource_iri(distribution: Distribution, base_url: str, id: str) -> str:
    """The IRI of a file, as in RDF; "" for one without an id of its own."""
    given = distribution.iri
    if given and not given.startswith("_:"):
        return given
    return absolute(f"{id}#{distribution.id}", base_url) if distribution.id and not given else ""
