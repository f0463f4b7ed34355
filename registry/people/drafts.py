"""What people still work on: drafts with their comments, and the queue of those that wait for a review."""

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
    """Drafts lie beside the records; nothing of them is public."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def begin(self, metadata: Metadata, account: Account, owner: str, of: str | None = None, base: int = 0) -> Draft:
        """A new draft of a new entry, or (`of`, `base`) of a record as it stood at number `base`."""
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
        """NotFoundError if there is none (any more)."""
        with reading(self._engine) as connection:
            return _fetch(connection, id)

    def save(self, id: str, metadata: Metadata, account: Account, expected: int) -> Draft:
        """Replaces the words; ConflictError if the draft's version is not `expected` (somebody saved meanwhile)."""
        return self._move(id, "save", account, expected, metadata=metadata)

    def submit(self, id: str, account: Account, expected: int) -> Draft:
        return self._move(id, "submit", account, expected)

    def hand_back(self, id: str, account: Account, expected: int, reason: str, field: str = "") -> Draft:
        """Returns a submitted draft to its author with a reason."""
        comment = Comment(account.name, datetime.now(UTC), reason, field)
        return self._move(id, "return", account, expected, comment=comment)

    def close(self, id: str, account: Account, expected: int, act: ReviewAction) -> Draft:
        """Takes a draft out: `publish` (the catalogue has it now) or `discard`; answers what it was."""
        with writing(self._engine) as connection:
            draft = _expected(connection, id, expected)
            moved(draft, act, account)
            connection.execute(_DRAFTS.delete().filter_by(id=id))
        return draft

    def queue(self) -> Iterator[Draft]:
        """The submitted ones, longest waiting first."""
        return self._drafts(_DRAFTS.c.state == "submitted", _DRAFTS.c.changed)

    def of_account(self, account: Account) -> Iterator[Draft]:
        """Those the account may work on, latest first."""
        return self._drafts(_own(account), _DRAFTS.c.changed.desc())

    def proposals(self, account: Account, record_ids: Sequence[str]) -> Iterator[Draft]:
        """The submitted drafts of others that would change one of these records, longest waiting first."""
        others = sa.not_(_own(account))
        of_records = among(self._engine, _DRAFTS.c.of, record_ids)
        return self._drafts(sa.and_(_DRAFTS.c.state == "submitted", others, of_records), _DRAFTS.c.changed)

    def _drafts(self, where: Any, order: Any) -> Iterator[Draft]:
        with reading(self._engine) as connection:  # given back before anybody renders a page of it
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
    """The drafts of an installation, in the store's database."""
    return Inbox(connect(database_url))


def _own(account: Account) -> sa.ColumnElement[bool]:
    return sa.or_(_DRAFTS.c.author == account.name, _DRAFTS.c.owner.in_(account.organizations))


def _editors(draft: Draft, act: ReviewAction, account: Account) -> tuple[str, ...]:
    """Who has worked on the draft after this act: they may not publish it."""
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
