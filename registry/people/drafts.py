"""Drafts with their comments, and the queue of the drafts that wait for a review.

Entry points: `open_inbox`, `Inbox`. Invariants: a draft is not public; each change raises its version by one, and is
refused if the caller has seen an older version; a draft that was decided on is kept for CLOSED_DRAFTS_KEPT.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, cast

import msgspec
import sqlalchemy as sa

from registry.errors import ConflictError, NotFoundError
from registry.letters import outbox
from registry.letters.mailboxes import mailboxes_of
from registry.letters.outbox import enqueue
from registry.model import Account, Comment, Draft, DraftState, Metadata, Release
from registry.model.people import Channel
from registry.people import permissions, review, review_letters
from registry.people.audit import record_act
from registry.people.channels import channels_after
from registry.people.four_eyes import FourEyes
from registry.people.permissions import CLOSED_STATES, DELETED, DRAFT_STATES, OPEN_STATES
from registry.people.review import ReviewAction
from registry.store.database import Tables, among, connect, make_tables, reading, writing

CLOSED_DRAFTS_KEPT: Final = timedelta(days=30)
UNDO_TIME: Final = timedelta(hours=1)  # for which a decision can be taken back

TABLES: Final = Tables(
    "inbox_version",
    (
        """CREATE TABLE IF NOT EXISTS drafts (
            id TEXT PRIMARY KEY, "of" TEXT, state TEXT NOT NULL, author TEXT NOT NULL, owner TEXT NOT NULL,
            version INTEGER NOT NULL, changed {moment} NOT NULL, body {blob} NOT NULL)""",
        'CREATE INDEX IF NOT EXISTS ix_drafts_of ON drafts ("of")',
        "CREATE INDEX IF NOT EXISTS ix_drafts_state ON drafts (state)",
        "CREATE INDEX IF NOT EXISTS ix_drafts_author ON drafts (author)",
    ),
)
_DRAFTS = sa.table(
    "drafts",
    *(sa.column(name) for name in ("id", "of", "state", "author", "owner", "version", "body")),
    sa.column("changed", sa.DateTime(timezone=True)),
)


class Inbox:
    """The drafts of an installation, in tables beside the records. `owner_of`: the organization that owns a record;
    `accounts`: those among whom letters find who decides."""

    def __init__(
        self, engine: sa.Engine, owner_of: Callable[[str], str], accounts: Callable[[], Iterable[Account]]
    ) -> None:
        self._engine = engine
        self._owner_of = owner_of
        self._accounts = accounts
        self.four_eyes = FourEyes(engine)
        make_tables(engine, TABLES)
        make_tables(engine, outbox.TABLES)

    def begin(
        self,
        metadata: Metadata,
        account: Account,
        owner: str,
        of: str | None = None,
        base: int = 0,
        channels: Mapping[str, Channel] | None = None,
    ) -> Draft:
        """Stores and returns a new draft: of a new entry, or of the record `of` as it was at change number `base`.
        `channels`: of the fields that were not entered in the form."""
        now = datetime.now(UTC)
        draft = Draft(
            id=secrets.token_hex(6),
            metadata=metadata,
            of=of,
            base=base,
            author=account.name,
            editors=(account.name,),
            owner=owner,
            created=now,
            changed=now,
            version=1,
            channels=channels or {},
        )
        with writing(self._engine) as connection:
            connection.execute(_DRAFTS.insert().values(**_row(draft)))
        return draft

    def get(self, id: str) -> Draft:
        """The draft; NotFoundError if there is none, or if it was published, declined or discarded."""
        draft = self.get_any(id)
        if draft.state in CLOSED_STATES:
            raise NotFoundError("draft-unknown", id=id)
        return draft

    def get_any(self, id: str) -> Draft:
        """The draft, open or closed; NotFoundError if there is none or it was discarded."""
        with reading(self._engine) as connection:
            return _fetch(connection, id)

    def may(self, draft: Draft, act: ReviewAction, account: Account) -> bool:
        """Whether the account may do this in some state of the draft."""
        owner = self.record_owner(draft)
        return review.may(draft, act, account, owner, self.asks_four_eyes(draft, owner))

    def may_see(self, draft: Draft, account: Account) -> bool:
        """Whether the account may read the draft."""
        return review.may_see(draft, account, self.record_owner(draft))

    def require(self, draft: Draft, act: ReviewAction, account: Account) -> None:
        """NotAllowedError if the account may not do this, ConflictError if the draft's state does not allow it."""
        owner = self.record_owner(draft)
        review.moved(draft, act, account, owner, self.asks_four_eyes(draft, owner))

    def record_owner(self, draft: Draft) -> str:
        """The organization that owns the record which the draft changes; "" for a draft of a new one."""
        return self._owner_of(draft.of) if draft.of else ""

    def asks_four_eyes(self, draft: Draft, record_owner: str) -> bool:
        """Whether nobody may decide who worked on the draft; not so where an administrator has lifted this."""
        return self.four_eyes.lifted(_deciding_organization(draft, record_owner)) is None

    def hand_over(self, name: str, to: str) -> int:
        """Makes all open drafts that one account began those of another; returns how many. Who worked on them stays."""
        mine = sa.and_(_DRAFTS.c.author == name, _DRAFTS.c.state.in_(OPEN_STATES))
        with writing(self._engine) as connection:
            bodies = connection.execute(sa.select(_DRAFTS.c.body).where(mine).with_for_update()).scalars().fetchall()
            for body in bodies:
                draft = msgspec.json.decode(body, type=Draft)
                draft = msgspec.structs.replace(draft, author=to, version=draft.version + 1)
                connection.execute(_DRAFTS.update().filter_by(id=draft.id).values(**_row(draft)))
        return len(bodies)

    def every(self) -> Iterator[Draft]:
        """All drafts, open and closed."""
        return self._drafts(sa.true(), _DRAFTS.c.id, DRAFT_STATES)

    def erase(self, name: str, pseudonym: str) -> int:
        """Deletes the drafts that only this account worked on and that are not with the reviewers, takes its name and
        its comments from all others; returns how many were deleted or changed."""
        changed = 0
        for id in [draft.id for draft in self.every() if review.without_person(draft, name, pseudonym) != draft]:
            with writing(self._engine) as connection:
                draft = _fetch(connection, id, to_change=True)
                changed += 1
                if {draft.author, *draft.editors} <= {name} and draft.state != "submitted":
                    connection.execute(_DRAFTS.delete().filter_by(id=id))
                else:
                    without = review.without_person(draft, name, pseudonym)
                    connection.execute(_DRAFTS.update().filter_by(id=id).values(**_row(without)))
        return changed

    def save(
        self, id: str, metadata: Metadata, account: Account, expected: int, channel: Channel | None = None
    ) -> Draft:
        """Replaces the metadata; ConflictError if the draft's version is not `expected` (it was changed meanwhile).
        `channel`: by which they came, if not by the form."""
        channels = channels_after((before := self.get_any(id)).metadata, metadata, before.channels, channel)
        return self._move(id, "save", account, expected, metadata=metadata, channels=channels)

    def submit(self, id: str, account: Account, expected: int, comment: str = "") -> Draft:
        """Puts the draft into the queue for review; ConflictError for a wrong state or version."""
        return self._move(id, "submit", account, expected, **self._commented(id, account, comment))

    def hand_back(
        self, id: str, account: Account, expected: int, reason: str, remarks: Mapping[str, str] = MappingProxyType({})
    ) -> Draft:
        """Returns a submitted draft to its author with a reason, and with remarks on fields, by their names."""
        before = self.get_any(id).metadata  # nobody changes it while the version is `expected`
        return self._move(
            id, "return", account, expected, **self._commented(id, account, reason, remarks), before=before
        )

    def withdraw(self, id: str, account: Account, expected: int, comment: str = "") -> Draft:
        """Takes a submitted draft back, so that its author can go on working on it."""
        return self._move(id, "withdraw", account, expected, **self._commented(id, account, comment))

    def close(
        self, id: str, account: Account, expected: int, act: ReviewAction, record: str = "", comment: str = ""
    ) -> Draft:
        """Ends the work on a draft and returns it as it was. `act`: `publish` (it is in the catalogue, as `record`),
        `decline` or `discard`, which deletes it; the others are kept for CLOSED_DRAFTS_KEPT."""
        before = self.get_any(id)
        self._move(id, act, account, expected, record=record, **self._commented(id, account, comment))
        return before

    def _commented(
        self, id: str, account: Account, comment: str, remarks: Mapping[str, str] = MappingProxyType({})
    ) -> dict[str, Any]:
        """The comments with the new ones; nobody else adds one while the version is the expected."""
        now, texts = datetime.now(UTC), {"": comment, **remarks}
        new = tuple(Comment(account.name, now, text, field) for field, text in texts.items() if text)
        return {"comments": (*self.get_any(id).comments, *new)} if new else {}

    def listed(self, account: Account, states: Sequence[DraftState]) -> list[Draft]:
        """The drafts in these states that are the account's own, or that it reads as a reviewer or owner once they
        were submitted; the last changed first."""
        return self._by_id(self._listed_ids(account, states))

    def listed_page(
        self, account: Account, states: Sequence[DraftState], size: int, page: int
    ) -> tuple[int, list[Draft]]:
        """How many drafts `listed` has, and those of a page of `size`, from 1; only these are read whole."""
        ids = self._listed_ids(account, states)
        return len(ids), self._by_id(ids[(page - 1) * size : page * size])

    def _listed_ids(self, account: Account, states: Sequence[DraftState]) -> list[str]:
        """The ids of what `listed` has, in its order. Of the drafts of others only those that change a record are read
        for it, and only for who does not read all."""
        own, submitted = _own(account), [state for state in states if state != "draft"]
        reads_all = permissions.may(account, "read-all", permissions.Subject("draft"))
        others = _DRAFTS.c.state.in_(submitted) if reads_all else sa.and_(
            _DRAFTS.c.state.in_(submitted), _DRAFTS.c.of.is_not(None)
        )  # fmt: skip
        of_others = sa.case((own, None), else_=None if reads_all else _DRAFTS.c.body)
        query = sa.select(_DRAFTS.c.id, of_others.label("body")).where(
            sa.or_(sa.and_(own, _DRAFTS.c.state.in_(states)), others)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_DRAFTS.c.changed.desc(), _DRAFTS.c.id.desc())).fetchall()
        return [
            row.id
            for row in rows
            if row.body is None or self.may_see(msgspec.json.decode(row.body, type=Draft), account)
        ]

    def _by_id(self, ids: Sequence[str]) -> list[Draft]:
        """The drafts with these ids that are still there, in the same order."""
        listed = self._drafts(among(self._engine, _DRAFTS.c.id, ids), _DRAFTS.c.id, DRAFT_STATES)
        drafts = {draft.id: draft for draft in listed}
        return [drafts[id] for id in ids if id in drafts]

    def schedule(self, id: str, account: Account, expected: int, release: Release) -> Draft:
        """Notes that a draft is published later (embargo): it no longer waits for a decision. Any other act undoes it.

        NotAllowedError, ConflictError as for `publish`.
        """
        record_owner = self.record_owner(self.get_any(id))
        with writing(self._engine) as connection:
            draft = _expected(connection, id, "publish", expected)
            review.moved(draft, "publish", account, record_owner)
            draft = msgspec.structs.replace(draft, release=release, version=draft.version + 1)
            connection.execute(_DRAFTS.update().filter_by(id=id).values(**_row(draft)))
        return draft

    def unschedule(self, id: str) -> None:
        """Puts a draft back into the queue that could not be published on its day."""
        with writing(self._engine) as connection:
            draft = msgspec.structs.replace(_fetch(connection, id, to_change=True), release=None)
            connection.execute(_DRAFTS.update().filter_by(id=id).values(**_row(draft)))

    def undo(self, id: str, account: Account, expected: int) -> Draft:
        """Puts a draft that was decided on back into the queue; what was published is undone by the caller, before."""
        return self._move(id, "undo", account, expected)

    def decided(self, account: Account) -> Iterator[Draft]:
        """The drafts on which the account may undo the decision that was made within UNDO_TIME, the newest first."""
        since = datetime.now(UTC) - UNDO_TIME
        drafts = self._drafts(_DRAFTS.c.changed >= since, _DRAFTS.c.changed.desc(), ("returned", *CLOSED_STATES))
        return (draft for draft in drafts if self.may(draft, "undo", account))

    def queue(self) -> Iterator[Draft]:
        """The submitted drafts, longest waiting first."""
        return (draft for draft in self.in_state("submitted") if draft.release is None)

    def queue_of(self, account: Account) -> Iterator[tuple[Draft, bool]]:
        """The drafts of the queue that the account may decide on or could but for having worked on them itself (four
        eyes), each with whether it may."""
        lifted = {entry.organization for entry in self.four_eyes.all()}
        for draft in self.queue():
            owner = self.record_owner(draft)
            if review.may(draft, "publish", account, owner, four_eyes=False):
                is_asked = _deciding_organization(draft, owner) not in lifted
                yield draft, review.may(draft, "publish", account, owner, is_asked)

    def in_state(self, state: DraftState) -> Iterator[Draft]:
        """All drafts in a state, the longest unchanged first."""
        return self._drafts(sa.true(), _DRAFTS.c.changed, (state,))

    def of_account(self, account: Account) -> Iterator[Draft]:
        """The drafts that the account may work on, last changed first."""
        return self._drafts(_own(account), _DRAFTS.c.changed.desc())

    def proposals(self, account: Account, record_ids: Sequence[str]) -> Iterator[Draft]:
        """The submitted drafts of others that would change one of these records, longest waiting first."""
        others = sa.not_(_own(account))
        of_records = among(self._engine, _DRAFTS.c.of, record_ids)
        return self._drafts(sa.and_(_DRAFTS.c.state == "submitted", others, of_records), _DRAFTS.c.changed)

    def _drafts(self, where: Any, order: Any, states: Sequence[DraftState] = OPEN_STATES) -> Iterator[Draft]:
        where = sa.and_(where, _DRAFTS.c.state.in_(states))
        with reading(self._engine) as connection:  # returned to the pool before a page is rendered
            rows = connection.execute(sa.select(_DRAFTS.c.body).where(where).order_by(order)).fetchall()
        return (msgspec.json.decode(row.body, type=Draft) for row in rows)

    def _move(self, id: str, act: ReviewAction, account: Account, expected: int, **changes: Any) -> Draft:
        """Carries out an act on a draft and writes the letters that tell of it; `changes`: fields of the draft that it
        sets besides."""
        before = self.get_any(id)
        record_owner = self.record_owner(before)  # read before the transaction
        four_eyes = self.asks_four_eyes(before, record_owner)
        deciders = review_letters.deciders(before, self._accounts(), record_owner) if act == "submit" else ()
        with writing(self._engine) as connection:
            draft = _expected(connection, id, act, expected)
            state = review.moved(draft, act, account, record_owner, four_eyes)
            if act != "save":
                record_act(connection, account.name, act, f"draft {id}")
            if state == DELETED:
                connection.execute(_DRAFTS.delete().filter_by(id=id))
                return draft
            draft = msgspec.structs.replace(
                draft,
                state=cast(DraftState, state),
                editors=_editors(draft, act, account),
                changed=datetime.now(UTC),
                version=draft.version + 1,
                **({"release": None} | changes),
            )
            connection.execute(_DRAFTS.update().filter_by(id=id).values(**_row(draft)))
            _tell(connection, act, draft, draft.comments[len(before.comments) :], deciders)
            if state in CLOSED_STATES:
                _forget_old(connection)
        return draft


