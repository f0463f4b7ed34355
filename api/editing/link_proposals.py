"""Links that are proposed for projects: a queue for those who decide, and a page for each project.

Entry point: `routes`. Invariant: the page that was sent says which version of the record it showed; if the record was
changed since, nothing is linked.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.pages.proposals import reason_words
from api.pages.site import Pages
from api.text.formatting import pick_language, record_title
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang, language, mount, notice, patterns, place
from api.web.session import FormBody
from registry.catalog.deciding import subject
from registry.catalog.proposed_links import LinkProposals, ProposedLink, confirm_link, refuse_link
from registry.errors import ConflictError, ValidationError
from registry.model import Account, Record
from registry.people import permissions
from registry.store.store import Selection
from vocab.kinds import KIND_ROWS
from vocab.pages import STEP_WORDS

MAX_PROJECTS: Final = 20  # on a page of the queue
NOTICES: Final = ("linked", "refused", "allowed", "changed", "incomplete")


class Entry(NamedTuple):
    """A proposal as the page shows it: `relations` with the words of their buttons, and why it is proposed."""

    target: str
    title: str
    address: str
    kind: str
    relations: list[tuple[str, str]]
    reasons: list[str]


class ProjectEntries(NamedTuple):
    """A project with its proposals; `refused`: targets that somebody did not want, with their titles, on the page of
    the project alone."""

    record: Record
    title: str
    address: str
    action: str
    entries: list[Entry]
    refused: Sequence[tuple[str, str]] = ()


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("review", "proposals"), partial(queue, pages))
    mount(router, patterns("project", "{id}", "proposals"), partial(of_project, pages))
    mount(router, patterns("project", "{id}", "proposals"), partial(decide, pages), "POST")
    return router


def queue(pages: Pages, request: Request) -> Response:
    """The projects with open proposals on which the account may decide, MAX_PROJECTS on a page, from `after` on."""
    account = pages.required(request, "review")
    lang = language(request)
    _ = translator(lang)
    after = request.query_params.get("after", "")
    proposals = LinkProposals(pages.catalog, pages.districts)
    shown: list[ProjectEntries] = []
    more = ""
    for record in sorted(pages.catalog.store.find(Selection(kind="project", shown=True)), key=lambda entry: entry.id):
        if record.id <= after or not permissions.is_allowed(account, "link", subject(record)):
            continue
        project = _project(record, proposals, lang)
        if len(shown) == MAX_PROJECTS and project.entries:
            more = f"{place('review', lang, 'proposals')}?after={shown[-1].record.id}"
            break
        shown += [project] if project.entries else []
    crumbs = [(_("Freigabe"), place("review", lang)), (_("Vorschläge für Verknüpfungen"), "")]
    return _page(pages, request, shown, crumbs, more, in_queue=True)


def of_project(pages: Pages, request: Request, id: str) -> Response:
    """What is proposed for one project, and what was refused."""
    record, account = pages.record_at(request, id), pages.required(request)
    permissions.after(account, "link", subject(record))
    lang = language(request)
    proposals = LinkProposals(pages.catalog, pages.districts)
    titles = ((target, proposals.title(target)) for target in pages.catalog.refused_links.of(record.id))
    refused = [(target, pick_language(title, lang).words or target) for target, title in titles]
    project = _project(record, proposals, lang)._replace(refused=refused)
    crumbs = [(project.title, project.address), (translator(lang)("Vorschläge für Verknüpfungen"), "")]
    return _page(pages, request, [project], crumbs)


def decide(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Confirms a proposal, refuses it, or takes a refusal back; leads to the page that the form was on."""
    fields = pages.form(request, body)
    record, account = pages.record_at(request, id), pages.required(request)
    permissions.after(account, "link", subject(record))
    act, target, lang = fields.get("act"), fields.get("target"), language(request)
    confirmed, _colon, relation = act.partition(":")
    if confirmed == "confirm":
        outcome = _confirm(pages, record, target, account, relation, fields.number("number"))
    elif act == "refuse":
        refuse_link(pages.catalog, record, target, account)
        outcome = "refused"
    else:
        pages.catalog.refused_links.allow(record.id, target)
        outcome = "allowed"
    back = place("review", lang, "proposals") if fields.get("queue") else _action(record, lang)
    return RedirectResponse(f"{back}?{outcome}", 303)


def _confirm(pages: Pages, record: Record, target: str, account: Account, relation: str, number: int) -> str:
    """What became of it, as a name of NOTICES."""
    proposal = LinkProposals(pages.catalog, pages.districts).named(record, target)
    if proposal is None or record.number != number or relation not in proposal.relations:
        return "changed"
    concept = pages.districts.get(target) if pages.districts and proposal.kind is None else None
    try:
        confirm_link(pages.catalog, record, proposal, account, relation, concept)
    except ConflictError:
        return "changed"
    except ValidationError:
        return "incomplete"
    return "linked"


# -- pages


def _page(
    pages: Pages,
    request: Request,
    projects: list[ProjectEntries],
    crumbs: list[tuple[str, str]],
    more: str = "",
    in_queue: bool = False,
) -> Response:
    return pages.page(
        request,
        "link_proposals.html",
        language(request),
        projects=projects,
        more=more,
        in_queue=in_queue,
        notice=notice(request, NOTICES),
        crumbs=crumbs,
        indexed=False,
    )


def _project(record: Record, proposals: LinkProposals, lang: Lang) -> ProjectEntries:
    return ProjectEntries(
        record,
        record_title(record, lang),
        addresses.page(record.kind, record.id, lang),
        _action(record, lang),
        [_entry(proposal, lang) for proposal in proposals.of(record)],
    )


def _action(record: Record, lang: Lang) -> str:
    return f"{addresses.page(record.kind, record.id, lang)}/{STEP_WORDS['proposals'][lang]}"


def _entry(proposal: ProposedLink, lang: Lang) -> Entry:
    _ = translator(lang)
    return Entry(
        proposal.target,
        pick_language(proposal.title, lang).words or proposal.target,
        addresses.page(proposal.kind or "district", proposal.target, lang),
        KIND_ROWS[proposal.kind].singular[lang] if proposal.kind else _("Stadtteil"),
        [(relation, _label(relation, lang)) for relation in proposal.relations],
        [reason_words(reason, lang) for reason in proposal.reasons],
    )


def _label(relation: str, lang: Lang) -> str:
    _ = translator(lang)
    return {"uses": _("Projekt nutzt das"), "produces": _("Projekt erzeugt das")}.get(relation) or _("Verknüpfen")
