"""Tells whether a database has changed, so that what was read can be kept until then; no answer is older than the last
commit.

Entry points: `data_version`, `UntilChanged` (one value), `Kept` (values by key). Invariant: the version is read before
the value, so a change in between only means that the value is read once more.
"""

import sqlite3
import threading
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa

Value = TypeVar("Value")

_WATCHES: Final[WeakKeyDictionary[sa.Engine, "_Watch"]] = WeakKeyDictionary()
_lock: Final = threading.Lock()


def data_version(engine: sa.Engine) -> int | None:
    """A number that is another one after each commit to a file of SQLite, whoever made it. None for other databases,
    which cannot tell that without a query."""
    if engine.dialect.name != "sqlite" or not engine.url.database or engine.url.database == ":memory:":
        return None
    with _lock:
        watch = _WATCHES.get(engine)
        if watch is None:
            watch = _WATCHES[engine] = _Watch(engine.url.database)
    return watch.version()


def forget(engine: sa.Engine) -> None:
    """Closes the connection by which `data_version` watches."""
    with _lock:
        watch = _WATCHES.pop(engine, None)
    if watch:
        watch.close()


class _Watch:
    """A connection that only asks for `PRAGMA data_version`: SQLite counts the commits of all others for it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def version(self) -> int:
        with self._lock:
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return version

    def close(self) -> None:
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = None


class UntilChanged(Generic[Value]):
    """The value of `read`, which is called again after each change of the database."""

    def __init__(self, engine: sa.Engine, read: Callable[[], Value]) -> None:
        self._engine, self._read = engine, read
        self._last: tuple[int, Value] | None = None

    def __call__(self) -> Value:
        version, last = data_version(self._engine), self._last
        if last is not None and last[0] == version:
            return last[1]
        value = self._read()
        if version is not None:
            self._last = (version, value)
        return value


class Kept(Generic[Value]):
    """Values by key, at most `limit`; all are dropped after a change of the database. Where that cannot be told,
    nothing is kept."""

    def __init__(self, engine: sa.Engine, limit: int) -> None:
        self._engine, self._limit = engine, limit
        self._values: tuple[int | None, dict[Any, Value]] = (None, {})

    def now(self) -> dict[Any, Value]:
        """The values since the last change, to which more may be added (`add`)."""
        version = data_version(self._engine)
        if version is None or self._values[0] != version:
            self._values = (version, {})
        return self._values[1]

    def add(self, values: dict[Any, Value], more: dict[Any, Value]) -> None:
        """Adds to the values that `now` gave; of too many, all others are dropped."""
        if len(values) + len(more) > self._limit:
            values.clear()
        values.update(more)
