"""What a search may show: the records that its words found, and the seam at which a search by meaning joins.

Entry points: `by_words`; `Candidates`, which a `Refiner` takes and gives back. docs/decisions/0150.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from math import log
from typing import Final, Literal, Protocol

import msgspec

from registry.search.matching import Asked, Engine, WordGroup
from registry.search.query import Found

MAX_SIMILAR: Final = 10  # similar hits that are shown, after the exact ones
ENOUGH_EXACT_HITS: Final = 20  # with so many exact hits no similar ones are shown
MAX_SIMILAR_SCORE_SHARE: Final = 0.3  # of the best exact hit: if no similar hit scores higher, none is shown
NEAR_DEPTH: Final = 30  # documents that are looked at for similar ones
MIN_WORD_SHARE: Final = 0.3  # of the grams of a word: what has so many of no word is not similar
MIN_EXACT_SHARE: Final = 0.05  # of a hit without a score: it has a word only inside a compound of a synonym
MIN_SHARE: Final = 0.15  # of a similar hit: the floor under which nothing is shown
MIN_SHARE_OF_FIRST: Final = 0.25  # of the best similar hit


class Candidate(msgspec.Struct, frozen=True):
    """A document that may be shown. `share`: its score by words as a share of the best one, 0 to 1; a Refiner may set
    it anew, it orders the hits. `by`: what found it; only words find exact hits. `meaning`: how much of `share` comes
    from its meaning."""

    document: Found
    share: float
    by: Literal["words", "meaning"] = "words"
    meaning: float = 0.0


class Candidates(msgspec.Struct, frozen=True):
    """`exact`: documents that have all words of the query, best first, as deep as was asked for; `total`: of all exact
    ones. `similar`: others, best first, in which order they are shown after the exact ones."""

    exact: tuple[Candidate, ...] = ()
    similar: tuple[Candidate, ...] = ()
    total: int = 0


Documents = Callable[[Collection[str]], Sequence[Found]]  # ids -> those that the filters let pass, without scores


class Refiner(Protocol):
    """Orders candidates anew and adds similar ones, as a search by meaning does. It never adds exact ones and drops
    none of them; `MAX_SIMILAR` similar ones are shown."""

    def __call__(self, text: str, candidates: Candidates, documents: Documents) -> Candidates:
        """`text`: the query as typed; `documents`: what the engine knows of records that the refiner found itself."""


def by_words(asked: Asked, engine: Engine, depth: int) -> Candidates:
    """The candidates that the words of a query find, the exact ones as deep as `depth`.

    Similar ones are left out where many hits are exact, and where the exact ones score far better.
    """
    if asked.need is None or not asked.need.groups:
        return Candidates()
    exact = engine.find(asked, asked.need, depth)
    best = max((document.score for document in exact.found), default=0.0)  # not always the first's: `tiers`
    if exact.total >= ENOUGH_EXACT_HITS:
        return Candidates(_shares(exact.found, best), (), exact.total)
    ids = {document.id for document in exact.found}
    near = [document for document in engine.near(asked, NEAR_DEPTH + len(ids)) if document.id not in ids]
    if exact.found and near and near[0].score <= MAX_SIMILAR_SCORE_SHARE * exact.found[0].score:
        near = []
    best = max((best, *(document.score for document in near)))
    return Candidates(_shares(exact.found, best), _similar(asked, engine, near, best), exact.total)


def _similar(asked: Asked, engine: Engine, near: Sequence[Found], best: float) -> tuple[Candidate, ...]:
    """Those documents that have much of a word at least, best first; one with few of the words scores less."""
    if not near or asked.need is None:
        return ()
    covered = tuple(_covered(asked.parts or asked.need.groups, asked.typed, engine, [document.id for document in near]))
    similar = []
    for document in near:
        shares = [min(1.0, coverage.get(document.id, 0.0)) for coverage in covered]
        if max(shares) >= MIN_WORD_SHARE:
            similar.append(Candidate(document, document.score / best * (sum(shares) / len(shares)) ** 0.5))
    similar.sort(key=lambda candidate: -candidate.share)
    least = max(MIN_SHARE, MIN_SHARE_OF_FIRST * similar[0].share) if similar else 0.0
    return tuple(candidate for candidate in similar if candidate.share >= least)


def _covered(
    groups: Sequence[WordGroup], typed: Sequence[Mapping[str, float]], engine: Engine, ids: list[str]
) -> Iterator[Mapping[str, float]]:
    """For each part: how much of it each document has. Frequent grams, and those of frequent endings, count less."""
    total, frequencies = engine.frequencies({gram for grams in typed for gram in grams})
    rarity = {  # an engine may count older versions of documents, too: more than there are documents
        gram: log(1 + (max(total - count, 0) + 0.5) / (count + 0.5)) ** 0.5 for gram, count in frequencies.items()
    }
    for group, grams in zip(groups, typed, strict=True):
        weights = {gram: weight * rarity[gram] for gram, weight in grams.items()}
        whole = sum(weights.values()) or 1.0
        yield engine.coverage(ids, group, {gram: weight / whole for gram, weight in weights.items()})


def _shares(documents: Sequence[Found], best: float) -> tuple[Candidate, ...]:
    """The documents as exact candidates, still in the order of their scores: the floor lifts all, the weakest most."""
    above, best = 1 - MIN_EXACT_SHARE, best or 1.0
    return tuple(Candidate(document, MIN_EXACT_SHARE + above * (document.score / best)) for document in documents)
