"""The store of records: each with all its versions, its links and the number of its last change.

Entry points: `open_store`, `Store`. Everything else, such as the search index, is derived from it and can be rebuilt.
Invariants: numbers of changes follow the order of commits, so that a reader who asks for all changes since a number
misses none; a record is only written if nobody has changed it since it was read (`put`).
"""

import secrets
import time
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from registry.errors import ConflictError, NotFoundError
from registry.model import Backlink, Change, Kind, Metadata, Position, Record, StoredState, Version
from registry.model.former import read_text, stored_text
from registry.model.identity import names, titled
from registry.model.message import Message
from registry.model.text import storable
from registry.parts import parts
from registry.store import schema
from registry.store.bodies import BODY_VERSION
from registry.store.database import ManyRows, among, connect, make_tables, notify, reading, watching, writing
from registry.store.dictionaries import PackedRecords
from registry.store.locks import Key, lock_transaction
from registry.store.queries import Queries
from registry.store.schema import LINKS, NAMES, NUMBERING, RECORDS, VERSIONS
from registry.store.selection import ALL as ALL
from registry.store.selection import SHOWN as SHOWN
from registry.store.selection import Selection as Selection
from registry.store.selection import conditions
from registry.store.unchanged import Kept, UntilChanged, forget

MAX_RECORDS_PER_TRANSACTION = 500  # so that other writers never wait long
MAX_RECENT_RECORDS = 2_000  # that are kept until the next change; about 20 MB
MAX_RECENT_AT_ONCE = 100  # records that are asked for together, beyond which none of them is kept

MAX_NUMBER = 2**63 - 1  # of a version: what the databases hold

_RECORD, _BODY = RECORDS.c, VERSIONS.c
_NEWEST = RECORDS.join(VERSIONS, _RECORD.number == _BODY.number)


def open_store(url: str) -> "Store":
    """The store at a SQLAlchemy URL, made if there is none yet.

    UpgradeNeededError if its tables are older than this program, NotReadyError if they are newer.
    """
    engine = connect(url)
    make_tables(engine, schema.TABLES)
    return Store(engine)


class ShownRecord(NamedTuple):
    """A record in a list of the whole catalogue."""

    id: str
    kind: Kind
    changed: datetime


