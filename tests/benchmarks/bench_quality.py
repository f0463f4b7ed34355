"""Checks and points per record, in processor time: `python -m tests.benchmarks.bench_quality [DATASETS]`."""

import gc
import sys
import time
from collections.abc import Callable

from registry.model import Record
from registry.quality.check import check
from registry.quality.govdata import preflight
from registry.quality.mqa import mqa
from registry.quality.scores import measured
from tests.benchmarks.bench_rdf import pages_of

DATASETS, ROUNDS = 2_000, 5


def microseconds(work: Callable[[], object], records: int) -> float:
    """The least processor time of a round, for each record."""
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1e6 * min(times) / records


def main() -> None:
    records: list[Record] = [record for page in pages_of(int((sys.argv[1:] or [DATASETS])[0])) for record in page]
    for name, work in (
        ("check", lambda: [check(record.metadata) for record in records]),
        ("points of MQA, with the check", lambda: [mqa(record.metadata) for record in records]),
        ("GovData, with the check", lambda: [preflight(record.metadata) for record in records]),
        ("all sums", lambda: measured(records)),
    ):
        print(f"{name:32} {microseconds(work, len(records)):6.0f} µs a record", flush=True)


if __name__ == "__main__":
    main()
