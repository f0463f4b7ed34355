"""Debian's Chromium through Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-smooth-scrolling", "--disable-component-update", "--disable-sync",
]  # fmt: skip
MISSING = "needs Chromium: apt-get install chromium (or set LOTSE_TEST_CHROMIUM)"


def executable() -> str | None:
    """Where Chromium is, if it is."""
    for path in (os.environ.get("LOTSE_TEST_CHROMIUM"), os.environ.get("LOTSE_CHROMIUM"), "/usr/bin/chromium"):
        if path and Path(path).is_file():
            return path
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        try:
            yield chromium
        finally:
            chromium.close()
