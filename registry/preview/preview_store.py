"""The table of previews in the store's database: what is known of the file behind each distribution.

Entry points: `PreviewStore`, `open_preview_store`. Rows are made by the worker for what the catalogue shows (`Follow`),
and removed with the record. Invariants: a prepared file has at most one row; a row is `due` when the worker should look
at its address.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from registry.model.harvest import Validators
from registry.preview.model import Preview
from registry.store.database import Tables, connect, inserting, make_tables, reading, utc, writing
from registry.store.prepared import Prepared, is_among

TABLES: Final = Tables(
    "previews_version",
    (
        """CREATE TABLE previews (
            record TEXT NOT NULL, distribution TEXT NOT NULL, body {blob} NOT NULL, file TEXT NOT NULL,
            bytes {big} NOT NULL, etag TEXT NOT NULL, modified TEXT NOT NULL, failures INTEGER NOT NULL,
            due {moment} NOT NULL, used {moment} NOT NULL, PRIMARY KEY (record, distribution))""",
        "CREATE INDEX previews_due ON previews (due)",
        "CREATE INDEX previews_file ON previews (file)",  # all names are read again and again, without the profiles
        "CREATE TABLE previews_position (epoch TEXT NOT NULL, number {big} NOT NULL)",
    ),
)
_MOMENTS: Final = ("due", "used")
_PREVIEWS: Final = sa.table(
    "previews",
    *(sa.column(name) for name in ("record", "distribution", "body", "file", "bytes", "etag", "modified", "failures")),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in _MOMENTS),
)
_POSITION: Final = sa.table("previews_position", sa.column("epoch"), sa.column("number"))
_DECODE: Final = msgspec.msgpack.Decoder(Preview).decode
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


class Stored(NamedTuple):
    """A preview with what the worker needs. `bytes`: of the prepared file; `due`: when to look at the address again;
    `failures`: how often that failed since it worked last; `used`: when the preview was asked for."""

    record: str
    distribution: str
    preview: Preview
    bytes: int = 0
    validators: Validators = Validators()
    failures: int = 0
    due: datetime = NEVER
    used: datetime = NEVER


class PreviewStore:
    """The previews of an installation, in a table beside the records."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)
        of_records = is_among(engine, _PREVIEWS.c.record)
        self._of_records = Prepared(engine, _PREVIEWS.select().where(of_records))
        files = sa.select(_PREVIEWS.c.record, _PREVIEWS.c.file)
        self._files_of = Prepared(engine, files.where(of_records, _PREVIEWS.c.file != ""))

    def get(self, record: str, distribution: str) -> Stored | None:
        query = _PREVIEWS.select().filter_by(record=record, distribution=distribution)
        rows = self._select(query)
        return rows[0] if rows else None

    def of_record(self, record: str) -> list[Stored]:
        """All previews of a record."""
        return self.of_records([record])

    def of_records(self, records: Collection[str]) -> list[Stored]:
        """All previews of several records."""
        return list(map(_stored, self._of_records.rows(among=records)))

    def files_of(self, records: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Id of each of these records that has prepared files -> their names. Decodes nothing."""
        files: dict[str, tuple[str, ...]] = {}
        for row in self._files_of.rows(among=records):
            files[row.record] = (*files.get(row.record, ()), row.file)
        return files

    def put(self, rows: Iterable[Stored]) -> None:
        """Stores previews in the place of those of the same distributions."""
        values = [_values(row) for row in rows]
        if values:
            insert = inserting(self._engine, _PREVIEWS)
            changed = {column.name: insert.excluded[column.name] for column in _PREVIEWS.c}
            statement = insert.on_conflict_do_update(index_elements=["record", "distribution"], set_=changed)
            with writing(self._engine) as connection:
                for value in values:
                    connection.execute(statement, value)

    def remove(self, rows: Sequence[Stored]) -> None:
        with writing(self._engine) as connection:
            for row in rows:
                connection.execute(
                    _PREVIEWS.delete().where(
                        _PREVIEWS.c.record == row.record, _PREVIEWS.c.distribution == row.distribution
                    )
                )

    def due(self, now: datetime, limit: int) -> list[Stored]:
        """Those whose address is to be looked at now, the longest due first."""
        return self._select(_PREVIEWS.select().where(_PREVIEWS.c.due <= now).order_by(_PREVIEWS.c.due).limit(limit))

    def use(self, record: str, distribution: str, now: datetime, due: datetime | None = None) -> None:
        """Notes that a preview was asked for; `due`: also when its address is to be looked at."""
        values = {"used": now} | ({"due": due} if due else {})
        with writing(self._engine) as connection:
            connection.execute(_PREVIEWS.update().filter_by(record=record, distribution=distribution).values(**values))

    def total_bytes(self) -> int:
        """The size of all prepared files."""
        with reading(self._engine) as connection:
            return int(connection.execute(sa.select(sa.func.sum(_PREVIEWS.c.bytes))).scalar() or 0)

    def least_used(self, limit: int) -> list[Stored]:
        """Those with a prepared file, the least recently used first."""
        return self._select(
            _PREVIEWS.select().where(_PREVIEWS.c.file != "").order_by(_PREVIEWS.c.used, _PREVIEWS.c.record).limit(limit)
        )

    def with_files(self) -> list[Stored]:
        """All previews with a prepared file."""
        return self._select(_PREVIEWS.select().where(_PREVIEWS.c.file != ""))

    def files(self) -> set[str]:
        """The names of all prepared files."""
        with reading(self._engine) as connection:
            return {row.file for row in connection.execute(sa.select(_PREVIEWS.c.file)) if row.file}

    def position(self) -> tuple[str, int]:
        """Epoch and number of the last change of the catalogue that was followed."""
        with reading(self._engine) as connection:
            row = connection.execute(_POSITION.select()).first()
        return (row.epoch, int(row.number)) if row else ("", 0)

    def set_position(self, epoch: str, number: int) -> None:
        with writing(self._engine) as connection:
            connection.execute(_POSITION.delete())
            connection.execute(_POSITION.insert().values(epoch=epoch, number=number))

    def records(self) -> set[str]:
        """The ids of all records that have a row."""
        with reading(self._engine) as connection:
            return {row.record for row in connection.execute(sa.select(_PREVIEWS.c.record).distinct())}

    def _select(self, query: Any) -> list[Stored]:
        with reading(self._engine) as connection:
            return [_stored(row) for row in connection.execute(query)]


def open_preview_store(database_url: str) -> PreviewStore:
    """Opens the table of previews of an installation."""
    return PreviewStore(connect(database_url))


def _values(row: Stored) -> dict[str, Any]:
    return {
        "record": row.record,
        "distribution": row.distribution,
        "body": msgspec.msgpack.encode(row.preview),
        "file": row.preview.file,
        "bytes": row.bytes,
        "etag": row.validators.etag,
        "modified": row.validators.modified,
        "failures": row.failures,
        "due": row.due,
        "used": row.used,
    }


def _stored(row: Any) -> Stored:
    return Stored(
        row.record,
        row.distribution,
        _DECODE(row.body),
        int(row.bytes),
        Validators(row.etag, row.modified),
        row.failures,
        utc(row.due),
        utc(row.used),
    )
