"""Registering a thing of any kind: a draft that is kept, all its questions on one page, and the entries of an account.

Entry points: `routes`, `save`, `show`. The form itself is made, read and checked in `form.py`; `sections.py` shows it
section by section.
Invariant: what was sent is kept in a draft before anything is said about it, but for a blank form.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial, wraps
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.editing import form
from api.editing.comparison import compare, organization_name, owner, preview, record_links, similar
from api.editing.draft_progress import confirmation
from api.editing.drafting import (
    FormPage,
    changed_record,
    context_of,
    draft_of,
    forget_picture,
    may_save,
    next_address,
    own_organization,
    record_of,
    saved_in_between,
    sent,
)
from api.editing.form_context import Entered, FormContext
from api.editing.form_fields import SECTIONS, Section, form_of
from api.editing.form_questions import questions, targets
from api.editing.remarks import remarks
from api.pages.site import NO_STORE, Pages
from api.text.formatting import pick_language
from api.text.i18n import translator
from api.web import session
from api.web.addresses import Lang, language, mount, patterns, place
from api.web.session import FormBody, Forms, StaleFormError
from registry.catalog.reminding import due_for_confirmation
from registry.errors import ConflictError, LotseError, NotFoundError, StorageFullError
from registry.model import KINDS, Account, Draft, Kind, Metadata, Record
from registry.model.people import Channel
from registry.model.timing import today
from registry.people.permissions import acts_for
from registry.store.store import Selection
from vocab.kinds import KIND_ROWS

MAX_PUBLISHED_SHOWN: Final = 200
_NOTICES: Final = ("sent", "discarded", "later", "imported", "confirmed")  # parameters of the list of entries


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for steps, view, method in (
        (("register",), _to_form, "GET"),
        (("mine",), _to_entries, "GET"),
        (("mine", "entries"), partial(entries, pages), "GET"),
    ):
        mount(router, patterns(*steps), view, method)
    for kind in KINDS:
        mount(router, patterns("register", kind), partial(start, pages, kind))
        mount(router, patterns("register", kind), partial(begin, pages, kind), "POST")
        mount(router, patterns("register", kind, "{id}"), partial(resume, pages))
        mount(router, patterns("register", kind, "{id}"), partial(save, pages), "POST")
    return router


def _to_form(request: Request) -> Response:
    return RedirectResponse(place("register", language(request), "project"), 302)


def _to_entries(request: Request) -> Response:
    return RedirectResponse(place("mine", language(request), "entries"), 302)


def keeps_entered(view: Callable[..., Response]) -> Callable[..., Response]:
    """The same view, but what was entered is shown again, unsaved, if the form was of an earlier session or the disk is
    full."""

    @wraps(view)
    def kept(pages: Pages, *bound: Any, request: Request, **parameters: Any) -> Response:
        try:
            return view(pages, *bound, request=request, **parameters)
        except StaleFormError as stale:
            return _show_unsaved(pages, bound, request, stale.fields, parameters, stale)
        except StorageFullError as full:
            return _show_unsaved(pages, bound, request, pages.form(request, parameters["body"]), parameters, full)

    return kept


def _show_unsaved(
    pages: Pages,
    bound: tuple[Any, ...],
    request: Request,
    fields: Forms,
    parameters: dict[str, Any],
    error: LotseError,
) -> Response:
    """The form with what was entered, and why nothing of it is saved."""
    id = parameters.get("id")
    draft = draft_of(pages, id, pages.required(request)) if id else None
    kind: Kind = draft.metadata.kind if draft else bound[0]
    before = form.shown(draft.metadata if draft else Metadata(kind=kind), context_of(pages, kind, language(request)))
    page = FormPage(kind, before | form.entered(fields, kind), draft, of=fields.get("of"))
    full = isinstance(error, StorageFullError)
    page = page._replace(base_number=fields.number("base"), section=_section(fields), expired=not full, full=full)
    return show(pages, request, page, error.status)


def _section(fields: Forms) -> Section | None:
    """The section whose page was sent; None for the page with all questions."""
    return next((name for name in SECTIONS if name == fields.get("section")), None)


# -- views


def start(pages: Pages, kind: Kind, request: Request) -> Response:
    """The questions that are asked first, empty or of a published record (`?of=`)."""
    account = pages.required(request)
    of = request.query_params.get("of", "")
    record = record_of(pages.catalog, of, kind)
    context = context_of(pages, kind, language(request))
    if record:
        values = form.shown(record.metadata, context)
        page = FormPage(kind, values, of=of, base_number=record.number, before=record.metadata)
        return show(pages, request, page)
    values = form.shown(Metadata(kind=kind), context) | _of_account(pages, account, kind, context.lang)
    return show(pages, request, FormPage(kind, values))


def _of_account(pages: Pages, account: Account, kind: Kind, lang: Lang) -> dict[str, Any]:
    """What a new form says by itself: name and contact of the organization that the account acts for."""
    record = own_organization(pages, account)
    if record is None:
        return {}
    name = pick_language(record.metadata.title, lang).words
    mail = next((contact.email for contact in record.metadata.contacts if contact.email), "")
    return dict.fromkeys(form.names_of_own_organization(kind), name) | ({"email": mail} if mail else {})


def _channels_of_account(pages: Pages, account: Account, values: Entered, context: FormContext) -> dict[str, Channel]:
    """The fields that a new form said by itself and that were left as they were."""
    presets = _of_account(pages, account, context.kind, context.lang)
    rows = {form_field.name: form_field.metadata_field for form_field in form_of(context.kind)}
    return {rows[name]: "account" for name, value in presets.items() if values.get(name) == value}


@keeps_entered
def begin(pages: Pages, kind: Kind, request: Request, body: FormBody = b"") -> Response:
    """Keeps what was entered in a new draft."""
    fields = pages.form(request, body)
    account = pages.required(request)
    record = record_of(pages.catalog, fields.get("of"), kind)
    context = context_of(pages, kind, language(request), record)
    values, metadata, faults = sent(fields, record.metadata if record else Metadata(kind=kind), context, record)
    if record is None and form.is_blank(form.entered(fields, kind), kind):  # nothing to keep
        if fields.get("act") == "autosave":
            return JSONResponse({})
        faults = faults or form.missing(values, metadata, context)[:1]
        return show(pages, request, FormPage(kind, values, faults=faults), 422)
    of = fields.get("of") or None
    owner = acts_for(account, record.owner if record else "")
    channels = {} if record else _channels_of_account(pages, account, values, context)
    draft = pages.inbox.begin(metadata, account, owner, of, fields.number("base"), channels)
    return _next(pages, request, fields, draft, FormPage(kind, values, draft, faults))


def resume(pages: Pages, request: Request, id: str) -> Response:
    """All questions of a draft on one page."""
    draft = draft_of(pages, id, pages.required(request))
    return show(pages, request, page_of_draft(pages, request, draft))


def page_of_draft(pages: Pages, request: Request, draft: Draft, section: Section | None = None) -> FormPage:
    """The page of a draft as it was saved."""
    kind, parameters = draft.metadata.kind, request.query_params
    values = form.shown(draft.metadata, context_of(pages, kind, language(request)))
    more = parameters.get("more", "")
    return FormPage(kind, values, draft, section=section, more=more, saved="saved" in parameters)


@keeps_entered
def save(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Keeps what was entered in the draft, unless somebody else has saved meanwhile; or asks whether to discard it."""
    fields = pages.form(request, body)
    account = pages.required(request)
    draft = draft_of(pages, id, account)
    if fields.get("act") == "discard":
        return _discard(pages, request, draft, fields)
    if fields.get("act") == "take-back":
        return _take_back(pages, request, draft, fields)
    record, kind, section = changed_record(pages, draft), draft.metadata.kind, _section(fields)
    context = context_of(pages, kind, language(request), record)
    values, metadata, faults = sent(fields, draft.metadata, context, record, section)
    try:
        draft = pages.inbox.save(id, metadata, account, fields.number("version"))
    except ConflictError:
        if fields.get("act") == "autosave":
            return JSONResponse({"conflict": True}, 409, NO_STORE)
        draft = draft_of(pages, id, account)  # both texts are shown, and the next save counts from this one
        conflict = compare(pages, draft.metadata, metadata, context.lang)
        return show(pages, request, FormPage(kind, values, draft, faults, conflict, section=section), 409)
    return _next(pages, request, fields, draft, FormPage(kind, values, draft, faults, section=section))


