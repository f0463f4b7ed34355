"""The page on which an account says where its letters go, in which language, and whether it wants the weekly one.

Entry point: `routes`. Invariant: an address is changed only by who knows the password, or has just signed in with the
city's account or a passkey.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.editing.signing_in import count_try
from api.pages.site import Pages
from api.text.i18n import translator
from api.web.addresses import language, mount, patterns, place
from api.web.session import FormBody, Forms
from registry.errors import UsageError
from registry.letters.letter import Letter, Paragraph
from registry.letters.mailboxes import Mailbox
from registry.model import Account
from registry.model.message import message

JUST_SIGNED_IN: Final = timedelta(minutes=15)  # for which a sign-in without password counts as one


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
    """Stores the address, and writes to it and to the one before; the form again with 422 if it is no address, or if
    the password for a change of it is wrong.

    Whoever reads the letters of an account can get a new password, so its owner must hear of a change of the address.
    """
    fields = pages.form(request, body)
    account, mailboxes = pages.required(request), pages.catalog.mailboxes
    entered = Mailbox(account.name, fields.get("email").strip(), fields.get("lang"), bool(fields.get("weekly")))
    before = mailboxes.get(account.name)
    if _address_of(before) != entered.address and not _is_confirmed(pages, request, account, fields):
        return _page(pages, request, entered, "current")
    try:
        mailboxes.set(account.name, entered.address, entered.lang, entered.weekly)
    except UsageError:
        return _page(pages, request, entered, "email")
    if _address_of(before) != entered.address:
        pages.people.audit.write(account.name, "change-address", account=account.name)
        for address, code in ((entered.address, "letter-address"), (_address_of(before), "letter-address-left")):
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


def _address_of(mailbox: Mailbox | None) -> str:
    return mailbox.address if mailbox else ""


def _is_confirmed(pages: Pages, request: Request, account: Account, fields: Forms) -> bool:
    """Whether the password was entered, or the session began just now without one. Each try is counted."""
    if _needs_no_password(pages, request, account):
        return True
    attempt = count_try(pages, request, account.name)
    if pages.people.verify(account.name, fields.get("current")) is None:
        return False
    pages.people.tries.forget(attempt)
    return True


def _needs_no_password(pages: Pages, request: Request, account: Account) -> bool:
    since = datetime.now(UTC) - JUST_SIGNED_IN
    return any(
        open_session.nonce == request.state.session.nonce
        and open_session.method in ("openid", "passkey")
        and open_session.begun > since
        for open_session in pages.people.sessions.of(account.name)
    )


def _page(pages: Pages, request: Request, mailbox: Mailbox, wrong: str = "") -> Response:
    """The page; `wrong`: the name of the field that is wrong, if one is."""
    lang = language(request)
    _ = translator(lang)
    account = pages.required(request)
    asks_password = not _needs_no_password(pages, request, account)
    return pages.page(
        request,
        "account_letters.html",
        lang,
        422 if wrong else 200,
        mailbox=mailbox,
        wrong=wrong,
        asks_password=asks_password,
        other_ways=asks_password and pages.people.identities.is_linked(account.name),
        minutes=JUST_SIGNED_IN // timedelta(minutes=1),
        saved="saved" in request.query_params,
        crumbs=[(_("Konto"), place("account", lang)), (_("Nachrichten"), "")],
        indexed=False,
    )
