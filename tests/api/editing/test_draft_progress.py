"""The confirmation after handing in, and how far a draft is: number, day of the answer, steps.

Covers: api/editing/draft_progress.py
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api.editing.draft_progress import decided_by, track_of
from registry.model import Draft, Metadata
from registry.model.people import Release
from tests.sample_city import sample_city
from tests.signed_in import PROJECT, browser, drafts_of_author, send
from tests.town import Town

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


def a_draft(**fields: object) -> Draft:
    return Draft(id="0123456789ab", metadata=Metadata(kind="project"), changed=AT, **fields)  # type: ignore[arg-type]


def test_who_hands_in_reads_number_day_of_the_answer_and_where_to_follow_it(city: Town) -> None:
    client = browser(city, "agentur", follow=True)
    page = send(client, "/anmelden/projekt", "submit", **PROJECT)
    assert "eintraege?sent" in str(page.url)
    (draft,) = (draft for draft in drafts_of_author(city) if draft.state == "submitted")
    part = page.text.partition('id="eingereicht"')[2].partition("</ol>")[0]
    assert draft.id in part
    assert "Wetter im Quartier" in part
    assert "in höchstens 5 Werktagen" in part
    assert "bekommen Sie bei jedem Schritt eine Nachricht" in part
    status = f"/anmelden/projekt/{draft.id}/abschnitte"
    assert f'href="{status}"' in part
    assert re.search(r'aria-current="step">In Prüfung <span class="meta">Antwort bis ', client.get(status).text)
    english = client.get("/en/mine/entries?sent").text
    assert "in at most 5 working days" in english
    assert 'id="eingereicht"' not in client.get("/mein/eintraege").text


@pytest.mark.parametrize(
    ("draft", "states", "now", "note"),
    [
        (a_draft(), "now plan plan plan plan", "Entwurf", "Sie sind dran."),
        (a_draft(state="submitted"), "done done now plan plan", "In Prüfung", "Antwort bis 8. Dezember 2026"),
        (a_draft(state="returned"), "done done now plan plan", "Rückfrage", "Sie sind dran."),
        (
            a_draft(state="submitted", release=Release(on="2027-01-11", by="lotsin")),
            "done done done now plan",
            "Freigegeben",
            "erscheint am 11. Januar 2027",
        ),
        (a_draft(state="published"), "done done done done done", "", ""),
    ],
)
def test_the_steps_of_a_draft(draft: Draft, states: str, now: str, note: str) -> None:
    steps = track_of(draft, "de")
    assert [step.state for step in steps] == states.split()
    assert [(step.name, step.note) for step in steps if step.state == "now"] == ([(now, note)] if now else [])


def test_a_declined_draft_has_no_steps_and_only_what_waits_has_a_day() -> None:
    assert track_of(a_draft(state="declined"), "de") == ()
    assert decided_by(a_draft(state="submitted")) == date(2026, 12, 8)
    assert decided_by(a_draft(state="returned")) is None
