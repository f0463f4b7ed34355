"""What a search may show: the records that its words found, and the seam at which a search by meaning joins.

Entry points: `by_words`; `Candidates`, which a `Refiner` takes and gives back. docs/decisions/0150.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Final, Literal, Protocol

import msgspec

from registry.search.matching import Asked, Need
from registry.search.query import Found, Ranking

MAX_SIMILAR: Final = 10  # similar hits that are shown, after the exact ones
ENOUGH_EXACT_HITS: Final = 20  # with so many exact hits no similar ones are shown
MAX_SIMILAR_SCORE_SHARE: Final = 0.5  # of the best exact hit: if no similar hit scores higher, none is shown
MIN_SIMILAR_SCORE_SHARE: Final = 0.2  # of the best score: below it a hit is not similar


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


Documents = Callable[[Collection[str]], Sequence[Found]]  # ids -> those that the filters let pass, scored by words


class Refiner(Protocol):
    """Orders candidates anew and adds similar ones, as a search by meaning does. It never adds exact ones and drops
    none of them; `MAX_SIMILAR` similar ones are shown."""

    def __call__(self, text: str, candidates: Candidates, documents: Documents) -> Candidates:
        """`text`: the query as typed; `documents`: what the engine knows of records that the refiner found itself."""


def by_words(asked: Asked, find: Callable[[Need], Ranking]) -> Candidates:
    """The candidates that the words of a query find; `find` returns the best documents that fulfil a need.

    Similar ones are left out where many hits are exact, and where the exact ones score far better.
    """
    if asked.strict is None:
        return Candidates()
    strict = find(asked.strict)
    if strict.total >= ENOUGH_EXACT_HITS:
        return Candidates(_shares(strict.found, strict.found), (), strict.total)
    exact = {document.id for document in strict.found}
    loose: tuple[Found, ...] = ()
    for need in asked.loose:
        if loose := tuple(document for document in find(need).found if document.id not in exact):
            break
    if exact and loose and loose[0].score <= MAX_SIMILAR_SCORE_SHARE * strict.found[0].score:
        loose = ()
    every = strict.found + loose
    similar = (one for one in _shares(loose, every) if one.share >= MIN_SIMILAR_SCORE_SHARE)
    return Candidates(_shares(strict.found, every), tuple(similar), strict.total)


def _shares(documents: Sequence[Found], every: Sequence[Found]) -> tuple[Candidate, ...]:
    best = max((document.score for document in every), default=0.0) or 1.0
    return tuple(Candidate(document, document.score / best) for document in documents)
