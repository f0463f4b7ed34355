"""Following by e-mail: confirmed, told of news once, changed and ended by a link, read from a real SMTP server.

Covers: api/visitors/alerts.py, api/visitors/digests.py, api/visitors/followed.py, api/commands/follow.py
"""

import re
import threading
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

from msgspec.structs import replace
from starlette.testclient import TestClient

from api.app import create_app
from api.pages.site import Pages
from api.visitors.digests import write_due
from registry.letters import sending
from registry.model import Record
from tests.api.visitors.conftest import HTML
from tests.builders import a_dataset
from tests.servers import mail
from tests.town import Town
from tests.waiting import wait_for

LATER = timedelta(days=8)


def fields_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.partition("<main")[2]))


def ask(client: TestClient, address: str, email: str = "erika@example.org", **entered: str):  # type: ignore[no-untyped-def]
    fields = {name: value.replace("&amp;", "&") for name, value in fields_of(client.get(address).text).items()}
    return client.post(urlsplit(address).path, data=fields | {"email": email} | entered)


def sent(city: Town) -> list[EmailMessage]:
    """What a real mail server gets of all letters that wait."""
    with mail.mail_server() as server:
        settings = replace(city.settings, mail=server.url)
        stop = threading.Event()
        thread = threading.Thread(target=sending.run, args=(city.catalog.outbox, settings, stop), daemon=True)
        thread.start()
        wait_for(lambda: city.catalog.outbox.count() == 0)
        stop.set()
        thread.join(30)
        return server.letters()


def links(letter: EmailMessage) -> list[str]:
    body = letter.get_body(("plain",))
    assert body is not None
    return [
        urlsplit(link)._replace(scheme="", netloc="").geturl()
        for link in re.findall(r"https?://\S+", body.get_content())
    ]


def follow(client: TestClient, city: Town, address: str, **entered: str) -> str:
    """Follows and confirms; the query that is stored."""
    assert ask(client, address, **entered).status_code == 303
    (letter,) = sent(city)
    (link,) = [link for link in links(letter) if "token=" in link]
    assert city.catalog.following.subscriptions.all() == []
    client.post(urlsplit(link).path, data=fields_of(client.get(link).text))
    return city.catalog.following.subscriptions.all()[-1].query


def write(city: Town, later: timedelta = LATER) -> int:
    now = datetime.now(UTC)
    return write_due(Pages(city.catalog, city.settings), now, now + later)


def put(city: Town, id: str, title: str) -> None:
    city.catalog.store.put([Record(id=id, said=a_dataset(title, themes=()))], "test")
    city.catalog.sync()


def test_a_search_is_followed_from_confirmation_to_the_end(visitor: TestClient, own_city: Town) -> None:
    page = visitor.get("/suche?q=spielplatz").text
    (address,) = set(re.findall(r'href="(/abo\?[^"]+)"', page))
    assert follow(visitor, own_city, address, rhythm="weekly") == "q=spielplatz"
    (entry,) = own_city.catalog.following.subscriptions.all()
    assert (entry.address, entry.rhythm, entry.lang) == ("erika@example.org", "weekly", "de")
    assert write(own_city) == 0  # nothing new, no letter
    put(own_city, "spielplaetze", "Spielplätze")
    put(own_city, "anderes", "Ganz anderes")
    assert write(own_city) == 1
    assert write(own_city) == 0
    (letter,) = sent(own_city)
    assert letter["To"] == "erika@example.org"
    assert letter["Subject"] == "Neues zu: „spielplatz“"
    body = letter.get_body(("plain",))
    assert body is not None
    assert "Neu: Spielplätze (Datensatz)" in body.get_content()
    assert "Ganz anderes" not in body.get_content()
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    target = urlsplit(letter["List-Unsubscribe"].strip("<>"))
    answer = TestClient(own_city.app).post(
        f"{target.path}?{target.query}",
        data={"List-Unsubscribe": "One-Click"},
        headers={"origin": "https://mail.example"},
    )
    assert answer.status_code == 200
    assert own_city.catalog.following.subscriptions.all() == []
    again = visitor.get(f"{target.path}?{target.query}")
    assert "Das Abo ist beendet" in again.text


def test_opening_a_link_changes_nothing(visitor: TestClient, own_city: Town) -> None:
    ask(visitor, "/abo?record=pegel")
    (letter,) = sent(own_city)
    (link,) = [link for link in links(letter) if "token=" in link]
    assert "Abo bestätigen" in visitor.get(link).text
    assert own_city.catalog.following.subscriptions.all() == []
    assert visitor.get("/abo/bestaetigen?token=falsch").status_code == 400
    assert visitor.post("/abo/beenden?token=falsch").status_code == 400


def test_a_record_is_followed_until_it_is_withdrawn(visitor: TestClient, own_city: Town) -> None:
    assert 'href="/abo?record=pegel"' in visitor.get("/projekte/pegel").text
    assert follow(visitor, own_city, "/abo?record=pegel") == "record=pegel"
    record = own_city.catalog.store.existing("pegel")
    own_city.catalog.store.put([replace(record, said=replace(record.said, abstract={"de": "Jede Stunde."}))], "test")
    own_city.catalog.sync()
    assert write(own_city) == 1
    own_city.catalog.withdraw("pegel", "redaktion", "zu Ende")
    own_city.catalog.sync()
    assert write(own_city) == 1
    bodies = [letter.get_body(("plain",)).get_content() for letter in sent(own_city)]  # type: ignore[union-attr]
    assert [("Geändert: Pegel" in body, "Zurückgezogen: Pegel" in body) for body in bodies] == [
        (True, False),
        (False, True),
    ]


