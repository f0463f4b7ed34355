"""`make demo` as somebody meets it: it starts, shows records of all owners, and leaves nothing behind when it ends."""

import contextlib
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph
import pytest

from registry.store.store import open_store
from tests.paths import ROOT

pytestmark = pytest.mark.slow

TIMEOUT_SECONDS: Final = 120.0  # seconds until it must be ready, or gone; far beyond what it takes
PAGES: Final = (
    "/",
    "/suche?q=fahrrad+br%C3%BCcke",
    "/projekte?q=stra%C3%9Fenlaternen+partner",
    "/projekte",
    "/daten/radverkehr-zaehlstellen",
    "/stadtteile",
)


class Running(NamedTuple):
    process: subprocess.Popen[str]
    address: str
    said: list[str]

    def ended(self, sign: signal.Signals, group: bool) -> int:
        """The exit code after a signal to all (as Ctrl-C does) or only to the demo itself."""
        (os.killpg if group else os.kill)(self.process.pid, sign)
        return self.process.wait(TIMEOUT_SECONDS)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=TIMEOUT_SECONDS) as answer:
            assert answer.status == 200
            return str(answer.read().decode())


@contextlib.contextmanager
def the_demo(data: Path) -> Iterator[Running]:
    """The demo in a process group of its own, once it is ready; whatever is left of it is ended."""
    command = [sys.executable, "-m", "deploy.heidelberg.demo", "--port", str(_free_port()), "--data", str(data)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_listen, args=(process, lines), daemon=True).start()
    try:
        printed = _until_ready(lines)
        yield Running(process, printed[-1].split()[1], printed)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _listen(process: subprocess.Popen[str], lines: "queue.Queue[str | None]") -> None:
    assert process.stdout
    for line in process.stdout:
        lines.put(line.rstrip())
    lines.put(None)


def _until_ready(lines: "queue.Queue[str | None]") -> list[str]:
    printed: list[str] = []
    while not printed or not printed[-1].startswith("ready "):
        line = lines.get(timeout=TIMEOUT_SECONDS)
        assert line is not None, "the demo ended:\n" + "\n".join(printed)
        printed.append(line)
    return printed


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _left(group: int) -> bool:
    """Whether a process of the group still lives, once the system had time to clear away those that ended."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True


def _runs(printed: list[str]) -> dict[str, str]:
    """Source -> outcome, from what the harvest printed."""
    return dict(re.findall(r"^([\w-]+): run \d+ (\w+)", "\n".join(printed), re.MULTILINE))


def _last_change(data: Path) -> int:
    store = open_store(f"sqlite:///{data / 'lotse.sqlite'}")
    try:
        return store.last()
    finally:
        store.close()


def test_a_port_that_is_taken_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "deploy.heidelberg.demo",
            "--port",
            str(port),
            "--data",
            str(tmp_path / "data"),
        ]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"make demo PORT={port + 100}" in ended.stderr
    assert not (tmp_path / "data").exists()


def test_the_demo_shows_three_owners_ends_by_ctrl_c_and_starts_again_without_a_change(tmp_path: Path) -> None:
    sources = {"stadt", "stadtwerke", "digital-agentur", "digital-agentur-termine"}
    with the_demo(tmp_path) as demo:
        assert _runs(demo.said) == dict.fromkeys(sources, "applied")
        for path in PAGES:
            assert "Beispieldaten" in demo.get(path), path
        assert "Sample data" in demo.get("/en/")
        assert "Radverkehr: Zählstellen" in demo.get("/suche?q=fahrrad+br%C3%BCcke")
        assert "Smarte Straßenlaternen" in demo.get("/projekte?q=stra%C3%9Fenlaternen+partner")
        assert "Amt für Mobilität" in demo.get("/organisationen")
        turtle = demo.get("/daten/radverkehr-zaehlstellen.ttl").encode()
        subjects = {str(quad.subject) for quad in pyoxigraph.parse(turtle, pyoxigraph.RdfFormat.TURTLE)}
        assert "<https://stadt.example.org/id/radverkehr-zaehlstellen>" in subjects
        assert demo.ended(signal.SIGINT, group=True) == 0
        assert not _left(demo.process.pid), "a process is left"
    before = _last_change(tmp_path)

    with the_demo(tmp_path) as demo:
        waiting = {"beispielverein-termine": "waiting"}  # of this source the demo shows a run that waits
        assert _runs(demo.said) == dict.fromkeys(sources, "unchanged") | waiting
        assert "Radverkehr: Zählstellen" in demo.get("/suche?q=fahrrad+br%C3%BCcke")
        assert demo.ended(signal.SIGTERM, group=False) == 143
        assert not _left(demo.process.pid), "a process is left"
    assert _last_change(tmp_path) == before
