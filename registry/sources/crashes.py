"""Runs that ended without a word, because their process was killed or crashed, and sources that wait for a person then.

A run that a signal ends writes down STOPPED; one that could write nothing is CRASHED.
"""

from typing import Final

from msgspec.structs import replace

from registry.model.message import message
from registry.sources.runs import CRASHED, Runs

MAX_CRASHES: Final = 2  # runs of a source that ended without a word one after the other; then it waits for a person
STOPPED: Final = message("run-stopped")  # why a run is interrupted whose process was asked to end
CRASH_SEEN: Final = message("run-ended-without-word-seen")  # instead of CRASHED, once a person has released the source


def is_suspended(runs: Runs, source: str) -> bool:
    """Whether the last MAX_CRASHES runs of a source ended without a word: the worker starts it no more, until a run of
    it ends in any other way, or `release`."""
    last = runs.newest(source, MAX_CRASHES)
    return len(last) == MAX_CRASHES and all(run.reason == CRASHED for run in last)


def release(runs: Runs, source: str) -> None:
    """Notes that a person has seen the last crash: the worker may start the source again."""
    last = runs.last(source)
    if last and last.reason == CRASHED:
        runs.note(replace(last, reason=CRASH_SEEN))


def note_stopped(runs: Runs, source: str) -> None:
    """Notes that the process that harvests a source ends now, by a signal: this is no run without a word."""
    last = runs.last(source)
    if last and last.outcome == "running":
        runs.note(replace(last, outcome="interrupted", reason=STOPPED))
