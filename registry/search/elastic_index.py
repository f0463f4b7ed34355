"""The search index on a server: Elasticsearch 8.19 or newer, for installations on several machines.

Entry point: `ElasticIndex`. Here it is searched; how it is written: `elastic_projection`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from elasticsearch import ApiError
from msgspec.structs import replace

from registry.model.timing import today
from registry.search.answering import beginning, page_of, question, suggestions
from registry.search.candidates import Refiner
from registry.search.elastic_client import Server, reachable
from registry.search.elastic_projection import ElasticProjection
from registry.search.facet_counts import MAX_KEYS, SHOWN_VALUES, aggregations, counts
from registry.search.facets import FACETS, PARENTS
from registry.search.filters import Condition, Filters, Range, Texts
from registry.search.matching import POINT, Asked, IndexField, Need, Term, WordGroup, field_of, without_tier
from registry.search.organization_tree import OrganizationTree
from registry.search.paging import Stretch
from registry.search.query import Count, Found, Hit, Query, Ranking, ResultPage, Sorted, Suggestion, with_outside
from registry.search.synonyms import Synonyms
from vocab.concepts import ConceptList

SEARCH_SECONDS: Final = 10.0  # that a node may take to answer a search before the next one is asked


class ElasticIndex(ElasticProjection):
    """A SearchIndex on a server. `server`: or the address of its only node; `refiner` and `synonyms`: see `answer`."""

    def __init__(
        self,
        server: Server | str,
        prefix: str = "lotse",
        districts: ConceptList | None = None,
        refiner: Refiner | None = None,
        synonyms: Synonyms | None = None,
    ) -> None:
        super().__init__(Server((server,)) if isinstance(server, str) else server, prefix, districts)
        self.refiner = refiner
        self.synonyms = synonyms
        self.outside: Mapping[str, Callable[[], tuple[str, ...]]] = {}

    def search(self, query: Query) -> ResultPage:
        with reachable():
            query, day = with_outside(query, self.outside), today().toordinal()
            return page_of(query, question(query, self, day, self.refiner, self.synonyms, self.districts))

    def suggest(self, prefix: str, size: int) -> tuple[Suggestion, ...]:
        wanted = beginning(prefix)
        if not wanted:
            return ()
        begins = re.sub(r"(\W)", r"\\\1", wanted) + ".*"
        terms = {"field": "words", "include": begins, "size": size * 5, "shard_size": 20 * SHOWN_VALUES}
        with reachable():
            response = self._ask({"prefix": {"words": wanted}}, 0, aggs={"words": {"terms": terms}})
        buckets = response["aggregations"]["words"]["buckets"]
        return suggestions(((bucket["key"], bucket["doc_count"]) for bucket in buckets), size)

    # -- searching; see `registry.search.matching.Engine`

    def pruned(self, wanted: Asked) -> Asked:
        return wanted

    def find(self, wanted: Asked, need: Need, last: int, first: int = 0) -> Ranking:
        tree = _scored(wanted, _need(need))
        tree["bool"]["should"] += [_constant(_condition(texts), points * POINT) for texts, points in wanted.tiers]
        fields = ["kind", "day", "quality"]
        response = self._ask(tree, last - first, from_=first, docvalue_fields=fields)
        documents = tuple(map(without_tier, _documents(response)))
        best = float(response["hits"]["max_score"] or 0.0) % POINT
        return Ranking(documents, int(response["hits"]["total"]["value"]), best)

    def near(self, wanted: Asked, depth: int) -> tuple[Found, ...]:
        without = replace(wanted.need, groups=(), phrases=()) if wanted.need else None
        tree = _scored(wanted, _need(without))
        tree["bool"]["minimum_should_match"] = 1
        return _documents(self._ask(tree, depth, docvalue_fields=["kind", "day", "quality"]))

    def coverage(self, ids: Collection[str], group: WordGroup, grams: Mapping[str, float]) -> Mapping[str, float]:
        shares = [_constant({"term": {"text_grams": gram}}, share) for gram, share in grams.items() if share]
        should = [_constant(_group(group), 1.0), *shares]
        response = self._ask({"bool": {"filter": [{"ids": {"values": list(ids)}}], "should": should}}, len(ids))
        return {hit["_id"]: float(hit["_score"]) for hit in response["hits"]["hits"]}

    def having(self, ids: Collection[str], groups: Sequence[WordGroup]) -> Sequence[Collection[str]]:
        should = [_group(group) for group in groups]
        for number, tree in enumerate(should):
            tree["bool"]["_name"] = str(number)
        response = self._ask({"bool": {"filter": [{"ids": {"values": list(ids)}}], "should": should}}, len(ids))
        hits = [(hit["_id"], hit.get("matched_queries", ())) for hit in response["hits"]["hits"]]
        return [{id for id, names in hits if str(number) in names} for number in range(len(groups))]

    def frequencies(self, texts: Collection[str], field: IndexField = "text_grams") -> tuple[int, Mapping[str, int]]:
        if not texts:
            return 0, {}
        counted = {text: {"term": {field: text}} for text in texts}
        response = self._ask({"match_all": {}}, 0, aggs={"texts": {"filters": {"filters": counted}}})
        buckets = response["aggregations"]["texts"]["buckets"]
        return int(response["hits"]["total"]["value"]), {text: buckets[text]["doc_count"] for text in counted}

    def documents(self, wanted: Asked, ids: Collection[str]) -> Sequence[Found]:
        if not ids:
            return ()
        tree = _scored(wanted, {"ids": {"values": list(ids)}})
        return _documents(self._ask(tree, len(ids), docvalue_fields=["kind", "day", "quality"]))

    def sorted(self, wanted: Asked, stretch: Stretch) -> Sorted:
        (field, descending, _), after = stretch.order, stretch.after
        start: dict[str, Any] = {"search_after": [after]} if after else {"from_": stretch.first}
        tree = {"bool": {"filter": [_need(wanted.need), *map(_condition, wanted.filters.conditions())]}}
        order = [{field: "desc" if descending else "asc"}]
        response = self._ask(tree, stretch.size, sort=order, docvalue_fields=["kind"], **start)
        listed = response["hits"]["hits"]
        hits = [Hit(hit["_id"], hit["fields"]["kind"][0], 0.0) for hit in listed]
        return Sorted(hits, int(response["hits"]["total"]["value"]), listed[-1]["sort"][0] if listed else "")

    def facets(self, need: Need | None, where: Filters, facets: tuple[str, ...]) -> Mapping[str, tuple[Count, ...]]:
        if not facets:
            return {}
        parts = aggregations(where, facets, _all_of, "shard_size")
        response = self._ask({"bool": {"filter": [_need(need), *map(_condition, where.limits)]}}, 0, aggs=parts)
        answer, chosen = response["aggregations"], where.where
        tree = where.organizations
        if tree is None and any(FACETS[facet].tree for facet in facets):
            tree = self.organizations()
        return {facet: counts(answer, facet, chosen.get(facet, ()), tree) for facet in facets}

    def organizations(self) -> OrganizationTree:
        every = {"terms": {"field": PARENTS.field, "size": MAX_KEYS}}
        response = self._ask({"exists": {"field": PARENTS.field}}, 0, aggs={"pairs": every})
        return OrganizationTree(bucket["key"] for bucket in response["aggregations"]["pairs"]["buckets"])

    def _ask(self, tree: dict[str, Any], size: int, **more: Any) -> Mapping[str, Any]:
        """The answer to a search, asked twice if need be: a rebuild may just have removed the index of the alias."""
        try:
            return self._ask_once(tree, size, **more)
        except ApiError as error:
            if error.status_code not in (404, 500):  # 500: a node died in the middle of a search
                raise
        return self._ask_once(tree, size, **more)

    def _ask_once(self, tree: dict[str, Any], size: int, **more: Any) -> Mapping[str, Any]:
        response = self.client.options(request_timeout=SEARCH_SECONDS).search(
            index=self.prefix,
            query=tree,
            size=size,
            track_total_hits=True,
            search_type="dfs_query_then_fetch",  # a score does not depend on the shard of a record
            allow_partial_search_results=False,  # rather asked again than an answer without the records of a shard
            **more,
        )
        return dict(response.body)


def _scored(wanted: Asked, need: dict[str, Any]) -> dict[str, Any]:
    sums = ([{"bool": {"should": _weighted(terms)}} for terms in every.members] for every in wanted.synonyms)
    best_of = [{"dis_max": {"queries": queries}} for queries in sums]
    return {
        "bool": {
            "filter": [need, *map(_condition, wanted.filters.conditions())],
            "should": [*_weighted(wanted.terms), *best_of],
        }
    }


def _weighted(terms: Iterable[Term]) -> list[dict[str, Any]]:
    return [{"term": {term.field: {"value": term.text, "boost": term.weight}}} for term in terms]


def _documents(response: Mapping[str, Any]) -> tuple[Found, ...]:
    return tuple(
        Found(
            hit["_id"],
            hit["fields"]["kind"][0],
            float(hit["_score"]),
            int(hit["fields"]["day"][0]),
            int(hit["fields"]["quality"][0]),
        )
        for hit in response["hits"]["hits"]
    )


def _group(group: WordGroup) -> dict[str, Any]:
    stem = [_stem(group)] if group.stem else []
    pieces = [_all(map(_piece, pieces)) for pieces in group.alternatives]
    short = [{"term": {"short_words": text}} for text in group.short]
    values = list(map(_condition, group.values))
    synonyms = [_all(map(_group, parts)) for parts in group.synonyms]
    return {"bool": {"should": [*stem, *pieces, *short, *values, *synonyms], "minimum_should_match": 1}}


def _stem(group: WordGroup) -> dict[str, Any]:
    stem = {"term": {"text_stems": group.stem}}
    forms = [_all(map(_piece, form)) for form in group.forms]
    return _all([stem, {"bool": {"should": forms, "minimum_should_match": 1}}]) if forms else stem


def _piece(piece: str) -> dict[str, Any]:
    return {"term": {field_of(piece): piece}}


def _all(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"bool": {"filter": list(parts)}}


def _constant(tree: dict[str, Any], score: float) -> dict[str, Any]:
    return {"constant_score": {"filter": tree, "boost": score}}


def _need(need: Need | None) -> dict[str, Any]:
    if need is None:
        return {"match_all": {}}
    phrases = [{"match_phrase": {"text_stems": " ".join(stems)}} for stems in need.phrases]
    return {
        "bool": {
            "filter": [*map(_group, need.groups), *phrases],
            "must_not": [*map(_group, need.excluded), *map(_condition, need.left_out)],
        }
    }


def _condition(condition: Condition) -> dict[str, Any]:
    if isinstance(condition, Texts):
        return {"terms": {"_id" if condition.field == "id" else condition.field: list(condition.values)}}
    alternatives = [{"bool": {"filter": list(map(_range, ranges))}} for ranges in condition.alternatives]
    return {"bool": {"should": alternatives, "minimum_should_match": 1}}


def _range(range: Range) -> dict[str, Any]:
    bounds = {"gte": range.low, "lte": range.high}
    return {"range": {range.field: {name: bound for name, bound in bounds.items() if bound is not None}}}


def _all_of(conditions: Iterable[Condition]) -> dict[str, Any]:
    return {"bool": {"filter": list(map(_condition, conditions))}}
