"""The middle of a run: what was staged is mapped, planned and written to the catalogue.

Entry points, in the order of a run: `map_staged`, `make_plan`, `take`, `link_again`, `settle`. All work in parts of one
transaction each (`parts`), so that memory does not grow with the source. What was mapped lies in the spool file; what
is missing there is mapped again from its staged payload.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from harvesters.run.context import RunContext
from harvesters.run.ids import Ids
from harvesters.run.mapper_processes import Mappers
from harvesters.run.plan import Guarded, Plan, PlannedAction, plan, renewed
from registry.catalog.catalog import STEPS_PER_TRANSACTION
from registry.errors import ConflictError
from registry.memory import give_memory_back
from registry.model import Metadata, Step, StoredState, Taken
from registry.model.harvest import ListedItem, Mapped, MappedThing, Staged
from registry.model.message import message
from registry.parts import parts
from registry.sources.staging import BATCH

MAX_REPLANS: Final = 3  # how often a part is planned again after a conflict with another writer
MANY_ITEMS: Final = 2_000  # that were mapped, from which on it is worth giving memory back
GONE: Final = message("source-names-no-more")


def map_staged(
    run_context: RunContext, stored: Mapping[str, StoredState], named: Collection[str], mappers: Mappers
) -> int:
    """Maps what is new, changed, or was mapped by an older edition; returns how many items that were.

    Then maps again what shares its IRI with another item of the listing, or no longer does.
    """
    staging, run = run_context.staging, run_context.run.number
    ids = _ids(run_context, stored, named)
    count = staging.count_unmapped(run_context.name, run, run_context.edition)
    unmapped = staging.unmapped(run_context.name, run, run_context.edition)
    batches = (staging.staged(run_context.name, part) for part in mappers.without_offered(unmapped))
    for results in mappers.map(batches, count, ids):
        keep(run_context, results, stored)
    mappers.end()
    if count >= MANY_ITEMS:
        give_memory_back()
    while remote_ids := staging.sharing(run_context.name, run)[:BATCH]:
        sharing = staging.staged(run_context.name, remote_ids)
        toggled = [replace(staged, shares=not staged.shares) for staged in sharing]
        keep(run_context, _map(run_context, toggled, ids), stored)
        count += len(sharing)
    return count


def _map(run_context: RunContext, batch: Sequence[Staged], ids: Ids) -> list[Mapped]:
    from harvesters.run.map_item import map_batch  # late: a run without changes maps nothing

    return map_batch(batch, run_context.source, run_context.harvester, ids)


def _ids(run_context: RunContext, stored: Mapping[str, StoredState], coming: Collection[str] = ()) -> Ids:
    return Ids({remote_id: record.id for remote_id, record in stored.items()}, coming, run_context.base_url)


def keep(run_context: RunContext, results: Sequence[Mapped], stored: Mapping[str, StoredState]) -> None:
    """Writes results to the staging, and their Metadata to the spool unless the store has the same already."""
    same = {
        remote_id for result in results
        if (record := stored.get(remote_id := result.remote_id)) and record.state == "published"
        and record.digest == result.digest
    }  # fmt: skip
    run_context.staging.mapped(run_context.name, run_context.edition, results)
    run_context.spool.keep(result for result in results if result.remote_id not in same)


def make_plan(run_context: RunContext, stored: Mapping[str, StoredState], complete: bool, dry_run: bool) -> Plan:
    """Compares the listing with what the store has. `dry_run`: a new item that another source has too is planned as a
    conflict; else `take` tells which those are."""
    listed = Listing(run_context)
    elsewhere: set[str] = set()
    new = (item for item in listed if item.remote_id not in stored and not item.failed) if dry_run else ()
    for part in parts(new, BATCH):
        duplicates = run_context.catalog.store.duplicates(run_context.name, [_names(item) for item in part])
        elsewhere |= {item.remote_id for item, ids in zip(part, duplicates, strict=True) if ids}
    return plan(stored, listed, complete, elsewhere)


class Listing:
    """What the source named in this run and the run is about, as it was mapped; read from the staging each time."""

    def __init__(self, run_context: RunContext) -> None:
        self._run_context = run_context

    def __iter__(self) -> Iterator[ListedItem]:
        named = self._run_context.staging.listing(self._run_context.name, self._run_context.run.number)
        return (item for item in named if self._run_context.is_meant(item.remote_id))


def _names(item: ListedItem) -> Metadata:
    """The part of the Metadata by which another source could name the same thing."""
    return Metadata(kind="dataset", iri=item.iri, identifiers=item.identifiers, title={"und": item.title})


def take(run_context: RunContext, acts: Sequence[PlannedAction]) -> set[str]:
    """Writes the acts of a plan to the catalogue; returns the remote ids of what another source has too.

    ConflictError if other writers are faster again and again."""
    duplicates: set[str] = set()
    for part in parts(acts, STEPS_PER_TRANSACTION):  # of one transaction: what it has written is not planned again
        taken = _take_part(run_context, part, MAX_REPLANS)
        duplicates |= {result.remote_id for result in taken if result.duplicate}
    return duplicates


def _take_part(run_context: RunContext, acts: Sequence[PlannedAction], replans: int) -> list[Taken]:
    try:
        taken: list[Taken] = run_context.catalog.take(run_context.source, list(_steps(run_context, acts)))
    except ConflictError:
        if not replans:
            raise
        stored = {record.id: record for record in run_context.stored().values()}
        return _take_part(run_context, [again for act in acts if (again := renewed(act, stored))], replans - 1)
    return taken


def _steps(run_context: RunContext, acts: Sequence[PlannedAction]) -> Iterator[Step]:
    spooled = _spooled(run_context, [act.remote_id for act in acts if act.action != "gone"])
    for act in acts:
        if act.action == "gone":
            yield Step(action="withdraw", remote_id=act.remote_id, id=act.id, number=act.number, why=GONE)
        elif entry := spooled.get(act.remote_id):
            yield Step(
                action=act.action,  # type: ignore[arg-type]  # same and failed are not applied
                remote_id=act.remote_id,
                id=act.id,
                number=act.number,
                metadata=entry.metadata,
                digest=entry.digest,
                url=entry.url,
            )


def _spooled(run_context: RunContext, remote_ids: Sequence[str]) -> dict[str, MappedThing]:
    """Remote id -> what was mapped in this run; what was mapped in an earlier run is mapped again from its payload."""
    missing = [remote_id for remote_id in remote_ids if remote_id not in run_context.spool]
    if missing:
        staged = run_context.staging.staged(run_context.name, missing)
        results = _map(run_context, staged, Ids(base_url=run_context.base_url))
        if any(result.again for result in results):  # only links need the ids of all records of the source
            results = _map(run_context, staged, _ids(run_context, run_context.stored()))
        keep(run_context, results, {})
    return run_context.spool.read(remote_ids)


def link_again(run_context: RunContext) -> None:
    """Maps again what links to items of the same source whose records were created in this run."""
    staging = run_context.staging
    for part in staging.unmapped(run_context.name, run_context.run.number, run_context.edition):
        stored = run_context.stored()
        staged = staging.staged(run_context.name, [remote_id for remote_id, _ in part])
        results = _map(run_context, staged, _ids(run_context, stored))
        keep(run_context, results, stored)
        acts = plan(stored, list(map(_as_listed, results)), complete=False).acts
        take(run_context, [act for act in acts if act.action == "change" and not act.bare])


def _as_listed(result: Mapped) -> ListedItem:
    return ListedItem(result.remote_id, result.digest, distributions=result.distributions, failed=result.failed)


def settle(run_context: RunContext, complete: bool, guarded: Guarded) -> None:
    """Writes down what waits for a person; after a whole listing, older waiting runs and staged items are dropped."""
    run_context.runs.wait(run_context.run.number, [(act.remote_id, act.action) for act in guarded.wait])
    if complete:
        run_context.runs.supersede(run_context.run)
        run_context.staging.forget_older(run_context.name, run_context.run.number)
