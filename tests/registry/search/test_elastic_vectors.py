"""Vectors on a server: the same order as in files, and a graph for many.

Covers: registry/search/elastic_vectors.py, registry/search/elastic_client.py
"""

import random
from contextlib import closing
from pathlib import Path

import pytest

from registry.search import elastic_vectors
from registry.search.elastic_client import Server, open_client
from registry.search.elastic_vectors import ElasticVectors
from registry.search.vector_files import VectorFiles
from registry.search.vectors import Progress, Row

pytestmark = pytest.mark.elastic


def some_rows(number: int) -> list[Row]:
    source = random.Random(5)
    return [Row(f"n{row}", str(row), source.randbytes(512)) for row in range(number)]


DONE = Progress("epoch", 1, 1, 1, 0)


def test_both_kinds_of_stores_order_alike(elastic_address: str, tmp_path: Path) -> None:
    files, question = VectorFiles(tmp_path, "some", 512), random.Random(6).randbytes(512)
    with closing(open_client(Server((elastic_address,)))) as client:
        elastic = ElasticVectors(client, "alike", "some", 512)
        for store in (files, elastic):
            store.prepare()
            store.write(some_rows(1500), (), DONE)
            store.write((), (), DONE)
        expected, answer = (store.cosines(question, 50, ["n7", "n8", "nobody"]) for store in (files, elastic))
        assert files.cosines(question, 0) == elastic.cosines(question, 0) == {}  # of nothing
        client.indices.delete(index=elastic.index)
    assert sorted(expected, key=lambda id: -expected[id]) == sorted(answer, key=lambda id: -answer[id])
    assert answer == pytest.approx(expected, abs=1e-5)


def test_more_vectors_than_can_be_compared_one_by_one_get_a_graph(
    elastic_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_vectors, "MAX_EXACT", 100)
    rows = some_rows(300)
    with closing(open_client(Server((elastic_address,)))) as client:
        elastic = ElasticVectors(client, "graph", "some", 512)
        for _ in range(2):
            elastic.prepare()
            elastic.write(rows, (), DONE)
            elastic.write((), (), DONE)
        fields = client.indices.get_mapping(index=elastic.index)[elastic.index]["mappings"]["properties"]
        nearest_to_itself = elastic.cosines(rows[9].vector or b"", 1)
        client.indices.delete(index=elastic.index)
    assert fields["vector"]["index_options"]["type"] == "hnsw"
    assert nearest_to_itself == pytest.approx({"n9": 1.0}, abs=1e-5)
