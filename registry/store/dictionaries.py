"""Packs and unpacks the records of a database, with the dictionaries that it has: the one that is shipped, and one for
each large source, trained on its first records. Records of one source repeat the same sentences, so that a third of
the bytes is left.

Entry points: `PackedRecords`, `TABLES`. A trained dictionary holds pieces of records, so it goes where a record is
rewritten to erase something (`forget_trained`). Invariant: within the transaction that writes a body its dictionary is
in the database; dictionaries are added and deleted under `Key.NUMBERING`. docs/decisions/0250.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa
import zstandard

from registry.errors import DatabaseDamagedError
from registry.model import Record
from registry.store.bodies import BODY_VERSION, Bodies, shipped
from registry.store.database import Tables, among, make_tables, reading, writing
from registry.store.locks import Key, lock_transaction
from registry.store.schema import DICTIONARIES, VERSIONS

TABLES: Final = Tables(  # a count of its own: a folder of before opens without an upgrade
    "source_dictionaries_version",
    ("CREATE TABLE source_dictionaries (source TEXT PRIMARY KEY, id {big} NOT NULL)",),
)
_OF_SOURCES: Final = sa.table("source_dictionaries", sa.column("source"), sa.column("id"))
SIZE: Final = 64 * 1024  # bytes of a dictionary
MIN_SAMPLES: Final = 200  # new records of a source in one transaction, from which a dictionary is trained
VERSIONS_PER_TRANSACTION: Final = 250
NO_SOURCE: Final = "\n"  # begins the name of no source


class PackedRecords:
    """Packs and unpacks records in any thread."""

    def __init__(self, engine: sa.Engine) -> None:
        make_tables(engine, TABLES)
        self._engine = engine
        try:
            self._bodies = self._read()
        except DatabaseDamagedError:  # the process starts and tells it; the records that need one raise it again
            current, body = shipped()
            self._bodies = Bodies({current: body}, current)

    def pack(self, record: Record) -> bytes:
        """The record as a body of version BODY_VERSION, packed with the dictionary that is shipped."""
        return self._bodies.pack(record)

    def packer(self, connection: sa.Connection, records: Sequence[Record]) -> Bodies:
        """What packs these records within this transaction, which holds Key.NUMBERING. Of enough new records of one
        source a dictionary is trained, if it has none. Give it to `adopt` once the transaction is committed."""
        sources = {record.origin.source for record in records if record.origin}
        if not sources:
            return self._bodies
        query = _OF_SOURCES.select().where(among(connection, _OF_SOURCES.c.source, sorted(sources)))
        of_sources = {row.source: int(row.id) for row in connection.execute(query)}
        if len(sources) == 1 and not of_sources and len(records) >= MIN_SAMPLES:
            return self._trained(connection, sources.pop(), records)
        if not set(of_sources.values()) <= self._bodies.ids:
            self._bodies = self._read(connection)
        return self._bodies.with_sources(of_sources)

    def adopt(self, bodies: Bodies) -> None:
        """Unpacks with what `packer` gave, from now on."""
        self._bodies = bodies.with_sources({})

    def unpack(self, body: bytes, version: int) -> Record:
        """The record of a body of that version."""
        try:
            return self._bodies.unpack(body, version)
        except KeyError:  # another process has added a dictionary
            self._bodies = self._read()
            return self._bodies.unpack(body, version)

    def forget_trained(self) -> None:
        """Packs everything again with the dictionary that is shipped, and deletes those that were trained."""
        with writing(self._engine) as connection:
            lock_transaction(connection, Key.NUMBERING)
            trained = {int(row.id) for row in connection.execute(_OF_SOURCES.select())}
            for id in trained:  # nobody packs with it any more; if this is killed, the next time goes on
                connection.execute(_OF_SOURCES.update().where(_OF_SOURCES.c.id == id).values(source=f"{NO_SOURCE}{id}"))
        if not trained:
            return
        last: int | None = 0
        while last is not None:
            last = self._pack_again(trained, last)
        with writing(self._engine) as connection:
            lock_transaction(connection, Key.NUMBERING)
            for table in (DICTIONARIES, _OF_SOURCES):
                connection.execute(table.delete().where(table.c.id.in_(sorted(trained))))

    def _pack_again(self, trained: set[int], last: int) -> int | None:
        """Packs the next versions after number `last`; the last of them, None if there are no more."""
        query = sa.select(VERSIONS.c.number, VERSIONS.c.body, VERSIONS.c.body_version)
        with writing(self._engine) as connection:
            lock_transaction(connection, Key.NUMBERING)
            rows = connection.execute(
                query.where(VERSIONS.c.number > last).order_by(VERSIONS.c.number).limit(VERSIONS_PER_TRANSACTION)
            ).fetchall()
            for row in rows:
                if zstandard.get_frame_parameters(row.body).dict_id in trained:
                    values = {"body": self.pack(self.unpack(row.body, row.body_version)), "body_version": BODY_VERSION}
                    connection.execute(VERSIONS.update().where(VERSIONS.c.number == row.number).values(**values))
        return rows[-1].number if rows else None

    def _trained(self, connection: sa.Connection, source: str, records: Sequence[Record]) -> Bodies:
        try:
            samples: list[Any] = [msgspec.json.encode(record) for record in records]
            dictionary = zstandard.train_dictionary(SIZE, samples, k=1000, d=8)
        except zstandard.ZstdError:  # they have too little in common
            return self._bodies
        id, body = dictionary.dict_id(), dictionary.as_bytes()
        if id in _stored(connection):  # another one has this id by chance, or it is just being forgotten
            return self._bodies
        connection.execute(DICTIONARIES.insert().values(id=id, body=body))
        connection.execute(_OF_SOURCES.insert().values(source=source, id=id))
        return self._bodies.with_dictionary(id, body).with_sources({source: id})

    def _read(self, connection: sa.Connection | None = None) -> Bodies:
        """With this program's dictionary (added to the database if new) and all of the database."""
        if connection is not None:
            return Bodies(_stored(connection), shipped()[0])
        current, body = shipped()
        with reading(self._engine) as own:
            stored = _stored(own)
        if current not in stored:
            with writing(self._engine) as own:
                lock_transaction(own, Key.NUMBERING)
                stored = _stored(own)
                if current not in stored:
                    own.execute(DICTIONARIES.insert().values(id=current, body=body))
        return Bodies(stored | {current: body}, current)


def _stored(connection: sa.Connection) -> dict[int, bytes]:
    rows: Any = connection.execute(sa.select(DICTIONARIES.c.id, DICTIONARIES.c.body))
    return {int(row.id): bytes(row.body) for row in rows}
