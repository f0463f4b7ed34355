"""Connects to the database, SQLite or PostgreSQL, and makes and upgrades its tables.

Entry points: `connect`, `reading` and `writing` (transactions), `make_tables`, `watching` (waits for changes).
Invariants: every transaction is one of `reading` or `writing`. On SQLite writers wait for each other (BEGIN IMMEDIATE)
and never for readers (WAL).
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from registry.errors import DatabaseDamagedError, NotReadyError, StorageFullError, UpgradeNeededError
from registry.private_files import make_private_file, make_private_folder
from registry.store.locks import Key, lock_transaction

FULL_CODES: Final = ("SQLITE_FULL", "53100")  # of SQLite, and PostgreSQL's disk_full
BUSY_TIMEOUT: Final = 60  # seconds that a writer waits for others


class Tables:
    """The tables of one room. `counter`: the table that holds how many of `versions` the database has.

    `versions`: SQL statements, one tuple a version; a released one is never changed. Names in braces: see _SQL_TYPES.
    """

    def __init__(self, counter: str, *versions: tuple[str, ...]) -> None:
        self.counter = counter
        self.versions = versions


# {big}: a 64-bit number, {blob}: bytes, {moment}: a date with its time, {random}: a random text, {equal}: an index for
# equality only, since PostgreSQL's B-tree indexes refuse values as long as some addresses are.
_SQL_TYPES: Final[Mapping[str, Mapping[str, str]]] = {
    "sqlite": {
        "big": "INTEGER", "blob": "BLOB", "moment": "DATETIME", "equal": "", "random": "lower(hex(randomblob(8)))",
    },
    "postgresql": {
        "big": "BIGINT", "blob": "BYTEA", "moment": "TIMESTAMP WITH TIME ZONE", "equal": "USING hash",
        "random": "replace(gen_random_uuid()::text, '-', '')",
    },
}  # fmt: skip


@lru_cache(maxsize=32)
def connect(url: str) -> sa.Engine:
    """The engine for a SQLAlchemy URL, one for each process; makes the folder of a SQLite file when it connects."""
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT}, **_pooling(url))
    sa.event.listen(engine, "do_connect", _make_private)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


@contextlib.contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection for reading, which blocks no writer.

    On SQLite all of its statements see one snapshot, on PostgreSQL (READ COMMITTED) each statement sees its own.
    """
    with _explained(engine), engine.connect() as connection:
        yield connection.execution_options(reads=True)


@contextlib.contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction for writing. On SQLite it takes the write lock at its start (BEGIN IMMEDIATE).

    StorageFullError if the disk is full; nothing is written then.
    If it took the lock at the first write, half of the concurrent transactions that read first would fail there.
    """
    with _explained(engine), engine.begin() as connection:
        yield connection


def give_space_back(engine: sa.Engine, *, vacuum: bool) -> None:
    """Empties the WAL of SQLite and, with `vacuum`, shrinks the file, as far as others let it and the disk has room."""
    if engine.dialect.name == "sqlite":
        with contextlib.closing(engine.raw_connection()) as raw, contextlib.suppress(sqlite3.OperationalError):
            driver: Any = raw.driver_connection
            for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", *(("VACUUM",) if vacuum else ())):
                driver.execute(statement).fetchall()
            if vacuum:
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


_DAMAGE: Final[dict[str, str]] = {}  # URL of a database -> what SQLite said of a damaged page, in this process


def damage_seen(engine: sa.Engine) -> str:
    """The last error about a damaged page of this database that this process met; "" for none."""
    return _DAMAGE.get(str(engine.url), "")


def check_pages(engine: sa.Engine) -> str:
    """Reads all pages of a SQLite database, which takes some seconds a gigabyte; what is damaged, "" for nothing.

    PostgreSQL checks a page when it reads it.
    """
    if engine.dialect.name == "sqlite":
        with contextlib.suppress(DatabaseDamagedError), reading(engine) as connection:
            answer = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
            if answer == "ok":
                _DAMAGE.pop(str(engine.url), None)
            else:
                _DAMAGE[str(engine.url)] = answer
    return damage_seen(engine)


@contextlib.contextmanager
def _explained(engine: sa.Engine) -> Iterator[None]:
    """Raises StorageFullError for a full disk, DatabaseDamagedError for a damaged page of SQLite."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        name = str(getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or "")
        if name in FULL_CODES:
            raise StorageFullError("storage-full") from error
        if name.startswith("SQLITE_CORRUPT"):
            _DAMAGE[str(engine.url)] = str(error.orig)
            raise DatabaseDamagedError("database-page-damaged") from error
        raise


# As text: built of SQLAlchemy's functions, it takes longer than the query
_MEMBERS: Final = sa.text("SELECT value FROM json_each(:members)")


def among(bound: sa.Engine | sa.Connection, column: Any, values: Sequence[str]) -> Any:
    """The condition that a column is one of `values`, as one parameter.

    As one parameter a value, SQLAlchemy would compile the statement again for each number of values.
    """
    if bound.dialect.name == "postgresql":
        return column == sa.any_(sa.literal(list(values), sa.ARRAY(sa.Text)))
    return column.in_(_MEMBERS.bindparams(sa.bindparam("members", msgspec.json.encode(values).decode(), unique=True)))


