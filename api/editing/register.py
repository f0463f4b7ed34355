"""Registering a project: one page without script, a draft that is kept, and the entries of an account.

Entry point: `routes`. The form itself is made, read and checked in `form.py`, for every kind of thing; so far only
projects have a page (`KIND`).
Invariant: what was sent is kept in a draft before anything is said about it, but for a blank form.
"""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.editing import form
from api.editing.comparison import Comparison, compare, organization_name, owner, preview, record_links, similar
from api.editing.form_values import Entered, FieldError, FormContext
from api.pages.site import Pages
from api.text.formatting import pick_language
from api.text.i18n import translator
from api.web.addresses import Lang, language, mount, patterns, place
from api.web.session import FormBody, Forms, StaleFormError
from registry.catalog import Catalog
from registry.catalog.lookup import resolve
from registry.errors import ConflictError, LotseError, NotAllowedError, NotFoundError, StorageFullError
from registry.model import Account, Draft, Kind, Metadata, Record
from registry.model.text import MAX_TITLE_IN_LISTS
from registry.model.timing import today
from registry.people.permissions import acts_for
from registry.search import analysis
from registry.search.query import Query
from registry.store.store import Selection

KIND: Final[Kind] = "project"
EMPTY: Final = Metadata(kind=KIND)
MAX_PUBLISHED_SHOWN: Final = 200
MAX_ORGANIZATIONS_OFFERED: Final = 300


class FormPage(NamedTuple):
    """What the page of a form shows. `of`, `base_number`, `before`: of the published record that is changed, while
    there is no draft yet; `faults`: what to mend. Nothing is saved if the form was of an earlier session (`expired`),
    or the disk is full (`full`)."""

    values: Entered
    draft: Draft | None = None
    faults: Sequence[FieldError] = ()
    conflict: Comparison | None = None
    of: str = ""
    base_number: int = 0
    before: Metadata = EMPTY
    saved: bool = False
    expired: bool = False
    full: bool = False


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for steps, view, method in (
        (("register",), _to_form, "GET"),
        (("register", KIND), partial(start, pages), "GET"),
        (("register", KIND), partial(begin, pages), "POST"),
        (("register", KIND, "{id}"), partial(resume, pages), "GET"),
        (("register", KIND, "{id}"), partial(save, pages), "POST"),
        (("mine",), _to_entries, "GET"),
        (("mine", "entries"), partial(entries, pages), "GET"),
    ):
        mount(router, patterns(*steps), view, method)
    return router


def _to_form(request: Request) -> Response:
    return RedirectResponse(place("register", language(request), KIND), 302)


def _to_entries(request: Request) -> Response:
    return RedirectResponse(place("mine", language(request), "entries"), 302)


def keeps_entered(view: Callable[..., Response]) -> Callable[..., Response]:
    """The same view, but what was entered is shown again, unsaved, if the form was of an earlier session or the disk is
    full."""

    @wraps(view)
    def kept(pages: Pages, request: Request, **parameters: Any) -> Response:
        try:
            return view(pages, request=request, **parameters)
        except StaleFormError as stale:
            return _show_unsaved(pages, request, stale.fields, parameters.get("id"), stale)
        except StorageFullError as full:
            fields = pages.form(request, parameters["body"])
            return _show_unsaved(pages, request, fields, parameters.get("id"), full)

    return kept


def _show_unsaved(pages: Pages, request: Request, fields: Forms, id: str | None, error: LotseError) -> Response:
    """The form with what was entered, and why nothing of it is saved."""
    draft = _draft(pages, id, pages.required(request)) if id else None
    page = FormPage(form.entered(fields, KIND), draft, of=fields.get("of"), base_number=fields.number("base"))
    full = isinstance(error, StorageFullError)
    return _show(pages, request, page._replace(expired=not full, full=full), error.status)


# -- views


def start(pages: Pages, request: Request) -> Response:
    """An empty form, or that of a published project (`?of=`)."""
    account = pages.required(request)
    of = request.query_params.get("of", "")
    record = _record(pages.catalog, of)
    context = _context(pages, language(request))
    if record:
        values = form.shown(record.metadata, context)
        return _show(pages, request, FormPage(values, of=of, base_number=record.number, before=record.metadata))
    own = _own_organization(pages, account, context.lang)
    values = form.shown(EMPTY, context) | dict.fromkeys(form.names_of_own_organization(KIND), own)
    return _show(pages, request, FormPage(values, of=of))


