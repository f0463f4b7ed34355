"""The page of webhooks: programs that are told of each change, with what went wrong; new ones, tried again, ended.

Entry point: `routes`. Invariants: only administrators see it; the secret of a webhook is shown once, after it was
added.
"""

from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.pages.site import Pages
from api.text.i18n import translator
from api.visitors.followed import Followed
from api.web.addresses import language, mount, notice, patterns, place
from api.web.session import FormBody, Forms
from registry.errors import ConflictError, LotseError, NotFoundError, UsageError
from registry.model.message import sentence


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("admin", "webhooks"), partial(show, pages))
    mount(router, patterns("admin", "webhooks"), partial(change, pages), "POST")
    return router


def show(pages: Pages, request: Request) -> Response:
    """All webhooks with their state."""
    return _page(pages, request)


def change(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Adds a webhook and shows its secret, tries one again, or ends it; nothing if it was ended meanwhile."""
    fields = pages.form(request, body)
    by = pages.required(request, "accounts")
    act, webhooks = fields.get("act"), pages.catalog.following.webhooks
    if act == "add":
        return _add(pages, request, fields, by.name)
    if act not in ("retry", "remove"):
        return _page(pages, request)
    try:
        (webhooks.retry if act == "retry" else webhooks.remove)(fields.get("address"))
        pages.people.audit.write(by.name, f"{act}-webhook", detail=urlsplit(fields.get("address")).hostname or "")
    except NotFoundError:
        act = "gone"
    return RedirectResponse(f"{place('admin', language(request), 'webhooks')}?{act}", 303)


def _add(pages: Pages, request: Request, fields: Forms, by: str) -> Response:
    address, query = fields.get("address").strip(), fields.get("query").strip().lstrip("?")
    try:
        if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
            raise UsageError("webhook-address-form")
        stored = Followed.of(pages, parse_qsl(query), language(request)).query if query else ""
        if query and not stored:
            raise UsageError("webhook-query-empty", query=query[:200])
        webhook = pages.catalog.following.webhooks.add(address, stored, pages.catalog.store.last())
    except (UsageError, ConflictError, ValueError) as error:
        told = sentence(error.summary, language(request)) if isinstance(error, LotseError) else str(error)
        return _page(pages, request, 422, fault=told, address=address, query=query)
    pages.people.audit.write(by, "add-webhook", detail=urlsplit(address).hostname or "")
    return _page(pages, request, secret=webhook.secret, added=webhook.address)


def _page(pages: Pages, request: Request, status: int = 200, **view: Any) -> Response:
    pages.required(request, "accounts")
    lang = language(request)
    _ = translator(lang)
    shown: dict[str, Any] = {
        "webhooks": pages.catalog.following.webhooks.all(),
        "fault": "",
        "address": "",
        "query": "",
        "secret": "",
        "added": "",
        "notice": notice(request, ("retry", "remove")),
        "crumbs": [(_("Webhooks"), "")],
        "indexed": False,
    }
    return pages.page(request, "webhooks.html", lang, status, **shown | view)
