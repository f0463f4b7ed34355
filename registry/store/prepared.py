"""Queries that pages ask again and again, compiled once.

Entry points: `Prepared`, `is_among` (a condition for one of them).
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from registry.store.database import reading

AMONG = "among"  # the parameter of `is_among`: a list of texts


def is_among(engine: sa.Engine, column: Any) -> Any:
    """The condition that a column is one of the values that are given as `among`."""
    if engine.dialect.name == "postgresql":
        return column == sa.any_(sa.bindparam(AMONG, type_=sa.ARRAY(sa.Text)))
    members = sa.func.json_each(sa.bindparam(AMONG, type_=sa.Text)).table_valued("value")
    return column.in_(sa.select(members.c.value))


class _Compiled(NamedTuple):
    """The SQL of a query. `parameters`: all, with the values of those that are fixed; `order`: their names where the
    driver knows places only; `row`: makes a row of the driver's values."""

    text: str
    parameters: Mapping[str, Any]
    order: tuple[str, ...] | None
    row: Callable[[Iterable[Any]], Any]


class Prepared:
    """A query with named parameters (`sa.bindparam`), compiled once for an engine.

    SQLite answers it outside of a transaction, since a single statement sees one snapshot anyway: SQLAlchemy's way
    through its transaction takes fifteen times as long.
    """

    def __init__(self, engine: sa.Engine, query: sa.Select[Any]) -> None:
        self._engine, self._query = engine, query

    @cached_property
    def _compiled(self) -> _Compiled:
        compiled: Any = self._query.compile(self._engine, compile_kwargs={"render_postcompile": True})
        order = tuple(compiled.positiontup) if compiled.positional else None
        return _Compiled(compiled.string, compiled.params, order, _row_maker(self._query, self._engine.dialect))

    def rows(self, **values: Any) -> list[Any]:
        """The rows, with the names of their columns. StorageFullError, DatabaseDamagedError, errors of SQLAlchemy."""
        text, parameters, order, row = self._compiled
        if self._engine.dialect.name == "sqlite":
            values = {name: _as_json(value) if name == AMONG else value for name, value in values.items()}
        given: Any = {**parameters, **values}
        given = tuple(map(given.__getitem__, order)) if order is not None else given
        return list(map(row, self._fetched(text, given)))

    def _fetched(self, text: str, parameters: Any) -> Iterable[Any]:
        if self._engine.dialect.name == "sqlite":
            try:
                with closing(self._engine.raw_connection()) as raw:
                    driver: Any = raw.driver_connection
                    rows: list[Any] = driver.execute(text, parameters).fetchall()
                    return rows
            except sqlite3.Error:
                pass  # asked once more below, where errors get their names
        with reading(self._engine) as connection:
            return connection.exec_driver_sql(text, parameters).fetchall()


def _as_json(values: Iterable[str]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _row_maker(query: sa.Select[Any], dialect: sa.Dialect) -> Callable[[Iterable[Any]], Any]:
    """Makes a named tuple of the driver's values, which are read as their types say: SQLite keeps moments as text."""
    columns = list(query.selected_columns)
    names: Any = [column.name for column in columns]
    make: Any = namedtuple
    row = make("Row", names, rename=True)
    readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    if not any(readers):
        as_row: Callable[[Iterable[Any]], Any] = row._make
        return as_row
    return lambda values: row._make(
        reader(value) if reader else value for reader, value in zip(readers, values, strict=True)
    )
