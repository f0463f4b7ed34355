"""250 people on search and record pages, alone and while a source of 10,000 is harvested: `make people`.

    python -m tests.benchmarks.bench_people [--people 250] [--records 10000] [--seconds 60]

The portal runs with two processes, as on a machine with two cores; those who read and the source run on the same
machine. Ends with 1 where an answer was an error, or p95 of searches or pages is over a second.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from registry.build import open_catalog
from registry.catalog import Catalog
from registry.parts import parts
from registry.settings import Settings
from tests.api.commands.calling import LOTSE
from tests.benchmarks.bench_harvest import ckan
from tests.benchmarks.made_up_catalogue import made_up_catalogue
from tests.benchmarks.people import People, Reading, as_text, memory, percentile, read_by
from tests.hostile.served import Served, served
from tests.paths import ROOT
from vocab.kinds import KIND_ROWS

MAX_MILLISECONDS: Final = 1000.0  # p95 of what people wait for


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=250)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="lotse-people-", ignore_cleanup_errors=True) as folder,
        ckan(arguments.records) as source,
    ):
        settings = Settings(data=Path(folder) / "data", meaning="off")
        people = People(arguments.people, arguments.seconds, filled(settings, arguments.records))
        lotse(settings, "source", "add", "amt", "--kind", "ckan", "--url", source)
        print(f"{people.number} people, {arguments.records:,} records, load before {os.getloadavg()[0]:.1f}")
        print("| | answers | p50 / p95 search | p50 / p95 page | errors | memory |", flush=True)
        with served(settings.data, 2, meaning="off", limits="off") as portal:
            alone = read_by(people, portal)
            print(row("alone", alone, portal), flush=True)
            harvested, seconds = while_harvested(people, portal, settings)
            print(row(f"during a harvest of {seconds:.0f} s", harvested, portal), flush=True)
    return int(not (is_good(alone) and is_good(harvested)))


def filled(settings: Settings, size: int) -> list[str]:
    """Fills a fresh catalogue, and returns the paths of the pages of its records."""
    catalog = open_catalog(settings)
    try:
        for part in parts(made_up_catalogue(size), 500):
            catalog.store.put(part, "bench")
        catalog.sync()
        return page_paths(catalog)
    finally:
        catalog.close()


def page_paths(catalog: Catalog) -> list[str]:
    """The paths of the German pages of all records."""
    return [f"/{KIND_ROWS[record.kind].address['de']}/{record.id}" for record in catalog.store.listing()]


def lotse(settings: Settings, *words: str) -> None:
    environ = os.environ | {
        "LOTSE_DATA": str(settings.data), "LOTSE_ALLOW_HOSTS": "127.0.0.1", "LOTSE_MEANING": "off",
    }  # fmt: skip
    subprocess.run([*LOTSE, *words], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)


def while_harvested(people: People, portal: Served, settings: Settings) -> tuple[Reading, float]:
    """What people saw, and how many seconds of it a harvest took."""

    def harvest() -> float:
        time.sleep(people.seconds / 4)
        began = time.monotonic()
        lotse(settings, "harvest", "amt")
        return time.monotonic() - began

    with ThreadPoolExecutor(1) as pool:
        harvesting = pool.submit(harvest)
        return read_by(people, portal), harvesting.result()


def is_good(reading: Reading) -> bool:
    slowest = max(percentile(reading.searches, 95), percentile(reading.pages, 95))
    return not reading.faults and 0 < slowest <= MAX_MILLISECONDS


def row(name: str, reading: Reading, portal: Served) -> str:
    return (
        f"| {name} | {len(reading.searches) + len(reading.pages)} | {as_text(reading.searches)} | "
        f"{as_text(reading.pages)} | {len(reading.faults)} {' '.join(reading.faults[:2])} | "
        f"{memory(portal.process.pid) / 1e6:.0f} MB |"
    )


if __name__ == "__main__":
    sys.exit(main())
