"""Every list and search to take along: the same address with `.csv`, `.xlsx`, `.ics`, `.json` or `.atom` behind it.

Entry points: `routes`, `list_address` (the address of a list in a format). Tables and calendars hold the whole list, up
to MAX_ROWS hits, whatever page is asked for; what is cut says so in
the name of the file, and in XLSX on its last sheet.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from fastapi import APIRouter, Request, Response
from msgspec.structs import replace
from starlette.responses import RedirectResponse

from api.data import feeds
from api.data.appointments import appointments
from api.data.calendars import calendar
from api.data.documents import search_answer
from api.data.spreadsheets import Sheet, csv_bytes, xlsx_bytes
from api.data.tables import Context, columns_of, row
from api.text.formatting import day, pick_language
from api.text.i18n import translator
from api.text.labels import both, districts
from api.web import addresses, query
from api.web.addresses import LANGS, Lang, PageAddress, absolute, mount
from api.web.answers import answer, json_bytes, tag
from api.web.negotiate import ATOM, CSV, ICS, JSON, LISTS, XLSX, Format, by_suffix
from api.web.own_threads import OwnThreads
from registry import city as city_room
from registry.catalog import Catalog
from registry.catalog.lookup import shown
from registry.errors import NotFoundError
from registry.model import KINDS, Record, timing
from registry.search.query import MAX_DEPTH, Query
from registry.settings import Settings
from vocab.kinds import KIND_ROWS

MAX_ROWS: Final = MAX_DEPTH  # hits in a file; all records are in `lotse export` and /catalog
MAX_AT_ONCE: Final = 2  # files that are made at a time
MAX_WAITING: Final = 8  # requests that wait for that; the next one is answered with 429
_Body = tuple[Callable[[], bytes], Mapping[str, str]]  # what makes the bytes of an answer, and headers of it


def list_address(asked: Query, path: str, form: Format) -> str:
    """The address of the list on a page's path in a format: `/projekte?q=rad` -> `/projekte.csv?q=rad`."""
    stem, mark, parameters = query.url(query.with_page(asked, 1), path).partition("?")
    return f"{stem}.{form.name}{mark}{parameters}"


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    views = _Views(catalog, settings)
    for name in ("search", *KINDS):
        for lang in LANGS:
            stem = addresses.path(name, lang)
            mount(router, [f"{stem}.{form.name}" for form in LISTS], views.whole_list)
            if name in KINDS:
                mount(router, [f"{stem}/{{id}}.{ICS.name}"], views.calendar_of_record)
                mount(router, [f"{stem}/{{id}}.{ATOM.name}"], views.feed_of_record)
    return router


class _List(NamedTuple):
    """What is asked for: the page, the query and its records. `total`: of exact hits, of which all are here or the
    first MAX_ROWS."""

    address: PageAddress
    asked: Query
    total: int
    records: tuple[Record, ...]


