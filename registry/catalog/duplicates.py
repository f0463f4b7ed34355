"""Decides which of several records of the same thing is shown: that of the source with the smallest rank, then the
oldest.

Entry points: `settle` after records were published or withdrawn, `show` for a curator's choice. Both change a
`ChangeSet`, which the caller writes.
Invariants: records are never merged. Within a group one record, the head, is shown (`same_as` is None), and the others
name it in `same_as`. Groups are changed only under `registry.store.locks.exclusive`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from registry.model import Record
from registry.store.store import Store

Ranks = Mapping[str, int]  # source -> rank; smaller = nearer to the publisher
DEFAULT_RANK = 100  # of a source without a rank of its own; records registered here have rank 0
_NEVER = datetime.max.replace(tzinfo=UTC)


class ChangeSet:
    """Records before a change (`was`) and after it (`will`, which the caller changes), by id."""

    def __init__(self, store: Store, ids: Collection[str] = ()) -> None:
        self.store = store
        self.was = store.get_many(ids)
        self.will = dict(self.was)

    def add(self, records: Iterable[Record]) -> None:
        """Adds records as read; those that it has already stay as they are."""
        for record in records:
            if record.id not in self.will:
                self.was[record.id] = self.will[record.id] = record

    def changed(self) -> list[Record]:
        """The records that must be written."""
        return [record for id, record in self.will.items() if record != self.was.get(id)]


def settle(batch: ChangeSet, came: Sequence[str], gone: Collection[str], source: str, ranks: Ranks) -> set[str]:
    """Regroups duplicates after the records `came` (of `source`) were published and `gone` were withdrawn. Returns
    those of `came` that another source has too."""
    leave(batch, gone, ranks)
    return join(batch, came, source, ranks)


def join(batch: ChangeSet, new: Sequence[str], source: str, ranks: Ranks) -> set[str]:
    """Puts each new record into the group of its duplicates, and returns those that have any; two records of one
    source are never grouped."""
    same = batch.store.duplicates(source, [batch.will[id].said for id in new])
    if not any(same):
        return set()
    _load(batch, {other for ids in same for other in ids})
    for id, same_ids in zip(new, same, strict=True):
        roots = {_root(batch, member_id) for member_id in (id, *same_ids)}
        group = [record for record in batch.will.values() if _published(record) and _root(batch, record.id) in roots]
        others = [record for record in group if record.id != id]
        if others and source not in map(_source, others):
            _show(batch, _head(group, ranks), group)
    return {id for id, same_ids in zip(new, same, strict=True) if same_ids}


def leave(batch: ChangeSet, ids: Collection[str], ranks: Ranks) -> None:
    """Shows the next in rank of the group of each of these records, which are no longer published."""
    batch.add(batch.store.following(ids))
    for id in ids:
        if followers := [record for record in batch.will.values() if record.same_as == id and _published(record)]:
            _show(batch, min(followers, key=lambda record: _rank(record, ranks)), followers)


def show(batch: ChangeSet, id: str) -> None:
    """Makes this record the head of its group, as a curator decided."""
    _load(batch, {id})
    head = batch.will[id].same_as or id
    group = [record for record in batch.will.values() if record.id == head or record.same_as == head]
    _show(batch, batch.will[id], group)


def _load(batch: ChangeSet, ids: set[str]) -> None:
    """Reads the whole groups of these records into the change set."""
    batch.add(batch.store.get_many(sorted(ids)).values())
    heads = {head for id in ids if (head := batch.will[id].same_as)}
    batch.add(batch.store.get_many(sorted(heads)).values())
    batch.add(batch.store.following(ids | heads))


def _root(batch: ChangeSet, id: str) -> str:
    """The head of its duplicate group. Chains cannot occur: groups are only changed under `locks.exclusive`."""
    return batch.will[id].same_as or id


def _head(group: Sequence[Record], ranks: Ranks) -> Record:
    """Which record of a group is shown: a curator's choice if there is one, else the best in rank of today's heads.

    A head with a follower of better rank can only be there because a curator chose it.
    """
    heads = [record for record in group if record.same_as is None] or group
    for head in heads:
        if any(
            record.same_as == head.id and _source_rank(record, ranks) < _source_rank(head, ranks) for record in group
        ):
            return head
    return min(heads, key=lambda record: _rank(record, ranks))


def _show(batch: ChangeSet, head: Record, group: Iterable[Record]) -> None:
    for record in group:
        batch.will[record.id] = replace(record, same_as=None if record.id == head.id else head.id)


def _rank(record: Record, ranks: Ranks) -> tuple[int, datetime, str]:
    """The sort key within a group: rank of the source, then age."""
    return _source_rank(record, ranks), record.created or _NEVER, record.id


def _source_rank(record: Record, ranks: Ranks) -> int:
    return ranks.get(record.origin.source, DEFAULT_RANK) if record.origin else 0


def _source(record: Record) -> str:
    return record.origin.source if record.origin else ""


def _published(record: Record) -> bool:
    return record.state == "published"
