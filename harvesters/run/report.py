"""What a run reports: every problem, how often each rule was broken, and why it failed.

Entry points: `report`, `reason` (of a run that raised), `nothing` (of a run whose listing named nothing).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

from harvesters.run.context import RunContext
from harvesters.run.plan import Plan
from harvesters.run.stage import Reading
from registry.errors import LotseError
from registry.model import Findings, Problem, Run
from registry.model.message import Message, message
from registry.parts import parts
from registry.rules import finding
from registry.sources.packed import rules_of
from registry.sources.staging import BATCH

WHOLE_OUTCOMES: Final = ("applied", "unchanged")  # after these nothing waits or is left over
NO_PLAN: Final = Plan((), complete=False, published=0)


def report(run_context: RunContext, planned: Plan, reading: Reading, same: bool = False) -> dict[str, Any]:
    """Writes every problem to the ledger; returns fields of the run: `rules` and `levels`, how many problems of each
    there are, and `reported`, the run under whose number the same problems stand already.

    `same`: the source named the same as in the run before, with the same content.
    """
    before = _reported_before(run_context, planned.listed) if same and not reading.problems else None
    if before and _told_before(run_context, before, reading):
        return {"rules": before.rules, "levels": before.levels, "reported": before.reported or before.number}
    rules: Counter[str] = Counter()
    levels: Counter[str] = Counter()
    position = 0
    pages = (*reading.remarks, *reading.problems)
    for part in parts(chain(_single(pages), _findings(run_context), _single(planned.problems)), BATCH):
        position = run_context.runs.report(run_context.run.number, part, position)
        for _, findings in part:
            counted = rules_of(findings) if isinstance(findings, bytes) else findings
            rules.update([problem.rule for problem in counted])
            levels.update([problem.level for problem in counted])
    return {"rules": dict(rules.most_common()), "levels": dict(levels)}


def _reported_before(run_context: RunContext, listed: int) -> Run | None:
    """The run before this one, if it was complete and named as many items."""
    before = run_context.run_before()
    whole = before and before.complete and before.outcome in WHOLE_OUTCOMES and before.listed == listed
    return before if before and whole and "id-twice" not in before.rules else None


def _told_before(run_context: RunContext, before: Run, reading: Reading) -> bool:
    """Whether the report of the run before has the same remarks: it begins with them, and an item follows."""
    reported = run_context.runs.problems(before.reported or before.number)
    first = [problem for problem, _ in zip(reported, range(len(reading.remarks) + 1), strict=False)]
    following = first[len(reading.remarks) :]
    are_items = all(problem.record in reading.named for problem in following)
    return tuple(first[: len(reading.remarks)]) == reading.remarks and are_items


def _findings(run_context: RunContext) -> Iterator[tuple[str, Findings | bytes]]:
    for remote_id, twice, findings in run_context.staging.findings(run_context.name, run_context.run.number):
        if not run_context.is_meant(remote_id):
            continue
        if twice and not isinstance(findings, bytes):
            yield remote_id, (finding("id-twice", value=remote_id), *findings)
        else:
            yield remote_id, findings


def _single(problems: Iterable[Problem]) -> Iterator[tuple[str, Findings]]:
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
