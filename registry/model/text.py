"""Chooses a language of a text, makes slugs, and cleans text for the database."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from registry.model.metadata import Text


def normal_name(name: str) -> str:
    """A name in lower case with single blanks, for comparison."""
    return " ".join(name.casefold().split())


LONGEST: Final = 80  # characters
MAX_TITLE_IN_LISTS: Final = 300  # characters of a title or a name; the page of the record shows all


def shortened(text: str, most: int = MAX_TITLE_IN_LISTS) -> str:
    """The text, cut after `most` characters, with "…" for the rest."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def shortened_text(text: Text, most: int = MAX_TITLE_IN_LISTS) -> Text:
    """The text with each language cut; the same object if nothing has to be cut."""
    if all(len(words) <= most for words in text.values()):
        return text
    return {tag: shortened(words, most) for tag, words in text.items()}


_NO_SLUG = re.compile(r"[^a-z0-9]+")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l"})


def slug(text: str) -> str:
    """The text in [a-z0-9-], at most LONGEST characters, ä as ae; "" if no character can be written so."""
    plain = text[: LONGEST * 4].lower()
    if not plain.isascii():
        folded = unicodedata.normalize("NFC", text[: LONGEST * 4]).casefold().translate(_GERMAN)
        plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return _NO_SLUG.sub("-", plain).strip("-")[:LONGEST].strip("-")


def tags(by_language: Mapping[str, str | tuple[str, ...]], lang: str) -> Iterator[str]:
    """The language tags with a value, best first: `lang`, "und" (no tag), German, English, others in order of tags."""
    first = tuple(dict.fromkeys((lang, "und", "de", "en")))
    for tag in first:
        if _has_words(by_language.get(tag)):
            yield tag
    yield from (tag for tag in sorted(by_language) if tag not in first and _has_words(by_language[tag]))


def _has_words(value: str | tuple[str, ...] | None) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def in_language(text: Text, lang: str) -> str:
    """The text in a language, else in the next best one (`tags`); "" if it has none."""
    wanted = text.get(lang, "")
    if wanted.strip():
        return wanted
    if len(text) == 1:  # as most texts
        (only,) = text.values()
        return only if only.strip() else ""
    return next((text[tag] for tag in tags(text, lang)), "")


def storable(text: str) -> str:
    """The text without NUL, which PostgreSQL refuses, and without lone surrogates, which UTF-8 cannot encode."""
    if text.isascii():
        return text if "\0" not in text else text.replace("\0", "\ufffd")
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
