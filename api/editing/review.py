"""The review: the queue of what waits, each draft beside what is published, and the decision.

Entry point: `routes`. Invariant: what is published is what the reviewer saw, over what the reviewer saw; both are
compared by number.
"""

from contextlib import suppress
from functools import partial
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from msgspec.structs import replace
from starlette.responses import RedirectResponse, Response

from api.editing.comparison import compare, organization_name, owner, preview, record_links, similar
from api.pages.site import Pages
from api.text.formatting import pick_language
from api.text.i18n import translator
from api.text.labels import finding_words
from api.web import addresses
from api.web.addresses import Lang, language, mount, patterns, place
from api.web.session import FormBody, Forms
from registry.errors import ConflictError, NotAllowedError, NotFoundError, StorageFullError, ValidationError
from registry.model import LEVELS, Account, Draft, Record
from registry.model.text import shortened
from registry.model.timing import today
from registry.people.review import has_edited, is_proposal
from registry.quality import check

MAX_MESSAGE_CHARACTERS: Final = 4_000


class Answer(NamedTuple):
    """What the page of a draft says about a decision that was not carried out. `message`: what the reviewer wrote;
    `fault`: what is wrong with it; `conflict`: somebody else was faster; `refused`: the draft cannot be published;
    `full`: there is no room on the server's disk."""

    message: str = ""
    fault: str = ""
    conflict: bool = False
    refused: bool = False
    full: bool = False


NOT_YET: Final = Answer()


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("review"), partial(queue, pages))
    mount(router, patterns("review", "{id}"), partial(show_draft, pages))
    mount(router, patterns("review", "{id}"), partial(decide, pages), "POST")
    return router


# -- views


def queue(pages: Pages, request: Request) -> Response:
    """The drafts that wait for a decision, the oldest first."""
    account = pages.required(request, "review")
    lang = language(request)
    _ = translator(lang)
    published = request.query_params.get("published", "")
    record = pages.catalog.store.get(published) if published else None
    return pages.page(
        request,
        "queue.html",
        lang,
        drafts=list(pages.inbox.queue(account)),
        published=(shortened(pick_language(record.metadata.title, lang).words), _page(record, lang))
        if record
        else None,
        returned="returned" in request.query_params,
        decided="decided" in request.query_params,
        owner=lambda draft: owner(pages, draft, lang),
        crumbs=[(_("Freigabe"), "")],
        indexed=False,
    )


def show_draft(pages: Pages, request: Request, id: str) -> Response:
    """A draft beside what is published, with what the checks found."""
    return _show(pages, request, _draft(pages, id, pages.required(request, "review")))


def decide(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Publishes a draft or hands it back to its author."""
    fields = pages.form(request, body)
    account = pages.required(request, "review")
    try:
        draft = _draft(pages, id, account)
    except NotFoundError:  # the second of two clicks
        return RedirectResponse(place("review", language(request)) + "?decided", 303)
    if fields.get("act") == "return":
        return _return(pages, request, draft, fields, account)
    return _publish(pages, request, draft, fields, account)


# -- the decision


def _return(pages: Pages, request: Request, draft: Draft, fields: Forms, account: Account) -> Response:
    lang = language(request)
    _ = translator(lang)
    message = fields.get("message").strip()[:MAX_MESSAGE_CHARACTERS]
    if not message:
        return _show(pages, request, draft, 422, Answer(fault=_("Schreiben Sie, was die Stelle ändern soll.")))
    try:
        pages.inbox.hand_back(draft.id, account, fields.number("version"), message)
    except ConflictError:
        return _conflict(pages, request, draft.id, message)
    except StorageFullError as error:
        return _show(pages, request, draft, error.status, Answer(message, full=True))
    return RedirectResponse(place("review", lang) + "?returned", 303)


def _publish(pages: Pages, request: Request, draft: Draft, fields: Forms, account: Account) -> Response:
    """Publishes what the reviewer saw; what the catalogue refuses is said at the draft."""
    pages.inbox.require(draft, "publish", account)
    message = fields.get("message")
    try:
        if fields.number("version") != draft.version:
            raise ConflictError("draft-changed-meanwhile")
        based = replace(draft, base=fields.number("number")) if draft.of else draft
        record = pages.catalog.register(based, account.name)
        with suppress(NotFoundError):  # another click was as fast; both have published the same record
            pages.inbox.close(draft.id, account, draft.version, "publish", record.id)
    except ConflictError:
        return _conflict(pages, request, draft.id, message)
    except ValidationError:
        return _show(pages, request, draft, 422, Answer(message, refused=True))
    except StorageFullError as error:
        return _show(pages, request, draft, error.status, Answer(message, full=True))
    return RedirectResponse(f"{place('review', language(request))}?published={record.id}", 303)


def _conflict(pages: Pages, request: Request, id: str, message: str) -> Response:
    """What was decided on has changed: both texts as they are now, or the queue where nothing is left to decide."""
    try:
        return _show(pages, request, pages.inbox.get(id), 409, Answer(message, conflict=True))
    except NotFoundError:
        return RedirectResponse(place("review", language(request)) + "?decided", 303)


# -- the page


def _draft(pages: Pages, id: str, account: Account) -> Draft:
    """The draft, if the account may read it."""
    draft = pages.inbox.get(id)
    if not pages.inbox.may_see(draft, account):
        raise NotAllowedError("draft-of-somebody-else")
    return draft


def _show(pages: Pages, request: Request, draft: Draft, status: int = 200, answer: Answer = NOT_YET) -> Response:
    """The page of a draft."""
    lang = language(request)
    _ = translator(lang)
    account = pages.required(request, "review")
    record = pages.catalog.store.get(draft.of) if draft.of else None
    title = pick_language(draft.metadata.title, lang).words or _("Ohne Titel")
    return pages.page(
        request,
        "review.html",
        lang,
        status,
        draft=draft,
        record=record,
        title=title,
        owner=owner(pages, draft, lang),
        comparison=compare(pages, record.metadata if record else None, draft.metadata, lang),
        checks=_checks(draft, lang),
        similar=record_links(similar(pages, draft.metadata, lang, draft.of), lang),
        card=preview(draft, lang, today()),
        may_decide=pages.inbox.may(draft, "publish", account) and draft.state == "submitted",
        own=has_edited(draft, account),
        record_owner=organization_name(pages, record.owner, lang) if record else "",
        editors=dict.fromkeys((draft.author, *draft.editors)),
        proposal=record is not None and is_proposal(draft, record.owner),
        base_moved=record is not None and record.number != draft.base,
        answer=answer,
        waiting=_waiting(pages, draft, account),
        published=_page(record, lang) if record else "",
        crumbs=[(_("Freigabe"), place("review", lang)), (title, "")],
        indexed=False,
    )


def _checks(draft: Draft, lang: Lang) -> list[tuple[str, str, str]]:
    """Level, sentence and remedy of what the checks found, the gravest first; each rule once a field."""
    findings = {(finding.rule, finding.field): finding for finding in check.check(draft.metadata)}
    gravest_first = sorted(findings.values(), key=lambda finding: LEVELS.index(finding.level))
    return [(finding.level, *finding_words(finding.rule, lang)) for finding in gravest_first]


def _waiting(pages: Pages, draft: Draft, account: Account) -> tuple[int, int]:
    """The draft's place in the queue of this account, and its length."""
    ids = [waiting.id for waiting in pages.inbox.queue(account)]
    return (ids.index(draft.id) + 1 if draft.id in ids else 0), len(ids)


def _page(record: Record, lang: Lang) -> str:
    return addresses.page(record.kind, record.id, lang)
