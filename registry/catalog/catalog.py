"""The one door: whatever is read of the catalogue or written to it goes through here."""

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from registry.catalog import duplicates
from registry.catalog.checks import require_publishable
from registry.catalog.duplicates import Batch
from registry.catalog.ids import given, possible
from registry.catalog.overrides import overrides
from registry.errors import ConflictError, NotFoundError, NotReadyError
from registry.masking import public
from registry.model import Backlink, Draft, Metadata, Origin, Record, Source, Step, Taken, Withdrawal
from registry.model.agents import match_agents, organizations_by_name
from registry.model.identity import local
from registry.model.message import Message, message
from registry.model.record import by_source, is_source
from registry.people.accounts import People
from registry.people.drafts import Inbox
from registry.projections.projector import SEARCH, Progress, Projector
from registry.search.query import Page, Query, SearchIndex, Suggestion
from registry.settings import Settings
from registry.sources.ledger import Ledger
from registry.store.database import alone
from registry.store.store import MOST, Store

PART: Final = 250  # steps in one transaction; leaves room for the records that are shown instead of others
TRIES: Final = 7  # when others write the same records meanwhile
log = logging.getLogger("lotse.catalog")
Answer = TypeVar("Answer")
PATIENCE: Final = 600.0  # seconds that a command waits for the search index


