"""Messages of visitors: they wait until a person has read them; nothing is public or passed on before.

Entry points: `VisitorMessage`, `Messages`, `open_messages`. Invariants: name and e-mail address are deleted when a
message is decided on; a message that was passed on or rejected is deleted after DAYS_KEPT, one that nobody reads after
DAYS_WAITING.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import msgspec
import sqlalchemy as sa

from registry.errors import ConflictError, NotFoundError, NotReadyError
from registry.store.database import Tables, connect, make_tables, reading, writing
from registry.store.locks import lock_table
from registry.store.prepared import Prepared

MessageKind = Literal["report", "interest", "question", "wish", "reuse"]
PUBLIC_KINDS: Final[tuple[MessageKind, ...]] = ("question", "wish", "reuse")  # published; the others are passed on
MessageState = Literal["waiting", "published", "forwarded", "rejected"]

DAYS_KEPT: Final = 30  # after a message was passed on or rejected
DAYS_WAITING: Final = 180
MAX_WAITING: Final = 500  # messages; with more, none is taken, so that nobody can fill the disk
MAX_LISTED: Final = 300

TABLES: Final = Tables(
    "visitors_version",
    (
        """CREATE TABLE IF NOT EXISTS visitor_messages (
            id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, record TEXT NOT NULL,
            changed {moment} NOT NULL, body {blob} NOT NULL)""",
        "CREATE INDEX IF NOT EXISTS ix_visitor_messages_state ON visitor_messages (state, kind)",
        "CREATE INDEX IF NOT EXISTS ix_visitor_messages_record ON visitor_messages (record)",
        """CREATE TABLE IF NOT EXISTS wish_supports (
            wish TEXT NOT NULL, supporter TEXT NOT NULL, PRIMARY KEY (wish, supporter))""",
    ),
)
_MESSAGES: Final = sa.table(
    "visitor_messages",
    *(sa.column(name) for name in ("id", "kind", "state", "record", "body")),
    sa.column("changed", sa.DateTime(timezone=True)),
)
_SUPPORTS: Final = sa.table("wish_supports", sa.column("wish"), sa.column("supporter"))


class VisitorMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message. `record`: the id of the record that it is about; `page`: the path of the page that it was sent from;
    `subject`: the title of a wish or of a reuse, or of the call that somebody is interested in; `address`: where a
    reuse is to be seen; `answer`: the public one."""

    id: str = ""
    kind: MessageKind
    state: MessageState = "waiting"
    lang: str = "de"
    record: str = ""
    page: str = ""
    subject: str = ""
    address: str = ""
    text: str = ""
    name: str = ""
    email: str = ""
    answer: str = ""
    created: datetime | None = None
    changed: datetime | None = None


