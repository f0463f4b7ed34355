"""Writes the catalogue: whatever is registered, harvested, revised or withdrawn goes through `Catalog`.

Entry points: `register`, `revise`, `restore_version`, `withdraw`, `publish_again` and `show` for people; `take`,
`withdraw_source` and `match_again` for harvests; `sync` for a command that must see in the search what it wrote.
Decisions on drafts: `registry.catalog.deciding`. Reads do not pass through here: ask `catalog.store` (records),
`catalog.index` (search) or `registry.catalog.lookup` (the record shown for an id, the record that an IRI means,
backlinks).
Invariants: nothing is published that `registry.catalog.checks` refuses; groups of duplicates are changed only under
the write lock; every change is a new version, with who made it and a note.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from registry.catalog import duplicates, harvesting
from registry.catalog.duplicates import ChangeSet
from registry.catalog.ids import given, possible
from registry.catalog.known_organizations import KnownOrganizations
from registry.catalog.overrides import overrides
from registry.catalog.parts import CatalogParts
from registry.catalog.writing import Writer
from registry.errors import ConflictError, NotFoundError, NotReadyError
from registry.model import Draft, Metadata, Record, Source, Step, Taken
from registry.model.agents import match_agents
from registry.model.message import Message, message
from registry.model.people import publishable
from registry.people.channels import channel_note, is_note_of
from registry.projections.projector import SEARCH, Progress, Projector
from registry.settings import Settings
from registry.sources.runs import Runs
from registry.sources.sources import Sources
from registry.sources.staging import Staging
from registry.store.store import Selection, Store

if TYPE_CHECKING:
    from registry.search.query import SearchIndex

PUBLICATION_UNDONE: Final = message("publication-undone")
STEPS_PER_TRANSACTION: Final = 250  # leaves room for the records that are shown instead of others
SYNC_TIMEOUT: Final = 600.0  # seconds that a command waits for the search index


@dataclass(eq=False, repr=False, kw_only=True)
class Catalog(CatalogParts):
    """Holds the parts of an installation, open for reading, and writes records."""

    store: Store
    index: "SearchIndex"
    projector: Projector
    settings: Settings
    sources: Sources
    runs: Runs
    staging: Staging
    open_part: Callable[[Any, str], Any]

    @cached_property
    def _organizations(self) -> KnownOrganizations:
        return KnownOrganizations(self.store)

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self.store, self._ranks)

    # -- changes made by people

    def register(self, draft: Draft, by: str) -> Record:
        """Publishes a draft: returns the new record, or the revised one if the draft changes a record (`draft.of`).

        ConflictError if that record has changed since; ValidationError for findings of level `failed` or `must`.
        Registering the same draft twice (a double click, a crash before the inbox was cleared) gives the same record.
        """
        metadata = publishable(draft.metadata)
        if draft.of:
            return self.revise(draft.of, metadata, draft.base, by)
        _require_publishable(metadata)
        metadata = match_agents(metadata, self._organizations.ids())
        record = self._writer.exclusively(lambda: self._register(metadata, draft, by))
        if record.withdrawn and record.withdrawn.why == PUBLICATION_UNDONE:
            return self.publish_again(record.id, by)
        return record

    def restore_version(
        self, id: str, number: int, by: str, why: str | Message = "", expected: int | None = None
    ) -> Record:
        """Gives a record the metadata, or for a harvested one the overrides, that it had in an older version.

        NotFoundError for an unknown version; ConflictError if the record's number is not `expected`; ValidationError
        if the old version may not be published.
        """
        record = self.store.existing(id)
        version = self.store.version(id, number)
        if version is None:
            raise NotFoundError("version-unknown", id=id, number=number)
        if expected is not None and record.number != expected:
            raise ConflictError("record-changed", {"ids": [id]}, id=id)
        if record.origin:
            restored = replace(record, overrides=version.record.overrides)
        else:
            restored = replace(record, said=version.record.said, digest="")
        if restored != record:
            _require_publishable(restored.metadata, record if record.origin else None)
            self.store.put([restored], by, why)
        return self.store.existing(id)

    def _register(self, metadata: Metadata, draft: Draft, by: str) -> Record:
        own, note = f"registered\n{draft.id}", channel_note(draft.id, draft.channels)
        (id,) = given([(metadata, own)], self.store.taken)  # before the look-up below, which then sees a parallel one
        for record in self.store.get_many(possible(metadata, own)).values():
            if record.origin is None and any(
                is_note_of(version.note, draft.id) for version in self.store.history(record.id)
            ):
                return self.revise(record.id, metadata, record.number, by, note)
        batch = ChangeSet(self.store)
        batch.will[id] = Record(id=id, said=metadata, owner=draft.owner)
        self._writer.settle(batch, came=(id,))
        self._writer.put(batch, by, note)
        return self.store.existing(id)

    def revise(self, id: str, metadata: Metadata, expected: int, by: str, note: str | Message = "") -> Record:
        """Replaces the metadata of a record and returns the stored record.

        On a harvested record each field that differs from the source becomes an override, and the override of a field
        that is set back to the source's value is removed. ConflictError if the record's number is not `expected`;
        ValidationError for findings of level `failed` or `must`, on a harvested record only for new ones.
        """
        record = self.store.existing(id)
        if record.number != expected:
            raise ConflictError("record-changed-compare", {"ids": [id]}, id=id)
        metadata = match_agents(metadata, self._organizations.ids())
        if record.origin:
            revised = replace(record, overrides=overrides(record, metadata, by, datetime.now(UTC), note))
        else:
            revised = replace(record, said=metadata, digest="")
        if revised != record:
            _require_publishable(revised.metadata, record if record.origin else None)
            self.store.put([revised], by, note)
        return self.store.existing(id)

    def withdraw(self, id: str, by: str, why: str | Message, expected: int | None = None) -> Record:
        """Withdraws a record and returns it: it leaves the search, and its address answers 410 with date and reason.

        Of its duplicates the next in rank is shown instead. ConflictError if it is withdrawn already, or if its number
        is not `expected`.
        """

        def act(record: Record, batch: ChangeSet) -> None:
            if expected is not None and record.number != expected:
                raise ConflictError("record-changed", {"ids": [id]}, id=id)
            if record.state == "withdrawn":
                raise ConflictError("record-withdrawn-already", {"ids": [id]}, id=id)
            batch.will[id] = harvesting.withdrawn(record, by, why)
            self._writer.settle(batch, gone=(id,))

        return self._change(id, by, why, act)

    def publish_again(self, id: str, by: str, note: str | Message = "") -> Record:
        """Ends the withdrawal of a record and returns it; ConflictError if it is not withdrawn."""

        def act(record: Record, batch: ChangeSet) -> None:
            if record.state != "withdrawn":
                raise ConflictError("record-not-withdrawn", {"ids": [id]}, id=id)
            batch.will[id] = replace(record, state="published", withdrawn=None)
            self._writer.settle(batch, came=(id,), source=record.origin.source if record.origin else "")

        return self._change(id, by, note, act)

    def show(self, id: str, by: str, why: str) -> Record:
        """Shows this record instead of the duplicate that is shown so far; ConflictError if it is shown already."""

        def act(record: Record, batch: ChangeSet) -> None:
            if record.same_as is None:
                raise ConflictError("record-shown-already", {"ids": [id]}, id=id)
            duplicates.show(batch, id)

        return self._change(id, by, why, act)

    def _change(self, id: str, by: str, note: str | Message, act: Callable[[Record, ChangeSet], None]) -> Record:
        """Writes what `act` puts into the change set, under the write lock; returns the record as it is then."""

        def change() -> Record:
            batch = ChangeSet(self.store, (id,))
            act(self.store.existing(id), batch)
            self._writer.put(batch, by, note)
            return self.store.existing(id)

        return self._writer.exclusively(change)

    # -- changes made by harvests

    def take(self, source: Source, steps: Sequence[Step]) -> list[Taken]:
        """Carries out the steps of a plan, at most STEPS_PER_TRANSACTION in a transaction; returns one `Taken` a step.

        ConflictError, naming the ids, if a record has changed since the plan was made; that transaction is rolled
        back, and no step after it is carried out.
        """
        taken: list[Taken] = []
        for start in range(0, len(steps), STEPS_PER_TRANSACTION):
            organizations = self._organizations.ids()
            part = [harvesting.matched(step, organizations) for step in steps[start : start + STEPS_PER_TRANSACTION]]
            taken += self._writer.exclusively(partial(harvesting.take, self._writer, source, part))
        return taken

    def withdraw_source(self, name: str, why: str = "") -> int:
        """Withdraws all published records of a source; returns how many.

        If the source is harvested again, the records that it still lists are published again.
        """
        steps = [
            Step(action="withdraw", remote_id=remote_id, id=record.id, number=record.number, why=why)
            for remote_id, record in self.store.stored_states(name).items()
            if record.state == "published"
        ]
        return len(self.take(Source(name=name, kind="", url=""), steps))

    def match_again(self, by: str) -> int:
        """Matches the agents of all published records with the organizations again, after organizations have changed.

        Returns how many records were changed.
        """
        organizations = self._organizations.ids()
        published = self.store.find(Selection(state="published"))
        ids = (record.id for record in published if match_agents(record.said, organizations) != record.said)

        def match(part: Sequence[str]) -> int:
            batch = ChangeSet(self.store, part)
            for id, record in batch.was.items():
                batch.will[id] = replace(record, said=match_agents(record.said, organizations))
            return len(self._writer.put(batch, by, message("organizations-matched")))

        changed = 0
        while part := list(islice(ids, STEPS_PER_TRANSACTION)):
            changed += self._writer.exclusively(partial(match, part))
        return changed

    # -- the search index

    def sync(self, wait: bool = True, progress: Progress | None = None, only: Collection[str] = SEARCH) -> bool:
        """Brings the projections up to date, or waits until another process has done so; returns whether they are.

        Without `wait` it returns at once if another process is doing it. NotReadyError if it takes longer than
        SYNC_TIMEOUT.
        """
        done = self.projector.wait_for(self.store.last(), SYNC_TIMEOUT if wait else 0, progress, only)
        if wait and not done:
            raise NotReadyError("index-behind", seconds=SYNC_TIMEOUT)
        return done

    def close(self) -> None:
        self.projector.release()
        self.store.close()

    def _ranks(self) -> Mapping[str, int]:
        return {source.name: source.rank for source in self.sources.all()}


def _require_publishable(metadata: Metadata, harvested: Record | None = None) -> None:
    """See `registry.catalog.checks`, which is loaded late: its rules take a tenth of the start of a harvest."""
    from registry.catalog.checks import require_publishable

    require_publishable(metadata, harvested)
