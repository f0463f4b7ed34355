"""The hits of a page: by score or in an order of texts, wherever in the list the page lies.

Entry points: `listed`, `HitRanking`. The first RANKED hits by score are ordered anew by meaning, freshness and
completeness; those after them stay in the order of the engine, so a page far behind costs no more than the first one.
"""

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Final, NamedTuple

from msgspec.structs import replace

from registry.search.candidates import MAX_SIMILAR, Candidate, Candidates, Refiner, by_words
from registry.search.matching import Asked, Engine
from registry.search.paging import MAX_REMEMBERED, Cursor, Stretch, cursor_of, digests, order_of, start
from registry.search.query import MAX_DEPTH, RANKED, Hit, Query
from registry.search.sorting import sorted_page

MAX_MOVED: Final = 500  # hits by which the last one of a page may have moved when the next page is asked for
FRESHNESS_SHARE, QUALITY_SHARE = 0.06, 0.06  # of a score, that freshness and quality can add to it
BEST_SCORE = 100  # of the hit that its words fit best, without freshness and quality
STALE_DAYS = 3650  # since the last change, after which nothing is added for freshness


class Listed(NamedTuple):
    """The hits of a page. `by_score`: else in an order of texts; `total`: of exact ones; `similar`: how many follow
    them; `seen`: hits up to the last one of this page; `last`, `ids`: see `Cursor`."""

    hits: list[Hit]
    total: int
    similar: int
    seen: int
    last: str
    ids: bytes = b""
    by_score: bool = False


def listed(query: Query, ranking: "HitRanking") -> Listed:
    """The hits of the page that a query asks for. UsageError for a page beyond MAX_DEPTH or a wrong token."""
    cursor = cursor_of(query)
    wanted, engine = ranking.wanted, ranking.engine
    by_score = bool(query.sort == "relevance" and wanted.need and wanted.need.groups)
    if by_score:
        return _by_score(query, ranking, cursor)
    first = start(query, cursor, by_score)
    page = sorted_page(engine, wanted, Stretch(order_of(query), first, query.size, cursor.last if cursor else ""))
    similar = ranking.similar if wanted.need and not page.total else []
    hits = page.hits or similar[first : first + query.size]
    return Listed(hits, page.total, len(similar), first + len(hits), page.last)


def _by_score(query: Query, ranking: "HitRanking", cursor: Cursor | None) -> Listed:
    first, remembered = start(query, cursor, by_score=True), cursor.remembered if cursor else frozenset()
    if cursor and first:
        first, hits = (_unseen if remembered else _after)(cursor, query.size, ranking.stretch)
    else:
        hits = ranking.stretch(first, first + query.size)
    seen = first + len(hits)
    all_known = seen <= MAX_REMEMBERED and (remembered or first == 0)
    ids = (cursor.ids if cursor else b"") + digests(hit.id for hit in hits) if all_known else b""
    similar = len(ranking.similar) if first < RANKED else 0
    return Listed(hits, ranking.total, similar, seen, hits[-1].id if hits else "", ids, by_score=True)


def _unseen(cursor: Cursor, size: int, stretch: Callable[[int, int], list[Hit]]) -> tuple[int, list[Hit]]:
    """The number of hits seen, and the first ones that were not seen: no change can hide one or show one twice. Of so
    many hits as were seen and a page more, at least a page was not seen."""
    remembered = cursor.remembered
    hits = stretch(0, min(cursor.seen + size, MAX_DEPTH))
    return cursor.seen, [hit for hit in hits if digests([hit.id]) not in remembered][:size]


def _after(cursor: Cursor, size: int, stretch: Callable[[int, int], list[Hit]]) -> tuple[int, list[Hit]]:
    """The number of the first hit after the last one of the page before, and the page: hits before that may have come
    or gone. If it is gone itself, the page begins where it was."""
    seen, last = cursor.seen, cursor.last
    until = min(seen + size, MAX_DEPTH)
    begin = seen - 1
    hits = stretch(begin, until)
    if hits and hits[0].id == last:
        return seen, hits[1:]
    around = stretch(max(begin - MAX_MOVED, 0), min(seen + MAX_MOVED, MAX_DEPTH))
    first = next((max(begin - MAX_MOVED, 0) + at + 1 for at, hit in enumerate(around) if hit.id == last), seen)
    return first, stretch(first, min(first + size, MAX_DEPTH))


