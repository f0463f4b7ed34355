"""The way back for who has forgotten a password: a letter with a code, or a code from the administration.

Entry point: `routes`. Invariants: no answer tells whether an account exists or has an e-mail address; codes are guessed
no more often than passwords.
"""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.editing.signing_in import count_try
from api.pages.site import NO_STORE, Pages
from api.text.i18n import translator
from api.web import session
from api.web.addresses import language, mount, patterns, place
from api.web.session import FormBody
from registry.errors import UsageError
from registry.letters.letter import Letter, Paragraph
from registry.model.message import message
from registry.people.accounts import MIN_PASSWORD_CHARACTERS, check_password


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("account", "forgotten"), partial(ask, pages))
    mount(router, patterns("account", "forgotten"), partial(send_code, pages), "POST")
    mount(router, patterns("account", "reset"), partial(show, pages))
    mount(router, patterns("account", "reset"), partial(reset, pages), "POST")
    return router


def ask(pages: Pages, request: Request) -> Response:
    """The form that asks for the name of the account."""
    return _asked(pages, request)


def send_code(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Sends a letter with a code to the address of the account, if there are both; says the same in any case."""
    fields = session.form(request, body, None, pages.settings)
    name = fields.get("name").strip()
    count_try(pages, request, name, "forgotten")
    mailbox = pages.catalog.mailboxes.get(name) if name else None
    if mailbox and pages.people.get(name):
        code = pages.people.reset_codes.issue(name)
        pages.catalog.outbox.put(
            Letter(
                to=mailbox.address,
                lang=mailbox.lang,
                subject=message("letter-reset-subject"),
                paragraphs=(
                    Paragraph(message("letter-reset", name=name, code=code)),
                    Paragraph(message("letter-reset-link"), "account", ("reset",), query=f"?code={code}"),
                    Paragraph(message("letter-reset-not-you")),
                ),
                account=name,
            )
        )
    return _asked(pages, request, sent=True)


def show(pages: Pages, request: Request) -> Response:
    """The form for a code and a new password."""
    return _page(pages, request, code=request.query_params.get("code", "")[:60])


def reset(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Sets the new password for the right code, which ends all sessions; else the form again with 422."""
    fields = session.form(request, body, None, pages.settings)
    name, code, new = fields.get("name").strip(), fields.get("code").strip(), fields.get("new")
    _ = translator(language(request))
    entered = {"name": name, "code": code[:60]}
    attempt = count_try(pages, request, name, "reset")
    try:
        check_password(new)
    except UsageError:
        told = _("Nehmen Sie mindestens %(count)s Zeichen.") % {"count": MIN_PASSWORD_CHARACTERS}
        return _page(pages, request, 422, fault=("new", told), **entered)
    if not pages.people.reset_codes.take(name, code) or not pages.people.get(name):
        told = _("Kontoname und Code passen nicht zusammen, oder der Code ist abgelaufen.")
        return _page(pages, request, 422, fault=("code", told), **entered)
    pages.people.set_password(name, new)
    pages.people.audit.write(name, "change-password", account=name)
    pages.people.tries.forget(attempt)
    return RedirectResponse(place("account", language(request), "sign-in") + "?reset", 303)


def _asked(pages: Pages, request: Request, sent: bool = False) -> Response:
    lang = language(request)
    _ = translator(lang)
    crumbs = [(_("Anmelden"), place("account", lang, "sign-in")), (_("Passwort vergessen"), "")]
    return pages.page(request, "forgotten.html", lang, 200, NO_STORE, sent=sent, crumbs=crumbs, indexed=False)


def _page(pages: Pages, request: Request, status: int = 200, **view: Any) -> Response:
    lang = language(request)
    _ = translator(lang)
    shown: dict[str, Any] = {
        "fault": ("", ""),
        "name": "",
        "code": "",
        "min_length": MIN_PASSWORD_CHARACTERS,
        "crumbs": [(_("Anmelden"), place("account", lang, "sign-in")), (_("Neues Passwort setzen"), "")],
        "indexed": False,
    }
    return pages.page(request, "reset.html", lang, status, NO_STORE, **shown | view)