def test_what_was_asked_for_is_still_named_while_the_letter_is_on_its_way(visitor: TestClient, own_city: Town) -> None:
    waits = visitor.get(ask(visitor, "/abo").headers["location"]).text
    assert "E-Mail geschickt" not in waits, "no mail server is set"
    assert "hat keinen Mailserver" in waits
    settings = replace(own_city.settings, mail="smtp://mail.example")
    visitor = TestClient(create_app(own_city.catalog, settings), headers=HTML, follow_redirects=False)
    for address, label in (("/abo?record=pegel", "Pegel"), ("/abo?q=spielplatz", "spielplatz"), ("/abo", "alles Neue")):
        answer = ask(visitor, address)
        page = visitor.get(answer.headers["location"]).text.partition("<main")[2]
        assert "Wir haben Ihnen eine E-Mail geschickt" in page, address
        assert label in page, address


def test_an_organization_is_followed_by_what_it_publishes_and_takes_part_in(
    visitor: TestClient, own_city: Town
) -> None:
    assert follow(visitor, own_city, "/abo?organization=digital-agentur") == "organization=digital-agentur"
    for id in ("kuehle-wege", "street-trees", "radwegenetz"):
        record = own_city.catalog.store.existing(id)
        own_city.catalog.store.put([replace(record, said=replace(record.said, version="2"))], "test")
    own_city.catalog.sync()
    assert write(own_city) == 1
    (letter,) = sent(own_city)
    body = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Kühle Wege" in body
    assert "Street trees" in body
    assert "Radwegenetz" not in body


def test_a_district_is_named_in_words(visitor: TestClient) -> None:
    page = visitor.get("/stadtteile/bahnstadt").text
    assert 'href="/abo?district=bahnstadt"' in page
    page = visitor.get("/abo?district=bahnstadt&kind=event").text
    assert "Stadtteil: Bahnstadt" in page
    assert 'href="/feed.atom?kind=event&amp;district=bahnstadt"' in page
    assert 'href="/suche.ics?kind=event&amp;district=bahnstadt"' in page
    assert ".ics" not in visitor.get("/abo?kind=dataset").text


def test_subscriptions_are_changed_and_ended_by_the_link_of_a_letter(visitor: TestClient, own_city: Town) -> None:
    follow(visitor, own_city, "/abo?record=pegel")
    own_city.catalog.following.subscriptions.add("erika@example.org", "q=rad", "daily", "de", 0)
    other = own_city.catalog.following.subscriptions.add("fremd@example.org", "q=rad", "daily", "de", 0)
    put(own_city, "radkarte", "Radkarte")
    write(own_city)
    letter = next(letter for letter in sent(own_city) if letter["To"] == "erika@example.org")
    (link,) = [link for link in links(letter) if "/verwalten" in link]
    page = visitor.get(link).text
    assert page.count("Abo beenden") == 2
    token = fields_of(page)["token"]
    ids = {entry.query: entry.id for entry in own_city.catalog.following.subscriptions.of_address("erika@example.org")}
    visitor.post("/abo/verwalten", data={"token": token, "id": ids["record=pegel"], "rhythm": "weekly", "act": "save"})
    assert own_city.catalog.following.subscriptions.get(ids["record=pegel"]).rhythm == "weekly"
    assert visitor.post("/abo/verwalten", data={"token": token, "id": other.id, "act": "end"}).status_code == 404
    visitor.post("/abo/verwalten", data={"token": token, "act": "all"})
    assert [entry.address for entry in own_city.catalog.following.subscriptions.all()] == ["fremd@example.org"]


def test_a_wrong_address_is_said(visitor: TestClient, own_city: Town) -> None:
    answer = ask(visitor, "/abo?record=pegel", email="kein Postfach")
    assert answer.status_code == 422
    assert 'value="record=pegel"' in answer.text
    assert own_city.catalog.outbox.count() == 0


def test_only_what_the_catalogue_shows_can_be_followed(visitor: TestClient, own_city: Town) -> None:
    own_city.catalog.withdraw("pegel", "redaktion", "zu Ende")
    for query in ("record=gibt es nicht", "record=pegel", "organization=gibt es nicht"):
        assert ask(visitor, "/abo", query=query).status_code in (404, 410), query
    assert own_city.catalog.outbox.count() == 0


def test_nobody_gets_letters_without_end_to_confirm(visitor: TestClient, own_city: Town) -> None:
    answers = [ask(visitor, "/abo?record=pegel").status_code for _ in range(7)]
    assert answers[-1] == 429
    assert own_city.catalog.outbox.count() <= 5


def test_a_restored_store_does_not_tell_old_news_or_fail(own_city: Town) -> None:
    own_city.catalog.following.subscriptions.add(
        "a@example.org", "", "daily", "de", own_city.catalog.store.last() + 1000
    )
    assert write(own_city) == 0
    put(own_city, "neues", "Neues")
    assert write(own_city) == 1


def test_each_record_has_a_feed_of_its_changes(visitor: TestClient) -> None:
    answer = visitor.get("/projekte/pegel.atom")
    assert answer.headers["content-type"] == "application/atom+xml"
    assert "Pegel am Neckar: aufgenommen" in answer.text
    assert visitor.get("/en/datasets/pegel.atom").headers["location"] == "/en/projects/pegel.atom"


def test_the_english_pages(visitor: TestClient, own_city: Town) -> None:
    page = visitor.get("/en/alerts?theme=TRAN").text
    assert "Topic: Transport" in page
    ask(visitor, "/en/alerts?theme=TRAN")
    (letter,) = sent(own_city)
    assert letter["Subject"].startswith("Please confirm:")
    assert any(link.startswith("/en/alerts/confirm") for link in links(letter))
