"""The organizations that a city lists: records of the catalogue, by which agents are recognized."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from registry.catalog.catalog import Catalog
from registry.catalog.checks import blocking
from registry.catalog.ids import RESERVED_IDS
from registry.city import city
from registry.errors import ConflictError, UsageError
from registry.model import Link, Metadata, Record
from registry.model.identity import local
from registry.model.message import message
from registry.model.text import slug
from registry.store.store import MAX_RECORDS_PER_TRANSACTION
from vocab.concepts import concept_list

CITY: Final = "city"  # who wrote, in the history


class CityOrganization(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[organization]]` of the list."""

    id: str
    name_de: str
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    kind: str = ""  # a notation of organization-kinds
    iri: str = ""
    homepage: str = ""
    identifiers: tuple[str, ...] = ()
    unit_of: str = ""  # id of another


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    organization: tuple[CityOrganization, ...] = ()


def take_in_city(catalog: Catalog) -> int:
    """Those of the city in the settings, for whoever is about to serve or to harvest; how many were new or changed."""
    path = city(catalog.settings).organizations
    return load_organizations(catalog, path) if path else 0


def load_organizations(catalog: Catalog, path: Path) -> int:
    """Registers what the list names and is new, revises what it says otherwise now; how many. What a person revised
    stays. UsageError names file and organization; ConflictError if an id belongs to something else."""
    listed = read(path)
    ids = list(listed)
    changed = sum(
        _load(catalog, path, {id: listed[id] for id in ids[n : n + MAX_RECORDS_PER_TRANSACTION]})
        for n in range(0, len(ids), MAX_RECORDS_PER_TRANSACTION)
    )
    if changed:
        catalog.match_again(CITY)
    return changed


def _load(catalog: Catalog, path: Path, listed: Mapping[str, Metadata], tries: int = 3) -> int:
    known = catalog.store.get_many(listed)
    changed = [
        changed_record
        for id, metadata in listed.items()
        if (changed_record := _record(catalog, metadata, id, known.get(id)))
    ]
    try:
        catalog.store.put(changed, CITY, path.name)
    except ConflictError:  # another process starts at the same moment and does the same
        if not tries:
            raise
        return _load(catalog, path, listed, tries - 1)
    return len(changed)


def read(path: Path) -> dict[str, Metadata]:
    """Id -> what the list says."""
    try:
        words = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise UsageError("file-invalid", path=path, error=error) from None
    found = {one.id: _metadata(one, path) for one in words.organization}
    if len(found) < len(words.organization):
        raise UsageError("organizations-id-twice", path=path)
    for one in words.organization:
        if one.unit_of and one.unit_of not in found:
            raise UsageError("organizations-unit-unknown", path=path, id=one.id, unit_of=one.unit_of)
    return found


def _metadata(one: CityOrganization, path: Path) -> Metadata:
    if slug(one.id) != one.id or one.id in RESERVED_IDS:
        raise UsageError("organizations-id-form", path=path, id=one.id)
    kind = concept_list("organization-kinds").get(one.kind) if one.kind else None
    if one.kind and kind is None:
        known = ", ".join(concept.notation for concept in concept_list("organization-kinds"))
        raise UsageError("organizations-kind-unknown", path=path, id=one.id, kind=one.kind, known=known)
    metadata = Metadata(
        kind="organization",
        title={"de": one.name_de} | ({"en": one.name_en} if one.name_en else {}),
        aliases=one.aliases,
        iri=one.iri,
        identifiers=one.identifiers,
        landing_page=one.homepage,
        classification=kind.iri if kind else "",
        links=(Link("unit_of", local(one.unit_of)),) if one.unit_of else (),
    )
    for finding in blocking(metadata):  # as for everything else that is registered
        raise UsageError("organizations-check-failed", path=path, id=one.id, rule=message(finding.rule))
    return metadata


def _record(catalog: Catalog, metadata: Metadata, id: str, known: Record | None) -> Record | None:
    """What is to be written; None: nothing."""
    if known is None:
        return Record(id=id, said=metadata, owner=id)
    if known.kind != "organization" or known.origin:
        raise ConflictError("organizations-id-taken", {"ids": [id]}, id=id, kind=known.kind)
    if known.said == metadata or next(catalog.store.history(id)).by != CITY:
        return None
    return replace(known, said=metadata)
