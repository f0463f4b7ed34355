"""Merging two entries of the same thing by page, and separating them again.

Entry point: `routes`. Invariant: nothing is merged before somebody has seen both side by side and has given a reason.
"""

from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.editing.comparison import compare
from api.editing.record_acts import MAX_WHY_CHARACTERS
from api.pages.site import Pages
from api.text.formatting import record_title
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import language, mount, patterns
from api.web.session import FormBody
from registry.catalog.deciding import subject
from registry.catalog.merging import Pair, merge, separate
from registry.errors import ConflictError, UsageError
from registry.model import KINDS, Record
from registry.people import permissions


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for kind in KINDS:
        mount(router, patterns(kind, "{id}", "merge"), partial(ask, pages))
        mount(router, patterns(kind, "{id}", "merge"), partial(decide, pages), "POST")
    return router


def ask(pages: Pages, request: Request, id: str) -> Response:
    """Asks which entry is kept, and with `with` shows both; for a merged entry asks whether to separate it again."""
    record, account = pages.record_at(request, id), pages.required(request)
    permissions.after(account, "merge", subject(record))
    return _page(pages, request, record, request.query_params.get("with", ""))


def decide(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Merges or separates, and leads to the entry that is shown."""
    fields = pages.form(request, body)
    record, account = pages.record_at(request, id), pages.required(request)
    permissions.after(account, "merge", subject(record))
    lang, why = language(request), fields.get("why").strip()[:MAX_WHY_CHARACTERS]
    _ = translator(lang)
    if not why:
        return _page(pages, request, record, fields.get("with"), _("Schreiben Sie, warum."))
    try:
        if fields.number("number") != record.number:
            raise ConflictError("record-changed", {"ids": [record.id]}, id=record.id)
        if record.same_as:
            kept = separate(pages.catalog, record, account, why)
        else:
            other = _other(pages, record, fields.get("with"))
            if other is None or other.number != fields.number("other"):
                raise ConflictError("record-changed", {"ids": [record.id]}, id=record.id)
            kept = merge(pages.catalog, Pair(other, record), account, why, bool(fields.get("fill")))
    except (ConflictError, UsageError):
        fault = _("Einer der Einträge hat sich inzwischen geändert. Es ist nichts geschehen.")
        return _page(pages, request, pages.catalog.store.existing(id), fields.get("with"), fault, 409, why)
    return RedirectResponse(addresses.page(kept.kind, kept.id, lang), 303)


def _other(pages: Pages, record: Record, text: str) -> Record | None:
    """The entry of the same kind that was named by id or address, else None; not the record itself."""
    id = text.strip().partition("?")[0].rstrip("/").rpartition("/")[2].partition(".")[0]
    other = pages.catalog.store.get(id) if id else None
    return other if other and other.shown and other.kind == record.kind and other.id != record.id else None


def _page(
    pages: Pages, request: Request, record: Record, text: str, fault: str = "", status: int = 422, why: str = ""
) -> Response:
    lang = language(request)
    _ = translator(lang)
    other = None if record.same_as else _other(pages, record, text)
    if text and other is None and not record.same_as:
        fault = fault or _("Diesen Eintrag gibt es nicht, oder er ist von anderer Art.")
    into = pages.catalog.store.get(record.same_as) if record.same_as else other
    title = record_title(record, lang)
    return pages.page(
        request,
        "merge.html",
        lang,
        status if fault else 200,
        record=record,
        title=title,
        kept=other,
        into=(record_title(into, lang), addresses.page(into.kind, into.id, lang)) if into else None,
        comparison=compare(pages, other.metadata, record.metadata, lang) if other else None,
        text=text,
        why=why,
        fault=fault,
        crumbs=[(title, addresses.page(record.kind, record.id, lang)), (_("Zusammenführen"), "")],
        indexed=False,
    )
