"""Compares what a source lists with what is known of it: plan() says what would happen, guard() what may."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeVar

import msgspec

from harvesters.source_kinds import DEFAULT_LIMIT, Limit
from registry.model import COUNTS, Known, Problem
from registry.model.harvest import ListedItem
from registry.model.message import Message, message
from registry.model.record import is_source
from registry.rules import finding

Action = Literal["add", "change", "same", "moved", "back", "conflict", "failed", "gone"]
COUNTED: Final[Mapping[Action, str]] = {"add": "added", "change": "changed"}  # the others under their own name
NAMELESS: Final = "?#"


class Act(msgspec.Struct, frozen=True, gc=False):
    """What would happen to one remote thing. `id`, `number`: of the record that it meets, "" and 0 if none."""

    action: Action
    remote_id: str
    id: str = ""
    number: int = 0
    bare: bool = False  # a change that takes the record's last distribution


class Plan(msgspec.Struct, frozen=True):
    """`acts`: one a listed thing, in their order, then those that are gone. `published`: how many records the source
    has now. `problems`: what only shows when the whole listing is seen."""

    acts: tuple[Act, ...]
    complete: bool
    published: int
    problems: tuple[Problem, ...] = ()

    @property
    def listed(self) -> int:
        return sum(act.action != "gone" for act in self.acts)

    def counts(self, withdrawn: int = 0) -> dict[str, int]:
        """By the words of model.COUNTS; all but gone and withdrawn add up to what was listed."""
        found = Counter(COUNTED.get(act.action, act.action) for act in self.acts)
        return {name: found[name] for name in COUNTS} | {"withdrawn": withdrawn}


class Guarded(NamedTuple):
    """What is applied, what waits for a person, and why it waits."""

    apply: tuple[Act, ...]
    wait: tuple[Act, ...]
    why: Message | None


Thing = TypeVar("Thing", Known, ListedItem)


def plan(
    known: Mapping[str, Known], listing: Iterable[ListedItem], complete: bool, elsewhere: Collection[str] = ()
) -> Plan:
    """`known`: remote id -> what the store has of this source, withdrawn ones too. `listing`: each remote id once.
    `elsewhere`: remote ids whose IRI, or identifier with title, is that of another source's record."""
    listing = tuple(listing)
    named = {one.remote_id for one in listing}
    missing = {remote_id: record for remote_id, record in known.items() if remote_id not in named}
    if not complete:  # they may be named yet; but what a person withdrew does not come back by another remote id
        missing = {remote_id: record for remote_id, record in missing.items() if by_person(record)}
    moves = _moves(missing, [one for one in listing if one.remote_id not in known and not one.failed])
    acts = [_act(one, known.get(one.remote_id), moves.get(one.remote_id), elsewhere) for one in listing]
    if complete:
        left = {record.id for record in moves.values()}
        acts += [
            Act("gone", remote_id, record.id, record.number)
            for remote_id, record in missing.items()
            if record.state == "published" and record.id not in left
        ]
    published = sum(record.state == "published" for record in known.values())
    return Plan(tuple(acts), complete, published, tuple(_repeated(listing)))


def _act(one: ListedItem, record: Known | None, moved: Known | None, elsewhere: Collection[str]) -> Act:
    met = record or moved
    if one.failed:
        return Act("failed", one.remote_id, record.id if record else "", record.number if record else 0)
    if met is None:
        return Act("conflict" if one.remote_id in elsewhere else "add", one.remote_id)
    bare = met.state == "published" and met.distributions > 0 and one.distributions == 0
    if by_person(met):  # does not come back by a harvest
        return Act("same", one.remote_id, met.id, met.number)
    if record is None:
        return Act("moved", one.remote_id, met.id, met.number, bare)
    if met.state != "published":
        return Act("back", one.remote_id, met.id, met.number)
    if one.digest == met.digest:
        return Act("same", one.remote_id, met.id, met.number)
    return Act("change", one.remote_id, met.id, met.number, bare)


