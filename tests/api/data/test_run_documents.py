"""The JSON document of a run; commands that print it: `tests/api/commands/test_harvest.py`."""

import pytest

from api.data.run_documents import problem_lines, run_answer
from registry.errors import NotFoundError
from registry.model import Run
from registry.rules import finding
from tests.town import Town


def a_run(town: Town) -> Run:
    """With two grave problems and a hint."""
    town.catalog.sources.add(town.source)
    run = town.catalog.runs.begin(Run(source="amt", number=0, outcome="running"))
    findings = (finding("title-missing", "title"), finding("value-mended", "modified", "gestern"))
    town.catalog.runs.report(run.number, [("a", findings), ("b", findings[:1])])
    return run


def test_a_document_holds_the_grave_problems_and_counts_those_it_leaves_out(town: Town) -> None:
    run = a_run(town)
    answer = run_answer(town.catalog.runs, run)
    assert [(one["record"], one["rule"]) for one in answer["problems"]] == [
        ("a", "title-missing"),
        ("b", "title-missing"),
    ]
    assert (answer["left_out"], answer["progress"]) == (0, {"done": 0, "of": None})
    assert all(one["message"]["de"] and one["remedy"]["en"] for one in answer["problems"])
    answer = run_answer(town.catalog.runs, run, most=1)
    assert (len(answer["problems"]), answer["left_out"]) == (1, 1)


def test_lines_hold_every_problem_of_a_run_that_there_is(town: Town) -> None:
    run = a_run(town)
    assert [one["rule"] for one in problem_lines(town.catalog.runs, run.number)].count("value-mended") == 1
    with pytest.raises(NotFoundError):
        problem_lines(town.catalog.runs, 99)
