"""A harvest run: read the whole listing, stage, map, plan, guard, apply, report.

Entry points: `harvest`, `retry`, `map_again`, `apply`, `discard`. Whoever runs holds the source's lock. A process that
is killed at any step leaves a state that the next run takes up; nothing is withdrawn unless the listing was read to its
end.
"""

import contextlib
import gc
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from harvesters.bounds import MEGABYTE, MIN_FREE_BYTES, RunBounds
from harvesters.run import unchanged
from harvesters.run.apply import Listing, keep, link_again, make_plan, map_staged, settle, take
from harvesters.run.context import RunContext
from harvesters.run.mapper_processes import Mappers
from harvesters.run.plan import Plan, guard, plan
from harvesters.run.report import NO_PLAN, nothing, reason, report
from harvesters.run.spool import Spool
from harvesters.run.stage import Listeners, NamedItems, Offer, Progress, Reading, edition, read_source
from harvesters.source_kinds import Limit
from harvesters.source_kinds import harvester as harvester_of
from registry.catalog import Catalog
from registry.errors import ConflictError, LotseError, StoppedError, StorageFullError
from registry.fetch.repeated import HeldAnswers, repeats
from registry.fetch.session import NotModifiedError, allowance, conditional, logged
from registry.model import COUNTS, Level, Run, Source
from registry.model.harvest import Reached, Staged, Validators
from registry.projector_process import ProjectorProcess
from registry.sources.crashes import STOPPED
from registry.sources.runs import Runs

if TYPE_CHECKING:
    from requests import Session


DEFAULT_GC_THRESHOLDS: Final = gc.get_threshold()
FAILED: Final[tuple[Level, ...]] = ("failed",)
MAX_PLANNED_SHOWN: Final = 1_000  # acts of a dry run that its page can list
GC_THRESHOLD: Final = 50_000  # objects that are made before Python looks for reference cycles; its default is 700


def harvest(
    source: Source,
    catalog: Catalog,
    http: "Session",
    *,
    dry_run: bool = False,
    wait: bool = True,
    progress: Progress | None = None,
) -> Run:
    """Carries out one run over a source and returns it; BusyError while another runs.

    A source that cannot be read is a run with outcome failed. `dry_run`: only plan; `wait`: until the search index has
    the changes; `progress(done, of)` is called on each page of the source, and may raise StoppedError: the run is then
    interrupted, and the next one goes on from there.
    """
    return _carry_out(source, catalog, http, dry_run, wait, progress)


def retry(
    number: int, catalog: Catalog, http: "Session", *, wait: bool = True, progress: Progress | None = None
) -> Run:
    """Reads the source of a run again and takes over only what failed in that run; returns the new run.

    Nothing is withdrawn, and what else has changed is left for the next whole run. ConflictError if nothing failed.
    """
    former = catalog.runs.get(number)
    failed = frozenset(problem.record for problem in catalog.runs.problems(number, FAILED))
    if not failed:
        raise ConflictError("nothing-failed", {"run": number}, number=number)
    return _carry_out(catalog.sources.get(former.source), catalog, http, False, wait, progress, failed)


def _carry_out(
    source: Source,
    catalog: Catalog,
    http: "Session",
    dry_run: bool,
    wait: bool,
    progress: Progress | None,
    only: frozenset[str] = frozenset(),
) -> Run:
    harvester = harvester_of(source.kind)
    with (
        ProjectorProcess(catalog.settings) as projector,
        _spool(catalog) as spool,
        catalog.runs.hold(source.name),
        _few_collections(),
    ):
        run = catalog.runs.begin(Run(source=source.name, number=0, outcome="running", started=datetime.now(UTC)))
        run_context = RunContext(
            source, harvester, catalog, run, time.monotonic(), spool, only, projector if wait else None
        )
        with contextlib.ExitStack() as stack:
            stack.push(partial(_record_bug, run_context))
            try:
                done = _read_and_apply(run_context, http, dry_run, progress)
            except StoppedError:
                return _ended(run_context, outcome="interrupted", reason=STOPPED)
            except (LotseError, OSError, ValueError) as error:
                catalog.staging.close(source.name)  # no resume mark: the next run reads from the start
                return _ended(run_context, outcome="failed", reason=reason(error))
        if wait and not dry_run:  # after the run: an index that fails is no failure of the source
            catalog.sync()
    return done


