"""A harvest run: list completely, stage, plan, guard, apply. Each step can be stopped; the next run takes it up."""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from msgspec.structs import replace

from harvesters.all import harvester as harvester_of
from harvesters.harvester import Harvester
from harvesters.item import Ids, mapped
from harvesters.mappers import Mappers
from harvesters.plan import Act, Guarded, Limit, Listed, Plan, guard, plan, renewed
from harvesters.reading import Progress, Reading, edition, read
from registry.beside import Beside
from registry.catalog import Catalog
from registry.errors import ConflictError, LotseError
from registry.ledger import Ledger
from registry.model import COUNTS, Known, Metadata, Problem, Run, Source, Step, Text
from registry.rules import RULES, finding
from registry.staged import Mapped, Said, Staged
from registry.staging import BATCH

if TYPE_CHECKING:
    from requests import Session

REPORTED: Final = 5_000  # problems in one transaction
WHOLE: Final = ("applied", "unchanged")  # outcomes of a run that left nothing behind but what it named
TRIES: Final = 3  # how often acts are planned once again when somebody else was faster
Thing = TypeVar("Thing")


class Pass(msgspec.Struct, frozen=True):
    """What all steps of one run need."""

    source: Source
    harvester: Harvester
    catalog: Catalog
    ledger: Ledger
    run: Run
    started: float  # monotonic
    wait: bool = False  # for the search index
    beside: Beside | None = None  # feeds it meanwhile

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def edition(self) -> str:
        return edition(self.source, self.harvester)

    def known(self) -> dict[str, Known]:
        known: dict[str, Known] = self.catalog.store.known(self.name)
        return known


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
    with Beside(catalog.settings) as beside, ledger.hold(source.name):
        run = ledger.begin(Run(source=source.name, number=0, outcome="running", started=datetime.now(UTC)))
        one = Pass(source, harvester, catalog, ledger, run, time.monotonic(), wait, beside)
        try:
            return _carried_out(one, http, dry_run, progress or _silent)
        except (LotseError, OSError, ValueError) as error:
            ledger.staging.close(source.name)  # its listing broke off: the next one begins from the start
            return _ended(one, outcome="failed", reason=_reason(error))
        except Exception as error:  # a mistake of ours: noted, not hidden
            _ended(one, outcome="failed", reason=_reason(error))
            raise


def map_again(source: Source, catalog: Catalog, ledger: Ledger, *, wait: bool = True) -> Run | None:
    """A run that asks nobody: what is staged of the last listing is mapped by the present edition of the mapping.

    None if it was already.
    """
    harvester = harvester_of(source.kind)
    with ledger.hold(source.name):
        last = ledger.staging.last(source.name, edition(source, harvester))
        if last is None:
            return None
        run = ledger.begin(Run(source=source.name, number=0, outcome="running", started=datetime.now(UTC)))
        one = Pass(source, harvester, catalog, ledger, run, time.monotonic(), wait=wait)
        ledger.staging.resume(source.name, last, run.number)
        named = ledger.staging.read(source.name, run.number)
        with Mappers(source) as mappers:
            return _compared(one, Reading(complete=False, named=named), mappers, dry_run=False)


def apply(number: int, catalog: Catalog, ledger: Ledger, *, wait: bool = True) -> Run:
    """Carries out what waits of a run, planned anew: what was named or withdrawn meanwhile is left alone.

    ConflictError if nothing of that run waits (any more).
    """
    run = _waiting(number, ledger)
    source = ledger.source(run.source)
    with ledger.hold(run.source):
        run = _waiting(number, ledger)
        one = Pass(source, harvester_of(source.kind), catalog, ledger, run, time.monotonic())
        waits = ledger.waits(number)
        acts = plan(one.known(), _listing(one), complete=True).acts
        acts = tuple(act for act in acts if act.remote_id in waits and (act.action == "gone" or act.bare))
        _take(one, acts)
        ledger.staging.settle(run.source)
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
        raise ConflictError(f"Nothing of run {number} waits: it is {run.outcome}.", run=number, outcome=run.outcome)
    return run


# -- the steps


def _carried_out(one: Pass, http: "Session", dry_run: bool, progress: Progress) -> Run:
    with Mappers(one.source) as mappers:
        told, staging = _noting(one, progress), one.ledger.staging
        reading = read(one.source, one.harvester, http, staging, one.run.number, told, mappers.offer)
        return _compared(one, reading, mappers, dry_run)


