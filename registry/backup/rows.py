"""The rows of all tables of a database, out of one and into another, whichever of SQLite and PostgreSQL they are.

Entry points: `snapshot`, `all_rows`, `Filling`. Moments are in UTC on the way.
"""

import contextlib
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from registry.errors import UsageError
from registry.store.database import reading, utc

ROWS_PER_PART: Final = 500
COUNTER_SUFFIX: Final = "_version"  # of the tables that hold how far a database was upgraded

Rows = tuple[str, tuple[str, ...], list[tuple[Any, ...]]]  # table, its columns, some of its rows


@contextlib.contextmanager
def snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection whose statements all see the database as it was at the first of them; writers are not held up."""
    with reading(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def lock_tables(connection: sa.Connection, own: Collection[str]) -> None:
    """Others may read these tables, but not write to them until the transaction ends; on SQLite `writing` does that."""
    if connection.dialect.name == "postgresql":
        for name in _present(connection, own):
            connection.exec_driver_sql(f"LOCK TABLE {name} IN SHARE MODE")


def counters(connection: sa.Connection) -> dict[str, int]:
    """The version of each group of tables, by the table that holds it."""
    names = [name for name in sa.inspect(connection).get_table_names() if name.endswith(COUNTER_SUFFIX)]
    return {name: int(connection.exec_driver_sql(f"SELECT max(version) FROM {name}").scalar() or 0) for name in names}  # noqa: S608


def all_rows(connection: sa.Connection, own: Collection[str]) -> Iterator[Rows]:
    """All rows of these tables, in parts of at most ROWS_PER_PART; each table at least once, also an empty one."""
    for name in _present(connection, own):
        table = _table(connection, name)
        columns, moments = tuple(table.c.keys()), _moments(table)
        yield name, columns, []
        with connection.execution_options(yield_per=ROWS_PER_PART).execute(sa.select(table)) as result:
            for part in result.partitions():
                yield name, columns, [_in_utc(tuple(row), moments) for row in part]


class Filling:
    """Fills the tables of one database, which are emptied first, within one transaction of the caller."""

    def __init__(self, connection: sa.Connection, own: Collection[str]) -> None:
        self._connection = connection
        self._tables: Mapping[str, sa.TableClause] = {
            name: _table(connection, name) for name in _present(connection, own)
        }
        for table in self._tables.values():
            connection.execute(table.delete())

    def has(self, name: str) -> bool:
        return name in self._tables

    def add(self, name: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """Inserts rows; UsageError for a table or column that this database has not."""
        table = self._tables.get(name)
        if table is None or not set(columns) <= set(table.c.keys()):
            raise UsageError("backup-unknown-table", name=name)
        if rows:
            self._connection.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in rows])


def is_empty(connection: sa.Connection, names: Collection[str]) -> bool:
    """Whether none of these tables has a row."""
    return not any(connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 1").first() for name in names)  # noqa: S608


def _present(connection: sa.Connection, own: Collection[str]) -> list[str]:
    return sorted(set(own).intersection(sa.inspect(connection).get_table_names()))


def _table(connection: sa.Connection, name: str) -> sa.TableClause:
    columns = sa.inspect(connection).get_columns(name)
    return sa.table(name, *(sa.column(column["name"], column["type"]) for column in columns))


def _moments(table: sa.TableClause) -> tuple[int, ...]:
    return tuple(index for index, column in enumerate(table.c) if isinstance(column.type, sa.DateTime))


def _in_utc(row: tuple[Any, ...], moments: tuple[int, ...]) -> tuple[Any, ...]:
    if not moments:
        return row
    values = list(row)
    for index in moments:
        if isinstance(values[index], datetime):
            values[index] = utc(values[index]).astimezone(UTC)
    return tuple(values)
