"""What visitors sent and what becomes of it: published with an answer, passed on to the office, or rejected.

Entry point: `routes`. Invariant: nothing is public or passed on that a person has not read.
"""

from functools import partial
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.pages.site import Pages
from api.text.formatting import pick_language, record_title
from api.text.i18n import translator
from api.visitors.messages import FORMS
from api.web import addresses
from api.web.addresses import Lang, language, mount, notice, patterns, place
from api.web.session import FormBody, Forms
from registry.errors import UsageError
from registry.letters.letter import Letter, Paragraph, is_address
from registry.model import Contact, Record
from registry.model.message import message
from registry.model.text import shortened
from registry.visitors.messages import PUBLIC_KINDS, VisitorMessage

MAX_ANSWER_CHARACTERS: Final = 4_000


class Shown(NamedTuple):
    """A message as the editors see it. `kind`: the title of its form; `about`: title and address of its record; `to`:
    the addresses that it can be passed on to."""

    message: VisitorMessage
    kind: str
    public: bool
    about: tuple[str, str] | None
    to: tuple[str, ...]


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("admin", "messages"), partial(queue, pages))
    mount(router, patterns("admin", "messages", "{id}"), partial(decide, pages), "POST")
    return router


def queue(pages: Pages, request: Request) -> Response:
    """What waits, the oldest first, and what is published and can get another answer."""
    pages.required(request, "messages")
    lang = language(request)
    messages = pages.catalog.messages
    published = [message for kind in PUBLIC_KINDS for message in messages.published(kind)]
    return pages.page(
        request,
        "moderation.html",
        lang,
        waiting=[_shown(pages, message, lang) for message in messages.waiting()],
        published=[_shown(pages, message, lang) for message in published],
        action=lambda id: place("admin", lang, "messages", id),
        done=notice(request, ("published", "forwarded", "rejected")),
        crumbs=[(translator(lang)("Meldungen"), "")],
        indexed=False,
    )


def _shown(pages: Pages, stored: VisitorMessage, lang: Lang) -> Shown:
    record = pages.catalog.store.get(stored.record) if stored.record else None
    about = None
    if record:
        title = record_title(record, lang)
        about = (title, addresses.page(record.kind, record.id, lang))
    public = stored.kind in PUBLIC_KINDS
    kind = translator(lang)(FORMS[stored.kind].title)
    return Shown(stored, kind, public, about, () if public else _recipients(pages, stored, record))


def _recipients(pages: Pages, stored: VisitorMessage, record: Record | None) -> tuple[str, ...]:
    """Contacts of the call that somebody is interested in, of the record, and the editors."""
    contacts: tuple[Contact, ...] = ()
    if record:
        titles = {word: call for call in record.metadata.opportunities for word in call.title.values()}
        call = titles.get(stored.subject)
        contacts = (*(call.contacts if call else ()), *record.metadata.contacts)
    listed = (*(contact.email for contact in contacts), pages.city.email)
    return tuple(dict.fromkeys(address for address in listed if is_address(address)))


def decide(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Publishes, passes on or rejects a message."""
    sent = pages.form(request, body)
    pages.required(request, "messages")
    act = sent.get("act")
    if act == "publish":
        return _publish(pages, request, id, sent)
    if act in ("forward", "done"):
        return _forward(pages, request, id, sent.get("to") if act == "forward" else "")
    if act == "reject":
        pages.catalog.messages.decide(id, "rejected")
        return _back(request, "rejected")
    raise UsageError("act-unknown")


def _publish(pages: Pages, request: Request, id: str, sent: Forms) -> Response:
    if pages.catalog.messages.get(id).kind not in PUBLIC_KINDS:
        raise UsageError("act-unknown")
    answer = sent.get("answer").strip()[:MAX_ANSWER_CHARACTERS]
    before = pages.catalog.messages.decide(id, "published", answer)
    if before.state == "waiting" and before.kind == "question" and not answer:
        _ask_office(pages, before)
    return _back(request, "published")


def _ask_office(pages: Pages, question: VisitorMessage) -> None:
    """Tells the contact of the record that a question about it is published and has no answer yet."""
    record = pages.catalog.store.get(question.record)
    to = _recipients(pages, question, record)[:1]
    if record and to:
        title = message("letter-question", title=shortened(pick_language(record.metadata.title, "de").words))
        link = Paragraph(message("letter-forward-record"), page=record.kind, steps=(record.id,))
        answers = Paragraph(message("letter-question-link"), page=record.kind, steps=(record.id, "answers"))
        asked = (
            Paragraph(title),
            Paragraph(question.text),
            Paragraph(message("letter-question-answer")),
            answers,
            link,
        )
        pages.catalog.outbox.put(Letter(to=to[0], subject=title, paragraphs=asked, about=f"visitor:{question.id}"))


def _forward(pages: Pages, request: Request, id: str, to: str) -> Response:
    """Passes a message on by a letter to one of its recipients, or marks it as done without one."""
    stored = pages.catalog.messages.get(id)
    if stored.kind in PUBLIC_KINDS:
        raise UsageError("act-unknown")
    record = pages.catalog.store.get(stored.record) if stored.record else None
    if to and to not in _recipients(pages, stored, record):
        raise UsageError("recipient-unknown")
    pages.catalog.messages.decide(id, "forwarded")
    if to:
        pages.catalog.outbox.put(_letter(stored, record, to))
    return _back(request, "forwarded")


def _letter(stored: VisitorMessage, record: Record | None, to: str) -> Letter:
    title = stored.subject or (pick_language(record.metadata.title, "de").words if record else stored.page)
    sender = ", ".join(filter(None, (stored.name, stored.email)))
    paragraphs = [Paragraph(message(f"letter-forward-{stored.kind}", title=shortened(title))), Paragraph(stored.text)]
    if sender:
        paragraphs.append(Paragraph(message("letter-forward-reply", sender=sender)))
    if record:
        about = Paragraph(message("letter-forward-record"), page=record.kind, steps=(record.id,))
        paragraphs.append(about)
    elif stored.page:
        paragraphs.append(Paragraph(message("letter-forward-page"), path=stored.page))
    subject = message(f"letter-forward-{stored.kind}", title=shortened(title))
    return Letter(to=to, lang="de", subject=subject, paragraphs=tuple(paragraphs), about=f"visitor:{stored.id}")


def _back(request: Request, what: str) -> Response:
    return RedirectResponse(f"{place('admin', language(request), 'messages')}?{what}", 303)
