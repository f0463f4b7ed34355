"""Compares what a source lists with what the store has of it. Pure.

Entry points: `plan` says what would happen, `guard` what may happen without a person, `renewed` plans one act again.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple, TypeVar

import msgspec

from harvesters.source_kinds import DEFAULT_LIMIT, Limit
from registry.model import COUNTS, Problem, StoredState
from registry.model.harvest import ListedItem
from registry.model.message import Message, message
from registry.model.record import is_source
from registry.rules import finding

Action = Literal["add", "change", "same", "moved", "back", "conflict", "failed", "gone"]
COUNTED: Final[Mapping[Action, str]] = {"add": "added", "change": "changed"}  # the others under their own name
NAMELESS: Final = "?#"


class PlannedAction(msgspec.Struct, frozen=True, gc=False):
    """What would happen to one item. `id`, `number`: of the record that it belongs to, "" and 0 if none."""

    action: Action
    remote_id: str
    id: str = ""
    number: int = 0
    bare: bool = False  # a change that takes the record's last distribution


class Plan(msgspec.Struct, frozen=True):
    """`acts`: one for each listed item, in their order, then those that are gone. `published`: how many records the
    source has now. `problems`: findings that only show when the whole listing is seen."""

    acts: tuple[PlannedAction, ...]
    complete: bool
    published: int
    problems: Iterable[Problem] = ()

    @property
    def listed(self) -> int:
        return sum(act.action != "gone" for act in self.acts)

    def with_conflicts(self, remote_ids: Collection[str]) -> "Plan":
        """The plan with conflicts in the place of additions, where another source has these things too."""
        if not remote_ids:
            return self
        return msgspec.structs.replace(
            self,
            acts=tuple(
                msgspec.structs.replace(act, action="conflict")
                if act.action == "add" and act.remote_id in remote_ids
                else act
                for act in self.acts
            ),
        )

    def counts(self, withdrawn: int = 0) -> dict[str, int]:
        """By the words of model.COUNTS; all but gone and withdrawn add up to what was listed."""
        counter = Counter(COUNTED.get(act.action, act.action) for act in self.acts)
        return {name: counter[name] for name in COUNTS} | {"withdrawn": withdrawn}


class Guarded(NamedTuple):
    """What is applied, what waits for a person, and why it waits."""

    apply: tuple[PlannedAction, ...]
    wait: tuple[PlannedAction, ...]
    why: Message | None


Entry = TypeVar("Entry", StoredState, ListedItem)


def plan(
    stored: Mapping[str, StoredState], listing: Iterable[ListedItem], complete: bool, elsewhere: Collection[str] = ()
) -> Plan:
    """The acts that would bring the store to what the source lists.

    `stored`: remote id -> what the store has of this source, also if it is withdrawn. `listing`: each remote id once;
    it is read several times, and not kept.
    `elsewhere`: remote ids whose IRI, or identifier with title, is that of another source's record.
    """
    missing = dict(stored)
    for item in listing if stored else ():
        missing.pop(item.remote_id, None)
    if not complete:  # others may be on a page that was not read; what a person withdrew is compared all the same
        missing = {remote_id: record for remote_id, record in missing.items() if by_person(record)}
    new = [item for item in listing if item.remote_id not in stored and not item.failed] if missing else []
    moves = _moves(missing, new)
    acts, repeated = [], Repeated(listing)
    for item in listing:
        repeated.add(item)
        acts.append(_act(item, stored.get(item.remote_id), moves.get(item.remote_id), elsewhere))
    if complete:
        moved = {record.id for record in moves.values()}
        acts += [
            PlannedAction("gone", remote_id, record.id, record.number)
            for remote_id, record in missing.items()
            if record.state == "published" and record.id not in moved
        ]
    published = sum(record.state == "published" for record in stored.values())
    return Plan(tuple(acts), complete, published, repeated)


def _act(
    item: ListedItem, record: StoredState | None, moved: StoredState | None, elsewhere: Collection[str]
) -> PlannedAction:
    """`record`: of this remote id; `moved`: of another remote id that this item continues."""
    target = record or moved
    if item.failed:
        return PlannedAction("failed", item.remote_id, record.id if record else "", record.number if record else 0)
    if target is None:
        return PlannedAction("conflict" if item.remote_id in elsewhere else "add", item.remote_id)
    bare = target.state == "published" and target.distributions > 0 and item.distributions == 0
    if by_person(target):  # a harvest does not bring back what a person withdrew
        return PlannedAction("same", item.remote_id, target.id, target.number)
    if record is None:
        return PlannedAction("moved", item.remote_id, target.id, target.number, bare)
    if target.state != "published":
        return PlannedAction("back", item.remote_id, target.id, target.number)
    if item.digest == target.digest:
        return PlannedAction("same", item.remote_id, target.id, target.number)
    return PlannedAction("change", item.remote_id, target.id, target.number, bare)


def renewed(act: PlannedAction, stored: Mapping[str, StoredState]) -> PlannedAction | None:
    """The act with the record's present number, after another writer was faster; None if it no longer makes sense.

    `stored`: by record id.
    """
    record = stored.get(act.id)
    if not act.id:
        return act
    if record is None or by_person(record) or (act.action == "gone" and record.state != "published"):
        return None
    return msgspec.structs.replace(act, number=record.number)


def by_person(record: StoredState) -> bool:
    """Whether the record was withdrawn by a person and not by a harvest of its source."""
    return record.state != "published" and not is_source(record.withdrawn_by)


def _moves(missing: Mapping[str, StoredState], listing: Iterable[ListedItem]) -> dict[str, StoredState]:
    """New remote id -> the record that the item continues under another remote id.

    By the same IRI, else by an identifier: if exactly one missing record and exactly one new item have it.
    """
    left = {record.id: record for record in missing.values()}
    new = {item.remote_id: item for item in listing}
    moves: dict[str, StoredState] = {}
    for keys_of in (_iri, _identifiers):
        records, items = _by_key(left.values(), keys_of), _by_key(new.values(), keys_of)
        for key, same_key in items.items():
            former = records.get(key, [])
            if len(same_key) == len(former) == 1 and former[0].id in left and same_key[0].remote_id in new:
                moves[same_key[0].remote_id] = left.pop(former[0].id)
                del new[same_key[0].remote_id]
    return moves


def _by_key(entries: Iterable[Entry], keys_of: Callable[[Entry], Iterable[str]]) -> Mapping[str, list[Entry]]:
    by_key: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for key in keys_of(entry):
            by_key[key].append(entry)
    return by_key


def _iri(entry: StoredState | ListedItem) -> tuple[str, ...]:
    return (entry.iri,) if entry.iri else ()


def _identifiers(entry: StoredState | ListedItem) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, entry.identifiers)))


class Repeated:
    """A finding for each item whose identifier or title another item of the source has too; they are never merged.

    `add` is called with each item first. Only hashes of 64 bits are kept; where some were met again, the listing is
    read once more."""

    def __init__(self, listing: Iterable[ListedItem]) -> None:
        self._listing = listing
        self._once, self._twice = set[int](), set[int]()

    def add(self, item: ListedItem) -> None:
        if not item.failed:
            for key in map(hash, _named_by(item)):
                (self._twice if key in self._once else self._once).add(key)

    def __iter__(self) -> Iterator[Problem]:
        for item in self._listing if self._twice else ():
            for key in () if item.failed else _named_by(item):
                if hash(key) in self._twice:
                    field, value = key
                    rule = "title-twice" if field == "title" else "identifier-twice"
                    yield Problem(item.remote_id, finding(rule, field, value))


def _named_by(item: ListedItem) -> Iterator[tuple[str, str]]:
    """Identifiers and title, with their fields."""
    for identifier in _identifiers(item):
        yield "identifiers", identifier
    if item.title:
        yield "title", item.title


def guard(plan: Plan, limit: Limit = DEFAULT_LIMIT) -> Guarded:
    """Splits a plan into what is applied and what waits for a person.

    Withdrawals, and changes that take a record's last distribution, wait when the listing names nothing or when they
    are more than the limit. All else is applied.
    """
    going = tuple(act for act in plan.acts if act.action == "gone" or act.bare)
    reason = message("listing-names-nothing", published=plan.published)
    if _names_something(plan):
        reason = message("withdrawals-too-many", going=len(going), published=plan.published)
    if not going or (_names_something(plan) and not limit.passed(len(going), plan.published)):
        return Guarded(_acting(plan.acts), (), None)
    waiting = {id(act) for act in going}
    return Guarded(_acting(act for act in plan.acts if id(act) not in waiting), going, reason)


def _names_something(plan: Plan) -> bool:
    """Whether any item has an id. Items without one could be any of the records that are missing."""
    return any(act.action != "gone" and not nameless(act.remote_id) for act in plan.acts)


def nameless(remote_id: str) -> bool:
    """Whether this stands for an item without an id; see `stand_in`."""
    return remote_id.startswith(NAMELESS)


def stand_in(position: int) -> str:
    """The stand-in for the remote id of an item that has none: its position in the listing, from 1."""
    return f"{NAMELESS}{position}"


def _acting(acts: Iterable[PlannedAction]) -> tuple[PlannedAction, ...]:
    return tuple(act for act in acts if act.action not in ("same", "failed"))
