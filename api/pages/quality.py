"""The quality of the metadata, in points of data.europa.eu (MQA): of the whole catalogue, its trend, and of a record.

Entry point: `Quality`, with the views `overview` and `of_record`. The sums are measured anew where something changed:
at once in a small catalogue, in a large one in a thread, while the page shows those of before.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from fastapi import Request
from starlette.responses import Response

from api.data.catalogue import description, missing
from api.data.dqv import catalogue_quality, record_quality
from api.pages.site import Pages
from api.text.formatting import pick_language
from api.text.i18n import translator
from api.web.addresses import Lang, language, page, place
from api.web.answers import answer, tag
from api.web.negotiate import RDF, Format, by_suffix
from registry.catalog.lookup import shown
from registry.errors import NotFoundError
from registry.model import DCAT_KINDS, Finding, Record
from registry.model.message import Message, message, sentence
from registry.quality.check import check
from registry.quality.govdata import VERDICTS, Preflight, preflight
from registry.quality.hvd import Duty, duty
from registry.quality.mqa import DIMENSIONS, METRICS, Metric, Mqa, band, mqa
from registry.quality.scores import GOVDATA, MEASURED, Measured, Score, is_current, refresh
from registry.rules import rule_texts
from vocab.concepts import concept_list
from vocab.fields import FIELDS, fields_of
from vocab.profile import DE, level

MAX_RECORDS_AT_ONCE: Final = 3_000  # that are measured while a reader waits
MOST_HELPFUL: Final = 3
TREND_HEIGHT, TREND_WIDTH = 120, 750  # of the drawing


class Line(NamedTuple):
    """A row of the table of organizations or sources."""

    name: str
    address: str
    records: int
    points: int
    band: str
    helpful: str


class Quality:
    """The pages about quality, and their data as RDF."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.catalog = pages.catalog
        self._measuring = threading.Lock()

    # -- the whole catalogue

    def overview(self, request: Request) -> Response:
        lang = language(request)
        measured = self.measured()
        total = next(iter(measured.of("catalogue")), None) if measured else None
        are_checked = self.catalog.links.are_checked()
        _ = translator(lang)
        return self.pages.page(
            request,
            "quality.html",
            lang,
            title=_("Qualität der Metadaten"),
            day=measured.day.isoformat() if measured else "",
            total=_total(total, lang) if total else None,
            metrics=[_metric_share(metric, total, lang, are_checked) for metric in METRICS] if total else [],
            are_checked=are_checked,
            organizations=self._lines(measured, "organization", lang) if measured else [],
            sources=self._lines(measured, "source", lang) if measured else [],
            trend=_trend(self.catalog.scores.trend()),
            lacking=self._lacking(lang),
            formats=[(format.label, f"/qualitaet.{format.name}") for format in RDF],
            crumbs=[(_("Qualität der Metadaten"), "")],
        )

    def _lacking(self, lang: Lang) -> list[str]:
        """What the profiles demand of the catalogue itself and the city does not say, by the names of the fields."""
        own = description(self.pages.city, self.pages.settings.base_url)
        demanded = {row.name: row.label(lang) for row in fields_of("catalog") if level("catalog", row.name, DE) == "M"}
        return [demanded[name] for name in missing(own) if name in demanded]

    def overview_data(self, request: Request) -> Response:
        """The same as RDF; 404 where nothing was measured yet."""
        _, form = by_suffix(request.url.path, RDF)
        measured = self.measured()
        if form is None or measured is None:
            raise NotFoundError("nothing-here")
        return self._data(request, form, (measured.change, measured.day.isoformat()),
                          catalogue_quality(measured, form.name, self.pages.settings.base_url))  # fmt: skip

    def measured(self) -> Measured | None:
        """The newest sums; None while a large catalogue is measured for the first time."""
        store, scores = self.catalog.store, self.catalog.scores
        latest = scores.latest()
        if is_current(store, latest):
            return latest
        if store.count(MEASURED) <= MAX_RECORDS_AT_ONCE:
            return refresh(store, scores, self.pages.settings.contributor, self.catalog.links)
        if self._measuring.acquire(blocking=False):
            threading.Thread(target=self._measure, name="quality", daemon=True).start()
        return latest

    def _measure(self) -> None:
        try:
            refresh(self.catalog.store, self.catalog.scores, self.pages.settings.contributor, self.catalog.links)
        finally:
            self._measuring.release()

    def _lines(self, measured: Measured, scope: str, lang: Lang) -> list[Line]:
        """The organizations or sources, those with the most points first."""
        scores = [score for score in measured.scores if score.scope == scope]
        if scope == "organization":
            names = dict(self.pages.names([score.name for score in scores], lang))
            addresses = {score.name: page("organization", score.name, lang) for score in scores}
        else:
            names = {source.name: source.title or source.name for source in self.catalog.sources.all()}
            addresses = {}
        lines = [
            _line(score, names.get(score.name, score.name), addresses.get(score.name, ""), lang) for score in scores
        ]
        return sorted(lines, key=lambda line: (-line.points, line.name))

    # -- a record

    def of_record(self, request: Request, id: str) -> Response:
        """The page, or RDF by the suffix; NotFoundError for what MQA does not know."""
        id, form = by_suffix(id, RDF)
        record = shown(self.catalog, id)
        if record.kind not in DCAT_KINDS:
            raise NotFoundError("nothing-here")
        if form:
            result = self._mqa(record)
            return self._data(request, form, (record.number, result.total),
                              record_quality(record, result, form.name, self.pages.settings.base_url))  # fmt: skip
        return self._record_page(request, record, language(request))

    def _mqa(self, record: Record) -> Mqa:
        return mqa(record.metadata, self.catalog.links.answers([record.metadata]))

    def _record_page(self, request: Request, record: Record, lang: Lang) -> Response:
        _ = translator(lang)
        result = self._mqa(record)
        title = pick_language(record.metadata.title, lang).words
        return self.pages.page(
            request,
            "quality_record.html",
            lang,
            title=title,
            record_address=page(record.kind, record.id, lang),
            measured=record.kind == "dataset",
            points=result.total,
            uncounted=result.uncounted,
            band=band(result.total),
            dimensions=_dimensions(result.points, lang),
            metrics=[(_label(metric, lang), metric.points, _state(metric, result)) for metric in METRICS],
            helpful=_most_helpful([(metric, metric.points) for metric in METRICS
                                   if _state(metric, result) == "missing"], lang),
            findings=_findings(check(record.metadata), lang),
            flight=_flight(preflight(record.metadata, self.pages.settings.contributor), lang),
            hvd=_hvd(duty(record.metadata), lang),
            formats=[(format.label, f"/qualitaet/{record.id}.{format.name}") for format in RDF],
            crumbs=[(_("Qualität der Metadaten"), place("quality", lang)), (title, "")],
        )  # fmt: skip

    def _data(self, request: Request, form: Format, version: tuple[Any, ...], data: bytes) -> Response:
        return answer(request, lambda: data, form.content_type, etag=tag(self.catalog.store.epoch, form.name, *version))


