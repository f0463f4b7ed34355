"""Letters reach a real SMTP server; what it refuses or does not answer is not lost.

Covers: registry/letters/sending.py, registry/letters/mailboxes.py
"""

import contextlib
import smtplib
import threading
import time
from collections.abc import Iterator

import pytest

from registry.errors import UsageError
from registry.letters.letter import Letter, Paragraph, Sender
from registry.letters.mailboxes import Mailbox, mailboxes_of, open_mailboxes
from registry.letters.outbox import Outbox, open_outbox
from registry.letters.sending import run, send_due, sender
from registry.settings import MailServer, Settings, load, mail_server
from registry.store.database import reading
from tests.servers import mail
from tests.waiting import wait_for

SENDER = Sender("Lotse", "lotse@stadt.example", "https://lotse.example")


@pytest.fixture
def outbox(database_url: str) -> Outbox:
    return open_outbox(database_url)


@contextlib.contextmanager
def running(outbox: Outbox, settings: Settings, threads: int = 1) -> Iterator[None]:
    """What sends letters, in threads that end with the block."""
    stop = threading.Event()
    senders = [threading.Thread(target=run, args=(outbox, settings, stop), daemon=True) for _ in range(threads)]
    for thread in senders:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in senders:
            thread.join(30)


def letter(to: str = "anna@stadt.example", subject: str = "Frage") -> Letter:
    return Letter(to=to, subject=subject, paragraphs=(Paragraph("Bitte kürzer."),))


def test_letters_are_sent_once_and_leave_nothing_behind(outbox: Outbox) -> None:
    outbox.put(letter(), letter(subject="Zweite"))
    with mail.mail_server() as server:
        settings = Settings(mail=server.url, base_url="https://lotse.example")
        with running(outbox, settings, threads=3):
            wait_for(lambda: outbox.count() == 0)
        assert sorted(sent["Subject"] for sent in server.letters("anna@stadt.example")) == ["Frage", "Zweite"]
        assert server.letters()[0]["From"] == "Lotse <lotse@lotse.example>"
        assert "Bitte kürzer." in server.letters()[0].get_body(("plain",)).get_content()


def test_nothing_is_lost_while_the_server_is_away(outbox: Outbox) -> None:
    outbox.put(letter(), letter())

    def away() -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", mail.free_port(), timeout=5)

    assert send_due(outbox, away, SENDER) == 2
    assert [waiting.tries for waiting in outbox.newest(5)] == [1, 1]
    for waiting in outbox.newest(5):
        assert waiting.fault
        outbox.retry(waiting.id)
    with mail.mail_server() as server:
        assert send_due(outbox, lambda: smtplib.SMTP("127.0.0.1", server.controller.port), SENDER) == 2
        assert len(server.letters()) == 2
    assert outbox.newest(5) == []


def test_one_refused_address_holds_up_no_other_letter(outbox: Outbox) -> None:
    with mail.mail_server() as server:
        server.answers = {"weg@stadt.example": "550 no such user", "voll@stadt.example": "452 mailbox full"}
        outbox.put(letter("weg@stadt.example"), letter("voll@stadt.example"), letter())
        send_due(outbox, lambda: smtplib.SMTP("127.0.0.1", server.controller.port), SENDER)
        assert [sent["To"] for sent in server.letters()] == ["anna@stadt.example"]
    kept = {waiting.letter.to: (waiting.state, waiting.fault) for waiting in outbox.newest(5)}
    assert kept == {
        "weg@stadt.example": ("refused", "550 no such user"),
        "voll@stadt.example": ("waiting", "452 mailbox full"),
    }


def test_a_password_is_not_sent_without_encryption(outbox: Outbox) -> None:
    outbox.put(letter())
    with mail.mail_server() as server:
        settings = Settings(mail=server.url.replace("//", "//anna:geheim@"))
        with running(outbox, settings):
            wait_for(lambda: outbox.newest(1)[0].tries == 1)
        assert server.raw == []
    assert "STARTTLS" in outbox.newest(1)[0].fault


def test_without_the_setting_letters_wait(outbox: Outbox) -> None:
    outbox.put(letter())
    started = time.monotonic()
    run(outbox, Settings(), threading.Event())
    assert time.monotonic() < started + 5
    assert outbox.count() == 1


def test_the_address_of_the_mail_server() -> None:
    assert mail_server("smtp://mail.example:2525") == MailServer("mail.example", 2525, "", "", False)
    assert mail_server("smtps://a%40b:p%3Aw@mail.example") == MailServer("mail.example", 465, "a@b", "p:w", True)
    assert mail_server("smtp://a:b@mail.example").port == 587
    for wrong in ("mail.example", "http://mail.example", "smtp://", "smtp://mail.example:x", "smtp://m.example/x"):
        with pytest.raises(UsageError):
            load({"LOTSE_MAIL": wrong})
    with pytest.raises(UsageError):
        load({"LOTSE_MAIL_FROM": "Lotse <a@b.example>"})
    assert sender(Settings(mail_from="a@b.example")).address == "a@b.example"


def test_an_account_has_at_most_one_address(database_url: str) -> None:
    mailboxes = open_mailboxes(database_url)
    mailboxes.set("anna", " anna@stadt.example ", "en", weekly=False)
    assert mailboxes.get("anna") == Mailbox("anna", "anna@stadt.example", "en", weekly=False)
    mailboxes.set("anna", "neu@stadt.example", "xx")
    assert mailboxes.all() == [Mailbox("anna", "neu@stadt.example", "de", weekly=True)]
    with pytest.raises(UsageError):
        mailboxes.set("anna", "anna@stadt.example\nBcc: alle@welt.example")
    mailboxes.set("anna", "")
    assert mailboxes.get("anna") is None


def test_a_name_that_is_an_address_is_one(database_url: str) -> None:
    mailboxes = open_mailboxes(database_url)
    with reading(mailboxes._engine) as connection:
        assert mailboxes_of(connection, ["anna@stadt.example", "berta"]) == {
            "anna@stadt.example": Mailbox("anna@stadt.example", "anna@stadt.example")
        }
