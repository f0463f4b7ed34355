"""Taking over from files, templates, earlier entries and addresses; the same file again changes nothing.

Covers: api/editing/takeover.py, api/editing/imports.py, api/editing/prefill.py
"""

import html
import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.editing import prefill
from api.editing.drafting import faults_of
from api.editing.imports import carry_out, plan
from api.pages.site import Pages
from deploy.heidelberg.demo import HERE
from harvesters.entries import entries_of
from registry.errors import UsageError
from registry.model import Account, Draft, Metadata, Source, Step
from registry.store.store import Selection
from tests.demo_city import demo_city
from tests.sample_city import sample_city
from tests.signed_in import browser, drafts_of_author, hidden, send
from tests.town import Town

PATH = "/anmelden/projekt/uebernehmen"
HEAD = "Kennung;Titel;Kurzfassung;Phase;Thema;Ort;Federführung;Kontakt"
SHEET = "\n".join(
    [HEAD, *(f"P-{n};Vorhaben {n};Kurz {n}.;Umsetzung;ENVI;Bahnstadt;Umweltamt;a@example.org" for n in range(100))]
)


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


def uploaded(client: Any, content: str | bytes, name: str = "liste.csv", path: str = PATH) -> Any:
    token = hidden(client.get(path).text)["token"]
    return client.post(
        f"{path}/datei",
        data={"token": token},
        files={"file": (name, content.encode() if isinstance(content, str) else content)},
    )


def applied(client: Any, page: str, act: str = "apply", **fields: Any) -> Any:
    sent = {name: html.unescape(value) for name, value in hidden(page).items()}
    return client.post(PATH, data=sent | {"act": act} | fields)


def test_a_sheet_of_a_hundred_rows_becomes_drafts_and_a_second_time_nothing(city: Town) -> None:
    client = browser(city, "agentur", follow=True)
    answer = uploaded(client, SHEET)
    assert "100 Einträge in der Datei." in answer.text
    assert "100 Entwürfe anlegen" in answer.text
    assert drafts_of_author(city) == []  # a dry run
    assert "Übernommen." in applied(client, answer.text).text
    assert len(drafts_of_author(city)) == 100
    versions = {draft.id: draft.version for draft in drafts_of_author(city)}
    answer = uploaded(client, SHEET)
    assert "Nichts Neues." in answer.text
    applied(client, answer.text)
    assert {draft.id: draft.version for draft in drafts_of_author(city)} == versions


def test_a_changed_row_changes_its_draft_unless_somebody_has_worked_on_it(city: Town) -> None:
    client = browser(city, "agentur", follow=True)
    applied(client, uploaded(client, "\n".join(SHEET.splitlines()[:3])).text)
    first = next(draft for draft in drafts_of_author(city) if draft.metadata.title == {"de": "Vorhaben 0"})
    send(client, f"/anmelden/projekt/{first.id}", "save", title="Von Hand")
    answer = uploaded(client, "\n".join(SHEET.splitlines()[:3]).replace("Kurz ", "Neu "))
    assert "bleibt, jemand hat daran gearbeitet" in answer.text
    assert "Entwurf wird geändert" in answer.text
    applied(client, answer.text)
    texts = {draft.metadata.title["de"]: draft.metadata.abstract["de"] for draft in drafts_of_author(city)}
    assert texts == {"Von Hand": "Kurz 0.", "Vorhaben 1": "Neu 1."}


def test_what_is_published_from_a_file_is_not_taken_over_again(city: Town) -> None:
    client = browser(city, "agentur", follow=True)
    row = "\n".join(SHEET.splitlines()[:2])
    answer = applied(client, uploaded(client, row).text)
    path = answer.url.path.removesuffix("/abschnitte")
    fields = hidden(client.get(f"{path}/absenden").text)
    assert "Eingereicht" in client.post(path, data=fields | {"act": "submit"}).text
    (draft,) = city.catalog.inbox.queue()
    assert "Veröffentlicht:" in send(browser(city, "lotsin", follow=True), f"/freigabe/{draft.id}", "publish").text
    assert "bleibt, ist schon veröffentlicht" in uploaded(client, row).text


