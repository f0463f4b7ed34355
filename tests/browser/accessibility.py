"""Looks at a page of each template with axe and writes what it found: python -m tests.browser.accessibility

The page about accessibility shows the result, with its day; nobody changes the file by hand.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from api.app import create_app
from registry.model.timing import today
from tests.browser.chromium import MISSING, browser, executable
from tests.browser.site import AXE, Site, violations
from tests.browser.states import States, add
from tests.browser.test_portal import LOOKS, SIGNED_IN, TEMPLATES
from tests.paths import ROOT
from tests.sample_city import sample_city
from tests.servers.application import served
from tests.town import Town

FILE = ROOT / "api" / "pages" / "accessibility.toml"


def main() -> None:
    if executable() is None or not AXE.is_file():
        sys.exit(MISSING)
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        built: list[tuple[Town, States]] = []

        def app(base: str):  # type: ignore[no-untyped-def]
            city = sample_city(Path(folder) / "data", base)
            built.append((city, add(city)))
            return create_app(city.catalog, city.settings)

        with served(app) as base:
            city, states = built[0]
            pages, findings = looked_at(Site(city, base, chromium, states))
    write(pages, findings)
    print(f"{findings} findings on {pages} pages: {FILE}")


def looked_at(site: Site) -> tuple[int, int]:
    """How many pages there were, and how many faults in all sizes and modes."""
    findings = 0
    for width, scheme in LOOKS:
        options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        contexts = {False: site.context(**options), True: site.context("verwaltung", **options)}
        opened = {signed_in: context.new_page() for signed_in, context in contexts.items()}
        for path in TEMPLATES.values():
            page = opened[path in SIGNED_IN or path.startswith("/administration")]
            page.goto(path.format(**site.states._asdict()))
            faults = violations(page)
            findings += len(faults)
            for fault in faults:
                print(f"{path} at {width} px, {scheme}: {fault}", file=sys.stderr)
        for context in contexts.values():
            context.close()
    return len(TEMPLATES), findings


def write(pages: int, findings: int) -> None:
    axe = re.search(r"axe v([\d.]+)", AXE.read_text("utf-8")[:300])
    version = subprocess.run([executable() or "", "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+", version)
    FILE.write_text(
        "# Written by python -m tests.browser.accessibility\n"
        f'day = "{today().isoformat()}"\n'
        f'tool = "axe-core {axe[1] if axe else ""}"\n'
        f'browser = "Chromium {number[0] if number else ""}"\n'
        'rules = "WCAG 2.2 A, AA"\n'
        f"pages = {pages}\nlooks = {len(LOOKS)}\nfindings = {findings}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