def _compared(one: Pass, reading: Reading, mappers: Mappers, dry_run: bool) -> Run:
    known = one.known()
    if not reading.named and not known:
        rules = _report(one, NO_PLAN, reading.problems)
        return _ended(one, reading, outcome="failed", reason=_nothing(reading), rules=rules)
    same = not _map(one, known, reading.named, mappers) and reading.same
    planned = _plan(one, known, reading.complete)
    guarded = guard(planned, Limit.of(one.source.settings))
    if not dry_run:
        if one.wait and one.beside:
            one.beside.start(len(guarded.apply))
        _take(one, guarded.apply)
        _link_again(one)
        _settle(one, reading.complete, guarded)
    rules = _report(one, planned, reading.problems, same and reading.complete)
    if one.wait and not dry_run:
        one.catalog.sync()
    counts = planned.counts(withdrawn=sum(act.action == "gone" for act in guarded.apply))
    outcome = "planned" if dry_run else "waiting" if guarded.wait else "applied" if guarded.apply else "unchanged"
    return _ended(one, reading, outcome=outcome, reason=guarded.why, counts=counts, rules=rules)


def _map(one: Pass, known: Mapping[str, Known], named: Collection[str], mappers: Mappers) -> int:
    """Maps what is new, changed or mapped by an older edition; then what shares its IRI now, or no longer does. How
    many things."""
    staging, run = one.ledger.staging, one.run.number
    ids = Ids({remote_id: record.id for remote_id, record in known.items()}, named)
    count = staging.count_unmapped(one.name, run, one.edition)

    def here(batch: Sequence[Staged]) -> list[Mapped]:
        return [mapped(staged, one.source, one.harvester, ids) for staged in batch]

    for batch, made in mappers.map(staging.unmapped(one.name, run, one.edition), count, here):
        links = {thing.remote_id for thing in made if thing.again}
        again = here([staged for staged in batch if staged.remote_id in links])
        _note(one, [*(thing for thing in made if not thing.again), *again], known)
    mappers.end()
    while remote_ids := staging.sharing(one.name, run)[:BATCH]:
        shared = staging.staged(one.name, remote_ids)
        _note(one, here([replace(staged, shares=not staged.shares) for staged in shared]), known)
        count += len(shared)
    return count


def _note(one: Pass, made: Sequence[Mapped], known: Mapping[str, Known]) -> None:
    """Of what the store has already, the Metadata need not be kept."""
    same = {
        remote_id for thing in made
        if (record := known.get(remote_id := thing.remote_id)) and record.state == "published"
        and record.digest == thing.digest
    }  # fmt: skip
    kept = [replace(thing, metadata=None) if thing.remote_id in same else thing for thing in made]
    one.ledger.staging.mapped(one.name, one.edition, kept)


def _plan(one: Pass, known: Mapping[str, Known], complete: bool) -> Plan:
    listing = _listing(one)
    new = [listed for listed in listing if listed.remote_id not in known and not listed.failed]
    elsewhere: set[str] = set()
    for part in _parts(new):
        twins = one.catalog.store.twins(one.name, [_names(listed) for listed in part])
        elsewhere |= {listed.remote_id for listed, found in zip(part, twins, strict=True) if found}
    return plan(known, listing, complete, elsewhere)


def _listing(one: Pass) -> list[Listed]:
    return [Listed(*row) for row in one.ledger.staging.listing(one.name, one.run.number)]


def _names(listed: Listed) -> Metadata:
    """By what another source could name the same thing."""
    return Metadata(kind="dataset", iri=listed.iri, identifiers=listed.identifiers, title={"und": listed.title})


def _take(one: Pass, acts: Sequence[Act]) -> None:
    for part in _parts(acts):
        _take_part(one, part, TRIES)


def _take_part(one: Pass, acts: Sequence[Act], tries: int) -> None:
    try:
        one.catalog.take(one.source, list(_steps(one, acts)))
    except ConflictError:
        if not tries:
            raise
        fresh = {record.id: record for record in one.known().values()}
        _take_part(one, [again for act in acts if (again := renewed(act, fresh))], tries - 1)


def _steps(one: Pass, acts: Sequence[Act]) -> Iterator[Step]:
    said = _said(one, [act.remote_id for act in acts if act.action != "gone"])
    for act in acts:
        if act.action == "gone":
            yield Step(action="withdraw", remote_id=act.remote_id, id=act.id, number=act.number, why=GONE)
        elif one_said := said.get(act.remote_id):
            yield Step(
                action=act.action,  # type: ignore[arg-type]  # same and failed are not applied
                remote_id=act.remote_id,
                id=act.id,
                number=act.number,
                metadata=one_said.metadata,
                digest=one_said.digest,
                url=one_said.url,
            )