class HitRanking:
    """The list of hits by score, of which any stretch can be asked for. What it takes is computed once, so the pages
    of a list share it. `typed`: the words of the query."""

    def __init__(self, typed: str, wanted: Asked, engine: Engine, today: int, refiner: Refiner | None) -> None:
        self.wanted, self.engine = wanted, engine
        self._typed, self._today, self._refiner = typed, today, refiner
        self._deep_total = 0

    @cached_property
    def _candidates(self) -> Candidates:
        candidates = by_words(self.wanted, self.engine, RANKED)
        if self._refiner and self.wanted.need:
            unscored = replace(self.wanted, terms=(), synonyms=())
            return self._refiner(self._typed, candidates, lambda ids: self.engine.documents(unscored, ids))
        return candidates

    @property
    def total(self) -> int:
        return self._deep_total or self._candidates.total

    @cached_property
    def similar(self) -> list[Hit]:
        return ranked(self._candidates.similar, self._today, exact=False)[:MAX_SIMILAR]

    @cached_property
    def _first(self) -> list[Candidate]:
        return _ordered(self._candidates.exact, self._today)

    def stretch(self, first: int, last: int) -> list[Hit]:
        """The hits from `first` to before `last`, exact ones and after them similar ones."""
        deep = self._deep(max(first, RANKED), last)
        if first >= RANKED and self._deep_total > RANKED:
            return deep
        exact = [_hit(candidate, self._today, True) for candidate in self._first[first:last]] + deep
        return exact + self.similar[max(first - self.total, 0) : max(last - self.total, 0)]

    def _deep(self, first: int, last: int) -> list[Hit]:
        """Hits after the first RANKED, as the engine orders them."""
        if last <= first or self.wanted.need is None:
            return []
        ranking = self.engine.find(self.wanted, self.wanted.need, last, first)
        self._deep_total = ranking.total
        best = ranking.best or 1.0
        return [_plain(Candidate(document, min(document.score / best, 1.0))) for document in ranking.found]


def ranked(candidates: Sequence[Candidate], today: int, exact: bool = True) -> list[Hit]:
    """The candidates as hits. The first RANKED are sorted by score, freshness and quality; the rest keeps its order.
    `today`: a day number (`date.toordinal`)."""
    hits = [_hit(candidate, today, exact) for candidate in _ordered(candidates[:RANKED], today)]
    return hits + [_plain(candidate, exact) for candidate in candidates[RANKED:]]


def _ordered(candidates: Sequence[Candidate], today: int) -> list[Candidate]:
    """By tier and score; only hits that are shown are made, which takes longer than to order them."""
    scored = [(-candidate.document.tier, -_score(candidate, today), candidate.document.id) for candidate in candidates]
    return [candidate for _, candidate in sorted(zip(scored, candidates, strict=True), key=itemgetter(0))]


def _score(candidate: Candidate, today: int) -> float:
    document = candidate.document
    freshness, quality = _factors(document.day, document.quality, today)
    return round(BEST_SCORE * candidate.share * freshness * quality, 3)


@lru_cache(20_000)  # of a few thousand days and a few completenesses
def _factors(day: int, quality: int, today: int) -> tuple[float, float]:
    """What freshness and completeness multiply the points for words with."""
    age = today - day if day else STALE_DAYS
    freshness = 1 + FRESHNESS_SHARE * min(max(1 - age / STALE_DAYS, 0), 1)
    return freshness, 1 + QUALITY_SHARE * quality / 100


def _hit(candidate: Candidate, today: int, exact: bool) -> Hit:
    document, points = candidate.document, BEST_SCORE * candidate.share
    freshness, quality = _factors(document.day, document.quality, today)
    of_meaning = BEST_SCORE * candidate.meaning
    parts = {"words": round(points - of_meaning, 4)} | ({"meaning": round(of_meaning, 4)} if of_meaning else {})
    parts |= {"freshness": round(freshness, 4), "quality": round(quality, 4)}
    score = _score(candidate, today)
    return Hit(document.id, document.kind, score, parts, exact, candidate.by, tier=document.tier)


def _plain(candidate: Candidate, exact: bool = True) -> Hit:
    score = round(BEST_SCORE * candidate.share, 3)
    return Hit(candidate.document.id, candidate.document.kind, score, exact=exact, by=candidate.by)
