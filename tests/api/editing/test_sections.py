"""Registering section by section: the list of tasks, rows that repeat, offices, dates, conflicts, the last look.

Covers: api/editing/sections.py, api/editing/drafting.py, api/editing/form_questions.py, api/editing/form_offices.py,
api/editing/form_nodes.py, api/editing/form_written.py, api/editing/form_order.py
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.editing import form
from api.editing.form_context import FormContext
from api.editing.form_fields import form_of
from api.editing.form_offices import is_person
from registry.model import KINDS, Kind, Metadata, Milestone, Observation
from tests.sample_city import sample_city
from tests.signed_in import PROJECT, browser, drafts_of_author, hidden, send
from tests.town import Town
from vocab.kinds import KIND_ROWS
from vocab.pages import STEP_WORDS

ROWS = {
    "benefits": "Weniger Hitze\nMehr Bänke", "goals": "Hundert Stationen", "chances": "Wissen", "risks": "Diebstahl",
    "cost": "120.000", "cost_state": "geschaetzt", "decisions": "https://rat.example.org/vo/1",
    "milestone": "Erste Station", "milestone_planned": "März 2027",
    "milestone.2": "Alle Stationen", "milestone_planned.2": "Ende 2027", "milestone_reason.2": "Lieferung",
    "funding": "Klima in der Stadt", "funder": "Beispielministerium", "funding_amount": "60.000,50 €",
    "offer": "testen", "offer_title": "Messen Sie mit", "offer_end": "2027-05", "offer_email": "test@example.org",
    "offer.2": "partnergesuch", "offer_title.2": "Wir suchen Schulen", "offer_end.2": "01.03.2027",
    "partner": "Umweltamt", "partner_role": "datengeber", "partner_task": "stellt Daten bereit",
    "indicator": "Stationen", "indicator_unit": "Stück", "indicator_target": "100",
    "indicator_values": "2026-06: 12\n2026-12: 20,5", "documents": "https://example.org/bericht.pdf",
    "produces": "Baumkataster", "image": "https://example.org/bild.jpg", "image_text": "Eine Station am Fluss",
    "image_credit": "Digital-Agentur", "image_licence": "cc-by/4.0", "title_translated": "Weather next door",
    "abstract_translated": "Small stations show the heat.",
}  # fmt: skip


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


def begun(city: Town, **fields: Any) -> tuple[Any, str]:
    """A browser that has begun a draft, and the address of the draft."""
    client = browser(city, "agentur", follow=True)
    answer = send(client, "/anmelden/projekt", "continue", **(PROJECT | fields))
    assert answer.url.path.endswith("/abschnitte"), answer.text
    return client, answer.url.path.removesuffix("/abschnitte")


def test_everything_that_a_project_page_shows_can_be_entered(city: Town) -> None:
    client, path = begun(city)
    answer = send(client, path, "submit", **PROJECT, **ROWS)
    offered = re.findall(r'name="office\.([^"]+)" value="=new"', answer.text)
    assert offered == ["funder"]  # the only one that the register does not know
    answer = send(client, path, "submit", **PROJECT, **ROWS, **{"office.funder": "=new"})
    assert "Eingereicht" in answer.text
    (draft,) = drafts_of_author(city)
    metadata = draft.metadata
    assert metadata.milestones == (
        Milestone(title={"de": "Erste Station"}, planned="2027-03"),
        Milestone(title={"de": "Alle Stationen"}, planned="2027", reason={"de": "Lieferung"}),
    )
    assert metadata.benefits == ({"de": "Weniger Hitze"}, {"de": "Mehr Bänke"})
    assert metadata.budget is not None
    assert (metadata.budget.value, metadata.budget.currency) == ("120000", "EUR")
    (funding,) = metadata.funding
    assert funding.amount is not None
    assert funding.funder is not None
    assert (funding.amount.value, funding.funder.name) == ("60000.50", {"de": "Beispielministerium"})
    assert [offer.ends for offer in metadata.opportunities] == ["2027-05", "2027-03-01"]
    assert metadata.opportunities[0].contacts[0].email == "test@example.org"
    assert metadata.indicators[0].observations == (
        Observation(date="2026-06", value="12"), Observation(date="2026-12", value="20.5"),
    )  # fmt: skip
    assert metadata.title == {"de": "Wetter im Quartier", "en": "Weather next door"}
    assert metadata.image_text == {"de": "Eine Station am Fluss"}
    reviewer = browser(city, "lotsin", follow=True)
    assert "Veröffentlicht:" in send(reviewer, f"/freigabe/{draft.id}", "publish").text
    page = browser(city).get("/projekte/wetter-im-quartier").text
    for words in (
        "Alle Stationen", "Klima in der Stadt", "Diebstahl", "Messen Sie mit", "Wir suchen Schulen", "20,5",
        "Eine Station am Fluss", "stellt Daten bereit", "rat.example.org",
    ):  # fmt: skip
        assert words in page
    record = city.catalog.store.existing("wetter-im-quartier")
    assert record.metadata.extras == {}


def test_a_row_more_is_a_button_and_rows_keep_their_order(city: Town) -> None:
    client, path = begun(city)
    page = client.get(f"{path}/wo-und-wann").text
    assert 'name="milestone.2"' not in page
    answer = send(client, f"{path}/wo-und-wann", "more:milestones", milestone="Erster", milestone_planned="2027")
    assert 'name="milestone.2"' in answer.text
    assert 'value="Erster"' in answer.text
    rows = {"milestone": "Erster", "milestone.2": "Zweiter", "milestone.3": "Dritter"}
    send(client, f"{path}/wo-und-wann", "save", **rows)
    assert [one.title["de"] for one in drafts_of_author(city)[0].metadata.milestones] == [
        "Erster",
        "Zweiter",
        "Dritter",
    ]
    send(client, f"{path}/wo-und-wann", "save", **(rows | {"milestone.2": "", "milestone": "Anfang"}))
    assert [one.title["de"] for one in drafts_of_author(city)[0].metadata.milestones] == ["Anfang", "Dritter"]


def test_rows_can_be_moved_up_and_down(city: Town) -> None:
    """What the form does not show of a row goes along, and the page leads to where the row stands now."""
    client, path = begun(city)
    place = f"{path}/wo-und-wann"
    rows = {"milestone": "Erster", "milestone.2": "Zweiter", "milestone_planned.2": "2027", "milestone.3": ""}
    assert 'value="up:milestones' not in client.get(place).text
    client.follow_redirects = False
    answer = send(client, place, "up:milestones:2", **rows)
    assert (answer.status_code, answer.headers["location"].partition("#")[2]) == (303, "milestones-1")
    moved = drafts_of_author(city)[0].metadata.milestones
    assert [(step.title["de"], step.planned) for step in moved] == [("Zweiter", "2027"), ("Erster", "")]
    page = client.get(place).text
    assert "Nach oben" in page
    assert 'value="up:milestones:1"' not in page
    assert 'value="down:milestones:2"' not in page
    rows = {"partner": "Umweltamt", "partner.2": "Stadtwerke Heidelberg"}
    send(client, f"{path}/wer", "down:participants:1", **rows)
    names = [
        next(iter(taking_part.agent.name.values())) for taking_part in drafts_of_author(city)[0].metadata.participants
    ]
    assert names == ["Digital-Agentur", "Stadtwerke Heidelberg", "Umweltamt"]


@pytest.mark.parametrize("act", ["up:milestones:1", "down:milestones:2", "up:nichts:2", "up:milestones:x"])
def test_a_row_that_cannot_be_moved_stays(city: Town, act: str) -> None:
    client, path = begun(city)
    send(client, f"{path}/wo-und-wann", act, **{"milestone": "Erster", "milestone.2": "Zweiter"})
    assert [step.title["de"] for step in drafts_of_author(city)[0].metadata.milestones] == ["Erster", "Zweiter"]


def test_a_section_leaves_the_others_as_they_are(city: Town) -> None:
    client, path = begun(city)
    send(client, f"{path}/geld", "save", cost="5.000")
    metadata = drafts_of_author(city)[0].metadata
    assert metadata.title == {"de": "Wetter im Quartier"}
    assert len(metadata.places) == 2
    assert metadata.budget is not None


def test_the_list_of_tasks_says_what_is_missing(city: Town) -> None:
    client, path = begun(city, email="", places=[])
    page = client.get(f"{path}/abschnitte").text
    assert "1 Angabe fehlt" in page  # the contact
    assert "offen, 1 Angabe" in page  # the place
    assert "offen, freiwillig" in page
    assert "noch nicht möglich" in page
    check = client.get(f"{path}/absenden").text
    assert f'href="{path}/wo-und-wann#places"' in check
    answer = send(client, f"{path}/wo-und-wann", "continue", places=["bergheim"])
    assert answer.url.path == f"{path}/wer"
    answer = send(client, f"{path}/wer", "later", email="wetter@example.org")
    assert "Gespeichert." in answer.text
    assert "bereit" in client.get(f"{path}/abschnitte").text
    page = client.get(f"{path}/absenden").text
    assert "Eingereicht" in client.post(path, data=hidden(page) | {"act": "submit"}).text


def test_the_preview_is_the_page_that_everybody_will_see(city: Town) -> None:
    client, path = begun(city, benefits="Kühle Wege für alle")
    page = client.get(f"{path}/vorschau").text
    assert "Noch sieht sie niemand sonst" in page
    assert "Kühle Wege für alle" in page
    assert '<meta name="robots" content="noindex">' in page
    assert browser(city, "").get(f"{path}/vorschau").status_code == 303


def test_an_office_that_is_meant_is_offered_and_taken(city: Town) -> None:
    client, path = begun(city, lead="Umweltampt")
    answer = send(client, path, "submit", lead="Umweltampt")
    assert answer.status_code == 422
    assert "Meinten Sie eine dieser Stellen?" in answer.text
    assert 'name="office.lead" value="Umweltamt"' in answer.text
    answer = send(client, path, "submit", **{**PROJECT, "lead": "Umweltampt", "office.lead": "Umweltamt"})
    assert "Eingereicht" in answer.text
    assert drafts_of_author(city)[0].metadata.participants[0].agent.name == {"de": "Umweltamt"}


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Erika Mustermann", True), ("Dr. Hans-Peter Beispiel", True), ("Frau Beispiel", True),
        ("Martina Muster Stiftung", False), ("Umweltamt", False), ("Stadtwerke Heidelberg", False),
        ("Karl & Söhne", False), ("Digital-Agentur", False),
    ],
)  # fmt: skip
def test_a_persons_name_is_noticed(name: str, person: bool) -> None:
    assert is_person(name) is person


def test_a_person_is_no_office_unless_somebody_says_so(city: Town) -> None:
    client, path = begun(city, lead="Erika Mustermann")
    answer = send(client, path, "submit", lead="Erika Mustermann")
    assert "klingt nach einer Person" in answer.text
    answer = send(client, path, "submit", **{**PROJECT, "lead": "Erika Mustermann", "office.lead": "=new"})
    assert "Eingereicht" in answer.text


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("01.03.2027", "2027-03-01"), ("März 2027", "2027-03"), ("Ende 2027", "2027"), ("Herbst 2027", "2027"),
        ("voraussichtlich Mai 2027", "2027-05"), ("2. Quartal 2027", "2027"),
    ],
)  # fmt: skip
def test_a_date_is_read_no_more_exact_than_it_is_written(text: str, date: str) -> None:
    context, before = FormContext("project", "de"), Metadata(kind="project")
    metadata, errors = form.read(form.shown(before, context) | {"end": text}, before, context)
    assert errors == []
    assert metadata.period is not None
    assert metadata.period.end == date


def test_a_date_is_shown_back_in_words_and_an_error_names_its_field(city: Town) -> None:
    client, path = begun(city)
    send(client, f"{path}/wo-und-wann", "save", start="2027-03", end="2028")
    assert "Das lesen wir als: März 2027" in client.get(f"{path}/wo-und-wann").text
    answer = send(client, f"{path}/wo-und-wann", "save", end="irgendwann")
    assert answer.status_code == 422
    assert '<a href="#end">Ende: Schreiben Sie das Datum als' in answer.text
    assert 'value="irgendwann"' in client.get(f"{path}/wo-und-wann").text


@pytest.mark.parametrize("address", ["www.kaputt", "kaputt", "https://www.kaputt/", "javascript:alert(1)"])
def test_an_address_that_leads_nowhere_is_refused(address: str) -> None:
    context, before = FormContext("project", "de"), Metadata(kind="project")
    _metadata, errors = form.read(form.shown(before, context) | {"homepage": address}, before, context)
    assert [error.field for error in errors] == ["homepage"]


def test_of_two_texts_each_field_can_be_chosen(city: Town) -> None:
    client, path = begun(city)
    old = hidden(client.get(path).text)
    client.post(path, data=old | {"title": "Zweite Fassung", "abstract": "Neu hier.", "act": "save"})
    mine = {"title": "Dritte Fassung", "abstract": "Anders hier."}
    answer = client.post(path, data=old | mine | {"act": "save"})
    assert answer.status_code == 409
    assert 'name="choose.title" value="theirs"' in answer.text
    client.post(path, data=hidden(answer.text) | mine | {"choose.title": "theirs", "act": "save"})
    metadata = drafts_of_author(city)[0].metadata
    assert (metadata.title, metadata.abstract) == ({"de": "Zweite Fassung"}, {"de": "Anders hier."})


def test_a_script_saves_in_between_and_is_told_the_version(city: Town) -> None:
    client = browser(city, "agentur", follow=True)
    fields = hidden(client.get("/anmelden/projekt").text)
    saved = client.post("/anmelden/projekt", data=fields | {"title": "Halb", "act": "autosave"}).json()
    assert saved["version"] == 1
    again = client.post(saved["action"], data=fields | {"version": 1, "title": "Mehr", "act": "autosave"}).json()
    assert again["version"] == 2
    old = fields | {"version": 1, "title": "Alt", "act": "autosave"}
    assert client.post(saved["action"], data=old).status_code == 409
    assert drafts_of_author(city)[0].metadata.title == {"de": "Mehr"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_form_sections_and_last_look(city: Town, kind: Kind) -> None:
    client = browser(city, "agentur", follow=True)
    start = f"/anmelden/{STEP_WORDS[kind]['de']}"
    answer = send(client, start, "continue", title="Neues")
    assert answer.status_code == 200
    assert KIND_ROWS[kind].singular["de"] in answer.text
    path = answer.url.path.removesuffix("/abschnitte")
    for section in {form_field.section for form_field in form_of(kind)}:
        assert client.get(f"{path}/{STEP_WORDS[section]['de']}").status_code == 200
    assert client.get(f"{path}/absenden").status_code == 200
    assert client.get(f"{path}/vorschau").status_code == 200
    english = f"/en/register/{STEP_WORDS[kind]['en']}/{path.rpartition('/')[2]}"
    assert '<html lang="en">' in client.get(english).text


SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_markup_in_any_text_field_stays_text_on_all_pages(city: Town) -> None:
    kind: Kind = "project"
    client, path = begun(city)
    texts = {
        form_field.name: SCRIPT
        for form_field in form_of(kind)
        if form_field.row(kind).form in ("text", "literal", "words") or form_field.row(kind).node == "Agent"
    }
    texts |= {"offer": "testen", "offer_title": SCRIPT, "lead": SCRIPT}
    offices = {f"office.{name}": "=new" for name in ("lead", "partner", "funder")}
    send(client, path, "save", **(PROJECT | texts | offices))
    for page in (path, f"{path}/abschnitte", f"{path}/wer", f"{path}/absenden", f"{path}/vorschau"):
        assert "<script>alert" not in client.get(page).text, page
    (draft,) = drafts_of_author(city)
    city.catalog.inbox.submit(draft.id, city.catalog.people.get("agentur"), draft.version)
    reviewer = browser(city, "lotsin", follow=True)
    published = send(reviewer, f"/freigabe/{draft.id}", "publish")
    assert "Veröffentlicht:" in published.text
    city.catalog.sync()
    id = published.text.split("/projekte/")[1].split('"')[0]
    pages = [f"/projekte/{id}", f"/en/projects/{id}", "/projekte", "/suche?q=alert", "/mein/eintraege"]
    for page in pages:
        text = client.get(page).text
        assert "<script>alert" not in text, page
        assert "<img src=x" not in text, page
    for feed in ("/feed.atom?q=alert", "/projekte.csv", "/projekte.ics"):
        answer = client.get(feed, headers={"accept": "*/*"})
        assert answer.status_code == 200, feed
        assert "html" not in answer.headers["content-type"]  # a browser never runs what stands there
    assert "<script>alert" not in client.get("/feed.atom?q=alert", headers={"accept": "*/*"}).text
    for suffix in ("jsonld", "json", "ttl", "rdf"):
        assert client.get(f"/projekte/{id}.{suffix}").status_code == 200


def test_the_last_look_shows_texts_as_they_are_and_a_conflict_asks_for_no_remarks(city: Town) -> None:
    client, path = begun(city)
    page = client.get(f"{path}/absenden").text
    assert "<ins>" not in page
    assert "Wetter im Quartier" in page
    old = hidden(client.get(path).text)
    client.post(path, data=old | {"title": "Zweite", "act": "save"})
    assert "Anmerkung" not in client.post(path, data=old | {"title": "Dritte", "act": "save"}).text


def test_a_title_that_is_a_formula_is_guarded_in_a_sheet_to_take_along(city: Town) -> None:
    client, path = begun(city, title='=HYPERLINK("https://example.org")')
    client.post(path, data=hidden(client.get(f"{path}/absenden").text) | {"act": "submit"})
    assert (
        "Veröffentlicht:"
        in send(browser(city, "lotsin", follow=True), f"/freigabe/{path.rpartition('/')[2]}", "publish").text
    )
    city.catalog.sync()
    rows = client.get("/projekte.csv", headers={"accept": "*/*"}).text
    assert "HYPERLINK" in rows
    assert not re.search(r'(?:^|[,;])"?=HYPERLINK', rows, re.MULTILINE)


def test_a_form_that_is_too_large_is_refused_and_says_so(city: Town) -> None:
    client, path = begun(city)
    fields = hidden(client.get(path).text) | {"description": "x" * 400_001, "act": "save"}
    answer = client.post(path, data=fields)
    assert answer.status_code == 400
    assert "Traceback" not in answer.text
    many = {f"milestone.{number}": "x" for number in range(2, 200)}
    client.post(path, data=hidden(client.get(path).text) | many | {"act": "save"})
    assert len(drafts_of_author(city)[0].metadata.milestones) <= 30


def test_a_button_for_one_more_row_leads_nowhere_else(city: Town) -> None:
    client, path = begun(city)
    client.follow_redirects = False
    fields = hidden(client.get(f"{path}/wo-und-wann").text) | {"act": "more://example.org"}
    location = client.post(f"{path}/wo-und-wann", data=fields).headers["location"]
    assert location == f"{path}/wo-und-wann?saved"


def test_phases_and_costs_keep_what_was_planned_changed_and_in_the_end(city: Town) -> None:
    client, path = begun(city)
    phases = {
        "phase_step": "vorbereitung", "phase_planned": "Januar 2026", "phase_reached": "01.02.2026",
        "phase_reason": "Stelle war unbesetzt", "phase_step.2": "umsetzung", "phase_planned.2": "Ende 2027",
    }  # fmt: skip
    costs = {
        "cost_step": "80.000", "cost_step_state": "geschaetzt", "cost_step_date": "2026-01",
        "cost_step.2": "95.000", "cost_step_state.2": "beschlossen", "cost_step_date.2": "März 2026",
        "cost_step_reason.2": "mehr Stationen",
    }  # fmt: skip
    send(client, f"{path}/wo-und-wann", "continue", places="bahnstadt", start="2026", **phases)
    send(client, f"{path}/geld", "continue", **costs)
    (draft,) = drafts_of_author(city)
    steps, sums = draft.metadata.phase_steps, draft.metadata.cost_steps
    assert [(step.planned, step.reached) for step in steps] == [("2026-01", "2026-02-01"), ("2027", "")]
    assert steps[0].reason == {"de": "Stelle war unbesetzt"}
    assert [(step.value, step.currency, step.date) for step in sums] == [
        ("80000", "EUR", "2026-01"), ("95000", "EUR", "2026-03")
    ]  # fmt: skip
    page = client.get(f"{path}/vorschau").text
    for told in ("Kosten im Verlauf", "95.000 EUR", "mehr Stationen", "Geplanter Beginn", "Stelle war unbesetzt"):
        assert told in page, told


def test_an_office_that_is_not_known_is_asked_about_in_its_section(city: Town) -> None:
    client, path = begun(city)
    fields = {"lead": "Umweltampt", "email": "a@example.org"}
    asked = send(client, f"{path}/wer", "continue", **fields)
    assert asked.status_code == 422
    assert 'name="office.lead" value="Umweltamt"' in asked.text
    assert send(client, f"{path}/wer", "later", **fields).status_code == 200, "who stops for today is not held up"
    went_on = send(client, f"{path}/wer", "continue", **fields, **{"office.lead": "=new"})
    assert not went_on.url.path.endswith("/wer")


def test_data_say_how_open_they_are_why_and_when_that_is_reviewed(city: Town) -> None:
    """Entered in the form of a dataset, shown on the preview of its page."""
    client = browser(city, "agentur", follow=True)
    answer = send(client, "/anmelden/datensatz", "save", title="Leitungen im Boden")
    path = answer.url.path
    rows = {"access": "RESTRICTED", "access_reason": "Auf Anfrage: Lage der Versorgung.", "access_review": "März 2027"}
    send(client, f"{path.removesuffix('/abschnitte')}/daten", "save", **rows)
    (draft,) = drafts_of_author(city)
    assert draft.metadata.access.endswith("/RESTRICTED")
    assert (draft.metadata.access_reason, draft.metadata.access_review) == ({"de": rows["access_reason"]}, "2027-03")
    page = client.get(f"/anmelden/datensatz/{draft.id}/vorschau").text
    assert "Auf Anfrage: Lage der Versorgung." in page
    assert "März 2027" in page
