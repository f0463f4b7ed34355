"""Registering, reviewing, publishing: through the forms, as browsers send them.

Covers: api/editing/comparison.py, api/editing/review.py
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from api.editing import form
from api.editing.form_context import FieldError, FormContext
from api.pages.site import Pages
from api.web.addresses import Lang
from registry.model import (
    Agent,
    Contact,
    Draft,
    Kind,
    Link,
    Metadata,
    Opportunity,
    Participation,
    Period,
    Place,
    Source,
    Step,
)
from registry.store.store import Selection
from tests.sample_city import iri, sample_city
from tests.signed_in import PROJECT, browser, drafts_of_author, hidden, send
from tests.town import Town

client = partial(browser, follow=True)


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


def drafts(city: Town) -> list[Draft]:
    assert city.catalog.inbox is not None
    return list(city.catalog.inbox.queue())


def test_a_project_goes_from_the_form_through_the_review_to_the_search(city: Town) -> None:
    answer = send(client(city, "agentur"), "/anmelden/projekt", "submit", **PROJECT)
    assert "Eingereicht" in answer.text
    (draft,) = drafts(city)
    reviewer = client(city, "lotsin")
    queue = reviewer.get("/freigabe").text
    assert "Wetter im Quartier" in queue
    assert "neu · Digital-Agentur" in queue
    answer = send(reviewer, f"/freigabe/{draft.id}", "publish")
    assert "Veröffentlicht:" in answer.text
    city.catalog.sync()
    anybody = client(city)
    assert "Wetter im Quartier" in anybody.get("/suche?q=Messstationen").text
    page = anybody.get("/projekte/wetter-im-quartier").text
    assert "Bahnstadt" in page
    assert "wetter@example.org" in page
    assert "Digital-Agentur" in page
    assert drafts(city) == []


def test_what_is_missing_is_said_twice_in_the_same_words_and_nothing_is_lost(city: Town) -> None:
    browser = client(city, "agentur")
    answer = send(browser, "/anmelden/projekt", "submit", **(PROJECT | {"themes": [], "abstract": "x" * 341}))
    assert answer.status_code == 422
    assert "<title>Fehler: Wetter im Quartier" in answer.text
    assert "Bitte ändern Sie 2 Angaben" in answer.text
    for sentence in ("Kürzen Sie die Kurzfassung um 41 Zeichen.", "Wählen Sie mindestens ein Thema."):
        assert answer.text.count(sentence) == 2
    assert "x" * 341 in answer.text
    assert drafts(city) == []
    assert "Wetter im Quartier" in browser.get("/mein/eintraege").text


def test_words_that_cannot_be_read_stay_in_their_field(city: Town) -> None:
    strange = {"email": "kein Postfach", "start": "Frühjahr", "uses": "Gibt es nicht", "homepage": "kein netz"}
    answer = send(client(city, "agentur"), "/anmelden/projekt", "save", **(PROJECT | strange))
    assert answer.status_code == 422
    for words in strange.values():
        assert words in answer.text


def test_a_draft_can_be_saved_half_and_taken_up_again(city: Town) -> None:
    browser = client(city, "agentur")
    answer = send(browser, "/anmelden/projekt", "save", title="Nur ein Titel")
    assert "Gespeichert" in answer.text
    assert answer.url.path.startswith("/anmelden/projekt/")
    assert 'value="Nur ein Titel"' in browser.get(answer.url.path).text


def test_datasets_are_linked_by_title_id_and_address(city: Town) -> None:
    uses = "Baumkataster\nrad-zaehlstellen\nhttp://testserver/daten/trinkbrunnen\nhttps://anderswo.example.org/x"
    send(client(city, "agentur"), "/anmelden/projekt", "submit", **PROJECT, uses=uses)
    (draft,) = drafts(city)
    assert [one.iri for one in draft.metadata.links] == [
        "/id/baumkataster", "/id/rad-zaehlstellen", "/id/trinkbrunnen", "https://anderswo.example.org/x",
    ]  # fmt: skip


@pytest.mark.parametrize("act", ["save", "submit"])
def test_what_cannot_be_read_waits_in_the_draft_until_it_is_mended(city: Town, act: str) -> None:
    browser = client(city, "agentur")
    strange = {
        "email": "kein Postfach",
        "start": "Frühjahr",
        "uses": "Baumkataster\nGibt es nicht",
        "homepage": "kein netz",
    }
    answer = send(browser, "/anmelden/projekt", act, **(PROJECT | strange))
    path = answer.text.split('<form action="/anmelden/projekt/')[1].split('"')[0]
    page = browser.get(f"/anmelden/projekt/{path}").text
    for words in strange.values():
        assert words in page
    answer = send(
        browser,
        f"/anmelden/projekt/{path}",
        "submit",
        **PROJECT,
        start="",
        uses="Baumkataster",
        homepage="www.example.org",
    )
    assert "Eingereicht" in answer.text
    (draft,) = drafts(city)
    assert draft.metadata.extras == {}
    assert [one.iri for one in draft.metadata.links] == ["/id/baumkataster"]
    assert draft.metadata.landing_page == "https://www.example.org"


def test_a_form_of_an_earlier_session_loses_nothing(city: Town) -> None:
    old = client(city, "agentur")
    fields = hidden(old.get("/anmelden/projekt").text) | PROJECT | {"act": "save"}
    anew = client(city, "agentur")  # signed in again: the old form's token counts no more
    answer = anew.post("/anmelden/projekt", data=fields)
    assert answer.status_code == 403
    assert "Es ist nichts verloren" in answer.text
    assert f'value="{PROJECT["title"]}"' in answer.text
    assert city.catalog.inbox is not None
    assert len(anew.get("/mein/eintraege").text.split('class="split"')) == 1  # nothing is saved behind one's back
    answer = anew.post("/anmelden/projekt", data=hidden(answer.text) | PROJECT | {"act": "save"})
    assert "Gespeichert" in answer.text


def test_who_is_no_longer_signed_in_is_told_that_the_words_are_still_there(city: Town) -> None:
    browser = client(city, "agentur")
    fields = hidden(browser.get("/anmelden/projekt").text) | PROJECT | {"act": "save"}
    answer = client(city).post("/anmelden/projekt", data=fields)
    assert answer.status_code == 401
    assert "Es ist noch da" in answer.text


def test_a_draft_is_thrown_away_only_by_those_who_are_sure(city: Town) -> None:
    browser = client(city, "agentur")
    path = send(browser, "/anmelden/projekt", "save", title="Nur ein Titel").url.path
    asked = send(browser, path, "discard", title="Nur ein Titel")
    assert "Entwurf löschen?" in asked.text
    assert browser.get(path).status_code == 200
    answer = browser.post(path, data=hidden(asked.text) | {"act": "discard"})
    assert "Der Entwurf ist gelöscht." in answer.text
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("act", ["save", "submit"])
def test_a_blank_form_leaves_no_draft(city: Town, act: str) -> None:
    browser = client(city, "agentur")
    answer = send(browser, "/anmelden/projekt", act, lead="Digital-Agentur")
    assert answer.status_code == 422
    assert "Geben Sie dem Projekt einen Titel." in answer.text
    assert "Ihr Entwurf ist gespeichert" not in answer.text
    assert "Ohne Titel" not in browser.get("/mein/eintraege").text


def test_nobody_begins_a_draft_of_what_is_no_published_project(city: Town) -> None:
    browser = client(city, "agentur")
    fields = hidden(browser.get("/anmelden/projekt").text) | PROJECT | {"act": "save"}
    city.catalog.withdraw("app", "lotsin", "")
    for id in ("baumkataster", "altkleider", "app", "gibt-es-nicht"):
        assert browser.post("/anmelden/projekt", data=fields | {"of": id}).status_code == 404, id
        assert browser.get(f"/anmelden/projekt?of={id}").status_code == 404, id


ODD = Metadata(
    kind="project",
    title={"de": "Radweg"},
    abstract={"und": "Kurz."},
    description={"de": "Lang.", "en": "Long."},
    phase=iri("phases", "umsetzung"),
    themes=(iri("themes", "ENVI"), "https://example.org/thema/1", iri("themes", "OP_DATPRO")),
    places=(
        Place(name={"de": "Bahnstadt"}, geometry="POINT (8.6 49.4)"),
        Place(name={"de": "Schwetzingen"}),
        Place(geometry="POINT (8 49)"),
    ),
    participants=(
        Participation(agent=Agent(id="umweltamt"), role=iri("roles", "federfuehrung")),
        Participation(
            agent=Agent(name={"de": "Amt A"}), role=iri("roles", "federfuehrung"), description={"de": "leitet"}
        ),
        Participation(agent=Agent(name={"de": "Amt B"}), role=iri("roles", "federfuehrung")),
        Participation(agent=Agent(name={"de": "Verein"}), role=iri("roles", "partner"), description={"de": "zählt"}),
        Participation(agent=Agent(name={"de": "Verein"}, homepage="https://v.example/"), role=iri("roles", "partner")),
        *(Participation(agent=Agent(name={"de": f"Betrieb {n}"}), role=iri("roles", "partner")) for n in range(40)),
        Participation(agent=Agent(name={"de": "Rat"}), role=iri("roles", "beirat")),
    ),
    contacts=(Contact(telephone="06221 000"), Contact(email="zweite@example.org")),
    period=Period(start="2026-01-15T10:00:00", end="Sommer"),
    links=(
        *(Link("uses", f"https://daten.example.org/{n}") for n in range(40)),
        Link("uses", "urn:uuid:1"),
        Link("related", "/id/pegel"),
    ),
    opportunities=(
        Opportunity(title={"de": "ohne Art"}),
        Opportunity(type=iri("opportunities", "testen"), ends="bald"),
    ),
    landing_page="ftp://alt.example.org/x",
)


@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_form_sent_back_as_it_was_shown_changes_nothing(city: Town, lang: Lang) -> None:
    context = FormContext("project", lang, Pages(city.catalog, city.settings).districts)
    for before in (ODD, *(one.metadata for one in city.catalog.store.find(Selection(kind="project")))):
        values = form.shown(before, context)
        made, wrong = form.read(values, before, context)
        assert wrong == []
        assert made == before


def test_the_form_in_one_language_says_nothing_in_the_other(city: Town) -> None:
    context = FormContext("project", "en", Pages(city.catalog, city.settings).districts)
    values = form.shown(ODD, context)
    assert (values["title"], values["abstract"], values["description"]) == ("", "Kurz.", "Long.")
    assert form.elsewhere(ODD, context)["title"].words == "Radweg"
    made, _ = form.read({**values, "abstract": "Brief."}, ODD, context)
    assert (made.title, made.abstract) == ({"de": "Radweg"}, {"en": "Brief."})
    assert form.missing(values, made, context) == []
    page = client(city, "agentur").get("/en/register/project?of=kuehle-wege").text
    assert re.search(r'In German it says: <span lang="de">Kühle Wege</span>', page)
    assert 'name="title" type="text" value=""' in page
    assert "<h1>Kühle Wege</h1>" in page


def test_what_the_form_does_not_show_stays_when_the_rest_is_changed(city: Town) -> None:
    context = FormContext("project", "de", Pages(city.catalog, city.settings).districts)
    values = form.shown(ODD, context)
    changed = {
        **values,
        "lead": "Amt C",
        **{name: "" for name in values if name.startswith("partner")},
        "uses": "",
        "themes": ("TRAN",),
        "places": ("bergheim",),
        "offer": "",
    }
    made, wrong = form.read(changed, ODD, context)
    assert wrong == [FieldError("offer", "Wählen Sie, wie man mitmachen kann.")]
    names = [(one.agent.name.get("de") or one.agent.id) for one in made.participants]
    assert names == ["Amt C", "umweltamt", *(f"Betrieb {n}" for n in range(27, 40)), "Rat"]
    assert [one.iri for one in made.links] == [
        *(f"https://daten.example.org/{n}" for n in range(30, 40)), "urn:uuid:1", "/id/pegel",
    ]  # fmt: skip
    assert made.themes == (iri("themes", "TRAN"), "https://example.org/thema/1", iri("themes", "OP_DATPRO"))
    assert [one.name.get("de") for one in made.places] == ["Schwetzingen", None, "Bergheim"]
    assert made.opportunities == ODD.opportunities
    made, wrong = form.read({**changed, "offer_end": ""}, ODD, context)
    assert (wrong, made.opportunities) == ([], ODD.opportunities[:1])


@pytest.mark.parametrize(
    ("text", "date"),
    [("2026", "2026"), ("3/2026", "2026-03"), ("15.3.2026", "2026-03-15"), ("15. März 2026", "2026-03-15")],
)
def test_dates_are_read_as_people_write_them(text: str, date: str) -> None:
    context = FormContext("project", "de")
    values = form.shown(Metadata(kind="project"), context) | {"start": text}
    made, wrong = form.read(values, Metadata(kind="project"), context)
    assert (made.period, wrong) == (Period(start=date), [])


@pytest.mark.parametrize("text", ["2026-02-31", "31.2.2026", "Frühjahr", "2026-13"])
def test_a_day_that_there_is_not_is_refused(text: str) -> None:
    context = FormContext("project", "de")
    values = form.shown(Metadata(kind="project"), context) | {"start": text}
    made, wrong = form.read(values, Metadata(kind="project"), context)
    assert made.period is None
    assert [one.field for one in wrong] == ["start"]


def test_a_similar_title_is_shown_with_its_page(city: Town) -> None:
    answer = send(client(city, "agentur"), "/anmelden/projekt", "save", title="Kühle Wege")
    assert "Ähnlich heißt schon:" in answer.text
    assert "/projekte/kuehle-wege" in answer.text


def test_an_edit_keeps_what_the_form_does_not_ask(city: Town) -> None:
    browser = client(city, "agentur")
    page = browser.get("/anmelden/projekt?of=kuehle-wege").text
    assert "Kühle Wege" in page
    fields = hidden(page) | {
        "title": "Kühlere Wege", "abstract": "Kurz.", "phase": "umsetzung", "lead": "Umweltamt", "themes": "ENVI",
        "email": "kuehle-wege@example.org", "places": "bahnstadt", "act": "submit", "partner": "Digital-Agentur",
        "offer": "testen", "offer_title": "Spaziergang",
    }  # fmt: skip
    assert browser.post("/anmelden/projekt", data=fields).status_code == 200
    (draft,) = drafts(city)
    send(client(city, "lotsin"), f"/freigabe/{draft.id}", "publish")
    record = city.catalog.store.existing("kuehle-wege")
    assert record.metadata.title == {"de": "Kühlere Wege"}
    assert len(record.metadata.milestones) == 4
    assert record.metadata.indicators
    texts = [one.description for one in record.metadata.participants]
    assert {"de": "entwickelt die Karte"} in texts
    assert {"de": "vertritt Menschen, die zu Fuß gehen"} in texts


def test_the_reviewer_sees_old_beside_new(city: Town) -> None:
    browser = client(city, "agentur")
    page = browser.get("/anmelden/projekt?of=pegel").text
    fields = hidden(page) | {**PROJECT, "title": "Pegel am Fluss", "act": "submit"}
    browser.post("/anmelden/projekt", data=fields)
    (draft,) = drafts(city)
    review = client(city, "lotsin").get(f"/freigabe/{draft.id}").text
    assert "<del>Neckar</del>" in review
    assert "<ins>Fluss</ins>" in review


def test_two_who_change_the_same_record_both_see_both_texts(city: Town) -> None:
    browser = client(city, "agentur")
    page = browser.get("/anmelden/projekt?of=pegel").text
    browser.post("/anmelden/projekt", data=hidden(page) | {**PROJECT, "title": "Pegel A", "act": "submit"})
    (draft,) = drafts(city)
    reviewer = client(city, "lotsin")
    seen = hidden(reviewer.get(f"/freigabe/{draft.id}").text)
    record = city.catalog.store.existing("pegel")
    city.catalog.revise("pegel", replace(record.metadata, title={"de": "Pegel B"}), record.number, "verwaltung")
    answer = reviewer.post(f"/freigabe/{draft.id}", data=seen | {"act": "publish"})
    assert answer.status_code == 409
    assert "Jemand war schneller" in answer.text
    assert "<del>B</del>" in answer.text
    assert "<ins>A</ins>" in answer.text
    assert city.catalog.store.existing("pegel").metadata.title == {"de": "Pegel B"}
    again = reviewer.post(f"/freigabe/{draft.id}", data=hidden(answer.text) | {"act": "publish"})
    assert again.status_code == 200
    assert city.catalog.store.existing("pegel").metadata.title == {"de": "Pegel A"}


def test_two_clicks_publish_once(city: Town) -> None:
    send(client(city, "agentur"), "/anmelden/projekt", "submit", **PROJECT)
    (draft,) = drafts(city)
    reviewer = client(city, "lotsin")
    fields = hidden(reviewer.get(f"/freigabe/{draft.id}").text) | {"act": "publish"}
    answers = [reviewer.post(f"/freigabe/{draft.id}", data=fields) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert "Darüber ist schon entschieden." in answers[1].text
    assert [one.id for one in city.catalog.store.find(Selection(kind="project")) if "wetter" in one.id] == [
        "wetter-im-quartier"
    ]


def test_a_draft_left_by_a_crash_after_publishing_is_the_same_record(
    city: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(client(city, "agentur"), "/anmelden/projekt", "submit", **PROJECT)
    (draft,) = drafts(city)
    reviewer = client(city, "lotsin")
    assert city.catalog.inbox is not None

    def crash(*_: object) -> None:
        raise OSError("the disk is away")

    with monkeypatch.context() as patched:
        patched.setattr(city.catalog.inbox, "close", crash)
        with suppress(OSError):
            assert send(reviewer, f"/freigabe/{draft.id}", "publish").status_code == 500
    assert drafts(city) == [draft]
    assert "Veröffentlicht:" in send(reviewer, f"/freigabe/{draft.id}", "publish").text
    assert drafts(city) == []
    assert [one.id for one in city.catalog.store.find(Selection(kind="project")) if "wetter" in one.id] == [
        "wetter-im-quartier"
    ]


def test_two_windows_on_one_draft_lose_nothing(city: Town) -> None:
    browser = client(city, "agentur")
    first = send(browser, "/anmelden/projekt", "save", title="Erste Fassung")
    path, old = first.url.path, hidden(first.text)
    browser.post(path, data=old | {"title": "Zweite Fassung", "act": "save"})
    answer = browser.post(path, data=old | {"title": "Dritte Fassung", "start": "bald", "act": "save"})
    assert answer.status_code == 409
    assert "<del>Zweite</del>" in answer.text
    assert "<ins>Dritte</ins>" in answer.text
    assert answer.text.count('role="alert"') == 1
    assert "Ihr Entwurf ist gespeichert" not in answer.text
    assert browser.post(path, data=hidden(answer.text) | {"title": "Dritte Fassung", "act": "save"}).status_code == 200


def test_a_question_goes_back_to_the_author_with_its_reason(city: Town) -> None:
    author = client(city, "agentur")
    send(author, "/anmelden/projekt", "submit", **PROJECT)
    (draft,) = drafts(city)
    reviewer = client(city, "lotsin")
    assert send(reviewer, f"/freigabe/{draft.id}", "return").status_code == 422
    send(reviewer, f"/freigabe/{draft.id}", "return", message="Wer liest die Werte ab?")
    assert "Rückfrage" in author.get("/mein/eintraege").text
    assert "Wer liest die Werte ab?" in author.get(f"/anmelden/projekt/{draft.id}").text


def test_nobody_decides_on_a_draft_of_their_own(city: Town) -> None:
    reviewer = client(city, "lotsin")
    send(reviewer, "/anmelden/projekt", "submit", **PROJECT)
    (draft,) = drafts(city)
    page = reviewer.get(f"/freigabe/{draft.id}").text
    assert "selbst geschrieben" in page
    token = hidden(reviewer.get("/anmelden/projekt").text)["token"]
    fields = {"token": token, "version": draft.version, "number": 0, "act": "publish"}
    assert reviewer.post(f"/freigabe/{draft.id}", data=fields).status_code == 403


def test_drafts_are_seen_by_their_author_and_the_reviewers_only(city: Town) -> None:
    send(client(city, "lotsin"), "/anmelden/projekt", "save", title="Geheim")
    assert city.catalog.inbox is not None
    assert city.catalog.people is not None
    account = city.catalog.people.get("lotsin")
    assert account is not None
    (draft,) = city.catalog.inbox.of_account(account)
    assert client(city, "agentur").get(f"/anmelden/projekt/{draft.id}").status_code == 403
    assert client(city).get(f"/anmelden/projekt/{draft.id}", follow_redirects=False).status_code == 303
    assert client(city, "agentur").get("/freigabe").status_code == 403


def test_the_form_speaks_english_too(city: Town) -> None:
    browser = client(city, "agentur")
    page = browser.get("/en/register/project").text
    assert '<html lang="en">' in page
    answer = send(browser, "/en/register/project", "submit", **(PROJECT | {"title": "Weather next door"}))
    assert answer.url.path == "/en/mine/entries"
    assert drafts(city)[0].metadata.title == {"en": "Weather next door"}


def test_a_way_to_take_part_without_a_title_is_said_at_its_field(city: Town) -> None:
    answer = send(client(city, "agentur"), "/anmelden/projekt", "submit", **PROJECT, offer="testen")
    assert answer.status_code == 422
    assert answer.text.count("Einer Möglichkeit mitzumachen fehlt Art oder Titel.") == 2
    assert '<a href="#offer_title">' in answer.text
    assert drafts(city) == []


@pytest.mark.parametrize("kind", ["project", "dataset"])
def test_a_draft_that_lacks_something_is_not_published_and_the_reviewer_sees_why(city: Town, kind: Kind) -> None:
    inbox, people = city.catalog.inbox, city.catalog.people
    assert inbox is not None
    assert people is not None
    author = people.get("agentur")
    assert author is not None
    draft = inbox.begin(Metadata(kind=kind, title={"de": "Halbes"}), author, "digital-agentur")
    inbox.submit(draft.id, author, draft.version)  # as an earlier version or another way in would
    reviewer = client(city, "lotsin")
    answer = send(reviewer, f"/freigabe/{draft.id}", "publish", message="Danke.")
    assert answer.status_code == 422
    assert "Nichts ist veröffentlicht." in answer.text
    sentence = {"project": "Es fehlt eine Kurzfassung.", "dataset": "Es fehlt eine Beschreibung."}[kind]
    assert sentence in answer.text
    assert ">Danke.</textarea>" in answer.text
    assert city.catalog.store.get("halbes") is None
    assert [one.id for one in drafts(city)] == [draft.id]


def test_a_harvested_project_is_corrected_though_its_source_lacks_much(city: Town) -> None:
    said = Metadata(kind="project", title={"de": "Fremdes Vorhaben"})
    source = Source(name="nachbarn", kind="json", url="https://nachbarn.example.org/")
    (taken,) = city.catalog.take(source, [Step(action="add", remote_id="1", metadata=said)])
    city.catalog.sync()
    browser = client(city, "agentur")
    path = f"/anmelden/projekt?of={taken.id}"
    assert "Eingereicht" in send(browser, path, "submit", title="Nachbars Vorhaben").text
    (draft,) = drafts(city)
    assert "Veröffentlicht:" in send(client(city, "lotsin"), f"/freigabe/{draft.id}", "publish").text
    record = city.catalog.store.existing(taken.id)
    assert record.metadata == replace(said, title={"de": "Nachbars Vorhaben"})
    assert [override.field for override in record.overrides] == ["title"]


def test_a_form_says_until_when_the_session_lasts_and_how_long_a_text_is(city: Town) -> None:
    client = browser(city, "agentur", follow=True)
    send(client, "/anmelden/projekt", "continue", **PROJECT)
    path = drafts_of_author(city)[0].id
    page = client.get(f"/anmelden/projekt/{path}/worum").text
    assert "Ihre Anmeldung gilt bis" in page
    assert 'data-session-ends="20' in page
    assert 'data-counts="abstract" data-words="{number} von 300 Zeichen"' in page
