"""What the search by meaning costs: `python -m tests.benchmarks.bench_meaning`.

Made-up records: how fast texts become vectors, how much longer a query takes with 10,000 records, and how long the
exact comparison with 200,000 vectors takes. All times are those of the one thread that works, whatever else the machine
does. Ends 1 where a query costs more than MAX_QUERY_COST_MS, or the comparison is slower than with floats.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np

from registry.model import Position
from registry.search.meaning import open_encoder
from registry.search.nearest import Nearest
from registry.search.query import Query
from registry.search.refining import ByMeaning
from registry.search.tantivy_index import TantivyIndex
from registry.search.vector_files import VectorFiles
from registry.search.vectors import Progress, Row, Vectors, folder_name
from tests.benchmarks.bench_search import changes, queries

RECORDS = 10_000
COMPARED = 200_000
MAX_QUERY_COST_MS = 3.0
LEAST_ENCODED_MS = 1.0  # no text is encoded in less
ROUNDS = 5


def timed(act: Callable[[], object]) -> float:
    """Milliseconds of this thread."""
    began = time.thread_time()
    act()
    return (time.thread_time() - began) * 1000


def query_cost(folder: Path) -> float:
    """Builds both projections of RECORDS records; the median of what meaning adds to a query, in milliseconds."""
    index, encoder = TantivyIndex(folder / "search"), open_encoder()
    vectors = Vectors(VectorFiles(folder / "meaning", folder_name(encoder), encoder.dimensions), encoder)
    loading = timed(lambda: encoder.encode(["Radwege"]))
    position = Position("bench", RECORDS)
    indexing = timed(lambda: index.rebuild(changes(RECORDS), position))
    encoding = timed(lambda: vectors.rebuild(changes(RECORDS), position))
    again = timed(lambda: vectors.rebuild(changes(RECORDS), position))
    print(f"the encoder is loaded in {loading:.0f} ms")
    print(
        f"{RECORDS} records: {RECORDS / encoding * 1000:.0f} become vectors a second, {encoding / indexing:.1f} times "
        f"as long as indexing them; a rebuild with the same texts is {encoding / again:.0f} times as fast",
        flush=True,
    )
    refiner = ByMeaning(vectors.store, encoder)
    costs = sorted(min(_costs(index, refiner, query)) for query in queries() if query.words)
    encoded = [cost for cost in costs if cost > LEAST_ENCODED_MS]
    p95 = encoded[len(encoded) * 95 // 100]
    print(
        f"a query costs {median(costs):.2f} ms more; those that are encoded, because few hits have all words "
        f"({len(encoded)} of {len(costs)}), cost {median(encoded):.2f} ms, p95 {p95:.2f} ms"
    )
    return median(costs)


def _costs(index: TantivyIndex, refiner: ByMeaning, query: Query) -> Iterator[float]:
    """How much longer a query takes with meaning when nobody has asked it before, ROUNDS times."""
    for _ in range(ROUNDS):
        index.refiner = None
        index.search(query)
        alone = timed(lambda: index.search(query))
        index.refiner = refiner
        index.search(query)
        refiner.vector.cache_clear()
        yield timed(lambda: index.search(query)) - alone


def comparison(folder: Path) -> float:
    """How long the comparison with COMPARED vectors takes, as a share of that with all of them as floats."""
    source, files = random.Random(5), VectorFiles(folder, "compared", 512)
    files.prepare()
    ids = [f"n{number}" for number in range(COMPARED)]
    for start in range(0, COMPARED, 10_000):
        rows = [Row(id, id, source.randbytes(512)) for id in ids[start : start + 10_000]]
        files.write(rows, (), Progress("bench", 1, 1, start + 1, 0))
    question = source.randbytes(512)
    opening = timed(lambda: files.cosines(question, 50))
    in_chunks = _best(lambda: files.cosines(question, 50))
    floats = np.fromfile(files.path, np.int8).reshape(COMPARED, 512).astype(np.float32)
    vector = np.frombuffer(question, np.int8).astype(np.float32)
    as_floats = _best(lambda: floats @ vector)
    nearest = Nearest(files.path, 512, zip(ids[:RECORDS], range(RECORDS), strict=True), None)
    few = _best(lambda: nearest.best(question, 50))
    print(
        f"compared with {COMPARED} vectors: {in_chunks:.1f} ms (opened in {opening:.0f} ms), as floats in four times "
        f"the memory {as_floats:.1f} ms; with {RECORDS}: {few:.2f} ms"
    )
    return in_chunks / as_floats


def _best(act: Callable[[], object]) -> float:
    return min(timed(act) for _ in range(10))


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="lotse-bench-") as folder:
        cost = query_cost(Path(folder))
        share = comparison(Path(folder) / "compared")
    return int(cost > MAX_QUERY_COST_MS or share > 1)


if __name__ == "__main__":
    sys.exit(main())
