"""What is asked of an index: terms, groups and needs."""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, Protocol

import msgspec

from registry.model.message import message, sentence
from registry.search.analysis import Word, words
from registry.search.query import Count, Hit, Query, Ranking, Where

MAX_QUESTION, MAX_ASKED = 1000, 32  # characters, and distinct words, of a query that count

TITLE_WEIGHT = 0.5  # of the title beside the whole, which holds it five times
GRAM_WEIGHT = 1.6  # of grams beside stems, for a word of USUAL_GRAMS
USUAL_GRAMS = 6
FILLER_WEIGHT = 0.3
LONG = 8  # grams: up to here two in a row make a similar word, three beyond
MIN_COMPLETE_HITS = 20  # hits with all words: nothing else is shown
MAX_PARTIAL_SCORE_SHARE = 0.5  # or if the best hit without some word scores at most so much of the best one with all


# -- what is asked

IndexField = Literal["title_stems", "title_grams", "text_stems", "text_grams", "short_words"]


class Term(msgspec.Struct, frozen=True):
    """A document that has it in this field gains `weight` times its BM25."""

    field: IndexField
    text: str
    weight: float


class WordGroup(msgspec.Struct, frozen=True):
    """A word as a document has it in its text: the stem, all grams of one alternative, or the short word in a
    compound."""

    stem: str
    alternatives: tuple[tuple[str, ...], ...]
    short: str = ""


class Need(msgspec.Struct, frozen=True):
    """What a document must have to be a hit: at least `least` of the groups."""

    groups: tuple[WordGroup, ...]
    least: int


class Asked(msgspec.Struct, frozen=True):
    """`strict`: all words, None if none are asked; `loose`: a third of them or similar ones, at last any."""

    terms: tuple[Term, ...]
    strict: Need | None
    loose: tuple[Need, ...]
    where: Where


def asked(query: Query) -> Asked:
    """A query in terms of an index. Fillers add little and need not match, unless there is nothing else."""
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
    """Pieces of the word, one of which is left by another ending or a typing error; of a long word longer ones."""
    grams, size = word.grams, 2 if len(word.grams) <= LONG else 3
    if word.text.isdecimal() or len(grams) <= size:
        return ()
    pieces = (grams[at : at + size] for at in range(0, len(grams) - size + 1, size))
    return tuple(dict.fromkeys((*pieces, grams[-size:])))


class Engine(Protocol):
    """What an index does with a query that was built here."""

    def find(self, wanted: Asked, need: Need, depth: int) -> Ranking:
        """The first `depth` documents by score that have `need` and are in `wanted.where`."""

    def sorted(self, wanted: Asked, need: Need | None, query: Query) -> tuple[list[Hit], int]:
        """The hits of the page in the order of a field, and how many there are in all."""

    def facets(self, need: Need | None, where: Where, facets: tuple[str, ...]) -> Mapping[str, tuple[Count, ...]]:
        """Counts by `aggregations`, in one call."""


def choose(asked: Asked, find: Callable[[Need], Ranking]) -> tuple[Need | None, Ranking, frozenset[str]]:
    """The need by which hits are chosen, what was found by it, and which of these have all words.

    `find`: the best RANKED documents, or more. All words are needed where enough documents have them or where these
    stand out; else similar ones are shown, too: strict AND alone left most queries of the judged set with few hits.
    """
    if asked.strict is None:
        return None, Ranking((), 0), frozenset()
    strict = find(asked.strict)
    complete = frozenset(one.id for one in strict.found)
    if strict.total >= MIN_COMPLETE_HITS:
        return asked.strict, strict, complete
    for need in asked.loose:
        loose = find(need)
        if loose.total:
            break
    other = next((one.score for one in loose.found if one.id not in complete), 0.0)
    if complete and other <= MAX_PARTIAL_SCORE_SHARE * strict.found[0].score:
        return asked.strict, strict, complete
    return need, loose, complete


def relaxed(asked: Asked, need: Need | None, complete: int, lang: str) -> tuple[str | None, str | None]:
    """`relaxed` and `note` of a page: in words what was loosened, and what is shown besides."""
    if need is None or need is asked.strict:
        return None, None
    asked_for = "word" if len(need.groups) == 1 else "words"
    if complete:
        return None, sentence(message(f"search-few-{asked_for}", count=complete), lang)
    return sentence(message(f"search-no-{asked_for}"), lang), None