class Store:
    """May be used by any number of threads and processes; a method is one transaction, or a few short ones."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.bodies = PackedRecords(engine)
        self._write = _Write(engine)
        self._position = UntilChanged(engine, self._read_position)
        self._recent = Kept[Record](engine, MAX_RECENT_RECORDS)
        self._queries = Queries(engine)

    # -- reading

    @property
    def epoch(self) -> str:
        return self.position().epoch

    def position(self) -> Position:
        """Epoch and number of the last change."""
        return self._position()

    def _read_position(self) -> Position:
        with reading(self.engine) as connection:
            return Position(*connection.execute(sa.select(NUMBERING.c.epoch, NUMBERING.c.last)).one())

    def last(self) -> int:
        return self.position().number

    def get(self, id: str) -> Record | None:
        return self.get_many((id,)).get(id)

    def existing(self, id: str) -> Record:
        """The record, also if it is withdrawn or shown under another; NotFoundError if there is none."""
        if record := self.get(id):
            return record
        raise NotFoundError("record-unknown", {"id": id}, id=id[:100])

    def owner(self, id: str) -> str:
        """The organization that owns a record; "" if there is no such record or nobody owns it."""
        record = self.get(id)
        return record.owner if record else ""

    def get_many(self, ids: Collection[str]) -> dict[str, Record]:
        """Id -> record for those that exist, in the order of `ids`. Few are kept until the next change: pages and
        searches show the same ones again and again."""
        kept = self._recent.now() if len(ids) <= MAX_RECENT_AT_ONCE else {}
        records = {id: record for id in ids if (record := kept.get(id))}
        if missing := [id for id in ids if id not in records]:
            read = {
                record.id: record for part in parts(missing, MAX_RECORDS_PER_TRANSACTION) for record in self._of(part)
            }
            self._recent.add(kept, read)
            records |= read
        return {id: records[id] for id in ids if id in records}

    def find(self, selection: Selection = ALL) -> Iterator[Record]:
        """The selected records in order of id, each at most once; reads a page at a time."""
        where, after = conditions(selection), ""
        while page := list(
            self._records(*where, _RECORD.id > after, order=_RECORD.id, limit=MAX_RECORDS_PER_TRANSACTION)
        ):
            yield from page
            after = page[-1].id

    def count(self, selection: Selection = ALL, *, since: int = 0, changed: bool = False) -> int:
        """How many selected records were changed after number `since`; `changed`: without those that were new then."""
        where = conditions(selection)
        where += [_RECORD.number > since] if since else []
        where += [_RECORD.changed != _RECORD.created] if changed else []
        with reading(self.engine) as connection:
            return cast(int, connection.execute(sa.select(sa.func.count()).select_from(RECORDS).where(*where)).scalar())

    def listing(self, kinds: Collection[str] = (), since: datetime | None = None) -> list[ShownRecord]:
        """Id, kind and last change of every shown record, in order of id; reads no bodies. `since`: date of change."""
        changed = schema.stamp(since) if since is not None else ""
        rows = self._queries.shown.rows(changed=changed)
        rows = [row for row in rows if row.kind in kinds] if kinds else rows
        return sorted(ShownRecord(row.id, row.kind, schema.moment(row.changed)) for row in rows)

    def taken(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that a record has, also a withdrawn one."""
        named = (among(self.engine, _RECORD.id, part) for part in parts(ids, MAX_RECORDS_PER_TRANSACTION))
        return {row.id for where in named for row in self._rows(sa.select(_RECORD.id).where(where))}

    def stored_states(self, source: str) -> dict[str, StoredState]:
        """Remote id -> stored state of all records of a source, withdrawn ones too, for a harvest plan."""
        columns = (_RECORD.remote_id, *(_RECORD[name] for name in StoredState.__struct_fields__))
        decode = msgspec.json.Decoder(tuple[str, ...]).decode
        with reading(self.engine) as connection:
            return {
                row.remote_id: StoredState(
                    id=row.id,
                    number=row.number,
                    digest=row.digest,
                    iri=row.iri,
                    identifiers=decode(row.identifiers),
                    state=row.state,
                    withdrawn_by=row.withdrawn_by,
                    distributions=row.distributions,
                    same_as=row.same_as,
                )
                for row in connection.execute(sa.select(*columns).where(_RECORD.source == source))
            }

    def duplicates(self, source: str, things: Sequence[Metadata]) -> list[tuple[str, ...]]:
        """The ids of published records of other sources that describe the same thing, for each of `things`.

        Two are the same thing if they have the same IRI, or an identifier and the title in common.
        """
        keys = [set(names(metadata)) for metadata in things]
        ids_by_key: dict[str, set[str]] = {}
        for part in parts(set().union(*keys), MAX_RECORDS_PER_TRANSACTION):
            for row in self._named(part, source):
                identifiers = msgspec.json.decode(row.identifiers)
                if row.name in (row.iri, *(titled(identifier, row.title) for identifier in identifiers)):
                    ids_by_key.setdefault(row.name, set()).add(row.id)  # a key of today, and not a former one
        return [tuple(sorted(set().union(*(ids_by_key.get(key, set()) for key in own)))) for own in keys]

    def changes(
        self, since: int = 0, upto: int = MAX_NUMBER, at_once: int = MAX_RECORDS_PER_TRANSACTION
    ) -> Iterator[Change]:
        """The newest state of each record changed after number `since`, in order of number; reads `at_once` of them.

        Without `upto` it continues with what is changed meanwhile, so that a record may come twice.
        """
        while page := self._queries.changes.rows(since=since, upto=upto, limit=at_once):
            for row in page:
                shown = row.state == "published" and row.same_as is None
                yield Change(row.number, row.id, self.unpacked(row) if shown else None)
            since = page[-1].number

    def changed_ids(self, since: int) -> set[str]:
        """The ids of the records that were changed after number `since`; reads no bodies."""
        return {row.id for row in self._rows(sa.select(_RECORD.id).where(_RECORD.number > since))}

    def history(self, id: str) -> Iterator[Version]:
        """Every version of a record, newest first."""
        before = MAX_NUMBER
        while page := self._queries.history.rows(id=id, before=before):
            yield from map(self.read_version, page)
            before = page[-1].number

    def version(self, id: str, number: int) -> Version | None:
        """The version of a record with this number; None if the record has none."""
        if not 0 < number <= MAX_NUMBER:
            return None
        rows = self._rows(sa.select(*_BODY).where(_BODY.id == id, _BODY.number == number))
        return self.read_version(rows[0]) if rows else None

    def linking(self, iris: str | Collection[str]) -> Iterator[Backlink]:
        """The links of shown records to any of these IRIs; callers pass all IRIs of a thing."""
        wanted = (iris,) if isinstance(iris, str) else iris
        for part in parts(wanted, MAX_RECORDS_PER_TRANSACTION):
            yield from (Backlink(*row) for row in self._queries.linking.rows(among=part))

    def following(self, ids: Collection[str]) -> list[Record]:
        """The published records that are shown under one of these."""
        return [record for record in self.merged(ids) if record.state == "published"]

    def merged(self, ids: Collection[str]) -> list[Record]:
        """The records that were merged into one of these, whatever their state, in order of id."""
        return [
            self.unpacked(row)
            for part in parts(ids, MAX_RECORDS_PER_TRANSACTION)
            for row in self._queries.merged.rows(among=part)
        ]

    def pointing(self, source: str, iris: Collection[str]) -> list[Record]:
        """The records of a source that link to any of these IRIs, also withdrawn ones."""
        ids = {
            row.id
            for part in parts(iris, MAX_RECORDS_PER_TRANSACTION)
            for row in self._rows(
                sa.select(LINKS.c.id)
                .join_from(LINKS, RECORDS, _RECORD.id == LINKS.c.id)
                .where(LINKS.c.iri.in_(part), _RECORD.source == source)
            )
        }
        return list(self.get_many(sorted(ids)).values())

    def names(self, id: str) -> set[str]:
        """Every IRI that publishers gave a record, now and formerly."""
        return {row.name for row in self._queries.names.rows(id=id) if "\n" not in row.name}

    # -- writing

    def put(self, records: Sequence[Record], by: str, note: str | Message = "") -> int:
        """Writes records, all or none, with `number`, `created` and `changed` set; returns the last number.

        ConflictError, naming the ids, if a record's `number` is not the stored one (0: new). ValueError for more than
        MAX_RECORDS_PER_TRANSACTION records, or one twice.
        """
        if len(records) > MAX_RECORDS_PER_TRANSACTION:
            raise ValueError(f"at most {MAX_RECORDS_PER_TRANSACTION} records in one transaction, not {len(records)}")
        if len({record.id for record in records}) < len(records):
            raise ValueError("a record twice in one transaction")
        if not records:
            return self.last()
        rows = [schema.columns(record) for record in records]  # before the lock is taken
        now = datetime.now(UTC)
        with writing(self.engine) as connection:
            lock_transaction(connection, Key.NUMBERING)
            created = _expected(connection, records)
            first = cast(int, connection.execute(sa.select(NUMBERING.c.last)).scalar()) + 1
            dated = [
                replace(record, number=number, created=created.get(record.id, now), changed=now)
                for number, record in enumerate(records, first)
            ]
            write = self._write
            packer = self.bodies.packer(connection, dated)
            write.versions.execute(connection, [_version(packer.pack(record), record, by, note) for record in dated])
            dated_rows = [row | schema.dates(record) for row, record in zip(rows, dated, strict=True)]
            write.new_records.execute(connection, [row for row in dated_rows if row["id"] not in created])
            write.records.execute(connection, [row | {"_id": row["id"]} for row in dated_rows if row["id"] in created])
            _write_names(connection, write, dated, created)
            last = dated[-1].number
            connection.execute(NUMBERING.update().values(last=last))
            notify(connection, last)
        self.bodies.adopt(packer)
        return last

    def new_epoch(self) -> str:
        """Starts a new epoch, since numbers may be lower than before (after a restore); returns it.

        Projections are then rebuilt, and clients that follow the changes start again.
        """
        epoch = secrets.token_hex(8)
        with writing(self.engine) as connection:
            connection.execute(NUMBERING.update().values(epoch=epoch))
        return epoch

    def wait_for_change(self, since: int, timeout: float) -> int:
        """Waits for a change after number `since`, at most `timeout` seconds; returns the last number."""
        deadline = time.monotonic() + timeout
        with watching(self.engine) as changed:
            while (last := self.last()) <= since and (left := deadline - time.monotonic()) > 0:
                changed(left)
        return last

    def close(self) -> None:
        forget(self.engine)
        self.engine.dispose()

    # -- parts of the above

    def _records(self, *where: Any, order: Any = None, limit: int | None = None) -> Iterator[Record]:
        query = sa.select(_BODY.body, _BODY.body_version).select_from(_NEWEST).where(*where)
        for row in self._rows(query.order_by(order).limit(limit)):
            yield self.unpacked(row)

    def _of(self, ids: Sequence[str]) -> Iterator[Record]:
        return map(self.unpacked, self._queries.by_ids.rows(among=ids))

    def _rows(self, query: Any) -> Sequence[Any]:
        with reading(self.engine) as connection:
            return connection.execute(query).fetchall()

    def _named(self, names: Sequence[str], source: str) -> Sequence[Any]:
        other = sa.or_(_RECORD.source.is_(None), _RECORD.source != source)
        columns = (NAMES.c.name, _RECORD.id, _RECORD.iri, _RECORD.identifiers, _RECORD.title)
        query = sa.select(*columns).join_from(NAMES, RECORDS, _RECORD.id == NAMES.c.id)
        return self._rows(query.where(among(self.engine, NAMES.c.name, names), _RECORD.state == "published", other))

    def read_version(self, row: Any) -> Version:
        """The version of a row of VERSIONS."""
        return Version(row.number, schema.moment(row.at), row.by, read_text(row.note), self.unpacked(row))

    def unpacked(self, row: Any) -> Record:
        return self.bodies.unpack(row.body, row.body_version)


