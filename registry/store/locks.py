"""Every lock between threads, processes and database sessions.

Where the database is SQLite, processes lock files (flock); with PostgreSQL they take advisory locks, so that they may
run on several machines. Both are free the moment their holder dies. Entry points: `exclusive` (one writer that decides
by what it reads), `try_lock` (held for long, never waits), `lock_transaction` (until the transaction ends).
"""

import contextlib
import enum
import fcntl
import threading
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, Final, NamedTuple, Protocol
from urllib.parse import quote

import sqlalchemy as sa

from registry.private_files import make_private_folder


class Key(enum.IntEnum):
    """Keys of PostgreSQL's advisory locks. Each spells a word in ASCII; processes of all versions share them."""

    NUMBERING = 0x4C6F747365  # "Lotse": numbers of changes are given in the order of commits
    TABLES = 0x4C6F74736554  # "LotseT": tables are made or upgraded
    DECISION = 0x4C6F74736544  # "LotseD": who decides by what it reads on what it writes
    PROJECTOR = 0x4C6F74736550  # "LotseP": who feeds the projections
    REBUILD = 0x4C6F74736557  # "LotseW": who builds the projections anew


_SOURCES: Final = 0x4C6F7473  # "Lots": first half of the keys of sources, the second is a digest of the name


class Name(NamedTuple):
    """What a long-held lock is called: the file, and PostgreSQL's key of one or two numbers."""

    file: Path
    key: tuple[int, ...]


def projector_lock(data: Path) -> Name:
    """Held by the process that feeds the projections."""
    return Name(data / "projector.lock", (Key.PROJECTOR,))


def rebuild_lock(data: Path) -> Name:
    """Held by the process that builds the projections anew; whoever feeds them lets go of the projector lock."""
    return Name(data / "rebuild.lock", (Key.REBUILD,))


def source_lock(data: Path, source: str) -> Name:
    """Held by the process that harvests a source."""
    digest = zlib.crc32(source.encode()) - (1 << 31)
    return Name(data / "locks" / f"{quote(source, safe='')}.lock", (_SOURCES, digest))


class HeldLock(Protocol):
    """A lock that is held until it is closed, or until its process dies."""

    def close(self) -> None: ...

    def alive(self) -> bool:
        """Whether it is still held: a session of PostgreSQL may have been lost, and its locks with it."""


def try_lock(engine: sa.Engine, name: Name) -> HeldLock | None:
    """The lock, at once; None if another holds it."""
    if engine.dialect.name == "postgresql":
        return _session_lock(engine, name.key)
    return _file_lock(name.file)


class SharedLock:
    """A long-held lock that the threads of this process share: the first takes it, it is free when the last lets go."""

    def __init__(self, engine: sa.Engine, name: Name) -> None:
        self._engine = engine
        self._name = name
        self._mutex = threading.Lock()
        self._held: HeldLock | None = None
        self._holders = 0

    def acquire(self) -> bool:
        """Whether this process holds it now, at once; if so, `release` once."""
        with self._mutex:
            if not self._still_held():
                self._held = try_lock(self._engine, self._name)
            if self._held is None:
                return False
            self._holders += 1
            return True

    def release(self) -> None:
        with self._mutex:
            self._holders -= 1
            if self._holders == 0 and self._held is not None:
                self._held.close()
                self._held = None

    def alive(self) -> bool:
        """Whether this process still holds it: a session of PostgreSQL may have been lost."""
        with self._mutex:
            return self._still_held()

    def _still_held(self) -> bool:
        if self._held is not None and not self._held.alive():
            self._held.close()
            self._held = None
        return self._held is not None


class _FileLock:
    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def close(self) -> None:
        self._file.close()

    def alive(self) -> bool:
        return True


def _file_lock(path: Path) -> _FileLock | None:
    make_private_folder(path.parent)
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return _FileLock(file)


class _SessionLock:
    def __init__(self, connection: sa.Connection, key: tuple[int, ...]) -> None:
        self._connection = connection
        self._key = key

    def close(self) -> None:
        """Unlocks before the session ends: PostgreSQL may take a moment to notice that it did."""
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            self._connection.execute(sa.select(sa.func.pg_advisory_unlock(*self._key)))
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            self._connection.close()

    def alive(self) -> bool:
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            return self._connection.execute(sa.select(sa.literal(1))).scalar() == 1
        return False


def _session_lock(engine: sa.Engine, key: tuple[int, ...]) -> _SessionLock | None:
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()  # taken out of the pool, so that closing it ends the session, which frees the lock in any case
    if connection.execute(sa.select(sa.func.pg_try_advisory_lock(*key))).scalar():
        return _SessionLock(connection, key)
    connection.close()
    return None


@contextlib.contextmanager
def exclusive(engine: sa.Engine) -> Iterator[None]:
    """One at a time, of all threads and processes: for who decides by what it reads on what it writes.

    Threads queue up before they take a connection, or those that wait could leave none for the one that works.
    """
    with _thread_lock(str(engine.url)):
        if engine.dialect.name == "postgresql":
            with engine.connect() as connection:
                lock_transaction(connection, Key.DECISION)
                yield
        elif engine.url.database in (None, "", ":memory:"):
            yield
        else:
            with Path(f"{engine.url.database}.lock").open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield


@lru_cache(maxsize=32)
def _thread_lock(url: str) -> threading.Lock:
    return threading.Lock()


def lock_transaction(connection: sa.Connection, key: Key) -> None:
    """Waits for a lock that this transaction holds until it ends; on SQLite BEGIN IMMEDIATE has done the same."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key.value)))


def lock_table(connection: sa.Connection, table: sa.TableClause) -> None:
    """Waits until no other transaction writes to a table, and keeps others from it until this one ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE")
