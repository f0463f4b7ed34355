"""Taking over what is written already: from a template, an earlier entry, a file with one or many entries, an address.

Entry point: `routes`. Invariant: nothing is begun before somebody has seen what would be taken over from a file.
"""

from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from api.editing import form, imports, prefill
from api.editing.drafting import context_of
from api.editing.form_context import FormContext
from api.editing.form_fields import form_of
from api.editing.form_questions import questions
from api.editing.form_written import web_address
from api.editing.imports import Planned
from api.editing.register import address_of
from api.pages.site import Pages
from api.text.formatting import pick_language
from api.text.i18n import translator
from api.web import session
from api.web.addresses import Lang, language, mount, patterns, place
from api.web.session import FormBody, Forms
from harvesters.entries import MAX_FILE_BYTES, Entry, entries_of
from registry.errors import LotseError, NotFoundError
from registry.model import KINDS, Kind
from registry.model.message import sentence
from registry.model.people import Channel
from registry.people.channels import channels_of
from registry.people.permissions import acts_for
from registry.store.store import Selection
from vocab.kinds import KIND_ROWS

MAX_ROWS_SHOWN: Final = 200
MAX_EARLIER_SHOWN: Final = 50
DEFAULTS: Final = (
    "phase",
    "lead",
    "email",
    "themes",
    "places",
    "publisher",
    "organizer",
)  # what may hold for all entries


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for kind in KINDS:
        paths = patterns("register", kind, "takeover")
        mount(router, paths, partial(show, pages, kind))
        mount(router, paths, partial(begin, pages, kind), "POST")
        mount(router, patterns("register", kind, "takeover", "file"), partial(upload, pages, kind), "POST")
    return router


# -- views


def show(pages: Pages, kind: Kind, request: Request) -> Response:
    """The ways to take something over."""
    return _show(pages, kind, request)


def begin(pages: Pages, kind: Kind, request: Request, body: FormBody = b"") -> Response:
    """Begins a draft from a template, an earlier entry or an address; or plans and takes over the entries of a file."""
    fields = pages.form(request, body)
    account = pages.required(request)
    act = fields.get("act")
    channel: Channel
    if act in ("plan", "apply"):
        return _from_plan(pages, kind, request, fields)
    if act == "address":
        url = web_address(fields.get("address").strip())
        if not url:
            fault = translator(language(request))("Schreiben Sie die Adresse wie https://www.example.org.")
            return _show(pages, kind, request, fault, status=422)
        draft = prefill.begin_fetch(pages.catalog, pages.settings, account, kind, url)
    else:
        if act == "template":
            metadata, channel = prefill.from_template(fields.get("template")), "template"
        else:
            record = pages.catalog.store.existing(fields.get("earlier"))
            if record.kind != kind or record.state != "published":
                raise NotFoundError("project-unknown")
            metadata, channel = prefill.copied(record.metadata), "copy"
        draft = pages.inbox.begin(metadata, account, acts_for(account), channels=channels_of(metadata, channel))
    return RedirectResponse(address_of(draft, language(request), "sections"), 303)


async def upload(pages: Pages, kind: Kind, request: Request) -> Response:
    """Shows what would be taken over from a file."""
    await run_in_threadpool(pages.required, request)  # before anything is read
    sent = await request.form(max_files=1, max_fields=20)
    file = sent.get("file")
    content, name = (await file.read(MAX_FILE_BYTES + 1), file.filename) if isinstance(file, UploadFile) else (b"", "")
    pairs = [(key, value) for key, value in sent.multi_items() if isinstance(value, str)]
    return await run_in_threadpool(_planned, pages, kind, request, pairs, content, name or "")


def _planned(
    pages: Pages, kind: Kind, request: Request, pairs: list[tuple[str, str]], content: bytes, name: str
) -> Response:
    session.checked(request, pairs, request.state.session, pages.settings)
    lang = language(request)
    if not content:
        return _show(pages, kind, request, translator(lang)("Wählen Sie eine Datei."), status=422)
    try:
        entries = entries_of(content, name[:200], kind, lang)
    except LotseError as error:
        return _show(pages, kind, request, sentence(error.summary, lang), status=422)
    return _show_plan(pages, kind, request, entries, {})


