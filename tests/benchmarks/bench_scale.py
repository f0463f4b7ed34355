"""What a catalogue of a size costs: `python -m tests.benchmarks.bench_scale [--users N] [--embedded] SIZE …`.

Made-up records. For each size and set-up (embedded, PostgreSQL, PostgreSQL with Elasticsearch where its server can be
had): processor seconds to write and to index, bytes on the disk, a backup and its size, and then so many people at
once, who each read a page, think for some seconds and go on: p50 and p95 of searches and pages, errors, and the memory
of the server. Times hold for the machine and what else it does; the processor seconds and bytes less so.
"""

import asyncio
import contextlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from registry.backup.backup import back_up
from registry.build import open_catalog
from registry.catalog import Catalog
from registry.parts import parts
from registry.settings import Settings
from tests.benchmarks.made_up import made_up
from tests.hostile.served import served
from tests.servers import elastic, postgres

SECONDS = 40.0  # for which people read
THINK_SECONDS = (2.0, 8.0)
WORDS = (
    "radweg",
    "bäume stadt",
    "haushalt 2024",
    "luftqualität",
    "baustellen innenstadt",
    "kita",
    "bibliothek",
    "wohnen",
)
WARM_UP_SECONDS = 5.0


class Reading(NamedTuple):
    """What people saw: seconds of each answer, and what went wrong."""

    searches: list[float]
    pages: list[float]
    faults: list[str]


def main(arguments: list[str]) -> None:
    users = int(arguments[arguments.index("--users") + 1]) if "--users" in arguments else 250
    sizes = [int(word) for word in arguments if word.isdigit() and word != str(users)] or [10_000]
    print("| records | set-up | write | index | disk | backup | p50 / p95 search | p50 / p95 page | errors | memory |")
    for size in sizes:
        for name, settings in set_ups("--embedded" in arguments):
            print(measured(size, name, settings, users), flush=True)


def set_ups(embedded_only: bool) -> Iterator[tuple[str, Settings]]:
    """Each set-up that this machine can have, with an empty data folder."""
    for name in ("embedded", "postgres", "postgres + elasticsearch")[: 1 if embedded_only else None]:
        with ExitStack() as stack:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "data"
            more: dict[str, str] = {}
            try:
                if "postgres" in name:
                    address = stack.enter_context(postgres.server())
                    more["database"] = stack.enter_context(postgres.database(address))
                if "elasticsearch" in name:
                    more["search"] = stack.enter_context(elastic.server())
            except RuntimeError as error:
                print(f"{name}: {error}", file=sys.stderr)
                continue
            yield name, Settings(data=data, **more)  # type: ignore[arg-type]


def measured(size: int, name: str, settings: Settings, users: int) -> str:
    """A row of the table."""
    catalog = open_catalog(settings)
    try:
        writing = _processor_seconds(lambda: _write(catalog, size))
        indexing = _processor_seconds(lambda: catalog.sync(only=("search",)))
        file = settings.data.parent / "backup"
        backup = _processor_seconds(lambda: back_up(settings, file))
        backup_bytes = file.stat().st_size
        file.unlink()
        ids = [(record.kind, record.id) for record in catalog.store.listing()]
    finally:
        catalog.close()
    disk = sum(path.stat().st_size for path in settings.data.rglob("*") if path.is_file())
    with served(
        settings.data, 2, database=settings.database, search=settings.search, meaning="off", limits="off"
    ) as portal:
        reading = asyncio.run(_read(*portal.host_and_port, ids, users))
        memory = _memory(portal.process.pid)
    return (
        f"| {size:,} | {name} | {writing:.0f} s | {indexing:.0f} s | {disk / 1e6:.0f} MB | {backup:.0f} s, "
        f"{backup_bytes / 1e6:.0f} MB | {_written(reading.searches)} | {_written(reading.pages)} | "
        f"{len(reading.faults)} {reading.faults[:1]} | {memory / 1e6:.0f} MB |"
    )


def _write(catalog: Catalog, size: int) -> None:
    for part in parts(list(made_up(size)), 500):
        catalog.store.put(part, "bench")


def _processor_seconds(act: object) -> float:
    before = sum(os.times()[:4])
    act()  # type: ignore[operator]
    return sum(os.times()[:4]) - before


async def _read(host: str, port: int, ids: list[tuple[str, str]], users: int) -> Reading:
    reading = Reading([], [], [])
    begin = time.monotonic()
    await asyncio.gather(*(_person(host, port, ids, begin, number, reading) for number in range(users)))
    return reading


async def _person(
    host: str, port: int, ids: list[tuple[str, str]], begin: float, number: int, reading: Reading
) -> None:
    """One who reads, thinks and goes on; while somebody thinks, the server closes the connection."""
    chooser = random.Random(number)
    await asyncio.sleep(chooser.uniform(0, THINK_SECONDS[1]))
    while time.monotonic() < begin + SECONDS:
        searches = chooser.random() < 0.5
        path = f"/suche?q={chooser.choice(WORDS).replace(' ', '+')}" if searches else f"/id/{chooser.choice(ids)[1]}"
        sent = time.monotonic()
        try:
            status = await _get(host, port, path)
            if status in (302, 303):  # the page of a thing
                status = await _get(host, port, path.replace("/id/", "/daten/"))
        except (OSError, asyncio.IncompleteReadError) as error:
            reading.faults.append(f"{path}: {error!r}")
            continue
        if status not in (200, 301):
            reading.faults.append(f"{path}: {status}")
        if sent > begin + WARM_UP_SECONDS:
            (reading.searches if searches else reading.pages).append(time.monotonic() - sent)
        await asyncio.sleep(chooser.uniform(*THINK_SECONDS))


async def _get(host: str, port: int, path: str) -> int:
    """The status of an answer that was read to its end."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        request = (
            f"GET {quote(path, safe='/?=+&')} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
        )
        writer.write(request.encode())
        answer = await reader.read(-1)
        return int(answer.split(b" ", 2)[1])
    finally:
        writer.close()


def _memory(parent: int) -> int:
    """Bytes of a process and its children that belong to them alone or are shared in parts (PSS)."""
    total = 0
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for process in (str(parent), *children):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def _written(seconds: list[float]) -> str:
    if len(seconds) < 20:
        return "–"
    cuts = statistics.quantiles(seconds, n=20)
    return f"{cuts[9] * 1000:.0f} / {cuts[18] * 1000:.0f} ms"


if __name__ == "__main__":
    main(sys.argv[1:])
