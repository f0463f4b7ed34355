"""How fast the store is, on made-up records: `python -m tests.benchmarks.store [records] [SQLAlchemy URL]`."""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from registry.store.store import Selection, Store, open_store
from tests.benchmarks.made_up import made_up

BATCH_SIZE = 500


def main(count: int = 20_000, url: str = "") -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(url or f"sqlite:///{folder}/lotse.sqlite")
        records = [replace(record, digest=record.said.digest()) for record in made_up(count)]
        report("put new", count, lambda: put(store, records))
        report("known", count, lambda: store.stored_states("stadt"))
        report("changes", count, lambda: sum(1 for _ in store.changes()))
        report("find", count, lambda: sum(1 for _ in store.find(Selection(state="published"))))
        stored = [change.record for change in store.changes() if change.record]
        report("put again", count, lambda: put(store, stored))
        report("get", 2000, lambda: sum(store.get(record.id) is not None for record in records[:2000]))
        report("get 20 at once", 2000, lambda: sum(len(store.get_many(ids(n))) for n in range(2000)))
        store.close()
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        print(f"{size / count:.0f} bytes a record with two versions")


def put(store: Store, records: list[Any]) -> None:
    for start in range(0, len(records), BATCH_SIZE):
        store.put(records[start : start + BATCH_SIZE], by="benchmark")


def ids(number: int) -> list[str]:
    return [f"made-up-{place}" for place in range(number, number + 20)]


def report(what: str, count: int, work: Callable[[], Any]) -> None:
    start = time.perf_counter()
    work()
    print(f"{what:16} {count / (time.perf_counter() - start):10,.0f} a second")


if __name__ == "__main__":
    main(*(int(word) if word.isdigit() else word for word in sys.argv[1:]))  # type: ignore[arg-type]
