"""By which words a thing is known: its IRIs, its identifiers with its title; in which language; what databases take."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from registry.agents import fold
from registry.model import Metadata, Text

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


def tags(several: Mapping[str, str | tuple[str, ...]], lang: str) -> Iterator[str]:
    """The languages that have words, best first: the wanted one, no tag, German, English, the others by their tags."""
    for tag in dict.fromkeys((lang, "und", "de", "en")):
        if _has_words(several.get(tag)):
            yield tag
    yield from (tag for tag in sorted(several) if tag not in (lang, "und", "de", "en") and _has_words(several[tag]))


def _has_words(value: str | tuple[str, ...] | None) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def in_language(text: Text, lang: str) -> str:
    """The words of a text for readers of a language, else of the next best; "" if it has none."""
    return next((text[tag] for tag in tags(text, lang)), "")


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
