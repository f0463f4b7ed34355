"""A letter: to whom, in which language, what it says; and the e-mail that is made of it.

Entry points: `Letter`, `as_email`. Invariants: nothing that people wrote can begin a new header, because headers are
one line without control characters; all text is escaped in HTML.
"""

import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from html import escape
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from registry.model import Metadata
from registry.model.message import Message, message, sentence
from registry.model.text import in_language, shortened
from vocab.pages import place

MAX_SUBJECT_CHARACTERS: Final = 150
MAX_TITLE_CHARACTERS: Final = 100  # of a draft or record, in a sentence
MAX_ADDRESS_CHARACTERS: Final = 254  # RFC 5321, section 4.5.3.1.3
MAX_LINE_CHARACTERS: Final = 76  # RFC 2047 allows no longer line with an encoded word
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")
_UNFOLDED: Final = frozenset({"list-unsubscribe"})


class Paragraph(msgspec.Struct, frozen=True, omit_defaults=True):
    """A paragraph of a letter, a link if it has `page` or `path`. `page` and `steps`: a page of ours, in the language
    of the letter (`vocab.pages.place`); `path`: a path of ours that is the same in all languages, or a whole address;
    `query` begins with `?`."""

    text: str | Message
    page: str = ""
    steps: tuple[str, ...] = ()
    path: str = ""
    query: str = ""

    def address(self, base_url: str, lang: str) -> str:
        """Where the link leads; "" if this is no link."""
        path = (place(self.page, lang, *self.steps) if self.page else self.path) + self.query
        return f"{base_url}{path}" if path.startswith("/") else path


class Letter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is sent to one address. Sentences of ours are messages, so that they are made in the reader's language.

    `about`: what the letter tells of, such as `draft:1f0c`; `account`: the name of the account that it is for;
    `unsubscribe`: the address that one request (RFC 8058) or click ends the subscription with.
    """

    to: str
    lang: str = "de"
    subject: str | Message
    paragraphs: tuple[Paragraph, ...]
    about: str = ""
    account: str = ""
    unsubscribe: str = ""


class Sender(NamedTuple):
    """Who sends: `name` and `address` stand in From, links begin with `base_url`."""

    name: str
    address: str
    base_url: str


def is_address(text: str) -> bool:
    """Whether a text is one e-mail address in ASCII that mail servers take, without a name beside it."""
    return len(text) <= MAX_ADDRESS_CHARACTERS and bool(_ADDRESS.fullmatch(text)) and ".." not in text


def subject(letter: Letter) -> str:
    """The subject in the reader's language: one line, without control characters, at most MAX_SUBJECT_CHARACTERS."""
    text = one_line(sentence(letter.subject, letter.lang))
    return text if len(text) <= MAX_SUBJECT_CHARACTERS else text[: MAX_SUBJECT_CHARACTERS - 1] + "…"


def one_line(text: str) -> str:
    """The text on one line, without control characters, so that it can stand in a header."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())


def plain_text(letter: Letter, sender: Sender) -> str:
    """The letter as plain text: paragraphs with an empty line between them, each link with its label."""
    return "\n\n".join(f"{label}:\n{address}" if address else label for label, address in paragraphs(letter, sender))


def short_title(metadata: Metadata, lang: str) -> str:
    """The title in a language, cut for a sentence of a letter; "" without one."""
    return shortened(in_language(metadata.title, lang), MAX_TITLE_CHARACTERS)


def as_email(letter: Letter, id: str, sender: Sender, written: datetime) -> EmailMessage:
    """The letter as plain text and HTML. `id` is in its Message-ID: a mail server that gets it twice can tell."""
    email = EmailMessage(policy=_POLICY)
    email["Subject"] = subject(letter)
    email["From"] = Address(one_line(sender.name), addr_spec=sender.address)
    email["To"] = letter.to
    email["Date"] = format_datetime(written.astimezone(UTC))
    email["Message-ID"] = f"<{id}@{urlsplit(sender.base_url).hostname or 'lotse'}>"
    email["Auto-Submitted"] = "auto-generated"
    email["Content-Language"] = letter.lang
    if letter.unsubscribe:
        email["List-Unsubscribe"] = f"<{_absolute(letter.unsubscribe, sender)}>"
        email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    email.set_content(plain_text(letter, sender) + "\n")
    email.add_alternative(_html(letter, sender), subtype="html")
    return email


class _LetterPolicy(EmailPolicy):
    """Lines of MAX_LINE_CHARACTERS, but addresses in headers whole.

    Python would break a long address in List-Unsubscribe into encoded words, which no mail program reads as an
    address. `max_line_length=998` for all would make encoded words longer than the 75 characters of RFC 2047.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() in _UNFOLDED:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_POLICY: Final = _LetterPolicy(linesep=SMTP.linesep, max_line_length=MAX_LINE_CHARACTERS)


def paragraphs(letter: Letter, sender: Sender) -> list[tuple[str, str]]:
    """Text and address of each paragraph, the footer at the end; the address is "" if the paragraph is no link."""
    shown = [
        (sentence(part.text, letter.lang), part.address(sender.base_url, letter.lang)) for part in letter.paragraphs
    ]
    footer = message("letter-footer", name=sender.name, address=sender.base_url)
    shown.append((sentence(footer, letter.lang), ""))
    if letter.unsubscribe:
        end = sentence(message("letter-unsubscribe"), letter.lang)
        shown.append((end, _absolute(letter.unsubscribe, sender)))
    return shown


def _html(letter: Letter, sender: Sender) -> str:
    body = "\n".join(
        f'<p><a href="{escape(address)}">{escape(text)}</a></p>'
        if address
        else "<p>" + "<br>\n".join(escape(line) for line in text.split("\n")) + "</p>"
        for text, address in paragraphs(letter, sender)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(letter.lang)}">\n<head><meta charset="utf-8">'
        f"<title>{escape(subject(letter))}</title></head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _absolute(path: str, sender: Sender) -> str:
    return f"{sender.base_url}{path}" if path.startswith("/") else path
