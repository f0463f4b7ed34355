"""Words by language, and text that databases take."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from registry.model.metadata import Text


def normal_name(name: str) -> str:
    """A name without differences of case and blanks."""
    return " ".join(name.casefold().split())


LONGEST: Final = 80  # characters

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l"})


def slug(text: str) -> str:
    """[a-z0-9-], at most 80 characters, ä as ae; empty if there is nothing to write in these letters."""
    folded = unicodedata.normalize("NFC", text[: LONGEST * 4]).casefold().translate(_GERMAN)
    storable = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", storable).strip("-")[:LONGEST].strip("-")


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


def storable(text: str) -> str:
    """Text without NUL, which PostgreSQL does not take, and without half a character."""
    if text.isascii():
        return text if "\0" not in text else text.replace("\0", "\ufffd")
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
