"""The report of all projects for the council: by phase, topic and district, with money and delay; also as CSV and XLSX.

Entry points: `report_page`, `report_file`, `report_of` (the figures). It takes the filters of the list of projects.
Invariant: each figure is counted from the records; what a record does not say is counted as not said.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from fastapi import Request
from markupsafe import Markup, escape
from msgspec.structs import replace
from starlette.responses import Response

from api.data.delays import Delay, delay, has_plan
from api.data.spreadsheets import Sheet, csv_bytes, xlsx_bytes
from api.data.tables import Cell, Context, columns_of, number, row
from api.pages.list_views import list_views
from api.pages.search import chips_of
from api.pages.site import Pages, View
from api.text import sentences
from api.text.formatting import day, short_markup
from api.text.i18n import translator
from api.text.labels import districts
from api.web import addresses, query
from api.web.addresses import Lang
from api.web.answers import answer, tag
from api.web.negotiate import CSV, XLSX, by_suffix
from registry.model import Record
from registry.model.timing import today
from registry.search.facet_values import WHOLE_CITY, districts_of
from registry.search.facet_values import phases as phase_values
from registry.search.facet_values import themes as theme_values
from registry.search.facets import FACETS
from registry.search.query import MAX_DEPTH, Query
from vocab.concepts import ConceptList, concept_list


class Figures(NamedTuple):
    """What is counted of some projects. `money`: currency -> sum of the budgets; `with_money`: projects that name one;
    `late`: behind their plan; `planned`: projects of which a plan is known."""

    label: str
    address: str
    projects: int
    money: Mapping[str, Decimal]
    with_money: int
    late: int
    planned: int


class Part(NamedTuple):
    """A table of the report: `name` of the facet, heading, a line for each of its values."""

    name: str
    label: str
    lines: tuple[Figures, ...]


class Late(NamedTuple):
    """A project behind its plan, in words."""

    title: Markup | str
    address: str
    phase: str
    milestone: Markup | str
    planned: str
    reached: str
    behind: str
    reason: Markup | str


class Report(NamedTuple):
    total: Figures
    parts: tuple[Part, ...]
    late: tuple[Late, ...]


# -- pages and files


def report_page(pages: Pages) -> View:
    def report(request: Request) -> Response:
        address = addresses.parse_path(request.url.path)
        assert address is not None
        lang = address.lang
        params, wrong = query.without_wrong(request.query_params.multi_items())
        asked = query.parse(params, lang, "project")
        records, total = _records(pages, asked)
        _ = translator(lang)
        path = addresses.path("report", lang)
        return pages.page(
            request,
            "council_report.html",
            lang,
            report=report_of(pages, records, asked, lang),
            hidden_projects=total - len(records),
            chips=chips_of(pages, replace(asked, where=_free(asked)), lang),
            files=[(form.label, _address(asked, path, form.name)) for form in (CSV, XLSX)],
            views=list_views(asked, lang, "report"),
            notes=wrong,
            area="project",
            title=_("Bericht"),
            crumbs=[(_("Projekte"), addresses.path("project", lang)), (_("Bericht"), "")],
            indexed=not request.query_params,
            canonical=path,
        )

    return report


def report_file(pages: Pages) -> View:
    def file(request: Request) -> Response:
        stem, form = by_suffix(request.url.path, (CSV, XLSX))
        address = addresses.parse_path(stem)
        assert address is not None
        assert form is not None
        lang = address.lang
        asked = query.parse(request.query_params.multi_items(), lang, "project")
        records, _total = _records(pages, asked)
        report = report_of(pages, records, asked, lang)
        name = f"{addresses.word('report', lang)}-{today().isoformat()}.{form.name}"
        make = (lambda: _csv(report)) if form is CSV else (lambda: _xlsx(pages, report, records, lang))
        return answer(
            request,
            make,
            form.content_type,
            etag=tag(request.url.path, query.url(asked, stem), pages.catalog.store.position(), today()),
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return file


def _address(asked: Query, path: str, suffix: str) -> str:
    stem, mark, parameters = query.url(query.with_page(replace(asked, where=_free(asked)), 1), path).partition("?")
    return f"{stem}.{suffix}{mark}{parameters}"


def _free(asked: Query) -> Mapping[str, tuple[str, ...]]:
    """The filters without the kind, which the report always has."""
    return {name: values for name, values in asked.where.items() if name != "kind"}


def _records(pages: Pages, asked: Query) -> tuple[list[Record], int]:
    """The projects, at most MAX_DEPTH, and how many there are."""
    results = pages.catalog.index.search(replace(asked, page=1, cursor="", size=MAX_DEPTH, facets=(), sort="title"))
    records = pages.catalog.store.get_many([hit.id for hit in results.hits if hit.exact])
    return [record for record in records.values() if record.shown], results.total


# -- figures


def report_of(pages: Pages, records: Sequence[Record], asked: Query, lang: Lang) -> Report:
    """The figures of all projects, of those of each phase, topic and district, and the projects behind their plan."""
    now, concepts = today(), districts(pages.city)
    _ = translator(lang)
    delays = {record.id: delay(record.metadata, now) for record in records}
    late = sorted(((late.days, record) for record in records if (late := delays[record.id])), key=lambda pair: -pair[0])

    of, to = (records, delays), (asked, lang)
    return Report(
        _figures(_("Alle Projekte"), query.url(asked, addresses.path("project", lang)), records, delays),
        (
            _part("phase", lambda record: phase_values(record, concepts), concept_list("phases"), of, to),
            _part("theme", lambda record: theme_values(record, concepts), concept_list("themes"), of, to),
            _part("district", lambda record: _districts(record, concepts), concepts, of, to),
        ),
        tuple(_late(record, delays[record.id], lang) for _days, record in late),
    )


def _districts(record: Record, concepts: ConceptList | None) -> Sequence[str]:
    """The districts, or the city as a whole, which has one value here."""
    values = districts_of(record, concepts)
    return tuple(value for value in values if value != WHOLE_CITY) or values


def _part(
    name: str,
    values: Callable[[Record], Iterable[str]],
    concepts: ConceptList | None,
    of: tuple[Sequence[Record], Mapping[str, Delay | None]],
    to: tuple[Query, Lang],
) -> Part:
    """A line for each value that a project has, in the order of the list; `of`: the projects and their delays; `to`:
    the query whose filters the links keep, and the language."""
    (records, delays), (asked, lang) = of, to
    _ = translator(lang)
    groups: dict[str, list[Record]] = {}
    for record in records:
        for value in dict.fromkeys(values(record)) or ("",):
            groups.setdefault(value, []).append(record)
    order = {concept.notation: at for at, concept in enumerate(concepts or ())}
    lines = []
    for value in sorted(groups, key=lambda value: (order.get(value, len(order)), value)):
        concept = concepts.get(value) if concepts and value else None
        label = concept.label(lang) if concept else _("Ganze Stadt") if value == WHOLE_CITY else _("nicht genannt")
        filtered = replace(asked, where={**asked.where, name: (value,)})
        address = query.url(filtered, addresses.path("project", lang)) if concept else ""
        lines.append(_figures(label, address, groups[value], delays))
    return Part(name, FACETS[name].label[lang], tuple(lines))


def _figures(
    label: str, address: str, records: Sequence[Record], delays: Mapping[str, Delay | None] = MappingProxyType({})
) -> Figures:
    money: dict[str, Decimal] = {}
    with_money = 0
    for record in records:
        budget = record.metadata.budget
        value = number(budget.value) if budget else None
        if budget and isinstance(value, Decimal):
            money[budget.currency] = money.get(budget.currency, Decimal()) + value
            with_money += 1
    late = sum(delays[record.id] is not None for record in records)
    planned = sum(has_plan(record.metadata) for record in records)
    return Figures(label, address, len(records), money, with_money, late, planned)


def _late(record: Record, late: Delay | None, lang: Lang) -> Late:
    assert late is not None
    milestone = late.milestone
    return Late(
        short_markup(record.metadata.title, lang) or escape(record.id),
        addresses.page("project", record.id, lang),
        sentences.concept("phases", record.metadata.phase, lang),
        short_markup(milestone.title, lang),
        day(milestone.planned, lang),
        day(milestone.reached, lang),
        sentences.behind(late.days, lang),
        short_markup(milestone.reason, lang),
    )


# -- files

_NAMES: Final = ("group", "value", "projects", "with_plan", "behind_plan", "with_budget", "budget", "currency")


def _rows(report: Report) -> Iterable[list[Cell]]:
    for part in (Part("all", "", (report.total,)), *report.parts):
        for line in part.lines:
            counts = [Decimal(line.projects), Decimal(line.planned), Decimal(line.late), Decimal(line.with_money)]
            for currency, amount in sorted(line.money.items()) or (("", None),):
                yield [part.name, line.label, *counts, amount, currency]


def _csv(report: Report) -> bytes:
    return csv_bytes(_NAMES, _rows(report))


def _xlsx(pages: Pages, report: Report, records: Sequence[Record], lang: Lang) -> bytes:
    _ = translator(lang)
    labels = [_("Gliederung"), _("Wert"), _("Projekte"), _("mit Meilensteinen"), _("hinter dem Plan"), _("mit Kosten"), _("Kosten"), _("Währung")]  # fmt: skip  # noqa: E501
    columns = columns_of(("project",))
    context = Context(lang, pages.settings.base_url, districts(pages.city))
    projects = Sheet(
        _("Projekte"), [column.labels[lang] for column in columns], (row(item, columns, context) for item in records)
    )
    about = [(_("Stand"), day(today(), lang)), (_("Einträge in dieser Datei"), str(len(records)))]
    return xlsx_bytes((Sheet(_("Bericht"), labels, _rows(report)), projects), about)
