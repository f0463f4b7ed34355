"""Turns a query into what an engine is asked (terms, groups, needs), and says what was loosened.

Entry points: `asked`, `loosened`; `Engine` is the protocol of both engines. docs/decisions/0030 says why.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from registry.model.message import message, sentence
from registry.search.analysis import Word, words
from registry.search.filters import Filters
from registry.search.organization_tree import OrganizationTree
from registry.search.query import Count, Found, Hit, Query, Ranking

MAX_QUESTION, MAX_ASKED = 1000, 32  # characters and distinct words of a query that are used

TITLE_WEIGHT = 0.5  # of a term in the title; the title is in the whole text, too (`entry.TITLE_WEIGHT`)
GRAM_WEIGHT = 1.6  # of a gram, in a word of USUAL_GRAMS grams; a stem has 1
USUAL_GRAMS = 6
FILLER_WEIGHT = 0.3
MAX_GRAMS_OF_SHORT_WORD = 8  # words with so many grams are similar if they share two in a row, longer ones three


IndexField = Literal["title_stems", "title_grams", "text_stems", "text_grams", "short_words"]


class Term(msgspec.Struct, frozen=True):
    """A document that has this term in this field scores `weight` times its BM25."""

    field: IndexField
    text: str
    weight: float


class WordGroup(msgspec.Struct, frozen=True):
    """A word of the query. A document has it if it has the stem, or all grams of one alternative, or (`short`) the
    short word inside a compound."""

    stem: str
    alternatives: tuple[tuple[str, ...], ...]
    short: str = ""


class Need(msgspec.Struct, frozen=True):
    """The condition for a hit: a document has at least `least` of the groups."""

    groups: tuple[WordGroup, ...]
    least: int


class Asked(msgspec.Struct, frozen=True):
    """A query as an engine is asked. `strict`: all words, None for a query without words; `loose`: a third of the words
    or of similar ones, then any of them."""

    terms: tuple[Term, ...]
    strict: Need | None
    loose: tuple[Need, ...]
    filters: Filters


def asked(query: Query) -> Asked:
    """The query as an engine is asked. Fillers score little and need not match, unless the query has nothing else."""
    given = words(query.words[:MAX_QUESTION])[:MAX_ASKED]
    content = [word for word in given if not word.filler] or given
    where = Filters({facet: values for facet, values in query.where.items() if values})
    if not content:
        return Asked((), None, (), where)
    strict = Need(tuple(WordGroup(word.stem, _roots(word), word.short) for word in content), len(content))
    similar = tuple(WordGroup(word.stem, _roots(word) + _similar(word), word.short) for word in content)
    loose = tuple(Need(similar, least) for least in dict.fromkeys((-(-len(content) // 3), 1)))
    return Asked(tuple(term for word in given for term in _terms(word)), strict, loose, where)


def _terms(word: Word) -> Iterator[Term]:
    weight = FILLER_WEIGHT if word.filler else 1.0
    gram = weight * GRAM_WEIGHT * (USUAL_GRAMS / len(word.grams)) ** 0.5
    for stem in word.stem.split():
        yield Term("text_stems", stem, weight)
        yield Term("title_stems", stem, weight * TITLE_WEIGHT)
    for text in word.grams:
        yield Term("text_grams", text, gram)
        yield Term("title_grams", text, gram * TITLE_WEIGHT)
    if word.short:
        yield Term("short_words", word.short, gram)


def _roots(word: Word) -> tuple[tuple[str, ...], ...]:
    return (word.root,) if word.root else ()


def _similar(word: Word) -> tuple[tuple[str, ...], ...]:
    """Pieces of two or three grams: a word with another ending or a typing error still has one of them."""
    grams, size = word.grams, 2 if len(word.grams) <= MAX_GRAMS_OF_SHORT_WORD else 3
    if word.text.isdecimal() or len(grams) <= size:
        return ()
    pieces = (grams[at : at + size] for at in range(0, len(grams) - size + 1, size))
    return tuple(dict.fromkeys((*pieces, grams[-size:])))


class Engine(Protocol):
    """An index, as far as it executes queries that were built here."""

    def find(self, wanted: Asked, need: Need, depth: int) -> Ranking:
        """The first `depth` documents by score that have `need` and are in `wanted.filters`."""

    def documents(self, wanted: Asked, ids: Collection[str]) -> Sequence[Found]:
        """Those of these documents that are in `wanted.filters`, with their scores; 0 for one that has no word."""

    def sorted(self, wanted: Asked, need: Need | None, query: Query) -> tuple[list[Hit], int]:
        """The hits of the page, sorted by title or date, and the number of all hits."""

    def facets(self, need: Need | None, where: Filters, facets: tuple[str, ...]) -> Mapping[str, tuple[Count, ...]]:
        """Counts by `aggregations`, in one call."""

    def organizations(self) -> OrganizationTree:
        """Which organization is a unit of which."""


def loosened(asked: Asked, exact: int, similar: int, lang: str) -> tuple[str | None, str | None]:
    """`relaxed` and `note` of a page, as sentences in `lang`; None where no similar hits are shown."""
    if asked.strict is None or not similar:
        return None, None
    asked_for = "word" if len(asked.strict.groups) == 1 else "words"
    if exact:
        return None, sentence(message(f"search-few-{asked_for}", count=exact), lang)
    return sentence(message(f"search-no-{asked_for}"), lang), None
