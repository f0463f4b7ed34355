"""A harvest run: list completely, stage, plan, guard, apply. Each step can be stopped; the next run takes it up."""

import contextlib
import gc
import time
from collections.abc import Iterator
from datetime import UTC, datetime
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
from registry.processes import Beside
from registry.sources.ledger import Ledger

if TYPE_CHECKING:
    from requests import Session


def harvest(
    source: Source,
    catalog: Catalog,
    ledger: Ledger,
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
    with Beside(catalog.settings) as beside, _kept(catalog) as kept, ledger.hold(source.name), _few_collections():
        run = ledger.begin(Run(source=source.name, number=0, outcome="running", started=datetime.now(UTC)))
        one = Pass(source, harvester, catalog, ledger, run, time.monotonic(), kept, beside if wait else None)
        try:
            done = _carried_out(one, http, dry_run, progress or _silent)
        except (LotseError, OSError, ValueError) as error:
            ledger.staging.close(source.name)  # its listing broke off: the next one begins from the start
            return _ended(one, outcome="failed", reason=reason(error))
        except Exception as error:  # a mistake of ours: noted, not hidden
            _ended(one, outcome="failed", reason=reason(error))
            raise
        if wait and not dry_run:  # the run is over: an index that is away is not the source's fault
            catalog.sync()
    return done


def map_again(source: Source, catalog: Catalog, ledger: Ledger, *, wait: bool = True) -> Run | None:
    """A run that asks nobody: what is staged of the last listing is mapped by the present edition of the mapping.

    None if it was already.
    """
    harvester = harvester_of(source.kind)
    with ledger.hold(source.name), _kept(catalog) as kept:
        last = ledger.staging.last(source.name, edition(source, harvester))
        if last is None:
            return None
        run = ledger.begin(Run(source=source.name, number=0, outcome="running", started=datetime.now(UTC)))
        one = Pass(source, harvester, catalog, ledger, run, time.monotonic(), kept)
        ledger.staging.resume(source.name, last, run.number)
        named = ledger.staging.read(source.name, run.number)
        with Mappers(source) as mappers:
            done = _compared(one, Reading(complete=False, named=named), mappers, dry_run=False)
    if wait:
        catalog.sync()
    return done


def apply(number: int, catalog: Catalog, ledger: Ledger, *, wait: bool = True) -> Run:
    """Carries out what waits of a run, planned anew: what was named or withdrawn meanwhile is left alone.

    ConflictError if nothing of that run waits (any more).
    """
    run = _waiting(number, ledger)
    source = ledger.source(run.source)
    with ledger.hold(run.source), _kept(catalog) as kept:
        run = _waiting(number, ledger)
        one = Pass(source, harvester_of(source.kind), catalog, ledger, run, time.monotonic(), kept)
        waits = ledger.waits(number)
        acts = plan(one.known(), listing(one), complete=True).acts
        acts = tuple(act for act in acts if act.remote_id in waits and (act.action == "gone" or act.bare))
        take(one, acts)
        counts = {**run.counts, "withdrawn": sum(act.action == "gone" for act in acts)}
        run = replace(run, outcome="applied", reason=None, counts=counts, ended=datetime.now(UTC))
        ledger.note(run)
    if wait:
        catalog.sync()
    return run


def discard(number: int, ledger: Ledger) -> Run:
    """Gives up what waits of a run; ConflictError if nothing waits."""
    run = _waiting(number, ledger)
    with ledger.hold(run.source):
        run = replace(_waiting(number, ledger), outcome="discarded", ended=datetime.now(UTC))
        ledger.note(run)
    return run


def _waiting(number: int, ledger: Ledger) -> Run:
    run = ledger.run(number)
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
        told, staging = _noting(one, progress), one.ledger.staging
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
        if one.beside:
            one.beside.start(len(guarded.apply))
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
        one.ledger.note(replace(one.run, done=done, of=of))
        progress(done, of)

    return note


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
    one.ledger.note(run)
    return run
