"""One state of a Tantivy index as an `Engine`. Entry point: `Reading`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import tantivy
from tantivy import Occur
from tantivy import Query as Tree

from registry.search.facet_counts import MAX_KEYS, aggregations, counts
from registry.search.facets import PARENTS
from registry.search.filters import Filters
from registry.search.matching import POINT, Asked, Need, WordGroup, without_synonyms, without_tier
from registry.search.organization_tree import OrganizationTree
from registry.search.paging import Stretch
from registry.search.query import Count, Found, Hit, Ranking, Sorted
from registry.search.tantivy_trees import (
    after,
    excluded,
    filter_text,
    filtered,
    group_tree,
    named,
    scoring,
    term_tree,
    tiers,
)

MAX_CACHED = 256  # answers with counts of facets, kept until the next change


@dataclass(frozen=True)
class Reading:
    """One state of the index as an `Engine`, with the counts that were made on it. `ends`: of lists in an order of
    texts: number of a hit -> key of the one before it."""

    stamp: tuple[str, int, int]
    index: tantivy.Index
    searcher: tantivy.Searcher
    counted: dict[Any, Mapping[str, tuple[Count, ...]]] = field(default_factory=dict)
    ends: dict[Any, dict[int, str]] = field(default_factory=dict)

    def find(self, wanted: Asked, need: Need, last: int, first: int = 0) -> Ranking:
        tree = filtered(need, wanted.filters.conditions(), *scoring(wanted), *tiers(wanted))
        result = self.searcher.search(tree, last)
        best = result.hits[0][0] % POINT if result.hits else 0.0
        return Ranking(tuple(map(without_tier, self._found(result.hits[first:]))), _total(result), best)

    def near(self, wanted: Asked, depth: int) -> tuple[Found, ...]:
        any_term = Tree.boolean_query(scoring(wanted))
        conditions, without = tuple(wanted.filters.conditions()), excluded(wanted.need) if wanted.need else []
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
        if self.searcher.doc_freq("text_stems", group.stem) or group.short:
            return False
        frequency = self.searcher.doc_freq
        return not any(all(frequency("text_grams", gram) for gram in grams) for grams in group.alternatives)

    def frequencies(self, grams: Collection[str]) -> tuple[int, Mapping[str, int]]:
        return self.searcher.num_docs, {gram: self.searcher.doc_freq("text_grams", gram) for gram in grams}

    def documents(self, wanted: Asked, ids: Collection[str]) -> Sequence[Found]:
        if not ids:
            return ()
        tree = filtered(None, wanted.filters.conditions(), named(ids), *scoring(wanted))
        return self._found(self.searcher.search(tree, len(ids)).hits)

    def sorted(self, wanted: Asked, stretch: Stretch) -> Sorted:
        """As in `Engine`. Tantivy reads the text of each hit before the stretch, so this begins at the nearest hit
        whose key is known: of the cursor, or of a page that was shown before."""
        tree = filtered(wanted.need, wanted.filters.conditions())
        order, first, size, key = stretch
        ends = self.ends.setdefault((wanted.need, wanted.filters.key, order), {0: ""})
        begin = first if key else max(number for number in ends if number <= first)
        key = key or ends[begin]
        result = self.searcher.search(
            Tree.boolean_query([(Occur.Must, tree), *after(self.index, order, key)]),
            max(size, 1),
            order_by_field=order.field,
            order=tantivy.Order.Desc if order.descending else tantivy.Order.Asc,
            offset=first - begin,
        )
        hits = result.hits[:size]
        last = bytes.fromhex(hits[-1][0]).decode() if hits else ""
        if hits and not stretch.after and max(len(self.ends), len(ends)) < MAX_CACHED:
            ends[first + len(hits)] = last
        total = _total(self.searcher.search(tree, 1)) if key else _total(result)
        return Sorted([Hit(id, kind, 0.0) for id, kind in self._names(hits)], total, last)

    def _names(self, hits: Sequence[tuple[Any, tantivy.DocAddress]]) -> Iterator[tuple[str, Any]]:
        for _, address in hits:
            document = self.searcher.doc(address)
            yield str(document.get_first("id")), document.get_first("kind")

    def _found(self, hits: Sequence[tuple[Any, tantivy.DocAddress]]) -> list[Found]:
        addresses = [address for _, address in hits]
        days = self.searcher.fast_field_values("day", addresses)
        qualities = self.searcher.fast_field_values("quality", addresses)
        rows = zip(self._names(hits), hits, days, qualities, strict=True)
        return [Found(id, kind, hit[0], int(day or 0), int(quality or 0)) for (id, kind), hit, day, quality in rows]

    def facets(self, need: Need | None, where: Filters, facets: tuple[str, ...]) -> Mapping[str, tuple[Count, ...]]:
        """As in `Engine`; the answers are kept until the next change of the index."""
        key = (need, where.key, facets)
        if not facets:
            return {}
        cached = self.counted.get(key)  # one look-up: another thread may clear the cache at any time
        if cached is None:
            parts = aggregations(where, facets, filter_text, "segment_size")
            response = self.searcher.aggregate(filtered(need, where.limits), parts)
            cached = {
                facet: counts(response, facet, where.where.get(facet, ()), self.organizations) for facet in facets
            }
            if len(self.counted) >= MAX_CACHED:
                self.counted.clear()
            self.counted[key] = cached
        return cached

    def organizations(self) -> OrganizationTree:
        return self._organizations

    @cached_property
    def _organizations(self) -> OrganizationTree:
        return OrganizationTree(pair for pair, _ in self.searcher.terms_with_prefix(PARENTS.field, "", limit=MAX_KEYS))


def _total(result: tantivy.SearchResult) -> int:
    return int(result.count or 0)  # type: ignore[attr-defined]  # missing in Tantivy's stubs
