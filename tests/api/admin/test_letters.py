"""The outbox, and where an account says what letters it wants.

Covers: api/admin/letters.py
"""

import pytest

from registry.letters.letter import Letter, Paragraph
from tests.signed_in import browser, hidden, send
from tests.town import Town

LETTER = Letter(
    to="anna@stadt.example",
    subject="Frage <b>",
    paragraphs=(Paragraph("Bitte kürzer."), Paragraph("Ansehen", page="review")),
)


@pytest.fixture
def letter_id(city: Town) -> str:
    city.catalog.outbox.put(LETTER)
    return city.catalog.outbox.newest(1)[0].id


def test_letters_wait_where_an_administrator_sees_them(city: Town, letter_id: str) -> None:
    administrator = browser(city, "verwaltung", follow=True)
    page = administrator.get("/administration/nachrichten").text
    assert "Frage &lt;b&gt;" in page
    assert "LOTSE_MAIL" in page
    page = administrator.get(f"/administration/nachrichten/{letter_id}").text
    assert "Bitte kürzer." in page
    assert 'href="http://testserver/freigabe"' in page
    page = send(administrator, f"/administration/nachrichten/{letter_id}", "retry").text
    assert "gleich noch einmal gesendet" in page
    page = send(administrator, f"/en/admin/letters/{letter_id}", "delete").text
    assert "The letter is deleted." in page
    assert administrator.get(f"/administration/nachrichten/{letter_id}").status_code == 404


@pytest.mark.parametrize("name", ["agentur", "lotsin"])
def test_nobody_else_reads_letters(city: Town, letter_id: str, name: str) -> None:
    for path in ("/administration/nachrichten", f"/administration/nachrichten/{letter_id}"):
        assert browser(city, name).get(path).status_code == 403


def test_of_two_clicks_the_second_changes_nothing(city: Town, letter_id: str) -> None:
    administrator = browser(city, "verwaltung")
    city.catalog.outbox.put(LETTER)
    other = city.catalog.outbox.newest(1)[0].id
    page = administrator.get(f"/administration/nachrichten/{other}")
    city.catalog.outbox.discard(other)
    answer = administrator.post(f"/administration/nachrichten/{other}", data={**hidden(page.text), "act": "retry"})
    assert answer.headers["location"].endswith("?sent")
