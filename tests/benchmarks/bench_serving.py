"""What people and sources wait for, at several sizes, also in turns with an earlier check-out.

    python -m tests.benchmarks.bench_serving [SIZE …] [--other FOLDER] [--plot FILE.svg]

A CKAN on loopback (`bench_harvest.ckan`) is harvested twice by `lotse harvest`. Then `lotse serve` answers one client:
each address for the first time, and again; then one and two workers answer four clients. Search by meaning is off.
Figures are processor time of all threads, p50 and p95 of the time that passed, the most memory of all processes of a
harvest (PSS), the disk of its data folder.
`--other`: a check-out whose commands are measured after ours, with the same Python; `--plot`: the growth of ours as a
picture.
"""

import argparse
import contextlib
import http.client
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from tests.benchmarks.bench_harvest import ckan
from tests.benchmarks.growth_plot import plot
from tests.paths import ROOT

SIZES = (1_000, 10_000)
ROUNDS = 60
CLIENTS, SECONDS = 4, 5.0  # of the rows with several workers
QUIET_MILLISECONDS = 25.0  # of processor time in half a second: nothing runs in the background any more
WORDS = (
    "Radwege", "Bäume", "Wasser", "Karte", "Berlin", "Statistik", "Bezirk", "Schulen", "Verkehr", "Umwelt",
    "Bevölkerung", "Haushalt", "Wahl", "Kita", "Straßen", "Lärm", "Luft", "Wohnen", "Plan", "Gebäude",
)  # fmt: skip
THEMES = ("TRAN", "ENVI", "GOVE", "ECON")


class Figure(NamedTuple):
    """`cpu`: milliseconds (seconds of a harvest) of processor time; `p50`, `p95`: milliseconds that passed."""

    cpu: float
    p50: float = 0.0
    p95: float = 0.0


Shape = Callable[[int], str]


def shapes(records: list[tuple[str, str]]) -> dict[str, Shape]:
    """Name -> the address of a round. `records`: id and path of some."""
    return {
        "JSON search, words": lambda n: f"/api/v1/search?q={quote(WORDS[n % 20])}&page={1 + n // 20}",
        "JSON search, filter": lambda n: f"/api/v1/search?theme={THEMES[n % 4]}&page={1 + n // 4}",
        "JSON search, no words": lambda n: f"/api/v1/search?page={1 + n % 60}",
        "far page, no words": lambda n: f"/api/v1/search?page={1 + 37 * n % 499}",
        "far page, by title": lambda n: f"/api/v1/search?sort=title&page={1 + 37 * n % 499}",
        "search page": lambda n: f"/suche?q={quote(WORDS[n % 20])}&page={1 + n // 20}",
        "record page": lambda n: records[n % len(records)][1],
        "record, JSON": lambda n: f"/api/v1/records/{records[n % len(records)][0]}",
        "record, Turtle": lambda n: f"{records[n % len(records)][1]}.ttl",
        "sitemap": lambda _: "/sitemap.xml",
        "feed": lambda n: f"/feed.atom?theme={THEMES[n % 4]}",
        "changes": lambda _: "/api/v1/changes",
        "start page": lambda _: "/",
    }


# -- commands of a check-out


def command(tree: Path) -> list[str]:
    """How `lotse` of a check-out is called, in whose folder it must run."""
    module, function = tomllib.loads((tree / "pyproject.toml").read_text())["project"]["scripts"]["lotse"].split(":")
    code = f"import sys; sys.argv[0] = 'lotse'; from {module} import {function} as main; sys.exit(main())"
    return [sys.executable, "-c", code]


def environment(data: Path) -> dict[str, str]:
    own = {"LOTSE_DATA": str(data), "LOTSE_ALLOW_HOSTS": "127.0.0.1", "LOTSE_BASE_URL": "http://bench.example"}
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | own


def settle_meaning(tree: Path, data: Path) -> None:
    """Turns the search by meaning off, where the check-out has it."""
    if (tree / "registry/search/meaning.py").exists():
        (data / "lotse.toml").write_text('meaning = "off"\n')


def harvested(tree: Path, data: Path, url: str) -> dict[str, Figure]:
    """Processor seconds and seconds of a first and an unchanged harvest with the start of the process, memory, disk."""
    data.mkdir()
    settle_meaning(tree, data)
    lotse, env = command(tree), environment(data)
    added = [*lotse, "source", "add", "amt", "--kind", "ckan", "--url", url]
    subprocess.run(added, cwd=tree, env=env, check=True, capture_output=True)
    figures = {}
    for name in ("first harvest", "unchanged harvest"):
        before, began = cpu_of_children(), time.perf_counter()
        with subprocess.Popen([*lotse, "harvest", "amt"], cwd=tree, env=env, stdout=-3, stderr=-3) as process:
            most = max(memory(process.pid) for _ in polls(process))
        seconds = time.perf_counter() - began
        figures[f"{name}, s"] = Figure(cpu_of_children() - before, seconds, seconds)
        figures[f"{name}, MB"] = Figure(most)
    disk = sum(file.stat().st_size for file in data.rglob("*") if file.is_file()) / 1e6
    return figures | {"disk without triples, MB": Figure(disk)}


