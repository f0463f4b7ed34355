"""The search index on a server: Elasticsearch 8.19 or newer, for installations on several machines.

Entry point: `ElasticIndex`. An alias names the index that readers use; each rebuild makes a new index beside it
(`lotse-000003`) and then moves the alias. The position is stored in the mapping's `_meta` after the refresh, so that
after a crash the same changes are applied again.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from elasticsearch import NotFoundError
from elasticsearch.helpers import streaming_bulk

from registry.errors import NotReadyError
from registry.isolation import isolated
from registry.model import Change, Position
from registry.projections.projection import note
from registry.search.answering import answer, beginning, bounds, suggestions
from registry.search.candidates import Refiner
from registry.search.elastic_client import open_client
from registry.search.elastic_client import reachable as _reachable
from registry.search.entry import Entry, entry
from registry.search.facet_counts import MAX_KEYS, SHOWN_VALUES, aggregations, counts
from registry.search.facets import COUNTED, DATED_FACETS, INDEX_VERSION, PARENTS, TEXT_FACETS
from registry.search.filters import Condition, Filters, Range, Texts
from registry.search.matching import Asked, Need, Term, WordGroup
from registry.search.organization_tree import OrganizationTree
from registry.search.query import Count, Found, Hit, Query, Ranking, ResultPage, Suggestion
from registry.search.space_time import NUMBERS
from registry.search.synonyms import Synonyms
from vocab.concepts import ConceptList

DOCUMENTS_PER_REQUEST, MAX_REQUEST_BYTES = 500, 8_000_000

_TERMS = {"type": "text", "analyzer": "whitespace", "index_options": "freqs"}
_COUNTED = {"type": "keyword", "ignore_above": 1000}
_ORDER = {"type": "keyword", "index": False}
_NUMBER = {"type": "integer", "index": False}
_FIELDS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("title_stems", "title_grams", "text_stems", "text_grams"), _TERMS),
    **dict.fromkeys(
        (*TEXT_FACETS, *(counted.field for counted in (*COUNTED, PARENTS)), "short_words", "words"), _COUNTED
    ),
    **{field: {"type": "double" if NUMBERS.get(field) is float else "long"} for field in (*DATED_FACETS, *NUMBERS)},
    **dict.fromkeys(("by_title", "by_date"), _ORDER),
    **dict.fromkeys(("day", "quality"), _NUMBER),
}
_SETTINGS = {"number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "-1"}  # `_keep` refreshes


class ElasticIndex:
    """A SearchIndex on a server. `url` may hold a user and password; `ca_file`: its own certificate authority;
    `refiner` and `synonyms`: see `answer`."""

    def __init__(
        self,
        url: str,
        prefix: str = "lotse",
        districts: ConceptList | None = None,
        ca_file: str | None = None,
        refiner: Refiner | None = None,
        synonyms: Synonyms | None = None,
    ) -> None:
        self.client = open_client(url, ca_file)
        self.prefix = prefix
        self.districts = districts
        self.refiner = refiner
        self.synonyms = synonyms

    def position(self) -> Position | None:
        """The stored position; None also for an index of another INDEX_VERSION, which must be built again."""
        kept = self._kept()[1]
        return Position(kept["epoch"], kept["number"]) if kept else None

    def damage(self) -> str:
        """Nothing: Elasticsearch looks after its own files."""
        return ""

    def faults(self) -> Mapping[str, str]:
        kept = self._kept()[1]
        return dict(kept["faults"]) if kept else {}

    def apply(self, changes: Iterable[Change], position: Position) -> None:
        index, kept = self._kept()
        if not index or kept is None:
            raise NotReadyError("index-missing-or-older")
        faults = dict(kept["faults"])
        if self._write(index, changes, faults) or self.position() != position:
            self._keep(index, position, faults)

    def rebuild(self, changes: Iterable[Change], position: Position) -> None:
        with _reachable():
            before = self._indices()
            index = f"{self.prefix}-{1 + max((int(name[-6:]) for name in before), default=0):06}"
            self.client.indices.create(
                index=index, settings=_SETTINGS, mappings={"dynamic": "strict", "_source": {"enabled": False}}
            )
            self.client.indices.put_mapping(index=index, properties=_FIELDS)
        faults: dict[str, str] = {}
        self._write(index, changes, faults)
        self._keep(index, position, faults)
        with _reachable():
            actions = [{"remove": {"index": name, "alias": self.prefix, "must_exist": False}} for name in before]
            self.client.indices.update_aliases(actions=[*actions, {"add": {"index": index, "alias": self.prefix}}])
            for name in before:
                self.client.indices.delete(index=name, ignore_unavailable=True)

    def search(self, query: Query) -> ResultPage:
        with _reachable():
            return answer(query, self, datetime.now(UTC).date().toordinal(), self.refiner, self.synonyms)

    def suggest(self, prefix: str, size: int) -> tuple[Suggestion, ...]:
        wanted = beginning(prefix)
        if not wanted:
            return ()
        begins = re.sub(r"(\W)", r"\\\1", wanted) + ".*"
        terms = {"field": "words", "include": begins, "size": size * 5, "shard_size": 20 * SHOWN_VALUES}
        with _reachable():
            response = self.client.search(
                index=self.prefix, size=0, query={"prefix": {"words": wanted}}, aggs={"words": {"terms": terms}}
            )
        buckets = response["aggregations"]["words"]["buckets"]
        return suggestions(((bucket["key"], bucket["doc_count"]) for bucket in buckets), size)

    # -- position and writing

    def _indices(self) -> list[str]:
        names = self.client.indices.get(index=f"{self.prefix}-*", allow_no_indices=True, features="aliases")
        return [name for name in names if re.fullmatch(rf"{re.escape(self.prefix)}-\d{{6}}", name)]

    def _kept(self) -> tuple[str, Mapping[str, Any] | None]:
        """The index behind the alias ("" if there is none), and its `_meta` if it is of this INDEX_VERSION."""
        with _reachable():
            try:
                mappings = self.client.indices.get_mapping(index=self.prefix)
            except NotFoundError:
                return "", None
        for name, about in mappings.items():
            kept = about["mappings"].get("_meta", {})
            return name, kept if kept.get("schema") == INDEX_VERSION else None
        return "", None

    def _keep(self, index: str, position: Position, faults: Mapping[str, str]) -> None:
        kept = {"schema": INDEX_VERSION, "epoch": position.epoch, "number": position.number, "faults": dict(faults)}
        with _reachable():
            self.client.indices.refresh(index=index)
            self.client.indices.put_mapping(index=index, meta=kept)

    def _write(self, index: str, changes: Iterable[Change], faults: dict[str, str]) -> int:
        """How many changes were written."""
        written = 0
        with _reachable():
            actions = (self._action(index, change, faults) for change in changes)
            for done, answer_by_action in streaming_bulk(
                self.client,
                actions,
                chunk_size=DOCUMENTS_PER_REQUEST,
                max_chunk_bytes=MAX_REQUEST_BYTES,
                raise_on_error=False,
                max_retries=3,
            ):
                written += 1
                result = next(iter(answer_by_action.values()))
                if not done and result["status"] not in (404, 409):  # deleted, or newer already: the change came twice
                    if result["status"] == 429 or result["status"] >= 500:
                        raise NotReadyError("search-server-refuses", error=str(result.get("error"))[:460])
                    note(faults, result["_id"], str(result.get("error")))
        return written

    def _action(self, index: str, change: Change, faults: dict[str, str]) -> dict[str, Any]:
        about = {"_index": index, "_id": change.id, "version": change.number, "version_type": "external_gte"}
        faults.pop(change.id, None)
        if change.record:
            record = change.record
            document = isolated(  # None: the record is left out; `lotse doctor` shows it
                lambda: _document(entry(record, self.districts)),
                lambda error: note(faults, change.id, f"{type(error).__name__}: {error}"),
            )
            if document is not None:
                return about | {"_op_type": "index", "_source": document}
        return about | {"_op_type": "delete"}

    # -- searching; see `registry.search.matching.Engine`

    def pruned(self, wanted: Asked) -> Asked:
        return wanted

    def find(self, wanted: Asked, need: Need, depth: int) -> Ranking:
        response = self._ask(_scored(wanted, _need(need)), depth, docvalue_fields=["kind", "day", "quality"])
        return Ranking(_documents(response), int(response["hits"]["total"]["value"]))

    def near(self, wanted: Asked, depth: int) -> tuple[Found, ...]:
        tree = _scored(wanted, {"match_all": {}})
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

    def frequencies(self, grams: Collection[str]) -> tuple[int, Mapping[str, int]]:
        if not grams:
            return 0, {}
        counted = {gram: {"term": {"text_grams": gram}} for gram in grams}
        response = self._ask({"match_all": {}}, 0, aggs={"grams": {"filters": {"filters": counted}}})
        buckets = response["aggregations"]["grams"]["buckets"]
        return int(response["hits"]["total"]["value"]), {gram: buckets[gram]["doc_count"] for gram in counted}

    def documents(self, wanted: Asked, ids: Collection[str]) -> Sequence[Found]:
        if not ids:
            return ()
        tree = _scored(wanted, {"ids": {"values": list(ids)}})
        return _documents(self._ask(tree, len(ids), docvalue_fields=["kind", "day", "quality"]))

    def sorted(self, wanted: Asked, need: Need | None, query: Query) -> tuple[list[Hit], int]:
        first, _ = bounds(query)
        order = [{"by_title": "asc"}] if query.sort == "title" else [{"by_date": "desc"}]
        tree = {"bool": {"filter": [_need(need), *map(_condition, wanted.filters.conditions())]}}
        response = self._ask(tree, query.size, from_=first, sort=order, docvalue_fields=["kind"])
        hits = [Hit(hit["_id"], hit["fields"]["kind"][0], 0.0) for hit in response["hits"]["hits"]]
        return hits, int(response["hits"]["total"]["value"])

    def facets(self, need: Need | None, where: Filters, facets: tuple[str, ...]) -> Mapping[str, tuple[Count, ...]]:
        if not facets:
            return {}
        parts = aggregations(where, facets, _all_of, "shard_size")
        response = self._ask({"bool": {"filter": [_need(need), *map(_condition, where.limits)]}}, 0, aggs=parts)
        answer, chosen = response["aggregations"], where.where
        return {facet: counts(answer, facet, chosen.get(facet, ()), self.organizations) for facet in facets}

    def organizations(self) -> OrganizationTree:
        every = {"terms": {"field": PARENTS.field, "size": MAX_KEYS}}
        response = self._ask({"exists": {"field": PARENTS.field}}, 0, aggs={"pairs": every})
        return OrganizationTree(bucket["key"] for bucket in response["aggregations"]["pairs"]["buckets"])

    def _ask(self, tree: dict[str, Any], size: int, **more: Any) -> Mapping[str, Any]:
        # dfs: term statistics over all shards, so that a score does not depend on the shard of a record
        response = self.client.search(
            index=self.prefix, query=tree, size=size, track_total_hits=True, search_type="dfs_query_then_fetch", **more
        )
        return dict(response.body)


def _scored(wanted: Asked, need: dict[str, Any]) -> dict[str, Any]:
    sums = ([{"bool": {"should": _weighted(terms)}} for terms in group] for group in wanted.synonyms if group)
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


def _document(entry: Entry) -> dict[str, Any]:
    return {
        "title_stems": entry.title.stems,
        "title_grams": entry.title.grams,
        "text_stems": entry.text.stems,
        "text_grams": entry.text.grams,
        "short_words": entry.short_words,
        "words": entry.words,
        "by_title": entry.by_title,
        "by_date": entry.by_date,
        "day": entry.day,
        "quality": entry.quality,
        **entry.facets,
        **entry.counted,
        **entry.numbers,
    }


def _group(group: WordGroup) -> dict[str, Any]:
    stem = [{"term": {"text_stems": group.stem}}] if group.stem else []
    pieces = [_all({"term": {"text_grams": gram}} for gram in grams) for grams in group.alternatives]
    short = [{"term": {"short_words": group.short}}] if group.short else []
    synonyms = [_all(map(_group, parts)) for parts in group.synonyms]
    return {"bool": {"should": [*stem, *pieces, *short, *synonyms], "minimum_should_match": 1}}


def _all(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"bool": {"filter": list(parts)}}


def _constant(tree: dict[str, Any], score: float) -> dict[str, Any]:
    return {"constant_score": {"filter": tree, "boost": score}}


def _need(need: Need | None) -> dict[str, Any]:
    if need is None:
        return {"match_all": {}}
    return {"bool": {"should": [_group(group) for group in need.groups], "minimum_should_match": need.least}}


def _condition(condition: Condition) -> dict[str, Any]:
    if isinstance(condition, Texts):
        return {"terms": {condition.field: list(condition.values)}}
    alternatives = [{"bool": {"filter": list(map(_range, ranges))}} for ranges in condition.alternatives]
    return {"bool": {"should": alternatives, "minimum_should_match": 1}}


def _range(range: Range) -> dict[str, Any]:
    bounds = {"gte": range.low, "lte": range.high}
    return {"range": {range.field: {name: bound for name, bound in bounds.items() if bound is not None}}}


def _all_of(conditions: Iterable[Condition]) -> dict[str, Any]:
    return {"bool": {"filter": list(map(_condition, conditions))}}
