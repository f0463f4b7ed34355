"""The queue of what waits for a decision: how long it waits, deciding on several at once, taking a decision back.

Entry point: `routes`. Invariant: before something happens to several drafts, a page says to which.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.editing.comparison import owner
from api.pages.site import Pages
from api.text.formatting import pick_language
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang, language, mount, notice, patterns, place
from api.web.session import FormBody
from registry.catalog.deciding import publish, undo
from registry.errors import ConflictError, LotseError, NotFoundError
from registry.model import Account, Draft, Record
from registry.model.text import shortened
from registry.people.reasons import MAX_REASONS, MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS, Reason
from registry.quality import check
from vocab.kinds import KIND_ROWS

MAX_MESSAGE_CHARACTERS: Final = 4_000
DAYS_TO_DECIDE: Final = 5  # after which the queue marks a draft as late
CHOSEN: Final = "draft-"  # begins the name of a check box, before the id; its value is the version
NOTICES: Final = ("published", "returned", "declined", "decided", "undone", "too-late", "scheduled")


class Row(NamedTuple):
    """A draft in the queue. `days`: how long it waits; `may_decide`: False for who worked on it (four eyes)."""

    draft: Draft
    owner: str
    days: int
    may_decide: bool
    faults: int


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("review"), partial(queue, pages))
    mount(router, patterns("review"), partial(decide_several, pages), "POST")
    mount(router, patterns("review", "reasons"), partial(show_reasons, pages))
    mount(router, patterns("review", "reasons"), partial(save_reasons, pages), "POST")
    mount(router, patterns("review", "{id}", "undo"), partial(take_back, pages), "POST")
    return router


def queue(pages: Pages, request: Request) -> Response:
    """The drafts that wait for a decision, the oldest first; of one kind or organization if the address says so."""
    account = pages.required(request, "review")
    lang = language(request)
    _ = translator(lang)
    rows = [_row(pages, draft, may_decide, lang) for draft, may_decide in pages.inbox.queue_of(account)]
    published = request.query_params.get("published", "")
    record = pages.catalog.store.get(published) if published else None
    kind, office = request.query_params.get("kind", ""), request.query_params.get("owner", "")
    return pages.page(
        request,
        "queue.html",
        lang,
        rows=[row for row in rows if kind in ("", row.draft.metadata.kind) and office in ("", row.owner)],
        published=(shortened(pick_language(record.metadata.title, lang).words), _address(record, lang))
        if record
        else None,
        waiting=len(rows),
        kinds=_counted([row.draft.metadata.kind for row in rows], lambda name: KIND_ROWS[name].plural[lang]),
        owners=_counted([row.owner for row in rows], str),
        chosen={"kind": kind, "owner": office},
        late=DAYS_TO_DECIDE,
        scheduled=[
            (draft, owner(pages, draft, lang))
            for draft in pages.inbox.in_state("submitted")
            if draft.release and pages.inbox.may(draft, "publish", account)
        ],
        decided=[(draft, owner(pages, draft, lang)) for draft in pages.inbox.decided(account)],
        page_of_draft=lambda draft: addresses.page(draft.metadata.kind, draft.record, lang) if draft.record else "",
        notice=notice(request, NOTICES),
        number=request.query_params.get("number", ""),
        crumbs=[(_("Freigabe"), "")],
        indexed=False,
    )


def decide_several(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Shows what would happen to the chosen drafts; does it once somebody has said to be sure."""
    fields = pages.form(request, body)
    account = pages.required(request, "review")
    lang, act = language(request), fields.get("act")
    chosen = [name for name, _ in fields.pairs if name.startswith(CHOSEN)]
    versions = {name.removeprefix(CHOSEN): fields.number(name) for name in chosen}
    rows = [
        _row(pages, draft, may_decide, lang)
        for draft, may_decide in pages.inbox.queue_of(account)
        if draft.id in versions and may_decide
    ]
    if act not in _ACTS or not rows:
        return RedirectResponse(place("review", lang), 303)
    message = fields.get("message").strip()[:MAX_MESSAGE_CHARACTERS]
    if not fields.get("sure") or (act != "publish" and not message):
        return _ask(pages, request, rows, act, wrong=bool(fields.get("sure")))
    done = sum(_is_done(pages, account, row.draft, act, message, versions[row.draft.id]) for row in rows)
    return RedirectResponse(f"{place('review', lang)}?{_NOTICE_OF[act]}&number={done}", 303)


