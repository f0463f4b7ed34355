"""The door for writing: whatever is registered, harvested, revised or withdrawn goes through `Catalog`.

Reads go where they live: `catalog.store` (records), `catalog.index` (search), `registry.catalog.lookup` (the record
shown for an id, the record meant by an IRI, backlinks).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Final

from msgspec.structs import replace

from registry.catalog import duplicates, harvesting
from registry.catalog.checks import require_publishable
from registry.catalog.duplicates import ChangeSet
from registry.catalog.ids import given, possible
from registry.catalog.known_organizations import KnownOrganizations
from registry.catalog.overrides import overrides
from registry.catalog.writing import Writer
from registry.errors import ConflictError, NotReadyError
from registry.model import Draft, Metadata, Record, Source, Step, Taken
from registry.model.agents import match_agents
from registry.model.message import Message, message
from registry.people.accounts import People
from registry.people.drafts import Inbox
from registry.projections.projector import SEARCH, Progress, Projector
from registry.search.query import SearchIndex
from registry.settings import Settings
from registry.sources.runs import Runs
from registry.sources.sources import Sources
from registry.sources.staging import Staging
from registry.store.store import Selection, Store

STEPS_PER_TRANSACTION: Final = 250  # leaves room for the records that are shown instead of others
SYNC_TIMEOUT: Final = 600.0  # seconds that a command waits for the search index


class Catalog:
    """Holds the parts of an installation, for reading, and writes records."""

    def __init__(
        self,
        *,
        store: Store,
        index: SearchIndex,
        projector: Projector,
        settings: Settings,
        sources: Sources,
        runs: Runs,
        staging: Staging,
        inbox: Inbox,
        people: People,
    ) -> None:
        self.store = store
        self.index = index
        self.projector = projector
        self.settings = settings
        self.sources = sources
        self.runs = runs
        self.staging = staging
        self.inbox = inbox
        self.people = people
        self._organizations = KnownOrganizations(store)
        self._writer = Writer(store, self._ranks)

    # -- people's acts

    def register(self, draft: Draft, by: str) -> Record:
        """Makes a draft a record, or revises the record it is a draft of; ConflictError if that has changed,
        ValidationError for what the checks find `failed` or `must`.

        The same draft once more (two clicks, a crash before it was taken out of the inbox) is the same record.
        """
        if draft.of:
            return self.revise(draft.of, draft.metadata, draft.base, by)
        require_publishable(draft.metadata)
        metadata = match_agents(draft.metadata, self._organizations.ids())
        return self._writer.exclusively(lambda: self._register(metadata, draft, by))

    def _register(self, metadata: Metadata, draft: Draft, by: str) -> Record:
        own, note = f"registered\n{draft.id}", message("draft", id=draft.id)
        (id,) = given([(metadata, own)], self.store.taken)  # before looking, so that whoever is as fast is seen
        for record in self.store.get_many(possible(metadata, own)).values():
            if record.origin is None and any(version.note == note for version in self.store.history(record.id)):
                return self.revise(record.id, metadata, record.number, by, note)
        batch = ChangeSet(self.store)
        batch.will[id] = Record(id=id, said=metadata, owner=draft.owner)
        self._writer.settle(batch, came=(id,))
        self._writer.put(batch, by, note)
        return self.store.existing(id)

    def revise(self, id: str, metadata: Metadata, expected: int, by: str, note: str | Message = "") -> Record:
        """Replaces the metadata of a registered record; on a harvested one each differing field becomes an override,
        and one that is set back to the source's value is none any more. ConflictError if its number is not `expected`;
        ValidationError for what the checks find `failed` or `must`, on a harvested record only in what is new."""
        record = self.store.existing(id)
        if record.number != expected:
            raise ConflictError("record-changed-compare", {"ids": [id]}, id=id)
        metadata = match_agents(metadata, self._organizations.ids())
        if record.origin:
            revised = replace(record, overrides=overrides(record, metadata, by, datetime.now(UTC), note))
        else:
            revised = replace(record, said=metadata, digest="")
        if revised != record:
            require_publishable(revised.metadata, record if record.origin else None)
            self.store.put([revised], by, note)
        return self.store.existing(id)

    def withdraw(self, id: str, by: str, why: str | Message, expected: int | None = None) -> Record:
        """Withdraws a record: nobody finds it any more, its address says when and why. The next in rank of its
        duplicates is shown. ConflictError if it is withdrawn already, or its number is not `expected`."""

        def act(record: Record, batch: ChangeSet) -> None:
            if expected is not None and record.number != expected:
                raise ConflictError("record-changed", {"ids": [id]}, id=id)
            if record.state == "withdrawn":
                raise ConflictError("record-withdrawn-already", {"ids": [id]}, id=id)
            batch.will[id] = harvesting.withdrawn(record, by, why)
            self._writer.settle(batch, gone=(id,))

        return self._change(id, by, why, act)

    def publish_again(self, id: str, by: str, note: str = "") -> Record:
        """Takes back a withdrawal; ConflictError if it is not withdrawn."""

        def act(record: Record, batch: ChangeSet) -> None:
            if record.state != "withdrawn":
                raise ConflictError("record-not-withdrawn", {"ids": [id]}, id=id)
            batch.will[id] = replace(record, state="published", withdrawn=None)
            self._writer.settle(batch, came=(id,), source=record.origin.source if record.origin else "")

        return self._change(id, by, note, act)

    def show(self, id: str, by: str, why: str) -> Record:
        """Shows this record instead of the one it is shown under."""

        def act(record: Record, batch: ChangeSet) -> None:
            if record.same_as is None:
                raise ConflictError("record-shown-already", {"ids": [id]}, id=id)
            duplicates.show(batch, id)

        return self._change(id, by, why, act)

    def _change(self, id: str, by: str, note: str | Message, act: Callable[[Record, ChangeSet], None]) -> Record:
        """The record once `act` has changed it, and whatever else it puts into the batch."""

        def change() -> Record:
            batch = ChangeSet(self.store, (id,))
            act(self.store.existing(id), batch)
            self._writer.put(batch, by, note)
            return self.store.existing(id)

        return self._writer.exclusively(change)

    # -- the harvest's way in

    def take(self, source: Source, steps: Sequence[Step]) -> list[Taken]:
        """Carries out the steps of a plan, some hundred in a transaction, and gives new records their ids.

        ConflictError, naming the ids, if a record is not as the plan met it; the steps of that transaction are then
        not carried out, nor any after it.
        """
        taken: list[Taken] = []
        for start in range(0, len(steps), STEPS_PER_TRANSACTION):
            organizations = self._organizations.ids()
            part = [harvesting.matched(step, organizations) for step in steps[start : start + STEPS_PER_TRANSACTION]]
            taken += self._writer.exclusively(partial(harvesting.take, self._writer, source, part))
        return taken

    def withdraw_source(self, name: str, why: str = "") -> int:
        """Withdraws all that a source has published; how many. What comes back with it is published again."""
        steps = [
            Step(action="withdraw", remote_id=remote_id, id=known.id, number=known.number, why=why)
            for remote_id, known in self.store.known(name).items()
            if known.state == "published"
        ]
        return len(self.take(Source(name=name, kind="", url=""), steps))

    def match_again(self, by: str) -> int:
        """Looks for organizations in every published record again, after these have changed; how many are new."""
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
        """Brings the projections up to date, or waits until another process has done so; whether they are up to date.

        Without `wait` only if nobody else does it already. NotReadyError if it takes longer than SYNC_TIMEOUT.
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
