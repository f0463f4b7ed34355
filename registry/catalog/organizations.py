"""Registers the organizations that a city lists in `organizations.toml`; agents of records are matched with them.

Entry points: `take_in_city` before serving or harvesting, `load_organizations` for one file, `read` to check a file.
Invariant: what a person has revised in such a record is never overwritten by the file.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from registry.catalog.catalog import Catalog
from registry.catalog.ids import RESERVED_IDS
from registry.city import city
from registry.errors import ConflictError, UsageError
from registry.model import Contact, Link, Metadata, Record, Text
from registry.model.identity import local
from registry.model.message import message
from registry.model.text import slug
from registry.store.store import MAX_RECORDS_PER_TRANSACTION
from vocab.concepts import concept_list

CITY: Final = "city"  # `by` of these versions in the history


class CityOrganization(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[organization]]` of the list."""

    id: str
    name_de: str
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    kind: str = ""  # a notation of organization-kinds
    iri: str = ""
    homepage: str = ""
    email: str = ""  # a role address
    about_de: str = ""  # what it does, in one or two sentences
    about_en: str = ""
    identifiers: tuple[str, ...] = ()
    unit_of: str = ""  # id of another


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    organization: tuple[CityOrganization, ...] = ()


def take_in_city(catalog: Catalog) -> int:
    """Registers the organizations of the city in the settings, if any; returns how many were new or changed."""
    path = city(catalog.settings).organizations
    return load_organizations(catalog, path) if path else 0


def load_organizations(catalog: Catalog, path: Path) -> int:
    """Registers new organizations of the file, and revises those that it describes differently now; returns how many.

    Records that a person has revised stay. UsageError names file and organization; ConflictError if an id belongs to
    something else.
    """
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
    records = catalog.store.get_many(listed)
    changed = [
        changed_record
        for id, metadata in listed.items()
        if (changed_record := _record(catalog, metadata, id, records.get(id)))
    ]
    try:
        catalog.store.put(changed, CITY, path.name)
    except ConflictError:  # another process starts at the same moment and does the same
        if not tries:
            raise
        return _load(catalog, path, listed, tries - 1)
    return len(changed)


def read(path: Path) -> dict[str, Metadata]:
    """The organizations of a file: id -> metadata; UsageError if it is no valid list."""
    try:
        organizations = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File).organization
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise UsageError("file-invalid", path=path, error=error) from None
    listed = {listing.id: _metadata(listing, path) for listing in organizations}
    if len(listed) < len(organizations):
        raise UsageError("organizations-id-twice", path=path)
    for listing in organizations:
        if listing.unit_of and listing.unit_of not in listed:
            raise UsageError("organizations-unit-unknown", path=path, id=listing.id, unit_of=listing.unit_of)
    return listed


def _metadata(listing: CityOrganization, path: Path) -> Metadata:
    from registry.catalog.checks import blocking  # late: most folders have no such list

    id = listing.id
    if slug(id) != id or id in RESERVED_IDS:
        raise UsageError("organizations-id-form", path=path, id=id)
    kind = concept_list("organization-kinds").get(listing.kind) if listing.kind else None
    if listing.kind and kind is None:
        notations = ", ".join(concept.notation for concept in concept_list("organization-kinds"))
        raise UsageError("organizations-kind-unknown", path=path, id=id, kind=listing.kind, known=notations)
    metadata = Metadata(
        kind="organization",
        title=_in_both(listing.name_de, listing.name_en),
        abstract=_in_both(listing.about_de, listing.about_en),
        contacts=(Contact(email=listing.email),) if listing.email else (),
        aliases=listing.aliases,
        iri=listing.iri,
        identifiers=listing.identifiers,
        landing_page=listing.homepage,
        classification=kind.iri if kind else "",
        links=(Link("unit_of", local(listing.unit_of)),) if listing.unit_of else (),
    )
    for finding in blocking(metadata):  # as for everything else that is registered
        raise UsageError("organizations-check-failed", path=path, id=id, rule=message(finding.rule))
    return metadata


def _in_both(de: str, en: str) -> Text:
    return {lang: text for lang, text in (("de", de), ("en", en)) if text}


def _record(catalog: Catalog, metadata: Metadata, id: str, present: Record | None) -> Record | None:
    """The record to write, or None if nothing changes; `present`: the record that has this id now."""
    if present is None:
        return Record(id=id, said=metadata, owner=id)
    if present.kind != "organization" or present.origin:
        raise ConflictError("organizations-id-taken", {"ids": [id]}, id=id, kind=present.kind)
    if present.said == metadata or next(catalog.store.history(id)).by != CITY:
        return None
    return replace(present, said=metadata)
