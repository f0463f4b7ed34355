"""What was read of a source and not yet taken in: payloads, how they were mapped, and how far the reading came.

On SQLite a file of its own, so that it never holds up a registration. Losing it loses nothing: the next run reads
everything again.
"""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa
import zstandard

from registry.model import Finding, Findings
from registry.model.harvest import Mapped, Reached, Staged
from registry.store.database import Tables, connect, make_tables, placed, reading, writing

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
BATCH: Final = 500


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
        self._local = threading.local()

    # -- reading a source

    def digests(self, source: str) -> dict[str, str]:
        """Remote id -> digest of the payload that was read last."""
        rows = self._fetch("SELECT remote_id, digest FROM staged WHERE source = ?", source)
        return {row.remote_id: row.digest for row in rows}

    def read(self, source: str, run: int) -> dict[str, int]:
        """Remote id -> place of what a run has read so far."""
        rows = self._fetch("SELECT remote_id, place FROM staged WHERE source = ? AND run = ?", source, run)
        return {row.remote_id: row.place for row in rows}

    def reached(self, source: str) -> Reached | None:
        """Where an interrupted reading goes on."""
        query = "SELECT run, token, edition, place, at FROM staged_marks WHERE source = ?"
        return next((Reached(*row) for row in self._fetch(query, source)), None)

    def last(self, source: str, edition: str) -> Reached | None:
        """The last listing, if some of it was mapped by another edition."""
        query = """SELECT max(run) AS run, max(place) AS place FROM staged WHERE source = ?
            AND run = (SELECT max(run) FROM staged WHERE source = ?) HAVING sum(CASE WHEN edition IN (?, '')
            THEN 0 ELSE 1 END) > 0"""
        return next(
            (Reached(row.run, "", edition, row.place, "") for row in self._fetch(query, source, source, edition)), None
        )

    def resume(self, source: str, reached: Reached, run: int) -> None:
        """What an interrupted run had read at its last mark counts as read by this one."""
        query = "UPDATE staged SET run = ? WHERE source = ? AND run = ? AND place <= ?"
        with writing(self.engine) as connection:
            self._do(connection, query, [(run, source, reached.run, reached.place)])
            self._do(connection, "UPDATE staged_marks SET run = ? WHERE source = ?", [(run, source)])

    def stage(self, source: str, new: Sequence[Staged], same: Sequence[Staged], mark: Reached) -> None:
        """A page, in one transaction with the last mark. `same`: payload and address as they were."""
        pack = zstandard.ZstdCompressor(level=1).compress
        rows = [
            (source, one.remote_id, mark.run, one.place, int(one.twice), one.url, one.digest,
             msgspec.json.encode(one.error) if one.error else None)
            for one in new
        ]  # fmt: skip
        payloads = [(source, one.remote_id, pack(one.payload)) for one in new]
        with writing(self.engine) as connection:
            self._do(connection, _STAGE, rows)
            self._do(connection, _PAYLOAD, payloads)
            self._do(
                connection,
                "UPDATE staged SET run = ?, place = ?, twice = ? WHERE source = ? AND remote_id = ?",
                [(mark.run, one.place, int(one.twice), source, one.remote_id) for one in same],
            )
            self._do(connection, _MARK, [(source, mark.run, mark.token, mark.edition, mark.place, mark.at)])

    def close(self, source: str) -> None:
        """The reading is over: nothing to go on with."""
        self._write("DELETE FROM staged_marks WHERE source = ?", [(source,)])

    # -- mapping

    def unmapped(self, source: str, run: int, edition: str) -> list[tuple[str, str]]:
        """Remote id and digest of what the run has read and this edition of the mapping has not seen, in order of the
        listing."""
        query = "SELECT remote_id, digest FROM staged WHERE source = ? AND run = ? AND edition <> ? ORDER BY place"
        return [(row.remote_id, row.digest) for row in self._fetch(query, source, run, edition)]

    def staged(self, source: str, remote_ids: Sequence[str]) -> list[Staged]:
        """These things with their payloads, as far as they are there, in order of the listing; at most BATCH."""
        found = [self._staged(row) for row in self._of(_PAYLOADS, source, remote_ids)]
        return sorted(found, key=lambda one: one.place)

    def mapped(self, source: str, edition: str, mapped: Sequence[Mapped]) -> None:
        """Notes what became of things, for this edition of the mapping."""
        rows = [
            ("" if one.again else edition, one.digest, one.iri, int(one.shares), msgspec.json.encode(one.identifiers),
             one.title, one.distributions, int(one.failed), msgspec.json.encode(one.findings) if one.findings else None,
             source, one.remote_id)
            for one in mapped
        ]  # fmt: skip
        self._write(_MAPPED, rows)

    def sharing(self, source: str, run: int) -> list[str]:
        """Remote ids of the listing whose IRI is treated wrongly: as their own though others bear it too, or the
        other way round."""
        shared = "SELECT iri FROM staged WHERE source = ? AND run = ? AND iri <> '' GROUP BY iri HAVING count(*) > 1"
        query = f"""SELECT remote_id FROM staged WHERE source = ? AND run = ? AND iri <> '' AND failed = 0
            AND shares <> (CASE WHEN iri IN ({shared}) THEN 1 ELSE 0 END) ORDER BY place"""  # noqa: S608
        return [row.remote_id for row in self._fetch(query, source, run, source, run)]

    # -- planning, applying, reporting

    def listing(self, source: str, since: int) -> Iterator[tuple[str, str, str, tuple[str, ...], str, int, bool]]:
        """Remote id, digest of the Metadata, IRI (if its own), identifiers, title, number of distributions, whether it
        failed; of what was read since that run, in order of the listing."""
        query = """SELECT remote_id, mapped, CASE WHEN shares = 1 THEN '' ELSE iri END, identifiers, title,
            distributions, failed FROM staged WHERE source = ? AND run >= ? ORDER BY place"""
        decode = msgspec.json.Decoder(tuple[str, ...]).decode
        for row in self._fetch(query, source, since):
            yield (*row[:3], decode(row[3]), row[4], row[5], bool(row[6]))

    def forget_older(self, source: str, run: int) -> None:
        """Drops what a complete listing no longer names."""
        query = "DELETE FROM staged_payloads WHERE source = ? AND remote_id IN ({})"
        with writing(self.engine) as connection:
            older = "SELECT remote_id FROM staged WHERE source = ? AND run < ?"
            self._do(connection, query.format(older), [(source, source, run)])
            self._do(connection, "DELETE FROM staged WHERE source = ? AND run < ?", [(source, run)])

    def findings(self, source: str, run: int) -> Iterator[tuple[str, bool, Findings]]:
        """Remote id, whether it was listed twice, findings; of what has any, in order of the listing."""
        decode = msgspec.json.Decoder(Findings).decode
        query = f"""SELECT remote_id, twice, findings, place FROM staged WHERE source = ? AND run = ? AND place > ?
            AND (twice = 1 OR findings IS NOT NULL) ORDER BY place LIMIT {BATCH}"""  # noqa: S608
        place = 0
        while rows := self._fetch(query, source, run, place):
            for row in rows:
                yield row.remote_id, bool(row.twice), decode(row.findings) if row.findings else ()
            place = rows[-1].place

    def forget(self, source: str) -> None:
        with writing(self.engine) as connection:
            for table in (*_BODIES, "staged_marks"):
                self._do(connection, f"DELETE FROM {table} WHERE source = ?", [(source,)])  # noqa: S608

    def erase(self, source: str, remote_id: str) -> None:
        with writing(self.engine) as connection:
            for table in _BODIES:
                query = f"DELETE FROM {table} WHERE source = ? AND remote_id = ?"  # noqa: S608
                self._do(connection, query, [(source, remote_id)])

    # -- how

    def _staged(self, row: Any) -> Staged:
        payload = zstandard.ZstdDecompressor().decompress(row.payload)
        error = msgspec.json.decode(row.error, type=Finding) if row.error else None
        return Staged(row.remote_id, row.place, row.digest, payload, row.url, error, bool(row.twice), bool(row.shares))

    def _of(self, query: str, source: str, remote_ids: Sequence[str]) -> Sequence[Any]:
        marks = ", ".join("?" * len(remote_ids))
        return self._fetch(f"{query} AND remote_id IN ({marks})", source, *remote_ids) if remote_ids else ()

    def _fetch(self, query: str, *words: object) -> Sequence[Any]:
        with reading(self.engine) as connection:
            return connection.exec_driver_sql(placed(self.engine, query), words).fetchall()

    def _do(self, connection: sa.Connection, query: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            connection.exec_driver_sql(placed(self.engine, query), list(rows))

    def _write(self, query: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            with writing(self.engine) as connection:
                self._do(connection, query, rows)


_BODIES: Final = ("staged", "staged_payloads")
_PAYLOADS: Final = """SELECT remote_id, place, digest, payload, url, error, twice, shares
    FROM staged JOIN staged_payloads USING (source, remote_id) WHERE source = ?"""
_PAYLOAD: Final = """INSERT INTO staged_payloads VALUES (?, ?, ?)
    ON CONFLICT (source, remote_id) DO UPDATE SET payload = excluded.payload"""
_STAGE: Final = """INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', '', 0, '[]', '', 0, 0, NULL)
    ON CONFLICT (source, remote_id) DO UPDATE SET run = excluded.run, place = excluded.place, twice = excluded.twice,
    url = excluded.url, digest = excluded.digest, error = excluded.error, edition = ''"""
_MARK: Final = """INSERT INTO staged_marks VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET
    run = excluded.run, token = excluded.token, edition = excluded.edition, place = excluded.place, at = excluded.at"""
_MAPPED: Final = """UPDATE staged SET edition = ?, mapped = ?, iri = ?, shares = ?, identifiers = ?, title = ?,
    distributions = ?, failed = ?, findings = ? WHERE source = ? AND remote_id = ?"""
