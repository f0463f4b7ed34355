"""The worker: harvests the sources that are due, for as long as the process lives.

Entry points: `run` (opens its own session), `work`, `due`. A job that fails costs itself only.
"""

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

CHECK_SECONDS: Final = 20.0  # between two checks which sources are due
REAL_OUTCOMES: Final = (  # of runs that count for the schedule; dry runs do not
    "applied",
    "unchanged",
    "waiting",
    "failed",
    "running",
    "interrupted",
    "superseded",
    "discarded",
)

Done = TypeVar("Done")

log = logging.getLogger("lotse.worker")


def due(sources: Iterable[Source], runs: Runs, now: datetime) -> list[Source]:
    """The sources whose cron line came up since their last run began, whose run was interrupted, or that never ran, in
    order of that moment. `now` has a time zone, in which cron lines are read. Dry runs do not count."""
    overdue = []
    for source in sources:
        moment = _moment(source, runs, now)
        if moment is not None and moment <= now:
            overdue.append((moment, source))
    return [source for _, source in sorted(overdue, key=lambda pair: pair[0])]


def _moment(source: Source, runs: Runs, now: datetime) -> datetime | None:
    if not source.schedule:
        return None
    last = runs.last(source.name, *REAL_OUTCOMES)
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
    """Works until `stop` is set; `settings`: proxy, certificates and allowed hosts."""
    with session(settings) as http:
        work(catalog, http, stop)


def work(catalog: Catalog, http: "Session", stop: threading.Event) -> None:
    """Maps again what an older edition of the mapping has mapped, then harvests what is due until `stop` is set.

    Does not wait for the search index: where a worker runs, a projector runs too.
    """
    for source in _job("sources", catalog.sources.all) or ():
        _log(_job(source.name, partial(map_again, source, catalog, wait=False)))
    while not stop.is_set():
        for source in (
            _job("sources", lambda: due(catalog.sources.all(), catalog.runs, datetime.now().astimezone())) or ()
        ):
            if stop.is_set():
                return
            _log(_job(source.name, partial(harvest, source, catalog, http, wait=False)))
        stop.wait(CHECK_SECONDS)


def _job(name: str, job: Callable[[], Done]) -> Done | None:
    """The job's result; None if it failed for whatever reason, a database that is away included: the worker goes on."""

    def failed(error: Exception) -> None:
        if isinstance(error, BusyError):
            log.info("%s: %s", name, error)
        else:
            log.error("%s", name, exc_info=error)

    return isolated(job, failed)


def _log(run: Run | None) -> None:
    if run:
        log.info("source %s: run %s %s, %s", run.source, run.number, run.outcome, dict(run.counts))
