"""Every lock between threads, processes and database sessions.

With SQLite processes lock files (flock); with PostgreSQL they take advisory locks, so that they may run on several
machines. Both become free as soon as the holder dies. Entry points: `exclusive` (for reading, deciding and writing
without interference), `try_lock` (held for long, never waits; `poll` tries again), `lock_transaction` (until the
transaction ends).
"""

import contextlib
import enum
import fcntl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, Final, NamedTuple, Protocol, TypeVar
from urllib.parse import quote

import sqlalchemy as sa

from registry.private_files import make_private_folder

T = TypeVar("T")


class Key(enum.IntEnum):
    """Keys of PostgreSQL's advisory locks. Each is a text in ASCII; it never changes, as versions may run together."""

    NUMBERING = 0x4C6F747365  # "Lotse": held while numbers of changes are given, so that they follow the commits
    TABLES = 0x4C6F74736554  # "LotseT": held while tables are made or upgraded
    DECISION = 0x4C6F74736544  # "LotseD": `exclusive`
    PROJECTOR = 0x4C6F74736550  # "LotseP": `projector_lock`
    REBUILD = 0x4C6F74736557  # "LotseW": `rebuild_lock`


POLL_INTERVAL: Final = 0.02  # seconds between two tries to take a lock
_SOURCES: Final = 0x4C6F7473  # "Lots": first of the two numbers of a source's key; the second is a digest of its name


class Name(NamedTuple):
    """What a long-held lock is called: the file, and PostgreSQL's key of one or two numbers."""

    file: Path
    key: tuple[int, ...]


def projector_lock(data: Path) -> Name:
    """Held by the process that feeds the projections."""
    return Name(data / "projector.lock", (Key.PROJECTOR,))


def rebuild_lock(data: Path) -> Name:
    """Held by the process that rebuilds the projections; meanwhile the projector's process releases its lock."""
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
    """Takes the lock without waiting; None if another process or session holds it."""
    if engine.dialect.name == "postgresql":
        return _session_lock(engine, name.key)
    return _file_lock(name.file)


def poll(timeout: float, attempt: Callable[[], T]) -> T:
    """Calls `attempt` until it returns a true value or `timeout` seconds are over; returns its last answer."""
    deadline = time.monotonic() + timeout
    while not (answer := attempt()) and time.monotonic() < deadline:
        time.sleep(POLL_INTERVAL)
    return answer


class SharedLock:
    """A lock that the threads of this process share: the first thread takes it, the last one to release frees it."""

    def __init__(self, engine: sa.Engine, name: Name) -> None:
        self._engine = engine
        self._name = name
        self._mutex = threading.Lock()
        self._held: HeldLock | None = None
        self._holders = 0

    def acquire(self) -> bool:
        """Takes the lock for this thread without waiting; whether that worked. If so, call `release` once."""
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
        """Unlocks, then ends the session: PostgreSQL may notice the end of a session only after a moment."""
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
    """Within the block no other thread or process is in such a block: for writers that decide by what they read.

    Threads wait before they take a connection; else waiting threads could use up the pool of connections.
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
    """Waits for a lock that this transaction holds until it ends; on SQLite BEGIN IMMEDIATE does the same already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key.value)))


def lock_table(connection: sa.Connection, table: sa.TableClause) -> None:
    """Waits until no other transaction writes to the table, and blocks other writers until this one ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE")