@keeps_entered
def begin(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Keeps what was entered in a new draft."""
    fields = pages.form(request, body)
    account = pages.required(request)
    record = _record(pages.catalog, fields.get("of"))
    context = _context(pages, language(request))
    values, metadata, faults = _read(fields, record.metadata if record else EMPTY, context, record)
    if record is None and form.is_blank(values, KIND):  # nothing to keep
        faults = faults or form.missing(values, metadata, context)[:1]
        return _show(pages, request, FormPage(values, faults=faults), 422)
    owner = acts_for(account, record.owner if record else "")
    draft = pages.inbox.begin(metadata, account, owner, fields.get("of") or None, fields.number("base"))
    return _next(pages, request, fields, draft, FormPage(values, draft, faults))


def resume(pages: Pages, request: Request, id: str) -> Response:
    """The form of a draft."""
    draft = _draft(pages, id, pages.required(request))
    values = form.shown(draft.metadata, _context(pages, language(request)))
    return _show(pages, request, FormPage(values, draft, saved="saved" in request.query_params))


@keeps_entered
def save(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Keeps what was entered in the draft, unless somebody else has saved meanwhile; or asks whether to discard it."""
    fields = pages.form(request, body)
    account = pages.required(request)
    draft = _draft(pages, id, account)
    if fields.get("act") == "discard":
        return _discard(pages, request, draft, fields)
    context = _context(pages, language(request))
    record = pages.catalog.store.get(draft.of) if draft.of else None
    values, metadata, faults = _read(fields, draft.metadata, context, record)
    try:
        draft = pages.inbox.save(id, metadata, account, fields.number("version"))
    except ConflictError:
        draft = _draft(pages, id, account)  # both texts are shown, and the next save counts from this one
        conflict = compare(pages, draft.metadata, metadata, context.lang)
        return _show(pages, request, FormPage(values, draft, faults, conflict), 409)
    return _next(pages, request, fields, draft, FormPage(values, draft, faults))


def entries(pages: Pages, request: Request) -> Response:
    """The drafts of an account, and what its organizations have published."""
    account = pages.required(request)
    lang = language(request)
    _ = translator(lang)
    published = _published(pages, account)
    return pages.page(
        request,
        "entries.html",
        lang,
        drafts=list(pages.inbox.of_account(account)),
        proposals=list(pages.inbox.proposals(account, [record.id for record in published])),
        published=published[:MAX_PUBLISHED_SHOWN],
        owner=lambda draft: owner(pages, draft, lang),
        notice=next((name for name in ("sent", "discarded") if name in request.query_params), ""),
        crumbs=[(_("Meine Einträge"), "")],
        indexed=False,
    )


# -- drafts and records


def _record(catalog: Catalog, id: str) -> Record | None:
    """The published project that a form changes; None for a new one."""
    record = catalog.store.existing(id) if id else None
    if record and (record.kind != KIND or record.state != "published"):
        raise NotFoundError("project-unknown")
    return record


def _draft(pages: Pages, id: str, account: Account) -> Draft:
    draft = pages.inbox.get(id)
    if not pages.inbox.may_see(draft, account):
        raise NotAllowedError("draft-of-somebody-else")
    return draft


def _own_organization(pages: Pages, account: Account, lang: Lang) -> str:
    """The name of the organization that the account acts for: nobody is asked twice."""
    record = pages.catalog.store.get(acts_for(account))
    return pick_language(record.metadata.title, lang).words if record else ""


def _published(pages: Pages, account: Account) -> list[Record]:
    """What the account's organizations have published."""
    store = pages.catalog.store
    records = {
        record.id: record
        for owner in account.organizations
        for record in store.find(Selection(owner=owner, shown=True))
    }
    return sorted(records.values(), key=lambda record: record.id)


# -- what was sent


def _context(pages: Pages, lang: Lang) -> FormContext:
    return FormContext(KIND, lang, pages.districts, partial(_iri_of, pages))


def _read(
    fields: Forms, before: Metadata, context: FormContext, record: Record | None
) -> tuple[Entered, Metadata, list[FieldError]]:
    """What was entered, the metadata it makes, and what to mend: what cannot be read and, when the form is handed in,
    what is missing or would be refused."""
    values = form.entered(fields, KIND)
    metadata, errors = form.read(values, before, context)
    if fields.get("act") == "submit":
        harvested = record if record and record.origin else None
        return values, metadata, form.faults(values, metadata, context, errors, harvested)
    return values, metadata, form.in_order(errors, KIND)


def _iri_of(pages: Pages, line: str, kinds: tuple[Kind, ...]) -> str | None:
    """The IRI of a thing of these kinds by its id, address or title; a web address elsewhere stays one."""
    store = pages.catalog.store
    text = line.rpartition("/")[2] if line.startswith(pages.settings.base_url) else line
    record = store.get(text) or store.get(resolve(pages.catalog, line) or "")
    if record and record.kind in kinds:
        return f"/id/{record.id}"
    page = pages.catalog.index.search(Query(words=line, where={"kind": kinds}, size=10, facets=()))
    for record in store.get_many([hit.id for hit in page.hits]).values():
        if analysis.name_key(line) in {analysis.name_key(title) for title in record.metadata.title.values()}:
            return f"/id/{record.id}"
    return line if line.startswith(("https://", "http://")) and " " not in line else None


def _next(pages: Pages, request: Request, fields: Forms, draft: Draft, page: FormPage) -> Response:
    """After saving: back to the form with what is to mend, on to the reviewers, or just the saved draft."""
    lang = language(request)
    if page.faults:
        return _show(pages, request, page, 422)
    if fields.get("act") == "submit":
        pages.inbox.submit(draft.id, pages.required(request), draft.version)
        return RedirectResponse(place("mine", lang, "entries") + "?sent", 303)
    return RedirectResponse(place("register", lang, KIND, draft.id) + "?saved", 303)


def _discard(pages: Pages, request: Request, draft: Draft, fields: Forms) -> Response:
    """Throws a draft away, once somebody has said to be sure."""
    lang = language(request)
    _ = translator(lang)
    if fields.get("sure"):
        pages.inbox.close(draft.id, pages.required(request), fields.number("version"), "discard")
        return RedirectResponse(place("mine", lang, "entries") + "?discarded", 303)
    return pages.page(
        request,
        "discard.html",
        lang,
        draft=draft,
        title=pick_language(draft.metadata.title, lang).words or _("Ohne Titel"),
        action=place("register", lang, KIND, draft.id),
        crumbs=[(_("Meine Einträge"), place("mine", lang, "entries")), (_("Entwurf löschen"), "")],
        indexed=False,
    )


# -- the page


def _show(pages: Pages, request: Request, page: FormPage, status: int = 200) -> Response:
    """The page of a form."""
    draft = page.draft
    context = _context(pages, language(request))
    lang = context.lang
    _ = translator(lang)
    blocks = form.questions(context)
    account = pages.required(request)
    return pages.page(
        request,
        "register.html",
        lang,
        status,
        **page._asdict()
        | {
            "blocks": blocks,
            "elsewhere": form.elsewhere(draft.metadata if draft else page.before, context),
            "faults": form.targets(page.faults, blocks),
            "errors": {error.field: error.message for error in reversed(page.faults)},
            "of": draft.of if draft else page.of,
            "base_number": draft.base if draft else page.base_number,
            "action": place("register", lang, KIND, *([draft.id] if draft else [])),
            "organizations": _organizations(pages, lang),
            "similar": record_links(similar(pages, draft.metadata, lang, draft.of) if draft else [], lang),
            "card": preview(draft, lang, today()) if draft else None,
            "own": draft is None or pages.inbox.may(draft, "save", account),
            "locked": draft is not None and not _may_save(pages, draft, account),
            "record_owner": _other_owner(pages, draft.of if draft else page.of, account, lang),
            "crumbs": [(_("Meine Einträge"), place("mine", lang, "entries")), (_("Projekt anmelden"), "")],
            "indexed": False,
        },
    )


def _other_owner(pages: Pages, of: str | None, account: Account, lang: Lang) -> str:
    """The name of the organization that owns the record which a form changes; empty if the account acts for it."""
    record = pages.catalog.store.get(of) if of else None
    return (
        "" if record is None or record.owner in account.organizations else organization_name(pages, record.owner, lang)
    )


def _may_save(pages: Pages, draft: Draft, account: Account) -> bool:
    return pages.inbox.may(draft, "save", account) and draft.state != "submitted"


def _organizations(pages: Pages, lang: Lang) -> list[str]:
    """The names of organizations that are offered while somebody writes."""
    records = pages.catalog.store.find(Selection(kind="organization", shown=True))
    names = (pick_language(record.metadata.title, lang).words for record in records)
    names = (name for name in names if len(name) <= MAX_TITLE_IN_LISTS)  # a cut name would be another one
    return sorted(dict.fromkeys(names))[:MAX_ORGANIZATIONS_OFFERED]
