"""Turns a query into what an engine is asked (terms, groups, needs), and chooses which hits are shown.

Entry points: `asked`, `choose`, `relaxed`; `Engine` is the protocol of both engines. docs/decisions/0030 says why.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, Protocol

import msgspec

from registry.model.message import message, sentence
from registry.search.analysis import Word, words
from registry.search.query import Count, Hit, Query, Ranking, Where

MAX_QUESTION, MAX_ASKED = 1000, 32  # characters and distinct words of a query that are used

TITLE_WEIGHT = 0.5  # of a term in the title; the title is in the whole text, too (`entry.TITLE_WEIGHT`)
GRAM_WEIGHT = 1.6  # of a gram, in a word of USUAL_GRAMS grams; a stem has 1
USUAL_GRAMS = 6
FILLER_WEIGHT = 0.3
MAX_GRAMS_OF_SHORT_WORD = 8  # words with so many grams are similar if they share two in a row, longer ones three
MIN_COMPLETE_HITS = 20  # with so many hits that have all words only these are shown
MAX_PARTIAL_SCORE_SHARE = 0.5  # also if the best of the other hits has at most this share of the best score


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
    where: Where


def asked(query: Query) -> Asked:
    """The query as an engine is asked. Fillers score little and need not match, unless the query has nothing else."""
    given = words(query.words[:MAX_QUESTION])[:MAX_ASKED]
    content = [word for word in given if not word.filler] or given
    where = {facet: values for facet, values in query.where.items() if values}
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
        """The first `depth` documents by score that have `need` and are in `wanted.where`."""

    def sorted(self, wanted: Asked, need: Need | None, query: Query) -> tuple[list[Hit], int]:
        """The hits of the page, sorted by title or date, and the number of all hits."""

    def facets(self, need: Need | None, where: Where, facets: tuple[str, ...]) -> Mapping[str, tuple[Count, ...]]:
        """Counts by `aggregations`, in one call."""


def choose(asked: Asked, find: Callable[[Need], Ranking]) -> tuple[Need | None, Ranking, frozenset[str]]:
    """The need by which hits are chosen, the documents that `find` returned for it, and ids of those with all words.

    `find`: returns the best RANKED documents or more. Only documents with all words are shown if there are enough of
    them or if they score far better; else similar ones follow. With all words required most queries of the judged set
    (`make relevance`) had few hits.
    """
    if asked.strict is None:
        return None, Ranking((), 0), frozenset()
    strict = find(asked.strict)
    complete = frozenset(document.id for document in strict.found)
    if strict.total >= MIN_COMPLETE_HITS:
        return asked.strict, strict, complete
    for need in asked.loose:
        loose = find(need)
        if loose.total:
            break
    other = next((document.score for document in loose.found if document.id not in complete), 0.0)
    if complete and other <= MAX_PARTIAL_SCORE_SHARE * strict.found[0].score:
        return asked.strict, strict, complete
    return need, loose, complete


def relaxed(asked: Asked, need: Need | None, complete: int, lang: str) -> tuple[str | None, str | None]:
    """`relaxed` and `note` of a page, as sentences in `lang`; None where nothing was loosened."""
    if need is None or need is asked.strict:
        return None, None
    asked_for = "word" if len(need.groups) == 1 else "words"
    if complete:
        return None, sentence(message(f"search-few-{asked_for}", count=complete), lang)
    return sentence(message(f"search-no-{asked_for}"), lang), None
