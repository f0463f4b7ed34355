"""One state of a Tantivy index as an `Engine`. Entry point: `Reading`."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

import tantivy
from tantivy import Occur
from tantivy import Query as Tree

from registry.search.facet_counts import MAX_KEYS, aggregations, counts
from registry.search.facets import PARENTS
from registry.search.filters import Condition, Filters, Ranges, Texts
from registry.search.jumping import Mark, jump
from registry.search.matching import POINT, Asked, IndexField, Need, WordGroup, field_of, without_synonyms, without_tier
from registry.search.organization_tree import OrganizationTree
from registry.search.paging import Order, Stretch
from registry.search.query import Count, Found, Hit, Ranking, ResultPage, Sorted
from registry.search.space_time import NUMBERS
from registry.search.tantivy_trees import (
    Bounds,
    between,
    excluded,
    filter_text,
    filtered,
    group_tree,
    named,
    scoring,
    sort_text,
    term_tree,
    tiers,
)
from registry.search.whole_counts import Counts

MAX_KEPT: Final = 2_000  # counts of a facet, pages, ends of pages that are kept until the next change
FAR: Final = 200  # hits after the end of a known page, from which on the place of a hit is looked for
MAX_KEPT_HITS: Final = 100  # of a page that is kept
MAX_KEPT_DOCUMENTS: Final = 50_000  # whose stored fields are kept; about 10 MB


class Stored(NamedTuple):
    """What is stored of a document."""

    id: str
    kind: Any
    day: int
    quality: int


@dataclass(frozen=True)
class Reading:
    """One state of the index as an `Engine`, with the counts and pages that were made on it. `ends`: for each list in
    an order of texts: number of a hit -> key of the one before it; `whole`: reads the counts of all records that were
    kept with this state, of the facets of which there are some; `stored`: by segment and number in it; `answers`: pages
    of whole queries; `questions`: what the pages of a list have in common."""

    stamp: tuple[str, int, int]
    index: tantivy.Index
    searcher: tantivy.Searcher
    counted: dict[Any, tuple[Count, ...]] = field(default_factory=dict)
    pages: dict[Any, Sorted] = field(default_factory=dict)
    ends: dict[Any, dict[int, str]] = field(default_factory=dict)
    whole: Callable[[], Counts] = dict
    stored: dict[tuple[int, int], Stored] = field(default_factory=dict)
    answers: dict[Any, ResultPage] = field(default_factory=dict)
    questions: dict[Any, Any] = field(default_factory=dict)

    def find(self, wanted: Asked, need: Need, last: int, first: int = 0) -> Ranking:
        tree = filtered(need, self._conditions(wanted.filters), *scoring(wanted), *tiers(wanted))
        result = self.searcher.search(tree, last)
        best = result.hits[0][0] % POINT if result.hits else 0.0
        documents = self._found(result.hits[first:])
        return Ranking(tuple(map(without_tier, documents) if wanted.tiers else documents), _total(result), best)

    def near(self, wanted: Asked, depth: int) -> tuple[Found, ...]:
        any_term = Tree.boolean_query(scoring(wanted))
        conditions, without = self._conditions(wanted.filters), excluded(wanted.need) if wanted.need else []
        narrowed = conditions or without
        tree = filtered(None, conditions, (Occur.Must, any_term), *without) if narrowed else any_term
        return tuple(self._found(self.searcher.search(tree, depth, count=False).hits))

    def coverage(self, ids: Collection[str], group: WordGroup, grams: Mapping[str, float]) -> Mapping[str, float]:
        shares = [
            (Occur.Should, Tree.const_score_query(term_tree("text_grams", gram), share))
            for gram, share in grams.items()
        ]
        whole = (Occur.Should, Tree.const_score_query(group_tree(group), 1.0))
        hits = self.searcher.search(Tree.boolean_query([named(ids), whole, *shares]), len(ids)).hits
        return {id: score for (id, _), (score, _) in zip(self._names(hits), hits, strict=True)}

    def having(self, ids: Collection[str], groups: Sequence[WordGroup]) -> Sequence[Collection[str]]:
        """As in `Engine`, in one search: the score of a document has a bit for each group."""
        bits = [(Occur.Should, Tree.const_score_query(group_tree(group), 2.0**bit)) for bit, group in enumerate(groups)]
        hits = self.searcher.search(Tree.boolean_query([named(ids), *bits]), len(ids), count=False).hits
        scores = {id: int(score) for (id, _), (score, _) in zip(self._names(hits), hits, strict=True)}
        return [{id for id, score in scores.items() if score >> bit & 1} for bit in range(len(groups))]

    def pruned(self, wanted: Asked) -> Asked:
        return without_synonyms(wanted, self._absent)

    def _absent(self, group: WordGroup) -> bool:
        frequency = self.searcher.doc_freq
        if frequency("text_stems", group.stem) or any(frequency("short_words", text) for text in group.short):
            return False
        return not any(all(frequency(field_of(piece), piece) for piece in pieces) for pieces in group.alternatives)

    def frequencies(self, texts: Collection[str], field: IndexField = "text_grams") -> tuple[int, Mapping[str, int]]:
        return self.searcher.num_docs, {text: self.searcher.doc_freq(field, text) for text in texts}

    def documents(self, wanted: Asked, ids: Collection[str]) -> Sequence[Found]:
        if not ids:
            return ()
        tree = filtered(None, self._conditions(wanted.filters), named(ids), *scoring(wanted))
        return self._found(self.searcher.search(tree, len(ids)).hits)

    def sorted(self, wanted: Asked, stretch: Stretch) -> Sorted:
        """As in `Engine`. Pages of a list without words are kept until the next change of the index."""
        key = None if wanted.need else (wanted.filters.key, stretch)
        page = self.pages.get(key) if key else None
        if page is None:
            page = self._sorted(wanted, stretch)
            if key and stretch.size <= MAX_KEPT_HITS:
                keep(self.pages, key, page)
        return page

    def _sorted(self, wanted: Asked, stretch: Stretch) -> Sorted:
        """Tantivy reads the text of each hit before the stretch, so this begins at the nearest hit whose key is known:
        of the cursor, of a page that was shown before, or where `jump` leads."""
        tree = filtered(wanted.need, self._conditions(wanted.filters))
        order, first, size, cursor = stretch
        ends = self.ends.setdefault((wanted.need, wanted.filters.key, order), {0: ""})
        if cursor:
            begin, key = first, sort_text(cursor)
        else:
            begin, key = self._mark(tree, order, first, ends)
        behind = between(tree, self.index, order, Bounds(key))
        result = self.in_order(behind, order, max(size, 1), first - begin)
        hits = result.hits[:size]
        last = hits[-1][0] if hits else ""
        if hits and not cursor and max(len(self.ends), len(ends)) < MAX_KEPT:
            ends[first + len(hits)] = last
        total = self.count(tree) if key else _total(result)
        names = [Hit(id, kind, 0.0) for id, kind in self._names(hits)]
        return Sorted(names, total, bytes.fromhex(last).decode())

    def _mark(self, tree: Tree, order: Order, first: int, ends: dict[int, str]) -> Mark:
        """The nearest known end of a page before the hit number `first`; far behind it, one that is looked for."""
        begin = max(number for number in tuple(ends) if number <= first)
        if first - begin < FAR:
            return Mark(begin, ends[begin])
        hits = _SortedHits(self, tree, order)
        if first >= hits.total:
            return Mark(begin, ends[begin])
        mark = jump(first, hits.key_after("", ""), Mark(hits.total, hits.key_before("", "")), hits)
        ends[mark.number] = mark.key
        return mark

    def in_order(self, tree: Tree, order: Order, size: int, offset: int = 0) -> tantivy.SearchResult:
        direction = tantivy.Order.Desc if order.descending else tantivy.Order.Asc
        return self.searcher.search(tree, size, order_by_field=order.field, order=direction, offset=offset)

    def count(self, tree: Tree) -> int:
        return _total(self.searcher.search(tree, 1))

    def _conditions(self, filters: Filters) -> list[Condition]:
        return list(map(self._used, filters.conditions()))

    def _used(self, condition: Condition) -> Condition:
        """The condition without alternatives that no record can fulfil: most have only one place and one period."""
        if isinstance(condition, Texts):
            return condition
        kept = tuple(ranges for ranges in condition.alternatives if ranges[0].field not in self._unused)
        return Ranges(kept or condition.alternatives[:1])

    @cached_property
    def _unused(self) -> frozenset[str]:
        """Fields with numbers that no record has."""
        return frozenset(field for field in NUMBERS if not self.count(Tree.exists_query(field)))

    def _names(self, hits: Sequence[tuple[Any, tantivy.DocAddress]]) -> Iterator[tuple[str, Any]]:
        return ((document.id, document.kind) for document in self._stored(hits))

    def _found(self, hits: Sequence[tuple[Any, tantivy.DocAddress]]) -> list[Found]:
        return [
            Found(document.id, document.kind, hit[0], document.day, document.quality)
            for document, hit in zip(self._stored(hits), hits, strict=True)
        ]

    def _stored(self, hits: Sequence[tuple[Any, tantivy.DocAddress]]) -> list[Stored]:
        """What is stored of each hit; documents do not change until the next change of the index."""
        keys = [(address.segment_ord, address.doc) for _, address in hits]
        kept = {key: document for key in keys if (document := self.stored.get(key))}
        missing = [address for key, (_, address) in zip(keys, hits, strict=True) if key not in kept]
        if missing:
            days = self.searcher.fast_field_values("day", missing)
            qualities = self.searcher.fast_field_values("quality", missing)
            for address, day, quality in zip(missing, days, qualities, strict=True):
                fields, key = self.searcher.doc(address), (address.segment_ord, address.doc)
                id, kind = str(fields.get_first("id")), fields.get_first("kind")
                kept[key] = Stored(id, kind, int(day or 0), int(quality or 0))
                keep(self.stored, key, kept[key], MAX_KEPT_DOCUMENTS)
        return [kept[key] for key in keys]

    def facets(self, need: Need | None, where: Filters, facets: tuple[str, ...]) -> Mapping[str, tuple[Count, ...]]:
        """As in `Engine`; the answers are kept until the next change of the index, those of each facet by itself: pages
        and API count different ones."""
        whole = self._whole_counts if need is None and not where.where and not where.limits else {}
        kept = {facet: whole.get(facet, self.counted.get((need, where.key, facet))) for facet in facets}
        missing = tuple(facet for facet, counted in kept.items() if counted is None)
        if missing:
            parts = aggregations(where, missing, filter_text, "segment_size")
            response = self.searcher.aggregate(filtered(need, map(self._used, where.limits)), parts)
            for facet in missing:
                kept[facet] = counts(response, facet, where.where.get(facet, ()), self.organizations())
                keep(self.counted, (need, where.key, facet), kept[facet])
        return {facet: counted or () for facet, counted in kept.items()}

    @cached_property
    def _whole_counts(self) -> Counts:
        return self.whole()

    def organizations(self) -> OrganizationTree:
        return self._organizations

    @cached_property
    def _organizations(self) -> OrganizationTree:
        return OrganizationTree(pair for pair, _ in self.searcher.terms_with_prefix(PARENTS.field, "", limit=MAX_KEYS))


def _total(result: tantivy.SearchResult) -> int:
    return int(result.count or 0)  # type: ignore[attr-defined]  # missing in Tantivy's stubs


class _SortedHits:
    """A `SortedList` of the hits of a tree."""

    def __init__(self, reading: Reading, tree: Tree, order: Order) -> None:
        self._reading, self._tree, self._order = reading, tree, order
        self._reversed = order._replace(descending=not order.descending)
        self.total = reading.count(tree)

    def count_to(self, key: str, after: str) -> int:
        return self._reading.count(self._between(after, key))

    def key_before(self, key: str, after: str) -> str:
        return self._first(self._between(after, key, last=False), self._reversed)

    def key_after(self, key: str, until: str) -> str:
        return self._first(self._between(key, until), self._order)

    def _between(self, after: str, until: str, last: bool = True) -> Tree:
        return between(self._tree, self._reading.index, self._order, Bounds(after, until, last))

    def _first(self, tree: Tree, order: Order) -> str:
        return str(self._reading.in_order(tree, order, 1).hits[0][0])


def keep(kept: dict[Any, Any], key: Any, value: Any, limit: int = MAX_KEPT) -> None:
    """Keeps an answer; of too many, all others are dropped. Other threads may do the same at any time."""
    if len(kept) >= limit:
        kept.clear()
    kept[key] = value
