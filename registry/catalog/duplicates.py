"""Which of several entries for the same thing is shown: the source nearest to the publisher, then first come.

Nothing is merged: each source keeps its record, and those that are not shown name the one that is in `same_as`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from registry.model import Record
from registry.store.store import Store

Ranks = Mapping[str, int]  # of sources; smaller is nearer to the publisher
DEFAULT_RANK = 100  # rank of a source that says nothing else; what is registered here has 0
_NEVER = datetime.max.replace(tzinfo=UTC)


class ChangeSet:
    """Records as they were read and as they will be: `will` is what acts change."""

    def __init__(self, store: Store, ids: Collection[str] = ()) -> None:
        self.store = store
        self.was = store.get_many(ids)
        self.will = dict(self.was)

    def add(self, records: Iterable[Record]) -> None:
        for one in records:
            if one.id not in self.will:
                self.was[one.id] = self.will[one.id] = one

    def changed(self) -> list[Record]:
        return [one for id, one in self.will.items() if one != self.was.get(id)]


def settle(batch: ChangeSet, came: Sequence[str], gone: Collection[str], source: str, ranks: Ranks) -> None:
    """What is shown once the records `came` are published and those of `gone` no longer are."""
    leave(batch, gone, ranks)
    join(batch, came, source, ranks)


def join(batch: ChangeSet, new: Sequence[str], source: str, ranks: Ranks) -> None:
    """Puts each of these records into the group of those that are the same thing."""
    same = batch.store.duplicates(source, [batch.will[id].said for id in new])
    if not any(same):
        return
    _load(batch, {other for ids in same for other in ids})
    for id, same_ids in zip(new, same, strict=True):
        roots = {_root(batch, one) for one in (id, *same_ids)}
        group = [one for one in batch.will.values() if _published(one) and _root(batch, one.id) in roots]
        others = [one for one in group if one.id != id]
        if others and source not in map(_source, others):  # within a source nothing is linked
            _show(batch, _head(group, ranks), group)


def leave(batch: ChangeSet, ids: Collection[str], ranks: Ranks) -> None:
    """The next in rank is shown instead of each of these records, which are no longer published."""
    batch.add(batch.store.following(ids))
    for id in ids:
        if followers := [one for one in batch.will.values() if one.same_as == id and _published(one)]:
            _show(batch, min(followers, key=lambda one: _rank(one, ranks)), followers)


def show(batch: ChangeSet, id: str) -> None:
    """A curator's decision: this record is shown, and the others of its group under it."""
    _load(batch, {id})
    head = batch.will[id].same_as or id
    group = [one for one in batch.will.values() if one.id == head or one.same_as == head]
    _show(batch, batch.will[id], group)


def _load(batch: ChangeSet, ids: set[str]) -> None:
    """The whole groups of these records."""
    batch.add(batch.store.get_many(sorted(ids)).values())
    heads = {one for id in ids if (one := batch.will[id].same_as)}
    batch.add(batch.store.get_many(sorted(heads)).values())
    batch.add(batch.store.following(ids | heads))


def _root(batch: ChangeSet, id: str) -> str:
    """The head of its duplicate group. Chains cannot occur: groups are only changed under `locks.exclusive`."""
    return batch.will[id].same_as or id


def _head(group: Sequence[Record], ranks: Ranks) -> Record:
    """Who is shown: the nearest of those that were so far. One that has a nearer one under it, a curator has chosen."""
    heads = [one for one in group if one.same_as is None] or group
    for head in heads:
        if any(one.same_as == head.id and _place(one, ranks) < _place(head, ranks) for one in group):
            return head
    return min(heads, key=lambda one: _rank(one, ranks))  # equal: first come


def _show(batch: ChangeSet, head: Record, group: Iterable[Record]) -> None:
    for one in group:
        batch.will[one.id] = replace(one, same_as=None if one.id == head.id else head.id)


def _rank(record: Record, ranks: Ranks) -> tuple[int, datetime, str]:
    return _place(record, ranks), record.created or _NEVER, record.id


def _place(record: Record, ranks: Ranks) -> int:
    return ranks.get(record.origin.source, DEFAULT_RANK) if record.origin else 0


def _source(record: Record) -> str:
    return record.origin.source if record.origin else ""


def _published(record: Record) -> bool:
    return record.state == "published"
