"""Which of several entries for the same thing is shown: the source nearest to the publisher, then first come.

Nothing is merged: each source keeps its record, and those that are not shown name the one that is in `same_as`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from registry.model import Record
from registry.store import Store

Ranks = Mapping[str, int]  # of sources; smaller is nearer to the publisher
USUAL = 100  # rank of a source that says nothing else; what is registered here has 0
_NEVER = datetime.max.replace(tzinfo=UTC)


class Batch:
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


def join(batch: Batch, new: Sequence[str], source: str, ranks: Ranks) -> None:
    """Puts each of these records, published only now, into the group of those that are the same thing."""
    found = batch.store.twins(source, [batch.will[id].said for id in new])
    if not any(found):
        return
    _load(batch, {twin for twins in found for twin in twins})
    will = batch.will
    for id, twins in zip(new, found, strict=True):
        heads = {will[twin].same_as or twin for twin in twins if _published(will[twin])} - {id}
        group = [one for one in will.values() if _published(one) and (one.id in heads or one.same_as in heads)]
        if group and source not in map(_source, group):  # within a source nothing is linked
            _show(batch, _head(group, will[id], ranks), [*group, will[id]])


def leave(batch: Batch, ids: Collection[str], ranks: Ranks) -> None:
    """The next in rank is shown instead of each of these records, which are no longer published."""
    batch.add(batch.store.following(ids))
    for id in ids:
        if followers := [one for one in batch.will.values() if one.same_as == id and _published(one)]:
            _show(batch, min(followers, key=lambda one: _rank(one, ranks)), followers)


def show(batch: Batch, id: str) -> None:
    """A curator's decision: this record is shown, and the others of its group under it."""
    _load(batch, {id})
    head = batch.will[id].same_as or id
    group = [one for one in batch.will.values() if one.id == head or one.same_as == head]
    _show(batch, batch.will[id], group)


def _load(batch: Batch, ids: set[str]) -> None:
    """The whole groups of these records."""
    batch.add(batch.store.get_many(sorted(ids)).values())
    heads = {one for id in ids if (one := batch.will[id].same_as)}
    batch.add(batch.store.get_many(sorted(heads)).values())
    batch.add(batch.store.following(ids | heads))


def _head(group: Sequence[Record], new: Record, ranks: Ranks) -> Record:
    """Who is shown once `new` is there. Where another than the nearest is shown, a curator has decided so."""
    shown = next((one for one in group if one.same_as is None), group[0])
    if _place(shown, ranks) > min(_place(one, ranks) for one in group):
        return shown
    return min((shown, new), key=lambda one: _place(one, ranks))  # equal: first come


def _show(batch: Batch, head: Record, group: Iterable[Record]) -> None:
    for one in group:
        batch.will[one.id] = replace(one, same_as=None if one.id == head.id else head.id)


def _rank(record: Record, ranks: Ranks) -> tuple[int, datetime, str]:
    return _place(record, ranks), record.created or _NEVER, record.id


def _place(record: Record, ranks: Ranks) -> int:
    return ranks.get(record.origin.source, USUAL) if record.origin else 0


def _source(record: Record) -> str:
    return record.origin.source if record.origin else ""


def _published(record: Record) -> bool:
    return record.state == "published"
