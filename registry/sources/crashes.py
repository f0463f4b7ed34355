"""Crashed runs, and sources that the worker no longer starts because their runs crashed again and again.

A run that a signal ends stores the reason STOPPED. A run whose process was killed or crashed stored nothing: its reason
is shown as CRASHED.
"""

from typing import Final

from msgspec.structs import replace

from registry.model.message import message
from registry.sources.runs import CRASHED, Runs

MAX_CRASHES: Final = 2  # crashed runs of a source one after the other; then the source waits for a person
STOPPED: Final = message("run-stopped")  # reason of a run whose process was asked to end
CRASH_SEEN: Final = message("run-ended-without-word-seen")  # instead of CRASHED, once a person has released the source


def is_suspended(runs: Runs, source: str) -> bool:
    """Whether the last MAX_CRASHES runs of a source crashed. The worker does not start it again until one of its runs
    ends in another way or a person calls `release`."""
    last = runs.newest(source, MAX_CRASHES)
    return len(last) == MAX_CRASHES and all(run.reason == CRASHED for run in last)


def release(runs: Runs, source: str) -> None:
    """Stores that a person has seen the last crash, so that the worker may start the source again."""
    last = runs.last(source)
    if last and last.reason == CRASHED:
        runs.note(replace(last, reason=CRASH_SEEN))


def note_stopped(runs: Runs, source: str) -> None:
    """Stores STOPPED as the reason of the running run, whose process ends because of a signal: it did not crash."""
    last = runs.last(source)
    if last and last.outcome == "running":
        runs.note(replace(last, outcome="interrupted", reason=STOPPED))
