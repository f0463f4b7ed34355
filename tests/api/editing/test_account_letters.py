"""Where an account says where its letters go."""

from tests.signed_in import browser, send
from tests.town import Town

PATH = "/konto/nachrichten"


def test_an_address_is_stored_and_written_to(city: Town) -> None:
    author = browser(city, "agentur", follow=True)
    assert 'value=""' in author.get(PATH).text
    page = send(author, PATH, "save", email="agentur@stadt.example", lang="en", weekly="1").text
    assert "Gespeichert." in page
    assert 'value="agentur@stadt.example"' in page
    mailbox = city.catalog.mailboxes.get("agentur")
    assert mailbox
    assert (mailbox.address, mailbox.lang, mailbox.weekly) == ("agentur@stadt.example", "en", True)
    assert [waiting.letter.to for waiting in city.catalog.outbox.newest(9)] == ["agentur@stadt.example"]
    send(author, PATH, "save", email="agentur@stadt.example", lang="de")
    assert len(city.catalog.outbox.newest(9)) == 1
    send(author, PATH, "save", email="", lang="de")
    assert city.catalog.mailboxes.get("agentur") is None


def test_the_former_address_hears_of_a_change_and_it_is_in_the_audit_log(city: Town) -> None:
    author = browser(city, "agentur", follow=True)
    send(author, PATH, "save", email="alt@stadt.example", lang="de")
    send(author, PATH, "save", email="neu@stadt.example", lang="de")
    assert [waiting.letter.to for waiting in city.catalog.outbox.newest(2)] == [
        "alt@stadt.example",
        "neu@stadt.example",
    ]
    send(author, PATH, "save", email="", lang="de")
    assert city.catalog.outbox.newest(1)[0].letter.to == "neu@stadt.example"
    assert [entry.act for entry in city.catalog.people.audit.newest(3)] == ["change-address"] * 3


def test_what_is_no_address_is_said_at_the_field(city: Town) -> None:
    answer = send(browser(city, "agentur"), PATH, "save", email="agentur@", lang="de")
    assert answer.status_code == 422
    assert 'value="agentur@"' in answer.text
    assert "wie name@stadt.example" in answer.text
    assert city.catalog.mailboxes.get("agentur") is None


def test_the_page_needs_an_account(city: Town) -> None:
    assert browser(city).get(PATH).status_code in (303, 401)
