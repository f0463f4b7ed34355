"""The page on which an account says where its letters go, in which language, and whether it wants the weekly one.

Entry point: `routes`.
"""

from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.pages.site import Pages
from api.text.i18n import translator
from api.web.addresses import language, mount, patterns, place
from api.web.session import FormBody
from registry.errors import UsageError
from registry.letters.letter import Letter, Paragraph
from registry.letters.mailboxes import Mailbox
from registry.model.message import message


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("account", "letters"), partial(show, pages))
    mount(router, patterns("account", "letters"), partial(save, pages), "POST")
    return router


def show(pages: Pages, request: Request) -> Response:
    """The form with what is stored."""
    account = pages.required(request)
    return _page(pages, request, pages.catalog.mailboxes.get(account.name) or Mailbox(account.name, ""))


def save(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Stores the address, and writes to it and to the one before; the form again with 422 if it is no address.

    Whoever reads the letters of an account can get a new password, so its owner must hear of a change of the address.
    """
    fields = pages.form(request, body)
    account, mailboxes = pages.required(request), pages.catalog.mailboxes
    entered = Mailbox(account.name, fields.get("email").strip(), fields.get("lang"), bool(fields.get("weekly")))
    before = mailboxes.get(account.name)
    try:
        mailboxes.set(account.name, entered.address, entered.lang, entered.weekly)
    except UsageError:
        return _page(pages, request, entered, wrong=True)
    if (before.address if before else "") != entered.address:
        pages.people.audit.write(account.name, "change-address", account=account.name)
        for address, code in ((entered.address, "letter-address"), (before and before.address, "letter-address-left")):
            if address:
                pages.catalog.outbox.put(_letter(account.name, address, entered.lang, code))
    return RedirectResponse(place("account", language(request), "letters") + "?saved", 303)


def _letter(account: str, address: str, lang: str, code: str) -> Letter:
    return Letter(
        to=address,
        lang=lang,
        subject=message("letter-address-subject"),
        paragraphs=(Paragraph(message(code, name=account)),),
        account=account,
    )


def _page(pages: Pages, request: Request, mailbox: Mailbox, wrong: bool = False) -> Response:
    lang = language(request)
    _ = translator(lang)
    return pages.page(
        request,
        "account_letters.html",
        lang,
        422 if wrong else 200,
        mailbox=mailbox,
        wrong=wrong,
        saved="saved" in request.query_params,
        crumbs=[(_("Konto"), place("account", lang)), (_("Nachrichten"), "")],
        indexed=False,
    )