def renewed(act: Act, known: Mapping[str, Known]) -> Act | None:
    """The act once again, after somebody else was faster; None if it no longer makes sense. `known`: by record id."""
    record = known.get(act.id)
    if not act.id:
        return act
    if record is None or by_person(record) or (act.action == "gone" and record.state != "published"):
        return None
    return msgspec.structs.replace(act, number=record.number)


def by_person(record: Known) -> bool:
    """Whether a person withdrew it, not its source."""
    return record.state != "published" and not is_source(record.withdrawn_by)


def _moves(missing: Mapping[str, Known], listing: Iterable[ListedItem]) -> dict[str, Known]:
    """New remote id -> the record that it continues: the same IRI, else an identifier, of exactly one record that is no
    longer named, borne by exactly one new thing."""
    left = {record.id: record for record in missing.values()}
    new = {one.remote_id: one for one in listing}
    moves: dict[str, Known] = {}
    for words in (_iri, _identifiers):
        records, things = _bearers(left.values(), words), _bearers(new.values(), words)
        for word, bearers in things.items():
            former = records.get(word, [])
            if len(bearers) == len(former) == 1 and former[0].id in left and bearers[0].remote_id in new:
                moves[bearers[0].remote_id] = left.pop(former[0].id)
                del new[bearers[0].remote_id]
    return moves


def _bearers(things: Iterable[Thing], words: Callable[[Thing], Iterable[str]]) -> Mapping[str, list[Thing]]:
    found: dict[str, list[Thing]] = defaultdict(list)
    for one in things:
        for word in words(one):
            found[word].append(one)
    return found


def _iri(one: Known | ListedItem) -> tuple[str, ...]:
    return (one.iri,) if one.iri else ()


def _identifiers(one: Known | ListedItem) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, one.identifiers)))


def _repeated(listing: Sequence[ListedItem]) -> Iterator[Problem]:
    """Equal identifiers or titles within a source: a finding for each bearer, never a merge."""
    present = [one for one in listing if not one.failed]
    identifiers = _bearers(present, _identifiers)
    titles = _bearers(present, lambda one: (one.title,) if one.title else ())
    for one in present:
        for word in _identifiers(one):
            if len(identifiers[word]) > 1:
                yield Problem(one.remote_id, finding("identifier-twice", "identifiers", word))
        if one.title and len(titles[one.title]) > 1:
            yield Problem(one.remote_id, finding("title-twice", "title", one.title))


def guard(plan: Plan, limit: Limit = DEFAULT_LIMIT) -> Guarded:
    """Withdrawals, and changes that take a record's last distribution, wait when the listing names nothing or when they
    are more than the limit; all else is applied."""
    going = tuple(act for act in plan.acts if act.action == "gone" or act.bare)
    reason = message("listing-names-nothing", published=plan.published)
    if _names_something(plan):
        reason = message("withdrawals-too-many", going=len(going), published=plan.published)
    if not going or (_names_something(plan) and not limit.passed(len(going), plan.published)):
        return Guarded(_acting(plan.acts), (), None)
    waiting = {id(act) for act in going}
    return Guarded(_acting(act for act in plan.acts if id(act) not in waiting), going, reason)


def _names_something(plan: Plan) -> bool:
    """Things without an id name nothing: they could be any of the records that are missed."""
    return any(act.action != "gone" and not nameless(act.remote_id) for act in plan.acts)


def nameless(remote_id: str) -> bool:
    """Whether it is the place in the listing of a thing without an id; see `place`."""
    return remote_id.startswith(NAMELESS)


def place(position: int) -> str:
    """What stands for the remote id of a thing that has none: its place in the listing, from 1."""
    return f"{NAMELESS}{position}"


def _acting(acts: Iterable[Act]) -> tuple[Act, ...]:
    return tuple(act for act in acts if act.action not in ("same", "failed"))
