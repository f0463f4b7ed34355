"""Profile sheet, press text and the count of uses of a project: all from one entry, nothing invented.

Covers: api/pages/profile_sheet.py
"""

from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from api.pages.profile_sheet import reading
from registry.model import Milestone, Record
from tests.builders import a_project


def test_the_sheet_names_what_is_there_and_what_is_missing(browser: TestClient) -> None:
    page = browser.get("/projekte/kuehle-wege/steckbrief").text
    assert "An heißen Tagen schattig ans Ziel" in page
    assert "Bericht und Übergabe" in page
    assert "Erste Karte öffentlich" not in page  # is reached, no next step
    assert "120.000" in page
    bare = browser.get("/projekte/sporthallen/steckbrief").text
    assert "keine Angabe" in bare
    assert browser.get("/daten/baumkataster/steckbrief").status_code == 404
    assert 'href="/en/projects/kuehle-wege/profile"' in page
    assert browser.get("/en/projects/kuehle-wege/profile").status_code == 200


@pytest.mark.parametrize(
    ("planned", "created", "deadline", "kept"),
    [
        ("2027-06", datetime(2027, 2, 28, tzinfo=UTC), "1. März 2027", True),
        ("2027-06", datetime(2027, 3, 2, tzinfo=UTC), "1. März 2027", False),
        ("2027-05-31", datetime(2027, 2, 28, tzinfo=UTC), "28. Februar 2027", True),
        ("2027-02-10", None, "10. November 2026", None),
    ],
)
def test_the_rule_of_three_months(planned: str, created: datetime | None, deadline: str, kept: bool | None) -> None:
    milestones = (Milestone(title={"de": "Start"}, planned="2026-01"), Milestone(title={"de": "Beschluss im Gemeinderat"}, planned=planned))  # fmt: skip  # noqa: E501
    council = reading(Record(id="netz", said=a_project(milestones=milestones), created=created), "de")
    assert council is not None
    assert (council.deadline, council.kept) == (deadline, kept)


def test_without_a_reading_there_is_no_deadline() -> None:
    assert (
        reading(Record(id="netz", said=a_project(milestones=(Milestone(title={"de": "Start"}, planned="2026"),))), "de")
        is None
    )


def test_the_text_for_the_press_says_only_what_is_known(browser: TestClient) -> None:
    answer = browser.get("/projekte/kuehle-wege/pressetext")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("Kühle Wege\n\nAn heißen Tagen schattig ans Ziel")
    assert "Das Projekt leitet: Umweltamt." in answer.text
    assert "Nächster Schritt: Test mit Bürgerinnen und Bürgern" in answer.text
    assert "http://testserver/projekte/kuehle-wege" in answer.text
    bare = browser.get("/en/projects/sporthallen/press-text").text
    assert "Next step" not in bare
    assert "Period" not in bare


def test_each_use_that_is_counted_answers(browser: TestClient) -> None:
    page = browser.get("/projekte/kuehle-wege").text
    part = page.partition("Einmal eingegeben, ")[2].partition("</section>")[0]
    addresses = [rest.partition('"')[0] for rest in part.split('href="')[1:]]
    assert part.startswith(f"{len(addresses)}-mal verwendet")
    for address in addresses:
        assert browser.get(address).status_code == 200, address
