"""Keys by which entries of two sources are recognised as the same thing, and ids of records and distributions.

Entry points: `names` (the keys of a thing), `local` (IRI of a record), `with_ids` (ids of distributions),
`with_former_ids` (the same ids as at the harvest before).
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from registry.model.metadata import Distribution, Metadata
from registry.model.text import in_language, normal_name, storable

MAX_TITLE_CHARACTERS = 300  # of a title that are compared
_DIGEST_ID: Final = re.compile(r"([0-9a-f]{12})(?:-[0-9]+)?")  # of a distribution without an id of its own


def names(metadata: Metadata) -> Iterator[str]:
    """The keys that another source's entry for the same thing would share: its IRI, each identifier with its title."""
    if metadata.iri and not metadata.iri.startswith("_:"):
        yield storable(metadata.iri)
    folded_title = title(metadata)
    for identifier in dict.fromkeys(metadata.identifiers):
        if folded_title and identifier:
            yield titled(storable(identifier), folded_title)


def titled(identifier: str, title: str) -> str:
    """The key of an identifier with a title; the line break tells it from an IRI, which holds none."""
    return f"{identifier}\n{title}"


def title(metadata: Metadata) -> str:
    """The title in one language (German if there is one), folded for comparison."""
    return _folded(in_language(metadata.title, "de")[:MAX_TITLE_CHARACTERS])


@lru_cache(2048)  # a harvest asks several times for the same title
def _folded(title: str) -> str:
    return storable(normal_name(title))


def local(id: str) -> str:
    """The IRI of a record without `base_url`: so it is stored, and made absolute when it is written out."""
    return f"/id/{id}"


def digest(text: str) -> str:
    """12 hexadecimal digits of a text: an id where a source gives none."""
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def distribution_digest(distribution: Distribution) -> str:
    """A digest of its IRI, else of its address, else of its title, so that its id is the same at each harvest."""
    iri = "" if distribution.iri.startswith("_:") else distribution.iri
    address = iri or distribution.download_url or distribution.access_url
    return digest(address or " ".join(distribution.title.values()))


def with_ids(
    distributions: tuple[Distribution, ...], id_of: Callable[[Distribution], str] = distribution_digest
) -> tuple[Distribution, ...]:
    """The distributions, each with the id that `id_of` gives it; repeated ids get the suffix -2, -3, …"""
    ids: dict[str, Distribution] = {}
    counts: dict[str, int] = {}  # id -> its last count; ten thousand distributions may have the same id
    for distribution in distributions:
        id = first_id = id_of(distribution)
        while id in ids:
            counts[first_id] = counts.get(first_id, 1) + 1
            id = f"{first_id}-{counts[first_id]}"
        ids[id] = replace(distribution, id=id)
    return tuple(ids.values())


def with_former_ids(metadata: Metadata, former: Metadata) -> Metadata:
    """The metadata with the ids that its distributions had before; the same object if nothing changes.

    Distributions with the same address are told apart by a count only. So that none of them gets the id of another
    when the source reorders, adds or removes one, they are recognised by all they say, else by their title, else by
    their format, else by their order.
    """
    groups, former_groups = _by_digest(metadata.distributions), _by_digest(former.distributions)
    ids: dict[str, str] = {}  # id as mapped -> id as before
    for base, group in groups.items():
        former_files = former_groups.get(base, [])
        if len(group) > 1 or len(former_files) > 1 or [file.id for file in group] != [file.id for file in former_files]:
            ids |= _recognised(base, group, former_files)
    if all(id == kept for id, kept in ids.items()):
        return metadata
    changes: dict[str, Any] = {
        "distributions": tuple(replace(file, id=ids.get(file.id, file.id)) for file in metadata.distributions)
    }
    if isinstance(by_id := metadata.extras.get("resources"), dict):  # what no field of a distribution covers
        renamed = {ids.get(id, id): rest for id, rest in by_id.items()}
        changes["extras"] = {**metadata.extras, "resources": renamed}
    return replace(metadata, **changes)


def _by_digest(distributions: Sequence[Distribution]) -> dict[str, list[Distribution]]:
    """The distributions whose id is a digest, by that digest."""
    groups: dict[str, list[Distribution]] = {}
    for distribution in distributions:
        if derived := _DIGEST_ID.fullmatch(distribution.id):
            groups.setdefault(derived[1], []).append(distribution)
    return groups


def _recognised(base: str, group: Sequence[Distribution], former: Sequence[Distribution]) -> dict[str, str]:
    """The former id of each distribution of a group, by its id as mapped; a new one gets an id that none has had."""
    ids: dict[str, str] = {}
    former_by_id = {file.id: file for file in former}
    for likeness in _LIKENESSES:
        by_likeness: dict[Any, list[str]] = {}
        for file in reversed(former_by_id.values()):
            by_likeness.setdefault(likeness(file), []).append(file.id)
        for file in group:
            if file.id not in ids and (candidates := by_likeness.get(likeness(file))):
                ids[file.id] = candidates.pop()
                del former_by_id[ids[file.id]]
    taken, count = {*ids.values(), *(file.id for file in former)}, 1
    for file in group:
        if file.id not in ids:
            id = base
            while id in taken:
                count += 1
                id = f"{base}-{count}"
            ids[file.id] = id
            taken.add(id)
    return ids


# What tells distributions with the same address apart, the most exact first.
_LIKENESSES: Final[tuple[Callable[[Distribution], Any], ...]] = (
    lambda file: msgspec.json.encode(replace(file, id="")),
    lambda file: tuple(sorted(file.title.items())),
    lambda file: (file.format, file.media_type),
    lambda _: None,
)
