"""What the pages of registering share: a draft that an account may see, what was sent, and what becomes of it.

Entry points: `FormPage`, `context_of`, `draft_of`, `record_of`, `sent`, `Sent`. The form itself is made, read and
checked in `form.py`, for every kind of thing.
"""

from collections.abc import Callable, Collection, Sequence
from difflib import get_close_matches
from functools import cache, partial
from itertools import chain
from typing import Final, NamedTuple

from starlette.responses import JSONResponse, Response

from api.editing import form
from api.editing.comparison import Comparison
from api.editing.form_context import Entered, FieldError, FormContext
from api.editing.form_fields import Section, base_name, form_of
from api.editing.form_groups import groups_of
from api.editing.form_offices import office_faults
from api.editing.form_order import row_act, with_moved_row
from api.editing.form_questions import GROUPS
from api.pages.site import NO_STORE, Pages
from api.text.formatting import moment, pick_language
from api.web.addresses import Lang
from api.web.session import Forms
from registry.catalog import Catalog
from registry.catalog.lookup import resolve
from registry.errors import NotAllowedError, NotFoundError
from registry.model import Account, Draft, Kind, Metadata, Record
from registry.model.agents import agents
from registry.model.text import normal_name
from registry.people.permissions import acts_for
from registry.pictures.pictures import name_of
from registry.search import analysis
from registry.search.query import Query
from registry.store.store import Selection

MAX_SIMILAR_OFFICES: Final = 3
NEW_OFFICE: Final = "=new"  # the choice that a name is really that of a new organization
MIN_OFFICE_RATIO: Final = 0.6  # of difflib


class FormPage(NamedTuple):
    """What the page of a form shows. `of`, `base_number`, `before`: of the published record that is changed, while
    there is no draft yet; `faults`: what to mend; `section`: None for all questions, or those asked first. Nothing is
    saved if the form was of an earlier session (`expired`), or the disk is full (`full`)."""

    kind: Kind
    values: Entered
    draft: Draft | None = None
    faults: Sequence[FieldError] = ()
    conflict: Comparison | None = None
    of: str = ""
    base_number: int = 0
    before: Metadata | None = None
    section: Section | None = None
    more: str = ""
    saved: bool = False
    expired: bool = False
    full: bool = False


# -- drafts and records


def record_of(catalog: Catalog, id: str, kind: Kind) -> Record | None:
    """The published record that a form changes; None for a new one. NotFoundError for one that is not published, or of
    another kind."""
    record = catalog.store.existing(id) if id else None
    if record and (record.kind != kind or record.state != "published"):
        raise NotFoundError("project-unknown")
    return record


def draft_of(pages: Pages, id: str, account: Account) -> Draft:
    """The draft; NotAllowedError for somebody who may not see it."""
    draft = pages.inbox.get(id)
    if not pages.inbox.may_see(draft, account):
        raise NotAllowedError("draft-of-somebody-else")
    return draft


def changed_record(pages: Pages, draft: Draft) -> Record | None:
    """The record that a draft changes."""
    return pages.catalog.store.get(draft.of) if draft.of else None


def own_organization(pages: Pages, account: Account) -> Record | None:
    """The organization that the account acts for: nobody is asked twice."""
    return pages.catalog.store.get(acts_for(account))


def may_save(pages: Pages, draft: Draft, account: Account) -> bool:
    return pages.inbox.may(draft, "save", account) and draft.state != "submitted"


# -- what was sent


class Sent(NamedTuple):
    """What was sent, the metadata it makes, and what to mend: what cannot be read and, when the form is handed in, what
    is missing or would be refused."""

    values: Entered
    metadata: Metadata
    faults: list[FieldError]


def context_of(pages: Pages, kind: Kind, lang: Lang, record: Record | None = None) -> FormContext:
    """What goes through reading and showing a form of this installation. `record`: that it changes, whose organizations
    nobody is asked about again."""
    named = agents(record.metadata) if record else ()
    accepted = frozenset(normal_name(name) for _field, agent in named for name in agent.name.values())
    names = cache(partial(_office_names, pages, lang))  # read once for all fields of a form
    similar = partial(_similar_offices, names, accepted)
    return FormContext(kind, lang, pages.districts, partial(_iri_of, pages), similar)


