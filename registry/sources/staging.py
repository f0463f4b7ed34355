"""What was read of a source and not yet taken in: payloads, how they were mapped, and how far the reading came.

On SQLite a file of its own, so that it never holds up a registration. Losing it loses nothing: the next run reads
everything again.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa
import zstandard

from registry.model import Finding, Findings
from registry.model.harvest import ListedItem, Mapped, Reached, Staged
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
        # bodies lie apart, so that noting that a thing was seen again moves no more than its row
        """CREATE TABLE staged_payloads (
            source TEXT NOT NULL, remote_id TEXT NOT NULL, payload {blob} NOT NULL, PRIMARY KEY (source, remote_id))""",
        """CREATE TABLE staged_metadata (
            source TEXT NOT NULL, remote_id TEXT NOT NULL, body {blob} NOT NULL, PRIMARY KEY (source, remote_id))""",
        "CREATE INDEX staged_run ON staged (source, run, place)",
        """CREATE TABLE staged_marks (
            source TEXT PRIMARY KEY, run {big} NOT NULL, token TEXT NOT NULL, edition TEXT NOT NULL,
            place {big} NOT NULL, at TEXT NOT NULL)""",
    ),
    ("DROP TABLE staged_metadata",),  # a run keeps beside itself what it has mapped
)
BATCH: Final = 500  # things


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


_STAGED: Final = _table(
    "staged", "source", "remote_id", "run", "place", "twice", "url", "digest", "error", "edition", "mapped", "iri",
    "shares", "identifiers", "title", "distributions", "failed", "findings",
)  # fmt: skip
_PAYLOADS: Final = _table("staged_payloads", "source", "remote_id", "payload")
_MARKS: Final = _table("staged_marks", "source", "run", "token", "edition", "place", "at")
_THING: Final = _STAGED.c
# What a thing is mapped to until it is mapped: constants in the statement, not parameters of each row.
_UNMAPPED: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("edition", "mapped", "iri", "title"), sa.literal_column("''")),
    **dict.fromkeys(("shares", "distributions", "failed"), sa.literal_column("0")),
    "identifiers": sa.literal_column("'[]'"),
    "findings": sa.null(),
}


def open_staging(database_url: str, data: Path) -> "Staging":
    engine = staging_engine(database_url, data)
    make_tables(engine, TABLES)
    return Staging(engine)


def staging_engine(database_url: str, data: Path) -> sa.Engine:
    """A file of its own in the data folder, or the store's database."""
    embedded = database_url.startswith("sqlite")
    engine = connect(f"sqlite:///{data / 'staging.sqlite'}" if embedded else database_url)
    if embedded and not sa.event.contains(engine, "connect", _patient):
        sa.event.listen(engine, "connect", _patient)
    return engine


def _patient(connection: Any, _record: Any) -> None:
    """Pages are tidied away in larger heaps than SQLite's own: much is written here, once."""
    connection.execute("PRAGMA wal_autocheckpoint=8000")


