"""The truth: every record with its history, its links and the number of its last change, on SQLite or PostgreSQL."""

import secrets
import time
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from registry.errors import ConflictError, NotFoundError
from registry.model import Backlink, Change, Kind, Known, Metadata, Position, Record, Version
from registry.model.former import read_text, stored_text
from registry.model.identity import names, titled
from registry.model.message import Message
from registry.model.text import storable
from registry.store import schema
from registry.store.bodies import BODY_VERSION, Bodies, shipped
from registry.store.database import among, connect, make_tables, notify, reading, watching, writing
from registry.store.locks import Key, lock_transaction
from registry.store.schema import DICTIONARIES, LINKS, NAMES, NUMBERING, RECORDS, VERSIONS

MAX_RECORDS_PER_TRANSACTION = 500  # so that a writer never waits long

_RECORD, _BODY = RECORDS.c, VERSIONS.c
_EQUAL = ("source", "remote_id", "owner", "state", "kind", "same_as")  # columns that a Selection may name
_NEWEST = RECORDS.join(VERSIONS, _RECORD.number == _BODY.number)


def open_store(url: str) -> "Store":
    """The store at a SQLAlchemy URL, made if there is none yet.

    UpgradeNeededError if its tables are older than this program, NotReadyError if they are newer.
    """
    engine = connect(url)
    make_tables(engine, schema.TABLES)
    return Store(engine)


class ShownRecord(NamedTuple):
    """What a list of the whole catalogue says of a record."""

    id: str
    kind: Kind
    changed: datetime


class Selection(NamedTuple):
    """Which records are meant, by what must not depend on an index; None: whatever it is.

    `iri`: the publisher's, now or formerly. `shown`: published and not under another.
    """

    iri: str | None = None
    source: str | None = None
    remote_id: str | None = None
    owner: str | None = None
    state: str | None = None
    kind: str | None = None
    shown: bool | None = None
    same_as: str | None = None


ALL = Selection()
SHOWN = Selection(shown=True)


