"""Vectors in a folder, which one process writes and many read at once.

Entry point: `VectorFiles`, a `VectorStore`. Its files, in a folder for each encoder:
vectors   the vectors one after the other; readers map it into memory, so that all processes share one copy
rows      SQLite: which record has which slot in it, the digest of its text and the CRC-32 of its vector

A vector that is in use is never overwritten: a new one gets a free slot, then its row names that slot.
"""

import os
import shutil
import zlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from itertools import count, islice
from pathlib import Path
from threading import Lock
from time import time
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from registry.errors import DatabaseDamagedError
from registry.private_files import make_private_file, make_private_folder
from registry.search.vectors import Progress, Row
from registry.store.database import Tables, among, connect, inserting, make_tables, reading, writing

if TYPE_CHECKING:
    from registry.search.nearest import Nearest

SETTLED_SECONDS: Final = 0.1  # longer than the clock of any file system takes for a tick
NO_STAMP: Final = -1  # smaller than that of any row
MAX_SCANNED: Final = 200_000  # vectors that a query is compared with; of a larger catalogue only those named
TABLES: Final = Tables(
    "vectors_version",
    (
        """CREATE TABLE vectors (
            id TEXT PRIMARY KEY, slot {big} NOT NULL UNIQUE, digest TEXT NOT NULL, crc {big} NOT NULL,
            stamp {big} NOT NULL)""",
        "CREATE INDEX vectors_by_digest ON vectors (digest)",
        "CREATE INDEX vectors_by_stamp ON vectors (stamp)",
        "CREATE TABLE free_slots (slot {big} PRIMARY KEY, cleared INTEGER NOT NULL)",
        "CREATE TABLE progress (key INTEGER PRIMARY KEY, body {blob} NOT NULL)",
    ),
)
_VECTORS: Final = sa.table("vectors", *map(sa.column, ("id", "slot", "digest", "crc", "stamp")))
_FREE_SLOTS: Final = sa.table("free_slots", sa.column("slot"), sa.column("cleared"))
_PROGRESS: Final = sa.table("progress", sa.column("key"), sa.column("body"))
_UNREADABLE: Final = (DatabaseDamagedError, sa.exc.SQLAlchemyError, OSError, msgspec.MsgspecError)


class _FileState(NamedTuple):
    inode: int
    size: int
    changed: int  # nanoseconds


