"""The middle of a run: what was staged is mapped, planned and taken in."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, TypeVar

from msgspec.structs import replace

from harvesters.run.context import Pass
from harvesters.run.map_item import Ids
from harvesters.run.mapper_processes import Mappers
from harvesters.run.plan import Act, Guarded, Plan, plan, renewed
from registry.errors import ConflictError
from registry.model import Known, Metadata, Step
from registry.model.harvest import ListedItem, Mapped, Said
from registry.model.message import message
from registry.sources.staging import BATCH

TRIES: Final = 3  # how often acts are planned once again when somebody else was faster
GONE: Final = message("source-names-no-more")
Thing = TypeVar("Thing")


def map_staged(one: Pass, known: Mapping[str, Known], named: Collection[str], mappers: Mappers) -> int:
    """Maps what is new, changed or mapped by an older edition; then what shares its IRI now, or no longer does. How
    many things."""
    staging, run = one.staging, one.run.number
    ids = _ids(known, named)
    unmapped = staging.unmapped(one.name, run, one.edition)
    count = len(unmapped)
    batches = (staging.staged(one.name, part) for part in parts(mappers.without_offered(unmapped)))
    for batch, made in mappers.map(batches, count, lambda batch: one.mapped(batch, ids)):
        links = {thing.remote_id for thing in made if thing.again}
        again = one.mapped([staged for staged in batch if staged.remote_id in links], ids)
        _note(one, [*(thing for thing in made if not thing.again), *again], known)
    mappers.end()
    while remote_ids := staging.sharing(one.name, run)[:BATCH]:
        shared = staging.staged(one.name, remote_ids)
        _note(one, one.mapped([replace(staged, shares=not staged.shares) for staged in shared], ids), known)
        count += len(shared)
    return count


def _ids(known: Mapping[str, Known], coming: Collection[str] = ()) -> Ids:
    return Ids({remote_id: record.id for remote_id, record in known.items()}, coming)


def _note(one: Pass, made: Sequence[Mapped], known: Mapping[str, Known]) -> None:
    """Of what the store has already, the Metadata need not be kept."""
    same = {
        remote_id for thing in made
        if (record := known.get(remote_id := thing.remote_id)) and record.state == "published"
        and record.digest == thing.digest
    }  # fmt: skip
    one.staging.mapped(one.name, one.edition, made)
    one.kept.keep(thing for thing in made if thing.remote_id not in same)


def planned(one: Pass, known: Mapping[str, Known], complete: bool) -> Plan:
    found = listing(one)
    new = [listed for listed in found if listed.remote_id not in known and not listed.failed]
    elsewhere: set[str] = set()
    for part in parts(new):
        twins = one.catalog.store.twins(one.name, [_names(listed) for listed in part])
        elsewhere |= {listed.remote_id for listed, found in zip(part, twins, strict=True) if found}
    return plan(known, found, complete, elsewhere)


def listing(one: Pass) -> list[ListedItem]:
    return list(one.staging.listing(one.name, one.run.number))


def _names(listed: ListedItem) -> Metadata:
    """By what another source could name the same thing."""
    return Metadata(kind="dataset", iri=listed.iri, identifiers=listed.identifiers, title={"und": listed.title})


def take(one: Pass, acts: Sequence[Act]) -> None:
    for part in parts(acts):
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
    missing = [remote_id for remote_id in remote_ids if remote_id not in one.kept]
    if missing:
        staged = one.staging.staged(one.name, missing)
        made = one.mapped(staged, Ids())
        if any(thing.again for thing in made):  # only then is it worth asking for all that is known
            made = one.mapped(staged, _ids(one.known()))
        _note(one, made, {})
    return one.kept.said(remote_ids)


def link_again(one: Pass) -> None:
    """Links to things of the same source whose records came in only now."""
    staging = one.staging
    for part in parts(staging.unmapped(one.name, one.run.number, one.edition)):
        known = one.known()
        made = one.mapped(staging.staged(one.name, [remote_id for remote_id, _ in part]), _ids(known))
        _note(one, made, known)
        acts = plan(known, map(_as_listed, made), complete=False).acts
        take(one, [act for act in acts if act.action == "change" and not act.bare])


def _as_listed(made: Mapped) -> ListedItem:
    return ListedItem(made.remote_id, made.digest, distributions=made.distributions, failed=made.failed)


def settle(one: Pass, complete: bool, guarded: Guarded) -> None:
    staging = one.staging
    one.runs.wait(one.run.number, [(act.remote_id, act.action) for act in guarded.wait])
    if complete:
        one.runs.supersede(one.run)
        staging.forget_older(one.name, one.run.number)


def parts(things: Iterable[Thing], size: int = BATCH) -> Iterator[list[Thing]]:
    """Parts of a size that fits into one transaction."""
    every = iter(things)
    while part := list(islice(every, size)):
        yield part