class Catalog:
    """`ledger`, `inbox`, `people`: None where only records matter."""

    def __init__(
        self,
        *,
        store: Store,
        index: SearchIndex,
        projector: Projector,
        settings: Settings,
        ledger: Ledger | None = None,
        inbox: Inbox | None = None,
        people: People | None = None,
    ) -> None:
        self.store = store
        self.index = index
        self.projector = projector
        self.settings = settings
        self.ledger = ledger
        self.inbox = inbox
        self.people = people
        self._organizations: tuple[int, Mapping[str, str]] = (-1, {})  # as of which number; name -> id
        self._matching = threading.Lock()

    # -- reading

    def get(self, id: str) -> Record:
        """Withdrawn ones and those shown under another too; NotFoundError."""
        if record := self.store.get(id):
            return record
        raise NotFoundError("record-unknown", {"id": id}, id=id[:100])

    def get_many(self, ids: Collection[str]) -> dict[str, Record]:
        return self.store.get_many(ids)

    def resolve(self, iri: str) -> str | None:
        """The id of the record that an IRI means: ours (absolute or local), the publisher's, or a former one."""
        for ours in (local(""), f"{self.settings.base_url}{local('')}"):
            id = iri.removeprefix(ours)
            if id != iri and self.store.taken((id,)):
                return id
        found = sorted(self.store.find(iri=iri), key=lambda one: (one.said.iri != iri, not one.shown, one.id))
        return found[0].id if found else None

    def search(self, query: Query) -> Page:
        return self.index.search(query)

    def suggest(self, prefix: str, size: int = 5) -> tuple[Suggestion, ...]:
        return self.index.suggest(prefix, size)

    def backlinks(self, record: Record) -> list[Backlink]:
        """Who points to a record by any of its IRIs (ours, the publisher's, former ones), once a relation."""
        ours = local(record.id)
        iris = {ours, f"{self.settings.base_url}{ours}", record.metadata.iri, *self.store.names(record.id)} - {""}
        found = {(one.id, one.relation): one for one in self.store.linking(sorted(iris)) if one.id != record.id}
        return [found[key] for key in sorted(found)]

    def sources(self) -> tuple[Source, ...]:
        return tuple(self.ledger.sources()) if self.ledger else ()

    def generation(self) -> str:
        """Changes whenever answers of `search` may change."""
        at = self.index.position()
        return f"{at.epoch}.{at.number}" if at else ""

    def state(self) -> dict[str, Any]:
        """Whether the store can be read and the search index answers, and how far each projection is."""
        try:
            now = self.store.position()
            positions = self.projector.positions()
        except Exception as error:  # whatever is away: this is the place that says so
            log.warning("not ready: %s: %s", type(error).__name__, error)  # names hosts and users: not for everybody
            return {"ready": False, "reason": type(error).__name__, "projections": {}}
        projections = {
            name: {"number": at.number, "behind": now.number - at.number}
            if at and at.epoch == now.epoch
            else {"number": None, "behind": None}
            for name, at in positions.items()
        }
        ready = all(projections[name]["number"] is not None for name in SEARCH if name in projections)
        return {"ready": ready, "store": {"epoch": now.epoch, "number": now.number}, "projections": projections}

    # -- people's acts

    def register(self, draft: Draft, by: str) -> Record:
        """Makes a draft a record, or revises the record it is a draft of; ConflictError if that has changed,
        ValidationError for what the checks find `failed` or `must`.

        The same draft once more (two clicks, a crash before it was taken out of the inbox) is the same record.
        """
        if draft.of:
            return self.revise(draft.of, draft.metadata, draft.base, by)
        require_publishable(draft.metadata)
        metadata = match_agents(draft.metadata, self._known_organizations())
        return self._again(lambda: self._register(metadata, draft, by))

    def _register(self, metadata: Metadata, draft: Draft, by: str) -> Record:
        own, note = f"registered\n{draft.id}", message("draft", id=draft.id)
        (id,) = given([(metadata, own)], self.store.taken)  # before looking, so that whoever is as fast is seen
        for one in self.store.get_many(possible(metadata, own)).values():
            if one.origin is None and any(version.note == note for version in self.store.history(one.id)):
                return self.revise(one.id, metadata, one.number, by, note)
        batch = Batch(self.store)
        batch.will[id] = Record(id=id, said=metadata, owner=draft.owner)
        self._write(batch, by, note, came=(id,))
        return self.get(id)

    def revise(self, id: str, metadata: Metadata, expected: int, by: str, note: str | Message = "") -> Record:
        """A registered record says this from now on; on a harvested one each differing field becomes an override, and
        one that is set back to the source's word is none any more. ConflictError if its number is not `expected`;
        ValidationError for what the checks find `failed` or `must`, on a harvested record only in what is new."""
        record = self.get(id)
        if record.number != expected:
            raise ConflictError("record-changed-compare", {"ids": [id]}, id=id)
        metadata = match_agents(metadata, self._known_organizations())
        if record.origin:
            revised = replace(record, overrides=overrides(record, metadata, by, datetime.now(UTC), note))
        else:
            revised = replace(record, said=metadata, digest="")
        if revised != record:
            require_publishable(revised.metadata, record if record.origin else None)
            self.store.put([revised], by, note)
        return self.get(id)

    def withdraw(self, id: str, by: str, why: str | Message, expected: int | None = None) -> Record:
        """Nobody finds it any more; its address says when and why. The next in rank of the same thing is shown."""
        return self._again(lambda: self._withdraw(id, by, why, expected))

    def _withdraw(self, id: str, by: str, why: str | Message, expected: int | None) -> Record:
        record = self.get(id)
        if expected is not None and record.number != expected:
            raise ConflictError("record-changed", {"ids": [id]}, id=id)
        if record.state == "withdrawn":
            raise ConflictError("record-withdrawn-already", {"ids": [id]}, id=id)
        batch = Batch(self.store, (id,))
        batch.will[id] = _withdrawn(record, by, why)
        self._write(batch, by, why, gone=(id,))
        return self.get(id)

    def publish_again(self, id: str, by: str, note: str = "") -> Record:
        """Takes back a withdrawal; ConflictError if it is not withdrawn."""
        return self._again(lambda: self._publish_again(id, by, note))

    def _publish_again(self, id: str, by: str, note: str) -> Record:
        record = self.get(id)
        if record.state != "withdrawn":
            raise ConflictError("record-not-withdrawn", {"ids": [id]}, id=id)
        batch = Batch(self.store, (id,))
        batch.will[id] = replace(record, state="published", withdrawn=None)
        self._write(batch, by, note, came=(id,), source=record.origin.source if record.origin else "")
        return self.get(id)

    def show(self, id: str, by: str, why: str) -> Record:
        """Shows this record instead of the one it is shown under."""
        return self._again(lambda: self._show(id, by, why))

    def _show(self, id: str, by: str, why: str) -> Record:
        if self.get(id).same_as is None:
            raise ConflictError("record-shown-already", {"ids": [id]}, id=id)
        batch = Batch(self.store, (id,))
        duplicates.show(batch, id)
        self._put(batch, by, why)
        return self.get(id)

    # -- the harvest's way in

    def take(self, source: Source, steps: Sequence[Step]) -> list[Taken]:
        """Carries out the steps of a plan, some hundred in a transaction, and gives new records their ids.

        ConflictError, naming the ids, if a record is not as the plan met it; the steps of that transaction are then
        not carried out, nor any after it.
        """
        taken: list[Taken] = []
        for start in range(0, len(steps), PART):
            known = self._known_organizations()
            part = [_matched(step, known) for step in steps[start : start + PART]]
            taken += self._again(partial(self._take, source, part))
        return taken

    def _take(self, source: Source, steps: Sequence[Step]) -> list[Taken]:
        batch = Batch(self.store, [step.id for step in steps if step.id])
        numbers = {id: record.number for id, record in batch.was.items()}
        if stale := sorted(step.id for step in steps if step.number != numbers.get(step.id, 0)):
            raise ConflictError("records-changed-since-plan", {"ids": stale}, ids=", ".join(stale))
        ids = self._ids(source, steps)
        for step, id in zip(steps, ids, strict=True):
            batch.will[id] = _after(step, batch.was.get(id), source, id)
        came = [id for id in ids if _published(batch.will[id]) and not _published(batch.was.get(id))]
        gone = [id for id in ids if not _published(batch.will[id])]
        numbers |= self._write(batch, by_source(source.name), "", came, gone, source.name)
        return [Taken(step.remote_id, id, numbers[id]) for step, id in zip(steps, ids, strict=True)]

    def _ids(self, source: Source, steps: Sequence[Step]) -> list[str]:
        new = [(step.metadata, f"{source.name}\n{step.remote_id}") for step in steps if not step.id and step.metadata]
        fresh = iter(given(new, self.store.taken))
        return [step.id or next(fresh) for step in steps]

    def withdraw_source(self, name: str, why: str = "") -> int:
        """Withdraws all that a source has published; how many. What comes back with it is published again."""
        steps = [
            Step(action="withdraw", remote_id=remote_id, id=one.id, number=one.number, why=why)
            for remote_id, one in self.store.known(name).items()
            if one.state == "published"
        ]
        return len(self.take(Source(name=name, kind="", url=""), steps))

    def match_again(self, by: str) -> int:
        """Looks for organizations in every published record again, after these have changed; how many are new."""
        known = self._known_organizations()
        published = self.store.find(state="published")
        ids = (one.id for one in published if match_agents(one.said, known) != one.said)
        changed = 0
        while part := list(islice(ids, PART)):
            changed += self._again(partial(self._match, part, known, by))
        return changed

    def _match(self, ids: Sequence[str], known: Mapping[str, str], by: str) -> int:
        batch = Batch(self.store, ids)
        batch.will = {id: replace(one, said=match_agents(one.said, known)) for id, one in batch.was.items()}
        return len(self._put(batch, by, message("organizations-matched")))

    # -- what is derived

    def sync(self, wait: bool = True, progress: Progress | None = None, only: Collection[str] = SEARCH) -> bool:
        """Brings the projections up to date, or waits until who feeds them has done so; NotReadyError if that takes too
        long. Without `wait` only if nobody else does it already; whether they are up to date."""
        done = self.projector.wait_for(self.store.last(), PATIENCE if wait else 0, progress, only)
        if wait and not done:
            raise NotReadyError("index-behind", seconds=PATIENCE)
        return done

    def wait_for(self, number: int, timeout: float = PATIENCE) -> bool:
        """Until the search index has that change."""
        return self.projector.wait_for(number, timeout)

    def rebuild(self, progress: Progress | None = None, only: Collection[str] | None = None) -> None:
        """Builds what is derived from nothing; who feeds it otherwise lets go of it meanwhile."""
        self.projector.rebuild(only, progress)

    def close(self) -> None:
        self.projector.release()
        self.store.close()

    # -- how

    def _again(self, act: Callable[[], Answer]) -> Answer:
        """Reads, decides and writes while nobody else does; once more where a curator was faster, who needs no turn."""
        for _ in range(TRIES):
            with suppress(_RacedError), alone(self.store.engine):
                return act()
        with alone(self.store.engine):
            return act()

    def _write(
        self,
        batch: Batch,
        by: str,
        note: str | Message,
        came: Sequence[str] = (),
        gone: Sequence[str] = (),
        source: str = "",
    ) -> dict[str, int]:
        """Writes a batch with what its twins become; the new numbers."""
        duplicates.settle(batch, came, gone, source, self._ranks())
        return self._put(batch, by, note)

    def _put(self, batch: Batch, by: str, note: str | Message = "") -> dict[str, int]:
        """Writes what is changed; the new numbers."""
        changed = batch.changed()
        numbers: dict[str, int] = {}
        for start in range(0, len(changed), MOST):
            part = changed[start : start + MOST]
            try:
                last = self.store.put(part, by, note)
            except ConflictError as error:
                raise _RacedError(error.summary, error.detail) from error
            numbers |= {one.id: last - len(part) + place for place, one in enumerate(part, 1)}
        return numbers

    def _ranks(self) -> dict[str, int]:
        return {source.name: source.rank for source in self.sources()}

    def _known_organizations(self) -> Mapping[str, str]:
        """Name -> id; read again when an organization has changed, by whichever process."""
        with self._matching:
            at, names = self._organizations
            last = self.store.last()
            if at < 0 or (last != at and self.store.count(kind="organization", since=at)):
                names = organizations_by_name(self.store.find(kind="organization", shown=True))
            self._organizations = (last, names)
            return names


