"""How the catalogue writes: read, decide and write under one lock, with duplicates settled, and retry on a conflict."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Final, TypeVar

from registry.catalog import duplicates
from registry.catalog.duplicates import ChangeSet
from registry.errors import ConflictError
from registry.model.message import Message
from registry.store.locks import exclusive
from registry.store.store import MAX_RECORDS_PER_TRANSACTION, Store

MAX_TRIES: Final = 7  # when others write the same records meanwhile
Answer = TypeVar("Answer")


class Writer:
    """Writes batches of records to a store. `ranks`: source -> rank, asked once a batch."""

    def __init__(self, store: Store, ranks: Callable[[], Mapping[str, int]]) -> None:
        self.store = store
        self._ranks = ranks

    def exclusively(self, act: Callable[[], Answer]) -> Answer:
        """Runs `act` under the write lock and retries on conflict: `Catalog.revise` writes without that lock.

        ConflictError if somebody else wins MAX_TRIES times.
        """
        for _ in range(MAX_TRIES):
            with suppress(_RacedError), exclusive(self.store.engine):
                return act()
        with exclusive(self.store.engine):
            return act()

    def settle(self, batch: ChangeSet, came: Sequence[str] = (), gone: Collection[str] = (), source: str = "") -> None:
        """Adds to a batch what becomes of the duplicates of records that come (of `source`) or go."""
        duplicates.settle(batch, came, gone, source, self._ranks())

    def put(self, batch: ChangeSet, by: str, note: str | Message = "") -> dict[str, int]:
        """Writes the changed records of a batch; id -> new number."""
        changed = batch.changed()
        numbers: dict[str, int] = {}
        for start in range(0, len(changed), MAX_RECORDS_PER_TRANSACTION):
            part = changed[start : start + MAX_RECORDS_PER_TRANSACTION]
            try:
                last = self.store.put(part, by, note)
            except ConflictError as error:
                raise _RacedError(error.summary, error.detail) from error
            numbers |= {record.id: last - len(part) + place for place, record in enumerate(part, 1)}
        return numbers


class _RacedError(ConflictError):
    """Somebody else wrote one of these records between our reading and writing."""
