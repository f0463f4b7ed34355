"""Withdrawing a record, publishing it again, and restoring an older version; before each a page that says what follows.

Entry point: `routes`. Invariant: nothing happens before somebody has read who uses the record and has given a reason.
"""

from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.editing.comparison import Comparison, compare, record_links
from api.pages.site import Pages
from api.text.formatting import record_title
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang, language, mount, patterns
from api.web.session import FormBody, Forms
from registry.catalog.deciding import publish_again, revert, subject, withdraw
from registry.catalog.lookup import backlinks
from registry.errors import ConflictError, NotFoundError, ValidationError
from registry.model import KINDS, Account, Record
from registry.model.timing import today
from registry.people import permissions

MAX_USERS_SHOWN: Final = 50  # records that point to the one that is withdrawn
MAX_WHY_CHARACTERS: Final = 1_000


class Fault(NamedTuple):
    """Why nothing happened. `why`: what is wrong with the reason; `conflict`: the record was changed meanwhile;
    `refused`: the old version may no longer be published."""

    why: str = ""
    conflict: bool = False
    refused: bool = False


NONE: Final = Fault()


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for kind in KINDS:
        for step, ask, act in (("withdraw", ask_withdraw, do_withdraw), ("restore", ask_restore, do_restore)):
            mount(router, patterns(kind, "{id}", step), partial(ask, pages))
            mount(router, patterns(kind, "{id}", step), partial(act, pages), "POST")
    return router


def ask_withdraw(pages: Pages, request: Request, id: str) -> Response:
    """What withdrawing the record means, and for whom."""
    record, account = pages.record_at(request, id), pages.required(request)
    permissions.after(account, "withdraw", subject(record))
    return _withdrawal(pages, request, record)


def do_withdraw(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Withdraws the record, and leads to its page, which says so."""
    fields = pages.form(request, body)
    record, account = pages.record_at(request, id), pages.required(request)
    permissions.after(account, "withdraw", subject(record))
    return _done(pages, request, record, fields, partial(_withdraw, pages, account), _withdrawal)


def ask_restore(pages: Pages, request: Request, id: str) -> Response:
    """What publishing the record again means, or with `version` what restoring that version would change."""
    record, account = pages.record_at(request, id), pages.required(request)
    permissions.after(account, _act(record), subject(record))
    return _restoration(pages, request, record)


def do_restore(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Publishes the record again or restores a version, and leads to its page."""
    fields = pages.form(request, body)
    record, account = pages.record_at(request, id), pages.required(request)
    permissions.after(account, _act(record), subject(record))
    return _done(pages, request, record, fields, partial(_restore, pages, account, fields), _restoration)


def _act(record: Record) -> str:
    return "restore" if record.state == "withdrawn" else "revert"


def _withdraw(pages: Pages, account: Account, record: Record, why: str) -> None:
    withdraw(pages.catalog, record, account, why)


def _restore(pages: Pages, account: Account, fields: Forms, record: Record, why: str) -> None:
    if record.state == "withdrawn":
        publish_again(pages.catalog, record, account, why)
    else:
        revert(pages.catalog, record, account, fields.number("version"), why)


def _done(
    pages: Pages,
    request: Request,
    record: Record,
    fields: Forms,
    act: Callable[[Record, str], None],
    page: Callable[..., Response],
) -> Response:
    """Carries out an act for the reason in the form; the page between again if it cannot be done."""
    lang = language(request)
    _ = translator(lang)
    why = fields.get("why").strip()[:MAX_WHY_CHARACTERS]
    again = partial(page, pages, request, record, fields)
    if not why:
        return again(Fault(why=_("Schreiben Sie, warum.")))
    try:
        if fields.number("number") != record.number:
            raise ConflictError("record-changed", {"ids": [record.id]}, id=record.id)
        act(record, why)
    except ConflictError:
        return again(Fault(conflict=True))
    except ValidationError:
        return again(Fault(refused=True))
    return RedirectResponse(addresses.page(record.kind, record.id, lang), 303)


# -- the pages


def _withdrawal(
    pages: Pages, request: Request, record: Record, fields: Forms | None = None, fault: Fault = NONE
) -> Response:
    lang = language(request)
    _ = translator(lang)
    ids = dict.fromkeys(link.id for link in backlinks(pages.catalog, record))
    users = pages.catalog.store.get_many(list(islice(ids, MAX_USERS_SHOWN)))
    twins = pages.catalog.store.following([record.id])
    return _page(
        pages,
        request,
        record,
        fields,
        fault,
        step="withdraw",
        followers=pages.catalog.following.subscriptions.followers(f"record={record.id}"),
        users=record_links(list(users.values()), lang),
        more_users=len(ids) - len(users),
        fetched=pages.catalog.following.reads.of_record(record.id, today()),
        readers=pages.catalog.following.reads.readers(today()),
        twins=record_links(twins, lang),
        comparison=None,
        version=0,
        heading=_("Eintrag zurückziehen?"),
    )


def _restoration(
    pages: Pages, request: Request, record: Record, fields: Forms | None = None, fault: Fault = NONE
) -> Response:
    lang = language(request)
    _ = translator(lang)
    text = fields.get("version") if fields else request.query_params.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
    comparison = _compared(pages, record, version, lang) if record.state == "published" else None
    heading = _("Diese Fassung wiederherstellen?") if comparison else _("Eintrag wieder veröffentlichen?")
    return _page(
        pages, request, record, fields, fault, step="restore", followers=0, users=[], more_users=0, twins=[],
        fetched=0, readers=[],
        comparison=comparison, version=version, heading=heading,
    )  # fmt: skip


def _compared(pages: Pages, record: Record, number: int, lang: Lang) -> Comparison:
    """What restoring a version would change; NotFoundError if there is no such version."""
    version = pages.catalog.store.version(record.id, number)
    if version is None:
        raise NotFoundError("version-unknown", id=record.id, number=number)
    return compare(pages, record.metadata, version.record.metadata, lang)


def _page(pages: Pages, request: Request, record: Record, fields: Forms | None, fault: Fault, **view: Any) -> Response:
    lang = language(request)
    title = record_title(record, lang)
    return pages.page(
        request,
        "record_act.html",
        lang,
        409 if fault.conflict else 422 if fault != NONE else 200,
        record=record,
        title=title,
        why=fields.get("why") if fields else "",
        fault=fault,
        crumbs=[(title, addresses.page(record.kind, record.id, lang)), (view["heading"], "")],
        indexed=False,
        **view,
    )
