"""One way to reach the database, and to make its tables: SQLite, with writers that queue up, or PostgreSQL."""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY

from registry.errors import NotReadyError, UpgradeNeededError
from registry.private_files import make_private_file, make_private_folder
from registry.store.locks import Key, lock_transaction

BUSY_TIMEOUT: Final = 60  # seconds that a writer waits for others


class Tables:
    """The tables of one room. `counter`: the table that says which of `versions` the database has.

    `versions`: SQL statements, one entry a version, never changed afterwards; words in braces are those of _WORDS.
    """

    def __init__(self, counter: str, *versions: tuple[str, ...]) -> None:
        self.counter = counter
        self.versions = versions


# {big}: a 64-bit number, {blob}: bytes, {moment}: a date with its time, {random}: a word that nobody else has,
# {equal}: an index that is only asked for equality, so that an address of any length fits into it on PostgreSQL.
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
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
    """The engine for a SQLAlchemy URL, one a process; the folder of a SQLite file is made at the first connection."""
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT}, **_pooling(url))
    sa.event.listen(engine, "do_connect", _make_private)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


@contextlib.contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that reads and holds up nobody. On SQLite all of its statements see one snapshot, on PostgreSQL
    (READ COMMITTED) each sees its own."""
    with engine.connect() as connection:
        yield connection.execution_options(reads=True)


@contextlib.contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that has the right to write from its first statement on.

    With deferred transactions half of the concurrent read-then-write transactions fail on SQLite.
    """
    with engine.begin() as connection:
        yield connection


def among(bound: sa.Engine | sa.Connection, column: Any, values: Sequence[str]) -> Any:
    """That a column is one of many texts, as one parameter: written out, each number of them would be compiled anew."""
    if bound.dialect.name == "postgresql":
        return column == sa.any_(sa.literal(list(values), ARRAY(sa.Text)))
    text = sa.literal(msgspec.json.encode(values).decode())
    return column.in_(sa.select(sa.func.json_each(text).table_valued("value").c.value))


def inserting(engine: sa.Engine, table: sa.TableClause) -> Any:
    """An INSERT that knows `on_conflict_do_update`, which both databases have but SQLAlchemy only by dialect."""
    return (postgresql if engine.dialect.name == "postgresql" else sqlite).insert(table)


class ManyRows:
    """A statement with named parameters for many rows, compiled once for an engine.

    SQLAlchemy would look at each parameter of each row again; in a harvest that is a tenth of the time of an item.
    """

    def __init__(self, engine: sa.Engine, statement: sa.ClauseElement) -> None:
        compiled: Any = statement.compile(engine)
        self._text: str = compiled.string
        self._in_order = itemgetter(*compiled.positiontup) if compiled.positional else None

    def execute(self, connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """For each row; nothing for none."""
        if rows:
            parameters: Any = list(map(self._in_order, rows)) if self._in_order else rows
            connection.exec_driver_sql(self._text, parameters)


def make_tables(engine: sa.Engine, tables: Tables) -> None:
    """Makes a room's tables where there are none; of several first starts at once one does it.

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
    """Brings a room's tables up to date in one transaction; the version before (0: none) and after."""
    newest = len(tables.versions)
    with writing(engine) as connection:
        dialect = connection.dialect.name
        lock_transaction(connection, Key.TABLES)
        version = _version(connection, tables)
        if version == 0:
            connection.exec_driver_sql(f"CREATE TABLE {tables.counter} (version INTEGER NOT NULL)")
        for statement in (one for part in tables.versions[version:] for one in part):
            connection.exec_driver_sql(statement.format_map(_WORDS[dialect]))
        if version < newest:
            connection.exec_driver_sql(f"INSERT INTO {tables.counter} VALUES ({newest})")  # noqa: S608
    return version, max(version, newest)


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
    connection.isolation_level = None  # the driver begins nothing by itself; _begin does
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


POLL_INTERVAL = 0.02  # seconds between two looks at SQLite's counter

Wait = Callable[[float], None]


def notify(connection: sa.Connection, number: int) -> None:
    """Wakes those who wait, once this transaction is committed."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_notify("lotse", str(number))))


@contextlib.contextmanager
def watching(engine: sa.Engine) -> Iterator[Wait]:
    """A function that returns as soon as the database may have changed, at the latest after so many seconds."""
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