def sent(
    fields: Forms, before: Metadata, context: FormContext, record: Record | None, section: Section | None = None
) -> Sent:
    """Reads the fields of a form over the metadata `before`. A field that was not sent stays as it is; so does one for
    which the text of the other was chosen (`choose.NAME`). `section`: only its faults count."""
    values = form.shown(before, context)
    new_offices = dict.fromkeys(form.confirmed(before))
    for name, value in form.entered(fields, context.kind).items():
        chosen = fields.get(f"office.{name}")
        if chosen == NEW_OFFICE:
            new_offices[value] = None
        if _is_mine(name, fields, context):
            values[name] = chosen if chosen and chosen != NEW_OFFICE else value
    metadata, errors = form.read(values, before, context, tuple(new_offices))
    if act := row_act(fields.get("act")):
        metadata = with_moved_row(act, metadata, values, errors, context)
        values = values if errors else form.shown(metadata, context)
    if fields.get("act") == "submit":
        harvested = record if record and record.origin else None
        return Sent(values, metadata, form.faults(values, metadata, context, errors, harvested))
    if section and fields.get("act") == "continue":  # who goes on is asked here, and not only at the last look
        errors += office_faults(values, metadata, context, form.confirmed(metadata))
    names = {form_field.name for form_field in form_of(context.kind) if section in (None, form_field.section)}
    shown_errors = [error for error in errors if base_name(error.field)[0] in names]
    return Sent(values, metadata, form.in_order(shown_errors, context.kind))


def faults_of(pages: Pages, draft: Draft, lang: Lang) -> list[FieldError]:
    """Why the draft cannot be handed in."""
    record = changed_record(pages, draft)
    context = context_of(pages, draft.metadata.kind, lang, record)
    values = form.shown(draft.metadata, context)
    metadata, errors = form.read(values, draft.metadata, context, form.confirmed(draft.metadata))
    return form.faults(values, metadata, context, errors, record if record and record.origin else None)


def next_address(act: str, address: str) -> str:
    """Where a form leads that was saved with the button of a row: to its page with one more row, or to the row that was
    moved; "" for any other act."""
    if moved := row_act(act):
        return f"{address}?saved#{moved.anchor}"
    group = act.removeprefix("more:") if act.startswith("more:") else ""
    return f"{address}?more={group}#{group}-last" if group in GROUPS else ""


def saved_in_between(draft: Draft, address: str, lang: Lang) -> Response:
    """The answer to the script that saves while somebody writes: version, time, and where to send the next save."""
    at = moment(draft.changed, lang) if draft.changed else ""
    return JSONResponse({"version": draft.version, "at": at, "action": address}, headers=NO_STORE)


def _is_mine(name: str, fields: Forms, context: FormContext) -> bool:
    """Whether an input counts: of a conflict, not if the text of the other was chosen for its field."""
    group = next(
        group for group in groups_of(context.kind) if any(row.name == base_name(name)[0] for row in group.fields)
    )
    return fields.get(f"choose.{group.row.name}") != "theirs"


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


# -- organizations of the register


def _office_names(pages: Pages, lang: Lang) -> dict[str, str]:
    """Each normal name and alias of the register's organizations -> the name that is shown."""
    names: dict[str, str] = {}
    for record in pages.catalog.store.find(Selection(kind="organization", shown=True)):
        metadata = record.metadata
        title = pick_language(metadata.title, lang).words
        names |= {normal_name(text): title for text in (*metadata.title.values(), *metadata.aliases) if title}
    return names


def _similar_offices(
    office_names: Callable[[], dict[str, str]], accepted: Collection[str], name: str
) -> tuple[str, ...] | None:
    """The names of organizations that are like one; None for one that the register or the record itself knows."""
    names, wanted = office_names(), normal_name(name)
    if wanted in accepted or wanted in names:
        return None
    inside = [title for text, title in names.items() if wanted in text or text in wanted]
    close = [names[text] for text in get_close_matches(wanted, names, n=MAX_SIMILAR_OFFICES, cutoff=MIN_OFFICE_RATIO)]
    return tuple(dict.fromkeys((*close, *inside)))[:MAX_SIMILAR_OFFICES]


def forget_picture(pages: Pages, draft: Draft, kept: str = "") -> None:
    """Deletes the picture that the draft had, unless it is `kept`, or a record, a version of the draft's record or
    another draft has it."""
    name = name_of(draft.metadata.image)
    if not name or name == name_of(kept):
        return
    store = pages.catalog.store
    images = chain(
        (version.record.metadata.image for version in (store.history(draft.of) if draft.of else ())),
        (other.metadata.image for other in pages.inbox.every() if other.id != draft.id),
        (record.metadata.image for record in store.find()),
    )
    if name not in map(name_of, images):
        pages.catalog.pictures.remove(name)
