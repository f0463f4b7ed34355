"""Signing in, signing out and the account's own page. Sessions themselves are in api/web/session.py.

Entry point: `routes`. Invariant: a password is checked only within the rate limits on wrong ones.
"""

from functools import partial
from typing import Final, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.pages.site import NO_STORE, Pages
from api.text.i18n import translator
from api.web import addresses, session
from api.web.addresses import language, mount, patterns, place
from api.web.session import FormBody
from registry.catalog import Catalog
from registry.settings import Settings

MAX_NAME_CHARACTERS: Final = 80  # of a name in the keys of the rate limit


class Guard(NamedTuple):
    """What slows guessing down: rate limits for an account and for an address, and a semaphore for the hashing."""

    of_account: session.RateLimit
    of_address: session.RateLimit
    hashing: session.TimedSemaphore


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    pages = Pages(catalog, settings)
    guard = Guard(
        session.RateLimit(), session.RateLimit(session.MAX_WRONG_PASSWORDS_OF_ADDRESS), session.TimedSemaphore()
    )
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("account"), partial(account, pages))
    mount(router, patterns("account", "sign-in"), partial(sign_in, pages))
    mount(router, patterns("account", "sign-in"), partial(signed_in, pages, guard), "POST")
    mount(router, patterns("account", "sign-out"), partial(sign_out, pages), "POST")
    return router


def account(pages: Pages, request: Request) -> Response:
    """The page of the account that is signed in."""
    lang = language(request)
    _ = translator(lang)
    organizations = pages.names(pages.required(request).organizations, lang)
    crumbs = [(_("Konto"), "")]
    return pages.page(request, "account.html", lang, organizations=organizations, crumbs=crumbs, indexed=False)


def sign_in(pages: Pages, request: Request) -> Response:
    """The form for name and password; who is signed in goes on."""
    next = session.local(request.query_params.get("next", ""))
    if pages.account(request):
        return RedirectResponse(next or place("account", language(request)), 303)
    return _form(pages, request, next)


def signed_in(pages: Pages, guard: Guard, request: Request, body: FormBody = b"") -> Response:
    """Begins a session for the right password, else shows the form again; TooManyError after too many wrong ones."""
    fields = session.form(request, body, None, pages.settings)
    name, next = fields.get("name").strip(), session.local(fields.get("next"))
    address = request.client.host if request.client else ""
    key = (name[:MAX_NAME_CHARACTERS], address)
    guard.of_account.check(key)
    guard.of_address.check(("", address))
    with guard.hashing:
        account = pages.people.verify(name, fields.get("password")) if name else None
    if account is None:
        guard.of_account.wrong(key)
        guard.of_address.wrong(("", address))
        return _form(pages, request, next, name, wrong=True)
    guard.of_account.right(key)
    response = RedirectResponse(next or place("mine", language(request), "entries"), 303)
    session.begin(response, pages.settings, account.name, pages.people.seal(account.name))
    return response


def sign_out(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Ends the session, on the server too."""
    if pages.account(request):
        pages.form(request, body)
        pages.people.end_session(request.state.session.nonce)
    response = RedirectResponse(addresses.path("start", language(request)), 303)
    session.end(response, pages.settings)
    return response


def _form(pages: Pages, request: Request, next: str, name: str = "", wrong: bool = False) -> Response:
    lang = language(request)
    _ = translator(lang)
    return pages.page(
        request,
        "sign_in.html",
        lang,
        422 if wrong else 200,
        NO_STORE,
        next=next,
        name=name,
        wrong=wrong,
        crumbs=[(_("Anmelden"), "")],
        indexed=False,
        action=place("account", lang, "sign-in") + (f"?next={quote(next)}" if next else ""),
    )
