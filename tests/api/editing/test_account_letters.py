"""Where an account says where its letters go."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.people.sessions import _SESSIONS
from registry.store.database import writing
from tests.sample_city import PASSWORD
from tests.signed_in import browser, send
from tests.town import Town

PATH = "/konto/nachrichten"


def test_an_address_is_stored_and_written_to(city: Town) -> None:
    author = browser(city, "agentur", follow=True)
    assert 'value=""' in author.get(PATH).text
    page = send(author, PATH, "save", email="agentur@stadt.example", current=PASSWORD, lang="en", weekly="1").text
    assert "Gespeichert." in page
    assert 'value="agentur@stadt.example"' in page
    mailbox = city.catalog.mailboxes.get("agentur")
    assert mailbox
    assert (mailbox.address, mailbox.lang, mailbox.weekly) == ("agentur@stadt.example", "en", True)
    assert [waiting.letter.to for waiting in city.catalog.outbox.newest(9)] == ["agentur@stadt.example"]
    send(author, PATH, "save", email="agentur@stadt.example", current=PASSWORD, lang="de")
    assert len(city.catalog.outbox.newest(9)) == 1
    send(author, PATH, "save", email="", current=PASSWORD, lang="de")
    assert city.catalog.mailboxes.get("agentur") is None


def test_the_former_address_hears_of_a_change_and_it_is_in_the_audit_log(city: Town) -> None:
    author = browser(city, "agentur", follow=True)
    send(author, PATH, "save", email="alt@stadt.example", current=PASSWORD, lang="de")
    send(author, PATH, "save", email="neu@stadt.example", current=PASSWORD, lang="de")
    assert [waiting.letter.to for waiting in city.catalog.outbox.newest(2)] == [
        "alt@stadt.example",
        "neu@stadt.example",
    ]
    send(author, PATH, "save", email="", current=PASSWORD, lang="de")
    assert city.catalog.outbox.newest(1)[0].letter.to == "neu@stadt.example"
    assert [entry.act for entry in city.catalog.people.audit.newest(3)] == ["change-address"] * 3


def test_a_change_of_the_address_asks_for_the_password_and_other_changes_do_not(city: Town) -> None:
    author = browser(city, "agentur")
    refused = send(author, PATH, "save", email="neu@stadt.example", lang="de", current="falsch")
    assert refused.status_code == 422
    assert "Das ist nicht Ihr Passwort." in refused.text
    assert 'value="neu@stadt.example"' in refused.text, "what was entered stays"
    assert city.catalog.mailboxes.get("agentur") is None
    send(author, PATH, "save", email="neu@stadt.example", lang="de", current=PASSWORD)
    assert send(author, PATH, "save", email="neu@stadt.example", lang="en").status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(1, 303), (16, 422)])
def test_who_has_just_signed_in_with_a_passkey_needs_no_password(city: Town, minutes: int, status: int) -> None:
    author = browser(city, "agentur")
    with writing(city.catalog.store.engine) as connection:
        begun = datetime.now(UTC) - timedelta(minutes=minutes)
        connection.execute(_SESSIONS.update().filter_by(account="agentur").values(method="passkey", begun=begun))
    page = author.get(PATH).text
    assert ('name="current"' in page) == (status == 422)
    assert send(author, PATH, "save", email=f"{minutes}@stadt.example", lang="de").status_code == status


def test_what_is_no_address_is_said_at_the_field(city: Town) -> None:
    answer = send(browser(city, "agentur"), PATH, "save", email="agentur@", current=PASSWORD, lang="de")
    assert answer.status_code == 422
    assert 'value="agentur@"' in answer.text
    assert "wie name@stadt.example" in answer.text
    mailbox = city.catalog.mailboxes.get("agentur")
    assert mailbox is None or mailbox.address != "agentur@"


def test_the_page_needs_an_account(city: Town) -> None:
    assert browser(city).get(PATH).status_code in (303, 401)