def test_what_holds_for_all_entries_fills_what_is_empty(city: Town) -> None:
    client = browser(city, "agentur", follow=True)
    both = [{"id": 1, "title": "Eins"}, {"id": 2, "title": "Zwei", "status": "idee"}]
    page = uploaded(client, json.dumps(both), "a.json").text
    rest = {"phase": "umsetzung", "lead": "Umweltamt", "themes": ["ENVI"], "places": ["bahnstadt"]}
    again = applied(client, page, "plan", **rest)
    assert "2 Angaben" in again.text  # the contact and the abstract are still missing
    applied(client, again.text, **rest)
    phases = {draft.metadata.title["de"]: draft.metadata.phase.rpartition("/")[2] for draft in drafts_of_author(city)}
    assert phases == {"Eins": "umsetzung", "Zwei": "idee"}


def test_a_file_that_cannot_be_read_is_said_and_nothing_is_begun(city: Town) -> None:
    client = browser(city, "agentur", follow=True)
    for content, name in (("{", "a.json"), ("", "leer.csv"), ("a;b\n1;2", "b.csv")):
        answer = uploaded(client, content, name)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    token = hidden(client.get(PATH).text)["token"]
    answer = client.post(PATH, data={"token": token, "act": "apply", "entries": "kein Plan"})
    assert answer.status_code == UsageError.status
    assert drafts_of_author(city) == []


def test_a_file_from_another_site_or_of_nobody_is_refused(city: Town) -> None:
    client = browser(city, "agentur", follow=True)
    files = {"file": ("a.csv", SHEET.encode())}
    assert client.post(f"{PATH}/datei", data={"token": "x"}, files=files).status_code == 403
    assert browser(city).post(f"{PATH}/datei", files=files).status_code in (303, 401)


@pytest.mark.parametrize("name", [name for name, _label in prefill.templates("de")])
def test_a_template_begins_a_draft_without_dates_and_amounts(city: Town, name: str) -> None:
    client = browser(city, "agentur", follow=True)
    token = hidden(client.get(PATH).text)["token"]
    answer = client.post(PATH, data={"token": token, "act": "template", "template": name})
    assert answer.url.path.endswith("/abschnitte")
    (draft,) = drafts_of_author(city)
    metadata = draft.metadata
    assert metadata.themes
    assert metadata.milestones
    assert all(
        not step.planned and not step.reached and set(step.title) == {"de", "en"} for step in metadata.milestones
    )
    assert metadata.indicators
    assert metadata.budget is None
    assert metadata.extras == {}


def test_an_earlier_entry_is_a_start_without_what_holds_for_it_alone(city: Town) -> None:
    client = browser(city, "agentur", follow=True)
    token = hidden(client.get(PATH).text)["token"]
    answer = client.post(PATH, data={"token": token, "act": "earlier", "earlier": "kuehle-wege"})
    assert answer.status_code == 200
    (draft,) = drafts_of_author(city)
    earlier = city.catalog.store.existing("kuehle-wege").metadata
    assert draft.metadata.title == earlier.title
    assert draft.metadata.period is None
    assert draft.of is None
    assert [step.title for step in draft.metadata.milestones] == [step.title for step in earlier.milestones]
    assert not any(step.planned or step.reached for step in draft.metadata.milestones)


def test_a_harvested_record_is_claimed_as_a_draft_of_it(city: Town) -> None:
    metadata = Metadata(kind="project", title={"de": "Fremdes Vorhaben"})
    source = Source(name="nachbarn", kind="json", url="https://nachbarn.example.org/")
    (taken,) = city.catalog.take(source, [Step(action="add", remote_id="1", metadata=metadata)])
    client = browser(city, "agentur", follow=True)
    page = client.get(f"/projekte/{taken.id}").text
    link = re.search(r'<a href="([^"]+)">Das ist unser Projekt</a>', page)
    assert link is not None
    send(client, html.unescape(link[1]), "continue", title="Unser Vorhaben")
    (draft,) = drafts_of_author(city)
    assert (draft.of, draft.metadata.title) == (taken.id, {"de": "Unser Vorhaben"})
    assert next(iter(city.catalog.store.find(Selection(kind="project", owner="nachbarn"))), None) is None


