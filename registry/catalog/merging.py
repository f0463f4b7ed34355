"""Two entries of the same thing become one: one is kept, the other is shown under it from then on.

Entry points: `merge`, `separate`. Nothing is deleted: addresses lead to the kept entry, and both keep their history.
"""

from typing import NamedTuple

from msgspec.structs import replace

from registry.catalog.catalog import Catalog
from registry.catalog.deciding import subject
from registry.errors import ConflictError, UsageError
from registry.model import Account, Metadata, Record
from registry.people import permissions
from registry.store.locks import exclusive


class Pair(NamedTuple):
    """What is merged, as the account has seen it: `kept` stays, `other` is shown under it."""

    kept: Record
    other: Record


def merge(catalog: Catalog, pair: Pair, account: Account, why: str, fill: bool = True) -> Record:
    """Shows `other`, and what was shown under it, under `kept`; returns `kept`. With `fill` it gets the values of
    `other` where it has none. The name of an organization that is merged becomes an alias of the kept one.

    NotAllowedError for an account that may not merge both; UsageError for different kinds or the same entry twice;
    ConflictError if one was changed meanwhile.
    """
    for record in (pair.kept, pair.other):
        permissions.after(account, "merge", subject(record))
    if pair.kept.id == pair.other.id or pair.kept.kind != pair.other.kind or pair.kept.same_as or pair.other.same_as:
        raise UsageError("merge-different")
    kept = pair.kept
    metadata = merged(kept.metadata, pair.other.metadata, fill)
    if metadata != kept.metadata:
        kept = catalog.revise(kept.id, metadata, kept.number, account.name, why)
    elif catalog.store.existing(kept.id).number != kept.number:
        raise ConflictError("record-changed", {"ids": [kept.id]}, id=kept.id)
    with exclusive(catalog.store.engine):
        group = [pair.other, *catalog.store.following([pair.other.id])]
        catalog.store.put([replace(record, same_as=kept.id) for record in group], account.name, why)
    if kept.kind == "organization":
        catalog.match_again(account.name)
    return catalog.store.existing(kept.id)


def separate(catalog: Catalog, record: Record, account: Account, why: str) -> Record:
    """Shows a record for itself again; NotAllowedError, ConflictError if it was changed or is shown already."""
    permissions.after(account, "merge", subject(record))
    if record.same_as is None:
        raise ConflictError("record-shown-already", {"ids": [record.id]}, id=record.id)
    with exclusive(catalog.store.engine):
        catalog.store.put([replace(record, same_as=None)], account.name, why)
    return catalog.store.existing(record.id)


def merged(kept: Metadata, other: Metadata, fill: bool) -> Metadata:
    """The metadata of the kept entry after a merge."""
    values = {}
    if fill:
        values = {
            name: getattr(other, name)
            for name in Metadata.__struct_fields__
            if not getattr(kept, name) and getattr(other, name) and name not in ("iri", "identifiers")
        }
    if kept.kind == "organization":
        names = (*kept.aliases, *other.title.values(), *other.aliases)
        values["aliases"] = tuple(name for name in dict.fromkeys(names) if name not in kept.title.values())
    return replace(kept, **values)
