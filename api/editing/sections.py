"""A draft section by section: the list of its tasks with their state, a page for each, and the check before sending.

Entry point: `routes`.
"""

from functools import partial
from typing import Any, Literal, NamedTuple

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from api.editing import form
from api.editing.comparison import owner, preview, record_links, similar, texts
from api.editing.draft_progress import track_of
from api.editing.drafting import FormPage, context_of, draft_of, faults_of, may_save
from api.editing.form_context import Entered, FieldError
from api.editing.form_fields import SECTIONS, Section, base_name, form_of
from api.editing.guests import link_of
from api.editing.prefill import fetch_state
from api.editing.register import address_of, frame, page_of_draft, save, sections_of, show
from api.editing.remarks import remarks
from api.pages.record import PreviewNote, page_of_record
from api.pages.site import Pages
from api.text.formatting import pick_language
from api.text.i18n import translator
from api.web.addresses import Lang, language, mount, patterns
from registry.model import KINDS, Draft, Record
from registry.model.people import publishable
from registry.model.timing import today


class Task(NamedTuple):
    """A section in the list: `state` is open, begun (as many details are `missing`) or done."""

    name: str
    title: str
    hint: str
    address: str
    state: Literal["open", "begun", "done"]
    missing: int = 0


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for kind in KINDS:
        mount(router, patterns("register", kind, "{id}", "sections"), partial(tasks, pages))
        mount(router, patterns("register", kind, "{id}", "send"), partial(check, pages))
        mount(router, patterns("register", kind, "{id}", "preview"), partial(preview_page, pages))
        for section in sections_of(kind):
            mount(router, patterns("register", kind, "{id}", section), partial(section_page, pages, section))
            mount(router, patterns("register", kind, "{id}", section), partial(save, pages), "POST")
    return router


def section_page(pages: Pages, section: Section, request: Request, id: str) -> Response:
    """The questions of a section."""
    draft = draft_of(pages, id, pages.required(request))
    return show(pages, request, page_of_draft(pages, request, draft, section))


def tasks(pages: Pages, request: Request, id: str) -> Response:
    """The list of sections, each with its state."""
    account = pages.required(request)
    draft = draft_of(pages, id, account)
    lang = language(request)
    faults = faults_of(pages, draft, lang)
    section_tasks = _tasks(pages, draft, faults, lang)
    return pages.page(
        request,
        "tasks.html",
        lang,
        draft=draft,
        kind=draft.metadata.kind,
        title=pick_language(draft.metadata.title, lang).words,
        tasks=section_tasks,
        done=sum(task.state == "done" for task in section_tasks),
        next=next((task for task in section_tasks if task.state != "done"), None),
        ready=not faults,
        send=address_of(draft, lang, "send"),
        whole=address_of(draft, lang),
        owner=owner(pages, draft, lang),
        track=track_of(draft, lang),
        locked=not may_save(pages, draft, account),
        **remarks(draft, lang),
        may_take_back=pages.inbox.may(draft, "withdraw", account),
        fetching=fetch_state(draft.metadata),
        guest_link=link_of(pages, draft, lang),
        guest_action=address_of(draft, lang, "guest"),
        indexed=False,
        **frame_of(draft, lang, ""),
    )


def frame_of(draft: Draft, lang: Lang, title: str) -> dict[str, Any]:
    """What stands around a page of a draft; `title`: of the page, "" for the list of tasks itself."""
    around = frame(FormPage(draft.metadata.kind, {}, draft), lang)
    crumbs = around["crumbs"][:-1]
    return around | {"crumbs": [*crumbs, (title, "")] if title else [*crumbs[:-1], (crumbs[-1][0], "")]}


def _tasks(pages: Pages, draft: Draft, faults: list[FieldError], lang: Lang) -> list[Task]:
    _ = translator(lang)
    kind = draft.metadata.kind
    values = form.shown(draft.metadata, context_of(pages, kind, lang))
    sections = {form_field.name: form_field.section for form_field in form_of(kind)}
    listed: list[Task] = []
    for name in sections_of(kind):
        missing = sum(sections.get(base_name(error.field)[0]) == name for error in faults)
        state: Literal["open", "begun", "done"] = (
            "open" if not _is_filled(values, sections, name) else "begun" if missing else "done"
        )
        title, hint = SECTIONS[name]
        listed.append(Task(name, _(title), _(hint), address_of(draft, lang, name), state, missing))
    return listed


def _is_filled(values: Entered, sections: dict[str, Section], section: Section) -> bool:
    return any(value for name, value in values.items() if sections.get(base_name(name)[0]) == section)


def check(pages: Pages, request: Request, id: str) -> Response:
    """Everything that was entered, what is still to mend, and similar entries: the last look before it is sent."""
    account = pages.required(request)
    draft = draft_of(pages, id, account)
    lang = language(request)
    _ = translator(lang)
    return pages.page(
        request,
        "check.html",
        lang,
        draft=draft,
        kind=draft.metadata.kind,
        faults=_to_mend(draft, faults_of(pages, draft, lang), lang),
        groups=_summary(pages, draft, lang),
        similar=record_links(similar(pages, draft.metadata, lang, draft.of), lang),
        card=preview(draft, lang, today()),
        preview=address_of(draft, lang, "preview"),
        action=address_of(draft, lang),
        locked=not may_save(pages, draft, account),
        indexed=False,
        **frame_of(draft, lang, _("Prüfen und absenden")),
    )


def _to_mend(draft: Draft, faults: list[FieldError], lang: Lang) -> list[tuple[str, str]]:
    """Address of the input and message of each fault."""
    sections = {form_field.name: form_field.section for form_field in form_of(draft.metadata.kind)}
    to_mend = []
    for error in faults:
        section = sections.get(base_name(error.field)[0])
        address = f"{address_of(draft, lang, section)}#{error.field}" if section else ""
        to_mend.append((address, error.message))
    return to_mend


class SectionSummary(NamedTuple):
    """A section on the last look: label and text of each field that says something."""

    title: str
    address: str
    fields: list[tuple[str, Markup]]


def _summary(pages: Pages, draft: Draft, lang: Lang) -> list[SectionSummary]:
    _ = translator(lang)
    kind = draft.metadata.kind
    sections = {form_field.metadata_field: form_field.section for form_field in reversed(form_of(kind))}
    filled = texts(pages, draft.metadata, lang)
    return [
        SectionSummary(
            _(SECTIONS[name][0]),
            address_of(draft, lang, name),
            [(label, text) for field, label, text in filled if sections.get(field, "about") == name],
        )
        for name in sections_of(kind)
    ]


def preview_page(pages: Pages, request: Request, id: str) -> Response:
    """The page of the record as everybody would see it once it is published."""
    draft = draft_of(pages, id, pages.required(request))
    lang = language(request)
    record = Record(id=draft.of or draft.id, said=publishable(draft.metadata), owner=draft.owner)
    _ = translator(lang)
    text = _("So wird die Seite aussehen. Noch sieht sie niemand sonst.")
    note = PreviewNote(text, address_of(draft, lang, "send"), _("Zurück zum Entwurf"))
    return page_of_record(pages, request, record, lang, preview=note)
