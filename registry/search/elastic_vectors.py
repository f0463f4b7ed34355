"""Vectors on a server: Elasticsearch compares them, so that every machine sees the same ones.

Entry point: `ElasticVectors`, a `VectorStore`. An index for each encoder holds them; how far it is stands in the
mapping's `_meta`, as with the search index. Up to MAX_EXACT vectors are compared one by one, as in `vector_files`; of
more, Elasticsearch keeps a graph of neighbours. No scripts.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, Final

import msgspec
from elasticsearch import Elasticsearch, NotFoundError

from registry.errors import NotReadyError
from registry.parts import parts
from registry.search.elastic_bulk import Operation, operation, write
from registry.search.elastic_client import INDEX_SETTINGS, reachable
from registry.search.vectors import Progress, Row

MAX_EXACT: Final = 200_000  # vectors that are compared one by one
MAX_IDS: Final = 1000  # in one request
REMEMBER_SECONDS: Final = 5.0  # for which a process does not ask again whether the index is complete
_EXACT, _GRAPH = {"type": "flat"}, {"type": "hnsw"}


class ElasticVectors:
    """A VectorStore. `prefix`: of the names of its indices; `name`: of the encoder; `settings`: of a new index."""

    def __init__(
        self,
        client: Elasticsearch,
        prefix: str,
        name: str,
        dimensions: int,
        settings: Mapping[str, Any] = INDEX_SETTINGS,
    ) -> None:
        self.client = client
        self.settings = settings
        self.indices = f"{prefix}-meaning-*"
        self.index = f"{prefix}-meaning-{name}"
        self.dimensions = dimensions
        self._complete_until = 0.0  # when it must be asked again whether the index is complete

    def progress(self) -> Progress | None:
        with reachable(), suppress(NotFoundError, msgspec.MsgspecError):
            about = self.client.indices.get_mapping(index=self.index)[self.index]
            return msgspec.convert(about["mappings"].get("_meta"), Progress)
        return None

    def is_complete(self) -> bool:
        if monotonic() > self._complete_until:
            progress = self.progress()
            if progress is None or not progress.is_complete:
                return False
            self._complete_until = monotonic() + REMEMBER_SECONDS
        return True

    def damage(self) -> str:
        """Nothing: Elasticsearch looks after its own files."""
        return ""

    # -- writing

    def prepare(self) -> None:
        vector: dict[str, Any] = {
            "type": "dense_vector",
            "dims": self.dimensions,
            "element_type": "byte",
            "similarity": "cosine",
        }
        with reachable():
            if not self.client.indices.exists(index=self.index):
                fields = {
                    "digest": {"type": "keyword"},
                    "stamp": {"type": "long"},
                    "vector": {**vector, "index_options": _EXACT},
                }
                mappings = {"dynamic": "strict", "properties": fields}
                self.client.indices.create(index=self.index, settings=self.settings, mappings=mappings)
            if self.client.count(index=self.index)["count"] > MAX_EXACT:
                self.client.indices.put_mapping(
                    index=self.index, properties={"vector": {**vector, "index_options": _GRAPH}}
                )

    def digests(self, ids: Collection[str]) -> Mapping[str, str]:
        if not ids:
            return {}
        with reachable():
            answer = self.client.mget(index=self.index, ids=list(ids), source_includes="digest")
        return {document["_id"]: document["_source"]["digest"] for document in answer["docs"] if document["found"]}

    def vectors(self, digests: Collection[str]) -> Mapping[str, bytes]:
        if not digests:
            return {}
        hits = self._hits({"terms": {"digest": list(digests)}}, source=["digest", "vector"])
        return {hit["_source"]["digest"]: bytes.fromhex(hit["_source"]["vector"]) for hit in hits}

    def write(self, rows: Sequence[Row], gone: Collection[str], progress: Progress) -> None:
        operations = [operation("delete", id) for id in gone]
        for row in rows:
            if row.vector is None:
                operations.append(operation("update", row.id, {"doc": {"stamp": progress.stamp}}))
            else:
                source = {"digest": row.digest, "vector": row.vector.hex(), "stamp": progress.stamp}
                operations.append(operation("index", row.id, source))
        self._bulk(operations)
        with reachable():
            if not rows:
                self.client.indices.refresh(index=self.index)
            self.client.indices.put_mapping(index=self.index, meta=msgspec.to_builtins(progress))

    def forget(self, stamp: int) -> None:
        with reachable():
            self.client.indices.refresh(index=self.index)
        old = {"range": {"stamp": {"lte": stamp}}}
        while hits := self._hits(old, source=False):
            self._bulk([operation("delete", hit["_id"]) for hit in hits])
            with reachable():
                self.client.indices.refresh(index=self.index)

    def drop_others(self) -> None:
        with reachable():
            for index in self.client.indices.get(index=self.indices, allow_no_indices=True, features="aliases"):
                if index != self.index:
                    self.client.indices.delete(index=index, ignore_unavailable=True)

    def _bulk(self, operations: Sequence[Operation]) -> None:
        """NotReadyError if one of them is refused; a document to delete or update may be missing."""

        def refused(_id: str, why: str) -> None:
            raise NotReadyError("search-server-refuses", error=why)

        write(self.client, self.index, operations, refused)

    def _hits(self, query: Mapping[str, Any], source: Any) -> list[Any]:
        with reachable():
            return list(self.client.search(index=self.index, query=query, size=MAX_IDS, source=source)["hits"]["hits"])

    # -- searching

    def cosines(self, vector: bytes, count: int, ids: Collection[str] = ()) -> Mapping[str, float]:
        """As in VectorStore, in one request; nothing if the index has gone meanwhile."""
        if not self.is_complete():
            return {}
        searches = [_near(vector, count, None)] if count else []
        searches += [_near(vector, len(part), part) for part in parts(ids, MAX_IDS)]
        if not searches:
            return {}
        with reachable():
            answers = self.client.msearch(
                searches=[part for search in searches for part in ({"index": self.index}, search)]
            )["responses"]
        hits = (hit for answer in answers if "hits" in answer for hit in answer["hits"]["hits"])
        return {hit["_id"]: 2 * hit["_score"] - 1 for hit in hits}


def _near(vector: bytes, count: int, ids: Sequence[str] | None) -> dict[str, Any]:
    knn: dict[str, Any] = {"field": "vector", "query_vector": vector.hex(), "k": count, "num_candidates": 2 * count}
    return {"knn": knn | ({"filter": {"ids": {"values": ids}}} if ids else {}), "size": count, "_source": False}
