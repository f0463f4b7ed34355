"""The review of a draft: beside what is published, with remarks on fields, and the decision.

Entry point: `routes`. Invariant: what is published is what the reviewer saw, over what the reviewer saw; both are
compared by number.
"""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.editing.comparison import compare, organization_name, owner, preview, record_links, similar
from api.editing.review_hints import people_named, unreachable
from api.editing.review_queue import MAX_MESSAGE_CHARACTERS, NOTICES
from api.pages.site import Pages
from api.text.formatting import as_date, pick_language
from api.text.i18n import translator
from api.text.labels import finding_words
from api.web import addresses
from api.web.addresses import Lang, language, mount, patterns, place
from api.web.session import FormBody, Forms
from registry.catalog.deciding import publish, publish_later
from registry.errors import ConflictError, NotAllowedError, NotFoundError, StorageFullError, ValidationError
from registry.model import LEVELS, Account, Draft, Record
from registry.model.timing import today
from registry.people.review import has_edited, is_proposal
from registry.quality import check
from vocab.fields import rows_by_name

REMARK: Final = "remark-"  # begins the name of a remark on a field in the form


class Answer(NamedTuple):
    """What the page of a draft says about a decision that was not carried out.

    `message`, `remarks`, `reason`: what the reviewer wrote and chose; `fault`: what is wrong with it; `conflict`:
    somebody else was faster; `refused`: the draft cannot be published; `full`: there is no room on the server's disk.
    """

    message: str = ""
    fault: str = ""
    conflict: bool = False
    refused: bool = False
    full: bool = False
    remarks: Mapping[str, str] = {}
    reason: str = ""


NOT_YET: Final = Answer()


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("review", "{id}"), partial(show_draft, pages))
    mount(router, patterns("review", "{id}"), partial(decide, pages), "POST")
    return router


# -- views


def show_draft(pages: Pages, request: Request, id: str) -> Response:
    """A draft beside what is published, with what the checks found."""
    return _show(pages, request, _draft(pages, id, pages.required(request, "review")))


def decide(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Publishes a draft, hands it back to its author, or declines it."""
    fields = pages.form(request, body)
    account = pages.required(request, "review")
    try:
        draft = _draft(pages, id, account)
    except NotFoundError:  # the second of two clicks
        return _to_queue(request, "decided")
    if fields.get("act") in ("return", "decline"):
        return _refuse(pages, request, draft, fields, account)
    return _publish(pages, request, draft, fields, account)


# -- the decision


def _refuse(pages: Pages, request: Request, draft: Draft, fields: Forms, account: Account) -> Response:
    """Hands a draft back or declines it, with what the reviewer wrote about it and about its fields."""
    entered, declined = _entered(fields), fields.get("act") == "decline"
    message = _message(pages, request, entered)
    if not message and (declined or not entered.remarks):
        _ = translator(language(request))
        fault = _("Schreiben Sie, warum.") if declined else _("Schreiben Sie, was die Stelle ändern soll.")
        return _show(pages, request, draft, 422, entered._replace(fault=fault))
    version = fields.number("version")
    try:
        if declined:
            pages.inbox.close(draft.id, account, version, "decline", comment=message)
        else:
            pages.inbox.hand_back(draft.id, account, version, message, entered.remarks)
    except ConflictError:
        return _conflict(pages, request, draft.id, entered)
    except StorageFullError as error:
        return _show(pages, request, draft, error.status, entered._replace(full=True))
    return _to_queue(request, "declined" if declined else "returned")


def _publish(pages: Pages, request: Request, draft: Draft, fields: Forms, account: Account) -> Response:
    """Publishes what the reviewer saw; what the catalogue refuses is said at the draft."""
    pages.inbox.require(draft, "publish", account)
    entered = _entered(fields)
    try:
        if fields.number("version") != draft.version:
            raise ConflictError("draft-changed-meanwhile")
        if on := _embargo(fields):
            publish_later(pages.catalog, draft, account, on, fields.number("number"))
            return _to_queue(request, "scheduled")
        record = publish(pages.catalog, draft, account, fields.number("number"))
    except ConflictError:
        return _conflict(pages, request, draft.id, entered)
    except ValidationError:
        return _show(pages, request, draft, 422, entered._replace(refused=True))
    except StorageFullError as error:
        return _show(pages, request, draft, error.status, entered._replace(full=True))
    return RedirectResponse(f"{place('review', language(request))}?published={record.id}", 303)


def _embargo(fields: Forms) -> date | None:
    """The day on which a draft is to be published, if it is after today."""
    on = as_date(fields.get("on").strip())
    return on if on and on > today() else None


def _entered(fields: Forms) -> Answer:
    """What the reviewer wrote in the form."""
    remarks = {
        name.removeprefix(REMARK): text.strip()[:MAX_MESSAGE_CHARACTERS]
        for name, text in fields.pairs
        if name.startswith(REMARK) and text.strip()
    }
    message = fields.get("message").strip()[:MAX_MESSAGE_CHARACTERS]
    return Answer(message, remarks=remarks, reason=fields.get("reason"))


def _message(pages: Pages, request: Request, entered: Answer) -> str:
    """The chosen text module, and below it what the reviewer wrote."""
    reasons = pages.catalog.reasons.all(language(request))
    chosen = next((reason.text for reason in reasons if reason.title == entered.reason), "")
    return "\n\n".join(filter(None, (chosen, entered.message)))


def _to_queue(request: Request, notice: str) -> Response:
    assert notice in NOTICES
    return RedirectResponse(f"{place('review', language(request))}?{notice}", 303)


def _conflict(pages: Pages, request: Request, id: str, entered: Answer) -> Response:
    """What was decided on has changed: both texts as they are now, or the queue where nothing is left to decide."""
    try:
        return _show(pages, request, pages.inbox.get(id), 409, entered._replace(conflict=True))
    except NotFoundError:
        return _to_queue(request, "decided")


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
        unreachable=unreachable(pages.catalog.links, draft.metadata),
        people=people_named(draft.metadata),
        similar=record_links(similar(pages, draft.metadata, lang, draft.of), lang),
        card=preview(draft, lang, today()),
        since_last=compare(pages, draft.before, draft.metadata, lang).changed if draft.before else (),
        reasons=pages.catalog.reasons.all(lang),
        may_decline=pages.inbox.may(draft, "decline", account),
        may_decide=pages.inbox.may(draft, "publish", account) and draft.state == "submitted",
        own=has_edited(draft, account),
        lifted=pages.inbox.four_eyes.lifted(record.owner if record else draft.owner),
        record_owner=organization_name(pages, record.owner, lang) if record else "",
        field_label=lambda name: (
            rows_by_name(draft.metadata.kind)[name].label(lang) if name in rows_by_name(draft.metadata.kind) else ""
        ),
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


def _waiting(pages: Pages, draft: Draft, account: Account) -> tuple[int, int, str]:
    """The draft's place in the queue of this account, its length, and the id of the next draft, "" after the last."""
    ids = [waiting.id for waiting, _may_decide in pages.inbox.queue_of(account)]
    number = ids.index(draft.id) + 1 if draft.id in ids else 0
    return number, len(ids), ids[number] if 0 < number < len(ids) else ""


def _page(record: Record, lang: Lang) -> str:
    return addresses.page(record.kind, record.id, lang)
