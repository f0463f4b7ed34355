"""The shown records as they were right after a change, from the versions that the store keeps of each record.

Entry points: `shown_at`, `records_at`, `changed_since`, `replaced_at`. Nothing is kept for a snapshot: a record that
was not changed since is read as it is, any other from its newest version that is not younger than the snapshot.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from registry.model import Record
from registry.parts import parts
from registry.store.database import among, reading
from registry.store.schema import RECORDS, VERSIONS, moment, stamp
from registry.store.selection import SHOWN, conditions
from registry.store.store import MAX_RECORDS_PER_TRANSACTION, ShownRecord, Store

_RECORD, _BODY = RECORDS.c, VERSIONS.c


def shown_at(
    store: Store, number: int, kinds: Collection[str] = (), since: datetime | None = None
) -> list[ShownRecord]:
    """What `Store.listing` answered right after the change with this number."""
    where = [*conditions(SHOWN), _RECORD.number <= number]
    where += [_RECORD.kind.in_(list(kinds))] if kinds else []
    where += [_RECORD.changed >= stamp(since)] if since else []
    with reading(store.engine) as connection:
        # first what is unchanged, so that a record that is changed between the two queries is in one of them
        query = sa.select(_RECORD.id, _RECORD.kind, _RECORD.changed).where(*where)
        listed = {row.id: ShownRecord(row.id, row.kind, moment(row.changed)) for row in connection.execute(query)}
    for record in changed_since(store, number):
        listed.pop(record.id, None)
        fits = record.shown and (not kinds or record.kind in kinds)
        if fits and record.changed and (since is None or record.changed >= since):
            listed[record.id] = ShownRecord(record.id, record.kind, record.changed)
    return sorted(listed.values())


def records_at(store: Store, ids: Collection[str], number: int) -> dict[str, Record]:
    """Id -> record as it was right after the change with this number, in the order of `ids`; those that did not exist
    are left out."""
    records = store.get_many(ids)
    changed = [id for id, record in records.items() if record.number > number]
    earlier = {record.id: record for part in parts(changed, MAX_RECORDS_PER_TRANSACTION)
               for record in _earlier(store, number, among(store.engine, _RECORD.id, part))}  # fmt: skip
    as_then = {id: record for id, record in records.items() if record.number <= number} | earlier
    return {id: as_then[id] for id in ids if id in as_then}


def changed_since(store: Store, number: int) -> list[Record]:
    """The records that were changed after this number, as they were right after it; new ones are left out."""
    return _earlier(store, number)


def replaced_at(store: Store, number: int) -> datetime | None:
    """When the first change after this number was made; None if there is none."""
    query = sa.select(_BODY.at).where(_BODY.number > number).order_by(_BODY.number).limit(1)
    with reading(store.engine) as connection:
        at = connection.execute(query).scalar()
    return moment(at) if at else None


def _earlier(store: Store, number: int, *where: Any) -> list[Record]:
    """The newest version up to `number` of each record that has a newer one."""
    newest = (
        sa.select(sa.func.max(_BODY.number))
        .join_from(RECORDS, VERSIONS, _RECORD.id == _BODY.id)
        .where(_RECORD.number > number, _BODY.number <= number, *where)
        .group_by(_BODY.id)
    )
    query = sa.select(_BODY.body, _BODY.body_version).where(_BODY.number.in_(newest))
    with reading(store.engine) as connection:
        return [store.unpacked(row) for row in connection.execute(query)]
