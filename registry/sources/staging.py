"""The staging area of harvests: payloads as they were read, the results of mapping them, and marks to resume at.

Entry points: `open_staging`, `Staging`, whose methods are called by one run at a time: the one that holds the source.
With SQLite it is a file of its own, so that harvests never block the writers of the catalogue. If it is lost, the next
run reads everything again.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from registry.model import Finding, Findings
from registry.model.harvest import LastReading, ListedItem, Mapped, Reached, Staged
from registry.sources.packed import is_storable, packed, storable_finding, unpacked
from registry.sources.payloads import open_payloads
from registry.store.database import (
    ManyRows,
    Tables,
    among,
    connect,
    give_space_back,
    inserting,
    make_tables,
    reading,
    writing,
)

TABLES: Final = Tables(
    "staging_version",
    (
        """CREATE TABLE staged (
            source TEXT NOT NULL, remote_id TEXT NOT NULL, run {big} NOT NULL, place {big} NOT NULL,
            twice INTEGER NOT NULL, url TEXT NOT NULL, digest TEXT NOT NULL, error {blob}, edition TEXT NOT NULL,
            mapped TEXT NOT NULL, iri TEXT NOT NULL, shares INTEGER NOT NULL,
            identifiers {blob} NOT NULL, title TEXT NOT NULL, distributions INTEGER NOT NULL, failed INTEGER NOT NULL,
            findings {blob}, PRIMARY KEY (source, remote_id))""",
        # a table of its own, so that the row of an item that is seen again is updated without moving its payload
        """CREATE TABLE staged_payloads (
            source TEXT NOT NULL, remote_id TEXT NOT NULL, payload {blob} NOT NULL, PRIMARY KEY (source, remote_id))""",
        """CREATE TABLE staged_metadata (
            source TEXT NOT NULL, remote_id TEXT NOT NULL, body {blob} NOT NULL, PRIMARY KEY (source, remote_id))""",
        "CREATE INDEX staged_run ON staged (source, run, place)",
        """CREATE TABLE staged_marks (
            source TEXT PRIMARY KEY, run {big} NOT NULL, token TEXT NOT NULL, edition TEXT NOT NULL,
            place {big} NOT NULL, at TEXT NOT NULL)""",
    ),
    ("DROP TABLE staged_metadata",),  # mapped metadata is in the spool file of the run since then
)
LAST_READINGS: Final = Tables(  # a count of its own: a folder that has the tables above opens without an upgrade
    "last_readings_version", ("CREATE TABLE last_readings (source TEXT PRIMARY KEY, body {blob} NOT NULL)",)
)
BATCH: Final = 500  # items


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


_STAGED: Final = _table(
    "staged", "source", "remote_id", "run", "place", "twice", "url", "digest", "error", "edition", "mapped", "iri",
    "shares", "identifiers", "title", "distributions", "failed", "findings",
)  # fmt: skip
_PAYLOADS: Final = _table("staged_payloads", "source", "remote_id", "payload")
_MARKS: Final = _table("staged_marks", "source", "run", "token", "edition", "place", "at")
_READINGS: Final = _table("last_readings", "source", "body")
_THING: Final = _STAGED.c
# Values of the columns of an item that is not mapped yet: constants in the statement, not parameters of each row.
_UNMAPPED: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("edition", "mapped", "iri", "title"), sa.literal_column("''")),
    **dict.fromkeys(("shares", "distributions", "failed"), sa.literal_column("0")),
    "identifiers": sa.literal_column("'[]'"),
    "findings": sa.null(),
}


def open_staging(database_url: str, data: Path) -> "Staging":
    engine = staging_engine(database_url, data)
    make_tables(engine, TABLES)
    make_tables(engine, LAST_READINGS)
    return Staging(engine)


def staging_engine(database_url: str, data: Path) -> sa.Engine:
    """A file of its own in the data folder, or the store's database."""
    embedded = database_url.startswith("sqlite")
    engine = connect(f"sqlite:///{data / 'staging.sqlite'}" if embedded else database_url)
    if embedded and not sa.event.contains(engine, "connect", _patient):
        sa.event.listen(engine, "connect", _patient)
    return engine