def utc(moment: datetime) -> datetime:
    """The moment with its zone: SQLite returns moments without one, and all that we store are in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def inserting(engine: sa.Engine, table: sa.TableClause) -> Any:
    """An INSERT with `on_conflict_do_update`, which SQLAlchemy has only in the dialects of the two databases."""
    if engine.dialect.name != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # late: it takes a tenth of the start of a process that does not need it

    return postgresql.insert(table)


class ManyRows:
    """A statement with named parameters for many rows, compiled once for an engine, when it is first needed.

    SQLAlchemy would process each parameter of each row again; that is a tenth of the time of a harvest.
    """

    def __init__(self, engine: sa.Engine, statement: sa.ClauseElement) -> None:
        self._engine = engine
        self._statement = statement

    @cached_property
    def _compiled(self) -> tuple[str, Callable[[Mapping[str, Any]], Any] | None]:
        """The SQL, and what puts the parameters of a row in its order where the driver has no names."""
        compiled: Any = self._statement.compile(self._engine)
        return compiled.string, itemgetter(*compiled.positiontup) if compiled.positional else None

    def execute(self, connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Executes the statement for each row; does nothing without rows."""
        if rows:
            text, in_order = self._compiled
            parameters: Any = list(map(in_order, rows)) if in_order else rows
            connection.exec_driver_sql(text, parameters)


def make_tables(engine: sa.Engine, tables: Tables) -> None:
    """Makes a room's tables if there are none; if several processes start at once, only one of them does.

    UpgradeNeededError if they are older than this program, NotReadyError if they are newer.
    """
    with reading(engine) as connection:
        version = _version(connection, tables)
    if version == 0:
        upgrade_tables(engine, tables)
    elif version < len(tables.versions):
        raise UpgradeNeededError("database-older", {"tables": version})
    elif version > len(tables.versions):
        raise NotReadyError("database-newer", {"tables": version})


def upgrade_tables(engine: sa.Engine, tables: Tables) -> tuple[int, int]:
    """Upgrades a room's tables in one transaction; returns the version before (0: no tables) and after.

    NotReadyError if they are newer than this program.
    """
    newest = len(tables.versions)
    with writing(engine) as connection:
        dialect = connection.dialect.name
        lock_transaction(connection, Key.TABLES)
        version = _version(connection, tables)
        if version > newest:
            raise NotReadyError("database-newer", {"tables": version})
        if version == 0:
            connection.exec_driver_sql(f"CREATE TABLE {tables.counter} (version INTEGER NOT NULL)")
        for statement in chain.from_iterable(tables.versions[version:]):
            connection.exec_driver_sql(statement.format_map(_SQL_TYPES[dialect]))
        if version < newest:
            connection.exec_driver_sql(f"INSERT INTO {tables.counter} VALUES ({newest})")  # noqa: S608
    return version, newest


def _version(connection: sa.Connection, tables: Tables) -> int:
    if not sa.inspect(connection).has_table(tables.counter):
        return 0
    return int(connection.exec_driver_sql(f"SELECT max(version) FROM {tables.counter}").scalar() or 0)  # noqa: S608


def _pooling(url: str) -> dict[str, Any]:
    memory = url in ("sqlite://", "sqlite:///:memory:")
    return {"poolclass": sa.StaticPool} if memory else {"pool_size": 20, "max_overflow": 100}


def _make_private(_dialect: Any, _record: Any, arguments: list[Any], _keywords: Any) -> None:
    if arguments and arguments[0] != ":memory:":
        file = Path(arguments[0])
        make_private_folder(file.parent)
        for suffix in ("", "-wal", "-shm"):  # SQLite gives the last two the mode of the first when it makes them
            if not suffix or Path(f"{file}{suffix}").exists():
                make_private_file(Path(f"{file}{suffix}"))


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver starts no transactions by itself; `_begin` does
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    _enable_wal(connection)


def _enable_wal(connection: Any) -> None:
    """Switches the file to WAL mode (persistent, done once), so that readers and a writer work side by side.

    If several connections try at the same moment SQLite returns SQLITE_BUSY at once, whatever the busy timeout, so we
    retry.
    """
    end = time.monotonic() + BUSY_TIMEOUT
    while connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)


def _begin(connection: sa.Connection) -> None:
    reads = connection.get_execution_options().get("reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


POLL_INTERVAL = 0.02  # seconds between two reads of SQLite's `data_version`

Wait = Callable[[float], None]


def notify(connection: sa.Connection, number: int) -> None:
    """Wakes processes that wait in `watching` (NOTIFY on PostgreSQL), once this transaction is committed."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_notify("lotse", str(number))))


@contextlib.contextmanager
def watching(engine: sa.Engine) -> Iterator[Wait]:
    """Yields a function that waits until the database may have changed, at most so many seconds.

    By LISTEN on PostgreSQL; on SQLite by polling `PRAGMA data_version`.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection, _listening(connection) as wait:
            yield wait
    else:
        with contextlib.closing(engine.raw_connection()) as raw:
            yield _polling(raw.driver_connection)


@contextlib.contextmanager
def _listening(connection: sa.Connection) -> Iterator[Wait]:
    driver: Any = connection.execution_options(isolation_level="AUTOCOMMIT").connection.driver_connection

    def wait(left: float) -> None:
        for _ in driver.notifies(timeout=left, stop_after=1):
            pass

    driver.execute("LISTEN lotse")
    try:
        yield wait
    finally:
        driver.execute("UNLISTEN lotse")


def _polling(driver: Any) -> Wait:
    def version() -> Any:
        return driver.execute("PRAGMA data_version").fetchone()

    seen = version()

    def wait(left: float) -> None:
        nonlocal seen
        deadline = time.monotonic() + left
        while (now := version()) == seen and time.monotonic() < deadline:
            time.sleep(min(POLL_INTERVAL, left))
        seen = now

    return wait
