"""Orders the candidates of a search by words and meaning together, and adds similar ones. Entry point: `ByMeaning`.

The weight was chosen by cross-validation on the judged queries, the floors on the demo: docs/decisions/0159.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from registry.isolation import isolated
from registry.search.analysis import clean
from registry.search.candidates import ENOUGH_EXACT_HITS, MAX_SIMILAR, Candidate, Candidates, Documents
from registry.search.meaning import MAX_CHARACTERS, Encoder
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
        if not text or not self.store.is_complete():
            return candidates
        by_words = {candidate.document.id for candidate in (*candidates.exact, *candidates.similar)}
        count = MAX_NEAREST if candidates.total < ENOUGH_EXACT_HITS else 0
        cosines = self.store.cosines(self.vector(text), count, by_words)
        added = _added({id: cosine for id, cosine in cosines.items() if id not in by_words}, documents)
        similar = _fused((*candidates.similar, *added), cosines)
        return replace(candidates, exact=_fused(candidates.exact, cosines), similar=similar)


def _added(nearest: Mapping[str, float], documents: Documents) -> Sequence[Candidate]:
    """Those records that the words did not find and that are near enough, as many as can be shown."""
    floor = max(MIN_COSINE, MIN_SHARE_OF_BEST_COSINE * max(nearest.values(), default=0.0))
    ids = sorted((id for id, cosine in nearest.items() if cosine >= floor), key=lambda id: (-nearest[id], id))
    found = documents(ids[:MAX_SIMILAR])
    if len(found) < len(ids[:MAX_SIMILAR]):  # the filters do not let all of them pass
        found = (*found, *documents(ids[MAX_SIMILAR:]))
    return [Candidate(document, 0.0, "meaning") for document in found]


def _fused(candidates: Iterable[Candidate], cosines: Mapping[str, float]) -> tuple[Candidate, ...]:
    """The candidates with the score of words and meaning together, best first."""

    def fused(candidate: Candidate) -> Candidate:
        cosine = max(cosines.get(candidate.document.id, 0.0), 0.0)
        meaning = MEANING_SHARE * min(cosine / FULL_COSINE, 1.0)
        return replace(candidate, share=(1 - MEANING_SHARE) * candidate.share + meaning, meaning=meaning)

    return tuple(sorted(map(fused, candidates), key=lambda candidate: (-candidate.share, candidate.document.id)))