def fetched(city: Town, monkeypatch: pytest.MonkeyPatch, make: Any) -> Draft:
    monkeypatch.setattr(prefill, "_fetched", make)
    client = browser(city, "agentur", follow=True)
    token = hidden(client.get(PATH).text)["token"]
    answer = client.post(PATH, data={"token": token, "act": "address", "address": "projekt.example.org/a"})
    assert answer.url.path.endswith("/abschnitte")
    for _ in range(100):
        (draft,) = drafts_of_author(city)
        if draft.version > 1:
            break
        time.sleep(0.05)
    return draft


def test_an_address_is_refused_while_too_many_wait(city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefill, "_PLACES", threading.BoundedSemaphore(1))
    prefill._PLACES.acquire()
    before, client = len(drafts_of_author(city)), browser(city, "agentur")
    token = hidden(client.get(PATH).text)["token"]
    fields = {"token": token, "act": "address", "address": "projekt.example.org/a"}
    assert client.post(PATH, data=fields).status_code == 429
    assert len(drafts_of_author(city)) == before


def test_a_pasted_address_fills_the_draft_in_the_background(city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Metadata(kind="project", title={"de": "Von der Seite"}, landing_page="https://anders.example.org/")
    draft = fetched(city, monkeypatch, lambda *_: page)
    assert draft.metadata.title == {"de": "Von der Seite"}
    assert draft.metadata.landing_page == "https://projekt.example.org/a"
    assert draft.metadata.extras == {}


def test_an_address_that_cannot_be_read_is_said(city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Metadata:
        raise OSError("away")

    draft = fetched(city, monkeypatch, fail)
    assert prefill.fetch_state(draft.metadata) == "failed"
    page = browser(city, "agentur").get(f"/anmelden/projekt/{draft.id}/abschnitte").text
    assert "konnte nicht gelesen werden" in page


def test_the_guard_of_the_session_holds_for_pasted_addresses(city: Town) -> None:
    """127.0.0.1 is a private host: nothing is asked there."""
    client = browser(city, "agentur", follow=True)
    token = hidden(client.get(PATH).text)["token"]
    client.post(PATH, data={"token": token, "act": "address", "address": "http://127.0.0.1:9/"})
    for _ in range(100):
        (draft,) = drafts_of_author(city)
        if draft.version > 1:
            break
        time.sleep(0.05)
    assert prefill.fetch_state(draft.metadata) == "failed"


def test_a_hundred_complete_rows_are_handed_in_at_once(city: Town) -> None:
    client = browser(city, "agentur", follow=True)
    answer = applied(client, uploaded(client, SHEET).text, hand_in="1")
    assert "100 sind eingereicht." in answer.text
    assert len(list(city.catalog.inbox.queue())) == 100
    assert "Nichts Neues." in uploaded(client, SHEET).text


def test_offices_of_a_list_are_confirmed_together(city: Town) -> None:
    client = browser(city, "agentur", follow=True)
    rows = "\n".join(SHEET.splitlines()[:3]).replace("Umweltamt", "Verein der Flussfreunde")
    page = uploaded(client, rows).text
    assert "0 sind eingereicht" not in applied(client, page, hand_in="1").text
    assert list(city.catalog.inbox.queue()) == []
    changed = uploaded(client, rows.replace("Kurz ", "Neu ")).text
    applied(client, changed, hand_in="1", offices_are_new="1")
    assert len(list(city.catalog.inbox.queue())) == 2


@pytest.mark.slow
def test_the_drafts_of_the_demo_are_one_to_complete_and_two_to_hand_in(tmp_path: Path) -> None:
    with demo_city(tmp_path / "data") as demo:
        account = Account(name="agentur", organizations=("digital-agentur",))
        content = (HERE / "sample" / "entwuerfe.json").read_bytes()
        planned = plan(demo.catalog, account, entries_of(content, "entwuerfe.json", "project", "de"), "project")
        assert [entry.outcome for entry in planned] == ["new"] * 3
        drafts = carry_out(demo.catalog, account, planned)
        pages = Pages(demo.catalog, demo.settings)
        assert [not faults_of(pages, draft, "de") for draft in drafts] == [False, True, True]