# -- what the pages show


def _label(metric: Metric, lang: Lang) -> str:
    kebab = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in metric.name)
    return sentence(message(f"mqa-{kebab}"), lang)


def _state(metric: Metric, result: Mqa) -> str:
    return "met" if metric.name in result.met else "unknown" if metric.name in result.unknown else "missing"


def _dimensions(points: Mapping[str, float], lang: Lang) -> list[tuple[str, int, int]]:
    """Name, points and most possible points of each dimension."""
    _ = translator(lang)
    names = {
        "findability": _("Auffindbar"), "accessibility": _("Erreichbar"), "interoperability": _("Verarbeitbar"),
        "reusability": _("Nutzbar"), "contextuality": _("Mit Kontext"),
    }  # fmt: skip
    return [(names[name], round(points[name]), most) for name, most in DIMENSIONS.items()]


def _total(score: Score, lang: Lang) -> Mapping[str, Any]:
    left = [(metric, metric.points - score.earned(metric.name)) for metric in METRICS if metric.is_met]
    return {
        "records": score.records,
        "points": round(score.points),
        "band": band(score.points),
        "dimensions": _dimensions(score.by_dimension, lang),
        "helpful": _most_helpful(left, lang),
        "govdata": [(verdict, score.met.get(GOVDATA + verdict, 0)) for verdict in VERDICTS],
    }


