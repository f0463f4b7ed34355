"""Drafts with their comments, and the queue of the drafts that wait for a review.

Entry points: `open_inbox`, `Inbox`. Invariants: a draft is not public; each change raises its version by one, and is
refused if the caller has seen an older version.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from registry.errors import ConflictError, NotFoundError
from registry.model import Account, Comment, Draft, Metadata
from registry.people.review import ReviewAction, moved
from registry.store.database import Tables, among, connect, make_tables, reading, writing

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
    """The drafts of an installation, in tables beside the records."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def begin(self, metadata: Metadata, account: Account, owner: str, of: str | None = None, base: int = 0) -> Draft:
        """Stores and returns a new draft: of a new entry, or of the record `of` as it was at change number `base`."""
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
        )
        with writing(self._engine) as connection:
            connection.execute(_DRAFTS.insert().values(**_row(draft)))
        return draft

    def get(self, id: str) -> Draft:
        """The draft; NotFoundError if there is none, or if it was published or discarded."""
        with reading(self._engine) as connection:
            return _fetch(connection, id)

    def save(self, id: str, metadata: Metadata, account: Account, expected: int) -> Draft:
        """Replaces the metadata; ConflictError if the draft's version is not `expected` (it was changed meanwhile)."""
        return self._move(id, "save", account, expected, metadata=metadata)

    def submit(self, id: str, account: Account, expected: int) -> Draft:
        """Puts the draft into the queue for review; ConflictError for a wrong state or version."""
        return self._move(id, "submit", account, expected)

    def hand_back(self, id: str, account: Account, expected: int, reason: str, field: str = "") -> Draft:
        """Returns a submitted draft to its author with a reason."""
        comment = Comment(account.name, datetime.now(UTC), reason, field)
        return self._move(id, "return", account, expected, comment=comment)

    def close(self, id: str, account: Account, expected: int, act: ReviewAction) -> Draft:
        """Deletes a draft and returns it as it was. `act`: `publish` (it is now in the catalogue) or `discard`."""
        with writing(self._engine) as connection:
            draft = _expected(connection, id, expected)
            moved(draft, act, account)
            connection.execute(_DRAFTS.delete().filter_by(id=id))
        return draft

    def queue(self) -> Iterator[Draft]:
        """The submitted drafts, longest waiting first."""
        return self._drafts(_DRAFTS.c.state == "submitted", _DRAFTS.c.changed)

    def of_account(self, account: Account) -> Iterator[Draft]:
        """The drafts that the account may work on, last changed first."""
        return self._drafts(_own(account), _DRAFTS.c.changed.desc())

    def proposals(self, account: Account, record_ids: Sequence[str]) -> Iterator[Draft]:
        """The submitted drafts of others that would change one of these records, longest waiting first."""
        others = sa.not_(_own(account))
        of_records = among(self._engine, _DRAFTS.c.of, record_ids)
        return self._drafts(sa.and_(_DRAFTS.c.state == "submitted", others, of_records), _DRAFTS.c.changed)

    def _drafts(self, where: Any, order: Any) -> Iterator[Draft]:
        with reading(self._engine) as connection:  # returned to the pool before a page is rendered
            rows = connection.execute(sa.select(_DRAFTS.c.body).where(where).order_by(order)).fetchall()
        return (msgspec.json.decode(row.body, type=Draft) for row in rows)

    def _move(
        self,
        id: str,
        act: ReviewAction,
        account: Account,
        expected: int,
        metadata: Metadata | None = None,
        comment: Comment | None = None,
    ) -> Draft:
        with writing(self._engine) as connection:
            draft = _expected(connection, id, expected)
            state = moved(draft, act, account)
            draft = msgspec.structs.replace(
                draft,
                state=state or draft.state,
                metadata=metadata or draft.metadata,
                editors=_editors(draft, act, account),
                comments=(*draft.comments, comment) if comment else draft.comments,
                changed=datetime.now(UTC),
                version=draft.version + 1,
            )
            connection.execute(_DRAFTS.update().filter_by(id=id).values(**_row(draft)))
        return draft


def open_inbox(database_url: str) -> Inbox:
    """Opens the drafts of an installation, which are a table in the store's database."""
    return Inbox(connect(database_url))


def _own(account: Account) -> sa.ColumnElement[bool]:
    return sa.or_(_DRAFTS.c.author == account.name, _DRAFTS.c.owner.in_(account.organizations))


def _editors(draft: Draft, act: ReviewAction, account: Account) -> tuple[str, ...]:
    """The accounts that have worked on the draft, including this act; they may not publish it."""
    if act not in ("save", "submit"):
        return draft.editors
    return tuple(dict.fromkeys((*draft.editors, account.name)))


def _fetch(connection: sa.Connection, id: str) -> Draft:
    body = connection.execute(sa.select(_DRAFTS.c.body).filter_by(id=id)).scalar()
    if body is None:
        raise NotFoundError("draft-unknown", id=id)
    return msgspec.json.decode(body, type=Draft)


def _expected(connection: sa.Connection, id: str, expected: int) -> Draft:
    draft = _fetch(connection, id)
    if draft.version != expected:
        raise ConflictError("draft-changed", {"version": draft.version})
    return draft


def _row(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "of": draft.of,
        "state": draft.state,
        "author": draft.author,
        "owner": draft.owner,
        "version": draft.version,
        "changed": draft.changed,
        "body": msgspec.json.encode(draft),
    }
