"""Answers queries with an engine, the same way for every index: choice of hits, ranking, facets, suggestions.

Entry points: `answer` (the page for a query), `suggestions`, `beginning`, `bounds`.
"""

from collections.abc import Collection, Iterable, Sequence

from registry.errors import UsageError
from registry.search.analysis import clean, fold_word, words
from registry.search.matching import Engine, asked, choose, relaxed
from registry.search.query import MAX_DEPTH, RANKED, Found, Hit, Query, ResultPage, Suggestion

MAX_PREFIX = 60  # characters of a word that is being typed
FRESHNESS_SHARE, QUALITY_SHARE = 0.06, 0.06  # of a score, that freshness and quality can add to it
STALE_DAYS = 3650  # since the last change, after which nothing is added for freshness


def bounds(query: Query) -> tuple[int, int]:
    """Where the page begins and ends in the list of hits, from 0; UsageError for a page beyond MAX_DEPTH."""
    first = (max(query.page, 1) - 1) * max(query.size, 0)
    if first + query.size > MAX_DEPTH:
        raise UsageError("paging-too-deep", limit=MAX_DEPTH)
    return first, first + query.size


def ranked(documents: Sequence[Found], today: int, complete: Collection[str] = ()) -> list[Hit]:
    """The documents as hits. The first RANKED are sorted by score, freshness and quality, those of `complete` (ids that
    have all words) before the others; the rest keeps its order. `today`: a day number (`date.toordinal`)."""
    hits = [_hit(document, today) for document in documents[:RANKED]]
    hits.sort(key=lambda hit: (hit.id not in complete, -hit.score, hit.id))
    return hits + [_plain(document) for document in documents[RANKED:]]


def _hit(document: Found, today: int) -> Hit:
    age = today - document.day if document.day else STALE_DAYS
    freshness = 1 + FRESHNESS_SHARE * min(max(1 - age / STALE_DAYS, 0), 1)
    quality = 1 + QUALITY_SHARE * document.quality / 100
    parts = {"words": round(document.score, 4), "freshness": round(freshness, 4), "quality": round(quality, 4)}
    return Hit(document.id, document.kind, round(document.score * freshness * quality, 3), parts)


def _plain(document: Found) -> Hit:
    return Hit(document.id, document.kind, round(document.score, 3))


def answer(query: Query, engine: Engine, today: int) -> ResultPage:
    """The page that answers a query; UsageError for one beyond MAX_DEPTH. `today`: a day number."""
    first, last = bounds(query)
    wanted = asked(query)
    need, ranking, complete = choose(wanted, lambda need: engine.find(wanted, need, max(last, RANKED)))
    if query.sort == "relevance" and need:
        hits, total = ranked(ranking.found, today, complete)[first:last], ranking.total
    else:
        hits, total = engine.sorted(wanted, need, query)
    facets = engine.facets(need, wanted.where, query.facets)
    loosened, note = relaxed(wanted, need, len(complete), query.lang) if total else (None, None)
    before = len(complete) if note and query.sort == "relevance" else 0
    return ResultPage(tuple(hits), total, facets, next_page(query, total), loosened, note, before)


def next_page(query: Query, total: int) -> str | None:
    _, last = bounds(query)
    return str(query.page + 1) if query.size > 0 and last < min(total, MAX_DEPTH) else None


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
