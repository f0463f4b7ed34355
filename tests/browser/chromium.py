"""Debian's Chromium through Playwright, and an application that it can visit on a free port."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
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


@contextmanager
def served(make: "type[FastAPI] | object", sockets: list[object] | None = None) -> Iterator[str]:
    """The address of an application; `make(base_url)` builds it once its port is known."""
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = make(base)  # type: ignore[operator]
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the server ended before it began")
            thread.join(0.02)
        try:
            yield base
        finally:
            server.should_exit = True
            thread.join(30)
