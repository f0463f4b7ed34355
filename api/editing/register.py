"""Registering a project: one page without script, a draft that is kept, and one's own entries."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.editing import form_reading, project_form
from api.editing.comparison import Comparison, compare, preview, record_links, similar
from api.editing.project_form import Values, Wrong
from api.pages import districts
from api.pages.site import Pages
from api.text.formatting import ZONE, said
from api.text.i18n import translator
from api.web.addresses import Lang, hang, language, patterns, place
from api.web.session import FormBody, Forms, StaleFormError
from registry.catalog import Catalog
from registry.errors import ConflictError, NotAllowedError, NotFoundError
from registry.model import DATA, Account, Draft, Metadata, Record
from registry.people.review import may, may_see
from registry.search import analysis
from registry.search.query import Query
from registry.settings import Settings
from vocab.concepts import concept_list

EMPTY = Metadata(kind="project")


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    pages = Pages(catalog, settings)
    router = APIRouter(include_in_schema=False)

    def start(request: Request) -> Response:
        """An empty form, or that of a published project (`?of=`)."""
        account = pages.required(request)
        lang = language(request)
        of = request.query_params.get("of", "")
        record = _record(catalog, of)
        words = record.metadata if record else EMPTY
        values = project_form.shown(words, lang, pages.districts)
        if not record:
            values["lead"] = _own(pages, account, lang)
        return _show(pages, request, values, of=of, base=record.number if record else 0, before=words)

    def begin(request: Request, body: FormBody = b"") -> Response:
        fields = pages.form(request, body)
        account = pages.required(request)
        record = _record(catalog, fields.get("of"))
        before = record.metadata if record else EMPTY
        values, words, wrong = _read(pages, fields, before, language(request))
        if record is None and project_form.blank(values):  # nothing to keep
            wrong = wrong or project_form.missing(values, words, language(request))[:1]
            return _show(pages, request, values, None, wrong, 422)
        draft = pages.inbox.begin(
            words, account, _owner(account), fields.get("of") or None, _number(fields.get("base"))
        )
        return _next(pages, request, fields, draft, values, wrong)

    def resume(request: Request, id: str) -> Response:
        account = pages.required(request)
        draft = _draft(pages, id, account)
        values = project_form.shown(draft.metadata, language(request), pages.districts)
        saved = "saved" in request.query_params
        return _show(pages, request, values, draft, saved=saved)

    def save(request: Request, id: str, body: FormBody = b"") -> Response:
        fields = pages.form(request, body)
        account = pages.required(request)
        draft = _draft(pages, id, account)
        if fields.get("act") == "discard":
            return _discard(pages, request, draft, fields)
        values, words, wrong = _read(pages, fields, draft.metadata, language(request))
        try:
            draft = pages.inbox.save(id, words, account, _number(fields.get("version")))
        except ConflictError:
            draft = _draft(pages, id, account)  # both texts are shown, and the next save counts from this one
            return _show(
                pages, request, values, draft, wrong, 409, compare(pages, draft.metadata, words, language(request))
            )
        return _next(pages, request, fields, draft, values, wrong)

    def entries(request: Request) -> Response:
        account = pages.required(request)
        lang = language(request)
        _ = translator(lang)
        return pages.page(
            request,
            "entries.html",
            lang,
            drafts=list(pages.inbox.of_account(account)),
            published=_published(pages, account),
            notice=next((name for name in ("sent", "discarded") if name in request.query_params), ""),
            crumbs=[(_("Meine Einträge"), "")],
            indexed=False,
        )

    hang(router, patterns("register"), _to_form)
    hang(router, patterns("register", "project"), start)
    hang(router, patterns("register", "project"), _kept(pages, begin), "POST")
    hang(router, patterns("register", "project", "{id}"), resume)
    hang(router, patterns("register", "project", "{id}"), _kept(pages, save), "POST")
    hang(router, patterns("mine"), _to_entries)
    hang(router, patterns("mine", "entries"), entries)
    return router


def _to_form(request: Request) -> Response:
    return RedirectResponse(place("register", language(request), "project"), 302)


def _to_entries(request: Request) -> Response:
    return RedirectResponse(place("mine", language(request), "entries"), 302)


def _record(catalog: Catalog, id: str) -> Record | None:
    """The published project that a form changes; None for a new one."""
    record = catalog.get(id) if id else None
    if record and (record.kind != "project" or record.state != "published"):
        raise NotFoundError("There is no such project.")
    return record


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _owner(account: Account) -> str:
    return account.organizations[0] if account.organizations else ""


def _own(pages: Pages, account: Account, lang: Lang) -> str:
    """The name of the organization that the account acts for: nobody is asked twice."""
    found = pages.catalog.store.get(_owner(account))
    return said(found.metadata.title, lang).words if found else ""


def _draft(pages: Pages, id: str, account: Account) -> Draft:
    draft = pages.inbox.get(id)
    if not may_see(draft, account):
        raise NotAllowedError("This draft belongs to somebody else.")
    return draft


def _read(pages: Pages, fields: Forms, before: Metadata, lang: Lang) -> tuple[Values, Metadata, list[Wrong]]:
    """The fields, what they say, and what of them cannot be read or, when it is handed in, is still missing."""
    values = project_form.values_of(fields)
    words, wrong = form_reading.metadata(values, before, lang, pages.districts, lambda line: _dataset(pages, line))
    if fields.get("act") == "submit":
        wrong += project_form.missing(values, words, lang)
    return values, words, project_form.ordered(wrong)


def _dataset(pages: Pages, line: str) -> str | None:
    """The IRI of a dataset by its id, address or title; a web address elsewhere stays one."""
    text = line.rpartition("/")[2] if line.startswith(pages.settings.base_url) else line
    record = pages.catalog.store.get(text) or pages.catalog.store.get(pages.catalog.resolve(line) or "")
    if record and record.kind in DATA:
        return f"/id/{record.id}"
    hits = pages.catalog.search(Query(words=line, where={"kind": DATA}, size=10, facets=()))
    for one in pages.catalog.store.get_many([hit.id for hit in hits.hits]).values():
        if analysis.slug(line) in {analysis.slug(title) for title in one.metadata.title.values()}:
            return f"/id/{one.id}"
    return line if line.startswith(("https://", "http://")) and " " not in line else None


def _next(pages: Pages, request: Request, fields: Forms, draft: Draft, values: Values, wrong: list[Wrong]) -> Response:
    """After saving: back to the form with what is wrong, on to the reviewers, or just the saved draft."""
    lang = language(request)
    if wrong:
        return _show(pages, request, values, draft, wrong, 422)
    if fields.get("act") == "submit":
        pages.inbox.submit(draft.id, pages.required(request), draft.version)
        return RedirectResponse(place("mine", lang, "entries") + "?sent", 303)
    return RedirectResponse(place("register", lang, "project", draft.id) + "?saved", 303)


def _kept(pages: Pages, view: Callable[..., Response]) -> Callable[..., Response]:
    """The same view, but for a form of an earlier session: its words are shown in a form of this one, unsaved."""

    @wraps(view)
    def kept(request: Request, **words: Any) -> Response:
        try:
            return view(request=request, **words)
        except StaleFormError as stale:
            fields, id = stale.fields, words.get("id")
            draft = _draft(pages, id, pages.required(request)) if id else None
            of, base = fields.get("of"), _number(fields.get("base"))
            values = project_form.values_of(fields)
            return _show(pages, request, values, draft, None, 403, of=of, base=base, expired=True)

    return kept


def _discard(pages: Pages, request: Request, draft: Draft, fields: Forms) -> Response:
    """Throws a draft away, once somebody has said to be sure."""
    lang = language(request)
    _ = translator(lang)
    if fields.get("sure"):
        pages.inbox.close(draft.id, pages.required(request), _number(fields.get("version")), "discard")
        return RedirectResponse(place("mine", lang, "entries") + "?discarded", 303)
    return pages.page(
        request,
        "discard.html",
        lang,
        draft=draft,
        title=said(draft.metadata.title, lang).words or _("Ohne Titel"),
        action=place("register", lang, "project", draft.id),
        crumbs=[(_("Meine Einträge"), place("mine", lang, "entries")), (_("Entwurf löschen"), "")],
        indexed=False,
    )


def _published(pages: Pages, account: Account) -> list[Any]:
    """What the account's organizations have published."""
    found = {
        one.id: one for owner in account.organizations for one in pages.catalog.store.find(owner=owner, shown=True)
    }
    return sorted(found.values(), key=lambda one: one.id)[:200]