class _Views:
    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.catalog = catalog
        self.base = settings.base_url
        self.city = city_room.city(settings)
        self.threads = OwnThreads(MAX_AT_ONCE, MAX_WAITING)

    async def whole_list(self, request: Request) -> Response:
        return await self.threads.run(partial(self._whole_list, request))

    def _whole_list(self, request: Request) -> Response:
        stem, form = by_suffix(request.url.path, LISTS)
        address = addresses.parse_path(stem)
        assert address is not None
        assert form is not None
        asked = query.parse(request.query_params.multi_items(), address.lang, address.kind)
        if form is JSON:
            return self._json(request, asked)
        if form is ATOM:
            return self._atom(request, asked, stem)
        at = list_address(asked, stem, form)
        position = (self.catalog.index.position(), self.catalog.store.position(), timing.today())
        make: Mapping[Format, Callable[[_List, str], bytes]] = {CSV: self._csv, XLSX: self._xlsx, ICS: self._ics}
        whole = self._records(address, asked)
        cut = whole.total > len(whole.records) == MAX_ROWS
        first = f"-1-{MAX_ROWS}" if cut else ""
        name = f"{addresses.word(address.name, address.lang)}{first}.{form.name}"
        numbers = [(record.id, record.number) for record in whole.records] if form is ICS else position
        return answer(
            request,
            lambda: make[form](whole, at),
            form.content_type,
            etag=tag(at, numbers, self.base),
            headers={"Content-Disposition": f'{"inline" if form is ICS else "attachment"}; filename="{name}"'},
        )

    def _records(self, address: PageAddress, asked: Query) -> _List:
        wanted = replace(asked, page=1, cursor="", size=MAX_ROWS, facets=())
        results = self.catalog.index.search(wanted)
        records = self.catalog.store.get_many([hit.id for hit in results.hits if hit.exact])
        return _List(address, asked, results.total, tuple(record for record in records.values() if record.shown))

    # -- formats

    def _json(self, request: Request, asked: Query) -> Response:
        params = request.query_params.multi_items()
        notes = (*query.notes(params, districts(self.city)), *query.unknown(params))
        return answer(
            request,
            lambda: json_bytes(search_answer(self.catalog, self.city, self.base, asked, notes)),
            JSON.content_type,
            etag=tag(self.catalog.projector.positions(), request.url.path, query.url(asked, ""), notes, timing.today()),
        )

    def _atom(self, request: Request, asked: Query, stem: str) -> Response:
        if "sort" not in request.query_params:
            asked = query.with_sort(asked, "newest")
        return feeds.answered(request, self.catalog, asked, list_address(asked, stem, ATOM), (self.city, self.base))

    def _context(self, lang: Lang) -> Context:
        return Context(lang, self.base, districts(self.city))

    def _csv(self, whole: _List, at: str) -> bytes:
        columns, context = columns_of(whole.asked.where.get("kind", ())), self._context(whole.address.lang)
        return csv_bytes([column.name for column in columns], (row(item, columns, context) for item in whole.records))

    def _xlsx(self, whole: _List, at: str) -> bytes:
        lang = whole.address.lang
        columns, context = columns_of(whole.asked.where.get("kind", ())), self._context(lang)
        labels = [column.labels[lang] for column in columns]
        rows = (row(item, columns, context) for item in whole.records)
        return xlsx_bytes([Sheet(self._title(whole), labels, rows)], self._about(whole, at))

    def _ics(self, whole: _List, at: str) -> bytes:
        return calendar(whole.records, self._title(whole), absolute(self.base, at), self.base, whole.address.lang)

    def _title(self, whole: _List) -> str:
        lang, kind = whole.address.lang, whole.address.kind
        title = KIND_ROWS[kind].plural[lang] if kind else translator(lang)("Suche")
        return f"{title}: {whole.asked.words}" if whole.asked.words else title

    def _about(self, whole: _List, at: str) -> list[tuple[str, str]]:
        """The sheet that says what the table is, in labels and values."""
        lang = whole.address.lang
        _ = translator(lang)
        owner = both(self.city.publisher)[lang] or both(self.city.title)[lang]
        lines = [
            (_("Liste"), self._title(whole)),
            (_("Herausgegeben von"), owner),
            (_("Adresse"), absolute(self.base, at)),
            (_("Stand"), day(timing.today(), lang)),
            (_("Einträge in der Liste"), str(whole.total)),
            (_("Einträge in dieser Datei"), str(len(whole.records))),
        ]
        if whole.total > len(whole.records):
            lines.append((_("Gekürzt"), _("Die Datei enthält nur die ersten Einträge. Grenzen Sie die Suche ein.")))
        return [line for line in lines if line[1]]

    # -- one record

    def feed_of_record(self, request: Request, id: str) -> Response:
        """The history of a record, an entry for each of its last versions."""
        return self._of_record(request, id, ATOM, self._history)

    def calendar_of_record(self, request: Request, id: str) -> Response:
        """The appointments of a record; NotFoundError for one that has none."""
        return self._of_record(request, id, ICS, self._calendar)

    def _history(self, record: Record, lang: Lang, at: str) -> _Body:
        versions = self.catalog.store.history
        return (lambda: feeds.history(record, versions(record.id), at, self.base, lang)), {}

    def _calendar(self, record: Record, lang: Lang, at: str) -> _Body:
        if not any(appointments(record, lang)):
            raise NotFoundError("record-without-dates", id=record.id)
        title = pick_language(record.metadata.title, lang).words or record.id
        headers = {"Content-Disposition": f'inline; filename="{record.id}.{ICS.name}"'}
        return (lambda: calendar([record], title, at, self.base, lang)), headers

    def _of_record(
        self, request: Request, id: str, form: Format, write: Callable[[Record, Lang, str], _Body]
    ) -> Response:
        """What `write` makes of a record at its address; 301 from another address of the record."""
        address = addresses.parse_path(request.url.path.removesuffix(f".{form.name}"))
        assert address is not None
        record = shown(self.catalog, id)
        right = addresses.page(record.kind, record.id, address.lang)
        if right != address.path:
            return RedirectResponse(f"{addresses.local_path(self.base, right)}.{form.name}", 301)
        at = absolute(self.base, f"{right}.{form.name}")
        body, headers = write(record, address.lang, at)
        return answer(
            request,
            body,
            form.content_type,
            etag=tag(at, record.number, self.catalog.store.epoch),
            modified=record.changed,
            headers=headers,
        )