def entries(pages: Pages, request: Request) -> Response:
    """The drafts of an account, and what its organizations have published."""
    account = pages.required(request)
    lang = language(request)
    _ = translator(lang)
    published = _published(pages, account)
    drafts = list(pages.inbox.of_account(account))
    notice = next((name for name in _NOTICES if name in request.query_params), "")
    return pages.page(
        request,
        "entries.html",
        lang,
        drafts=drafts,
        **confirmation(drafts if notice == "sent" else (), account, lang),
        unconfirmed=due_for_confirmation(pages.catalog, account, datetime.now(UTC)),
        declined=[draft for draft in pages.inbox.listed(account, ("declined",)) if account.name in draft.editors],
        proposals=list(pages.inbox.proposals(account, [record.id for record in published])),
        published=published[:MAX_PUBLISHED_SHOWN],
        owner=lambda draft: owner(pages, draft, lang),
        notice=notice,
        handed_in=int(handed_in) if (handed_in := request.query_params.get("handed-in", "")[:6]).isdecimal() else 0,
        kinds=[(kind, row.singular[lang]) for kind, row in KIND_ROWS.items() if kind != "project"],
        crumbs=[(_("Meine Einträge"), "")],
        indexed=False,
    )


def _published(pages: Pages, account: Account) -> list[Record]:
    """What the account's organizations have published."""
    store = pages.catalog.store
    records = {
        record.id: record
        for owner in account.organizations
        for record in store.find(Selection(owner=owner, shown=True))
    }
    return sorted(records.values(), key=lambda record: record.id)


