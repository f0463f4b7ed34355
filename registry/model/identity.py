"""By which words a thing is known: its IRIs, its identifiers with its title; in which language; what databases take."""

from collections.abc import Iterator
from functools import lru_cache

from registry.model.metadata import Metadata
from registry.model.text import fold, in_language, plain

MOST_TITLE = 300  # characters that are compared


def names(metadata: Metadata) -> Iterator[str]:
    """By what another source could name the same thing: the IRI, and each identifier together with the title."""
    if metadata.iri and not metadata.iri.startswith("_:"):
        yield plain(metadata.iri)
    words = title(metadata)
    for identifier in dict.fromkeys(metadata.identifiers):
        if words and identifier:
            yield titled(plain(identifier), words)


def titled(identifier: str, title: str) -> str:
    return f"{identifier}\n{title}"  # no IRI holds a line break


def title(metadata: Metadata) -> str:
    """The title in one language, folded, to compare with."""
    return _folded(in_language(metadata.title, "de")[:MOST_TITLE])


@lru_cache(2048)  # a harvest asks several times for the same
def _folded(words: str) -> str:
    return plain(fold(words))


def local(id: str) -> str:
    """The IRI of a record inside the house; made absolute where it leaves."""
    return f"/id/{id}"
