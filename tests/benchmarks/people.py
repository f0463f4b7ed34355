"""Many people who read a portal at once: each reads a page, thinks for some seconds and goes on.

Half of what they read are searches for one or two words, the other half pages of records. Both are chosen anew each
time, so the portal can rarely give an answer that it has kept.
"""

import asyncio
import contextlib
import random
import statistics
import time
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

from tests.benchmarks.made_up_catalogue import SIGHTED
from tests.hostile.served import Served

THINK_SECONDS: Final = (2.0, 8.0)
WARM_UP_SECONDS: Final = 8.0  # answers of which are not counted: until then not everybody is there
ANSWER_SECONDS: Final = 60.0  # after which an answer counts as an error


class Reading(NamedTuple):
    """What people saw: seconds of each answer, and what went wrong."""

    searches: list[float]
    pages: list[float]
    faults: list[str]


class People(NamedTuple):
    """How many people, for how long, and the addresses of the pages that they read."""

    number: int
    seconds: float
    paths: list[str]


def read_by(people: People, portal: Served) -> Reading:
    """What they saw."""
    return asyncio.run(_read(people, portal))


async def _read(people: People, portal: Served) -> Reading:
    reading = Reading([], [], [])
    begin = time.monotonic()
    await asyncio.gather(*(_person(people, portal, begin, which, reading) for which in range(people.number)))
    return reading


async def _person(people: People, portal: Served, begin: float, which: int, reading: Reading) -> None:
    """One who reads, thinks and goes on, each time over a new connection."""
    chooser = random.Random(which)
    await asyncio.sleep(chooser.uniform(0, THINK_SECONDS[1]))
    while time.monotonic() < begin + people.seconds:
        searches = chooser.random() < 0.5
        words = " ".join(chooser.sample(SIGHTED, chooser.choice((1, 1, 2))))
        path = f"/suche?q={words.replace(' ', '+')}" if searches else chooser.choice(people.paths)
        sent = time.monotonic()
        try:
            status = await asyncio.wait_for(_get(portal, path), ANSWER_SECONDS)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, IndexError) as error:
            reading.faults.append(f"{path}: {error!r}")
            continue
        if status != 200:
            reading.faults.append(f"{path}: {status}")
        if sent > begin + WARM_UP_SECONDS:
            (reading.searches if searches else reading.pages).append(time.monotonic() - sent)
        await asyncio.sleep(chooser.uniform(*THINK_SECONDS))


async def _get(portal: Served, path: str) -> int:
    """The status of an answer that was read to its end."""
    reader, writer = await asyncio.open_connection(*portal.host_and_port)
    try:
        request = (
            f"GET {quote(path, safe='/?=+&')} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
        )
        writer.write(request.encode())
        answer = await reader.read(-1)
        return int(answer.split(b" ", 2)[1])
    finally:
        writer.close()


def memory(parent: int) -> int:
    """Bytes of a process and those below it that belong to them alone or are shared in parts (PSS)."""
    total = 0
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{parent}/smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        total += sum(memory(int(child)) for child in children)
    return total


def percentile(seconds: list[float], number: int) -> float:
    """Milliseconds below which so many of a hundred answers were; 0 without answers."""
    if len(seconds) < 2:
        return 0.0
    return statistics.quantiles(seconds, n=100)[number - 1] * 1000


def as_text(seconds: list[float]) -> str:
    return f"{percentile(seconds, 50):.0f} / {percentile(seconds, 95):.0f} ms" if len(seconds) >= 20 else "–"