# -- after saving


def _next(pages: Pages, request: Request, fields: Forms, draft: Draft, page: FormPage) -> Response:
    """Back to the form with what is to mend, on to the next section or the reviewers, or just the saved draft."""
    lang, act = language(request), fields.get("act")
    address = address_of(draft, lang, *([page.section] if page.section else []))
    if act == "autosave":
        return saved_in_between(draft, address, lang)
    if one_more := next_address(act, address):
        return RedirectResponse(one_more, 303)
    if act == "later":
        return RedirectResponse(place("mine", lang, "entries") + "?later", 303)
    if page.faults:
        return show(pages, request, page, 422)
    if act == "submit":
        pages.inbox.submit(draft.id, pages.required(request), draft.version)
        return RedirectResponse(place("mine", lang, "entries") + "?sent", 303)
    if act == "continue":
        return RedirectResponse(address_of(draft, lang, following(page)), 303)
    return RedirectResponse(f"{address}?saved", 303)


def address_of(draft: Draft, lang: Lang, *steps: str) -> str:
    """The address of a page of a draft."""
    return place("register", lang, draft.metadata.kind, draft.id, *steps)


def sections_of(kind: Kind) -> list[Section]:
    """The sections that ask something of a kind of thing."""
    return [name for name in SECTIONS if any(form_field.section == name for form_field in form_of(kind))]


def following(page: FormPage) -> str:
    """The step after a section: the next one, after the last one the check; after all questions the list of tasks."""
    if page.section is None:
        return "sections"
    names = [*sections_of(page.kind), "send"]
    return names[names.index(page.section) + 1]


def _take_back(pages: Pages, request: Request, draft: Draft, fields: Forms) -> Response:
    """Takes a submitted draft back, so that it can be changed; nothing if it was decided on meanwhile."""
    lang = language(request)
    with suppress(ConflictError, NotFoundError):
        pages.inbox.withdraw(draft.id, pages.required(request), fields.number("version"))
        return RedirectResponse(address_of(draft, lang, "sections") + "?saved", 303)
    return RedirectResponse(place("mine", lang, "entries"), 303)


