"""The embedded search beside an Elasticsearch as one would set it up without Lotse: `python -m … [SIZE …]`.

    LOTSE_TEST_ELASTIC=http://127.0.0.1:9200 python -m tests.benchmarks.bench_engines 10000 [100000 1000000]

The same made-up records and the same facets in both. There: title, keywords and text through Lucene's `german`
analyzer, fuzziness AUTO, aggregations. Each question goes to both in turn, so that the load of the machine hits both.
The server needs the analyzer, which the server of our tests lacks. Ends 1 where the p95 of all questions together is
more than RATIO of Elasticsearch's, or grows more than GROWTH times from the first size to the last. With 1,000,000 it
takes about half an hour on two cores without other work, of which filling both takes most.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import parallel_bulk

from registry.model import Position, Record
from registry.search.elastic_index import _all_of, _condition
from registry.search.elastic_projection import FIELDS
from registry.search.entry import entry
from registry.search.facet_counts import aggregations
from registry.search.facets import FACETS
from registry.search.filters import Filters
from registry.search.limits import Limits
from registry.search.meaning import text_of
from registry.search.query import MAX_DEPTH, Query
from registry.search.space_time import Box
from registry.search.tantivy_index import TantivyIndex
from tests.benchmarks.bench_search import _at, _forget, changes

SIZES = (10_000,)
RATIO = 0.5  # p95 of the embedded index over that of Elasticsearch
GROWTH = 10.0  # p95 of the embedded index with the last size over that with the first
SENDERS = 2  # threads that fill Elasticsearch
CHUNK = 2_000  # documents of a request that fills it
ROUNDS = 20
INDEX = "bench-german"
CONFIGURE = "Set LOTSE_TEST_ELASTIC to the address of an Elasticsearch that has the analyzer `german`."

TEXT = {"type": "text", "analyzer": "german"}
FACET_FIELDS = {name: field for name, field in FIELDS.items() if field["type"] != "text"}
MAPPINGS: dict[str, Any] = {
    "dynamic": "strict",
    "properties": FACET_FIELDS | dict.fromkeys(("title", "keywords", "text"), TEXT),
}
AREA = Limits(box=Box(8.6, 49.37, 8.7, 49.42))
ALL = tuple(FACETS)
ONE = {"theme": ("TRAN",)}
QUESTIONS: dict[str, tuple[Query, ...]] = {
    "words, facets, filters": (
        *(
            Query(words=words, where=ONE, facets=ALL)
            for words in ("Radwege", "Baustellen Straßen", "Haushalte je Jahr")
        ),
        *(Query(words=words, facets=ALL) for words in ("Luftqualität Messwerte", "Grundwasser", "Museen")),
        Query(words="Bäume", where={"theme": ("TRAN", "ENVI"), "format": ("CSV", "JSON")}, facets=ALL),
    ),
    "slip": tuple(Query(words=words) for words in ("Ladesaulen", "Grundwaser", "Spilplätze")),
    "match-all": (Query(facets=ALL), Query(where=ONE, facets=ALL)),
    "deep page": (Query(sort="title", page=MAX_DEPTH // 20), Query(words="Stadt", page=MAX_DEPTH // 20)),
    "box": (Query(limits=AREA), Query(words="Radwege", limits=AREA)),
}
PREFIXES = ("rad", "gru", "bau", "luf")


# -- Elasticsearch as one would set it up


def documents(size: int) -> Iterator[dict[str, Any]]:
    for change in changes(size):
        assert change.record
        yield {"_index": INDEX, "_id": change.id, **document(change.record)}


def document(record: Record) -> dict[str, Any]:
    fields, metadata = entry(record), record.metadata
    keywords = [word for words in metadata.keywords.values() for word in words]
    return {
        "title": list(metadata.title.values()),
        "keywords": keywords,
        "text": text_of(metadata),
        "by_title": fields.by_title,
        **fields.facets,
        **fields.counted,
        **fields.numbers,
    }


def body(query: Query) -> dict[str, Any]:
    where = Filters(query.where, limits=query.limits.conditions())
    fields = ["title^3", "keywords^2", "text"]
    words = {"multi_match": {"query": query.words, "fields": fields, "operator": "and", "fuzziness": "AUTO"}}
    need = words if query.words else {"match_all": {}}
    return {
        "query": {"bool": {"must": [need], "filter": list(map(_condition, where.limits))}},
        "post_filter": _all_of(where.conditions()),
        "aggs": aggregations(where, query.facets, _all_of, "shard_size"),
        "from": (query.page - 1) * query.size,
        "size": query.size,
        "track_total_hits": True,
        **({"sort": [{"by_title": "asc"}]} if query.sort == "title" else {}),
    }


# -- measuring


def measured(client: Elasticsearch, folder: Path, size: int) -> list[float]:
    """Fills both, asks both, prints; p95 of the embedded index and of Elasticsearch."""
    index = TantivyIndex(folder)
    here = _seconds(lambda: index.rebuild(changes(size), Position("bench", size)))
    client.indices.delete(index=INDEX, ignore_unavailable=True)
    settings = {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1"}
    settings |= {"translog.durability": "async"}  # or each request waits for the disk
    client.indices.create(index=INDEX, mappings=MAPPINGS, settings=settings)
    there = _seconds(lambda: _fill(client, size))
    disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    stored = client.indices.stats(index=INDEX, metric="store")["_all"]["total"]["store"]["size_in_bytes"] / 1e6
    heap = sum(node["jvm"]["mem"]["heap_used_in_bytes"] for node in client.nodes.stats()["nodes"].values()) / 1e6
    _print(size, "seconds to build", here, there)
    _print(size, "MB on disk", disk, stored)
    every: tuple[list[float], list[float]] = ([], [])
    for name, pair in _asked(index, client).items():
        for percent in (50, 95):
            _print(size, f"{name}, ms p{percent}", *(_at(sorted(times), percent) for times in pair))
        for all_times, times in zip(every, pair, strict=True):
            all_times += times
    p95 = [_at(sorted(times), 95) for times in every]
    _print(size, "all questions, ms p95", *p95)
    _print(size, "MB: process, and heap", _resident(), heap)
    return p95


def _asked(index: TantivyIndex, client: Elasticsearch) -> dict[str, tuple[list[float], list[float]]]:
    """Name of a kind of question -> the milliseconds of both engines."""
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in (*QUESTIONS, "prefix")}
    for number in range(ROUNDS + 1):
        for name, questions in QUESTIONS.items():
            for query in questions:
                _forget(index)  # as after a change
                both = (lambda: index.search(query), lambda: client.search(index=INDEX, **_named(body(query))))
                _add(times[name], both, number)
        for prefix in PREFIXES:
            wanted = {"match_bool_prefix": {"title": prefix}}
            both = (lambda: index.suggest(prefix, 8), lambda: client.search(index=INDEX, query=wanted, size=8))
            _add(times["prefix"], both, number)
    return times


def _named(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """With the names of the Python client."""
    return {"from_" if name == "from" else name: value for name, value in parameters.items()}


def _add(times: tuple[list[float], list[float]], both: tuple[Callable[[], Any], ...], number: int) -> None:
    """The first round only warms both up."""
    for kept, ask in zip(times, both, strict=True):
        seconds = _seconds(ask)
        if number:
            kept.append(seconds * 1000)


def _fill(client: Elasticsearch, size: int) -> None:
    for number, _ in enumerate(parallel_bulk(client, documents(size), SENDERS, CHUNK), 1):
        if number % 100_000 == 0:
            print(f"{size:>8} records  {number} in Elasticsearch", flush=True)
    client.indices.refresh(index=INDEX)


def _seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _print(size: int, what: str, here: float, there: float) -> None:
    ratio = f"{here / there:6.2f}" if there else ""
    print(f"{size:>8} records  {what:34} embedded {here:9.2f}  Elasticsearch {there:9.2f}  ratio {ratio}", flush=True)


def main(sizes: tuple[int, ...]) -> int:
    address = os.environ.get("LOTSE_TEST_ELASTIC")
    if not address:
        print(CONFIGURE, file=sys.stderr)
        return 2
    client, p95s = Elasticsearch(address, request_timeout=120), []
    for size in sizes:
        folder = Path(tempfile.mkdtemp(prefix="lotse-bench-"))
        try:
            p95s.append(measured(client, folder, size))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            client.indices.delete(index=INDEX, ignore_unavailable=True)
    growth = p95s[-1][0] / p95s[0][0]
    print(f"p95 of the embedded index with {sizes[-1]} over that with {sizes[0]}: {growth:.1f} (bound {GROWTH:.0f})")
    return int(max(here / there for here, there in p95s) > RATIO or growth > GROWTH)


if __name__ == "__main__":
    sys.exit(main(tuple(map(int, sys.argv[1:])) or SIZES))