def polls(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    while process.poll() is None:
        yield
        time.sleep(0.2)
    yield


def cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def memory(pid: int) -> float:
    """Megabytes of a process and of those below it, each shared page as a share (PSS)."""
    total = 0.0
    with contextlib.suppress(OSError):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1000
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        total += sum(memory(int(child)) for child in children)
    return total


# -- the server


@contextlib.contextmanager
def serving(tree: Path, data: Path) -> Iterator[tuple[int, int]]:
    """Process and port of a server that has nothing left to do in the background. It feeds no triples: a server where
    none listens stands for the embedded store, which takes half an hour for a million records."""
    env = environment(data) | {"LOTSE_SPARQL": "http://127.0.0.1:9/sparql"}
    process = subprocess.Popen(
        [*command(tree), "serve", "--port", "0"], cwd=tree, env=env, stdout=-1, stderr=-3, text=True
    )
    try:
        assert process.stdout
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        quiet = 0
        while quiet < 3:
            before = cpu_of(process.pid)
            time.sleep(0.5)
            quiet = quiet + 1 if cpu_of(process.pid) - before < QUIET_MILLISECONDS else 0
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def cpu_of(pid: int) -> float:
    """Milliseconds of processor time of all threads of a process."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e6


def served(tree: Path, data: Path) -> dict[str, Figure]:
    with serving(tree, data) as (pid, port):
        client = http.client.HTTPConnection("127.0.0.1", port)

        def get(address: str) -> bytes:
            client.request("GET", address)
            answer = client.getresponse()
            body = answer.read()
            assert answer.status == 200, (address, answer.status)
            return body

        hits = json.loads(get("/api/v1/search?size=50"))["hits"]
        records = [(hit["id"], urlsplit(hit["url"]).path) for hit in hits]
        figures = {}
        for name, shape in shapes(records).items():
            client.close()  # a connection that was idle for long is closed by the server
            for again in ("", ", again"):
                figures[name + again] = measured(pid, get, shape, 5 if name == "sitemap" else ROUNDS)
        return figures


def measured(pid: int, get: Callable[[str], bytes], shape: Shape, rounds: int) -> Figure:
    times, before = [], cpu_of(pid)
    for number in range(rounds):
        began = time.perf_counter()
        get(shape(number))
        times.append((time.perf_counter() - began) * 1000)
    cpu = (cpu_of(pid) - before) / rounds
    times.sort()
    return Figure(cpu, times[len(times) // 2], times[min(len(times) * 95 // 100, len(times) - 1)])


# -- several workers


def shared_out(tree: Path, data: Path) -> dict[str, Figure]:
    """Answers to CLIENTS clients, a second (`p50`) and a second of processor time of all processes (`cpu`). Each client
    asks for the addresses of a shape again and again, beginning with another one."""
    figures = {}
    for workers in (1, 2):
        with workers_serving(tree, data, workers) as (pid, port):
            for name in ("JSON search, words", "search page"):
                answers_in(port, shapes([])[name], 1.0)
                before = cpu_of_all(pid)
                count = answers_in(port, shapes([])[name], SECONDS)
                rate = count / SECONDS
                cpu = (cpu_of_all(pid) - before) / 1000
                figures[f"{name}, {workers} workers, 1/s"] = Figure(count / cpu, rate, rate)
    return figures


@contextlib.contextmanager
def workers_serving(tree: Path, data: Path, workers: int) -> Iterator[tuple[int, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ["serve", "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen([*command(tree), *arguments], cwd=tree, env=environment(data), stdout=-3, stderr=-3)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not answers_in(port, lambda _: "/healthz", 0.1):
            time.sleep(0.5)
        time.sleep(5)  # what is loaded in the background
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def answers_in(port: int, shape: Shape, seconds: float) -> int:
    """How many answers CLIENTS clients get in that time."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        return sum(clients.map(lambda number: _asked(port, shape, number, seconds), range(CLIENTS)))


def _asked(port: int, shape: Shape, number: int, seconds: float) -> int:
    client, count, end = http.client.HTTPConnection("127.0.0.1", port), 0, time.monotonic() + seconds
    with contextlib.suppress(OSError), contextlib.closing(client):
        while time.monotonic() < end:
            client.request("GET", shape((count + 15 * number) % ROUNDS))
            answer = client.getresponse()
            answer.read()
            count += answer.status == 200
    return count


def cpu_of_all(pid: int) -> float:
    """Milliseconds of processor time of a process and of those below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return cpu_of(pid) + sum(cpu_of_all(int(child)) for child in children)


def figures_of(tree: Path, size: int) -> dict[str, Figure]:
    with tempfile.TemporaryDirectory(prefix="lotse-bench-") as folder, ckan(size) as url:
        data = Path(folder) / "data"
        return harvested(tree, data, url) | served(tree, data) | shared_out(tree, data)


def _times(name: str, ours: Figure, before: Figure) -> str:
    """How many times as good ours is: of rates the larger one is better, of everything else the smaller one."""
    times = ours.p50 / (before.p50 or 1) if name.endswith("1/s") else before.cpu / ours.cpu
    return f"{times:5.1f} times"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--other", type=Path, help="a check-out to compare with")
    parser.add_argument("--plot", type=Path, help="an SVG file of the growth")
    arguments = parser.parse_args()
    every: dict[int, dict[str, Figure]] = {}
    for size in arguments.sizes:
        print(f"\n{size} records, load {os.getloadavg()[0]:.0f}: processor time, p50, p95", flush=True)
        ours = every[size] = figures_of(ROOT, size)
        other = figures_of(arguments.other.resolve(), size) if arguments.other else {}
        for name, figure in ours.items():
            before = other.get(name)
            ratio = f"   before {before.cpu:8.2f} {before.p50:8.2f} = {_times(name, figure, before)}" if before else ""
            print(f"{name:28} {figure.cpu:8.2f} {figure.p50:8.2f} {figure.p95:8.2f}{ratio}", flush=True)
    if arguments.plot:
        cpu = {size: {name: figure.cpu for name, figure in figures.items()} for size, figures in every.items()}
        arguments.plot.write_text(plot(cpu), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
