"""Confirming that an entry is still current: by one click in "Meine Einträge", or from a letter without signing in.

Entry point: `routes`. Invariant: opening an address confirms nothing, because mail programs open addresses by
themselves.
"""

import hmac
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.pages.site import NO_STORE, Pages
from api.text.formatting import record_title
from api.text.i18n import translator
from api.web import addresses, session
from api.web.addresses import language, mount, patterns, place
from api.web.session import FormBody
from registry.errors import NotAllowedError
from registry.model import Account, Record
from registry.model.timing import today
from registry.people.confirmations import signature


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("mine", "current", "{id}"), partial(ask, pages))
    mount(router, patterns("mine", "current", "{id}"), partial(confirm, pages), "POST")
    return router


def ask(pages: Pages, request: Request, id: str) -> Response:
    """The entry, and one button that confirms it."""
    record = pages.catalog.store.existing(id)
    link = _link(request.query_params.get)
    _require(pages, request, record, link)
    return _page(pages, request, record, link)


def confirm(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Notes that the entry is still current; leads back to the entries, or says thanks to who came from a letter."""
    signed_in = pages.account(request) is not None
    fields = pages.form(request, body) if signed_in else session.form(request, body, None, pages.settings)
    record = pages.catalog.store.existing(id)
    account = _require(pages, request, record, _link(fields.get))
    pages.catalog.confirmations.confirm(record.id, account.name)
    if signed_in:
        return RedirectResponse(place("mine", language(request), "entries") + "?confirmed", 303)
    return _page(pages, request, record, NO_LINK, done=True)


class Link(NamedTuple):
    """What the link of a letter says: the account that it was written to, the last day on which it may be used, and the
    signature of both."""

    by: str
    until: str
    sign: str


NO_LINK: Final = Link("", "", "")


def _link(get: Callable[[str, str], str]) -> Link:
    return Link(get("by", ""), get("until", ""), get("sign", ""))


def _require(pages: Pages, request: Request, record: Record, link: Link) -> Account:
    """The account that may confirm: the one that is signed in, or the one for which a link of a letter was signed, as
    long as the link may be used.

    NotAllowedError if it is of another organization or the signature is not ours.
    """
    account = pages.account(request)
    if account is None and link.sign and link.until >= today().isoformat():
        expected = (signature(secret, link.by, record.id, link.until) for secret in pages.settings.secret)
        if any(hmac.compare_digest(link.sign.encode(), right.encode()) for right in expected):
            account = pages.people.get(link.by)
    if account is None:
        account = pages.required(request)
    if not record.owner or record.owner not in account.organizations:
        raise NotAllowedError("record-not-allowed", name=account.name, act="confirm")
    return account


def _page(pages: Pages, request: Request, record: Record, link: Link, done: bool = False) -> Response:
    lang = language(request)
    _ = translator(lang)
    title = record_title(record, lang)
    return pages.page(
        request,
        "confirm.html",
        lang,
        200,
        NO_STORE,  # the signature of the letter stands in the form
        record=record,
        title=title,
        link=link,
        done=done,
        crumbs=[(title, addresses.page(record.kind, record.id, lang)), (_("Noch aktuell?"), "")],
        indexed=False,
    )