class Messages:
    """The messages of visitors and the support of wishes, in tables beside the records."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)
        kind = _MESSAGES.c.kind == sa.bindparam("kind")
        published = sa.select(_MESSAGES.c.body).where(_MESSAGES.c.state == "published", kind)
        published = published.order_by(_MESSAGES.c.changed.desc()).limit(MAX_LISTED)
        self._published = Prepared(engine, published)
        self._about = Prepared(engine, published.where(_MESSAGES.c.record == sa.bindparam("record")))

    def add(self, message: VisitorMessage) -> VisitorMessage:
        """Stores a new message and returns it; NotReadyError while MAX_WAITING others wait."""
        now = datetime.now(UTC)
        message = msgspec.structs.replace(message, id=secrets.token_hex(6), created=now, changed=now)
        with writing(self._engine) as connection:
            lock_table(connection, _MESSAGES)
            _purge(connection, now)
            waiting = sa.select(sa.func.count()).select_from(_MESSAGES).filter_by(state="waiting")
            if (connection.execute(waiting).scalar() or 0) >= MAX_WAITING:
                raise NotReadyError("messages-too-many")
            connection.execute(_MESSAGES.insert().values(**_row(message)))
        return message

    def get(self, id: str) -> VisitorMessage:
        """The message; NotFoundError if there is none or it was deleted."""
        with reading(self._engine) as connection:
            return _fetch(connection, id)

    def decide(self, id: str, state: MessageState, answer: str = "") -> VisitorMessage:
        """Publishes, passes on or rejects a message, without name and address from then on; returns it as it was.

        ConflictError if it was decided on already; a published one may get another answer, or be rejected later.
        """
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            lock_table(connection, _MESSAGES)
            before = _fetch(connection, id)
            if before.state != "waiting" and not (before.state == "published" and state in ("published", "rejected")):
                raise ConflictError("message-decided")
            after = msgspec.structs.replace(before, state=state, answer=answer, name="", email="", changed=now)
            connection.execute(_MESSAGES.update().filter_by(id=id).values(**_row(after)))
            _purge(connection, now)
        return before

    def waiting(self) -> list[VisitorMessage]:
        """Those that wait, the oldest first."""
        return self._select(_MESSAGES.c.state == "waiting", _MESSAGES.c.changed)

    def published(self, kind: MessageKind, record: str = "") -> list[VisitorMessage]:
        """The published ones of a kind, about a record if one is named, the newest first."""
        rows = self._about.rows(kind=kind, record=record) if record else self._published.rows(kind=kind)
        return [msgspec.json.decode(row.body, type=VisitorMessage) for row in rows]

    def _select(self, where: Any, order: Any) -> list[VisitorMessage]:
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(_MESSAGES.c.body).where(where).order_by(order).limit(MAX_LISTED))
            return [msgspec.json.decode(row.body, type=VisitorMessage) for row in rows]

    # -- support of wishes

    def support(self, wish: str, supporter: str) -> bool:
        """Counts a supporter (an account, or a keyed digest of an address) of a published wish once; whether they are
        new. NotFoundError if there is no such wish."""
        with writing(self._engine) as connection:
            lock_table(connection, _SUPPORTS)
            message = _fetch(connection, wish)
            if message.kind != "wish" or message.state != "published":
                raise NotFoundError("message-unknown")
            earlier = sa.select(_SUPPORTS.c.wish).filter_by(wish=wish, supporter=supporter)
            if connection.execute(earlier).first():
                return False
            connection.execute(_SUPPORTS.insert().values(wish=wish, supporter=supporter))
        return True

    def supports(self, wishes: Sequence[str]) -> dict[str, int]:
        """Wish -> number of supporters."""
        query = sa.select(_SUPPORTS.c.wish, sa.func.count()).group_by(_SUPPORTS.c.wish)
        with reading(self._engine) as connection:
            counted = {wish: int(number) for wish, number in connection.execute(query)}
        return {wish: counted.get(wish, 0) for wish in wishes}

    def forget(self, account: str) -> None:
        """Deletes the support of an account."""
        with writing(self._engine) as connection:
            connection.execute(_SUPPORTS.delete().filter_by(supporter=account))


def open_messages(database_url: str) -> Messages:
    """Opens the messages of an installation, which are tables in the store's database."""
    return Messages(connect(database_url))


def _purge(connection: sa.Connection, now: datetime) -> None:
    """Deletes what was passed on, rejected or not read for too long."""
    closed = sa.and_(
        _MESSAGES.c.state.in_(("forwarded", "rejected")), _MESSAGES.c.changed < now - timedelta(days=DAYS_KEPT)
    )
    unread = sa.and_(_MESSAGES.c.state == "waiting", _MESSAGES.c.changed < now - timedelta(days=DAYS_WAITING))
    connection.execute(_MESSAGES.delete().where(sa.or_(closed, unread)))
    published = sa.select(_MESSAGES.c.id).where(_MESSAGES.c.state == "published")
    connection.execute(_SUPPORTS.delete().where(_SUPPORTS.c.wish.not_in(published)))


def _fetch(connection: sa.Connection, id: str) -> VisitorMessage:
    body = connection.execute(sa.select(_MESSAGES.c.body).filter_by(id=id)).scalar()
    if body is None:
        raise NotFoundError("message-unknown")
    return msgspec.json.decode(body, type=VisitorMessage)


def _row(message: VisitorMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "kind": message.kind,
        "state": message.state,
        "record": message.record,
        "changed": message.changed,
        "body": msgspec.json.encode(message),
    }
