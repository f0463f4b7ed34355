"""Keeps previews up to date for as long as the process lives: follows the catalogue, prepares what is due, makes room.

Entry points: `run` (the worker), `follow`, `prepare_due`. One file at a time: politeness to hosts is that of
`registry.fetch`, and only one child needs memory.
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from registry.errors import StoppedError
from registry.fetch.session import Outward, session
from registry.isolation import isolated
from registry.model import Change, Distribution, Record
from registry.parts import parts
from registry.preview import bounds
from registry.preview.addresses import address_of
from registry.preview.by_host import SilentHosts, prepare_one
from registry.preview.model import Preview
from registry.preview.preview_store import Stored
from registry.preview.previews import Previews
from registry.store.store import Selection, Store

PAUSE_SECONDS: Final = 10.0  # between two looks for changes of the catalogue
CHANGES_AT_ONCE: Final = 500
DUE_AT_ONCE: Final = 20
MAX_DUE: Final = 100_000  # files that a command prepares at once

log = logging.getLogger("lotse.previews")


def run(store: Store, previews: Previews, outward: Outward, stop: threading.Event) -> None:
    """Works until `stop` is set; a round that fails, for whatever reason, is logged and done again."""

    def failed(error: Exception) -> None:
        if not isinstance(error, StoppedError):
            log.error("previews", exc_info=error)

    isolated(previews.sweep, failed)
    while not stop.is_set():
        isolated(partial(_round, store, previews, outward, stop), failed)
        stop.wait(PAUSE_SECONDS)


def _round(store: Store, previews: Previews, outward: Outward, stop: threading.Event) -> None:
    follow(store, previews)
    with session(outward, seconds=bounds.TILE_SECONDS) as http:
        previews.tiles.fetch_wanted(http)
    prepare_due(store, previews, outward, stop.is_set)


def follow(store: Store, previews: Previews) -> None:
    """Makes a row for each file of what the catalogue shows, due at once where it is new or has another address;
    deletes the previews of what it no longer shows."""
    epoch, number = previews.store.position()
    if epoch != store.epoch:
        number = 0
        gone = previews.store.records() - {shown.id for shown in store.listing()}
        for id in gone:
            previews.remove(id)
    for changes in parts(store.changes(number), CHANGES_AT_ONCE):
        _take(previews, changes)
        previews.store.set_position(store.epoch, changes[-1].number)


def prepare_due(
    store: Store, previews: Previews, outward: Outward, is_stopped: Callable[[], bool] = lambda: False
) -> int:
    """Prepares all previews that are due, and makes room for them; returns how many were looked at."""
    count, silent = 0, SilentHosts()
    with session(outward, seconds=bounds.FETCH_SECONDS) as http:
        while rows := previews.store.due(datetime.now(UTC), DUE_AT_ONCE):
            records = store.get_many([row.record for row in rows])
            for row in rows:
                if is_stopped():
                    return count
                count += 1
                record = records.get(row.record)
                distribution = _file_of(record, row.distribution)
                if record is None or distribution is None:
                    previews.forget(row)
                elif silent.holds(address_of(distribution)):
                    previews.postpone(row)
                else:
                    silent.note(prepare_one(previews, record, distribution, http))
            previews.evict()
    return count


def _file_of(record: Record | None, id: str) -> Distribution | None:
    """The distribution with this id of a record that is shown."""
    files = record.metadata.distributions if record and record.shown else ()
    return next((file for file in files if file.id == id), None)


def _take(previews: Previews, changes: Sequence[Change]) -> None:
    """Brings the rows of changed records in line with their distributions."""
    stored: dict[str, dict[str, Stored]] = {}
    for row in previews.store.of_records([change.id for change in changes]):
        stored.setdefault(row.record, {})[row.distribution] = row
    new: list[Stored] = []
    for change in changes:
        rows = stored.get(change.id, {})
        wanted = _wanted(change.record) if change.record else {}
        for id in rows.keys() - wanted.keys():
            previews.forget(rows[id])
        for id, url in wanted.items():
            if id not in rows:
                preview = Preview(state="waiting", url=url)
                new.append(Stored(change.id, id, preview, due=datetime.now(UTC), used=datetime.now(UTC)))
            elif rows[id].preview.url != url:
                new.append(rows[id]._replace(due=datetime.now(UTC)))
    previews.store.put(new)


def _wanted(record: Record) -> dict[str, str]:
    """Id of each distribution with an address -> that address."""
    return {file.id: url for file in record.metadata.distributions if file.id and (url := address_of(file))}


def to_prepare(
    store: Store, previews: Previews, ids: Collection[str], everything: bool
) -> Iterator[tuple[Record, Distribution]]:
    """The records with these ids, or all, or those with something due; each with its distributions in their order."""
    if everything:
        wanted: set[tuple[str, str]] | None = None
        records: Iterable[Record] = (record for record in store.find(Selection(state="published")) if record.shown)
    elif ids:
        wanted = None
        records = store.get_many(ids).values()
    else:
        due = previews.store.due(datetime.now(UTC), MAX_DUE)
        wanted = {(row.record, row.distribution) for row in due}
        records = store.get_many(list(dict.fromkeys(row.record for row in due))).values()
    for record in records:
        for distribution in record.metadata.distributions:
            if wanted is None or (record.id, distribution.id) in wanted:
                yield record, distribution
