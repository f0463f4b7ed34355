"""How far a project is behind its plan, from its milestones alone: planned, reached, and today.

Entry points: `delay`, `has_plan`. A milestone that was planned for a month is late from the first day after it.
"""

from datetime import date, timedelta
from typing import Final, NamedTuple

from registry.model import Metadata, Milestone
from registry.model.timing import first_day, last_day

REACHED_COUNTS: Final = timedelta(days=366)  # for which a milestone that was reached late tells of a delay


class Delay(NamedTuple):
    """`milestone`: the one that tells; `days`: between its last planned day and when it was reached, or today."""

    milestone: Milestone
    days: int


def delay(metadata: Metadata, today: date) -> Delay | None:
    """The milestone that should be reached and is not, the longest overdue; else the last one that was reached, if it
    was late and that is no longer ago than REACHED_COUNTS. None for a project that is on time or of which no plan is
    known."""
    overdue = [
        Delay(milestone, (today - planned).days)
        for milestone in metadata.milestones
        if not milestone.reached and (planned := last_day(milestone.planned)) and planned < today
    ]
    if overdue:
        return max(overdue, key=lambda late: late.days)
    reached = [
        (done, Delay(milestone, (done - planned).days))
        for milestone in metadata.milestones
        if (done := first_day(milestone.reached)) and (planned := last_day(milestone.planned))
    ]
    last = max(reached, key=lambda pair: pair[0], default=None)
    return last[1] if last and last[1].days > 0 and last[0] > today - REACHED_COUNTS else None


def has_plan(metadata: Metadata) -> bool:
    """Whether a milestone says what was planned."""
    return any(milestone.planned for milestone in metadata.milestones)
