"""How one process learns that another has written: PostgreSQL tells, SQLite's counter of changes is looked at."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

POLL = 0.02  # seconds between two looks at SQLite's counter

Wait = Callable[[float], None]


def tell(connection: sa.Connection, number: int) -> None:
    """Wakes those who wait, once this transaction is committed."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_notify('lotse', :number)"), {"number": str(number)})


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
            time.sleep(min(POLL, left))
        seen = now

    return wait
