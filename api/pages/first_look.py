"""A first look into the files of a dataset on its page: a chart of the first table that has one, and its columns.

Entry point: `first_look`. Costs two short queries of a prepared table; where none is ready, nothing is shown.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from api.drawing.chart_choice import Chart, chart, choice, question
from api.pages.columns import ColumnLine, column_lines, measures_of
from api.pages.files import File
from api.pages.preview import page_path
from api.pages.preview_views import geometry_columns
from api.pages.site import Pages
from api.text.formatting import day, number
from api.text.i18n import translations, translator
from api.web.addresses import Lang
from registry.errors import LotseError
from registry.model import Distribution, Record
from registry.model.message import sentence
from registry.preview.model import Aggregate, Groups, Preview, Selection
from registry.preview.previews import Previews

MAX_ANSWERS: Final = 500  # groups of charts that are kept


class FirstLook(NamedTuple):
    """`address`: of the table, "" where it is not prepared; `chart_address`: of the same chart, to be changed there."""

    name: Markup
    address: str
    chart: Chart | None
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


def file_previews(pages: Pages, record: Record, files: Sequence[File], lang: Lang) -> dict[str, FilePreview]:
    """Id of each file -> its preview."""
    if not files:
        return {}
    previews = pages.catalog.previews.of_record(record)
    return {
        file.id: _file_preview(previews[file.id], page_path(record, file.id, lang), lang)
        for file in files if file.address
    }  # fmt: skip


def _file_preview(preview: Preview, path: str, lang: Lang) -> FilePreview:
    _ = translator(lang)
    if preview.state == "failed":
        reason = sentence(preview.reason, lang) if preview.reason else ""
        return FilePreview(path, _("Warum keine Vorschau?"), reason)
    if preview.state == "waiting":
        return FilePreview(path, _("Ansehen"), "")
    rows = translations(lang).ngettext("%(num)s Zeile", "%(num)s Zeilen", preview.total)
    facts = rows % {"num": number(preview.total, lang)}
    checked = _("geprüft am %(day)s") % {"day": day(preview.fetched, lang)} if preview.fetched else ""
    if geometry_columns(preview) is not None:
        return FilePreview(f"{path}?view=map", _("Auf der Karte"), facts, checked)
    return FilePreview(path, _("Ansehen"), facts, checked)


def first_look(pages: Pages, record: Record, files: tuple[File, ...], lang: Lang) -> FirstLook | None:
    """The first table that is prepared, else the first whose columns are described; None without one."""
    previews = pages.catalog.previews.of_record(record)
    shown = list(zip(record.metadata.distributions, files, strict=False))
    ready = [pair for pair in shown if previews[pair[0].id].state == "ready" and previews[pair[0].id].columns]
    described = [pair for pair in shown if pair[0].table_schema and pair[0].table_schema.columns]
    for distribution, file in (*ready[:1], *described[:1]):
        with suppress(LotseError):
            return _look(pages, record, distribution, file, previews[distribution.id], lang)
    return None


def _look(
    pages: Pages, record: Record, distribution: Distribution, file: File, preview: Preview, lang: Lang
) -> FirstLook:
    path = page_path(record, distribution.id, lang)
    if preview.state != "ready":
        columns = column_lines(distribution, None, (), lang)
        return FirstLook(file.name, "", None, "", columns, 0)
    rows = pages.catalog.previews.rows(record.id, distribution.id, Selection(size=1)).rows
    first_row: list[Any] = rows[0] if rows else []
    columns = column_lines(distribution, preview, first_row, lang)
    drawn = _chart(pages, record, distribution, preview, lang)
    return FirstLook(file.name, path, drawn, f"{path}?view=chart", columns, len(preview.columns) - len(columns))


def _chart(pages: Pages, record: Record, distribution: Distribution, preview: Preview, lang: Lang) -> Chart | None:
    chosen = choice(preview, usual=measures_of(distribution))
    if chosen is None:
        return None
    answer = _answer(pages.catalog.previews, record.id, distribution.id, preview.file, question(chosen, ()))
    column = preview.column(chosen.y)
    return chart(chosen, answer, column.unit if column else "", lang)


@lru_cache(MAX_ANSWERS)
def _answer(previews: Previews, record_id: str, distribution_id: str, _file: str, asked: Aggregate) -> Groups:
    """The groups of a chart, kept while the prepared file is the same: a table of a million rows takes a while."""
    return previews.aggregate(record_id, distribution_id, asked)
