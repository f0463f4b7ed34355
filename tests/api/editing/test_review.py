"""The review: the queue, remarks on fields, several at once, text modules, and taking a decision back.

Covers: api/editing/review_queue.py, api/editing/review_hints.py, api/editing/remarks.py
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from api.editing.review_hints import unreachable
from registry.links.links import addresses_of
from registry.model import Account, Draft, Period
from registry.people.reasons import DEFAULTS
from tests.builders import a_metadata
from tests.sample_city import PASSWORD
from tests.signed_in import PROJECT, browser, hidden, send
from tests.town import Town

AUTHOR = Account(name="agentur", organizations=("digital-agentur",))


@pytest.fixture(autouse=True)
def nothing_waits(city: Town) -> Iterator[None]:
    """Each test begins and ends with an empty queue."""
    yield
    lotsin = Account(name="lotsin", role="reviewer")
    for draft in list(city.catalog.inbox.queue()):
        city.catalog.inbox.close(draft.id, lotsin, draft.version, "decline")
    for draft in list(city.catalog.inbox.of_account(AUTHOR)):
        city.catalog.inbox.close(draft.id, AUTHOR, draft.version, "discard")


def submitted(city: Town, **fields: object) -> Draft:
    """A draft that was handed in with the form."""
    send(browser(city, "agentur"), "/anmelden/projekt", "submit", **PROJECT | fields)
    return list(city.catalog.inbox.queue())[-1]


def test_the_head_of_each_page_says_what_waits_to_those_who_decide(city: Town) -> None:
    submitted(city)
    for page in ("/", "/freigabe"):
        assert 'href="/freigabe">Freigabe 1<' in browser(city, "lotsin").get(page).text
        assert ">Freigabe" not in browser(city, "agentur").get("/").text
    assert 'href="/en/review">Review 1<' in browser(city, "lotsin").get("/en/").text


def test_who_decides_lands_where_something_waits(city: Town) -> None:
    client = browser(city)

    def lands(name: str) -> str:
        return str(client.post("/konto/anmelden", data={"name": name, "password": PASSWORD}).headers["location"])

    assert lands("lotsin") == "/mein/eintraege"
    submitted(city)
    assert (lands("lotsin"), lands("agentur")) == ("/freigabe", "/mein/eintraege")


def test_a_remark_on_a_field_reaches_the_author_and_what_changed_since_is_said(city: Town) -> None:
    draft, reviewer = submitted(city), browser(city, "lotsin")
    fields = {"remark-abstract": "Für wen ist das?", "remark-title": "  "}
    assert send(reviewer, f"/freigabe/{draft.id}", "return", **fields).status_code == 303
    draft = city.catalog.inbox.get(draft.id)
    assert [(comment.field, comment.text) for comment in draft.comments] == [("abstract", "Für wen ist das?")]
    send(browser(city, "agentur"), f"/anmelden/projekt/{draft.id}", "submit", **PROJECT | {"abstract": "Für alle."})
    page = reviewer.get(f"/freigabe/{draft.id}").text
    assert "Seit der letzten Rückfrage geändert" in page
    assert "<li>Kurzfassung</li>" in page
    assert "<li>Titel</li>" not in page


def test_a_return_or_a_refusal_without_a_word_is_not_carried_out(city: Town) -> None:
    draft, reviewer = submitted(city), browser(city, "lotsin")
    for act in ("return", "decline"):
        answer = send(reviewer, f"/freigabe/{draft.id}", act)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
    answer = send(reviewer, f"/freigabe/{draft.id}", "decline", reason="Gibt es schon")
    assert answer.headers["location"] == "/freigabe?declined"
    closed = city.catalog.inbox.get_any(draft.id)
    assert (closed.state, closed.comments[-1].text) == (
        "declined",
        "Diesen Eintrag gibt es schon. Bitte ergänzen Sie den vorhandenen.",
    )


def test_the_review_shows_words_and_no_ids(city: Town) -> None:
    kept = city.catalog.store.existing("kuehle-wege").metadata
    metadata = replace(kept, title={"de": "Neu"}, period=Period(start="2027-03", end="2027-12-31"), links=())
    draft = city.catalog.inbox.begin(metadata, AUTHOR, "digital-agentur")
    city.catalog.inbox.submit(draft.id, AUTHOR, draft.version)
    page = browser(city, "lotsin").get(f"/freigabe/{draft.id}").text
    table = page[page.index('class="diff') : page.index('id="decision"')]
    for words in ("März 2027 bis 31. Dezember 2027", "Umsetzung", "Umweltamt", "120.000 EUR", "Federführung"):
        assert words in table
    for ids in ("://", "2027-03", "umweltamt", "authority/"):
        assert ids not in table
    assert "March 2027" in browser(city, "lotsin").get(f"/en/review/{draft.id}").text


def test_several_are_published_after_a_page_that_says_which(city: Town) -> None:
    first, second = submitted(city), submitted(city, title="Zweites Vorhaben")
    broken = city.catalog.inbox.begin(a_metadata("", "project"), AUTHOR, "digital-agentur")
    city.catalog.inbox.submit(broken.id, AUTHOR, broken.version)
    reviewer = browser(city, "lotsin")
    chosen = {f"draft-{draft.id}": draft.version for draft in (first, second)} | {f"draft-{broken.id}": 2}
    asked = send(reviewer, "/freigabe", "publish", **chosen)
    assert asked.status_code == 200
    assert "3 Einreichungen veröffentlichen?" in asked.text
    assert "bleibt liegen: Pflichtangaben fehlen" in asked.text
    assert len(list(city.catalog.inbox.queue())) == 3
    done = reviewer.post("/freigabe", data={**hidden(asked.text), **chosen, "act": "publish"})
    assert done.headers["location"] == "/freigabe?published&number=2"
    assert [draft.id for draft in city.catalog.inbox.queue()] == [broken.id]


def test_several_are_returned_with_one_message(city: Town) -> None:
    drafts = [submitted(city), submitted(city, title="Zweites Vorhaben")]
    reviewer = browser(city, "lotsin")
    chosen = {f"draft-{draft.id}": draft.version for draft in drafts}
    assert send(reviewer, "/freigabe", "return", **chosen, sure="1").status_code == 422
    answer = send(reviewer, "/freigabe", "return", **chosen, sure="1", message="Bitte mit Zeitraum.")
    assert answer.headers["location"] == "/freigabe?returned&number=2"
    assert all(city.catalog.inbox.get(draft.id).state == "returned" for draft in drafts)


def test_a_publication_is_taken_back_within_an_hour_and_can_be_published_again(city: Town) -> None:
    draft, reviewer = submitted(city, title="Voreilig"), browser(city, "lotsin")
    location = send(reviewer, f"/freigabe/{draft.id}", "publish").headers["location"]
    record = city.catalog.store.existing(location.partition("=")[2])
    page = reviewer.get("/freigabe").text
    assert "Gerade entschieden" in page
    token = hidden(page)
    assert reviewer.post(f"/freigabe/{draft.id}/zuruecknehmen", data=token).headers["location"] == "/freigabe?undone"
    assert city.catalog.store.existing(record.id).state == "withdrawn"
    assert [waiting.id for waiting in city.catalog.inbox.queue()] == [draft.id]
    send(reviewer, f"/freigabe/{draft.id}", "publish")
    again = city.catalog.store.existing(record.id)
    assert (again.state, again.metadata.title) == ("published", {"de": "Voreilig"})


def test_a_published_change_is_taken_back_to_the_text_before(city: Town) -> None:
    store = city.catalog.store
    before = store.existing("sporthallen")
    send(
        browser(city, "agentur"),
        "/anmelden/projekt?of=sporthallen",
        "submit",
        **PROJECT,
        of="sporthallen",
        base=before.number,
    )
    (draft,) = city.catalog.inbox.queue()
    reviewer = browser(city, "lotsin")
    send(reviewer, f"/freigabe/{draft.id}", "publish")
    assert store.existing("sporthallen").metadata.title["de"] == "Wetter im Quartier"
    token = hidden(reviewer.get("/freigabe").text)
    reviewer.post(f"/freigabe/{draft.id}/zuruecknehmen", data=token)
    restored = store.existing("sporthallen")
    assert (restored.metadata, restored.state) == (before.metadata, "published")


def test_what_was_changed_since_is_not_taken_back(city: Town) -> None:
    draft, reviewer = submitted(city, title="Später geändert"), browser(city, "lotsin")
    id = send(reviewer, f"/freigabe/{draft.id}", "publish").headers["location"].partition("=")[2]
    city.catalog.withdraw(id, "verwaltung", "Doch nicht.")
    token = hidden(reviewer.get("/freigabe").text)
    answer = reviewer.post(f"/freigabe/{draft.id}/zuruecknehmen", data=token)
    assert answer.headers["location"] == "/freigabe?too-late"
    assert city.catalog.inbox.get_any(draft.id).state == "published"


def test_text_modules_are_changed_by_those_who_decide(city: Town) -> None:
    reviewer, path = browser(city, "lotsin"), "/freigabe/textbausteine"
    assert "Privatperson genannt" in reviewer.get(path).text
    assert send(reviewer, path, "save", **{"title-0": "Nur ein Name"}).status_code == 422
    fields = {"title-0": "Zeitraum", "text-0": "Bitte nennen Sie den Zeitraum."}
    assert send(reviewer, path, "save", **fields).status_code == 303
    draft = submitted(city)
    assert '<option value="Zeitraum">' in reviewer.get(f"/freigabe/{draft.id}").text
    send(reviewer, f"/freigabe/{draft.id}", "return", reason="Zeitraum", message="Danke!")
    assert city.catalog.inbox.get(draft.id).comments[0].text == "Bitte nennen Sie den Zeitraum.\n\nDanke!"
    send(reviewer, path, "save", **{"title-0": ""})
    assert len(city.catalog.reasons.all("en")) == len(DEFAULTS)
    assert browser(city, "agentur").get(path).status_code == 403


def test_the_author_reads_remarks_at_the_fields_and_why_something_was_declined(city: Town) -> None:
    """Covers what `api.editing.remarks` gives the form."""
    draft, reviewer, author = submitted(city, title="Mit Anmerkung"), browser(city, "lotsin"), browser(city, "agentur")
    send(reviewer, f"/freigabe/{draft.id}", "return", message="Fast fertig.", **{"remark-abstract": "Für wen ist das?"})
    page = author.get(f"/anmelden/projekt/{draft.id}").text
    assert "Fast fertig." in page
    assert "<b>Kurzfassung:</b> Für wen ist das?" in page
    assert "<b>Rückfrage:</b> Für wen ist das?" in page[page.index('for="abstract"') :]
    send(author, f"/anmelden/projekt/{draft.id}", "submit", **PROJECT)
    send(reviewer, f"/freigabe/{draft.id}", "decline", message="Gibt es schon.")
    entries = author.get("/mein/eintraege").text
    assert "Nicht veröffentlicht" in entries
    assert "Gibt es schon." in entries


def test_an_author_takes_a_submission_back_and_goes_on_writing(city: Town) -> None:
    draft, author = submitted(city, title="Zu früh"), browser(city, "agentur")
    path = f"/anmelden/projekt/{draft.id}"
    for page in (path, f"{path}/abschnitte"):
        assert "Einreichung zurücknehmen" in author.get(page).text
        assert "Einreichung zurücknehmen" not in browser(city, "lotsin").get(page).text
    page = author.get(path).text
    data = {**hidden(page), "act": "take-back", "version": draft.version}
    assert author.post(path, data=data).headers["location"] == f"{path}/abschnitte?saved"
    assert city.catalog.inbox.get(draft.id).state == "draft"
    assert author.post(path, data=data).headers["location"] == "/mein/eintraege"


def test_a_draft_is_approved_for_a_later_day(city: Town) -> None:
    draft, reviewer = submitted(city, title="Erst im Mai"), browser(city, "lotsin")
    answer = send(reviewer, f"/freigabe/{draft.id}", "publish", on="2099-05-01")
    assert answer.headers["location"] == "/freigabe?scheduled"
    page = reviewer.get("/freigabe").text
    assert "Freigegeben für später" in page
    assert "am 1. Mai 2099" in page
    assert "freigegeben für den 1. Mai 2099" in browser(city, "agentur").get("/mein/eintraege").text
    assert "Freigabe 1" not in page
    assert send(reviewer, f"/freigabe/{draft.id}", "publish").headers["location"].startswith("/freigabe?published=")


def test_the_review_names_people_in_texts_and_leads_to_the_preview_and_on(city: Town) -> None:
    first = submitted(city, abstract="Frau Muster misst, wie warm es wirklich ist, an zwanzig Stellen.")
    second = submitted(city)
    client = browser(city, "lotsin")
    page = client.get(f"/freigabe/{first.id}").text
    assert "Vielleicht eine Privatperson im Text" in page
    assert "Frau Muster" in page
    assert client.get(f"/anmelden/projekt/{first.id}/vorschau").status_code == 200
    assert f"/anmelden/projekt/{first.id}/vorschau" in page
    assert f'href="/freigabe/{second.id}">Nächste Einreichung' in page
    last = client.get(f"/freigabe/{second.id}").text
    assert "Nächste Einreichung" not in last
    assert "Vielleicht eine Privatperson" not in last


def test_an_address_that_does_not_answer_is_named(city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    record = city.catalog.store.existing("rad-zaehlstellen")
    address = addresses_of(record.metadata)[0]
    city.catalog.links.follow(city.catalog.store, datetime.now(UTC))
    known = city.catalog.links.of([address])
    assert unreachable(city.catalog.links, record.metadata) == []
    broken = {address: known[address]._replace(state="broken")}
    monkeypatch.setattr(city.catalog.links, "of", lambda addresses: broken)
    assert unreachable(city.catalog.links, record.metadata) == [address]
    draft = submitted(city)
    assert "Diese Adresse antwortet nicht:" in browser(city, "lotsin").get(f"/freigabe/{draft.id}").text
