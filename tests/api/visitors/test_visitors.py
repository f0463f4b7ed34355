"""What visitors send: forms without an account, their limits, the decision of the editors, wishes and their support.

Covers: api/visitors/routes.py, api/visitors/messages.py, api/visitors/guard.py, api/visitors/moderation.py,
api/visitors/wishes.py
"""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from api.visitors import guard
from tests.sample_city import PASSWORD
from tests.town import Town

HTML = {"accept": "text/html"}


def fields_of(page: str) -> dict[str, str]:
    main = page.partition("<main")[2]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main))


def send(client: TestClient, address: str, **entered: str):  # type: ignore[no-untyped-def]
    page = client.get(address)
    assert page.status_code == 200
    return client.post(urlsplit(address).path, data=fields_of(page.text) | entered)


def editor(city: Town) -> TestClient:
    client = TestClient(city.app, headers=HTML, follow_redirects=False)
    client.post("/konto/anmelden", data={"name": "verwaltung", "password": PASSWORD})
    return client


def decide(client: TestClient, id: str, **entered: str):  # type: ignore[no-untyped-def]
    token = fields_of(client.get("/administration/meldungen").text)["token"]
    return client.post(f"/administration/meldungen/{id}", data={"token": token} | entered)


# -- reports


def test_a_report_knows_its_page_and_reaches_the_editors(visitor: TestClient, own_city: Town) -> None:
    page = visitor.get("/daten/baumkataster").text
    (address,) = re.findall(r'href="(/melden\?[^"]+)"', page)
    assert parse_qs(urlsplit(address).query) == {"at": ["/daten/baumkataster"]}
    answer = send(visitor, address, text="Der Link zur Datei führt ins Leere.")
    assert answer.headers["location"] == "/melden?sent&at=%2Fdaten%2Fbaumkataster"
    thanks = visitor.get(answer.headers["location"]).text
    assert "Ihre Meldung ist angekommen" in thanks
    assert '<a href="/daten/baumkataster">Zurück zur Seite</a>' in thanks
    assert "Zur Startseite" in visitor.get("/melden?sent").text
    (message,) = own_city.catalog.messages.waiting()
    assert (message.kind, message.page, message.record) == ("report", "/daten/baumkataster", "baumkataster")
    (letter,) = own_city.catalog.outbox.newest(5)
    assert letter.letter.to == "daten@example.org"
    assert ">Baumkataster</a>" in visitor.get(address).text.partition("<main")[2]
    (contact,) = own_city.catalog.store.existing("baumkataster").metadata.contacts
    assert f"<option>{contact.email}</option>" in editor(own_city).get("/administration/meldungen").text


@pytest.mark.parametrize("at", ["/daten", "/daten/gibt-es-nicht", "/daten/baumkataster/verlauf", "/ueber", "//"])
def test_a_report_may_be_about_any_page(visitor: TestClient, own_city: Town, at: str) -> None:
    assert send(visitor, f"/melden?at={at}", text="Hier steht nichts.").status_code == 303
    assert [message.record for message in own_city.catalog.messages.waiting()] == [""]


