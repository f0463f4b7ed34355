"""The report of links and freshness: addresses that fail since days, and data that are overdue; also as CSV.

Entry point: `routes`. Invariant: only those who see the sources see it.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.data.spreadsheets import csv_bytes
from api.pages.site import NO_STORE, Pages
from api.text import sentences
from api.text.formatting import day, pick_language
from api.text.i18n import translator
from api.text.link_words import answer_words
from api.web.addresses import Lang, absolute, language, mount, page, patterns, place
from api.web.negotiate import CSV
from registry.links.links import Link
from registry.masking import public
from registry.model import Record
from registry.model.timing import promise, today
from registry.search.query import Query

MAX_SHOWN: Final = 200  # of each table on the page
MAX_EXPORTED: Final = 10_000
COLUMNS: Final = ("state", "address", "answer", "since", "tries", "last_ok", "record", "page", "publisher", "contact")


class BrokenLink(NamedTuple):
    """An address that fails, with a record that names it. `others`: how many more do."""

    address: str
    answer: str
    since: str
    tries: int
    last_ok: str
    title: str
    page: str
    publisher: str
    contact: str
    others: int
    state: str


class Overdue(NamedTuple):
    """A dataset that was not updated as promised."""

    title: str
    page: str
    publisher: str
    contact: str
    rhythm: str
    due: str
    late: str


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("admin", "links"), partial(show_links, pages))
    mount(router, [f"{path}.csv" for path in patterns("admin", "links")], partial(export_links, pages))
    return router


def show_links(pages: Pages, request: Request) -> Response:
    """The report."""
    pages.required(request, "sources")
    lang = language(request)
    _ = translator(lang)
    total, overdue = overdue_data(pages, lang)
    links = pages.catalog.links
    return pages.page(
        request,
        "links.html",
        lang,
        counts=links.counts(),
        are_checked=links.are_checked(),
        broken=list(_rows(pages, links.listed("broken", MAX_SHOWN), lang)),
        failing=list(_rows(pages, links.listed("failing", MAX_SHOWN), lang)),
        overdue=overdue,
        overdue_total=total,
        crumbs=[(_("Administration"), place("admin", lang)), (_("Links und Aktualität"), "")],
        indexed=False,
    )


def export_links(pages: Pages, request: Request) -> Response:
    """The failing addresses as CSV, and the overdue datasets after them."""
    pages.required(request, "sources")
    lang = language(request)
    base = pages.settings.base_url
    listed = [link for state in ("broken", "failing") for link in pages.catalog.links.listed(state, MAX_EXPORTED)]
    rows: list[tuple[Any, ...]] = [
        (row.state, row.address, row.answer, row.since, row.tries, row.last_ok, row.title, absolute(base, row.page),
         row.publisher, row.contact)
        for row in _rows(pages, listed, lang)
    ]  # fmt: skip
    rows += [
        ("overdue", "", row.late, row.due, "", "", row.title, absolute(base, row.page), row.publisher, row.contact)
        for row in overdue_data(pages, lang, MAX_EXPORTED)[1]
    ]
    return Response(csv_bytes(COLUMNS, rows), media_type=CSV.content_type, headers=NO_STORE)


def overdue_data(pages: Pages, lang: Lang, most: int = MAX_SHOWN) -> tuple[int, list[Overdue]]:
    """How many datasets are overdue, and the first of them, the longest overdue first."""
    query = Query(where={"freshness": ("overdue",)}, size=most, lang=lang, facets=())
    hits = pages.catalog.index.search(query)
    records = pages.catalog.store.get_many([hit.id for hit in hits.hits]).values()
    rows = [row for record in records if (row := _overdue(record, lang))]
    return hits.total, sorted(rows, key=lambda row: row.due)


def _overdue(record: Record, lang: Lang) -> Overdue | None:
    promised, fresh = promise(record.metadata), sentences.freshness(record.metadata, today(), lang)
    if promised is None or fresh is None or fresh.state != "overdue":
        return None
    rhythm = promised.frequency.label(lang)
    return Overdue(*_who(record, lang), rhythm, promised.due.isoformat(), fresh.short)


def _rows(pages: Pages, links: Iterable[Link], lang: Lang) -> Iterator[BrokenLink]:
    links = list(links)
    users = pages.catalog.links.users(links)
    first = {address: ids[0] for address, ids in users.items()}
    records = pages.catalog.store.get_many(list(first.values()))
    for link in links:
        record = records.get(first.get(link.address, ""))
        if record is not None:
            title, where, publisher, contact = _who(record, lang)
            yield BrokenLink(
                public(link.address), answer_words(link.answer, lang), _day(link.first_failed, lang), link.failures,
                _day(link.last_ok, lang), title, where, publisher, contact, len(users[link.address]) - 1, link.state,
            )  # fmt: skip


def _who(record: Record, lang: Lang) -> tuple[str, str, str, str]:
    """Title, page, publisher and e-mail address of the contact of a record."""
    metadata = record.metadata
    contact = next((contact.email for contact in metadata.contacts if contact.email), "")
    publisher = pick_language(metadata.publisher.name, lang).words if metadata.publisher else ""
    title = pick_language(metadata.title, lang).words or record.id
    return title, page(record.kind, record.id, lang), publisher, contact


def _day(moment: Any, lang: Lang) -> str:
    return day(moment.date(), lang) if moment else ""
