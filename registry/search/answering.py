"""Answers queries with an engine, the same way for every index: choice of hits, ranking, facets, suggestions.

Entry points: `question` and `page_of` (the page for a query in two steps), `suggestions`, `beginning`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from registry.search.analysis import clean, fold_word, words
from registry.search.candidates import Refiner
from registry.search.facet_values import WHOLE_CITY
from registry.search.facets import FACETS
from registry.search.filters import Filters
from registry.search.listing import HitRanking, Listed, listed
from registry.search.matching import MAX_QUESTION, Asked, Engine, asked, leveled, loosened
from registry.search.paging import token_of
from registry.search.query import MAX_DEPTH, Count, Hit, Query, ResultPage, Suggestion
from registry.search.synonyms import Synonyms
from registry.search.understanding import understand
from vocab.concepts import ConceptList

MAX_PREFIX = 60  # characters of a word that is being typed


class Question(NamedTuple):
    """What all pages of a list have in common. `named`: facet -> values that words of the query name."""

    ranking: HitRanking
    named: Mapping[str, tuple[str, ...]]


def question(
    query: Query,
    engine: Engine,
    today: int,
    refiner: Refiner | None = None,
    synonyms: Synonyms | None = None,
    districts: ConceptList | None = None,
) -> Question:
    """The question that a query asks an engine, on whatever page. `today`: a day number; `refiner`: adds what is meant
    alike, if there is one; `synonyms`: the city's, else those of Lotse; `districts`: the city's own list."""
    understood = understand(query.words[:MAX_QUESTION], districts)
    wanted = leveled(engine.pruned(asked(query, synonyms, understood)), engine)
    wanted = replace(wanted, filters=_narrowed(wanted.filters, query, engine, today))
    return Question(HitRanking(query.words, wanted, engine, today, refiner), understood.named if wanted.need else {})


def page_of(query: Query, asked_for: Question) -> ResultPage:
    """The page that a query asks for: exact hits, after the last of them the similar ones. UsageError for a page beyond
    MAX_DEPTH."""
    wanted, engine = asked_for.ranking.wanted, asked_for.ranking.engine
    page = listed(query, asked_for.ranking)
    hits = _explained(page.hits, wanted, engine)
    relaxed, note = loosened(wanted, page.total, page.similar, query.lang)
    facets, whole_city = _without_city(engine.facets(wanted.need, wanted.filters, query.facets))
    number, token = following(query, page)
    named = dict(asked_for.named)
    return ResultPage(tuple(hits), page.total, facets, number, relaxed, note, page.similar, token, whole_city, named)


def _without_city(counts: Mapping[str, tuple[Count, ...]]) -> tuple[Mapping[str, tuple[Count, ...]], int]:
    """The counts without that of the whole city as a district, and that one."""
    districts = counts.get("district", ())
    whole_city = next((count.count for count in districts if count.value == WHOLE_CITY), 0)
    if not whole_city:
        return counts, 0
    return {**counts, "district": tuple(count for count in districts if count.value != WHOLE_CITY)}, whole_city


def following(query: Query, page: Listed) -> tuple[str | None, str]:
    """Number and token of the next page; None and "" after the last one. By score there is none beyond MAX_DEPTH.

    After a page by token the total does not tell whether more follows, because seen hits may be gone: a full page has a
    next one, which may be empty.
    """
    last = min(page.total + page.similar, MAX_DEPTH) if page.by_score else page.total + page.similar
    more = len(page.hits) == query.size if query.cursor else page.seen < last
    more = more and not (page.by_score and page.seen >= MAX_DEPTH)
    if not query.size or not page.hits or not more:
        return None, ""
    numbered = None if query.cursor or page.seen + query.size > MAX_DEPTH else str(query.page + 1)
    return numbered, token_of(query, page.seen, page.last, page.ids)


def _narrowed(where: Filters, query: Query, engine: Engine, today: int) -> Filters:
    """The filters with all that belongs to them: limits, day, and the units of chosen organizations."""
    chosen = [id for facet, values in where.where.items() if FACETS[facet].tree for id in values]
    tree = engine.organizations() if chosen else None
    units = {id: tree.units(id) for id in chosen} if tree else {}
    whole_city = query.limits.whole_city
    limits = query.limits.conditions()
    outside = query.outside
    return replace(
        where, limits=limits, today=today, units=units, organizations=tree, whole_city=whole_city, outside=outside
    )


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
