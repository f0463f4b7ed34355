"""Answers queries with an engine, the same way for every index: choice of hits, ranking, facets, suggestions.

Entry points: `answer` (the page for a query), `suggestions`, `beginning`, `bounds`.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from registry.errors import UsageError
from registry.search.analysis import clean, fold_word, words
from registry.search.candidates import MAX_SIMILAR, Candidate, Refiner, by_words
from registry.search.facets import FACETS
from registry.search.filters import Filters
from registry.search.matching import Asked, Engine, asked, loosened
from registry.search.query import MAX_DEPTH, RANKED, Hit, Query, ResultPage, Suggestion
from registry.search.synonyms import Synonyms

MAX_PREFIX = 60  # characters of a word that is being typed
FRESHNESS_SHARE, QUALITY_SHARE = 0.06, 0.06  # of a score, that freshness and quality can add to it
BEST_SCORE = 100  # of the hit that its words fit best, without freshness and quality
STALE_DAYS = 3650  # since the last change, after which nothing is added for freshness


def bounds(query: Query) -> tuple[int, int]:
    """Where the page begins and ends in the list of hits, from 0; UsageError for a page beyond MAX_DEPTH."""
    first = (max(query.page, 1) - 1) * max(query.size, 0)
    if first + query.size > MAX_DEPTH:
        raise UsageError("paging-too-deep", limit=MAX_DEPTH)
    return first, first + query.size


def ranked(candidates: Sequence[Candidate], today: int, exact: bool = True) -> list[Hit]:
    """The candidates as hits. The first RANKED are sorted by score, freshness and quality; the rest keeps its order.
    `today`: a day number (`date.toordinal`)."""
    hits = [_hit(candidate, today, exact) for candidate in candidates[:RANKED]]
    hits.sort(key=lambda hit: (-hit.score, hit.id))
    return hits + [_plain(candidate, exact) for candidate in candidates[RANKED:]]


def _hit(candidate: Candidate, today: int, exact: bool) -> Hit:
    document, points = candidate.document, BEST_SCORE * candidate.share
    age = today - document.day if document.day else STALE_DAYS
    freshness = 1 + FRESHNESS_SHARE * min(max(1 - age / STALE_DAYS, 0), 1)
    quality = 1 + QUALITY_SHARE * document.quality / 100
    of_meaning = BEST_SCORE * candidate.meaning
    parts = {"words": round(points - of_meaning, 4)} | ({"meaning": round(of_meaning, 4)} if of_meaning else {})
    parts |= {"freshness": round(freshness, 4), "quality": round(quality, 4)}
    score = round(points * freshness * quality, 3)
    return Hit(document.id, document.kind, score, parts, exact=exact, by=candidate.by)


def _plain(candidate: Candidate, exact: bool) -> Hit:
    score = round(BEST_SCORE * candidate.share, 3)
    return Hit(candidate.document.id, candidate.document.kind, score, exact=exact, by=candidate.by)


def answer(
    query: Query, engine: Engine, today: int, refiner: Refiner | None = None, synonyms: Synonyms | None = None
) -> ResultPage:
    """The page that answers a query: exact hits, after the last of them the similar ones. UsageError for a page beyond
    MAX_DEPTH. `today`: a day number; `refiner`: adds what is meant alike, if there is one; `synonyms`: the city's, else
    those of Lotse."""
    first, last = bounds(query)
    wanted = engine.pruned(asked(query, synonyms))
    wanted = replace(wanted, filters=_narrowed(wanted.filters, query, engine, today))
    candidates = by_words(wanted, engine, max(last, RANKED))
    if refiner and wanted.need:
        candidates = refiner(query.words, candidates, lambda ids: engine.documents(wanted, ids))
    by_score = query.sort == "relevance" and wanted.need
    if by_score:
        hits, total = ranked(candidates.exact, today)[first:last], candidates.total
    else:
        hits, total = engine.sorted(wanted, wanted.need, query)
    similar = ranked(candidates.similar, today, exact=False)[:MAX_SIMILAR] if by_score or not total else []
    hits += similar[max(first - total, 0) : max(last - total, 0)]
    hits = _explained(hits, wanted, engine)
    relaxed, note = loosened(wanted, total, len(similar), query.lang)
    facets = engine.facets(wanted.need, wanted.filters, query.facets)
    following = next_page(query, total + len(similar))
    return ResultPage(tuple(hits), total, facets, following, relaxed, note, len(similar))


def _narrowed(where: Filters, query: Query, engine: Engine, today: int) -> Filters:
    """The filters with all that belongs to them: limits, day, and the units of chosen organizations."""
    chosen = [id for facet, values in where.where.items() if FACETS[facet].tree for id in values]
    tree = engine.organizations() if chosen else None
    units = {id: tree.units(id) for id in chosen} if tree else {}
    return replace(where, limits=query.limits.conditions(), today=today, units=units)


def _explained(hits: Sequence[Hit], wanted: Asked, engine: Engine) -> list[Hit]:
    """The hits, exact ones with the synonyms by which alone they have a word of the query."""
    ids = [hit.id for hit in hits if hit.exact]
    synonyms: dict[str, dict[str, str]] = {}
    for ring in wanted.rings if ids else ():
        have_own, *have_member = engine.having(ids, (ring.own, *ring.members.values()))
        for id in ids:
            named = (text for text, having in zip(ring.members, have_member, strict=True) if id in having)
            if id not in have_own and (text := next(named, "")):
                synonyms.setdefault(id, {})[ring.typed] = text
    return [replace(hit, synonyms=synonyms[hit.id]) if hit.id in synonyms else hit for hit in hits]


def next_page(query: Query, count: int) -> str | None:
    _, last = bounds(query)
    return str(query.page + 1) if query.size > 0 and last < min(count, MAX_DEPTH) else None


def beginning(prefix: str) -> str:
    """What a person has typed so far, folded as the suggested words of the index are."""
    return fold_word(" ".join(clean(prefix[:MAX_PREFIX]).split()))


def suggestions(entries: Iterable[tuple[str, int]], size: int) -> tuple[Suggestion, ...]:
    """At most `size` suggestions, the most frequent first: one for each stem, in its most frequent spelling.

    `entries`: words of the index ("folded<tab>as written") with their counts.
    """
    by_stems: dict[str, tuple[str, int]] = {}
    for entry, count in sorted(entries, key=_by_count):
        written = entry.partition("\t")[2]
        stems = " ".join(word.stem for word in words(written))
        text, sofar = by_stems.get(stems, (written, 0))
        by_stems[stems] = (text, sofar + count)
    ordered = sorted(by_stems.values(), key=_by_count)
    return tuple(Suggestion(text, count) for text, count in ordered[:size])


def _by_count(counted: tuple[str, int]) -> tuple[int, str]:
    text, count = counted
    return -count, text