def open_inbox(
    database_url: str,
    owner_of: Callable[[str], str] = lambda record: "",
    accounts: Callable[[], Iterable[Account]] = lambda: (),
) -> Inbox:
    """Opens the drafts of an installation. `owner_of`: the organization that owns a record; without it only those
    decide on changes of records who decide for all. `accounts`: all of them."""
    return Inbox(connect(database_url), owner_of, accounts)


def _tell(
    connection: sa.Connection, act: ReviewAction, draft: Draft, comments: tuple[Comment, ...], deciders: tuple[str, ...]
) -> None:
    """Writes the letters that tell of an act, to those who decide and to those who worked on the draft."""
    if any(row.act == act for row in review_letters.ACTS_TOLD):
        boxes = mailboxes_of(connection, (*deciders, *review_letters.writers(draft)))
        names = {"deciders": deciders, "writers": review_letters.writers(draft)}
        readers = {audience: [boxes[name] for name in named if name in boxes] for audience, named in names.items()}
        enqueue(connection, review_letters.letters_of(act, draft, comments, readers))  # type: ignore[arg-type]


def _forget_old(connection: sa.Connection) -> None:
    old = _DRAFTS.c.changed < datetime.now(UTC) - CLOSED_DRAFTS_KEPT
    connection.execute(_DRAFTS.delete().where(old, _DRAFTS.c.state.in_(CLOSED_STATES)))


