"""How fast a harvest is until everything can be found, what an unchanged one costs, and how much memory many take.

    python -m tests.benchmarks.bench_harvest [--records 10000] [--many 100000]

A CKAN on loopback, in a process of its own, serves pages that were encoded beforehand: Berlin's catalogue again and
again under new ids, or made-up packages where the real ones are not to be had. Each harvest is the real one, in a
process of its own. Ends with 1 where a promise is broken: 2000 records/s, an unchanged harvest at least 5 times as fast
and without a change number, 100,000 records in less than 700 MB.
"""

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.paths import ROOT

SHARED = Path(os.environ.get("LOTSE_TEST_SHARED", ROOT.parent / "shared"))
BERLIN = SHARED / "data/ckan/berlin_2014-12-18_packages.json.gz"


def a_package(number: int) -> dict[str, Any]:
    return {
        "id": f"made-up-{number}",
        "name": f"datensatz-{number}",
        "title": f"Zählung {number} im Stadtgebiet",
        "notes": "Was an dieser Stelle gezählt wurde, nach Stunde und Richtung. " * 4,
        "author": "Amt für Mobilität",
        "license_id": "dl-de-by-2.0",
        "tags": [{"name": word} for word in ("Verkehr", "Zählung", "Stadt")],
        "groups": [{"name": "transport-verkehr"}],
        "resources": [
            {"id": f"r{number}-{kind}", "url": f"https://daten.example.org/{number}.{kind}", "format": kind}
            for kind in ("csv", "json")
        ],
    }


@contextlib.contextmanager
def ckan(records: int) -> Iterator[str]:
    """The address of a CKAN with that many packages."""
    with tempfile.TemporaryDirectory() as folder:
        file = BERLIN
        if not file.exists():
            file = Path(folder) / "made-up.json"
            file.write_text(json.dumps([a_package(number) for number in range(700)]))
        with server("--ckan", str(file), "--records", str(records)) as url:
            yield url


@contextlib.contextmanager
def server(*arguments: str) -> Iterator[str]:
    """The address of a replay server in a process of its own."""
    command = [sys.executable, "-m", "tests.servers.replay", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process.stdout.readline().split()[1]
    finally:
        process.kill()
        process.wait()


def harvests(url: str, times: int, kind: str = "ckan") -> list[dict[str, Any]]:
    """The figures of some harvests, one after the other, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.benchmarks.bench_harvest", "--harvest", kind, url, folder, str(times)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def harvest_here(kind: str, url: str, folder: Path, times: int) -> None:
    from harvesters.run.run import harvest
    from registry.build import open_catalog
    from registry.fetch.session import session
    from registry.model import Source
    from registry.search.query import Query
    from registry.settings import Settings

    settings = Settings(data=folder, allow_hosts=("127.0.0.1",))
    catalog = open_catalog(settings)
    source = Source(name="amt", kind=kind, url=url, language="de")
    catalog.sources.add(source)
    for _ in range(times):
        before, started, cpu, all_cpu = catalog.store.last(), time.perf_counter(), time.process_time(), cpu_of_all()
        with session(settings) as http:
            run = harvest(source, catalog, http)
        seconds = time.perf_counter() - started
        own, helper = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        answer = {
            "outcome": run.outcome,
            "listed": run.listed,
            "found": catalog.index.search(Query(size=1, facets=())).total,
            "seconds": seconds,
            "cpu": time.process_time() - cpu,
            "all_cpu": cpu_of_all() - all_cpu,
            "numbers": catalog.store.last() - before,
            "megabytes": (own + helper) / 1024,  # on two cores there is one helper at a time
            "helper": helper / 1024,
        }
        print(json.dumps(answer), flush=True)


def cpu_of_all() -> float:
    """Seconds of processor time of this process and of its helpers that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=100_000, help="records of the memory test; 0 leaves it out")
    parser.add_argument("--harvest", nargs=4, metavar=("KIND", "URL", "FOLDER", "TIMES"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.harvest:
        kind, url, folder, times = arguments.harvest
        harvest_here(kind, url, Path(folder), int(times))
        return
    print(f"{'real' if BERLIN.exists() else 'made-up'} packages, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    kept = [*speed(arguments.records), *(memory(arguments.many) if arguments.many else [])]
    sys.exit(0 if all(kept) else 1)


def speed(records: int) -> Iterator[bool]:
    with ckan(records) as url:
        first, second, third = harvests(url, 3)
    rate, ratio = records / first["seconds"], first["seconds"] / min(second["seconds"], third["seconds"])
    own, with_helpers = (first[name] / records * 1000 for name in ("cpu", "all_cpu"))
    cpu = f"{own:.2f} ms CPU each, {with_helpers:.2f} with helpers"
    yield report(f"{rate:6.0f} records/s to searchable ({cpu})", rate >= 2000)
    yield report(f"{ratio:6.1f} times as fast when nothing changed", ratio >= 5)
    yield report(f"{second['numbers']:6} change numbers given out then", second["numbers"] == 0)
    yield report(f"{first['found']:6} of {records} found", first["found"] == first["listed"] == records)


def memory(records: int) -> Iterator[bool]:
    with ckan(records) as url:
        (figures,) = harvests(url, 1)
    yield report(
        f"{figures['megabytes']:6.0f} MB at most for {figures['found']} records, {figures['seconds']:.0f} s",
        figures["megabytes"] < 700,
    )
    yield report(f"{figures['found']:6} of {records} found", figures["found"] == records)


def report(text: str, kept: bool) -> bool:
    print(f"{'ok ' if kept else 'NOT'} {text}", flush=True)
    return kept


if __name__ == "__main__":
    main()
