"""Commands in a process of their own: pipes, a full disk, a terminal, signals, two at a time."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.commands.calling import LOTSE, added, item, lotse
from tests.paths import ROOT
from tests.servers.replay import Fault, Files
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


def test_a_source_that_is_being_read_is_busy(data: Path, server: Files) -> None:
    added(server, item("1"))
    server.faults["/amt.json"] = Fault(200, wait=20)
    first = subprocess.Popen([*LOTSE, "harvest", "amt"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: server.requests, seconds=60)
        second = lotse("harvest", "amt", "--json")
        assert second.exit_code == 5
        run = json.loads(second.stdout)
        assert run["outcome"] == "running"
        assert run["progress"] == {"done": 0, "of": None}
    finally:
        first.kill()
        first.wait()


def test_a_reader_that_goes_away_is_no_failure_of_ours(harvested: Path) -> None:
    command = f"{sys.executable} -c 'from api.commands.main import main; main()' export --format nt | head -c 10"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert ended.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full (Linux)")
@pytest.mark.parametrize("words", [["search"], ["search", "--json"], ["--help"], ["export", "--format", "csv"]])
def test_a_full_disk_is_called_so(harvested: Path, words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run([*LOTSE, *words], stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    assert ended.returncode == 1
    assert "disk is full" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_reader_who_has_seen_enough_is_no_fault(harvested: Path) -> None:
    for words in (["export"], ["search"], ["record", "show", "projekt-1"], ["run", "show", "1", "--problems"]):
        process = subprocess.Popen(
            [*LOTSE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        told = process.stderr.read()
        assert process.wait(60) in (0, 1), words
        assert "Traceback" not in told
        assert "Error" not in told


def test_a_command_without_stdout_does_its_work(harvested: Path) -> None:
    words = [*LOTSE, "search", "--json"]
    ended = subprocess.run(words, stderr=subprocess.PIPE, text=True, cwd=ROOT, preexec_fn=_close_stdout, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def _close_stdout() -> None:
    os.close(1)


def _interruptible() -> None:
    """Who runs the tests in the background lets Ctrl-C be ignored, and that is inherited."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 1)])
def test_a_command_that_is_stopped_ends_at_once_and_the_next_goes_on(
    data: Path, server: Files, number: signal.Signals, code: int
) -> None:
    added(server, item("1"))
    server.faults["/amt.json"] = Fault(200, wait=30)
    words = [*LOTSE, "harvest", "amt"]
    process = subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_interruptible
    )
    try:
        wait_for(lambda: server.requests, seconds=60)
        process.send_signal(number)
        out, told = process.communicate(timeout=20)
    finally:
        process.kill()
    assert (process.returncode, out) == (code, "")
    assert "Traceback" not in told
    assert json.loads(lotse("run", "list", "--json").stdout)[0]["outcome"] == "interrupted"
    server.faults.clear()
    assert lotse("harvest", "amt").exit_code == 0


def test_progress_is_shown_on_a_terminal_only(data: Path, server: Files) -> None:
    added(server, item("1"))
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*LOTSE, "harvest", "amt", "--json"], cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    out, _ = process.communicate(timeout=60)
    shown = b""
    with contextlib.suppress(OSError):  # which is how a terminal ends
        while part := os.read(ours, 4096):
            shown += part
    os.close(ours)
    assert json.loads(out)["outcome"] == "applied"
    assert b"amt" in shown
    assert b"\x1b" in shown
    assert lotse("harvest", "amt", "--json").stderr == ""
