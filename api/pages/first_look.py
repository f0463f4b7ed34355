"""A first look into the files of a dataset on its page: a chart of the first table that has one, and its columns.

Entry point: `first_look`. Costs two short queries when a prepared table is shown first; where none is ready, nothing is
shown.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from markupsafe import Markup

from api.drawing.chart_choice import Chart, chart, choice, question
from api.drawing.maps import MapDrawing, map_of
from api.pages.cards import Line
from api.pages.columns import ColumnLine, column_lines, kinds_of
from api.pages.files import File
from api.pages.preview import map_rows, page_path
from api.pages.preview_views import geometry_columns, shapes_of
from api.pages.site import Pages
from api.text.formatting import as_date, day, number
from api.text.i18n import translations, translator
from api.web.addresses import Lang
from registry.catalog import Catalog
from registry.errors import LotseError
from registry.model import Distribution, Record
from registry.model.timing import today
from registry.preview.model import Aggregate, Groups, Preview, Selection
from registry.preview.previews import Previews

MAX_HIT_LINES: Final = 5_000  # lines of hits that are kept
MAX_ANSWERS: Final = 500  # first rows, groups of charts, and maps that are kept, of each


class FirstLook(NamedTuple):
    """`address`: of the table, "" where it is not prepared; `chart_address`: of the same chart or map, to be changed
    there; `map`: where there is no chart."""

    name: Markup
    address: str
    chart: Chart | None
    map: MapDrawing | None
    chart_address: str
    columns: tuple[ColumnLine, ...]
    more_columns: int

    @property
    def has_meanings(self) -> bool:
        return any(column.meaning for column in self.columns)


class FilePreview(NamedTuple):
    """What the row of a file says of its preview. `label`: of the link to it; `facts`: how many rows there are, or why
    there are none; `checked`: when it was read."""

    address: str
    label: str
    facts: str
    checked: str = ""


def file_previews(
    record: Record, files: Sequence[File], previews_of: Mapping[str, Preview], lang: Lang
) -> dict[str, FilePreview]:
    """Id of each file -> its preview. `previews_of`: id of each file -> what is known of its table."""
    return {
        file.id: _file_preview(previews_of[file.id], page_path(record, file.id, lang), lang)
        for file in files if file.address
    }  # fmt: skip


def _file_preview(preview: Preview, path: str, lang: Lang) -> FilePreview:
    _ = translator(lang)
    if preview.state == "failed":
        return FilePreview(path, _("Warum keine Vorschau?"), "")
    if preview.state == "waiting":
        return FilePreview(path, _("Ansehen"), "")
    rows = translations(lang).ngettext("%(num)s Zeile", "%(num)s Zeilen", preview.total)
    facts = rows % {"num": number(preview.total, lang)}
    checked = _checked(preview.fetched, lang) if preview.fetched else ""
    if geometry_columns(preview) is not None:
        return FilePreview(f"{path}?view=map", _("Auf der Karte"), facts, checked)
    return FilePreview(path, _("Ansehen"), facts, checked)


def hit_lines(pages: Pages, ids: list[str], lang: Lang) -> dict[str, tuple[Line, ...]]:
    """Id of a dataset -> the line of its card about what can be looked at, where a table is prepared."""
    files = pages.catalog.previews.store.files_of(ids)
    records = pages.catalog.store.get_many(list(files))
    lines = ((id, _hit_line(pages.catalog, (id, record.number, files[id]), lang)) for id, record in records.items())
    return {id: (line,) for id, line in lines if line}


@lru_cache(MAX_HIT_LINES)
def _hit_line(catalog: Catalog, files: tuple[str, int, tuple[str, ...]], lang: Lang) -> Line | None:
    """What can be looked at of a hit: table, chart, map, as a link to the first table; None if no table is ready.
    `files`: id and number of the record with its prepared files; the line is kept as long as these are the same."""
    _ = translator(lang)
    record = catalog.store.get(files[0])
    if record is None:  # deleted since
        return None
    previews_of = catalog.previews.of_record(record)
    ready = [(id, preview) for id, preview in previews_of.items() if preview.state == "ready" and preview.columns]
    if not ready:
        return None
    forms = [_("Tabelle")]
    if any(choice(preview) for _id, preview in ready):
        forms.append(_("Diagramm"))
    if any(geometry_columns(preview) for _id, preview in ready):
        forms.append(_("Karte"))
    label = _("Ansehen: %(forms)s") % {"forms": ", ".join(forms)}
    return Line(label, address=page_path(record, ready[0][0], lang))


def _checked(at: datetime, lang: Lang) -> str:
    _ = translator(lang)
    if as_date(at) == today():
        return _("geprüft heute")
    return _("geprüft am %(day)s") % {"day": day(at, lang)}


def first_look(
    previews: Previews, record: Record, files: Sequence[File], previews_of: Mapping[str, Preview], lang: Lang
) -> FirstLook | None:
    """The first table that is prepared, else the first whose columns are described; None without one."""
    shown = list(zip(record.metadata.distributions, files, strict=False))
    ready = [pair for pair in shown if previews_of[pair[0].id].state == "ready" and previews_of[pair[0].id].columns]
    described = [pair for pair in shown if pair[0].table_schema and pair[0].table_schema.columns]
    for distribution, file in (*ready[:1], *described[:1]):
        with suppress(LotseError):
            path = page_path(record, distribution.id, lang)
            table = _Table(previews, record.id, distribution, previews_of[distribution.id])
            return _look(table, file, path, lang)
    return None


class _Table(NamedTuple):
    """A table of a record."""

    previews: Previews
    record_id: str
    distribution: Distribution
    preview: Preview


def _look(table: _Table, file: File, path: str, lang: Lang) -> FirstLook:
    preview = table.preview
    if preview.state != "ready":
        return FirstLook(file.name, "", None, None, "", column_lines(table.distribution, None, (), lang), 0)
    ids = table.record_id, table.distribution.id
    columns = column_lines(table.distribution, preview, _first_row(table.previews, ids, preview.file), lang)
    drawn = _chart(table, lang)
    drawn_map = None if drawn else _map(table.previews, ids, preview.file)
    view = "chart" if drawn else "map"
    more = len(preview.columns) - len(columns)
    return FirstLook(file.name, path, drawn, drawn_map, f"{path}?view={view}", columns, more)


def _chart(table: _Table, lang: Lang) -> Chart | None:
    chosen = choice(table.preview, kinds=kinds_of(table.distribution))
    if chosen is None:
        return None
    asked = question(chosen, ())
    answer = _answer(table.previews, table.record_id, table.distribution.id, table.preview.file, asked)
    column = table.preview.column(chosen.y)
    return chart(chosen, answer, column.unit if column else "", lang)


@lru_cache(MAX_ANSWERS)
def _first_row(previews: Previews, ids: tuple[str, str], _file: str) -> Sequence[object]:
    """The first row of a table, () without one; kept while the prepared file is the same."""
    rows = previews.rows(*ids, Selection(size=1)).rows
    return rows[0] if rows else ()


@lru_cache(MAX_ANSWERS)
def _answer(previews: Previews, record_id: str, distribution_id: str, _file: str, asked: Aggregate) -> Groups:
    """The groups of a chart, kept while the prepared file is the same: a table of a million rows takes a while."""
    return previews.aggregate(record_id, distribution_id, asked)


@lru_cache(MAX_ANSWERS)
def _map(previews: Previews, ids: tuple[str, str], _file: str) -> MapDrawing | None:
    """The map of a table, kept while the prepared file is the same."""
    preview = previews.get(*ids)
    if preview is None or geometry_columns(preview) is None:
        return None
    return map_of(shapes_of(preview, map_rows(previews, ids, Selection()).rows))