def _show(
    pages: Pages,
    request: Request,
    values: Values,
    draft: Draft | None = None,
    wrong: list[Wrong] | None = None,
    status: int = 200,
    conflict: Comparison | None = None,
    *,
    of: str = "",
    base: int = 0,
    before: Metadata = EMPTY,
    saved: bool = False,
    expired: bool = False,
) -> Response:
    lang = language(request)
    _ = translator(lang)
    account = pages.required(request)
    known = districts.known(pages)
    others = similar(pages, draft.metadata, lang, draft.of) if draft else []
    return pages.page(
        request,
        "register.html",
        lang,
        status,
        values=values,
        elsewhere=project_form.elsewhere(draft.metadata if draft else before, lang),
        wrong=wrong or [],
        errors={one.field: one.message for one in reversed(wrong or [])},
        draft=draft,
        of=draft.of if draft else of,
        base_number=draft.base if draft else base,
        action=place("register", lang, "project", *([draft.id] if draft else [])),
        phases=[concept_list("phases").by_notation[one] for one in project_form.PHASES],
        themes=[one for one in concept_list("themes") if one.notation != project_form.NO_THEME],
        districts=sorted(known, key=lambda one: one.extra.get("kind") != "city"),
        offers=list(concept_list("opportunities")),
        organizations=_organizations(pages, lang),
        similar=record_links(others, lang),
        card=preview(draft, lang, datetime.now(ZONE).date()) if draft else None,
        conflict=conflict,
        saved=saved,
        expired=expired,
        phase_hints=project_form.phase_hints(lang),
        locked=(draft is not None and not may(draft, "save", account))
        or (draft is not None and draft.state == "submitted"),
        limit=project_form.ABSTRACT,
        crumbs=[(_("Meine Einträge"), place("mine", lang, "entries")), (_("Projekt anmelden"), "")],
        indexed=False,
    )


def _organizations(pages: Pages, lang: Lang) -> list[str]:
    found = (said(one.metadata.title, lang).words for one in pages.catalog.store.find(kind="organization", shown=True))
    return sorted(dict.fromkeys(found))[:300]