class Staging:
    """Written by who holds the source."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        changed = ("run", "place", "twice", "url", "digest", "error", "edition")
        self._stage = ManyRows(engine, _upsert(engine, _STAGED, changed, _UNMAPPED))
        self._payload = ManyRows(engine, _upsert(engine, _PAYLOADS, ("payload",)))
        self._mark = ManyRows(engine, _upsert(engine, _MARKS, ("run", "token", "edition", "place", "at")))
        self._seen = ManyRows(engine, _SEEN)
        self._mapped = ManyRows(engine, _MAPPED)

    # -- reading a source

    def digests(self, source: str) -> dict[str, str]:
        """Remote id -> digest of the payload that was read last."""
        rows = self._fetch(sa.select(_THING.remote_id, _THING.digest).where(_THING.source == source))
        return {row.remote_id: row.digest for row in rows}

    def read(self, source: str, run: int) -> dict[str, int]:
        """Remote id -> place of what a run has read so far."""
        rows = self._fetch(sa.select(_THING.remote_id, _THING.place).where(*_of(source, run)))
        return {row.remote_id: row.place for row in rows}

    def staged_bytes(self, source: str) -> int:
        """How many bytes the payloads of a source take, compressed."""
        total = sa.func.coalesce(sa.func.sum(sa.func.length(_PAYLOADS.c.payload)), 0).label("total")
        return int(self._fetch(sa.select(total).where(_PAYLOADS.c.source == source))[0].total)

    def reached(self, source: str) -> Reached | None:
        """Where an interrupted reading goes on."""
        columns = [_MARKS.c[name] for name in Reached.__struct_fields__]
        for row in self._fetch(sa.select(*columns).where(_MARKS.c.source == source)):
            return Reached(run=row.run, token=row.token, edition=row.edition, place=row.place, at=row.at)
        return None

    def last(self, source: str, edition: str) -> Reached | None:
        """The last listing, if some of it was mapped by another edition."""
        newest = sa.select(sa.func.max(_THING.run)).where(_THING.source == source).scalar_subquery()
        others = sa.func.sum(sa.case((_THING.edition.in_([edition, ""]), 0), else_=1))
        query = sa.select(sa.func.max(_THING.run).label("run"), sa.func.max(_THING.place).label("place"))
        for row in self._fetch(query.where(_THING.source == source, _THING.run == newest).having(others > 0)):
            return Reached(run=row.run, token="", edition=edition, place=row.place, at="")
        return None

    def resume(self, source: str, reached: Reached, run: int) -> None:
        """What an interrupted run had read at its last mark counts as read by this one."""
        with writing(self.engine) as connection:
            connection.execute(
                _STAGED.update().where(*_of(source, reached.run), _THING.place <= reached.place).values(run=run)
            )
            connection.execute(_MARKS.update().where(_MARKS.c.source == source).values(run=run))

    def stage(self, source: str, new: Sequence[Staged], same: Sequence[Staged], mark: Reached) -> int:
        """A page, in one transaction with the last mark; returns the bytes of the new payloads, compressed.

        `same`: payload and address as they were.
        """
        pack = zstandard.ZstdCompressor(level=1).compress
        rows = [
            {"source": source, "remote_id": staged.remote_id, "run": mark.run, "place": staged.place,
             "twice": int(staged.twice), "url": staged.url, "digest": staged.digest,
             "error": msgspec.json.encode(staged.error) if staged.error else None}
            for staged in new
        ]  # fmt: skip
        payloads = [
            {"source": source, "remote_id": staged.remote_id, "payload": pack(staged.payload)} for staged in new
        ]
        seen = [
            {"_source": source, "_remote_id": staged.remote_id, "run": mark.run, "place": staged.place,
             "twice": int(staged.twice)}
            for staged in same
        ]  # fmt: skip
        with writing(self.engine) as connection:
            self._stage.execute(connection, rows)
            self._payload.execute(connection, payloads)
            self._seen.execute(connection, seen)
            self._mark.execute(connection, [{"source": source} | msgspec.structs.asdict(mark)])
        return sum(len(row["payload"]) for row in payloads)

    def close(self, source: str) -> None:
        """The reading is over: nothing to go on with."""
        with writing(self.engine) as connection:
            connection.execute(_MARKS.delete().where(_MARKS.c.source == source))

    # -- mapping

    def unmapped(self, source: str, run: int, edition: str) -> list[tuple[str, str]]:
        """Remote id and digest of what the run has read and this edition of the mapping has not seen, in order of the
        listing."""
        query = sa.select(_THING.remote_id, _THING.digest).where(*_of(source, run), _THING.edition != edition)
        return [(row.remote_id, row.digest) for row in self._fetch(query.order_by(_THING.place))]

    def staged(self, source: str, remote_ids: Sequence[str]) -> list[Staged]:
        """These things with their payloads, as far as they are there, in order of the listing; at most BATCH."""
        if not remote_ids:
            return []
        wanted = among(self.engine, _THING.remote_id, remote_ids)
        things = [_staged(row) for row in self._fetch(_WITH_PAYLOAD.where(_THING.source == source, wanted))]
        return sorted(things, key=lambda staged: staged.place)

    def mapped(self, source: str, edition: str, mapped: Sequence[Mapped]) -> None:
        """Notes what became of things, for this edition of the mapping."""
        rows = [
            {"edition": "" if thing.again else edition, "mapped": thing.digest, "iri": thing.iri,
             "shares": int(thing.shares), "identifiers": msgspec.json.encode(thing.identifiers), "title": thing.title,
             "distributions": thing.distributions, "failed": int(thing.failed),
             "findings": msgspec.json.encode(thing.findings) if thing.findings else None,
             "_source": source, "_remote_id": thing.remote_id}
            for thing in mapped
        ]  # fmt: skip
        if rows:
            with writing(self.engine) as connection:
                self._mapped.execute(connection, rows)

    def sharing(self, source: str, run: int) -> list[str]:
        """Remote ids of the listing whose IRI is treated wrongly: as their own though others bear it too, or the
        other way round."""
        named = (*_of(source, run), _THING.iri != "")
        shared = sa.select(_THING.iri).where(*named).group_by(_THING.iri).having(sa.func.count() > 1)
        wrong = _THING.shares != sa.case((_THING.iri.in_(shared), 1), else_=0)
        query = sa.select(_THING.remote_id).where(*named, _THING.failed == 0, wrong)
        return [row.remote_id for row in self._fetch(query.order_by(_THING.place))]

    # -- planning, applying, reporting

    def listing(self, source: str, since: int) -> Iterator[ListedItem]:
        """What was read since that run, once mapped, in order of the listing."""
        decode = msgspec.json.Decoder(tuple[str, ...]).decode
        for row in self._fetch(_LISTING.where(_THING.source == source, _THING.run >= since)):
            yield ListedItem(
                remote_id=row.remote_id, digest=row.mapped, iri=row.iri, identifiers=decode(row.identifiers),
                title=row.title, distributions=row.distributions, failed=bool(row.failed),
            )  # fmt: skip

    def forget_older(self, source: str, run: int) -> None:
        """Drops what a complete listing no longer names."""
        older = (_THING.source == source, _THING.run < run)
        with writing(self.engine) as connection:
            gone = sa.select(_THING.remote_id).where(*older)
            connection.execute(_PAYLOADS.delete().where(_PAYLOADS.c.source == source, _PAYLOADS.c.remote_id.in_(gone)))
            connection.execute(_STAGED.delete().where(*older))

    def findings(self, source: str, run: int) -> Iterator[tuple[str, bool, Findings]]:
        """Remote id, whether it was listed twice, findings; of what has any, in order of the listing."""
        decode = msgspec.json.Decoder(Findings).decode
        query = (
            sa.select(_THING.remote_id, _THING.twice, _THING.findings, _THING.place)
            .where(*_of(source, run), sa.or_(_THING.twice == 1, _THING.findings.is_not(None)))
            .order_by(_THING.place)
            .limit(BATCH)
        )
        place = 0
        while rows := self._fetch(query.where(_THING.place > place)):
            for row in rows:
                yield row.remote_id, bool(row.twice), decode(row.findings) if row.findings else ()
            place = rows[-1].place

    def forget(self, source: str) -> None:
        """Drops all of a source, part by part, and gives its disk back: on a full disk there is little for the WAL."""
        self.close(source)
        some = sa.select(_PAYLOADS.c.remote_id).where(_PAYLOADS.c.source == source).limit(BATCH)
        while remote_ids := [row.remote_id for row in self._fetch(some)]:
            with writing(self.engine) as connection:
                for table in (_PAYLOADS, _STAGED):
                    wanted = among(connection, table.c.remote_id, remote_ids)
                    connection.execute(table.delete().where(table.c.source == source, wanted))
            give_space_back(self.engine, vacuum=False)
        with writing(self.engine) as connection:
            connection.execute(_STAGED.delete().where(_THING.source == source))
        give_space_back(self.engine, vacuum=True)

    def erase(self, source: str, remote_id: str) -> None:
        with writing(self.engine) as connection:
            for table in (_STAGED, _PAYLOADS):
                connection.execute(table.delete().where(table.c.source == source, table.c.remote_id == remote_id))

    def _fetch(self, query: sa.Select[Any]) -> Sequence[Any]:
        with reading(self.engine) as connection:
            return connection.execute(query).fetchall()


def _of(source: str, run: int) -> tuple[Any, Any]:
    return _THING.source == source, _THING.run == run


def _staged(row: Any) -> Staged:
    return Staged(
        remote_id=row.remote_id,
        place=row.place,
        digest=row.digest,
        payload=zstandard.ZstdDecompressor().decompress(row.payload),
        url=row.url,
        error=msgspec.json.decode(row.error, type=Finding) if row.error else None,
        twice=bool(row.twice),
        shares=bool(row.shares),
    )


def _upsert(
    engine: sa.Engine, table: sa.TableClause, changed: Sequence[str], constants: Mapping[str, Any] | None = None
) -> Any:
    """An INSERT of rows that replaces the `changed` columns of one that is there; `constants`: columns that are no
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
_LISTING: Final = sa.select(
    *(_THING[name] for name in ("remote_id", "mapped", "identifiers", "title", "distributions", "failed")),
    sa.case((_THING.shares == 1, ""), else_=_THING.iri).label("iri"),
).order_by(_THING.place)