def _matched(step: Step, organizations: Mapping[str, str]) -> Step:
    if step.metadata is None:
        return step
    digest = step.digest or step.metadata.digest()
    return replace(step, metadata=match_agents(step.metadata, organizations), digest=digest)


def _after(step: Step, record: Record | None, source: Source, id: str) -> Record:
    """The record as the source says it now; what a person withdrew stays withdrawn."""
    if step.action == "withdraw" and record:
        return _withdrawn(record, by_source(source.name), step.why)
    if step.metadata is None:
        raise ValueError(f"step {step.action} of {step.remote_id} without metadata")
    record = record or Record(id=id, said=step.metadata)
    back = record.withdrawn is not None and is_source(record.withdrawn.by)
    return replace(
        record,
        said=step.metadata,
        digest=step.digest,
        origin=Origin(source.name, step.remote_id, public(step.url, source.url)),
        owner=source.owner or record.owner,
        state="published" if back else record.state,
        withdrawn=None if back else record.withdrawn,
    )


def _withdrawn(record: Record, by: str, why: str | Message) -> Record:
    return replace(record, state="withdrawn", same_as=None, withdrawn=Withdrawal(by, datetime.now(UTC), why))


def _published(record: Record | None) -> bool:
    return record is not None and record.state == "published"


class _RacedError(ConflictError):
    """Somebody else wrote one of these records between our reading and writing."""
