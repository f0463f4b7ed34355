"""A link by which somebody without an account fills in one draft: signed, with an end, for that draft only.

Entry points: `routes`, `link_of`. Invariants: a guest saves and sees nothing but the draft, and cannot hand it in; a
link ends after GUEST_LINK_DAYS, when the draft is handed in, or when its author makes a new one.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from secrets import token_urlsafe
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from itsdangerous import BadData
from msgspec.structs import replace
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.editing import form
from api.editing.comparison import compare
from api.editing.drafting import (
    FormPage,
    changed_record,
    context_of,
    draft_of,
    next_address,
    saved_in_between,
    sent,
)
from api.editing.form import GUEST_LINK
from api.editing.register import address_of, frame, variables
from api.pages.site import NO_STORE, Pages
from api.text.formatting import day
from api.web import session
from api.web.addresses import Lang, language, mount, patterns, place
from api.web.session import FormBody
from api.web.signing import timed_serializer
from registry.errors import ConflictError, NotFoundError
from registry.model import KINDS, Account, Draft

SIGNED_FOR: Final = "guest-link"
GUEST_LINK_DAYS: Final = 14
GUEST: Final = "guest link"  # no name of an account may have a blank
_OPEN: Final = ("draft", "returned")


class _Invitation(NamedTuple):
    """A link that holds: its draft, and the last day on which it does."""

    draft: Draft
    until: datetime


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("register", "guest", "{token}"), partial(show, pages))
    mount(router, patterns("register", "guest", "{token}"), partial(save, pages), "POST")
    for kind in KINDS:
        mount(router, patterns("register", kind, "{id}", "guest"), partial(invite, pages), "POST")
    return router


# -- the link


def link_of(pages: Pages, draft: Draft, lang: Lang) -> str:
    """The address of the link that the draft has; "" for none."""
    nonce = draft.metadata.extras.get(GUEST_LINK)
    if not isinstance(nonce, str) or draft.state not in _OPEN:
        return ""
    token = str(timed_serializer(pages.settings, SIGNED_FOR).dumps([draft.id, nonce]))
    return pages.settings.base_url.rstrip("/") + place("register", lang, "guest", token)


def _invitation(pages: Pages, token: str) -> _Invitation:
    """What a link leads to; NotFoundError if it is forged, has ended or was replaced: nobody learns which."""
    try:
        (id, nonce), signed = timed_serializer(pages.settings, SIGNED_FOR).loads(
            token, max_age=GUEST_LINK_DAYS * 86_400, return_timestamp=True
        )
        draft = pages.inbox.get(str(id))
    except (BadData, ValueError, TypeError, NotFoundError):
        raise NotFoundError("guest-link-ended") from None
    if draft.state not in _OPEN or draft.metadata.extras.get(GUEST_LINK) != nonce:
        raise NotFoundError("guest-link-ended")
    return _Invitation(draft, signed + timedelta(days=GUEST_LINK_DAYS))


def invite(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Makes a new link for the draft, which ends the one before; or ends it (`act` is `end`)."""
    fields = pages.form(request, body)
    account = pages.required(request)
    draft = draft_of(pages, id, account)
    pages.inbox.require(draft, "save", account)
    extras = {key: value for key, value in draft.metadata.extras.items() if key != GUEST_LINK}
    if fields.get("act") != "end":
        extras[GUEST_LINK] = token_urlsafe(12)
    pages.inbox.save(id, replace(draft.metadata, extras=extras), account, draft.version)
    return RedirectResponse(address_of(draft, language(request), "sections") + "#gast", 303)


# -- the form of a guest


def show(pages: Pages, request: Request, token: str) -> Response:
    """All questions of the draft."""
    invitation = _invitation(pages, token)
    draft, parameters = invitation.draft, request.query_params
    values = form.shown(draft.metadata, context_of(pages, draft.metadata.kind, language(request)))
    page = FormPage(draft.metadata.kind, values, draft, more=parameters.get("more", ""), saved="saved" in parameters)
    return _show(pages, request, invitation, page)


def save(pages: Pages, request: Request, token: str, body: FormBody = b"") -> Response:
    """Keeps what a guest entered. The token is what a form of another site cannot have."""
    fields = session.form(request, body, None, pages.settings)
    invitation = _invitation(pages, token)
    draft, lang = invitation.draft, language(request)
    kind, record = draft.metadata.kind, changed_record(pages, draft)
    context = context_of(pages, kind, lang, record)
    entered = session.Forms([pair for pair in fields.pairs if pair[0] != "act"])
    values, metadata, faults = sent(entered, draft.metadata, context, record)
    act, address = fields.get("act"), place("register", lang, "guest", token)
    try:
        draft = pages.inbox.save(draft.id, metadata, _account(draft), fields.number("version"))
    except ConflictError:
        if act == "autosave":
            return JSONResponse({"conflict": True}, 409, NO_STORE)
        invitation = _invitation(pages, token)
        conflict = compare(pages, invitation.draft.metadata, metadata, lang)
        page = FormPage(kind, values, invitation.draft, faults, conflict)
        return _show(pages, request, invitation, page, 409)
    if act == "autosave":
        return saved_in_between(draft, address, lang)
    if one_more := next_address(act, address):
        return RedirectResponse(one_more, 303)
    if faults:
        return _show(pages, request, invitation, FormPage(kind, values, draft, faults), 422)
    return RedirectResponse(f"{address}?saved", 303)


def _account(draft: Draft) -> Account:
    """Stands for whoever has the link: may save the draft as its author may."""
    return Account(name=GUEST, substitute_for=(Account(name=draft.author),))


def _show(pages: Pages, request: Request, invitation: _Invitation, page: FormPage, status: int = 200) -> Response:
    lang = language(request)
    of_guest = {
        "action": place("register", lang, "guest", request.path_params["token"]),
        "own": True,
        "locked": False,
        "record_owner": "",
        "steps": [],
        "crumbs": [],
        "picture_page": "",
        "session_ends": None,
        "guest_until": day(invitation.until.astimezone(UTC).date(), lang),
    }
    view = variables(pages, page, lang) | frame(page, lang) | of_guest
    return pages.page(request, "register.html", lang, status, headers=NO_STORE, **view)
