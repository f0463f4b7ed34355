"""What the words of a query mean beside their text: phrases, words to leave out, and the district, format, year, kind
or phase of projects that they name.

Entry point: `understand`. What is named does not narrow the search: it orders the hits, and is offered as a filter.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Final

import msgspec

from registry.search.analysis import base_letters, clean
from registry.search.word_lists import FAMILY_WORDS
from vocab.concepts import Concept, ConceptList
from vocab.formats import file_type
from vocab.kinds import KIND_ROWS
from vocab.match import districts_in, phase

CITY: Final = "city"  # what a word of the name of the city names; no facet
MAX_PHRASES: Final = 5
MAX_EXCLUDED: Final = 10
MAX_TOKENS: Final = 40  # words that are looked at
MIN_FORMAT_LETTERS: Final = 3
_QUOTED: Final = re.compile(r'"([^"]{1,200})"|[„“»]([^“”„«"]{1,200})[“”«]')
_EXCLUDED: Final = re.compile(r'(?:^|(?<=\s))[-−](?:"([^"]{1,200})"|([^\W_][\w-]*))')
_WORD: Final = re.compile(r"[^\W_]+")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_PLAIN_KINDS: Final = ("dataset", "series")  # nobody who types "Daten" means only these


class Understood(msgspec.Struct, frozen=True):
    """`text`: the words to look for; `phrases`: words that stand next to one another; `excluded`: words that a hit has
    not; `left_out`: facet -> values that a hit has not; `named`: facet -> values that words of the text name; `naming`:
    these words, in base letters, and those of the name of the city, which is named by everything."""

    text: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    left_out: Mapping[str, tuple[str, ...]] = {}
    named: Mapping[str, tuple[str, ...]] = {}
    naming: Mapping[str, str] = {}  # word -> facet, or CITY


def understand(question: str, districts: ConceptList | None = None) -> Understood:
    """The query taken apart; `districts`: the city's own list."""
    question = clean(question)
    excluded = [_one_of(match) for match in _EXCLUDED.finditer(question)][:MAX_EXCLUDED]
    kinds = {text: kind for text in excluded if (kind := _kind_words().get(base_letters(text)))}
    text = _EXCLUDED.sub(" ", question)
    phrases = tuple(_one_of(match) for match in _QUOTED.finditer(text))
    named: dict[str, dict[str, None]] = {}
    naming: dict[str, str] = {}
    for facet, value, word in _names(text, districts):
        named.setdefault(facet, {})[value] = None
        naming.setdefault(word, facet)
    for word in _city_words(districts) if districts else ():
        naming.setdefault(word, CITY)
    values = {facet: tuple(by_value) for facet, by_value in named.items()}
    return Understood(
        text,
        phrases[:MAX_PHRASES],
        tuple(text for text in excluded if text not in kinds),
        {"kind": tuple(dict.fromkeys(kinds.values()))} if kinds else {},
        values,
        naming,
    )


def _one_of(match: re.Match[str]) -> str:
    return str(next(filter(None, match.groups())))


def _names(text: str, districts: ConceptList | None) -> Iterator[tuple[str, str, str]]:
    """What words of the text name: facet, value and the word, in base letters."""
    for concept in districts_in(text, districts) if districts else ():
        for name in (*concept.labels.values(), *concept.alternatives):
            yield from (("district", concept.notation, base_letters(word)) for word in _WORD.findall(name))
    written = [base_letters(word) for word in _WORD.findall(text)[:MAX_TOKENS]]
    names_projects = any(_kind_words().get(word) == "project" for word in written)
    for word in written:
        if _YEAR.fullmatch(word):
            yield "year", word, word
        elif kind := _kind_words().get(word):
            yield "kind", kind, word
        elif names_projects and (named_phase := _phase(word)):
            yield "phase", named_phase.notation, word
        elif family := FAMILY_WORDS.get(word):
            yield "family", family, word
        elif format := _format(word):
            yield "format", format, word


@lru_cache(8)
def _city_words(districts: ConceptList) -> frozenset[str]:
    """The words of the names of the city itself."""
    names = (concept for concept in districts if concept.extra.get("kind") == "city")
    texts = (text for concept in names for text in (*concept.labels.values(), *concept.alternatives))
    return frozenset(base_letters(word) for text in texts for word in _WORD.findall(text))


@cache
def _kind_words() -> Mapping[str, str]:
    """Words for a kind of thing, of one word each, in both languages -> the kind."""
    rows = (row for row in KIND_ROWS.values() if row.name not in _PLAIN_KINDS)
    written = {
        base_letters(text): row.name for row in rows for texts in (row.singular, row.plural) for text in texts.values()
    }
    return {word: kind for word, kind in written.items() if _WORD.fullmatch(word)}


def _phase(word: str) -> Concept | None:
    """The phase that a word names in any inflection: "laufende" Projekte."""
    stems = (word, *(word.removesuffix(ending) for ending in ("e", "en", "er", "es") if word.endswith(ending)))
    return next(filter(None, map(phase, stems)), None)


def _format(word: str) -> str:
    """The notation of a file type that a word names as such: "csv", "GeoJSON"; "" if it is none."""
    if len(word) < MIN_FORMAT_LETTERS or not word.isalnum():
        return ""
    match = file_type(word)
    return match.concept.notation if match and word in match.concept.notation.lower() else ""
