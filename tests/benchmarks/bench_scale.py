"""What a catalogue of a size costs on each set-up: `make scale SIZES="10000 100000"`.

    python -m tests.benchmarks.bench_scale [--people 250] [--heap 1g] [--only SET-UP] SIZE …

Made-up records (`made_up_catalogue`: words and lengths as in real catalogues). For each size and set-up (embedded,
PostgreSQL, PostgreSQL with Elasticsearch where its server can be had): seconds that passed to write, to index and to
back up, bytes of the database, of the search index and of the backup, and then so many people at once (`people`).
The servers, the portal and the people share one machine, so the figures are an upper bound. Times hold for the machine
and what else it does; bytes do not depend on it.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final, NamedTuple

import psycopg
import requests

from registry.backup.backup import back_up
from registry.build import open_catalog
from registry.catalog import Catalog
from registry.parts import parts
from registry.settings import Settings
from tests.benchmarks.bench_people import page_paths
from tests.benchmarks.made_up_catalogue import made_up_catalogue
from tests.benchmarks.people import People, as_text, memory, read_by
from tests.hostile.served import served
from tests.servers import elastic, postgres

READING_SECONDS: Final = 45.0
SET_UPS: Final = ("embedded", "postgres", "elasticsearch")  # the last one with PostgreSQL
HEAD: Final = (
    "| records | set-up | write | index | database | search index | backup | p50 / p95 search | p50 / p95 page | "
    "errors | memory of the portal |"
)


class Costs(NamedTuple):
    """Seconds that passed, and bytes."""

    writing: float
    indexing: float
    database: int
    index_bytes: int
    backing_up: float
    backup: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000])
    parser.add_argument("--people", type=int, default=250)
    parser.add_argument("--heap", default="1g", help="memory of Elasticsearch")
    parser.add_argument("--only", choices=SET_UPS, action="append")
    arguments = parser.parse_args()
    print(HEAD, flush=True)
    for size in arguments.sizes:
        for name, settings in set_ups(arguments.only or SET_UPS, arguments.heap):
            print(measured(size, name, settings, arguments.people), flush=True)
    return 0


def set_ups(names: tuple[str, ...], heap: str) -> Iterator[tuple[str, Settings]]:
    """Each set-up that this machine can have, with an empty data folder."""
    for name in names:
        with ExitStack() as stack:
            data = (
                Path(
                    stack.enter_context(tempfile.TemporaryDirectory(prefix="lotse-scale-", ignore_cleanup_errors=True))
                )
                / "data"
            )
            more: dict[str, str] = {}
            try:
                if name != "embedded":
                    address = stack.enter_context(postgres.server())
                    more["database"] = stack.enter_context(postgres.database(address))
                if name == "elasticsearch":
                    more["search"] = stack.enter_context(elastic.server(heap))
            except RuntimeError as error:
                print(f"{name}: {error}", file=sys.stderr)
                continue
            yield name, Settings(data=data, meaning="off", **more)  # type: ignore[arg-type]


def measured(size: int, name: str, settings: Settings, people: int) -> str:
    """A row of the table."""
    load = os.getloadavg()[0]
    with closing(open_catalog(settings)) as catalog:
        costs = filled(catalog, settings, size)
        paths = page_paths(catalog)
    more = {"database": settings.database, "search": settings.search, "meaning": "off", "limits": "off"}
    with served(settings.data, 2, **more) as portal:
        reading = read_by(People(people, READING_SECONDS, paths), portal)
        portal_bytes = memory(portal.process.pid)
    return (
        f"| {size:,} | {name} (load {load:.0f}) | {costs.writing:.0f} s | {costs.indexing:.0f} s | "
        f"{_megabytes(costs.database)} | {_megabytes(costs.index_bytes)} | {costs.backing_up:.0f} s, "
        f"{_megabytes(costs.backup)} | {as_text(reading.searches)} | {as_text(reading.pages)} | "
        f"{len(reading.faults)} of {len(reading.searches) + len(reading.pages)} {' '.join(reading.faults[:1])} | "
        f"{_megabytes(portal_bytes)} |"
    )


def filled(catalog: Catalog, settings: Settings, size: int) -> Costs:
    writing = _seconds(lambda: _write(catalog, size))
    indexing = _seconds(lambda: _index(catalog))
    file = settings.data.parent / "backup"
    backing_up = _seconds(lambda: back_up(settings, file))
    backup = file.stat().st_size
    file.unlink()
    return Costs(writing, indexing, _database_bytes(settings), _index_bytes(settings), backing_up, backup)


def _write(catalog: Catalog, size: int) -> None:
    for part in parts(made_up_catalogue(size), 500):
        catalog.store.put(part, "bench")


def _index(catalog: Catalog) -> None:
    catalog.projector.rebuild(only=("search",))


def _seconds(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def _database_bytes(settings: Settings) -> int:
    if not settings.database:
        return sum(path.stat().st_size for path in settings.data.glob("lotse.sqlite*"))
    with psycopg.connect(settings.database.replace("postgresql+psycopg://", "postgresql://")) as connection:
        (size,) = connection.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
        return int(size)


def _index_bytes(settings: Settings) -> int:
    if settings.search == "tantivy":
        return sum(path.stat().st_size for path in (settings.data / "search").rglob("*") if path.is_file())
    stats = requests.get(f"{settings.search}/_stats/store", timeout=60).json()
    return int(stats["_all"]["total"]["store"]["size_in_bytes"])


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


if __name__ == "__main__":
    sys.exit(main())