def _from_plan(pages: Pages, kind: Kind, request: Request, fields: Forms) -> Response:
    """The plan again with what holds for all entries, or the drafts."""
    lang, account = language(request), pages.required(request)
    context = context_of(pages, kind, lang)
    entered = {name: value for name, value in form.entered(fields, kind).items() if name in DEFAULTS}
    entries = imports.unpacked(fields.get("entries"))
    if fields.get("act") == "plan":
        return _show_plan(pages, kind, request, entries, entered)
    planned = imports.plan(pages.catalog, account, entries, kind, imports.with_defaults(entered, context))
    drafts = imports.carry_out(pages.catalog, account, planned, bool(fields.get("offices_are_new")))
    if fields.get("hand_in"):
        handed_in = imports.hand_in(pages, account, drafts)
        return RedirectResponse(
            f"{place('mine', lang, 'entries')}?imported={len(drafts)}&handed-in={len(handed_in)}", 303
        )
    if len(drafts) == 1:
        return RedirectResponse(address_of(drafts[0], lang, "sections"), 303)
    return RedirectResponse(f"{place('mine', lang, 'entries')}?imported={len(drafts)}", 303)


# -- the pages


def _show(pages: Pages, kind: Kind, request: Request, fault: str = "", status: int = 200) -> Response:
    account = pages.required(request)
    lang = language(request)
    _ = translator(lang)
    records = [
        (record.id, pick_language(record.metadata.title, lang).words)
        for owner in account.organizations
        for record in pages.catalog.store.find(Selection(owner=owner, kind=kind, shown=True))
    ]
    return pages.page(
        request,
        "takeover.html",
        lang,
        status,
        kind=kind,
        fault=fault,
        templates=prefill.templates(lang) if kind == "project" else [],
        earlier=sorted(records, key=lambda row: row[1])[:MAX_EARLIER_SHOWN],
        action=place("register", lang, kind, "takeover"),
        upload=place("register", lang, kind, "takeover", "file"),
        crumbs=_crumbs(kind, lang, _("Angaben übernehmen")),
        indexed=False,
    )


def _crumbs(kind: Kind, lang: Lang, title: str) -> list[tuple[str, str]]:
    _ = translator(lang)
    label = _("%(kind)s anmelden") % {"kind": KIND_ROWS[kind].singular[lang]}
    return [(_("Meine Einträge"), place("mine", lang, "entries")), (label, place("register", lang, kind)), (title, "")]


def _show_plan(pages: Pages, kind: Kind, request: Request, entries: list[Entry], entered: dict[str, Any]) -> Response:
    lang, account = language(request), pages.required(request)
    _ = translator(lang)
    context = context_of(pages, kind, lang)
    planned = imports.plan(pages.catalog, account, entries, kind, imports.with_defaults(entered, context))
    names = [form_field.name for form_field in form_of(kind) if form_field.name in DEFAULTS]
    outcomes = dict.fromkeys(entry.outcome for entry in planned)
    return pages.page(
        request,
        "plan.html",
        lang,
        kind=kind,
        rows=[_row(entry, lang, context) for entry in planned[:MAX_ROWS_SHOWN]],
        counts=[(outcome, sum(entry.outcome == outcome for entry in planned)) for outcome in outcomes],
        total=len(planned),
        to_do=sum(entry.outcome in ("new", "changed") for entry in planned),
        packed=imports.packed(entries),
        blocks=questions(context, entered, only=names),
        values=entered,
        errors={},
        elsewhere={},
        action=place("register", lang, kind, "takeover"),
        crumbs=_crumbs(kind, lang, _("Angaben übernehmen")),
        indexed=False,
    )


def _row(entry: Planned, lang: Lang, context: FormContext) -> tuple[str, str, int]:
    """Title, outcome, and how many details are still missing before it can be handed in."""
    metadata = entry.metadata
    missing = (
        form.missing(form.shown(metadata, context), metadata, context) if entry.outcome in ("new", "changed") else []
    )
    return pick_language(metadata.title, lang).words or entry.remote_id, entry.outcome, len(missing)
