"""Writes change sets: reads, decides and writes under the write lock, settles duplicates, and retries on a conflict.

Entry point: `Writer`, which `Catalog` and `registry.catalog.harvesting` share.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Final, TypeVar

from registry.catalog import duplicates
from registry.catalog.duplicates import ChangeSet
from registry.errors import ConflictError
from registry.model.message import Message
from registry.store.locks import exclusive
from registry.store.store import MAX_RECORDS_PER_TRANSACTION, Store

MAX_TRIES: Final = 7  # while other processes write the same records
Answer = TypeVar("Answer")


class Writer:
    """Writes change sets to a store. `ranks`: returns source -> rank; asked once a change set."""

    def __init__(self, store: Store, ranks: Callable[[], Mapping[str, int]]) -> None:
        self.store = store
        self._ranks = ranks

    def exclusively(self, act: Callable[[], Answer]) -> Answer:
        """Runs `act` under the write lock and retries on conflict: `Catalog.revise` writes without that lock.

        Returns what `act` returns. ConflictError if another process was faster MAX_TRIES times.
        """
        for _ in range(MAX_TRIES):
            with suppress(_RacedError), exclusive(self.store.engine):
                return act()
        with exclusive(self.store.engine):
            return act()

    def settle(
        self, batch: ChangeSet, came: Sequence[str] = (), gone: Collection[str] = (), source: str = ""
    ) -> set[str]:
        """Adds the changes of duplicates of records that come (of `source`) or go; returns those that come and that
        another source has too."""
        return duplicates.settle(batch, came, gone, source, self._ranks())

    def put(self, batch: ChangeSet, by: str, note: str | Message = "") -> dict[str, int]:
        """Writes the changed records; returns id -> new number."""
        changed = batch.changed()
        numbers: dict[str, int] = {}
        for start in range(0, len(changed), MAX_RECORDS_PER_TRANSACTION):
            part = changed[start : start + MAX_RECORDS_PER_TRANSACTION]
            try:
                last = self.store.put(part, by, note)
            except ConflictError as error:
                raise _RacedError(error.summary, error.detail) from error
            numbers |= {record.id: last - len(part) + n for n, record in enumerate(part, 1)}
        return numbers


class _RacedError(ConflictError):
    """Another process wrote one of these records after we had read it."""
