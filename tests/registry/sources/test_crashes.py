"""Which runs ended without a word, and when a source waits for a person, on SQLite and PostgreSQL."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from registry.model import Run
from registry.sources.crashes import CRASH_SEEN, STOPPED, is_suspended, note_stopped, release
from registry.sources.runs import CRASHED, Runs, open_runs


@pytest.fixture
def runs(any_database_url: str, tmp_path: Path) -> Runs:
    return open_runs(any_database_url, tmp_path)


def begun(runs: Runs, source: str = "amt") -> Run:
    return runs.begin(Run(source=source, number=0, outcome="running"))


def test_two_runs_without_a_word_suspend_a_source_until_one_ends(runs: Runs) -> None:
    begun(runs)
    begun(runs, "other")
    assert not is_suspended(runs, "amt")
    with runs.hold("amt"):
        run = begun(runs)
        assert not is_suspended(runs, "amt")  # it runs
    assert is_suspended(runs, "amt")
    assert not is_suspended(runs, "other")
    assert [run.reason for run in runs.newest("amt")] == [CRASHED, CRASHED]
    runs.note(replace(run, outcome="failed"))
    assert not is_suspended(runs, "amt")


def test_a_person_releases_a_source(runs: Runs) -> None:
    begun(runs)
    begun(runs)
    release(runs, "amt")
    assert not is_suspended(runs, "amt")
    assert [(run.outcome, run.reason) for run in runs.newest("amt")] == [
        ("interrupted", CRASH_SEEN), ("interrupted", CRASHED)
    ]  # fmt: skip
    release(runs, "nobody")


def test_a_run_that_is_stopped_says_so(runs: Runs) -> None:
    for _ in range(2):
        with runs.hold("amt"):
            begun(runs)
            note_stopped(runs, "amt")
    assert [run.reason for run in runs.newest("amt")] == [STOPPED, STOPPED]
    assert not is_suspended(runs, "amt")
    note_stopped(runs, "amt")  # nothing runs: nothing to note
    assert runs.last("amt", "running") is None
