"""The JSON document of a run, for `lotse harvest` and `lotse run`.

Entry points: `run_answer`, `problem_lines`.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from registry.model import COUNTS, Level, Problem, Run
from registry.model.message import bilingual, translations
from registry.rules import rule_texts
from registry.sources.runs import Runs

LISTED_LEVELS: Final[tuple[Level, ...]] = ("failed", "must")
MAX_PROBLEMS: Final = 100_000  # problems in one document; `lotse run show N --problems` gives all


def run_answer(runs: Runs, run: Run, most: int = MAX_PROBLEMS) -> dict[str, Any]:
    """The document of a run. `problems`: at most so many of level failed or must; `left_out`: how many more."""
    listed = islice(runs.problems(run.number, LISTED_LEVELS), most)
    problems = [problem_answer(problem) for problem in listed]
    answer = {
        "source": run.source,
        "run": run.number,
        "outcome": run.outcome,
        "reason": translations(run.reason) if run.reason else None,
        "complete": run.complete,
        "listed": run.listed,
        "seconds": round(run.seconds, 2),
        "counts": {name: run.counts.get(name, 0) for name in COUNTS},
        "rules": dict(run.rules),
        "problems": problems,
        "left_out": runs.count_problems(run.number, LISTED_LEVELS) - len(problems) if len(problems) == most else 0,
        "started": run.started.isoformat() if run.started else None,
        "ended": run.ended.isoformat() if run.ended else None,
    }
    if run.outcome == "running":
        answer["progress"] = {"done": run.done, "of": run.of}
    return answer


def problem_answer(problem: Problem) -> dict[str, Any]:
    return {"record": problem.record, **finding_answer(problem.finding)}


def finding_answer(finding: Any) -> dict[str, Any]:
    """A finding with its sentence and its remedy."""
    message, remedy = rule_texts(finding.rule)
    return {
        "rule": finding.rule,
        "level": finding.level,
        "node": finding.node,
        "field": finding.field,
        "value": bilingual(finding.value),
        "message": message,
        "remedy": remedy,
    }


def problem_lines(runs: Runs, number: int) -> Iterator[dict[str, Any]]:
    """The documents of all problems of a run; NotFoundError at once if there is no such run."""
    runs.get(number)
    return map(problem_answer, runs.problems(number))
