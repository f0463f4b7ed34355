"""Pages of districts and topics: what belongs to them, what is for the whole city beside, and no link into nothing.

Covers: api/pages/overview.py, api/pages/topics.py, api/pages/count_tables.py, api/pages/project_details.py
"""

import csv
import io
import re

import pytest
from fastapi.testclient import TestClient

from api.pages.project_details import details
from api.pages.topics import texts
from registry.model import Metadata, Milestone, Place
from vocab.concepts import concept_list


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_district_tells_its_own_from_what_is_for_the_whole_city(browser: TestClient) -> None:
    page = browser.get("/stadtteile/bahnstadt").text
    shown = text(page)
    assert "betreffen diesen Stadtteil" in shown
    assert re.search(r"Dazu \d+ Datens(atz|ätze) für die ganze Stadt", shown)
    assert "Als Kalender abonnieren" in shown
    link = re.search(r'href="(/suche\?[^"]*district=ganze-stadt[^"]*)"', page)
    assert link
    assert "Treffer" in browser.get(link[1].replace("&amp;", "&")).text


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_question_of_a_topic_finds_something(browser: TestClient, lang: str) -> None:
    path = "/themen/TRAN" if lang == "de" else "/en/topics/TRAN"
    block = browser.get(path).text
    search = "/suche" if lang == "de" else "/en/search"
    questions = re.findall(rf'<li><a href="({re.escape(search)}\?q=[^"]+)">', block)
    assert questions
    for address in questions:
        answer = browser.get(address.replace(search, "/api/v1/search").replace("&amp;", "&") + f"&lang={lang}")
        assert answer.json()["total"] > 0, address


def test_each_topic_that_people_ask_about_has_its_texts() -> None:
    notations = {concept.notation for concept in concept_list("themes")}
    assert set(texts()) == notations - {"OP_DATPRO"}
    for topic in texts().values():
        assert topic.questions_de
        assert topic.questions_en
        assert topic.de.endswith(".")
        assert topic.en.endswith(".")


@pytest.mark.parametrize(("path", "id"), [("/stadtteile.csv", "bahnstadt"), ("/en/topics.csv", "TRAN")])
def test_districts_and_topics_are_tables_to_take_along(browser: TestClient, path: str, id: str) -> None:
    answer = browser.get(path)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    assert int(rows[id]["data"]) > 0


@pytest.mark.parametrize("path", ["/projekte/zeit.csv", "/projekte/karte.csv"])
def test_the_map_and_the_timeline_lead_to_the_file_of_their_list(browser: TestClient, path: str) -> None:
    answer = browser.get(f"{path}?theme=TRAN", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/projekte.csv?theme=TRAN")


def test_a_list_of_projects_says_where_they_are_and_what_comes_next() -> None:
    milestones = (
        Milestone(title={"de": "Fertig"}, planned="2027-05"),
        Milestone(title={"de": "Test"}, planned="2027-02"),
        Milestone(title={"de": "Start"}, planned="2026-01", reached="2026-01"),
    )
    places = (Place(name={"de": "Bahnstadt"}), Place(name={"de": "Bergheim"}))
    metadata = Metadata(kind="project", title={"de": "x"}, milestones=milestones, places=places)
    assert str(details(metadata, "de")) == "Bahnstadt, Bergheim · Als Nächstes: Test, Februar 2027"
    assert details(Metadata(kind="dataset", title={"de": "x"}, places=places), "de") == ""


def test_projects_can_be_chosen_by_their_calls(browser: TestClient) -> None:
    page = browser.get("/projekte").text
    offer = re.search(
        r'class="chip offer" href="([^"]+)"[^>]*>(?:(?!</a>).)*Partner gesucht <span class="quiet">(\d+)', page
    )
    assert offer
    chosen = text(browser.get(offer[1].replace("&amp;", "&")).text)
    assert f"{offer[2]} Treffer" in chosen


def test_no_list_shows_marks_as_text(browser: TestClient) -> None:
    for path in ("/en/projects/timeline", "/en/districts/bahnstadt", "/en/projects", "/en/organizations/umweltamt"):
        assert "&lt;span" not in browser.get(path).text, path