def _said(one: Pass, remote_ids: Sequence[str]) -> dict[str, Said]:
    """What was mapped in this run; what was mapped in an earlier one is mapped again from its payload."""
    said = one.ledger.staging.metadata(one.name, remote_ids)
    missing = [remote_id for remote_id in remote_ids if remote_id not in said]
    if missing:
        known = one.known()
        ids = Ids({remote_id: record.id for remote_id, record in known.items()})
        staged = one.ledger.staging.staged(one.name, missing)
        _note(one, [mapped(thing, one.source, one.harvester, ids) for thing in staged], {})
        said |= one.ledger.staging.metadata(one.name, missing)
    return said


def _link_again(one: Pass) -> None:
    """Links to things of the same source whose records came in only now."""
    for batch in one.ledger.staging.unmapped(one.name, one.run.number, one.edition):
        known = one.known()
        ids = Ids({remote_id: record.id for remote_id, record in known.items()})
        made = [mapped(staged, one.source, one.harvester, ids) for staged in batch]
        _note(one, made, known)
        acts = plan(known, map(_as_listed, made), complete=False).acts
        _take(one, [act for act in acts if act.action == "change" and not act.bare])


def _as_listed(made: Mapped) -> Listed:
    return Listed(made.remote_id, made.digest, distributions=made.distributions, failed=made.failed)


def _settle(one: Pass, complete: bool, guarded: Guarded) -> None:
    staging, ledger = one.ledger.staging, one.ledger
    staging.settle(one.name)
    ledger.wait(one.run.number, [(act.remote_id, act.action) for act in guarded.wait])
    if complete:
        ledger.supersede(one.run)
        staging.forget_older(one.name, one.run.number)


def _report(one: Pass, planned: Plan, pages: Sequence[Problem], same: bool = False) -> Mapping[str, int]:
    """Writes every problem down; how often each rule was broken. `same`: as the run before."""
    if same and not pages and (rules := _reported_before(one, planned.listed)):
        return rules
    counted: Counter[str] = Counter()
    place = 0
    for part in _parts(chain(pages, _problems(one, planned)), REPORTED):
        place = one.ledger.report(one.run.number, part, place)
        counted.update(problem.finding.rule for problem in part)
    return dict(counted.most_common())


def _reported_before(one: Pass, listed: int) -> Mapping[str, int] | None:
    """Copies what the run before this one reported, if it was a whole one and named the same things."""
    before = next((run for run in one.ledger.runs(one.name, 2) if run.number != one.run.number), None)
    whole = before and before.complete and before.outcome in WHOLE and before.listed == listed
    if before is None or not whole or "id-twice" in before.rules:
        return None
    wanted = sum(before.rules.values())
    return before.rules if one.ledger.copy_problems(before.number, one.run.number, wanted) else None


def _problems(one: Pass, planned: Plan) -> Iterator[Problem]:
    for remote_id, twice, findings in one.ledger.staging.findings(one.name, one.run.number):
        if twice:
            yield Problem(remote_id, finding("id-twice", value=remote_id))
        for found in findings:
            yield Problem(remote_id, found)
    yield from planned.problems


# -- how it is told


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


def _reason(error: Exception) -> Text:
    words = error.message if isinstance(error, LotseError) else f"{type(error).__name__}: {error}"
    german = error.detail.get("de") if isinstance(error, LotseError) else None
    return {"de": german or f"Die Quelle antwortet nicht, wie sie sollte: {words}", "en": words}


def _nothing(reading: Reading) -> Text:
    """Why nothing was named: what stood on the page, if that could not be read."""
    if not reading.problems:
        return NOTHING
    page, rule = reading.problems[0], RULES[reading.problems[0].finding.rule]
    return {lang: f"{page.record}: {page.finding.value}. {rule.remedy[lang]}" for lang in ("de", "en")}


def _parts(things: Iterable[Thing], size: int = BATCH) -> Iterator[list[Thing]]:
    """Parts of a size that fits into one transaction."""
    every = iter(things)
    while part := list(islice(every, size)):
        yield part


NO_PLAN: Final = Plan((), complete=False, published=0)
GONE: Final = "Die Quelle nennt den Eintrag nicht mehr. / The source no longer names this entry."
NOTHING: Final[Text] = {
    "de": "Die Quelle nennt nichts, und es war auch noch nichts von ihr bekannt. Prüfen Sie Adresse und Einstellungen.",
    "en": "The source names nothing, and nothing of it was known before. Check its address and settings.",
}