def take_back(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Takes a decision back within an hour; the draft waits again."""
    pages.form(request, body)
    account = pages.required(request, "review")
    try:
        undo(pages.catalog, pages.inbox.get_any(id), account)
        outcome = "undone"
    except (ConflictError, NotFoundError):
        outcome = "too-late"
    return RedirectResponse(f"{place('review', language(request))}?{outcome}", 303)


def show_reasons(pages: Pages, request: Request) -> Response:
    """The text modules, to be changed."""
    pages.required(request, "review")
    return _reasons(pages, request, pages.catalog.reasons.all(language(request)))


def save_reasons(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Stores the text modules, without empty ones; the form again with 422 where a title or a text is missing."""
    fields = pages.form(request, body)
    pages.required(request, "review")
    entered = [
        Reason(fields.get(f"title-{n}").strip()[:MAX_TITLE_CHARACTERS], fields.get(f"text-{n}").strip())
        for n in range(MAX_REASONS)
    ]
    reasons = [Reason(title, text[:MAX_TEXT_CHARACTERS]) for title, text in entered if title or text]
    if not all(reason.title and reason.text for reason in reasons):
        return _reasons(pages, request, reasons, wrong=True)
    pages.catalog.reasons.replace(reasons)
    return RedirectResponse(place("review", language(request), "reasons") + "?saved", 303)


# -- deciding on several


def _publish(pages: Pages, draft: Draft, account: Account, message: str) -> None:
    del message
    record = pages.catalog.store.get(draft.of) if draft.of else None
    if record and record.number != draft.base:
        raise ConflictError("record-changed", {"ids": [record.id]}, id=record.id)
    publish(pages.catalog, draft, account)


def _return(pages: Pages, draft: Draft, account: Account, message: str) -> None:
    pages.inbox.hand_back(draft.id, account, draft.version, message)


def _decline(pages: Pages, draft: Draft, account: Account, message: str) -> None:
    pages.inbox.close(draft.id, account, draft.version, "decline", comment=message)


_ACTS: Final[Mapping[str, Callable[[Pages, Draft, Account, str], None]]] = MappingProxyType(
    {"publish": _publish, "return": _return, "decline": _decline}
)
_NOTICE_OF: Final = MappingProxyType({"publish": "published", "return": "returned", "decline": "declined"})


def _is_done(pages: Pages, account: Account, draft: Draft, act: str, message: str, version: int) -> bool:
    """Whether the act was carried out; not if the draft was changed meanwhile or may not be published."""
    try:
        if draft.version != version:
            return False
        _ACTS[act](pages, draft, account, message)
    except LotseError:
        return False
    return True


def _ask(pages: Pages, request: Request, rows: list[Row], act: str, wrong: bool) -> Response:
    lang = language(request)
    _ = translator(lang)
    return pages.page(
        request,
        "review_several.html",
        lang,
        422 if wrong else 200,
        rows=rows,
        act=act,
        wrong=wrong,
        reasons=pages.catalog.reasons.all(lang),
        crumbs=[(_("Freigabe"), place("review", lang)), (_("Mehrere auf einmal"), "")],
        indexed=False,
    )


# -- pages


def _row(pages: Pages, draft: Draft, may_decide: bool, lang: Lang) -> Row:
    days = (datetime.now(UTC) - draft.changed).days if draft.changed else 0
    faults = sum(finding.level in ("failed", "must") for finding in check.check(draft.metadata))
    return Row(draft, owner(pages, draft, lang), days, may_decide, faults)


def _counted(values: list[str], label: Callable[[str], str]) -> list[tuple[str, str, int]]:
    """Value, label and number of each value, in order of labels; nothing where there is only one."""
    numbers = {value: values.count(value) for value in values}
    return sorted(((value, label(value), number) for value, number in numbers.items()), key=lambda row: row[1])[
        : len(numbers) if len(numbers) > 1 else 0
    ]


def _reasons(pages: Pages, request: Request, reasons: list[Reason], wrong: bool = False) -> Response:
    lang = language(request)
    _ = translator(lang)
    return pages.page(
        request,
        "reasons.html",
        lang,
        422 if wrong else 200,
        reasons=[*reasons, Reason("", ""), Reason("", "")][:MAX_REASONS],
        wrong=wrong,
        saved="saved" in request.query_params,
        crumbs=[(_("Freigabe"), place("review", lang)), (_("Textbausteine"), "")],
        indexed=False,
    )


def _address(record: Record, lang: Lang) -> str:
    return addresses.page(record.kind, record.id, lang)
