"""The outbox: the letters that wait to be sent, and those that the mail server has refused.

Entry point: `routes`. Invariant: only administrators see these pages.
"""

from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.pages.site import Pages
from api.text.i18n import translator
from api.web.addresses import language, mount, notice, patterns, place
from api.web.session import FormBody
from registry.errors import NotFoundError
from registry.letters.letter import paragraphs, subject
from registry.letters.sending import sender

MAX_LETTERS_SHOWN: Final = 200


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("admin", "letters"), partial(show_letters, pages))
    mount(router, patterns("admin", "letters", "{id}"), partial(show_letter, pages))
    mount(router, patterns("admin", "letters", "{id}"), partial(decide, pages), "POST")
    return router


def show_letters(pages: Pages, request: Request) -> Response:
    """The letters in the outbox, the last written first."""
    pages.required(request, "accounts")
    lang = language(request)
    _ = translator(lang)
    outbox = pages.catalog.outbox
    return pages.page(
        request,
        "letters.html",
        lang,
        letters=[(waiting, subject(waiting.letter)) for waiting in outbox.newest(MAX_LETTERS_SHOWN)],
        waiting=outbox.count("waiting"),
        refused=outbox.count("refused"),
        sends=bool(pages.settings.mail),
        notice=notice(request, ("retried", "deleted")),
        crumbs=[(_("Administration"), place("admin", lang)), (_("Nachrichten"), "")],
        indexed=False,
    )


def show_letter(pages: Pages, request: Request, id: str) -> Response:
    """A letter as it will be read; NotFoundError if it was sent or deleted."""
    pages.required(request, "accounts")
    lang = language(request)
    _ = translator(lang)
    waiting = pages.catalog.outbox.get(id)
    title = subject(waiting.letter)
    return pages.page(
        request,
        "letter.html",
        lang,
        waiting=waiting,
        title=title,
        parts=paragraphs(waiting.letter, sender(pages.settings)),
        crumbs=[
            (_("Administration"), place("admin", lang)),
            (_("Nachrichten"), place("admin", lang, "letters")),
            (title, ""),
        ],
        indexed=False,
    )


def decide(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Tries to send a letter again (`retry`), or deletes it (`delete`); nothing if it was sent meanwhile."""
    fields = pages.form(request, body)
    pages.required(request, "accounts")
    outcome = "deleted" if fields.get("act") == "delete" else "retried"
    try:
        if outcome == "deleted":
            pages.catalog.outbox.discard(id)
        else:
            pages.catalog.outbox.retry(id)
    except NotFoundError:
        outcome = "sent"
    return RedirectResponse(f"{place('admin', language(request), 'letters')}?{outcome}", 303)