class Store:
    """For any number of threads and processes; every method is one transaction or a few short ones."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._bodies = self._with_dictionaries()

    # -- what is there

    @property
    def epoch(self) -> str:
        return self.position().epoch

    def position(self) -> Position:
        """Epoch and number of the last change."""
        with reading(self.engine) as connection:
            return Position(*connection.execute(sa.select(NUMBERING.c.epoch, NUMBERING.c.last)).one())

    def last(self) -> int:
        return self.position().number

    def get(self, id: str) -> Record | None:
        return self.get_many((id,)).get(id)

    def existing(self, id: str) -> Record:
        """The record, withdrawn ones and those shown under another too; NotFoundError."""
        if record := self.get(id):
            return record
        raise NotFoundError("record-unknown", {"id": id}, id=id[:100])

    def get_many(self, ids: Collection[str]) -> dict[str, Record]:
        """Those that exist, in the order of `ids`."""
        found = {
            record.id: record for part in _parts(ids) for record in self._records(among(self.engine, _RECORD.id, part))
        }
        return {id: found[id] for id in ids if id in found}

    def find(self, selection: Selection = ALL) -> Iterator[Record]:
        """Records in order of id, a page at a time; each at most once."""
        where, after = _conditions(selection), ""
        while page := list(
            self._records(*where, _RECORD.id > after, order=_RECORD.id, limit=MAX_RECORDS_PER_TRANSACTION)
        ):
            yield from page
            after = page[-1].id

    def count(self, selection: Selection = ALL, *, since: int = 0, changed: bool = False) -> int:
        """How many records, of those with a number beyond `since`; `changed`: only those that are no longer new."""
        where = _conditions(selection)
        where += [_RECORD.number > since] if since else []
        where += [_RECORD.changed != _RECORD.created] if changed else []
        with reading(self.engine) as connection:
            return cast(int, connection.execute(sa.select(sa.func.count()).select_from(RECORDS).where(*where)).scalar())

    def listing(self, kinds: Collection[str] = (), since: datetime | None = None) -> list[ShownRecord]:
        """Id, kind and last change of every shown record, in order of id: what lists of the whole need no body for."""
        where = _conditions(SHOWN)
        if kinds:
            where.append(_RECORD.kind.in_(list(kinds)))
        if since is not None:
            where.append(_RECORD.changed >= schema.stamp(since))
        found = self._rows(sa.select(_RECORD.id, _RECORD.kind, _RECORD.changed).where(*where))
        return sorted(ShownRecord(row.id, row.kind, schema.moment(row.changed)) for row in found)

    def taken(self, ids: Collection[str]) -> set[str]:
        """Which of these ids belong to a record, withdrawn ones too."""
        with reading(self.engine) as connection:
            query = sa.select(_RECORD.id)
            return {
                row.id
                for part in _parts(ids)
                for row in connection.execute(query.where(among(self.engine, _RECORD.id, part)))
            }

    def known(self, source: str) -> dict[str, Known]:
        """Remote id -> what planning needs, withdrawn ones too."""
        columns = (_RECORD.remote_id, *(_RECORD[name] for name in Known.__struct_fields__))
        decode = msgspec.json.Decoder(tuple[str, ...]).decode
        with reading(self.engine) as connection:
            return {
                row.remote_id: Known(
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

    def duplicates(self, source: str, said: Sequence[Metadata]) -> list[tuple[str, ...]]:
        """For each thing the ids of published records that are the same thing but not of `source`.

        The same is: the same IRI, or an identifier and the title in common.
        """
        keys = [set(names(metadata)) for metadata in said]
        found: dict[str, set[str]] = {}
        for part in _parts(set().union(*keys)):
            for row in self._named(part, source):
                same = (row.iri, *(titled(one, row.title) for one in msgspec.json.decode(row.identifiers)))
                if row.name in same:  # not by a former name
                    found.setdefault(row.name, set()).add(row.id)
        return [tuple(sorted(set().union(*(found.get(key, set()) for key in own)))) for own in keys]

    def changes(self, since: int = 0, upto: int | None = None) -> Iterator[Change]:
        """The newest state of each record changed after `since`, in order of number, a page at a time.

        Without `upto` it goes on until nothing is newer, so a record that changes meanwhile may come twice.
        """
        columns = (_RECORD.number, _RECORD.id, _RECORD.state, _RECORD.same_as, _BODY.body, _BODY.body_version)
        query = sa.select(*columns).select_from(_NEWEST).order_by(_RECORD.number).limit(MAX_RECORDS_PER_TRANSACTION)
        if upto is not None:
            query = query.where(_RECORD.number <= upto)
        while page := self._rows(query.where(_RECORD.number > since)):
            for row in page:
                shown = row.state == "published" and row.same_as is None
                yield Change(row.number, row.id, self._unpacked(row) if shown else None)
            since = page[-1].number

    def history(self, id: str) -> Iterator[Version]:
        """Every version of a record, newest first."""
        query = sa.select(*_BODY).where(_BODY.id == id).order_by(_BODY.number.desc()).limit(20)
        before = None
        while page := self._rows(query if before is None else query.where(_BODY.number < before)):
            for row in page:
                yield Version(row.number, schema.moment(row.at), row.by, read_text(row.note), self._unpacked(row))
            before = page[-1].number

    def linking(self, iris: str | Collection[str]) -> Iterator[Backlink]:
        """Which shown records point to any of these IRIs; callers pass all IRIs of a thing."""
        wanted = (iris,) if isinstance(iris, str) else iris
        columns = (LINKS.c.id, LINKS.c.relation, LINKS.c.iri)
        shown = (_RECORD.state == "published", _RECORD.same_as.is_(None))
        query = sa.select(*columns).join_from(LINKS, RECORDS, _RECORD.id == LINKS.c.id).order_by(*columns)
        for part in _parts(wanted):
            for row in self._rows(query.where(among(self.engine, LINKS.c.iri, part), *shown)):
                yield Backlink(*row)

    def following(self, ids: Collection[str]) -> list[Record]:
        """The published records that are shown under these."""
        published = _RECORD.state == "published"
        return [
            one for part in _parts(ids) for one in self._records(among(self.engine, _RECORD.same_as, part), published)
        ]

    def pointing(self, source: str, iris: Collection[str]) -> list[Record]:
        """The records of a source that point to any of these IRIs, whatever their state."""
        ids = {
            row.id
            for part in _parts(iris)
            for row in self._rows(
                sa.select(LINKS.c.id)
                .join_from(LINKS, RECORDS, _RECORD.id == LINKS.c.id)
                .where(LINKS.c.iri.in_(part), _RECORD.source == source)
            )
        }
        return list(self.get_many(sorted(ids)).values())

    def names(self, id: str) -> set[str]:
        """Every IRI that publishers gave a record, now and formerly."""
        query = sa.select(NAMES.c.name).where(NAMES.c.id == id)
        return {row.name for row in self._rows(query) if "\n" not in row.name}

    # -- what changes

    def put(self, records: Sequence[Record], by: str, note: str | Message = "") -> int:
        """Writes at most 500 records, all or none; sets `number`, `created`, `changed`; the number of the last change.

        ConflictError, naming the ids, if a record's `number` is not the stored one (0: new).
        """
        if len(records) > MAX_RECORDS_PER_TRANSACTION:
            raise ValueError(f"at most {MAX_RECORDS_PER_TRANSACTION} records in one transaction, not {len(records)}")
        if len({record.id for record in records}) < len(records):
            raise ValueError("a record twice in one transaction")
        if not records:
            return self.last()
        words = [schema.columns(record) for record in records]  # before the lock is taken
        now = datetime.now(UTC)
        with writing(self.engine) as connection:
            lock_transaction(connection, Key.NUMBERING)
            created = _expected(connection, records)
            first = cast(int, connection.execute(sa.select(NUMBERING.c.last)).scalar()) + 1
            dated = [
                replace(record, number=number, created=created.get(record.id, now), changed=now)
                for number, record in enumerate(records, first)
            ]
            connection.execute(VERSIONS.insert(), [self._version(record, by, note) for record in dated])
            _write(connection, [row | schema.dates(record) for row, record in zip(words, dated, strict=True)], created)
            _write_names(connection, dated, created)
            last = dated[-1].number
            connection.execute(NUMBERING.update().values(last=last))
            notify(connection, last)
        return last

    def new_epoch(self) -> str:
        """Says that numbers may have gone back (after a restore): projections rebuild, followers start again."""
        epoch = secrets.token_hex(8)
        with writing(self.engine) as connection:
            connection.execute(NUMBERING.update().values(epoch=epoch))
        return epoch

    def wait_for_change(self, since: int, timeout: float) -> int:
        """The number of the last change, as soon as it is beyond `since`, at the latest after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        with watching(self.engine) as changed:
            while (last := self.last()) <= since and (left := deadline - time.monotonic()) > 0:
                changed(left)
        return last

    def close(self) -> None:
        self.engine.dispose()

    # -- how

    def _records(self, *where: Any, order: Any = None, limit: int | None = None) -> Iterator[Record]:
        query = sa.select(_BODY.body, _BODY.body_version).select_from(_NEWEST).where(*where)
        for row in self._rows(query.order_by(order).limit(limit)):
            yield self._unpacked(row)

    def _version(self, record: Record, by: str, note: str | Message) -> dict[str, Any]:
        body = self._bodies.pack(record)
        at = schema.stamp(cast(datetime, record.changed))
        said = {"by": storable(by), "note": storable(stored_text(note))}
        return {"number": record.number, "id": record.id, "at": at, "body_version": BODY_VERSION, "body": body} | said

    def _rows(self, query: Any) -> Sequence[Any]:
        with reading(self.engine) as connection:
            return connection.execute(query).fetchall()

    def _named(self, names: Sequence[str], source: str) -> Sequence[Any]:
        other = sa.or_(_RECORD.source.is_(None), _RECORD.source != source)
        columns = (NAMES.c.name, _RECORD.id, _RECORD.iri, _RECORD.identifiers, _RECORD.title)
        query = sa.select(*columns).join_from(NAMES, RECORDS, _RECORD.id == NAMES.c.id)
        return self._rows(query.where(among(self.engine, NAMES.c.name, names), _RECORD.state == "published", other))

    def _unpacked(self, row: Any) -> Record:
        try:
            return self._bodies.unpack(row.body, row.body_version)
        except KeyError:  # another process has brought a newer dictionary
            self._bodies = self._with_dictionaries()
            return self._bodies.unpack(row.body, row.body_version)

    def _with_dictionaries(self) -> Bodies:
        """What the database was written with so far, and the dictionary that came with this program."""
        current, body = shipped()
        query = sa.select(DICTIONARIES.c.id, DICTIONARIES.c.body)
        kept = {row.id: bytes(row.body) for row in self._rows(query)}
        if current not in kept:
            with writing(self.engine) as connection:
                lock_transaction(connection, Key.NUMBERING)
                kept = {row.id: bytes(row.body) for row in connection.execute(query)}
                if current not in kept:
                    connection.execute(DICTIONARIES.insert().values(id=current, body=body))
        return Bodies(kept | {current: body}, current)


