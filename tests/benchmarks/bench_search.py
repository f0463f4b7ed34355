"""How the embedded search grows with the catalogue: `python -m tests.benchmarks.bench_search [SIZE …]`.

Made-up records, one mixed set of queries, every page with the facets that are counted by default. Then single shapes,
each against the first page of its list in the same run: far pages by token and by number, boxes, circles, periods, the
question without words. Ends 1 where the 95th percentile grows by more than RATIO from 10,000 to 100,000 records, a far
page by token costs more than FAR_RATIO times the first one, a question that is asked again more than AGAIN_RATIO of
the first time, or memory exceeds MEMORY.
"""

import gc
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from registry.model import Change, Place, Position, Record
from registry.search.facets import FACETS
from registry.search.limits import Limits, Near
from registry.search.query import MAX_DEPTH, Query
from registry.search.space_time import Box
from registry.search.tantivy_index import TantivyIndex
from tests.benchmarks.made_up import aged, made_up

SIZES = (1_000, 10_000, 100_000)
RATIO = 5.0  # p95 at 100,000 over p95 at 10,000
FAR_RATIO = 1.5  # page by token at the 10,000th hit over the first page
AGAIN_RATIO = 0.2  # question without words, again before the next change over the first time
MEMORY = 700  # MB of the whole process
ROUNDS = 5


def queries() -> list[Query]:
    """What people ask: one word, several, a typing error, a number, only a filter, both, nothing."""
    texts = (
        "Radwege", "Bäume", "Luftqualität", "Ladesäulen", "Grundwasser", "Bodenrichtwerte", "Kitas", "Straßen",
        "Luftqualität Messwerte", "Bebauungspläne Geltungsbereich", "Haushalte je Jahr", "Radwege Zeitvergleich",
        "Museen nach Stadtteil", "Wahllokale Adressen 2014", "Baustellen Radwege Straßen", "Pegelstand Hochwasser",
        "Ladesaulen", "Grundwaser", "Spilplätze", "Einbürgerungen 2009", "Fahrrad", "Wasser", "Daten der Stadt",
        "Feste im Zeitvergleich nach Geschlecht", "Übersicht der Denkmale mit Standorten", "Xylophonverleih",
    )  # fmt: skip
    where: tuple[dict[str, tuple[str, ...]], ...] = (
        {},
        {"kind": ("dataset",)},
        {"theme": ("TRAN",)},
        {"theme": ("TRAN", "ENVI"), "format": ("CSV", "JSON")},
        {"licence": ("dl-by-de/2.0",), "year": ("2015", "2016")},
    )
    questions = [Query(words=text, where=where[number % 5]) for number, text in enumerate(texts * 2)]
    questions += [Query(where=values) for values in where]
    questions += [Query(words="Radwege", page=page) for page in (2, 5)] + [
        Query(sort="title"),
        Query(sort="newest", page=9),
    ]
    random.Random(7).shuffle(questions)
    return questions


def changes(count: int) -> Iterator[Change]:
    for number, record in enumerate(made_up(count), 1):
        yield Change(number, record.id, aged(_placed(record, number), number))


def _placed(record: Record, number: int) -> Record:
    """Every second dataset has a point of its own in and around the city, in place of the box of the whole city."""
    if number % 2 or record.kind != "dataset":
        return record
    point = Place(centroid=f"POINT({8.5 + number % 997 / 2000} {49.3 + number % 787 / 3000})")
    return Record(id=record.id, said=replace(record.said, places=(point,)), owner=record.owner, origin=record.origin)


def measured(folder: Path, size: int) -> tuple[float, float, bool]:
    """Builds, asks, prints; the 95th percentiles in milliseconds, without and with kept facet counts, and whether the
    single shapes are in their bounds."""
    index = TantivyIndex(folder)
    began = time.perf_counter()
    index.rebuild(changes(size), Position("bench", size))
    seconds = time.perf_counter() - began
    disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    print(f"{size:>7} records  built in {seconds:6.1f} s = {size / seconds:5.0f}/s  {disk:6.1f} MB on disk", flush=True)
    gc.collect()
    questions = queries()
    index.search(questions[0])
    new: list[float] = []
    again: list[float] = []
    for _ in range(ROUNDS):
        _forget(index)
        new += _times(index, questions)
        again += _times(index, questions)
    for name, times in (("after a change", new), ("asked again", again)):
        times.sort()
        print(f"{size:>7} records  {name:14}  p50 {_at(times, 50):6.2f} ms  p95 {_at(times, 95):6.2f} ms", flush=True)
    return _at(new, 95), _at(again, 95), shapes(index)