class VectorFiles:
    """A VectorStore. `folder`: of all encoders; `name`: of the folder in it for this encoder."""

    def __init__(self, folder: Path, name: str, dimensions: int) -> None:
        self.folder = folder / name
        self.dimensions = dimensions
        self.path = self.folder / "vectors"
        self._database = self.folder / "rows"
        self._wal = self.folder / "rows-wal"
        self._sound: tuple[_FileState, Progress | None] | None = None  # in which the files were found sound
        self._lock = Lock()
        self._read_at: tuple[int, ...] | None = None  # the last commit that was read
        self._reading: tuple[tuple[str, int], int, Nearest] | None = None  # epoch and inode, stamp, vectors

    @property
    def _engine(self) -> sa.Engine:
        return connect(f"sqlite:///{self._database}")

    def progress(self) -> Progress | None:
        if not self._database.exists():
            return None
        with suppress(*_UNREADABLE), reading(self._engine) as connection:
            body = connection.execute(sa.select(_PROGRESS.c.body)).scalar()
            return msgspec.json.decode(body, type=Progress) if body else None
        return None

    # -- damage

    def damage(self) -> str:
        """The name of a damaged file; a state of the files that was sound is not checked again, nor are the vectors
        that were sound before later commits."""
        if not self._database.exists():
            return ""
        with suppress(*_UNREADABLE):
            state = (self._state(), self.progress())
            if state != self._sound and self._damaged(self._sound_stamp(*state)):
                return self.path.name
            self._sound = state
            return ""
        return self._database.name

    def _state(self) -> "_FileState":
        state = self.path.stat()
        return _FileState(state.st_ino, state.st_size, state.st_mtime_ns)

    def _sound_stamp(self, file: "_FileState", progress: Progress | None) -> int:
        """The stamp of the last rows whose vectors were found sound; NO_STAMP where the file may have been changed by
        something other than a commit."""
        sound_file, sound_progress = self._sound or (None, None)
        if not (sound_file and sound_progress and progress) or progress.epoch != sound_progress.epoch:
            return NO_STAMP
        is_commit = file == sound_file or (file.inode == sound_file.inode and progress.stamp > sound_progress.stamp)
        return sound_progress.stamp if is_commit else NO_STAMP

    def _damaged(self, since: int) -> list[str]:
        """Ids of the records whose vector, written after the stamp `since`, is not what was written."""
        query = sa.select(_VECTORS.c.id, _VECTORS.c.slot, _VECTORS.c.crc).where(_VECTORS.c.stamp > since)
        with reading(self._engine) as connection:
            rows = connection.execute(query).fetchall()
        with self.path.open("rb") as file:
            return [row.id for row in rows if zlib.crc32(self._at(file.fileno(), row.slot)) != row.crc]

    def _at(self, file: int, slot: int) -> bytes:
        return os.pread(file, self.dimensions, slot * self.dimensions)

    # -- writing

    def prepare(self) -> None:
        make_private_folder(self.folder)
        if self.damage() == self._database.name:
            self._engine.dispose()
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._database}{suffix}").unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)
        make_private_file(self.path)
        make_tables(self._engine, TABLES)
        if self.damage():
            self._remove(self._damaged(NO_STAMP))
        self._clear()

    def digests(self, ids: Collection[str]) -> Mapping[str, str]:
        query = sa.select(_VECTORS.c.id, _VECTORS.c.digest).where(among(self._engine, _VECTORS.c.id, list(ids)))
        with reading(self._engine) as connection:
            return {row.id: row.digest for row in connection.execute(query)}

    def vectors(self, digests: Collection[str]) -> Mapping[str, bytes]:
        columns = (_VECTORS.c.digest, _VECTORS.c.slot)
        query = sa.select(*columns).where(among(self._engine, _VECTORS.c.digest, list(digests)))
        with reading(self._engine) as connection, self.path.open("rb") as file:
            return {row.digest: self._at(file.fileno(), row.slot) for row in connection.execute(query)}

    def write(self, rows: Sequence[Row], gone: Collection[str], progress: Progress) -> None:
        new = [row for row in rows if row.vector is not None]
        kept = [row.id for row in rows if row.vector is None]
        with writing(self._engine) as connection:
            slots = self._slots(connection, len(new))
            self._free(connection, [*gone, *(row.id for row in new)])
            self._store(connection, dict(zip(slots, new, strict=True)), progress.stamp)
            named = among(self._engine, _VECTORS.c.id, kept)
            connection.execute(_VECTORS.update().values(stamp=progress.stamp).where(named))
            body = msgspec.json.encode(progress)
            insert = inserting(self._engine, _PROGRESS).values(key=1, body=body)
            connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"body": body}))
        self._clear()

    def _store(self, connection: sa.Connection, rows: Mapping[int, Row], stamp: int) -> None:
        """Writes vectors to their slots first, then the rows that name these slots."""
        with self.path.open("r+b") as file:
            for slot, row in rows.items():
                file.seek(slot * self.dimensions)
                file.write(row.vector or b"")
        values = [
            {"id": row.id, "slot": slot, "digest": row.digest, "crc": zlib.crc32(row.vector or b""), "stamp": stamp}
            for slot, row in rows.items()
        ]
        if values:
            connection.execute(_VECTORS.insert(), values)

    def forget(self, stamp: int) -> None:
        with reading(self._engine) as connection:
            old = connection.execute(sa.select(_VECTORS.c.id).where(_VECTORS.c.stamp <= stamp)).scalars().all()
        self._remove(old)

    def drop_others(self) -> None:
        for folder in self.folder.parent.iterdir():
            if folder != self.folder:
                shutil.rmtree(folder, ignore_errors=True)

    def _remove(self, ids: Sequence[str]) -> None:
        with writing(self._engine) as connection:
            self._free(connection, ids)
        self._clear()

    def _free(self, connection: sa.Connection, ids: Sequence[str]) -> None:
        """Deletes the rows of these records; their slots are free, but not cleared yet."""
        named = among(self._engine, _VECTORS.c.id, ids)
        slots = sa.select(_VECTORS.c.slot, sa.literal(0)).where(named)
        connection.execute(_FREE_SLOTS.insert().from_select(["slot", "cleared"], slots))
        connection.execute(_VECTORS.delete().where(named))

    def _slots(self, connection: sa.Connection, number: int) -> list[int]:
        """Places for so many vectors: cleared ones first, then those behind the last one."""
        query = sa.select(_FREE_SLOTS.c.slot).where(_FREE_SLOTS.c.cleared == 1).limit(number)
        cleared = connection.execute(query).scalars().all()
        connection.execute(_FREE_SLOTS.delete().where(_FREE_SLOTS.c.slot.in_(cleared)))
        ends = [connection.execute(sa.select(sa.func.max(table.c.slot))).scalar() for table in (_VECTORS, _FREE_SLOTS)]
        behind = count(max((end for end in ends if end is not None), default=-1) + 1)
        return [*cleared, *islice(behind, number - len(cleared))]

    def _clear(self) -> None:
        """Overwrites what stood in free slots, so that nothing of a record stays once it is withdrawn."""
        query = sa.select(_FREE_SLOTS.c.slot).where(_FREE_SLOTS.c.cleared == 0)
        with reading(self._engine) as connection:
            slots = connection.execute(query).scalars().all()
        if not slots:
            return
        with self.path.open("r+b") as file:
            for slot in slots:
                file.seek(slot * self.dimensions)
                file.write(bytes(self.dimensions))
        with writing(self._engine) as connection:
            connection.execute(_FREE_SLOTS.update().values(cleared=1).where(_FREE_SLOTS.c.cleared == 0))

    # -- searching

    def is_complete(self) -> bool:
        return self._reading is not None or self._read() is not None  # `cosines` looks again

    def cosines(self, vector: bytes, count: int, ids: Collection[str] = ()) -> Mapping[str, float]:
        nearest = self._read()
        if nearest is None:
            return {}
        best = nearest.best(vector, count) if count and len(nearest.ids) <= MAX_SCANNED else {}
        return nearest.cosines(vector, ids) | best

    def _read(self) -> "Nearest | None":
        """The vectors of the last commit; None while the first build is not complete, or where they are unreadable."""
        from registry.search.nearest import Nearest  # NumPy, which only searches need

        with self._lock, suppress(*_UNREADABLE, ValueError):  # ValueError: a file that is too short to be mapped
            commit = self._last_commit()
            if commit and commit == self._read_at:
                return self._reading[2] if self._reading else None
            self._read_at = None
            progress = self.progress()
            if progress is None or not progress.is_complete:
                return None
            origin, stamp = (progress.epoch, self.path.stat().st_ino), progress.stamp
            before = self._reading if self._reading and self._reading[0] == origin else None
            if before is None or before[1] != stamp:
                since, nearest = before[1:] if before else (0, None)
                before = origin, stamp, Nearest(self.path, self.dimensions, self._rows(since), nearest)
            self._reading, self._read_at = before, commit
            return before[2]
        return None

    def _last_commit(self) -> tuple[int, ...] | None:
        """What changes in the files of SQLite with each commit; None for a moment after one, when the time of another
        could be the same."""
        states = [self._database.stat()]
        with suppress(FileNotFoundError):
            states.append(self._wal.stat())
        if any(time() - state.st_mtime < SETTLED_SECONDS for state in states):
            return None
        return tuple(value for state in states for value in (state.st_ino, state.st_size, state.st_mtime_ns))

    def _rows(self, stamp: int) -> list[tuple[str, int]]:
        """Ids and slots of the rows that were written after a stamp."""
        query = sa.select(_VECTORS.c.id, _VECTORS.c.slot).where(_VECTORS.c.stamp > stamp)
        with reading(self._engine) as connection:
            return [(row.id, row.slot) for row in connection.execute(query)]
