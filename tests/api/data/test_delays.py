"""How far a project is behind its plan: from milestones alone, never from what nobody said.

Covers: api/data/delays.py
"""

from datetime import date

import pytest

from api.data.delays import delay, has_plan
from api.text.sentences import behind
from registry.model import Milestone, PhaseStep
from tests.builders import a_project
from vocab.concepts import concept_list

NOW = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("milestones", "days"),
    [
        ((), None),
        ((("2026-12", ""),), None),  # the month is not over
        ((("2026-11", ""),), 1),
        ((("2026-08", ""), ("2026-10", "")), 92),
        ((("2026-03", "2026-03"),), None),
        ((("2026-03", "2026-06-10"),), 71),
        ((("2026-03", "2026-06-10"), ("2026-09", "2026-09-02")), None),  # caught up
        ((("2021-03", "2021-09-10"),), None),  # years ago: it says nothing of today
        ((("2026-03", "2026-06-10"), ("2021-03", "2021-09-10")), 71),
        ((("", "2026-06"), ("2026", "")), None),
        ((("2026-06-30", "2026-02-01"),), None),
    ],
)
def test_a_delay_comes_from_planned_reached_and_today(
    milestones: tuple[tuple[str, str], ...], days: int | None
) -> None:
    listed = tuple(Milestone(planned=planned, reached=reached) for planned, reached in milestones)
    late = delay(a_project(milestones=listed), NOW)
    assert (late and late.days) == days


def test_words() -> None:
    assert behind(12, "de") == "wenige Wochen hinter dem Plan"
    assert behind(40, "de") == "einen Monat hinter dem Plan"
    assert behind(95, "de") == "3 Monate hinter dem Plan"
    assert behind(95, "en") == "3 months behind the plan"
    assert not has_plan(a_project(milestones=(Milestone(reached="2026"),)))


def test_a_phase_that_begins_late_tells_of_a_delay_too() -> None:
    umsetzung = concept_list("phases").by_notation["umsetzung"].iri
    step = PhaseStep(phase=umsetzung, planned="2026-08", reason={"de": "Stelle unbesetzt"})
    late = delay(a_project(phase_steps=(step,)), NOW)
    assert late is not None
    assert (late.days, late.milestone.title["de"], late.milestone.reason) == (92, "In Umsetzung", step.reason)
    assert (
        delay(a_project(phase_steps=(PhaseStep(phase=umsetzung, planned="2026-08", reached="2026-08"),)), NOW) is None
    )
    assert has_plan(a_project(phase_steps=(step,)))