@pytest.mark.parametrize("at", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_no_page_of_another_site_is_named(visitor: TestClient, at: str) -> None:
    assert "evil" not in visitor.get("/melden", params={"at": at}).text.partition("<main")[2].partition("<footer")[0]


def test_what_is_missing_is_said_and_nothing_is_lost(visitor: TestClient, own_city: Town) -> None:
    answer = send(visitor, "/melden", text="kurz", email="kein Postfach")
    assert answer.status_code == 422
    assert "Schreiben Sie einen Satz." in answer.text
    assert "name@example.org" in answer.text
    assert 'value="kein Postfach"' in answer.text
    assert own_city.catalog.messages.waiting() == []


def test_text_of_visitors_is_escaped(visitor: TestClient, own_city: Town) -> None:
    send(visitor, "/melden", text="<script>alert(1)</script> und mehr")
    assert "<script>alert" not in editor(own_city).get("/administration/meldungen").text


# -- limits


def test_the_trap_and_the_clock(visitor: TestClient, own_city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    trapped = send(visitor, "/melden", text="Werbung für etwas", website="https://spam.example")
    assert trapped.status_code == 422
    monkeypatch.setattr(guard, "MIN_SECONDS", 60)
    fast = send(visitor, "/melden", text="Sehr schnell geschrieben")
    assert fast.status_code == 422
    assert "Sehr schnell geschrieben" in fast.text
    forged = visitor.post("/melden", data={"text": "Ohne Stempel gesendet", "stamp": "x"})
    assert forged.status_code == 422
    assert own_city.catalog.messages.waiting() == []


def test_too_many_from_one_network_are_refused(visitor: TestClient, own_city: Town) -> None:
    answers = [send(visitor, "/melden", text=f"Meldung Nummer {number}").status_code for number in range(7)]
    assert answers[:5] == [303] * 5
    assert answers[-1] == 429
    assert len(own_city.catalog.messages.waiting()) == 5


def test_another_site_cannot_send(visitor: TestClient) -> None:
    answer = visitor.post("/melden", data={"text": "Von woanders"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


# -- interest


def test_interest_goes_to_the_office_after_a_look(visitor: TestClient, own_city: Town) -> None:
    page = visitor.get("/projekte/kuehle-wege").text
    (address,) = re.findall(r'href="(/interesse\?[^"]+)"', page)
    address = address.replace("&amp;", "&")
    assert send(visitor, address, text="Wir haben Messgeräte.").status_code == 422  # the address is needed here
    entered = {"text": "Wir haben Messgeräte.", "email": "betrieb@example.org", "name": "Muster GmbH"}
    assert send(visitor, address, **entered).status_code == 303
    (message,) = own_city.catalog.messages.waiting()
    assert message.subject == "Partner gesucht: Messgeräte"
    verwaltung = editor(own_city)
    assert decide(verwaltung, message.id, act="forward", to="fremd@example.org").status_code == 400
    assert decide(verwaltung, message.id, act="forward", to="kuehle-wege@example.org").status_code == 303
    letter = own_city.catalog.outbox.newest(1)[0].letter
    assert letter.to == "kuehle-wege@example.org"
    assert "betrieb@example.org" in str(letter.paragraphs)
    assert own_city.catalog.messages.get(message.id).email == ""


def test_a_form_about_an_entry_that_is_not_there(visitor: TestClient) -> None:
    assert visitor.get("/interesse?record=gibt-es-nicht").status_code == 404
    assert visitor.get("/frage").status_code == 404


# -- questions


def test_a_question_is_answered_in_public(visitor: TestClient, own_city: Town) -> None:
    assert "Noch hat niemand gefragt." in visitor.get("/projekte/pegel").text
    assert send(visitor, "/frage?record=pegel", text="Wie oft wird gemessen?").status_code == 303
    assert "Wie oft wird gemessen?" not in visitor.get("/projekte/pegel").text
    (message,) = own_city.catalog.messages.waiting()
    verwaltung = editor(own_city)
    decide(verwaltung, message.id, act="publish")
    page = visitor.get("/projekte/pegel").text
    assert "Wie oft wird gemessen?" in page
    assert "Noch ohne Antwort." in page
    assert own_city.catalog.outbox.newest(1)[0].letter.to == "pegel@example.org"  # the office is asked
    decide(verwaltung, message.id, act="publish", answer="Alle **zehn** Minuten. <script>x</script>")
    page = visitor.get("/projekte/pegel").text
    assert "<strong>zehn</strong> Minuten" in page
    assert "<script>x" not in page
    decide(verwaltung, message.id, act="reject")
    assert "Wie oft wird gemessen?" not in visitor.get("/projekte/pegel").text


def test_only_editors_decide(visitor: TestClient, own_city: Town) -> None:
    send(visitor, "/frage?record=pegel", text="Wie oft wird gemessen?")
    (message,) = own_city.catalog.messages.waiting()
    assert visitor.get("/administration/meldungen").headers["location"].startswith("/konto/anmelden")
    assert visitor.post(f"/administration/meldungen/{message.id}", data={"act": "publish"}).status_code == 401
    member = TestClient(own_city.app, headers=HTML, follow_redirects=False)
    member.post("/konto/anmelden", data={"name": "agentur", "password": PASSWORD})
    assert member.get("/administration/meldungen").status_code == 403
    assert own_city.catalog.messages.get(message.id).state == "waiting"


# -- wishes


def a_wish(visitor: TestClient, city: Town) -> str:
    assert (
        send(visitor, "/wuensche?q=B%C3%A4nke", subject="Sitzbänke", text="Für eine Karte der Wege.").status_code == 303
    )
    (message,) = city.catalog.messages.waiting()
    decide(editor(city), message.id, act="publish")
    return message.id


def test_a_wish_appears_after_a_look_and_search_leads_to_it(visitor: TestClient, own_city: Town) -> None:
    assert 'href="/wuensche?q=xyzzy"' in visitor.get("/suche?q=xyzzy").text
    assert 'value="xyzzy"' in visitor.get("/wuensche?q=xyzzy").text
    id = a_wish(visitor, own_city)
    assert f'href="/wuensche/{id}"' in visitor.get("/wuensche").text
    assert visitor.get("/en/wishes").status_code == 200
    assert visitor.get(f"/en/wishes/{id}").status_code == 200


def test_support_counts_after_the_address_is_confirmed_and_once(visitor: TestClient, own_city: Town) -> None:
    id = a_wish(visitor, own_city)
    page = f"/wuensche/{id}"
    for _ in range(2):
        assert send(visitor, page, email="Erika@example.org").headers["location"] == f"{page}?asked"
        assert own_city.catalog.messages.supports([id])[id] <= 1
        letter = own_city.catalog.outbox.newest(1)[0].letter
        assert letter.to == "Erika@example.org"
        link = next(part for part in letter.paragraphs if part.query)
        address = link.address("", "de")
        assert "erika" not in address.lower()
        shown = visitor.get(address)
        assert "Unterstützung bestätigen" in shown.text
        visitor.post("/wuensche/unterstuetzen", data=fields_of(shown.text))
    assert own_city.catalog.messages.supports([id]) == {id: 1}
    assert visitor.get("/wuensche/unterstuetzen?token=x").status_code == 400


def test_an_account_supports_at_once(visitor: TestClient, own_city: Town) -> None:
    id = a_wish(visitor, own_city)
    verwaltung = editor(own_city)
    assert send(verwaltung, f"/wuensche/{id}").headers["location"] == f"/wuensche/{id}?supported"
    assert send(verwaltung, f"/wuensche/{id}").headers["location"] == f"/wuensche/{id}?known"


def test_what_waits_has_no_page(visitor: TestClient, own_city: Town) -> None:
    send(visitor, "/wuensche", subject="Geheimes", text="Noch nicht gelesen.")
    (message,) = own_city.catalog.messages.waiting()
    assert visitor.get(f"/wuensche/{message.id}").status_code == 404
    assert visitor.get("/wuensche/gibt-es-nicht").status_code == 404
