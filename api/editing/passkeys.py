"""Signing in with a passkey, and the passkeys of an account: made, listed, removed.

Entry point: `routes`.
"""

from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.editing import account_security, passkey_protocol
from api.editing.sign_in_page import sign_in_page
from api.editing.signing_in import begin_session, count_try
from api.pages.site import Pages
from api.text.i18n import translator
from api.web import session
from api.web.addresses import language, mount, patterns, place
from api.web.session import FormBody
from registry.errors import ConflictError, NotAllowedError
from registry.people.passkeys import MAX_LABEL_CHARACTERS


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("account", "passkey"), partial(sign_in, pages), "POST")
    mount(router, patterns("account", "passkeys"), partial(change, pages), "POST")
    return router


def sign_in(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Begins a session for the account of the passkey; the page to sign in, with 422, if it is not right."""
    fields = session.form(request, body, None, pages.settings)
    next = session.local(fields.get("next"))
    attempt = count_try(pages, request, passkey_protocol.credential_id(fields.get("credential")), "passkey")
    try:
        name = passkey_protocol.signed_in(pages, request, fields.get("state"), fields.get("credential"))
    except NotAllowedError:
        return sign_in_page(pages, request, next, 422, failed="passkey")
    account = pages.people.get(name)
    if account is None:
        return sign_in_page(pages, request, next, 422, failed="passkey")
    pages.people.tries.forget(attempt)
    return begin_session(pages, request, account, "passkey", next)


def change(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Adds the passkey that the browser has made, or removes one (`remove`)."""
    fields = pages.form(request, body)
    account, lang = pages.required(request), language(request)
    _ = translator(lang)
    here = place("account", lang, "security")
    if id := fields.get("remove"):
        pages.people.passkeys.remove(id, account.name)
        pages.people.audit.write(account.name, "remove-passkey")
        return RedirectResponse(here + "?passkey-removed", 303)
    label = " ".join(fields.get("label").split())[:MAX_LABEL_CHARACTERS]
    try:
        passkey_protocol.registered(pages, request, account, fields.get("state"), fields.get("credential"), label)
    except (NotAllowedError, ConflictError):
        told = _("Der Passkey konnte nicht gespeichert werden. Versuchen Sie es noch einmal.")
        return account_security.page(pages, request, 422, fault=("label", told))
    pages.people.audit.write(account.name, "add-passkey")
    return RedirectResponse(here + "?passkey-added", 303)