def _discard(pages: Pages, request: Request, draft: Draft, fields: Forms) -> Response:
    """Throws a draft away, once somebody has said to be sure."""
    lang = language(request)
    _ = translator(lang)
    if fields.get("sure"):
        pages.inbox.close(draft.id, pages.required(request), fields.number("version"), "discard")
        forget_picture(pages, draft)
        return RedirectResponse(place("mine", lang, "entries") + "?discarded", 303)
    return pages.page(
        request,
        "discard.html",
        lang,
        draft=draft,
        title=pick_language(draft.metadata.title, lang).words or _("Ohne Titel"),
        action=address_of(draft, lang),
        crumbs=[(_("Meine Einträge"), place("mine", lang, "entries")), (_("Entwurf löschen"), "")],
        indexed=False,
    )


# -- the page


def show(pages: Pages, request: Request, page: FormPage, status: int = 200) -> Response:
    """The page of a form: of a section, of all questions of a draft, or of those that are asked first."""
    lang, draft = language(request), page.draft
    account = pages.required(request)
    steps = [page.section] if page.section else []
    of_account = {
        "action": address_of(draft, lang, *steps) if draft else place("register", lang, page.kind),
        "own": draft is None or pages.inbox.may(draft, "save", account),
        "locked": draft is not None and not may_save(pages, draft, account),
        "record_owner": _other_owner(pages, draft.of if draft else page.of, account, lang),
        "guest_until": "",
        "session_ends": session.ends(request, pages.settings),
        "picture_page": address_of(draft, lang, "picture") if draft and _asks_picture(page) else "",
    }
    return pages.page(
        request, "register.html", lang, status, **variables(pages, page, lang) | frame(page, lang) | of_account
    )


def _asks_picture(page: FormPage) -> bool:
    """Whether the page of a draft asks for a picture."""
    return any(row.name == "image" and page.section in (None, row.section) for row in form_of(page.kind))


def variables(pages: Pages, page: FormPage, lang: Lang) -> dict[str, Any]:
    """What the template of the form shows, whoever fills it in."""
    draft, kind = page.draft, page.kind
    context = context_of(pages, kind, lang)
    first = [] if draft else [row.name for row in form_of(kind) if row.is_needed(kind)]
    blocks = questions(context, page.values, page.section, page.more, first)
    before = draft.metadata if draft else page.before or Metadata(kind=kind)
    return page._asdict() | {
        "blocks": blocks,
        **remarks(draft, lang),
        "elsewhere": form.elsewhere(before, context),
        "faults": targets(page.faults, blocks),
        "errors": {error.field: error for error in reversed(page.faults)},
        "of": draft.of if draft else page.of,
        "base_number": draft.base if draft else page.base_number,
        "organizations": pages.organization_names(lang),
        "similar": record_links(similar(pages, draft.metadata, lang, draft.of) if draft else [], lang),
        "card": preview(draft, lang, today()) if draft else None,
        "indexed": False,
    }


def frame(page: FormPage, lang: Lang) -> dict[str, Any]:
    """What stands around a page of a draft: names of kind and sections, links between them, and the way back."""
    _ = translator(lang)
    label = _("%(kind)s anmelden") % {"kind": KIND_ROWS[page.kind].singular[lang]}
    names = sections_of(page.kind)
    steps = [
        (number, _(SECTIONS[name][0]), name, address_of(page.draft, lang, name) if page.draft else "")
        for number, name in enumerate(names, 1)
    ]
    crumbs = [(_("Meine Einträge"), place("mine", lang, "entries"))]
    if page.draft:
        crumbs.append((label, address_of(page.draft, lang, "sections")))
    title = _(SECTIONS[page.section][0]) if page.section else _("Alle Fragen") if page.draft else label
    return {
        "label": _("Änderung") if page.of or (page.draft and page.draft.of) else label,
        "steps": steps,
        "takeover": place("register", lang, page.kind, "takeover"),
        "task_list": address_of(page.draft, lang, "sections") if page.draft else "",
        "check": address_of(page.draft, lang, "send") if page.draft else "",
        "section_title": _(SECTIONS[page.section][0]) if page.section else "",
        "crumbs": [*crumbs, (title, "")],
    }


def _other_owner(pages: Pages, of: str | None, account: Account, lang: Lang) -> str:
    """The name of the organization that owns the record which a form changes; empty if the account acts for it."""
    record = pages.catalog.store.get(of) if of else None
    return (
        "" if record is None or record.owner in account.organizations else organization_name(pages, record.owner, lang)
    )