def _forget(index: TantivyIndex) -> None:
    """As after a change."""
    for kept in (index._read().counted, index._read().pages, index._read().ends, index._read().answers):
        kept.clear()


AREA = Box(8.6, 49.37, 8.7, 49.42)
SHAPES = {  # each against the first one before it without an indent
    "by relevance, first page": Query(words="Stadt"),
    "  far page by number": Query(words="Stadt", page=MAX_DEPTH // 20),
    "by title, first page": Query(sort="title"),
    "  far page by number ": Query(sort="title", page=MAX_DEPTH // 20),
    "without words, first page": Query(),
    "  far page by number  ": Query(page=MAX_DEPTH // 20),
    "  all facets": Query(facets=tuple(FACETS)),
    "  no facets": Query(facets=()),
    "  box": Query(limits=Limits(box=AREA)),
    "  circle": Query(limits=Limits(near=Near(8.65, 49.4, 3))),
    "  period": Query(limits=Limits(begins="2015", ends="2016-06")),
    "  box, words and filter": Query(words="Radwege", where={"theme": ("TRAN",)}, limits=Limits(box=AREA)),
    "  10,000 ids": Query(size=MAX_DEPTH, facets=()),
}


def shapes(index: TantivyIndex) -> bool:
    """Prints what each shape costs after a change and again; whether all are in their bounds."""
    failed, first = False, 0.0
    for name, query in with_tokens(index).items():
        new, again = (_median(index, query, forget) for forget in (True, False))
        first = first if name.startswith(" ") else new
        print(f"  {name:28} {new:8.2f} ms = {new / first:5.2f} of the first page   again {again:6.2f} ms", flush=True)
        failed |= "token" in name and new > FAR_RATIO * first
        failed |= name.startswith("without words") and again > AGAIN_RATIO * new
    return not failed


def with_tokens(index: TantivyIndex) -> dict[str, Query]:
    """The shapes, with the far page by token behind each far page by number."""
    every: dict[str, Query] = {}
    for name, query in SHAPES.items():
        every[name] = query
        if "by number" in name:
            before = index.search(replace(query, page=query.page - 1, facets=()))
            every[name.replace("number", "token")] = replace(query, page=1, cursor=before.cursor)
    return every


def _median(index: TantivyIndex, query: Query, forget: bool) -> float:
    times: list[float] = []
    for _ in range(2 * ROUNDS):
        if forget:
            _forget(index)
        times += _times(index, [query])
    return sorted(times)[ROUNDS]


def _times(index: TantivyIndex, questions: list[Query]) -> Iterator[float]:
    for query in questions:
        began = time.thread_time()  # of this processor: what else runs on the machine does not count
        index.search(query)
        yield (time.thread_time() - began) * 1000


def _at(times: list[float], percent: int) -> float:
    return times[min(len(times) * percent // 100, len(times) - 1)]


def main(sizes: tuple[int, ...]) -> int:
    percentiles = {}
    for size in sizes:
        folder = Path(tempfile.mkdtemp(prefix="lotse-bench-"))
        try:
            percentiles[size] = measured(folder, size)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"memory at most {memory:.0f} MB (bound {MEMORY})")
    failed = memory > MEMORY or not percentiles[max(sizes)][2]
    if {10_000, 100_000} <= set(percentiles):
        ratio = percentiles[100_000][0] / percentiles[10_000][0]
        print(f"p95 at 100,000 over p95 at 10,000, after a change: {ratio:.1f} (bound {RATIO:.0f})")
        failed |= ratio > RATIO
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(tuple(map(int, sys.argv[1:])) or SIZES))
