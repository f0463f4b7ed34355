"""By which words a thing is known: its IRIs, its identifiers with its title; in which language; what databases take."""

import hashlib
from collections.abc import Callable, Iterator
from functools import lru_cache

from msgspec.structs import replace

from registry.model.metadata import Distribution, Metadata
from registry.model.text import in_language, normal_name, storable

MAX_TITLE_CHARACTERS = 300  # characters that are compared


def names(metadata: Metadata) -> Iterator[str]:
    """By what another source could name the same thing: the IRI, and each identifier together with the title."""
    if metadata.iri and not metadata.iri.startswith("_:"):
        yield storable(metadata.iri)
    words = title(metadata)
    for identifier in dict.fromkeys(metadata.identifiers):
        if words and identifier:
            yield titled(storable(identifier), words)


def titled(identifier: str, title: str) -> str:
    return f"{identifier}\n{title}"  # no IRI holds a line break


def title(metadata: Metadata) -> str:
    """The title in one language, folded, to compare with."""
    return _folded(in_language(metadata.title, "de")[:MAX_TITLE_CHARACTERS])


@lru_cache(2048)  # a harvest asks several times for the same
def _folded(words: str) -> str:
    return storable(normal_name(words))


def local(id: str) -> str:
    """The IRI of a record inside the house; made absolute where it leaves."""
    return f"/id/{id}"


def digest(words: str) -> str:
    """12 hexadecimal digits of the words: an id where a source gives none."""
    return hashlib.blake2b(words.encode(), digest_size=6).hexdigest()


def distribution_digest(distribution: Distribution) -> str:
    """A digest of its IRI, else of its address, else of its title: the same at each harvest."""
    iri = "" if distribution.iri.startswith("_:") else distribution.iri
    title = " ".join(distribution.title.values())
    return digest(iri or distribution.download_url or distribution.access_url or title)


def with_ids(
    distributions: tuple[Distribution, ...], id_of: Callable[[Distribution], str] = distribution_digest
) -> tuple[Distribution, ...]:
    """The distributions, each with the id that `id_of` gives it; an id that is taken gets a count, from 2."""
    ids: dict[str, Distribution] = {}
    for distribution in distributions:
        id = id_of(distribution)
        if id in ids:
            id = next(name for n in range(2, len(distributions) + 2) if (name := f"{id}-{n}") not in ids)
        ids[id] = replace(distribution, id=id)
    return tuple(ids.values())
