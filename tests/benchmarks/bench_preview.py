"""How long pages of previews take from a prepared table of a million rows: python -m tests.benchmarks.bench_preview

The budget is 100 ms a page (issue 11). Times are printed, not asserted: they are of this machine.
"""

import random
import statistics
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from tests.prepared import put_preview
from tests.sample_city import sample_city

ROWS = 1_000_000
TURNS = 7
TABLE = "/daten/rad-zaehlstellen/vorschau/rad-stunde-csv"
PAGES = {
    "first page": TABLE,
    "page 10,000": f"{TABLE}?page=10000",
    "sorted": f"{TABLE}?sort=-raeder",
    "filtered and sorted": f"{TABLE}?where=stelle:Stelle+3&where=zeit:2024-07-14&sort=-zeit",
    "filtered by a range": f"{TABLE}?where=raeder:100..200",
    "chart over time": f"{TABLE}?view=chart",
    "chart by category": f"{TABLE}?view=chart&x=stelle",
    "page of the dataset": "/daten/rad-zaehlstellen",
}


def table() -> str:
    """Hourly counts of 14 stations, as a city would publish them."""
    chance, start = random.Random(1), datetime(2019, 1, 1)
    lines = ["stelle;zeit;raeder;temperatur;luecke"]
    for number in range(ROWS):
        at = start + timedelta(hours=number // 14)
        temperature = f"{chance.random() * 30:.1f}".replace(".", ",")
        gap = "ja" if number % 70 == 0 else "nein"
        lines.append(f"Stelle {number % 14};{at:%Y-%m-%d %H:%M};{chance.randint(0, 800)};{temperature};{gap}")
    return "\n".join(lines)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        city = sample_city(Path(folder) / "data", "http://127.0.0.1:1")
        content = table()
        began, worked = time.perf_counter(), time.process_time()
        put_preview(city, "rad-zaehlstellen", 0, content)
        seconds, of_processor = time.perf_counter() - began, time.process_time() - worked
        size = len(content) // 1_000_000
        print(f"{ROWS:,} rows ({size} MB) prepared in {seconds:.1f} s, {of_processor:.1f} s of processor time")
        client = TestClient(city.app, headers={"accept": "text/html"})
        client.get("/daten")
        city.catalog.previews.warm_up()  # as a server does when it starts
        for name, path in PAGES.items():
            times, worked = [], []
            for _turn in range(TURNS):
                began, before = time.perf_counter(), time.process_time()
                assert client.get(path).status_code == 200
                times.append(1000 * (time.perf_counter() - began))
                worked.append(1000 * (time.process_time() - before))
            cold = f"first {times[0]:6.0f} ms, {worked[0]:5.0f} of processor"
            print(
                f"{name:20} {statistics.median(times):6.0f} ms, {statistics.median(worked):5.0f} of processor, {cold}"
            )


if __name__ == "__main__":
    main()
