"""Licences, groups (our topics), organizations and tags as CKAN describes them.

Entry points: `licences`, `groups`, `group_of`, `organization_of`, `tag_of`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from registry.ckan.entries import OrganizationEntry
from registry.ckan.writing import group, organization, tag
from registry.ckan.written_values import instant
from registry.model import Record
from registry.model.text import in_language
from vocab.concepts import Concept, concept_list


@cache
def _licences() -> tuple[dict[str, Any], ...]:
    return tuple(map(licence_of, concept_list("licences")))


def licences() -> list[dict[str, Any]]:
    """All licences of our list."""
    return list(_licences())


def licence_of(licence: Concept) -> dict[str, Any]:
    is_open = licence.extra.get("open") == "true"
    conformance = "approved" if is_open else "not reviewed"
    return {
        "id": licence.notation,
        "title": licence.label("de"),
        "url": licence.extra.get("url") or licence.iri,
        "status": "active",
        "family": licence.extra.get("family", ""),
        "maintainer": "",
        "od_conformance": conformance,
        "osd_conformance": "not reviewed",
        "domain_content": is_open,
        "domain_data": is_open,
        "domain_software": False,
        "is_generic": False,
        "is_okd_compliant": is_open,
        "is_osi_compliant": False,
    }


def groups(base_url: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """All topics as groups, with the number of packages by name, in order of name."""
    listed = [_group(theme, base_url, counts) for theme in concept_list("themes")]
    return sorted(listed, key=lambda group: str(group["name"]))


def group_of(key: str, base_url: str, counts: Mapping[str, int]) -> dict[str, Any] | None:
    """The group with this name, UUID, or IRI of its theme; None if there is none."""
    theme = concept_list("themes").get(key.upper()) or concept_list("themes").get(key)
    if theme:
        return _group(theme, base_url, counts)
    return next((group for group in groups(base_url, counts) if group["id"] == key), None)


def _group(theme: Concept, base_url: str, counts: Mapping[str, int]) -> dict[str, Any]:
    described = group(theme.iri, base_url)
    return described | {
        "type": "group",
        "is_organization": False,
        "state": "active",
        "approval_status": "approved",
        "image_url": "",
        "package_count": counts.get(described["name"], 0),
        "extras": [{"key": "uri", "value": theme.iri}],
        "tags": [],
        "groups": [],
        "users": [],
    }


def organization_of(owner: OrganizationEntry, record: Record | None, count: int) -> dict[str, Any]:
    """An organization; `record`: its own, None if it is only named as a publisher."""
    described = organization(owner.uuid, owner.name, owner.title)
    metadata = record.metadata if record else None
    return described | {
        "display_name": owner.title,
        "description": in_language(metadata.abstract or metadata.description, "de") if metadata else "",
        "image_url": metadata.image if metadata else "",
        "image_display_url": metadata.image if metadata else "",
        "created": instant(record.created) if record else None,
        "package_count": count,
        "extras": [],
        "tags": [],
        "groups": [],
        "users": [],
    }


def tag_of(word: str, base_url: str) -> dict[str, Any]:
    """A keyword as a tag without a vocabulary."""
    return tag(word, base_url)
