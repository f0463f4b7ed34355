"""Words levelled so that spelling does not matter, and the dictionaries of the lists under such words."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from vocab.concepts import Concept, ConceptList, concept_list

MAX_WORDS: Final = 400  # longer words name no concept; they are not even remembered
REMEMBERED: Final = 16384  # answers of each question; a harvest asks the same few hundred for every record

_SCHEME = re.compile(r"(?:https?:)?//(?:www\.)?")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "oe", "œ": "oe", "ł": "l", "đ": "d"})
_PUNCTUATION = re.compile(r"[\W_]+")


def fold(words: str) -> str:
    """Words without case, punctuation, umlauts and accents; an IRI, then beginning with "//", without its scheme,
    "www." and last "/"."""
    text = unicodedata.normalize("NFKC", words).strip().strip("<>\"'").casefold()
    scheme = _SCHEME.match(text)
    address = text[scheme.end() :].rstrip("/#") if scheme else ""
    return "//" + unquote(address) if address else fold_text(text)


def fold_text(text: str) -> str:
    """The same for words that are never an IRI; blanks between what is left."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    marks = unicodedata.normalize("NFD", plain)
    return _PUNCTUATION.sub(" ", "".join(c for c in marks if not unicodedata.combining(c))).strip()


def keys(concept: Concept) -> Iterable[str]:
    """All words that name a concept, folded: IRI, notation, labels, alternatives, matches."""
    named = (concept.iri, concept.notation, *concept.labels.values(), *concept.alternatives, *concept.matches)
    return dict.fromkeys(map(fold, named))


@lru_cache(maxsize=128)
def index(concepts: ConceptList) -> Mapping[str, Concept | None]:
    """Folded words -> the concept that they name, None where they name two."""
    words: dict[str, Concept | None] = {}
    for concept in concepts:
        for key in keys(concept):
            words[key] = None if key in words else concept
    words.pop("", None)
    return words


@lru_cache(maxsize=REMEMBERED)
def _named(concepts: ConceptList, words: str) -> Concept | None:
    return index(concepts).get(fold(words))


def named(concepts: ConceptList, words: str) -> Concept | None:
    """The concept that has these words as IRI, notation, label or alternative, however spelled; None for two."""
    return _named(concepts, words) if words and len(words) <= MAX_WORDS else None


def match(name: str, words: str) -> Concept | None:
    """The same for a list that is shipped, by its name."""
    return named(concept_list(name), words)
