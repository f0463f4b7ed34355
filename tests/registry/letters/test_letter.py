"""What an e-mail of ours looks like, byte by byte."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from registry.letters.letter import MAX_SUBJECT_CHARACTERS, Letter, Paragraph, Sender, as_email, is_address
from registry.model.message import message

SENDER = Sender("Lotse Heidelberg", "lotse@stadt.example", "https://lotse.example/stadt")
LONG = "https://lotse.example/abo/ende/" + "a1B2c3" * 30


def raw(**parts: object) -> bytes:
    defaults = {"to": "anna@stadt.example", "subject": "Frage", "paragraphs": (Paragraph("Bitte kürzer."),)}
    return as_email(Letter(**(defaults | parts)), "1f", SENDER, datetime(2026, 12, 1, tzinfo=UTC)).as_bytes()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["Hallo\r\nBcc: alle@welt.example", "Hallo\nTo: x@y.example", "a\x0b\x00b\u2028Bcc: x"]
)
def test_nothing_that_people_wrote_begins_a_header(text: str) -> None:
    sent = message_from_bytes(raw(subject=text, paragraphs=(Paragraph(text),)), policy=policy.default)
    assert sent["Bcc"] is None
    assert sent.get_all("To") == ["anna@stadt.example"]
    assert sent["Subject"].startswith(("Hallo ", "a b"))


def test_an_address_to_end_a_subscription_stays_whole() -> None:
    letter = raw(unsubscribe=LONG)
    assert f"\r\nList-Unsubscribe: <{LONG}>\r\n".encode() in letter
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in letter


def test_no_line_is_longer_than_mail_allows_and_no_encoded_word_longer_than_75() -> None:
    letter = raw(
        subject="Öffnung der Straßen und Plätze für ältere Menschen " * 5, paragraphs=(Paragraph("Ärger " * 3000),)
    )
    assert max(map(len, letter.split(b"\r\n"))) <= 78
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?[^ \r\n]*\?=", letter))
    assert len(message_from_bytes(letter, policy=policy.default)["Subject"]) <= MAX_SUBJECT_CHARACTERS


def test_sentences_and_pages_are_in_the_language_of_the_reader() -> None:
    parts = (
        Paragraph(message("letter-address", name="anna")),
        Paragraph(message("letter-unsubscribe"), page="account", steps=("letters",)),
    )
    text = {lang: message_from_bytes(raw(lang=lang, paragraphs=parts), policy=policy.default) for lang in ("de", "en")}
    german, english = (text[lang].get_body(("plain",)).get_content() for lang in ("de", "en"))
    assert "Das Konto anna bekommt" in german
    assert "https://lotse.example/stadt/konto/nachrichten" in german
    assert "the account anna gets" in english
    assert "https://lotse.example/stadt/en/account/letters" in english


def test_html_is_escaped_and_says_its_language() -> None:
    sent = message_from_bytes(
        raw(paragraphs=(Paragraph("<b>1 < 2</b>\nzweite Zeile"), Paragraph("a & b", path="/id/x"))),
        policy=policy.default,
    )
    html = sent.get_body(("html",)).get_content()
    assert '<html lang="de">' in html
    assert "<p>&lt;b&gt;1 &lt; 2&lt;/b&gt;<br>\r\nzweite Zeile</p>" in html
    assert '<a href="https://lotse.example/stadt/id/x">a &amp; b</a>' in html
    assert sent["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("text", ["anna@stadt.example", "a.b+c@localhost", "x@sub.stadt.example"])
def test_addresses_that_mail_servers_take(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    ["", "anna", "a@b@c.example", "a b@c.example", "a@c.example\nBcc: x@y", "A <a@c.example>",
     "a@c.example,b@c.example", "ä@c.example", "a@" + "x" * 260, "a..b@c.example"],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)