def _own(account: Account) -> sa.ColumnElement[bool]:
    accounts = (account, *account.substitute_for)
    owners = {organization for holder in accounts for organization in holder.organizations}
    return sa.or_(_DRAFTS.c.author.in_([holder.name for holder in accounts]), _DRAFTS.c.owner.in_(sorted(owners)))


def _editors(draft: Draft, act: ReviewAction, account: Account) -> tuple[str, ...]:
    """The accounts that have worked on the draft, including this act; they may not publish it."""
    if act not in ("save", "submit"):
        return draft.editors
    return tuple(dict.fromkeys((*draft.editors, account.name)))


def _deciding_organization(draft: Draft, record_owner: str) -> str:
    return record_owner if draft.of else draft.owner


def _fetch(connection: sa.Connection, id: str, to_change: bool = False) -> Draft:
    """The draft; NotFoundError. `to_change`: no other transaction reads it for a change until this one ends."""
    query = sa.select(_DRAFTS.c.body).filter_by(id=id)
    body = connection.execute(query.with_for_update() if to_change else query).scalar()
    if body is None:
        raise NotFoundError("draft-unknown", id=id)
    return msgspec.json.decode(body, type=Draft)


def _expected(connection: sa.Connection, id: str, act: ReviewAction, expected: int) -> Draft:
    """The draft in the version that the caller has seen; NotFoundError if the work on it has ended meanwhile."""
    draft = _fetch(connection, id, to_change=True)
    if draft.state in CLOSED_STATES and act != "undo":
        raise NotFoundError("draft-unknown", id=id)
    if draft.version != expected:
        raise ConflictError("draft-changed", {"version": draft.version})
    return draft


def _row(draft: Draft) -> dict[str, Any]:
    columns = ("id", "of", "state", "author", "owner", "version", "changed")
    return {name: getattr(draft, name) for name in columns} | {"body": msgspec.json.encode(draft)}
