"""The page of an account's API tokens: made, listed, revoked.

Entry point: `routes`. Invariant: a token is shown once, in the answer to the form that made it.
"""

from contextlib import suppress
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.pages.site import Pages
from api.text.i18n import translator
from api.web.addresses import language, mount, patterns, place
from api.web.session import FormBody
from registry.errors import NotFoundError, UsageError
from registry.people.tokens import DEFAULT_DAYS, MAX_DAYS, MAX_LABEL_CHARACTERS, SCOPES


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("account", "tokens"), partial(show, pages))
    mount(router, patterns("account", "tokens"), partial(change, pages), "POST")
    return router


def show(pages: Pages, request: Request) -> Response:
    """The tokens of the account, and the form for a new one."""
    return _page(pages, request)


def change(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Makes a token and shows it, or revokes one (`revoke`)."""
    fields = pages.form(request, body)
    account, lang = pages.required(request), language(request)
    _ = translator(lang)
    if id := fields.get("revoke"):
        with suppress(NotFoundError):  # the second of two clicks
            pages.people.tokens.revoke(id, account.name)
            pages.people.audit.write(account.name, "revoke-token", f"token {id}")
        return RedirectResponse(place("account", lang, "tokens") + "?revoked", 303)
    label, days, scopes = fields.get("label").strip(), fields.number("days"), fields.all("scope")
    entered = {"label": label, "days": fields.get("days"), "scopes": scopes}
    if not scopes:
        return _page(pages, request, 422, fault=("scope-read", _("Wählen Sie, was der Schlüssel darf.")), **entered)
    try:
        text, token = pages.people.tokens.add(account.name, scopes, days, label)
    except UsageError:
        told = _("Schreiben Sie eine Zahl von 1 bis %(limit)s.") % {"limit": MAX_DAYS}
        return _page(pages, request, 422, fault=("days", told), **entered)
    pages.people.audit.write(account.name, "add-token", f"token {token.id}", ", ".join(token.scopes))
    return _page(pages, request, made=text, made_token=token)


def _page(pages: Pages, request: Request, status: int = 200, **view: Any) -> Response:
    lang = language(request)
    _ = translator(lang)
    account = pages.required(request)
    shown: dict[str, Any] = {
        "fault": ("", ""),
        "label": "",
        "days": str(DEFAULT_DAYS),
        "max_label": MAX_LABEL_CHARACTERS,
        "scopes": SCOPES,
        "made": "",
        "made_token": None,
        "revoked": "revoked" in request.query_params,
        "tokens": list(pages.people.tokens.of(account.name)),
        "scope_labels": {
            "read": _("eigene Entwürfe lesen"),
            "write": _("anlegen, ändern, einreichen, zurückziehen"),
            "review": _("prüfen und freigeben, wenn Ihr Konto das darf"),
        },
        "crumbs": [(_("Konto"), place("account", lang)), (_("Zugangsschlüssel"), "")],
        "indexed": False,
    }
    return pages.page(request, "account_tokens.html", lang, status, **shown | view)
