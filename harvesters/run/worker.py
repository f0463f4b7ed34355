"""The worker: harvests the sources that are due, and checks links, for as long as the process lives.

Entry points: `run`, `work`, `due`, `next_run`. Each source is harvested in a thread and with a session of its own: a
slow source holds up no other, and a job that fails costs itself only.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from cronsim import CronSim, CronSimError

from harvesters.run.run import harvest, map_again
from registry import child_pool
from registry.catalog import Catalog
from registry.errors import BusyError, StoppedError
from registry.fetch.session import Outward, session
from registry.isolation import isolated
from registry.links.checking import check_due
from registry.model import Run, Source
from registry.model.timing import ZONE, today
from registry.quality.scores import refresh
from registry.sources.crashes import is_suspended, note_stopped
from registry.sources.runs import Runs

if TYPE_CHECKING:
    from requests import Session

CHECK_SECONDS: Final = 20.0  # between two checks which sources are due, and between two starts of the same source
POLL_SECONDS: Final = 0.2  # between two looks whether a job has ended
STOP_SECONDS: Final = 20.0  # that runs get to come to the end of a page when the worker is stopped
MAX_SOURCES_AT_ONCE: Final = 4
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
NewSession = Callable[[], "Session"]

log = logging.getLogger("lotse.worker")


def due(sources: Iterable[Source], runs: Runs, now: datetime) -> list[Source]:
    """The sources whose cron line came up since their last run began, whose run was interrupted, or that never ran, in
    order of that moment. Cron lines are read in the time zone of the city, as pages show it, whatever that of the
    server is. Dry runs do not count, and what is suspended (`is_suspended`) waits for a person. A run that began in the
    future began while the clock was wrong: its source is due."""
    overdue = []
    for source in sources:
        moment = next_run(source, runs, now)
        if moment is not None and moment <= now:
            overdue.append((moment, source))
    return [source for _, source in sorted(overdue, key=lambda pair: pair[0])]


def next_run(source: Source, runs: Runs, now: datetime) -> datetime | None:
    """When the worker starts a source again; a moment that has passed: as soon as it can; None: not by itself."""
    if not source.schedule or source.hold:
        return None
    last = runs.last(source.name, *REAL_OUTCOMES)
    if last is None or last.started is None:
        return datetime.min.replace(tzinfo=UTC)
    if last.outcome == "running" or is_suspended(runs, source.name):
        return None
    if last.outcome == "interrupted" or last.started > now:
        return min(last.started, now)
    try:
        return next(CronSim(source.schedule, last.started.astimezone(ZONE)), None)
    except CronSimError as error:
        log.warning("source %s: its schedule %r is no cron line: %s", source.name, source.schedule, error)
        return None


def run(catalog: Catalog, settings: Outward, stop: threading.Event) -> None:
    """Works until `stop` is set; `settings`: proxy, certificates and allowed hosts."""
    work(catalog, partial(session, settings), stop)


def work(catalog: Catalog, new_session: NewSession, stop: threading.Event) -> None:
    """Maps again what an older edition of the mapping has mapped, and harvests what is due until `stop` is set.

    Does not wait for the search index: where a worker runs, a projector runs too. Returns at the latest STOP_SECONDS
    after `stop`; a run that has not come to the end of a page by then is noted as interrupted.
    """
    jobs = _Jobs()
    jobs.start("map again", partial(_map_all_again, catalog, stop))
    while not stop.is_set():
        now = datetime.now(ZONE)
        for source in _job("sources", partial(_due, catalog, now)) or ():
            jobs.start(source.name, partial(_harvest, source, catalog, new_session, stop))
        jobs.start("check links", partial(_job, "check links", partial(_check_links, catalog, new_session, stop)))
        jobs.start("measure quality", partial(_job, "measure quality", partial(_measure, catalog)))
        jobs.wait(stop)
    for name in jobs.leave():
        log.warning("%s: did not end in time, it is interrupted", name)
        _job(name, partial(note_stopped, catalog.runs, name))


def _due(catalog: Catalog, now: datetime) -> list[Source]:
    return due(catalog.sources.all(), catalog.runs, now)


def _measure(catalog: Catalog) -> None:
    """Measures the quality of the catalogue once a day, so that its trend has no gaps where nobody looks."""
    latest = catalog.scores.latest()
    if latest is None or latest.day != today():
        refresh(catalog.store, catalog.scores, catalog.settings.contributor, catalog.links)


def _check_links(catalog: Catalog, new_session: NewSession, stop: threading.Event) -> None:
    """Checks the addresses of datasets that are due."""
    now = datetime.now(UTC)
    catalog.links.follow(catalog.store, now)
    with new_session() as http:
        counts = check_due(catalog.links, http, now, stop.wait)
    if counts:
        log.info("link check: %s", dict(counts))


def _map_all_again(catalog: Catalog, stop: threading.Event) -> None:
    for source in _job("sources", catalog.sources.all) or ():
        if _job(source.name, partial(is_suspended, catalog.runs, source.name)):
            log.warning("source %s: its last runs ended without a word: lotse harvest %s", source.name, source.name)
        else:
            _log(_job(source.name, partial(map_again, source, catalog, wait=False)))
        if stop.is_set():
            return


def _harvest(source: Source, catalog: Catalog, new_session: NewSession, stop: threading.Event) -> None:
    def on_page(_done: int, _of: int | None) -> None:
        if stop.is_set():
            raise StoppedError("run-stopped")

    with new_session() as http:
        _log(_job(source.name, partial(harvest, source, catalog, http, wait=False, progress=on_page)))


class _Jobs:
    """At most MAX_SOURCES_AT_ONCE jobs side by side, one of a name, each in a thread that ends with the process."""

    def __init__(self) -> None:
        self._threads: dict[str, threading.Thread] = {}
        self._started: dict[str, float] = {}  # name -> when it was started last, monotonic clock

    def start(self, name: str, job: Callable[[], None]) -> None:
        """Starts a job, unless enough run, one of that name runs, or was started less than CHECK_SECONDS ago."""
        running = self._running()
        early = time.monotonic() < self._started.get(name, -CHECK_SECONDS) + CHECK_SECONDS
        if early or name in running or len(running) >= MAX_SOURCES_AT_ONCE:
            return
        self._started[name] = time.monotonic()
        self._threads[name] = threading.Thread(target=job, name=f"harvest-{name}", daemon=True)
        self._threads[name].start()

    def wait(self, stop: threading.Event) -> None:
        """Until a job has ended, CHECK_SECONDS have passed, or `stop` is set."""
        end, running = time.monotonic() + CHECK_SECONDS, self._running()
        while time.monotonic() < end and self._running() == running and not stop.wait(POLL_SECONDS):
            pass

    def leave(self) -> list[str]:
        """Waits up to STOP_SECONDS until the jobs have ended; the names of those that have not. Children that parse
        files are killed: their page is read again by the next run."""
        end = time.monotonic() + STOP_SECONDS
        while self._running() and time.monotonic() < end:
            child_pool.kill_busy()
            time.sleep(POLL_SECONDS)
        return self._running()

    def _running(self) -> list[str]:
        self._threads = {name: thread for name, thread in self._threads.items() if thread.is_alive()}
        return list(self._threads)


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