def _version(body: bytes, record: Record, by: str, note: str | Message) -> dict[str, Any]:
    at = schema.stamp(cast(datetime, record.changed))
    who = {"by": storable(by), "note": storable(stored_text(note))}
    return {"number": record.number, "id": record.id, "at": at, "body_version": BODY_VERSION, "body": body} | who


def _expected(connection: sa.Connection, records: Sequence[Record]) -> dict[str, datetime]:
    """Id -> date of creation of those that are stored; ConflictError if a stored number is not the record's."""
    query = sa.select(_RECORD.id, _RECORD.number, _RECORD.created)
    rows = connection.execute(query.where(among(connection, _RECORD.id, [record.id for record in records]))).fetchall()
    numbers = {row.id: row.number for row in rows}
    if ids := sorted(record.id for record in records if numbers.get(record.id, 0) != record.number):
        raise ConflictError("records-changed", {"ids": ids}, ids=", ".join(ids))
    return {row.id: schema.moment(row.created) for row in rows}


class _Write:
    """The statements that write the rows of a change, each compiled once."""

    def __init__(self, engine: sa.Engine) -> None:
        self.versions, self.new_records, self.links, self.names = (
            ManyRows(engine, table.insert().values({column.name: sa.bindparam(column.name) for column in table.c}))
            for table in (VERSIONS, RECORDS, LINKS, NAMES)
        )
        of_id = _RECORD.id == sa.bindparam("_id")
        self.records = ManyRows(engine, RECORDS.update().where(of_id).values(schema.BOUND))


def _write_names(
    connection: sa.Connection, write: _Write, records: Sequence[Record], stored_ids: Collection[str]
) -> None:
    """Replaces the links of these records and adds their names; former names stay, so that they still find it."""
    ids, had = list(stored_ids), set()
    if ids:
        connection.execute(LINKS.delete().where(among(connection, LINKS.c.id, ids)))
        had = {
            tuple(row)
            for row in connection.execute(sa.select(NAMES.c.name, NAMES.c.id).where(among(connection, NAMES.c.id, ids)))
        }
    write.links.execute(connection, [row for record in records for row in schema.links(record)])
    named = [{"name": name, "id": record.id} for record in records for name in names(record.metadata)]
    write.names.execute(connection, [row for row in named if (row["name"], row["id"]) not in had])
