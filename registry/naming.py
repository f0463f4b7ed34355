"""By which words a thing is known: its IRIs, its identifiers with its title, and what every database takes."""

from collections.abc import Iterator
from functools import lru_cache

from registry.agents import fold
from registry.model import Metadata

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
    words = metadata.title
    first = words.get("de") or words.get("und") or next((words[tag] for tag in sorted(words) if words[tag]), "")
    return _folded(first[:MOST_TITLE])


@lru_cache(2048)  # a harvest asks several times for the same
def _folded(words: str) -> str:
    return plain(fold(words))


def local(id: str) -> str:
    """The IRI of a record inside the house; made absolute where it leaves."""
    return f"/id/{id}"


def plain(text: str) -> str:
    """Text without NUL, which PostgreSQL does not take, and without half a character."""
    if text.isascii():
        return text if "\0" not in text else text.replace("\0", "\ufffd")
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
