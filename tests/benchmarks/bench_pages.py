"""What a first visit to a page costs: bytes, requests, JavaScript, LCP and CLS, beside their budgets.

    python -m tests.benchmarks.bench_pages [--address URL] [--pages PATH …]

Debian's Chromium with an empty cache, slowed down over CDP to a round trip of 150 ms, 1.6 Mbit/s and a quarter of the
processor. Bytes are those on the wire, as `lotse serve` sends them (gzip). `--address`: of a running installation, else
the sample city is served. Nothing is asserted: a busy machine makes LCP larger, bytes and CLS stay.
"""

import argparse
import contextlib
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser

from api.app import create_app
from tests.browser.chromium import MISSING, browser, executable
from tests.sample_city import sample_city
from tests.servers.application import served

MAX_BYTES = 150_000
MAX_SCRIPT_BYTES = 20_000
MAX_LCP_MILLISECONDS = 1_500
MAX_CLS = 0.05
ROUNDS = 3  # the middle one of each figure is printed
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
PROCESSOR_RATE = 4
PAGES = (
    "/", "/suche?q=fahrrad", "/daten/rad-zaehlstellen", "/projekte", "/projekte/kuehle-wege", "/projekte/zeit",
    "/stadtteile/bahnstadt", "/organisationen/umweltamt", "/themen", "/anmelden/projekt", "/entwickler/api",
    "/daten/rad-zaehlstellen/vorschau/rad-stunde-csv",
)  # fmt: skip
WATCH = """
window.seen = {lcp: 0, cls: 0};
new PerformanceObserver(list => { for (const e of list.getEntries()) seen.lcp = e.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) seen.cls += e.value; })
  .observe({type: "layout-shift", buffered: true});
"""


class Visit(NamedTuple):
    """A first visit. `lcp`: milliseconds."""

    bytes: int
    script_bytes: int
    requests: int
    foreign: int
    lcp: float
    cls: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address")
    parser.add_argument("--pages", nargs="+", default=PAGES)
    arguments = parser.parse_args()
    if executable() is None:
        sys.exit(MISSING)
    budgets = (
        f"{MAX_BYTES / 1000:.0f} kB, {MAX_SCRIPT_BYTES / 1000:.0f} kB of JavaScript, LCP {MAX_LCP_MILLISECONDS} ms"
    )
    print(f"budgets: {budgets}, CLS {MAX_CLS}; no request to another host")
    print("| page | kB | JavaScript kB | requests | LCP ms | CLS | over |\n| --- | --- | --- | --- | --- | --- | --- |")
    with _base(arguments.address) as base, browser() as chromium:
        for path in arguments.pages:
            print(_row(path, [_visit(chromium, base, path) for _ in range(ROUNDS)]), flush=True)


@contextlib.contextmanager
def _base(address: str | None) -> Iterator[str]:
    if address:
        yield address.rstrip("/")
        return
    with tempfile.TemporaryDirectory() as folder:

        def app(base: str) -> Any:
            city = sample_city(Path(folder) / "data", base)
            return create_app(city.catalog, city.settings)

        with served(app) as base:
            yield base


def _visit(chromium: Browser, base: str, path: str) -> Visit:
    """One visit with a new profile: nothing is in its cache."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=base)
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    requests: dict[str, tuple[str, str]] = {}
    received: dict[str, int] = {}
    cdp.on("Network.requestWillBeSent", lambda event: requests.update(
        {event["requestId"]: (event["request"]["url"], event.get("type", ""))}
    ))  # fmt: skip
    cdp.on("Network.loadingFinished", lambda event: received.update({event["requestId"]: event["encodedDataLength"]}))
    cdp.send("Network.enable")
    cdp.send("Network.emulateNetworkConditions", NETWORK)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": PROCESSOR_RATE})
    page.add_init_script(WATCH)
    page.goto(path, wait_until="networkidle")
    seen = page.evaluate("window.seen")
    context.close()
    sent = {id: (url, kind) for id, (url, kind) in requests.items() if not url.startswith("data:")}
    scripts = sum(received.get(id, 0) for id, (_url, kind) in sent.items() if kind == "Script")
    foreign = sum(not url.startswith(base) for url, _kind in sent.values())
    return Visit(sum(received.values()), scripts, len(sent), foreign, seen["lcp"], seen["cls"])


def _row(path: str, visits: Sequence[Visit]) -> str:
    middle = Visit(*(statistics.median(values) for values in zip(*visits, strict=True)))
    over = [
        name
        for name, is_over in (
            ("bytes", middle.bytes > MAX_BYTES),
            ("JavaScript", middle.script_bytes > MAX_SCRIPT_BYTES),
            ("LCP", middle.lcp > MAX_LCP_MILLISECONDS),
            ("CLS", middle.cls > MAX_CLS),
            ("foreign requests", middle.foreign > 0),
        )
        if is_over
    ]
    figures = f"{middle.bytes / 1000:.0f} | {middle.script_bytes / 1000:.1f} | {middle.requests:.0f}"
    return f"| `{path}` | {figures} | {middle.lcp:.0f} | {middle.cls:.3f} | {', '.join(over) or '–'} |"


if __name__ == "__main__":
    main()
