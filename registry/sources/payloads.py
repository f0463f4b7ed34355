"""Packs staged payloads with a dictionary of their source: items of one source repeat the same keys and sentences, so
that a third of the bytes is left.

Entry points: `open_payloads`, `Payloads`. A dictionary holds pieces of the items that it was trained on, so it goes
where one of them is erased. Invariant: what was packed without a dictionary stays readable.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import sqlalchemy as sa
import zstandard

from registry.store.database import Tables, make_tables, reading

LEVEL: Final = 1  # of zstandard's levels 1 to 22
SIZE: Final = 64 * 1024  # bytes of a dictionary
MIN_SAMPLES: Final = 100  # items that are staged at once, below which no dictionary is trained
MAX_SAMPLES: Final = 500
TABLES: Final = Tables(  # a count of its own: a folder of before opens without an upgrade
    "payload_dictionaries_version",
    ("CREATE TABLE payload_dictionaries (id {big} PRIMARY KEY, source TEXT NOT NULL UNIQUE, body {blob} NOT NULL)",),
)
_DICTIONARIES: Final = sa.table("payload_dictionaries", *map(sa.column, ("id", "source", "body")))


def open_payloads(engine: sa.Engine) -> "Payloads":
    make_tables(engine, TABLES)
    return Payloads(engine)


class Payloads:
    """Packs and unpacks payloads, in any thread. Only the run that holds a source packs those of it."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._by_id: dict[int, zstandard.ZstdCompressionDict] = {}

    def packer(self, connection: sa.Connection, source: str, payloads: Sequence[bytes]) -> Callable[[bytes], bytes]:
        """What packs payloads of a source within this transaction. `payloads`: those that come now; of enough a
        dictionary is trained, if the source has none."""
        dictionary = self._stored(connection, _DICTIONARIES.c.source == source)
        if dictionary is None and len(payloads) >= MIN_SAMPLES:
            dictionary = self._trained(connection, source, payloads[:MAX_SAMPLES])
        pack: Callable[[bytes], bytes] = zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary).compress
        return pack

    def unpacked(self, body: bytes) -> bytes:
        """The payload of these bytes, packed with a dictionary or without."""
        id = zstandard.get_frame_parameters(body).dict_id
        if id and id not in self._by_id:
            with reading(self._engine) as connection:
                self._stored(connection, _DICTIONARIES.c.id == id)
        plain: bytes = zstandard.ZstdDecompressor(dict_data=self._by_id[id] if id else None).decompress(body)
        return plain

    def forget(self, connection: sa.Connection, source: str) -> bool:
        """Deletes the dictionary of a source; whether it had one. This process can still unpack with it."""
        had_one = self._stored(connection, _DICTIONARIES.c.source == source) is not None
        connection.execute(_DICTIONARIES.delete().where(_DICTIONARIES.c.source == source))
        return had_one

    def _stored(self, connection: sa.Connection, wanted: Any) -> zstandard.ZstdCompressionDict | None:
        """The dictionary; on PostgreSQL nobody deletes it before this transaction ends."""
        id = connection.execute(sa.select(_DICTIONARIES.c.id).where(wanted).with_for_update(read=True)).scalar()
        if id is None or id in self._by_id:
            return self._by_id[id] if id else None
        return self._kept(connection.execute(sa.select(_DICTIONARIES.c.body).where(wanted)).scalar_one())

    def _kept(self, body: bytes) -> zstandard.ZstdCompressionDict:
        dictionary = zstandard.ZstdCompressionDict(bytes(body))
        dictionary.precompute_compress(level=LEVEL)
        self._by_id[dictionary.dict_id()] = dictionary
        return dictionary

    def _trained(
        self, connection: sa.Connection, source: str, samples: Sequence[bytes]
    ) -> zstandard.ZstdCompressionDict | None:
        """A dictionary of these samples, stored; None if they have too little in common."""
        try:
            body = zstandard.train_dictionary(SIZE, list(samples), k=500, d=8).as_bytes()
        except zstandard.ZstdError:
            return None
        dictionary = self._kept(body)
        connection.execute(_DICTIONARIES.insert().values(id=dictionary.dict_id(), source=source, body=body))
        return dictionary
