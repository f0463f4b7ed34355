"""The review: what waits, each draft beside what is published, and the decision."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from msgspec.structs import replace
from starlette.responses import RedirectResponse, Response

from api.editing.comparison import compare, owner, preview, record_links, similar
from api.pages.site import Pages
from api.text import sentences
from api.text.formatting import ZONE, said
from api.text.i18n import translator
from api.text.labels import finding_words
from api.web import addresses
from api.web.addresses import hang, language, patterns, place
from api.web.session import FormBody, Forms
from registry.catalog import Catalog
from registry.errors import ConflictError, NotFoundError
from registry.model import Account, Draft, Record
from registry.people.review import may, moved
from registry.quality import check
from registry.settings import Settings

REVIEWERS = ("reviewer", "administrator")
LONGEST = 4_000  # characters of a message


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    pages = Pages(catalog, settings)
    router = APIRouter(include_in_schema=False)

    def queue(request: Request) -> Response:
        pages.required(request, *REVIEWERS)
        lang = language(request)
        _ = translator(lang)
        published = request.query_params.get("published", "")
        done = catalog.store.get(published) if published else None
        return pages.page(
            request,
            "queue.html",
            lang,
            drafts=list(pages.inbox.queue()),
            done=(said(done.metadata.title, lang).words, addresses.page(done.kind, done.id, lang)) if done else None,
            returned="returned" in request.query_params,
            decided="decided" in request.query_params,
            kind=sentences.kind,
            owner=lambda one: owner(pages, one, lang),
            crumbs=[(_("Freigabe"), "")],
            indexed=False,
        )

    def one(request: Request, id: str) -> Response:
        pages.required(request, *REVIEWERS)
        return _show(pages, request, pages.inbox.get(id))

    def decide(request: Request, id: str, body: FormBody = b"") -> Response:
        fields = pages.form(request, body)
        account = pages.required(request, *REVIEWERS)
        try:
            draft = pages.inbox.get(id)
        except NotFoundError:  # the second of two clicks
            return RedirectResponse(place("review", language(request)) + "?decided", 303)
        if fields.get("act") == "return":
            return _return(pages, request, draft, fields, account)
        return _publish(pages, request, draft, fields, account)

    hang(router, patterns("review"), queue)
    hang(router, patterns("review", "{id}"), one)
    hang(router, patterns("review", "{id}"), decide, "POST")
    return router


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else -1


def _return(pages: Pages, request: Request, draft: Draft, fields: Forms, account: Account) -> Response:
    lang = language(request)
    _ = translator(lang)
    reason = fields.get("message").strip()[:LONGEST]
    if not reason:
        wrong = _("Schreiben Sie, was die Stelle ändern soll.")
        return _show(pages, request, draft, 422, wrong=wrong)
    try:
        pages.inbox.hand_back(draft.id, account, _number(fields.get("version")), reason)
    except ConflictError:
        return _conflict(pages, request, draft.id, reason)
    return RedirectResponse(place("review", lang) + "?returned", 303)


def _conflict(pages: Pages, request: Request, id: str, message: str) -> Response:
    """What was decided on has changed: both texts as they are now, or the queue where nothing is left to decide."""
    try:
        return _show(pages, request, pages.inbox.get(id), 409, message=message, conflict=True)
    except NotFoundError:
        return RedirectResponse(place("review", language(request)) + "?decided", 303)


def _publish(pages: Pages, request: Request, draft: Draft, fields: Forms, account: Account) -> Response:
    """Publishes what the reviewer saw, over what the reviewer saw: both are compared by number."""
    moved(draft, "publish", account)
    seen, number = _number(fields.get("version")), _number(fields.get("number"))
    try:
        if seen != draft.version:
            raise ConflictError("The draft was changed meanwhile.")
        record = pages.catalog.register(replace(draft, base=number) if draft.of else draft, account.name)
        with suppress(NotFoundError):  # another click was as fast; both have published the same record
            pages.inbox.close(draft.id, account, draft.version, "publish")
    except ConflictError:
        return _conflict(pages, request, draft.id, fields.get("message"))
    return RedirectResponse(f"{place('review', language(request))}?published={record.id}", 303)


def _show(
    pages: Pages,
    request: Request,
    draft: Draft,
    status: int = 200,
    *,
    message: str = "",
    wrong: str = "",
    conflict: bool = False,
) -> Response:
    lang = language(request)
    _ = translator(lang)
    account = pages.required(request, *REVIEWERS)
    record = pages.catalog.store.get(draft.of) if draft.of else None
    title = said(draft.metadata.title, lang).words or _("Ohne Titel")
    return pages.page(
        request,
        "review.html",
        lang,
        status,
        draft=draft,
        record=record,
        title=title,
        owner=owner(pages, draft, lang),
        kind_label=sentences.kind(draft.metadata.kind, lang),
        comparison=compare(pages, record.metadata if record else None, draft.metadata, lang),
        checks=_checks(draft, lang),
        similar=record_links(similar(pages, draft.metadata, lang, draft.of), lang),
        card=preview(draft, lang, datetime.now(ZONE).date()),
        may_decide=may(draft, "publish", account) and draft.state == "submitted",
        own=draft.author == account.name,
        base_moved=record is not None and record.number != draft.base,
        message=message,
        wrong=wrong,
        conflict=conflict,
        waiting=_waiting(pages, draft),
        published=_page(record, lang),
        crumbs=[(_("Freigabe"), place("review", lang)), (title, "")],
        indexed=False,
    )


def _checks(draft: Draft, lang: Any) -> list[tuple[str, str, str]]:
    """Level, sentence and remedy of what the checks found; each rule once."""
    found = {(one.rule, one.field): one for one in check.check(draft.metadata)}
    order = {"failed": 0, "must": 1, "should": 2, "hint": 3}
    gravest_first = sorted(found.values(), key=lambda one: order[one.level])
    return [(one.level, *finding_words(one.rule, lang)) for one in gravest_first]


def _waiting(pages: Pages, draft: Draft) -> tuple[int, int]:
    """The draft's place in the queue, and its length."""
    ids = [one.id for one in pages.inbox.queue()]
    return (ids.index(draft.id) + 1 if draft.id in ids else 0), len(ids)


def _page(record: Record | None, lang: Any) -> str:
    return addresses.page(record.kind, record.id, lang) if record else ""
