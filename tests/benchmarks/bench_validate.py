"""`POST /api/v1/validate` here and in another folder: `python -m tests.benchmarks.bench_validate [FOLDER]`.

Both answer the same two files (one dataset; a page of a hundred) in alternate turns, each in a process of its own, so
that a busy machine slows both. FOLDER is a check-out of an earlier commit; without it only our own figures are printed.
Ends 1 where the median is more than ALLOWED times as long, plus ALLOWED_MS for the child process that checks the file.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS, SMALL_REQUESTS, LARGE_REQUESTS = 15, 40, 3
ALLOWED, ALLOWED_MS = 1.05, 3.0
HERE = Path(__file__).parents[2]


def answer() -> None:
    """Reads "NAME COUNT" from each line of standard input, asks so often, and prints the milliseconds of each."""
    import tempfile

    from starlette.testclient import TestClient

    from api.app import create_app
    from registry.build import open_catalog
    from registry.settings import Settings
    from tests.benchmarks.bench_rdf import page_bytes, pages_of

    page = pages_of(100)[0]
    files = {"small": page_bytes([page[:1]], "ttl")[0], "large": page_bytes([page], "ttl")[0]}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        with TestClient(create_app(open_catalog(settings), settings)) as client:
            for line in sys.stdin:
                name, count = line.split()
                times = []
                for _ in range(int(count)):
                    start = time.perf_counter()
                    response = client.post(
                        "/api/v1/validate", content=files[name], headers={"content-type": "text/turtle"}
                    )
                    times.append(1000 * (time.perf_counter() - start))
                    assert response.status_code == 200, response.text[:200]
                print(*times, flush=True)


def started(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(Path(__file__)), "--answer"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def asked(process: "subprocess.Popen[str]", name: str, count: int) -> list[float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{name} {count}\n")
    process.stdin.flush()
    return [float(number) for number in process.stdout.readline().split()]


def main() -> int:
    folders = [HERE, *(Path(folder) for folder in sys.argv[1:2])]
    processes = [started(folder) for folder in folders]
    failed = False
    try:
        for name, count in (("small", SMALL_REQUESTS), ("large", LARGE_REQUESTS)):
            times: list[list[float]] = [[] for _ in processes]
            for process in processes:
                asked(process, name, count)  # the first ones start what answers
            for turn in range(ROUNDS):
                order = list(enumerate(processes))
                for number, process in order if turn % 2 else reversed(order):
                    times[number] += asked(process, name, count)
            medians = [statistics.median(each) for each in times]
            failed |= reported(name, medians)
    finally:
        for process in processes:
            process.terminate()
            process.wait()
    return int(failed)


def reported(name: str, medians: list[float]) -> bool:
    """Prints the medians; whether ours is too long."""
    if len(medians) < 2:
        print(f"{name:6} p50 {medians[0]:6.2f} ms", flush=True)
        return False
    ours, theirs = medians
    missed = ours > ALLOWED * theirs + ALLOWED_MS
    verdict = "  MISSED" if missed else ""
    print(f"{name:6} p50 {ours:6.2f} ms   the other {theirs:6.2f} ms   {ours / theirs:4.2f} times{verdict}", flush=True)
    return missed


if __name__ == "__main__":
    if "--answer" in sys.argv:
        answer()
    else:
        sys.exit(main())