def _expected(connection: sa.Connection, records: Sequence[Record]) -> dict[str, datetime]:
    """When the known ones of these records were created; ConflictError if one is not what the caller took it for."""
    query = sa.select(_RECORD.id, _RECORD.number, _RECORD.created)
    found = connection.execute(query.where(among(connection, _RECORD.id, [record.id for record in records]))).fetchall()
    stored = {row.id: row.number for row in found}
    if ids := sorted(record.id for record in records if stored.get(record.id, 0) != record.number):
        raise ConflictError("records-changed", {"ids": ids}, ids=", ".join(ids))
    return {row.id: schema.moment(row.created) for row in found}


def _write(connection: sa.Connection, written: list[dict[str, Any]], known: Collection[str]) -> None:
    if new := [row for row in written if row["id"] not in known]:
        connection.execute(RECORDS.insert(), new)
    if old := [row | {"_id": row["id"]} for row in written if row["id"] in known]:
        connection.execute(RECORDS.update().where(_RECORD.id == sa.bindparam("_id")).values(schema.BOUND), old)


def _write_names(connection: sa.Connection, records: Sequence[Record], known: Collection[str]) -> None:
    """Links as they are now; names are added, for a former IRI goes on leading to its record."""
    ids, had = list(known), set()
    if ids:
        connection.execute(LINKS.delete().where(among(connection, LINKS.c.id, ids)))
        had = {
            tuple(row)
            for row in connection.execute(sa.select(NAMES.c.name, NAMES.c.id).where(among(connection, NAMES.c.id, ids)))
        }
    if links := [row for record in records for row in schema.links(record)]:
        connection.execute(LINKS.insert(), links)
    named = [{"name": name, "id": record.id} for record in records for name in names(record.metadata)]
    if new := [row for row in named if (row["name"], row["id"]) not in had]:
        connection.execute(NAMES.insert(), new)


def _conditions(selection: Selection) -> list[Any]:
    equal = {name: getattr(selection, name) for name in _EQUAL}
    where: list[Any] = [_RECORD[name] == value for name, value in equal.items() if value is not None]
    if selection.shown is not None:
        is_shown = sa.and_(_RECORD.state == "published", _RECORD.same_as.is_(None))
        where.append(is_shown if selection.shown else sa.not_(is_shown))
    if selection.iri is not None:
        where.append(_RECORD.id.in_(sa.select(NAMES.c.id).where(NAMES.c.name == selection.iri)))
    return where


def _parts(words: Collection[str]) -> Iterator[list[str]]:
    """Parts of a size that fits into one statement."""
    every = list(words)
    return (
        every[start : start + MAX_RECORDS_PER_TRANSACTION]
        for start in range(0, len(every), MAX_RECORDS_PER_TRANSACTION)
    )
