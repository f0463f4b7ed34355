"""A harvest run: list completely, stage, plan, guard, apply. Each step can be stopped; the next run takes it up."""

import contextlib
import gc
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from harvesters.run.apply import link_again, listing, map_staged, planned, settle, take
from harvesters.run.context import Pass
from harvesters.run.mapper_processes import Mappers
from harvesters.run.plan import guard, plan
from harvesters.run.report import NO_PLAN, nothing, reason, report
from harvesters.run.spool import Kept
from harvesters.run.stage import Progress, Reading, edition, read
from harvesters.source_kinds import Limit
from harvesters.source_kinds import harvester as harvester_of
from registry.catalog import Catalog
from registry.errors import ConflictError, LotseError
from registry.model import COUNTS, Run, Source
from registry.projector_process import ProjectorProcess
from registry.sources.runs import Runs

if TYPE_CHECKING:
    from requests import Session


def harvest(
    source: Source,
    catalog: Catalog,
    http: "Session",
    *,
    dry_run: bool = False,
    wait: bool = True,
    progress: Progress | None = None,
) -> Run:
    """One run over a source; BusyError while another runs. A source that fails is a run with outcome failed.

    `wait`: until the search index has it. `progress(done, of)` is told how far it is.
    """
    harvester = harvester_of(source.kind)
    with (
        ProjectorProcess(catalog.settings) as projector,
        _kept(catalog) as kept,
        catalog.runs.hold(source.name),
        _few_collections(),
    ):
        run = catalog.runs.begin(Run(source=source.name, number=0, outcome="running", started=datetime.now(UTC)))
        one = Pass(source, harvester, catalog, run, time.monotonic(), kept, projector if wait else None)
        with contextlib.ExitStack() as stack:
            stack.push(partial(_note_mistake, one))
            try:
                done = _carried_out(one, http, dry_run, progress or _silent)
            except (LotseError, OSError, ValueError) as error:
                catalog.staging.close(source.name)  # its listing broke off: the next one begins from the start
                return _ended(one, outcome="failed", reason=reason(error))
        if wait and not dry_run:  # the run is over: an index that is away is not the source's fault
            catalog.sync()
    return done


def map_again(source: Source, catalog: Catalog, *, wait: bool = True) -> Run | None:
    """A run that asks nobody: what is staged of the last listing is mapped by the present edition of the mapping.

    None if it was already.
    """
    harvester = harvester_of(source.kind)
    with catalog.runs.hold(source.name), _kept(catalog) as kept:
        last = catalog.staging.last(source.name, edition(source, harvester))
        if last is None:
            return None
        run = catalog.runs.begin(Run(source=source.name, number=0, outcome="running", started=datetime.now(UTC)))
        one = Pass(source, harvester, catalog, run, time.monotonic(), kept)
        catalog.staging.resume(source.name, last, run.number)
        named = catalog.staging.read(source.name, run.number)
        with Mappers(source) as mappers:
            done = _compared(one, Reading(complete=False, named=named), mappers, dry_run=False)
    if wait:
        catalog.sync()
    return done


def apply(number: int, catalog: Catalog, *, wait: bool = True) -> Run:
    """Carries out what waits of a run, planned anew: what was named or withdrawn meanwhile is left alone.

    ConflictError if nothing of that run waits (any more).
    """
    run = _waiting(number, catalog.runs)
    source = catalog.sources.get(run.source)
    with catalog.runs.hold(run.source), _kept(catalog) as kept:
        run = _waiting(number, catalog.runs)
        one = Pass(source, harvester_of(source.kind), catalog, run, time.monotonic(), kept)
        waits = catalog.runs.waits(number)
        acts = plan(one.known(), listing(one), complete=True).acts
        acts = tuple(act for act in acts if act.remote_id in waits and (act.action == "gone" or act.bare))
        take(one, acts)
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


def _kept(catalog: Catalog) -> Kept:
    return Kept(catalog.settings.data)


def _carried_out(one: Pass, http: "Session", dry_run: bool, progress: Progress) -> Run:
    with Mappers(one.source) as mappers:
        told, staging = _noting(one, progress), one.staging
        reading = read(one.source, one.harvester, http, staging, one.run.number, told, mappers.offer)
        return _compared(one, reading, mappers, dry_run)


def _compared(one: Pass, reading: Reading, mappers: Mappers, dry_run: bool) -> Run:
    known = one.known()
    if not reading.named and not known:
        reported = report(one, NO_PLAN, reading.problems)
        return _ended(one, reading, outcome="failed", reason=nothing(reading), **reported)
    same = not map_staged(one, known, reading.named, mappers) and reading.same
    whole = planned(one, known, reading.complete)
    guarded = guard(whole, Limit.of(one.source.settings))
    if not dry_run:
        if one.projector:
            one.projector.start(len(guarded.apply))
        take(one, guarded.apply)
        link_again(one)
        settle(one, reading.complete, guarded)
    reported = report(one, whole, reading.problems, same and reading.complete)
    counts = whole.counts(withdrawn=sum(act.action == "gone" for act in guarded.apply))
    outcome = "planned" if dry_run else "waiting" if guarded.wait else "applied" if guarded.apply else "unchanged"
    return _ended(one, reading, outcome=outcome, reason=guarded.why, counts=counts, **reported)


# -- how it is told


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    """Much is made and little refers to itself in a circle: looking for circles takes a twentieth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _noting(one: Pass, progress: Progress) -> Progress:
    def note(done: int, of: int | None) -> None:
        one.runs.note(replace(one.run, done=done, of=of))
        progress(done, of)

    return note


def _note_mistake(one: Pass, kind: object, error: BaseException | None, at: object) -> None:
    """Notes as failed a run that ends by a mistake of ours; the error goes on. Ctrl-C is none: it interrupts."""
    if isinstance(error, Exception):
        _ended(one, outcome="failed", reason=reason(error))


def _silent(done: int, of: int | None) -> None:
    """Nobody wants to know."""


def _ended(one: Pass, reading: Reading | None = None, **words: Any) -> Run:
    complete, listed = (reading.complete, len(reading.named)) if reading else (False, 0)
    run = replace(
        one.run,
        **({"counts": dict.fromkeys(COUNTS, 0)} | words),
        complete=complete,
        listed=listed,
        done=listed,
        seconds=round(time.monotonic() - one.started, 3),
        ended=datetime.now(UTC),
    )
    one.runs.note(run)
    return run
