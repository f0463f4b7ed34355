"""Keys by which entries of two sources are recognised as the same thing, and ids of records and distributions.

Entry points: `names` (the keys of a thing), `local` (IRI of a record), `with_ids` (ids of distributions).
"""

import hashlib
from collections.abc import Callable, Iterator
from functools import lru_cache

from msgspec.structs import replace

from registry.model.metadata import Distribution, Metadata
from registry.model.text import in_language, normal_name, storable

MAX_TITLE_CHARACTERS = 300  # of a title that are compared


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
    title = " ".join(distribution.title.values())
    return digest(iri or distribution.download_url or distribution.access_url or title)


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
