"""The history of a record: each change with who, when and why, and the difference between any two versions in words.

Entry point: `routes`. Invariants: everybody sees what kind of change there was; texts of older versions and names of
accounts are shown only to those who are signed in, and the history of a withdrawn record only to those who may publish
it again.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import islice, pairwise
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.editing.comparison import compare, organization_name, record_links
from api.editing.field_origins import origins
from api.pages.site import Pages
from api.text.formatting import record_title
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang, language, mount, patterns
from registry.catalog.deciding import subject
from registry.catalog.lookup import shown
from registry.model import KINDS, Account, Record, Version
from registry.model.message import Message, sentence
from registry.model.record import is_source
from registry.people import permissions
from registry.people.channels import DRAFT_NOTE, value_of
from vocab.fields import fields_of

MAX_CHANGES: Final = 200


class Change(NamedTuple):
    """A line of the history: `what` happened, and the labels of the `fields` that changed."""

    number: int
    at: datetime
    who: str
    what: str
    fields: tuple[str, ...]
    why: str


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for kind in KINDS:
        mount(router, patterns(kind, "{id}", "history"), partial(show, pages))
    return router


def show(pages: Pages, request: Request, id: str) -> Response:
    """The history of a record; the difference between the versions `from` and `to` for those who are signed in."""
    lang = language(request)
    _ = translator(lang)
    account = pages.account(request)
    record = pages.record_at(request, id)
    if record.state == "withdrawn" and not (account and permissions.may(account, "restore", subject(record))):
        shown(pages.catalog, id)  # WithdrawnError: the page with date and reason
    versions = list(islice(pages.catalog.store.history(record.id), MAX_CHANGES + 1))
    may_compare = account is not None and permissions.may(account, "history", subject(record))
    pair = _chosen(request, versions) if may_compare else None
    sources = {source.name: source for source in pages.catalog.sources.all()}
    title = record_title(record, lang)
    return pages.page(
        request,
        "history.html",
        lang,
        record=record,
        title=title,
        changes=list(_changes(pages, versions, account, lang)),
        origins=origins(record, versions, partial(_who, pages, account, lang), lang, sources),
        may_compare=may_compare,
        pair=pair,
        comparison=compare(pages, pair[0].record.metadata, pair[1].record.metadata, lang) if pair else None,
        merged=record_links(pages.catalog.store.following([record.id]), lang),
        into=record_links([pages.catalog.store.existing(record.same_as)], lang) if record.same_as else [],
        may_merge=account is not None and permissions.is_allowed(account, "merge", subject(record)),
        may_revert=account is not None and permissions.is_allowed(account, "revert", subject(record)),
        crumbs=[(title, addresses.page(record.kind, record.id, lang)), (_("Verlauf"), "")],
        indexed=False,
    )


def _chosen(request: Request, versions: list[Version]) -> tuple[Version, Version] | None:
    """The two versions to compare, the older one first: those that the address names, else the last two."""
    by_number = {str(version.number): version for version in versions}
    named = [by_number.get(request.query_params.get(name, "")) for name in ("from", "to")]
    chosen = [version for version in named if version] if all(named) else versions[:2]
    if len(chosen) < 2 or chosen[0].number == chosen[1].number:
        return None
    older, newer = sorted(chosen, key=lambda version: version.number)
    return older, newer


def _changes(pages: Pages, versions: list[Version], account: Account | None, lang: Lang) -> Iterator[Change]:
    whole = [*versions, None] if len(versions) <= MAX_CHANGES else versions
    for version, before in pairwise(whole):
        assert version is not None
        fields = _changed_fields(before.record, version.record, lang) if before else ()
        what = _what(version.record, before.record if before else None, fields, lang)
        yield Change(
            version.number, version.at, _who(pages, account, lang, version.by), what, fields, _why(version, lang)
        )


def _what(now: Record, before: Record | None, fields: tuple[str, ...], lang: Lang) -> str:
    """What kind of change it was."""
    _ = translator(lang)
    if before is None:
        return _("angelegt")
    if now.state != before.state:
        return _("zurückgezogen") if now.state == "withdrawn" else _("wieder veröffentlicht")
    if now.same_as != before.same_as:
        return _("einem anderen Eintrag zugeordnet") if now.same_as else _("wieder für sich gezeigt")
    if now.owner != before.owner:
        return _("gehört jetzt zu einer anderen Stelle")
    return _("geändert") if fields else _("neu gespeichert")


def _changed_fields(before: Record, now: Record, lang: Lang) -> tuple[str, ...]:
    """The labels of the fields that are different; a relation counts as a field."""
    old, new = before.metadata, now.metadata
    labels = []
    for row in fields_of(now.kind):
        labels += [row.label(lang)] if value_of(old, row) != value_of(new, row) else []
    return tuple(dict.fromkeys(labels))


def _who(pages: Pages, reader: Account | None, lang: Lang, by: str) -> str:
    """Who made a change: a source, an organization or the editors; with the account for those who are signed in."""
    _ = translator(lang)
    if is_source(by):
        name = by.partition(":")[2]
        titles = {source.name: source.title for source in pages.catalog.sources.all()}
        return _("Quelle: %(name)s") % {"name": titles.get(name) or name}
    account = pages.people.get(by)
    offices = [organization_name(pages, id, lang) for id in account.organizations] if account else []
    role = ", ".join(offices) or _("Redaktion")
    return f"{role} ({by})" if reader else role


def _why(version: Version, lang: Lang) -> str:
    """The reason that was given; "" if there is none."""
    if version.record.withdrawn:
        return sentence(version.record.withdrawn.reason, lang)
    note = version.note
    return "" if isinstance(note, Message) and note.code == DRAFT_NOTE else sentence(note, lang)
