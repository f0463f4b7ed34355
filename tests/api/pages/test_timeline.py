"""The timeline of projects: what is drawn follows from dates, the table says the same, filters are those of the list.

Covers: api/pages/timeline.py, api/pages/list_views.py, api/pages/project_lists.py
"""

from datetime import date

import pytest
from starlette.testclient import TestClient

from api.pages.timeline import Axis, axis_of, line, lines
from registry.model import Milestone, PhaseStep, Record
from tests.builders import a_project
from tests.town import Town
from vocab.concepts import concept_list

NOW = date(2026, 7, 1)
AXIS = Axis(date(2026, 1, 1), date(2028, 12, 31))


def phase(notation: str) -> str:
    return concept_list("phases").by_notation[notation].iri


def project(id: str = "radweg", **fields: object) -> Record:
    return Record(id=id, said=a_project(id.title(), **fields))


def test_the_part_of_the_bar_before_today_is_past() -> None:
    drawn = line(project(starts="2026-01", ends="2026-12"), (AXIS, NOW), "de", None)
    assert drawn.past == (0.0, AXIS.at(NOW))
    assert drawn.ahead == (AXIS.at(NOW), AXIS.at(date(2026, 12, 31)))
    assert (drawn.opens, drawn.goes_on, drawn.look) == (False, False, "")


def test_without_an_end_the_bar_goes_on_and_without_a_start_it_comes_from_before() -> None:
    drawn = line(project(starts="2027"), (AXIS, NOW), "de", None)
    assert (drawn.past, drawn.goes_on) == (None, True)
    assert drawn.ahead == (AXIS.at(date(2027, 1, 1)), AXIS.at(AXIS.last))
    assert line(project(ends="2027"), (AXIS, NOW), "de", None).opens


def test_what_is_only_planned_is_dashed_and_what_stopped_does_not_go_on() -> None:
    assert line(project(starts="2027", phase=phase("idee")), (AXIS, NOW), "de", None).look == "planned"
    stopped = line(project(starts="2026-01", phase=phase("abgebrochen")), (AXIS, NOW), "de", None)
    assert (stopped.look, stopped.ahead, stopped.goes_on) == ("stopped", None, False)


def test_the_next_milestone_has_words_and_only_reached_ones_are_filled() -> None:
    milestones = (
        Milestone(title={"de": "Später"}, planned="2027-05"),
        Milestone(title={"de": "Fertig"}, planned="2026-02", reached="2026-03"),
        Milestone(title={"de": "Nächster"}, planned="2026-09"),
        Milestone(title={"de": "Ohne Datum"}),
    )
    marks = line(project(milestones=milestones), (AXIS, NOW), "de", None).marks
    assert [(mark.x, mark.reached, str(mark.label), mark.when) for mark in marks] == [
        (AXIS.at(date(2027, 5, 1)), False, "", ""),
        (AXIS.at(date(2026, 3, 1)), True, "", ""),
        (AXIS.at(date(2026, 9, 1)), False, "Nächster", "September 2026"),
    ]


def test_without_dates_of_its_own_a_project_with_milestones_has_marks_and_no_bar() -> None:
    milestone = Milestone(title={"de": "Start"}, planned="2026-09")
    drawn = line(project(milestones=(milestone,)), (AXIS, NOW), "de", None)
    assert (drawn.past, drawn.ahead, drawn.opens, drawn.goes_on) == (None, None, False, False)
    assert len(drawn.marks) == 1


def test_the_axis_is_bounded_whatever_dates_there_are() -> None:
    assert axis_of([project(starts="1700", ends="2999")], NOW) == Axis(date(2022, 1, 1), date(2032, 12, 31))
    assert axis_of([], NOW) == AXIS


@pytest.mark.parametrize(
    ("by", "labels"),
    [
        ("phase", ["Idee", "In Umsetzung"]),
        ("year", ["2026", "2027"]),
        ("theme", ["Verkehr"]),
        ("district", ["Ganze Stadt"]),
    ],
)
def test_projects_are_grouped(by: str, labels: list[str]) -> None:
    records = [project("b", starts="2026"), project("a", starts="2027", phase=phase("idee"))]
    assert [group.label for group in lines(records, (AXIS, NOW), by, "de", None)] == labels


# -- the page


def test_the_page_shows_each_project_once_in_the_drawing_and_once_in_the_table(browser: TestClient) -> None:
    page = browser.get("/projekte/zeit").text
    assert page.count(">Kühle Wege</a>") == 2
    assert "Ohne Zeitplan:" in page
    assert 'href="/projekte/sporthallen"' in page
    assert "style=" not in page


def test_filters_and_grouping_stay(browser: TestClient) -> None:
    page = browser.get("/projekte/zeit?theme=TRAN&group=district").text
    assert ">Grünes Band fürs Rad</a>" in page
    assert "Pegel am Neckar" not in page
    assert 'href="/projekte/karte?theme=TRAN&amp;group=district"' in page
    assert '<input type="hidden" name="group" value="district">' in page
    assert 'href="/projekte?theme=TRAN' in page
    assert 'href="/projekte.ics?theme=TRAN"' in page
    assert "size=" not in page
    assert "Mehrere Stadtteile" in page


def test_the_list_leads_to_map_and_timeline_with_its_filters(browser: TestClient) -> None:
    page = browser.get("/projekte?theme=TRAN").text
    assert 'href="/projekte/zeit?theme=TRAN"' in page
    assert 'href="/projekte/karte?theme=TRAN"' in page
    assert "/projekte/zeit" not in browser.get("/daten").text


def test_the_english_twin(browser: TestClient) -> None:
    assert 'hreflang="en" href="http://testserver/en/projects/timeline"' in browser.get("/projekte/zeit").text
    page = browser.get("/en/projects/timeline")
    assert page.status_code == 200
    assert "The same as a table" in page.text
    assert 'href="/projekte/zeit"' in page.text


def test_the_timeline_is_no_record_for_programs_either(browser: TestClient) -> None:
    for accept in ("*/*", "application/json", "text/turtle"):
        answer = browser.get("/projekte/zeit", headers={"accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_no_project_is_called_like_a_view(city: Town) -> None:
    from registry.catalog.ids import RESERVED_IDS

    assert {"zeit", "karte", "timeline", "map"} <= RESERVED_IDS


def test_nothing_found_has_ways_on(browser: TestClient) -> None:
    page = browser.get("/projekte/zeit?q=xyzzyplugh")
    assert page.status_code == 200
    assert "timechart" not in page.text


def test_phases_with_dates_are_lines_across_the_bar_and_stand_in_the_table() -> None:
    steps = (
        PhaseStep(phase=phase("vorbereitung"), planned="2026-02", reached="2026-02"),
        PhaseStep(phase=phase("umsetzung"), planned="2026-06", reached="2026-08-01"),
        PhaseStep(phase=phase("abschluss"), planned="2027-05"),
        PhaseStep(phase=phase("dauerbetrieb"), planned="2040"),
    )
    drawn = line(project(phase_steps=steps), (AXIS, NOW), "de", None)
    assert drawn.phases == (AXIS.at(date(2026, 8, 1)), AXIS.at(date(2027, 5, 1)))
    assert drawn.past is not None, "the first phase begins the bar where no period is known"
    assert drawn.cells["phases"][1] == ("In Umsetzung", "1. August 2026", True)
