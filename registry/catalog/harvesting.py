"""Turns the steps of a harvest plan into records.

Entry point: `take`, which `Catalog.take` calls once a transaction, under the write lock.
Invariant: a record that a person withdrew stays withdrawn, whatever its source lists.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from registry.catalog.duplicates import ChangeSet
from registry.catalog.ids import given
from registry.catalog.writing import Writer
from registry.errors import ConflictError
from registry.masking import public
from registry.model import Origin, Record, Source, Step, Taken, Withdrawal
from registry.model.agents import match_agents
from registry.model.identity import with_former_ids
from registry.model.message import Message
from registry.model.record import by_source, is_source
from registry.store.store import Store


def matched(step: Step, organizations: Mapping[str, str]) -> Step:
    """The step with the agents of its metadata matched; its digest is that of the metadata before matching."""
    if step.metadata is None:
        return step
    digest = step.digest or step.metadata.digest()
    return replace(step, metadata=match_agents(step.metadata, organizations), digest=digest)


def take(writer: Writer, source: Source, steps: Sequence[Step]) -> list[Taken]:
    """Carries out steps in one transaction; returns the id and the new number for each of them.

    ConflictError, naming the ids, if records have changed since the plan was made.
    """
    batch = ChangeSet(writer.store, [step.id for step in steps if step.id])
    numbers = {id: record.number for id, record in batch.was.items()}
    if stale := sorted(step.id for step in steps if step.number != numbers.get(step.id, 0)):
        raise ConflictError("records-changed-since-plan", {"ids": stale}, ids=", ".join(stale))
    ids = _ids(writer.store, source, steps)
    for step, id in zip(steps, ids, strict=True):
        batch.will[id] = _after(step, batch.was.get(id), source, id)
    came = [id for id in ids if _published(batch.will[id]) and not _published(batch.was.get(id))]
    gone = [id for id in ids if not _published(batch.will[id])]
    duplicates = writer.settle(batch, came, gone, source.name)
    numbers |= writer.put(batch, by_source(source.name))
    return [Taken(step.remote_id, id, numbers[id], id in duplicates) for step, id in zip(steps, ids, strict=True)]


def withdrawn(record: Record, by: str, why: str | Message) -> Record:
    """A copy of the record that is withdrawn from now on, and no member of a group of duplicates."""
    return replace(record, state="withdrawn", same_as=None, withdrawn=Withdrawal(by, datetime.now(UTC), why))


def _ids(store: Store, source: Source, steps: Sequence[Step]) -> list[str]:
    new = [(step.metadata, f"{source.name}\n{step.remote_id}") for step in steps if not step.id and step.metadata]
    fresh = iter(given(new, store.taken))
    return [step.id or next(fresh) for step in steps]


def _after(step: Step, record: Record | None, source: Source, id: str) -> Record:
    """The record as the source describes it now."""
    if step.action == "withdraw" and record:
        return withdrawn(record, by_source(source.name), step.why)
    if step.metadata is None:
        raise ValueError(f"step {step.action} of {step.remote_id} without metadata")
    metadata = with_former_ids(step.metadata, record.said) if record else step.metadata
    record = record or Record(id=id, said=metadata)
    back = record.withdrawn is not None and is_source(record.withdrawn.by)
    return replace(
        record,
        said=metadata,
        digest=step.digest,
        origin=Origin(source.name, step.remote_id, public(step.url, source.url)),
        owner=source.owner or record.owner,
        state="published" if back else record.state,
        withdrawn=None if back else record.withdrawn,
    )


def _published(record: Record | None) -> bool:
    return record is not None and record.state == "published"
