"""What is told of a run: every problem, how often each rule was broken, and why it failed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from harvesters.run.apply import parts
from harvesters.run.context import Pass
from harvesters.run.plan import Plan
from harvesters.run.stage import Reading
from registry.errors import LotseError
from registry.model import Findings, Problem, Run
from registry.model.message import Message, message
from registry.rules import finding

WHOLE: Final = ("applied", "unchanged")  # outcomes of a run that left nothing behind but what it named
NO_PLAN: Final = Plan((), complete=False, published=0)


def report(one: Pass, planned: Plan, pages: Sequence[Problem], same: bool = False) -> dict[str, Any]:
    """Writes every problem down; the fields of the run that tell of it: how often each rule was broken, and where the
    problems stand, if they are those of the run before. `same`: it read the same."""
    if same and not pages and (before := _reported_before(one, planned.listed)):
        return {"rules": before.rules, "reported": before.reported or before.number}
    counted: Counter[str] = Counter()
    place = 0
    for part in parts(chain(_single(pages), _findings(one), _single(planned.problems))):
        place = one.runs.report(one.run.number, part, place)
        counted.update(found.rule for _, findings in part for found in findings)
    return {"rules": dict(counted.most_common())}


def _reported_before(one: Pass, listed: int) -> Run | None:
    """The run before this one, if it was a whole one and named the same things."""
    before = next((run for run in one.runs.newest(one.name, 2) if run.number != one.run.number), None)
    whole = before and before.complete and before.outcome in WHOLE and before.listed == listed
    return before if before and whole and "id-twice" not in before.rules else None


def _findings(one: Pass) -> Iterator[tuple[str, Findings]]:
    for remote_id, twice, findings in one.staging.findings(one.name, one.run.number):
        yield remote_id, (finding("id-twice", value=remote_id), *findings) if twice else findings


def _single(problems: Sequence[Problem]) -> Iterator[tuple[str, Findings]]:
    return ((problem.record, (problem.finding,)) for problem in problems)


def reason(error: Exception) -> Message:
    """Why a run failed."""
    return (
        error.summary
        if isinstance(error, LotseError)
        else message("run-broke-off", error=f"{type(error).__name__}: {error}")
    )


def nothing(reading: Reading) -> Message:
    """Why nothing was named: what stood on the page, if that could not be read."""
    if not reading.problems:
        return message("source-names-nothing")
    page = reading.problems[0]
    return message("page-names-nothing", page=page.record, what=page.finding.value)
