"""A child process answers, keeps to its limits, and never outlives its parent."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.child_process import (
    ChildAnswerTooLargeError,
    ChildDiedError,
    ChildProcess,
    ChildTimeoutError,
)
from tests.paths import ROOT
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

Module = Callable[[str], str]
ECHO = "print('no message')\nparent.send(message)"
BUSY = "parent.send(b'begun')\nwhile True: pass"
# A pattern that backtracks without end: native code that lets no other thread of its process run. A timer ends it.
NATIVE = """import re, signal
signal.setitimer(signal.ITIMER_REAL, 2)
parent.send(b'begun')
re.match('(a+)+$', 'a' * 40 + 'b')"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Module:
    """Makes a module whose `main` does that with each message; its name."""
    monkeypatch.syspath_prepend(tmp_path)

    def made(code: str) -> str:
        name = f"child_{len(list(tmp_path.glob('*.py')))}"
        lines = "".join(f"        {line}\n" for line in code.splitlines())
        (tmp_path / f"{name}.py").write_text(f"def main(parent):\n    for message in parent:\n{lines}")
        return name

    return made


def gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_messages_of_any_length_come_back_and_what_it_prints_is_none(module: Module) -> None:
    with ChildProcess(module(ECHO)) as child:
        for body in (b"", b"x", os.urandom(5_000_000), b"end"):
            assert child.ask(body) == body
        assert child.alive()
    assert not child.alive()
    child.close()  # once more does no harm


def test_ctrl_c_is_for_the_parent(module: Module) -> None:
    with ChildProcess(module(ECHO)) as child:
        child.ask(b"begun")
        os.kill(child.pid, signal.SIGINT)
        assert child.ask(b"x") == b"x"


@pytest.mark.parametrize("code", ["import os; os.abort()", "raise ValueError(message)", "return"])
def test_a_child_that_ends_is_told(module: Module, code: str) -> None:
    with ChildProcess(module(code)) as child:
        with pytest.raises(ChildDiedError):
            child.ask(b"x")
        wait_for(lambda: not child.alive())
        with pytest.raises(ChildDiedError):
            child.ask(b"x")


def test_a_module_that_does_not_exist_is_a_child_that_ended() -> None:
    with ChildProcess("registry.no_such_module") as child, pytest.raises(ChildDiedError):
        child.receive()


def test_a_child_that_takes_too_long_is_killed(module: Module) -> None:
    with ChildProcess(module(f"if message == b'slow':\n    while True: pass\n{ECHO}")) as child:
        assert child.ask(b"x") == b"x"
        child.send(b"slow")
        with pytest.raises(ChildTimeoutError):
            child.receive(seconds=2)
        wait_for(lambda: not child.alive())


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not enforce RLIMIT_AS")
def test_a_child_that_takes_too_much_memory_dies_alone(module: Module) -> None:
    limit = "from registry.child_process import address_space, limit_address_space"
    code = "limit_address_space(address_space() + 100_000_000)\nx = bytes(int(message))\nparent.send(b'%d' % len(x))"
    with ChildProcess(module(f"{limit}\n{code}")) as child:
        assert child.ask(b"10000000") == b"10000000"
        with pytest.raises(ChildDiedError):
            child.ask(b"300000000")


def test_a_child_that_answers_too_much_is_killed(module: Module) -> None:
    with ChildProcess(module("parent.send(bytes(int(message)))")) as child:
        child.send(b"1000")
        assert len(child.receive(max_bytes=1000)) == 1000
        child.send(b"1001")
        with pytest.raises(ChildAnswerTooLargeError):
            child.receive(max_bytes=1000)
        wait_for(lambda: not child.alive())


@pytest.mark.parametrize("code", [ECHO, BUSY, NATIVE])
def test_no_child_outlives_a_parent_that_is_killed(module: Module, tmp_path: Path, code: str) -> None:
    program = f"""
import sys, time
sys.path.insert(0, {str(tmp_path)!r})
from registry.child_process import ChildProcess
child = ChildProcess({module(code)!r})
child.ask(b"x")
print(child.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert not gone(child)
    finally:
        parent.kill()
        parent.wait()
    wait_for(lambda: gone(child))
