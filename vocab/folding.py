"""Text folded so that case, punctuation, umlauts and accents do not matter, and the concepts of a list by such text.

Entry points: `fold`, `match` (a shipped list), `named` (any list). Answers are cached.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from vocab.concepts import Concept, ConceptList, concept_list

MAX_TEXT: Final = 400  # characters; a longer text names no concept and is not cached
CACHED: Final = 16384  # answers of a function; a harvest asks the same few hundred for every record

_SCHEME = re.compile(r"(?:https?:)?//(?:www\.)?")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "oe", "œ": "oe", "ł": "l", "đ": "d"})
_PUNCTUATION = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """The text without case, punctuation, umlauts and accents. Of an IRI scheme, "www." and the last "/" are removed;
    the result begins with "//"."""
    text = unicodedata.normalize("NFKC", text).strip().strip("<>\"'").casefold()
    scheme = _SCHEME.match(text)
    address = text[scheme.end() :].rstrip("/#") if scheme else ""
    return "//" + unquote(address) if address else fold_text(text)


def fold_text(text: str) -> str:
    """The folded form of a text that is never an IRI, with single blanks between the words."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    marks = unicodedata.normalize("NFD", plain)
    return _PUNCTUATION.sub(" ", "".join(c for c in marks if not unicodedata.combining(c))).strip()


def keys(concept: Concept) -> Iterable[str]:
    """All names of a concept, folded: IRI, notation, labels, alternatives, matches."""
    named = (concept.iri, concept.notation, *concept.labels.values(), *concept.alternatives, *concept.matches)
    return dict.fromkeys(map(fold, named))


@lru_cache(maxsize=128)
def index(concepts: ConceptList) -> Mapping[str, Concept | None]:
    """Folded name -> its concept, None where two concepts have it."""
    by_text: dict[str, Concept | None] = {}
    for concept in concepts:
        for key in keys(concept):
            by_text[key] = None if key in by_text else concept
    by_text.pop("", None)
    return by_text


@lru_cache(maxsize=CACHED)
def _named(concepts: ConceptList, text: str) -> Concept | None:
    return index(concepts).get(fold(text))


def named(concepts: ConceptList, text: str) -> Concept | None:
    """The concept with this text as IRI, notation, label, alternative or match, in any spelling; None if two have
    it."""
    return _named(concepts, text) if text and len(text) <= MAX_TEXT else None


def match(name: str, text: str) -> Concept | None:
    """The concept of a shipped list with this text, as `named` finds it; `name`: of the list."""
    return named(concept_list(name), text)
