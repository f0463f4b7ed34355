"""The page that shows what is in a file: its table, a chart or a map of it, or in words why there is nothing to show.

Entry points: `preview_page` (the view), `previewed`, `page_path`. Only prepared tables are opened (`registry.preview`):
no address of a stranger is fetched here, and no file of theirs is parsed.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from fastapi import Request
from markupsafe import Markup, escape
from msgspec.structs import replace
from starlette.responses import RedirectResponse, Response

from api.data.previews import file_of
from api.drawing.chart_choice import choice, question
from api.drawing.maps import MAX_SHAPES, Frame, placed
from api.pages import preview_views
from api.pages.cards import whose
from api.pages.columns import kinds_of
from api.pages.files import File, files
from api.pages.preview_states import state_of
from api.pages.read_as import read_as
from api.pages.site import Pages, View
from api.pages.table_address import Asked, parse
from api.pages.tiles import TILE_ADDRESS
from api.text.formatting import text_markup
from api.text.labels import area
from api.web import addresses
from api.web.addresses import Lang
from registry.catalog.lookup import shown
from registry.errors import NotReadyError, UsageError
from registry.model import KINDS, Distribution, Kind, Record
from registry.model.message import sentence
from registry.preview.bounds import MAX_PAGE_ROWS
from registry.preview.model import Preview, Rows, Selection
from registry.preview.previews import Previews, chosen_table
from registry.preview.service_answers import FORMATS
from registry.preview.sheet_writer import MAX_ROWS
from vocab.fields import fields_of
from vocab.kinds import KIND_ROWS
from vocab.pages import step_word

MAX_NEWEST: Final = 20  # streams of a service in which the newest value is looked for
KINDS_WITH_FILES: Final[tuple[Kind, ...]] = tuple(
    kind for kind in KINDS if any(row.name == "distributions" for row in fields_of(kind))
)


class Previewed(NamedTuple):
    """A file whose preview is asked for."""

    record: Record
    distribution: Distribution
    lang: Lang

    @property
    def path(self) -> str:
        return page_path(self.record, self.distribution.id, self.lang)


def page_path(record: Record, distribution_id: str, lang: Lang) -> str:
    """The path of the preview of a file: /daten/rad/vorschau/3f2a."""
    return addresses.path(record.kind, lang, f"{record.id}/{step_word('preview', lang)}/{distribution_id}")


def preview_page(pages: Pages) -> View:
    def page(request: Request) -> Response:
        file = previewed(pages, request)
        if not is_at(request, file.path):
            return RedirectResponse(file.path, 301)
        asked, is_from_form = parse(request.query_params.multi_items())
        if is_from_form:
            return RedirectResponse(asked.url(file.path), 303)
        preview = pages.catalog.previews.of(file.record, file.distribution)
        if preview.state != "ready":
            return _state(pages, request, file, preview)
        try:
            return _table(pages, request, file, preview, asked)
        except NotReadyError:  # its file was replaced or deleted this very moment
            return _state(pages, request, file, replace(preview, state="waiting"))

    return page


def previewed(pages: Pages, request: Request) -> Previewed:
    """The file that an address names; NotFoundError, and what `shown` raises."""
    record = shown(pages.catalog, request.path_params["id"])
    return Previewed(record, file_of(record, request.path_params["distribution"]), addresses.language(request))


def is_at(request: Request, path: str) -> bool:
    """Whether a path, whose odd characters are percent-encoded, is the one that was asked for."""
    address = addresses.parse_path(request.url.path)
    return address is not None and address.path == path


# -- a table, a chart, a map


def _table(pages: Pages, request: Request, file: Previewed, preview: Preview, asked: Asked) -> Response:
    problem, whole = "", preview
    try:
        preview = chosen_table(whole, asked.table)
        view = _view(pages, file, preview, asked)
    except UsageError as error:  # a table, column or value that is not there: all rows, and what is wrong
        is_unknown = preview is whole and bool(asked.table)
        problem = sentence(error.summary, file.lang)
        asked = Asked(size=asked.size, table="" if is_unknown else asked.table)
        view = _view(pages, file, preview, asked)
    return pages.page(
        request,
        "preview.html",
        file.lang,
        status=400 if problem else 200,
        **frame(file, _shown(file)),
        **view,
        problem=problem,
        preview=preview,
        asked=asked,
        tables=preview_views.tables(preview, asked, file.path),
        newest=_newest(pages, file, preview),
        views=preview_views.views(preview, asked, file.path, file.lang),
        chips=preview_views.chips(preview, asked, file.path, file.lang),
        read=read_as(preview, file.lang),
        take=preview_views.take(asked, file.path),
        picture=f"{file.path}.{preview.picture.file.rpartition('.')[2]}" if preview.picture else "",
        sheet_rows=MAX_ROWS if preview.total > MAX_ROWS else 0,
        features=asked.selection_url(f"{file.path}.geojson"),
        api=asked.selection_url(f"/api/v1/records/{file.record.id}/preview/{quote(file.distribution.id, safe='')}"),
        indexed=not request.url.query,
    )


def _view(pages: Pages, file: Previewed, preview: Preview, asked: Asked) -> dict[str, Any]:
    """The variables of the form that is asked for; UsageError for what the table does not have."""
    previews, ids = pages.catalog.previews, (file.record.id, file.distribution.id)
    where = previews.where(*ids, list(asked.where), asked.table)
    view: dict[str, Any] = {"table": None, "chart": None, "map": None, "background": None}
    if asked.view == "chart":
        chosen = choice(preview, asked.x, asked.y, asked.measure, kinds_of(file.distribution))
        answer = previews.aggregate(*ids, replace(question(chosen, where), table=asked.table)) if chosen else None
        return view | preview_views.chart_view(preview, chosen, answer, file.lang)
    selection = Selection(sort=asked.sort, where=where, size=asked.size, page=asked.page, table=asked.table)
    if asked.view == "map":
        return view | _map(pages, preview, map_rows(previews, ids, selection), file.lang)
    return view | preview_views.table_view(preview, previews.rows(*ids, selection), asked, file.path, file.lang)


def _map(pages: Pages, preview: Preview, rows: Rows, lang: Lang) -> dict[str, Any]:
    """The map with the tiles behind it that are here. `box`: what these cover together."""
    view = preview_views.map_view(preview, rows, lang)
    if not view:
        return view
    box, tiles = view["map"]["drawing"].box, pages.catalog.previews.tiles
    behind = tiles.behind(Frame(box).visible())
    if not behind:
        return view
    wests, souths, easts, norths = zip(*(tile.box for tile in behind), strict=True)
    background = {
        "pictures": placed(box, [(TILE_ADDRESS.format(**tile._asdict()), tile.box) for tile in behind]),
        "credit": tiles.background.credit,
        "address": TILE_ADDRESS,
        "zoom": behind[0].z,
        "box": (min(wests), min(souths), max(easts), max(norths)),
    }
    return view | {"background": background}


def _newest(pages: Pages, file: Previewed, preview: Preview) -> str:
    """The newest value of a service in words; "" for a file, and for a service without one."""
    if preview.read is None or preview.read.format not in FORMATS or preview.column("time") is None:
        return ""
    ids = file.record.id, file.distribution.id
    rows = pages.catalog.previews.rows(*ids, Selection(sort="-time", size=MAX_NEWEST))
    return preview_views.newest_value(preview, rows, file.lang)


def map_rows(previews: Previews, ids: tuple[str, str], selection: Selection) -> Rows:
    """The rows that a map draws: those of a selection, MAX_SHAPES at most."""
    rows: list[list[Any]] = []
    page: int | None = 1
    while page is not None and len(rows) < MAX_SHAPES:
        part = previews.rows(*ids, replace(selection, size=MAX_PAGE_ROWS, page=page))
        rows, page = [*rows, *part.rows], part.next
    return Rows(rows=rows, total=part.total)


def frame(file: Previewed, shown_file: File) -> dict[str, Any]:
    """The variables of the page around the preview."""
    record, lang = file.record, file.lang
    title: Markup = text_markup(record.metadata.title, lang) or escape(record.id)
    home = addresses.page(record.kind, record.id, lang)
    return {
        "record": record,
        "file": shown_file,
        "record_title": title,
        "record_address": home,
        "owner": whose(record.metadata, lang),
        "area": area(record.kind),
        "path_here": file.path,
        "crumbs": [
            (KIND_ROWS[record.kind].short[lang], addresses.path(record.kind, lang)),
            (title, home),
            (shown_file.name, ""),
        ],
    }


def _shown(file: Previewed) -> File:
    return next(files((file.distribution,), file.lang))


def _state(pages: Pages, request: Request, file: Previewed, preview: Preview) -> Response:
    """The page of a file of which no table is shown."""
    shown_file = _shown(file)
    others: Sequence[Distribution] = [
        other for other in file.record.metadata.distributions[:20] if other.id != file.distribution.id
    ]
    previews = pages.catalog.previews.of_record(file.record)
    return pages.page(
        request,
        "preview_state.html",
        file.lang,
        **frame(file, shown_file),
        state=state_of(shown_file, file.distribution, preview, file.lang),
        others=[
            (shown_other, page_path(file.record, shown_other.id, file.lang))
            for shown_other in files(others, file.lang)
            if (other_preview := previews.get(shown_other.id)) and other_preview.state == "ready"
        ],
        indexed=False,
    )
