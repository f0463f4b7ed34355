"""The page on which people change their password and see where they are signed in.

Entry point: `routes`. Invariants: a password is changed only by who knows the former one; a new password ends all
sessions.
"""

from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.editing import passkey_protocol
from api.editing.signing_in import begin_session, count_try
from api.pages.site import Pages
from api.text.i18n import translator
from api.web.addresses import language, mount, notice, patterns, place
from api.web.session import FormBody
from registry.errors import UsageError
from registry.people.accounts import MIN_PASSWORD_CHARACTERS

NOTICES: Final = ("changed", "ended", "passkey-added", "passkey-removed")  # parameters of the address


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("account", "security"), partial(show, pages))
    mount(router, patterns("account", "password"), partial(change_password, pages), "POST")
    mount(router, patterns("account", "sessions"), partial(end_sessions, pages), "POST")
    return router


def show(pages: Pages, request: Request) -> Response:
    """Password, passkeys and sessions of the account."""
    return page(pages, request)


def change_password(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Stores a new password; this browser stays signed in, all other sessions end. 422 for a wrong or short one."""
    fields = pages.form(request, body)
    account, lang = pages.required(request), language(request)
    _ = translator(lang)
    attempt = count_try(pages, request, account.name)
    if pages.people.verify(account.name, fields.get("current")) is None:
        return page(pages, request, 422, fault=("current", _("Das ist nicht Ihr bisheriges Passwort.")))
    pages.people.tries.forget(attempt)
    try:
        pages.people.set_password(account.name, fields.get("new"))
    except UsageError:
        told = _("Nehmen Sie mindestens %(count)s Zeichen.") % {"count": MIN_PASSWORD_CHARACTERS}
        return page(pages, request, 422, fault=("new", told))
    pages.people.audit.write(account.name, "change-password", account=account.name)
    return begin_session(pages, request, account, "password", place("account", lang, "security") + "?changed")


def end_sessions(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Ends one session (`id`), or all but this one."""
    fields = pages.form(request, body)
    account = pages.required(request)
    mine = request.state.session.nonce
    for open_session in pages.people.sessions.of(account.name):
        if open_session.nonce != mine and fields.get("id") in ("", open_session.id):
            pages.people.end_session(open_session.nonce)
    return RedirectResponse(place("account", language(request), "security") + "?ended", 303)


def page(pages: Pages, request: Request, status: int = 200, **view: Any) -> Response:
    """The page; `fault`: the field that is wrong, and why."""
    lang = language(request)
    _ = translator(lang)
    account = pages.required(request)
    shown: dict[str, Any] = {
        "fault": ("", ""),
        "notice": notice(request, NOTICES),
        "min_length": MIN_PASSWORD_CHARACTERS,
        "passkey": passkey_protocol.offered(pages, request, account),
        "passkeys": list(pages.people.passkeys.of(account.name)),
        "codes_on": pages.people.second_factor.is_on(account.name),
        "sessions": list(pages.people.sessions.of(account.name)),
        "this_session": request.state.session.nonce,
        "crumbs": [(_("Konto"), place("account", lang)), (_("Sicherheit"), "")],
        "indexed": False,
    }
    return pages.page(request, "account_security.html", lang, status, **shown | view)
