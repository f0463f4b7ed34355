"""Harvests the sources that are due, for as long as the process lives."""

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from cronsim import CronSim, CronSimError

from harvesters.run.run import harvest, map_again
from registry.catalog import Catalog
from registry.errors import BusyError
from registry.fetch.session import Outward, session
from registry.isolation import isolated
from registry.model import Run, Source
from registry.sources.runs import Runs

if TYPE_CHECKING:
    from requests import Session

LOOK: Final = 20.0  # seconds between two looks at what is due
REAL: Final = ("applied", "unchanged", "waiting", "failed", "running", "interrupted", "superseded", "discarded")

Done = TypeVar("Done")

log = logging.getLogger("lotse.worker")


def due(sources: Iterable[Source], runs: Runs, now: datetime) -> list[Source]:
    """Those whose cron line has had its moment since their last run began, whose run was interrupted, or that never
    ran; in order of that moment. `now` with its zone, in which cron lines are read. Dry runs do not count."""
    found = []
    for source in sources:
        moment = _moment(source, runs, now)
        if moment is not None and moment <= now:
            found.append((moment, source))
    return [source for _, source in sorted(found, key=lambda pair: pair[0])]


def _moment(source: Source, runs: Runs, now: datetime) -> datetime | None:
    if not source.schedule:
        return None
    last = runs.last(source.name, *REAL)
    if last is None or last.started is None:
        return datetime.min.replace(tzinfo=UTC)
    if last.outcome in ("running", "interrupted"):
        return last.started if last.outcome == "interrupted" else None
    try:
        return next(CronSim(source.schedule, last.started.astimezone(now.tzinfo)), None)
    except CronSimError as error:
        log.warning("source %s: its schedule %r is no cron line: %s", source.name, source.schedule, error)
        return None


def run(catalog: Catalog, settings: Outward, stop: threading.Event) -> None:
    """Until `stop`; `settings`: which way leads out."""
    with session(settings) as http:
        work(catalog, http, stop)


def work(catalog: Catalog, http: "Session", stop: threading.Event) -> None:
    """First maps again what an older edition of the mapping has mapped, then harvests what is due until `stop`.

    Waits for no index: where a worker runs, a projector runs too.
    """
    for source in _job("sources", catalog.sources.all) or ():
        _tell(_job(source.name, partial(map_again, source, catalog, wait=False)))
    while not stop.is_set():
        for source in (
            _job("sources", lambda: due(catalog.sources.all(), catalog.runs, datetime.now().astimezone())) or ()
        ):
            if stop.is_set():
                return
            _tell(_job(source.name, partial(harvest, source, catalog, http, wait=False)))
        stop.wait(LOOK)


def _job(name: str, job: Callable[[], Done]) -> Done | None:
    """Whatever goes wrong costs this job, a database that is away too, and the worker lives on."""

    def failed(error: Exception) -> None:
        if isinstance(error, BusyError):
            log.info("%s: %s", name, error)
        else:
            log.error("%s", name, exc_info=error)

    return isolated(job, failed)


def _tell(done: Run | None) -> None:
    if done:
        log.info("source %s: run %s %s, %s", done.source, done.number, done.outcome, dict(done.counts))
