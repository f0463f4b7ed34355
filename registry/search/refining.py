"""Orders the similar candidates of a search by words and meaning together, and adds some. Entry point: `ByMeaning`.

Exact ones stay as the words ordered them, and where they are many, nothing is encoded. The weight was chosen by
cross-validation on the judged queries, the floors on the demo: docs/decisions/0159.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from registry.isolation import isolated
from registry.search.analysis import clean
from registry.search.candidates import ENOUGH_EXACT_HITS, MAX_SIMILAR, Candidate, Candidates, Documents
from registry.search.meaning import MAX_CHARACTERS, Encoder
from registry.search.query import Found
from registry.search.vectors import VectorStore

MEANING_SHARE: Final = 0.3  # of a score; the rest is that of the words
FULL_COSINE: Final = 0.4  # from which on a record has all of that share
MIN_COSINE: Final = 0.25  # below it a record is not similar in meaning, however near it is among all
MIN_SHARE_OF_BEST_COSINE: Final = 0.6
MAX_NEAREST: Final = 50  # records that are looked at because of their meaning, before filters
MAX_CACHED: Final = 1000  # vectors of queries: the same words are asked again with each filter and page

log = logging.getLogger("lotse.search")


class ByMeaning:
    """A Refiner. Where it fails, the candidates stay as the words gave them."""

    def __init__(self, store: VectorStore, encoder: Encoder) -> None:
        self.store = store
        self.encoder = encoder
        self.vector = lru_cache(MAX_CACHED)(self._vector)

    def __call__(self, text: str, candidates: Candidates, documents: Documents) -> Candidates:
        def failed(error: Exception) -> None:
            log.warning("search by meaning: %s: %s", type(error).__name__, error)

        return isolated(lambda: self._refined(text, candidates, documents), failed) or candidates

    def _vector(self, text: str) -> bytes:
        return self.encoder.encode([text])[0]

    def _refined(self, text: str, candidates: Candidates, documents: Documents) -> Candidates:
        text = " ".join(clean(text).split())[:MAX_CHARACTERS].encode("utf-8", "ignore").decode()
        if not text or candidates.total >= ENOUGH_EXACT_HITS or not self.store.is_complete():
            return candidates
        by_words = {candidate.document.id for candidate in (*candidates.exact, *candidates.similar)}
        vector = self.vector(text)
        cosines = self.store.cosines(vector, 0, by_words)
        similar = _best_first(_joined(candidate, cosines) for candidate in candidates.similar)
        least = similar[MAX_SIMILAR - 1].share if len(similar) >= MAX_SIMILAR else -1.0  # of the last that is shown
        added = self._added(vector, by_words, least, documents) if least < MEANING_SHARE else []
        return replace(candidates, similar=_best_first((*similar, *added)))

    def _added(self, vector: bytes, others: Collection[str], least: float, documents: Documents) -> list[Candidate]:
        """Candidates that only their meaning finds, with a larger share than `least`."""
        nearest = self.store.cosines(vector, MAX_NEAREST)
        cosines = {id: cosine for id, cosine in nearest.items() if _points(cosine) > least}
        ids = [id for id in _near_enough(cosines) if id not in others]
        return [_joined(Candidate(document, 0.0, "meaning"), cosines) for document in _shown(ids, documents)]


def _near_enough(cosines: Mapping[str, float]) -> list[str]:
    """Ids of the records that are near enough to be similar in meaning, the nearest first."""
    floor = max(MIN_COSINE, MIN_SHARE_OF_BEST_COSINE * max(cosines.values(), default=0.0))
    return sorted((id for id, cosine in cosines.items() if cosine >= floor), key=lambda id: (-cosines[id], id))


def _shown(ids: list[str], documents: Documents) -> Sequence[Found]:
    """As many of these records as can be shown; more are only asked for if the filters do not let the first pass."""
    first = documents(ids[:MAX_SIMILAR])
    return first if len(first) == len(ids[:MAX_SIMILAR]) else (*first, *documents(ids[MAX_SIMILAR:]))


def _points(cosine: float) -> float:
    """What a cosine adds to the share of a candidate."""
    return MEANING_SHARE * min(max(cosine, 0.0) / FULL_COSINE, 1.0)


def _joined(candidate: Candidate, cosines: Mapping[str, float]) -> Candidate:
    """The candidate with the share of words and meaning together."""
    meaning = _points(cosines.get(candidate.document.id, 0.0))
    return Candidate(candidate.document, (1 - MEANING_SHARE) * candidate.share + meaning, candidate.by, meaning)


def _best_first(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda candidate: (-candidate.share, candidate.document.id)))