def _metric_share(metric: Metric, score: Score, lang: Lang, are_checked: bool) -> tuple[str, int, int, bool]:
    """Label, points, percent of the records that meet it, and whether it is measured. `are_checked`: addresses were."""
    is_measured = metric.is_met is not None or are_checked
    return _label(metric, lang), metric.points, round(100 * score.share(metric.name)), is_measured


def _most_helpful(left: Iterable[tuple[Metric, float]], lang: Lang) -> list[tuple[str, int]]:
    """The fields that bring most points, with these: several metrics may be earned by the same field."""
    labels = {row.name: row.label(lang) for row in reversed(FIELDS)}
    points: dict[str, float] = {}
    for metric, number in left:
        name = labels[metric.field] if metric.field else _label(metric, lang)
        points[name] = points.get(name, 0) + number
    best = sorted(points.items(), key=lambda pair: -pair[1])[:MOST_HELPFUL]
    return [(name, round(number)) for name, number in best if round(number)]


def _line(score: Score, name: str, address: str, lang: Lang) -> Line:
    left = [(metric, metric.points - score.earned(metric.name)) for metric in METRICS if metric.is_met]
    helpful = ", ".join(f"{field} (+{number})" for field, number in _most_helpful(left, lang))
    return Line(name, address, score.records, round(score.points), band(score.points), helpful)


def _trend(days: Sequence[tuple[date, Score]]) -> Mapping[str, Any] | None:
    """The points of each day as a line, and as rows; None for fewer than two days."""
    if len(days) < 2:
        return None
    most = sum(DIMENSIONS.values())
    first, span = days[0][0], max((days[-1][0] - days[0][0]).days, 1)
    spots = [((day - first).days * TREND_WIDTH / span, TREND_HEIGHT * (1 - score.points / most)) for day, score in days]
    return {
        "line": " ".join(f"{x:.1f},{y:.1f}" for x, y in spots),
        "width": TREND_WIDTH,
        "height": TREND_HEIGHT,
        "rows": [(day.isoformat(), round(score.points), score.records) for day, score in reversed(days)],
    }


def _findings(findings: Iterable[Finding], lang: Lang) -> list[tuple[str, str, str]]:
    """Level, sentence and remedy of each, once."""
    rows = []
    for finding in findings:
        what, remedy = rule_texts(finding.rule)
        rows.append((finding.level, pick_language(what, lang).words, pick_language(remedy, lang).words))
    return list(dict.fromkeys(rows))


def _flight(flight: Preflight, lang: Lang) -> Mapping[str, Any]:
    obstacles: list[str | Message] = [obstacle.what for obstacle in flight.obstacles]
    return {
        "verdict": flight.verdict,
        "obstacles": [sentence(what, lang) for what in obstacles],
        "faults": _findings(flight.findings, lang),
    }


def _hvd(high_value: Duty, lang: Lang) -> Mapping[str, Any]:
    category = concept_list("hvd-categories").by_iri.get(high_value.category)
    return {
        "marked": high_value.marked,
        "suspected": high_value.is_suspected,
        "category": category.label(lang) if category else "",
        "word": high_value.word,
        "lacks": _findings(high_value.lacks, lang),
    }
