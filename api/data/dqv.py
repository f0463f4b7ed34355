"""Quality measurements as RDF (W3C Data Quality Vocabulary), with the metrics of data.europa.eu (MQA).

Entry points: `record_quality` for a record, `catalogue_quality` for the sums of a day.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from registry.model import Record
from registry.quality.mqa import METRICS, Mqa
from registry.quality.scores import Measured, Score
from registry.rdf import Graph, thing_iri, written
from registry.rdf.terms import TYPE, iri_term, literal
from vocab.namespaces import PREFIXES, XSD, Namespace

DQV: Final = Namespace("http://www.w3.org/ns/dqv#")
PV: Final = Namespace("https://piveau.eu/ns/voc#")
PROV: Final = Namespace(PREFIXES["prov"])
SCORE: Final = "score"  # the metric of all points together


def record_quality(record: Record, result: Mqa, format: str, base: str) -> bytes:
    """Whether a record meets each metric, and its points. Metrics of addresses that nobody tried are left out."""
    subject, graph = f"{base}/qualitaet/{record.id}", Graph()
    about = thing_iri(record, base)
    for metric in METRICS:
        if metric.name not in result.unknown:
            met = literal(str(metric.name in result.met).lower(), "", XSD.boolean)
            _add(graph, f"{subject}#{metric.name}", about, metric.name, met)
    _add(graph, f"{subject}#{SCORE}", about, SCORE, _integer(result.total))
    return b"".join(written([(record.id, graph)], format))


def catalogue_quality(measured: Measured, format: str, base: str) -> bytes:
    """For the whole catalogue, each source and each organization: the part of the records that meet a metric, and the
    average points."""
    graph = Graph()
    for score in measured.scores:
        subject = f"{base}/qualitaet#{'-'.join(filter(None, (score.scope, score.name)))}"
        about = _about(score, base)
        for metric in METRICS:
            share = literal(f"{score.share(metric.name):.4f}", "", XSD.decimal)
            _add(graph, f"{subject}-{metric.name}", about, metric.name, share, measured.day)
        _add(graph, f"{subject}-{SCORE}", about, SCORE, _integer(round(score.points)), measured.day)
    return b"".join(written([("quality", graph)], format))


def _about(score: Score, base: str) -> str:
    """What was measured: the catalogue, an organization, or the page of a source."""
    paths = {"catalogue": "/catalog", "organization": f"/id/{score.name}", "source": f"/qualitaet#source-{score.name}"}
    return base + paths[score.scope]


def _integer(number: int) -> str:
    return literal(str(number), "", XSD.integer)


def _add(graph: Graph, measurement: str, about: str, metric: str, value: str, day: date | None = None) -> None:
    statements: Iterator[tuple[str, str]] = iter(
        [
            (TYPE, iri_term(DQV.QualityMeasurement)),
            (iri_term(DQV.computedOn), iri_term(about)),
            (iri_term(DQV.isMeasurementOf), iri_term(PV[metric])),
            (iri_term(DQV.value), value),
            *([(iri_term(PROV.generatedAtTime), literal(day.isoformat(), "", XSD.date))] if day else []),
        ]
    )
    node = graph.setdefault(iri_term(measurement), {})
    for predicate, term in statements:
        node.setdefault(predicate, {})[term] = None
