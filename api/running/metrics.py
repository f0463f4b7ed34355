"""`/metrics`: figures for Prometheus, about requests and about the state of the catalogue; nothing about people.

Entry points: `routes`; `REQUESTS`, `SECONDS`, `IN_FLIGHT`, which `Requests` counts. Who may read: the machine itself,
the networks of `LOTSE_METRICS`, and who knows `LOTSE_METRICS_TOKEN`. A request that a proxy passed on is never the
machine's own.
"""

import secrets
import time
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Final

import prometheus_client as prometheus
from fastapi import APIRouter, Request, Response
from prometheus_client import multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric

from api.running.counting import forget_dead_processes, shared_folder
from api.running.rates import is_local
from registry.catalog import Catalog
from registry.catalog.figures import Figures, figures
from registry.errors import NotAllowedError
from registry.projections.projector import UNREACHABLE
from registry.settings import Settings

FORWARDED: Final = ("x-forwarded-for", "forwarded", "via", "x-real-ip")  # a proxy sets one of them
BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds

REQUESTS: Final = prometheus.Counter("lotse_requests", "Requests that were answered", ("kind", "status"))
SECONDS: Final = prometheus.Histogram("lotse_request_seconds", "Time until the answer", ("kind",), buckets=BUCKETS)
IN_FLIGHT: Final = prometheus.Gauge("lotse_requests_in_flight", "Requests being worked on", multiprocess_mode="livesum")


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter()

    @router.get("/metrics", include_in_schema=False)
    def metrics(request: Request) -> Response:
        if not may_read(request, settings):
            raise NotAllowedError("metrics-closed")
        body = prometheus.generate_latest(_of_requests()) + prometheus.generate_latest(_of_catalogue(catalog))
        return Response(body, media_type=prometheus.CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    return router


def may_read(request: Request, settings: Settings) -> bool:
    """Whether the request comes from a place that may read the metrics, or names the token."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if settings.metrics_token and secrets.compare_digest(token.encode(), settings.metrics_token.encode()):
        return True
    client = request.client.host if request.client else ""
    if is_local(client):
        return not any(name in request.headers for name in FORWARDED)
    try:
        return any(ip_address(client) in ip_network(network) for network in settings.metrics)
    except ValueError:
        return False


def _of_requests() -> prometheus.CollectorRegistry:
    folder = shared_folder()
    if folder is None:
        return prometheus.REGISTRY
    forget_dead_processes(folder)
    registry = prometheus.CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _of_catalogue(catalog: Catalog) -> prometheus.CollectorRegistry:
    registry = prometheus.CollectorRegistry(auto_describe=False)
    registry.register(_State(catalog))
    return registry


class _State(prometheus.registry.Collector):
    """The state of the catalogue, read when it is asked for; only `lotse_ready` where the database is away."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def collect(self) -> Iterator[Metric]:
        state = self._catalog.projector.state()
        yield _gauge("lotse_ready", "1 if database and search index answer", state["ready"])
        behind = {name: at["behind"] for name, at in state["projections"].items() if at["behind"] is not None}
        yield _by_label("lotse_projection_behind", "Changes that a projection lacks", "projection", behind)
        damaged = {name: "damaged" in at for name, at in state["projections"].items()}
        yield _by_label("lotse_projection_damaged", "1 if a projection is damaged", "projection", damaged)
        try:
            now = figures(self._catalog)
        except UNREACHABLE:
            return
        yield _gauge("lotse_change_number", "Number of the last change", state.get("store", {}).get("number", 0))
        yield from _of_figures(now)
        yield from _of_sources(now)


def _of_figures(now: Figures) -> Iterator[Metric]:
    records = GaugeMetricFamily("lotse_records", "Records of the catalogue", labels=("kind", "state"))
    for labels, count in now.records.items():
        records.add_metric(labels, count)
    yield records
    yield _by_label("lotse_drafts", "Drafts by state; submitted ones wait for a decision", "state", now.drafts)
    yield _by_label("lotse_letters", "Letters that wait, or that the mail server refused", "state", now.letters)
    yield _gauge("lotse_webhooks_suspended", "Webhooks that failed too often", now.suspended_hooks)
    yield _gauge("lotse_disk_free_bytes", "Free space on the disk of the data folder", now.free_bytes)


def _of_sources(now: Figures) -> Iterator[Metric]:
    ended = {source.name: source.ended.timestamp() for source in now.sources if source.ended}
    yield _by_label("lotse_source_last_run_timestamp_seconds", "End of a source's last run", "source", ended)
    ago = {name: max(0.0, time.time() - moment) for name, moment in ended.items()}
    yield _by_label("lotse_source_last_run_age_seconds", "Time since the end of a source's last run", "source", ago)
    failed = {source.name: source.outcome in ("failed", "interrupted") for source in now.sources}
    yield _by_label("lotse_source_failed", "1 if a source's last run failed", "source", failed)
    waiting = {source.name: source.outcome == "waiting" for source in now.sources}
    yield _by_label("lotse_source_waiting", "1 if withdrawals wait for a person", "source", waiting)
    suspended = {source.name: source.suspended for source in now.sources}
    yield _by_label("lotse_source_suspended", "1 if the worker no longer starts a source", "source", suspended)
    listed = {source.name: source.listed for source in now.sources}
    yield _by_label("lotse_source_listed", "Things that the last run listed", "source", listed)


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=float(value))


def _by_label(name: str, what: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, what, labels=(label,))
    for value, number in values.items():
        family.add_metric((value,), float(number))
    return family