def map_again(source: Source, catalog: Catalog, *, wait: bool = True) -> Run | None:
    """Maps what is staged of the last listing by the present edition of the mapping, without a request to the source.

    Returns the run; None if the last listing was mapped by this edition already.
    """
    harvester = harvester_of(source.kind)
    with catalog.runs.hold(source.name), _spool(catalog) as spool:
        last = catalog.staging.last(source.name, edition(source, harvester, catalog.settings.base_url))
        if last is None:
            return None
        run = catalog.runs.begin(Run(source=source.name, number=0, outcome="running", started=datetime.now(UTC)))
        run_context = RunContext(source, harvester, catalog, run, time.monotonic(), spool)
        catalog.staging.resume(source.name, last, run.number)
        count = sum(1 for _ in catalog.staging.positions(source.name, run.number))
        named = NamedItems(catalog.staging, source.name, run.number, count)
        with Mappers(source, run_context.base_url) as mappers:
            done = _map_and_apply(run_context, Reading(complete=False, named=named), mappers, dry_run=False)
    if wait:
        catalog.sync()
    return done


def apply(number: int, catalog: Catalog, *, wait: bool = True) -> Run:
    """Carries out what waits of a run, planned anew: what was named or withdrawn meanwhile is left alone.

    ConflictError if nothing of that run waits (any more).
    """
    run = _waiting(number, catalog.runs)
    source = catalog.sources.get(run.source)
    with catalog.runs.hold(run.source), _spool(catalog) as spool:
        run = _waiting(number, catalog.runs)
        run_context = RunContext(source, harvester_of(source.kind), catalog, run, time.monotonic(), spool)
        waits = catalog.runs.waits(number)
        acts = plan(run_context.stored(), Listing(run_context), complete=True).acts
        acts = tuple(act for act in acts if act.remote_id in waits and (act.action == "gone" or act.bare))
        take(run_context, acts)
        counts = {**run.counts, "withdrawn": sum(act.action == "gone" for act in acts)}
        run = replace(run, outcome="applied", reason=None, counts=counts, ended=datetime.now(UTC))
        catalog.runs.note(run)
    if wait:
        catalog.sync()
    return run


def discard(number: int, runs: Runs) -> Run:
    """Gives up what waits of a run; ConflictError if nothing waits."""
    run = _waiting(number, runs)
    with runs.hold(run.source):
        run = replace(_waiting(number, runs), outcome="discarded", ended=datetime.now(UTC))
        runs.note(run)
    return run


def _waiting(number: int, runs: Runs) -> Run:
    run = runs.get(number)
    if run.outcome != "waiting":
        raise ConflictError(
            "nothing-waits", {"run": number, "outcome": run.outcome}, number=number, outcome=run.outcome
        )
    return run


# -- the steps


def _spool(catalog: Catalog) -> Spool:
    return Spool(catalog.settings.data)


def _read_and_apply(run_context: RunContext, http: "Session", dry_run: bool, progress: Progress | None) -> Run:
    last = None if run_context.only else unchanged.last_reading(run_context)
    bounds = RunBounds.of(run_context.source.settings)
    record = _recording(run_context, progress)
    with (
        Mappers(run_context.source, run_context.base_url) as mappers,
        contextlib.closing(HeldAnswers(run_context.catalog.settings.data)) as held,
        allowance(http, bounds.seconds, bounds.read_bytes),
        conditional(http, run_context.source.url, last.validators if last else Validators()) as condition,
    ):
        try:
            if last and repeats(http, last.answers, held, partial(record, 0, None)):
                raise NotModifiedError
            with logged(http, held) as log:
                reading = _read(run_context, http, Listeners(record, _offering(run_context, mappers)))
        except NotModifiedError:
            outcome = "planned" if dry_run else "unchanged"
            return _ended(run_context, outcome=outcome, **unchanged.as_before(run_context))
        run = _map_and_apply(run_context, reading, mappers, dry_run)
        unchanged.remember(run_context, reading, condition.received, log.seen, run)
        return run


def _read(run_context: RunContext, http: "Session", listeners: Listeners) -> Reading:
    begin = Reached(run_context.run.number, "", run_context.edition, 0, "")
    reading = read_source(run_context.source, run_context.harvester, http, run_context.staging, begin, listeners)
    if not run_context.only:
        return reading
    named = [remote_id for remote_id in reading.named if run_context.is_meant(remote_id)]
    return replace(reading, complete=False, same=False, named=named)


