"""The page that answers a query: ranking, facets, suggestions."""

from collections.abc import Collection, Iterable, Sequence

from registry.errors import UsageError
from registry.search.analysis import clean, fold_word, words
from registry.search.matching import Engine, asked, choose, relaxed
from registry.search.query import MAX_DEPTH, RANKED, Found, Hit, Query, ResultPage, Suggestion

MAX_PREFIX = 60  # characters of a word that is being typed
FRESHNESS, QUALITY = 0.06, 0.06  # what they can add to a score, as a part of it
STALE = 3650  # days after which nothing is added for freshness


def bounds(query: Query) -> tuple[int, int]:
    """First and last place of the page; raises UsageError for one that lies too deep."""
    first = (max(query.page, 1) - 1) * max(query.size, 0)
    if first + query.size > MAX_DEPTH:
        raise UsageError("paging-too-deep", limit=MAX_DEPTH)
    return first, first + query.size


# -- what is found


def ranked(found: Sequence[Found], today: int, complete: Collection[str] = ()) -> list[Hit]:
    """The first RANKED by words, freshness and quality, those that have all words before similar ones; the others as
    they come. `today`: a day number."""
    hits = [_hit(one, today) for one in found[:RANKED]]
    hits.sort(key=lambda hit: (hit.id not in complete, -hit.score, hit.id))
    return hits + [_plain(one) for one in found[RANKED:]]


def _hit(one: Found, today: int) -> Hit:
    age = today - one.day if one.day else STALE
    freshness = 1 + FRESHNESS * min(max(1 - age / STALE, 0), 1)
    quality = 1 + QUALITY * one.quality / 100
    parts = {"words": round(one.score, 4), "freshness": round(freshness, 4), "quality": round(quality, 4)}
    return Hit(one.id, one.kind, round(one.score * freshness * quality, 3), parts)


def _plain(one: Found) -> Hit:
    return Hit(one.id, one.kind, round(one.score, 3))


def answer(query: Query, engine: Engine, today: int) -> ResultPage:
    """The page that answers a query; `today`: a day number."""
    first, last = bounds(query)
    wanted = asked(query)
    need, ranking, complete = choose(wanted, lambda need: engine.find(wanted, need, max(last, RANKED)))
    if query.sort == "relevance" and need:
        hits, total = ranked(ranking.found, today, complete)[first:last], ranking.total
    else:
        hits, total = engine.sorted(wanted, need, query)
    facets = engine.facets(need, wanted.where, query.facets)
    loosened, note = relaxed(wanted, need, len(complete), query.lang) if total else (None, None)  # of nothing, nothing
    before = len(complete) if note and query.sort == "relevance" else 0
    return ResultPage(tuple(hits), total, facets, next_page(query, total), loosened, note, before)


def next_page(query: Query, total: int) -> str | None:
    _, last = bounds(query)
    return str(query.page + 1) if query.size > 0 and last < min(total, MAX_DEPTH) else None


def beginning(prefix: str) -> str:
    """A prefix as words begin in the index."""
    return fold_word(" ".join(clean(prefix[:MAX_PREFIX]).split()))


def suggestions(entries: Iterable[tuple[str, int]], size: int) -> tuple[Suggestion, ...]:
    """From words of the index ("folded<tab>as written", count): one a stem, in its most frequent spelling."""
    found: dict[str, tuple[str, int]] = {}
    for word, count in sorted(entries, key=lambda one: (-one[1], one[0])):
        written = word.partition("\t")[2]
        key = " ".join(one.stem for one in words(written))
        text, sofar = found.get(key, (written, 0))
        found[key] = (text, sofar + count)
    ordered = sorted(found.values(), key=lambda one: (-one[1], one[0]))
    return tuple(Suggestion(text, count) for text, count in ordered[:size])
