"""One way to reach the database: SQLite, with writers that queue up, or PostgreSQL."""

import contextlib
import fcntl
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

_MAKING, _DECIDING = 0x4C6F74736554, 0x4C6F74736544  # PostgreSQL's advisory locks; "LotseT", "LotseD"


@lru_cache(maxsize=32)
def connect(url: str) -> sa.Engine:
    """The engine for a SQLAlchemy URL, one a process; the folder of a SQLite file is made at the first connection."""
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": 60}, **_pooling(url))
    sa.event.listen(engine, "do_connect", _make_folder)
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


@contextlib.contextmanager
def alone(engine: sa.Engine) -> Iterator[None]:
    """One at a time, of all threads and processes: for who decides by what it reads on what it writes.

    Threads queue up before they take a connection, or those that wait could leave none for the one that works.
    """
    with _turn(str(engine.url)):
        if engine.dialect.name == "postgresql":
            with engine.connect() as connection:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _DECIDING})
                yield
        elif engine.url.database in (None, "", ":memory:"):
            yield
        else:
            with Path(f"{engine.url.database}.lock").open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield


@lru_cache(maxsize=32)
def _turn(url: str) -> threading.Lock:
    return threading.Lock()


def make_tables(engine: sa.Engine, metadata: sa.MetaData) -> None:
    """Makes the tables that are missing; of several first starts at once one does it."""
    with reading(engine) as connection:
        there = set(sa.inspect(connection).get_table_names())
    if there >= set(metadata.tables):
        return
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MAKING})
        metadata.create_all(connection)


def _pooling(url: str) -> dict[str, Any]:
    memory = url in ("sqlite://", "sqlite:///:memory:")
    return {"poolclass": sa.StaticPool} if memory else {"pool_size": 20, "max_overflow": 100}


def _make_folder(_dialect: Any, _record: Any, arguments: list[Any], _keywords: Any) -> None:
    if arguments and arguments[0] != ":memory:":
        Path(arguments[0]).parent.mkdir(parents=True, exist_ok=True)


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; _begin does
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=60000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    reads = connection.get_execution_options().get("reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
