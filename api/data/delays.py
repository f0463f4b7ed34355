"""How far a project is behind its plan, from its milestones and phases alone: planned, reached, and today.

Entry points: `delay`, `has_plan`. A milestone that was planned for a month is late from the first day after it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from registry.model import Metadata, Milestone
from registry.model.timing import first_day, last_day
from vocab.concepts import concept_list

REACHED_COUNTS: Final = timedelta(days=366)  # for which a milestone that was reached late tells of a delay


class Delay(NamedTuple):
    """`milestone`: the one that tells, or a phase as one; `days`: between its last planned day and when it was reached,
    or today."""

    milestone: Milestone
    days: int


def delay(metadata: Metadata, today: date) -> Delay | None:
    """The milestone that should be reached and is not, the longest overdue; else the last one that was reached, if it
    was late and that is no longer ago than REACHED_COUNTS. None for a project that is on time or of which no plan is
    known."""
    steps = tuple(_steps(metadata))
    overdue = [
        Delay(milestone, (today - planned).days)
        for milestone in steps
        if not milestone.reached and (planned := last_day(milestone.planned)) and planned < today
    ]
    if overdue:
        return max(overdue, key=lambda late: late.days)
    reached = [
        (done, Delay(milestone, (done - planned).days))
        for milestone in steps
        if (done := first_day(milestone.reached)) and (planned := last_day(milestone.planned))
    ]
    last = max(reached, key=lambda pair: pair[0], default=None)
    return last[1] if last and last[1].days > 0 and last[0] > today - REACHED_COUNTS else None


def has_plan(metadata: Metadata) -> bool:
    """Whether a milestone or a phase says what was planned."""
    return any(step.planned for step in _steps(metadata))


def _steps(metadata: Metadata) -> Iterator[Milestone]:
    """The milestones, and the phases with dates as milestones that are reached when the phase begins."""
    yield from metadata.milestones
    for step in metadata.phase_steps:
        phase = concept_list("phases").get(step.phase)
        title = {lang: phase.label(lang) for lang in ("de", "en")} if phase else {}
        yield Milestone(title=title, planned=step.planned, reached=step.reached, reason=step.reason)
