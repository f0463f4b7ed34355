"""How the embedded search grows with the catalogue: `python -m tests.benchmarks.bench_search [SIZE …]`.

Made-up records, one mixed set of queries, every page with all facets. Ends 1 where the 95th percentile grows by more
than RATIO from 10,000 to 100,000 records, or memory exceeds MEMORY.
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

from registry.model import Change, Position
from registry.search.query import Query
from registry.search.tantivy_index import TantivyIndex
from tests.benchmarks.made_up import aged, made_up

SIZES = (1_000, 10_000, 100_000)
RATIO = 5.0  # p95 at 100,000 over p95 at 10,000
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
        yield Change(number, record.id, aged(record, number))


def measured(folder: Path, size: int) -> tuple[float, float]:
    """Builds, asks, prints; the 95th percentiles in milliseconds, without and with kept facet counts."""
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
        index._read().counted.clear()  # as after a change
        new += _times(index, questions)
        again += _times(index, questions)
    for name, times in (("after a change", new), ("asked again", again)):
        times.sort()
        print(f"{size:>7} records  {name:14}  p50 {_at(times, 50):6.2f} ms  p95 {_at(times, 95):6.2f} ms", flush=True)
    return _at(new, 95), _at(again, 95)


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
    failed = memory > MEMORY
    if {10_000, 100_000} <= set(percentiles):
        ratio = percentiles[100_000][0] / percentiles[10_000][0]
        print(f"p95 at 100,000 over p95 at 10,000, after a change: {ratio:.1f} (bound {RATIO:.0f})")
        failed |= ratio > RATIO
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(tuple(map(int, sys.argv[1:])) or SIZES))