def _patient(connection: Any, _record: Any) -> None:
    """Makes WAL checkpoints rarer than SQLite's default of 1000 pages: much is written here, and only once."""
    connection.execute("PRAGMA wal_autocheckpoint=8000")


class Staging:
    """The staged items of all sources. Only the run that holds a source (`Runs.hold`) writes its items."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._payloads = open_payloads(engine)
        changed = ("run", "place", "twice", "url", "digest", "error", "edition")
        self._stage = ManyRows(engine, _upsert(engine, _STAGED, changed, _UNMAPPED))
        self._payload = ManyRows(engine, _upsert(engine, _PAYLOADS, ("payload",)))
        self._mark = ManyRows(engine, _upsert(engine, _MARKS, ("run", "token", "edition", "place", "at")))
        self._seen = ManyRows(engine, _SEEN)
        self._mapped = ManyRows(engine, _MAPPED)

    # -- reading a source

    def digests(self, source: str, remote_ids: Sequence[str]) -> dict[str, str]:
        """Remote id -> digest of the payload that was read last, of those of these items (at most a page) that are
        staged."""
        wanted = among(self.engine, _THING.remote_id, remote_ids)
        query = sa.select(_THING.remote_id, _THING.digest).where(_THING.source == source, wanted)
        return {row.remote_id: row.digest for row in self._fetch(query)}

    def is_empty(self, source: str) -> bool:
        """Whether nothing of a source is staged."""
        return not self._fetch(sa.select(_THING.place).where(_THING.source == source).limit(1))

    def positions(self, source: str, run: int) -> Iterator[tuple[str, int]]:
        """Remote id and position of the items that a run has read so far."""
        for row in self._stream(sa.select(_THING.remote_id, _THING.place).where(*_of(source, run))):
            yield row.remote_id, row.place

    def position(self, source: str, run: int, remote_id: str) -> int | None:
        """The position of an item that a run has read; None if it has not read it so far."""
        rows = self._fetch(sa.select(_THING.place).where(*_of(source, run), _THING.remote_id == remote_id))
        return int(rows[0].place) if rows else None

    def staged_bytes(self, source: str) -> int:
        """How many bytes the payloads of a source take, compressed."""
        total = sa.func.coalesce(sa.func.sum(sa.func.length(_PAYLOADS.c.payload)), 0).label("total")
        return int(self._fetch(sa.select(total).where(_PAYLOADS.c.source == source))[0].total)

    def reached(self, source: str) -> Reached | None:
        """The mark at which an interrupted run can be resumed; None if there is none."""
        for row in self._fetch(sa.select(_MARKS).where(_MARKS.c.source == source)):
            return Reached(run=row.run, token=row.token, edition=row.edition, position=row.place, at=row.at)
        return None

    def last(self, source: str, edition: str) -> Reached | None:
        """The run of the last listing, as a mark without token, if some items of it were mapped by another edition."""
        newest = sa.select(sa.func.max(_THING.run)).where(_THING.source == source).scalar_subquery()
        others = sa.func.sum(sa.case((_THING.edition.in_([edition, ""]), 0), else_=1))
        query = sa.select(sa.func.max(_THING.run).label("run"), sa.func.max(_THING.place).label("place"))
        for row in self._fetch(query.where(_THING.source == source, _THING.run == newest).having(others > 0)):
            return Reached(run=row.run, token="", edition=edition, position=row.place, at="")
        return None

    def resume(self, source: str, reached: Reached, run: int) -> None:
        """Gives the items that an interrupted run had read at its mark `reached`, and the mark, to this run."""
        with writing(self.engine) as connection:
            connection.execute(
                _STAGED.update().where(*_of(source, reached.run), _THING.place <= reached.position).values(run=run)
            )
            connection.execute(_MARKS.update().where(_MARKS.c.source == source).values(run=run))

    def stage(self, source: str, new: Sequence[Staged], same: Sequence[Staged], mark: Reached) -> int:
        """Writes the items of a page and the mark behind it in one transaction; returns the compressed bytes of `new`.

        `same`: items whose payload and address are staged already.
        """
        rows = [
            {"source": source, "remote_id": staged.remote_id, "run": mark.run, "place": staged.position,
             "twice": int(staged.twice), "url": staged.url, "digest": staged.digest,
             "error": msgspec.json.encode(staged.error) if staged.error else None}
            for staged in new
        ]  # fmt: skip
        seen = [
            {"_source": source, "_remote_id": staged.remote_id, "run": mark.run, "place": staged.position,
             "twice": int(staged.twice)}
            for staged in same
        ]  # fmt: skip
        with writing(self.engine) as connection:
            pack = self._payloads.packer(connection, source, [staged.payload for staged in new])
            payloads = [
                {"source": source, "remote_id": staged.remote_id, "payload": pack(staged.payload)} for staged in new
            ]
            self._stage.execute(connection, rows)
            self._payload.execute(connection, payloads)
            self._seen.execute(connection, seen)
            self._mark.execute(
                connection,
                [{"source": source, "run": mark.run, "token": mark.token, "edition": mark.edition,
                  "place": mark.position, "at": mark.at}],
            )  # fmt: skip
        return sum(len(row["payload"]) for row in payloads)

    def close(self, source: str) -> None:
        """Removes the mark, since the reading is complete."""
        with writing(self.engine) as connection:
            connection.execute(_MARKS.delete().where(_MARKS.c.source == source))

    def last_reading(self, source: str) -> LastReading | None:
        """The last whole reading of a source that is one document with validators; None if there is none."""
        for row in self._fetch(sa.select(_READINGS.c.body).where(_READINGS.c.source == source)):
            return msgspec.json.decode(row.body, type=LastReading)
        return None

    def keep_last_reading(self, source: str, last: LastReading | None) -> None:
        """Replaces the last reading; None: the next run reads the source in any case."""
        with writing(self.engine) as connection:
            connection.execute(_READINGS.delete().where(_READINGS.c.source == source))
            if last:
                connection.execute(_READINGS.insert().values(source=source, body=msgspec.json.encode(last)))

    # -- mapping

    def unmapped(self, source: str, run: int, edition: str) -> Iterator[list[tuple[str, str]]]:
        """Remote id and digest of the items of a run that this edition of the mapping has not mapped, in order of the
        listing, in parts of at most BATCH items, which may be mapped meanwhile."""
        query = _UNMAPPED_ITEMS.where(*_of(source, run), _THING.edition != edition)
        last = 0
        while rows := self._fetch(query.where(_THING.place > last)):
            yield [(row.remote_id, row.digest) for row in rows]
            last = rows[-1].place

    def count_unmapped(self, source: str, run: int, edition: str) -> int:
        query = sa.select(sa.func.count().label("total")).where(*_of(source, run), _THING.edition != edition)
        return int(self._fetch(query)[0].total)

    def staged(self, source: str, remote_ids: Sequence[str]) -> list[Staged]:
        """Those of these items (at most BATCH ids) that are staged, with payloads, in order of the listing."""
        if not remote_ids:
            return []
        wanted = among(self.engine, _THING.remote_id, remote_ids)
        things = [self._staged(row) for row in self._fetch(_WITH_PAYLOAD.where(_THING.source == source, wanted))]
        return sorted(things, key=lambda staged: staged.position)

    def mapped(self, source: str, edition: str, mapped: Sequence[Mapped]) -> None:
        """Stores the results of mapping items with this edition of the mapping, without their metadata."""
        rows = [
            {"edition": "" if thing.again else edition, "mapped": thing.digest, "iri": thing.iri,
             "shares": int(thing.shares), "identifiers": msgspec.json.encode(thing.identifiers), "title": thing.title,
             "distributions": thing.distributions, "failed": int(thing.failed),
             "findings": packed(list(map(storable_finding, thing.findings))) if thing.findings else None,
             "_source": source, "_remote_id": thing.remote_id}
            for thing in mapped
        ]  # fmt: skip
        if rows:
            with writing(self.engine) as connection:
                self._mapped.execute(connection, rows)

    def sharing(self, source: str, run: int) -> list[str]:
        """Remote ids of the items that must be mapped again: `shares` says that their IRI is their own though other
        items of the listing have it, too, or the other way round."""
        named = (*_of(source, run), _THING.iri != "")
        shared = sa.select(_THING.iri).where(*named).group_by(_THING.iri).having(sa.func.count() > 1)
        wrong = _THING.shares != sa.case((_THING.iri.in_(shared), 1), else_=0)
        query = sa.select(_THING.remote_id).where(*named, _THING.failed == 0, wrong)
        return [row.remote_id for row in self._fetch(query.order_by(_THING.place))]

    # -- planning, applying, reporting

    def listing(self, source: str, since: int) -> Iterator[ListedItem]:
        """The items that were read since that run, as mapped, in order of the listing."""
        decode = msgspec.json.Decoder(tuple[str, ...]).decode
        for row in self._stream(_LISTING.where(_THING.source == source, _THING.run >= since)):
            yield ListedItem(
                remote_id=row.remote_id, digest=row.mapped, iri=row.iri, identifiers=decode(row.identifiers),
                title=row.title, distributions=row.distributions, failed=bool(row.failed),
            )  # fmt: skip

    def forget_older(self, source: str, run: int) -> None:
        """Deletes items that were not read by this run, which has read a complete listing."""
        older = (_THING.source == source, _THING.run < run)
        with writing(self.engine) as connection:
            gone = sa.select(_THING.remote_id).where(*older)
            connection.execute(_PAYLOADS.delete().where(_PAYLOADS.c.source == source, _PAYLOADS.c.remote_id.in_(gone)))
            connection.execute(_STAGED.delete().where(*older))

    def findings(self, source: str, run: int) -> Iterator[tuple[str, bool, Findings | bytes]]:
        """Remote id, whether it was listed twice, findings; for items with either, in order of the listing. Findings
        are bytes as they are stored where nothing has to be done to them."""
        query = (
            sa.select(_THING.remote_id, _THING.twice, _THING.findings, _THING.place)
            .where(*_of(source, run), sa.or_(_THING.twice == 1, _THING.findings.is_not(None)))
            .order_by(_THING.place)
            .limit(BATCH)
        )
        last = 0
        while rows := self._fetch(query.where(_THING.place > last)):
            for row in rows:
                body = bytes(row.findings) if row.findings else b""
                as_stored = body and not row.twice and is_storable(body)
                yield row.remote_id, bool(row.twice), body if as_stored else unpacked(body) if body else ()
            last = rows[-1].place

    def forget(self, source: str) -> None:
        """Drops all of a source, part by part, and gives its disk back: on a full disk there is little for the WAL."""
        self.close(source)
        self.keep_last_reading(source, None)
        some = sa.select(_PAYLOADS.c.remote_id).where(_PAYLOADS.c.source == source).limit(BATCH)
        while remote_ids := [row.remote_id for row in self._fetch(some)]:
            with writing(self.engine) as connection:
                for table in (_PAYLOADS, _STAGED):
                    wanted = among(connection, table.c.remote_id, remote_ids)
                    connection.execute(table.delete().where(table.c.source == source, wanted))
            give_space_back(self.engine, vacuum=False)
        with writing(self.engine) as connection:
            connection.execute(_STAGED.delete().where(_THING.source == source))
            self._payloads.forget(connection, source)
        give_space_back(self.engine, vacuum=True)

    def erase(self, source: str, remote_id: str) -> None:
        """Deletes what is staged of an item; the dictionary of its source, too, which may hold pieces of it."""
        self.keep_last_reading(source, None)
        with writing(self.engine) as connection:
            for table in (_STAGED, _PAYLOADS):
                connection.execute(table.delete().where(table.c.source == source, table.c.remote_id == remote_id))
            if self._payloads.forget(connection, source):  # without one, none was packed with one: another was erased
                self._pack_again(connection, source)

    def _pack_again(self, connection: sa.Connection, source: str) -> None:
        """Packs all payloads of a source again, without a dictionary."""
        pack = self._payloads.packer(connection, source, ())
        query = sa.select(_PAYLOADS).where(_PAYLOADS.c.source == source).order_by(_PAYLOADS.c.remote_id).limit(BATCH)
        rows = connection.execute(query).fetchall()
        while rows:
            again = [{**row._mapping, "payload": pack(self._payloads.unpacked(row.payload))} for row in rows]
            self._payload.execute(connection, again)
            rows = connection.execute(query.where(_PAYLOADS.c.remote_id > rows[-1].remote_id)).fetchall()

    def _staged(self, row: Any) -> Staged:
        return Staged(
            remote_id=row.remote_id,
            position=row.place,
            digest=row.digest,
            payload=self._payloads.unpacked(row.payload),
            url=row.url,
            error=msgspec.json.decode(row.error, type=Finding) if row.error else None,
            twice=bool(row.twice),
            shares=bool(row.shares),
        )

    def _fetch(self, query: sa.Select[Any]) -> Sequence[Any]:
        with reading(self.engine) as connection:
            return connection.execute(query).fetchall()

    def _stream(self, query: sa.Select[Any]) -> Iterator[Any]:
        """The rows as they are needed: not all of them are in memory at once."""
        with reading(self.engine) as connection:
            yield from connection.execution_options(stream_results=True, yield_per=BATCH).execute(query)


def _of(source: str, run: int) -> tuple[Any, Any]:
    return _THING.source == source, _THING.run == run


def _upsert(
    engine: sa.Engine, table: sa.TableClause, changed: Sequence[str], constants: Mapping[str, Any] | None = None
) -> Any:
    """An INSERT that updates the `changed` columns if the row exists; `constants`: values of columns that are no
    parameters."""
    names = [column.name for column in table.c]
    key = [name for name in ("source", "remote_id") if name in names]
    rows = {name: sa.bindparam(name) for name in names} | dict(constants or {})
    insert = inserting(engine, table).values(rows)
    return insert.on_conflict_do_update(index_elements=key, set_={name: insert.excluded[name] for name in changed})


def _update(*columns: str) -> sa.Update:
    own = (_THING.source == sa.bindparam("_source"), _THING.remote_id == sa.bindparam("_remote_id"))
    return _STAGED.update().where(*own).values({column: sa.bindparam(column) for column in columns})


_SEEN: Final = _update("run", "place", "twice")
_MAPPED: Final = _update(
    "edition", "mapped", "iri", "shares", "identifiers", "title", "distributions", "failed", "findings"
)
_WITH_PAYLOAD: Final = sa.select(
    *(_THING[name] for name in ("remote_id", "place", "digest", "url", "error", "twice", "shares")), _PAYLOADS.c.payload
).join_from(
    _STAGED,
    _PAYLOADS,
    sa.and_(_PAYLOADS.c.source == _THING.source, _PAYLOADS.c.remote_id == _THING.remote_id),
)
_UNMAPPED_ITEMS: Final = sa.select(_THING.remote_id, _THING.digest, _THING.place).order_by(_THING.place).limit(BATCH)
_LISTING: Final = sa.select(
    *(_THING[name] for name in ("remote_id", "mapped", "identifiers", "title", "distributions", "failed")),
    sa.case((_THING.shares == 1, ""), else_=_THING.iri).label("iri"),
).order_by(_THING.place)
