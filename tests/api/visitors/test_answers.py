"""Answers of the office itself to the published questions about its entry."""

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from registry.visitors.messages import VisitorMessage
from tests.signed_in import browser, hidden
from tests.town import Town

PATH = "/projekte/pegel/antworten"


@pytest.fixture
def question(own_city: Town) -> VisitorMessage:
    """A published question about a record of the Digital-Agentur."""
    record = own_city.catalog.store.existing("pegel")
    own_city.catalog.store.put([replace(record, owner="digital-agentur")], "test")
    asked = own_city.catalog.messages.add(VisitorMessage(kind="question", record="pegel", text="Wie oft?"))
    own_city.catalog.messages.decide(asked.id, "published")
    return own_city.catalog.messages.get(asked.id)


def answer(client: TestClient, question: VisitorMessage, text: str) -> int:
    token = hidden(client.get(PATH).text)
    return client.post(PATH, data={**token, "question": question.id, "answer": text}).status_code


def test_a_member_of_the_office_answers_and_everybody_reads_it(own_city: Town, question: VisitorMessage) -> None:
    member = browser(own_city, "agentur")
    assert PATH in member.get("/projekte/pegel").text
    assert question.text in member.get(PATH).text
    sent = hidden(member.get(PATH).text) | {"question": question.id, "answer": " Jede Stunde. "}
    assert member.post(PATH, data=sent).headers["location"] == f"{PATH}?saved"
    page = browser(own_city).get("/projekte/pegel").text
    assert "Jede Stunde." in page
    assert PATH not in page


def test_nobody_else_answers_and_no_other_message_is_touched(own_city: Town, question: VisitorMessage) -> None:
    assert browser(own_city).get(PATH).status_code == 303
    own_city.catalog.people.change(replace(own_city.catalog.people.get("agentur"), organizations=("umweltamt",)))
    stranger = browser(own_city, "agentur")
    assert stranger.get(PATH).status_code == 403
    assert answer(stranger, question, "Nie.") == 403
    reviewer = browser(own_city, "verwaltung")
    wish = own_city.catalog.messages.add(VisitorMessage(kind="wish", text="Mehr Bänke"))
    assert answer(reviewer, wish, "Nein.") == 404
    assert reviewer.get("/daten/pegel/antworten").status_code == 404
    assert answer(reviewer, question, "Jede Stunde.") == 303
