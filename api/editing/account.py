"""Signing in, signing out and the account's own pages. Sessions themselves are in api/web/session.py.

Entry point: `routes`. Invariants: a try is counted before its password is checked; passwords are checked in threads of
their own, so that no page waits for them.
"""

import logging
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.editing import account_security, account_tokens, one_time_codes, openid, passkeys, password_reset
from api.editing.one_time_codes import ask_for_code
from api.editing.sign_in_page import sign_in_page
from api.editing.signing_in import begin_session, count_try
from api.pages.site import NO_STORE, Pages
from api.text.i18n import translator
from api.web import addresses, session
from api.web.addresses import language, mount, patterns, place
from api.web.answers import json_bytes
from api.web.negotiate import JSON
from api.web.own_threads import OwnThreads
from api.web.session import FormBody
from registry.catalog.erasing import exported
from registry.errors import StorageFullError

log = logging.getLogger("lotse.web")
CHECKS_AT_ONCE: Final = 2  # passwords that a process checks at a time; each takes 64 MiB
MAX_WAITING: Final = 20  # people who wait for that: some seconds


def routes(pages: Pages) -> APIRouter:
    threads = OwnThreads(CHECKS_AT_ONCE, MAX_WAITING)
    router = APIRouter(include_in_schema=False)
    for module in (account_security, account_tokens, openid, passkeys, password_reset, one_time_codes):
        router.include_router(module.routes(pages))
    mount(router, patterns("account"), partial(account, pages))
    mount(router, patterns("account", "data"), partial(own_data, pages))
    mount(router, patterns("account", "sign-in"), partial(sign_in, pages))
    mount(router, patterns("account", "sign-in"), partial(signed_in, pages, threads), "POST")
    mount(router, patterns("account", "sign-out"), partial(sign_out, pages), "POST")
    return router


def account(pages: Pages, request: Request) -> Response:
    """The page of the account that is signed in."""
    lang = language(request)
    _ = translator(lang)
    organizations = pages.names(pages.required(request).organizations, lang)
    crumbs = [(_("Konto"), "")]
    return pages.page(request, "account.html", lang, organizations=organizations, crumbs=crumbs, indexed=False)


def own_data(pages: Pages, request: Request) -> Response:
    """All that is stored about the account, as a file of JSON."""
    name = pages.required(request).name
    headers = {"Content-Disposition": 'attachment; filename="lotse-konto.json"', **NO_STORE}
    return Response(json_bytes(exported(pages.catalog, name)), headers=headers, media_type=JSON.type)


def sign_in(pages: Pages, request: Request) -> Response:
    """The form for name and password; who is signed in goes on."""
    next = session.local(request.query_params.get("next", ""))
    if pages.account(request):
        return RedirectResponse(next or place("account", language(request)), 303)
    return sign_in_page(pages, request, next)


async def signed_in(pages: Pages, threads: OwnThreads, request: Request, body: FormBody = b"") -> Response:
    """Begins a session for the right password, else shows the form again; TooManyError after too many tries, or while
    too many people sign in."""
    return await threads.run(partial(_signed_in, pages, request, body))


def _signed_in(pages: Pages, request: Request, body: bytes) -> Response:
    fields = session.form(request, body, None, pages.settings)
    name, next = fields.get("name").strip(), session.local(fields.get("next"))
    attempt = count_try(pages, request, name)
    account = pages.people.verify(name, fields.get("password"))
    if account is None:
        return sign_in_page(pages, request, next, 422, name=name, wrong=True)
    pages.people.tries.forget(attempt)
    if pages.people.second_factor.is_on(account.name):
        return ask_for_code(pages, request, account.name, next)
    return begin_session(pages, request, account, "password", next)


def sign_out(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Ends the session, on the server too unless the disk is full; the browser forgets it in any case."""
    if pages.account(request):
        pages.form(request, body)
        try:
            pages.people.end_session(request.state.session.nonce)
        except StorageFullError as error:
            log.error("the session ends in the browser only: %s", error)
    response = RedirectResponse(addresses.path("start", language(request)), 303)
    session.end(response, pages.settings)
    return response