def _offering(run_context: RunContext, mappers: Mappers) -> Offer:
    """Lets helpers map what was read, and writes their results down as soon as they are there, so that few items are in
    memory. A record that is changed meanwhile only means that the item is mapped once more."""
    stored = cache(run_context.stored)  # read with the first result

    def offer(items: list[Staged], expected_items: int) -> None:
        mappers.offer(items, expected_items)
        for results in mappers.finished():
            keep(run_context, results, stored())

    return offer


def _map_and_apply(run_context: RunContext, reading: Reading, mappers: Mappers, dry_run: bool) -> Run:
    stored = run_context.stored()
    if not reading.named and not stored:
        reported = report(run_context, NO_PLAN, reading)
        return _ended(run_context, reading, outcome="failed", reason=nothing(reading), **reported)
    same = not map_staged(run_context, stored, reading.named, mappers) and reading.same
    whole = make_plan(run_context, stored, reading.complete, dry_run)
    guarded = guard(whole, Limit.of(run_context.source.settings))
    if not dry_run:
        if run_context.projector:
            run_context.projector.start(len(guarded.apply))
        whole = whole.with_conflicts(take(run_context, guarded.apply))
        link_again(run_context)
        settle(run_context, reading.complete, guarded)
    else:
        run_context.runs.wait(run_context.run.number, list(islice(_planned(whole), MAX_PLANNED_SHOWN)))
    reported = report(run_context, whole, reading, same and reading.complete)
    counts = whole.counts(withdrawn=sum(act.action == "gone" for act in guarded.apply))
    outcome = "planned" if dry_run else "waiting" if guarded.wait else "applied" if guarded.apply else "unchanged"
    return _ended(run_context, reading, outcome=outcome, reason=guarded.why, counts=counts, **reported)


def _planned(whole: Plan) -> Iterator[tuple[str, str]]:
    """What a dry run would do, for its page: remote id and action of each act that changes something."""
    return ((act.remote_id, act.action) for act in whole.acts if act.action not in ("same", "failed"))


# -- how it is told


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    """Runs the cyclic garbage collector less often: a run makes many objects and few reference cycles, and with the
    default threshold collecting takes a twentieth of the time."""
    gc.set_threshold(GC_THRESHOLD)
    try:
        yield
    finally:
        gc.set_threshold(*DEFAULT_GC_THRESHOLDS)  # not those of before: several runs overlap in the worker


def _recording(run_context: RunContext, progress: Progress | None) -> Progress:
    """Writes the progress of reading to the run, and passes it on; StorageFullError while little disk is left."""
    data = run_context.catalog.settings.data

    def record(done: int, of: int | None) -> None:
        _check_room(data)
        run_context.runs.note(replace(run_context.run, done=done, of=of))
        if progress:
            progress(done, of)

    return record


def _check_room(data: Path) -> None:
    """StorageFullError while the disk of the data folder is nearly full: people need the rest, and the run can still
    be recorded as failed."""
    free = shutil.disk_usage(data).free
    if free < MIN_FREE_BYTES:
        raise StorageFullError("disk-nearly-full", data=data, free=free // MEGABYTE, least=MIN_FREE_BYTES // MEGABYTE)


def _record_bug(run_context: RunContext, kind: object, error: BaseException | None, at: object) -> None:
    """Records the run as failed if an exception that is a bug leaves it, as interrupted if a signal ends the process;
    the exception goes on."""
    if isinstance(error, Exception):
        _ended(run_context, outcome="failed", reason=reason(error))
    elif isinstance(error, KeyboardInterrupt | SystemExit):
        _ended(run_context, outcome="interrupted", reason=STOPPED)


def _ended(run_context: RunContext, reading: Reading | None = None, **fields: Any) -> Run:
    """Writes the end of the run. `fields`: of the Run, beside those that follow from the reading."""
    read = {"complete": reading.complete, "listed": len(reading.named)} if reading else {}
    fields = read | fields
    run = replace(
        run_context.run,
        **fields | {"counts": dict.fromkeys(COUNTS, 0) | fields.get("counts", {})},
        done=fields.get("listed", 0),
        seconds=round(time.monotonic() - run_context.started, 3),
        ended=datetime.now(UTC),
    )
    run_context.runs.note(run)
    return run
