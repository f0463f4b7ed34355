"""Queries that are compiled once answer as SQLAlchemy does, on a file, in memory and on PostgreSQL.

Covers: registry/store/prepared.py, registry/store/queries.py
"""

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.store.database import connect, writing
from registry.store.prepared import Prepared, is_among

NOTES = sa.table("notes", sa.column("id"), sa.column("text"), sa.column("at", sa.DateTime(timezone=True)))
AT = datetime(2026, 12, 1, 8, 30)  # SQLite keeps no zone


def engine_with_notes(url: str) -> sa.Engine:
    engine = connect(url)
    with writing(engine) as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS notes")
        connection.exec_driver_sql("CREATE TABLE notes (id INTEGER, text TEXT, at TIMESTAMP)")
        connection.execute(NOTES.insert(), [{"id": n, "text": f"t{n}", "at": AT} for n in (1, 2, 3)])
    return engine


@pytest.fixture(params=("file", "memory"))
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> sa.Engine:
    path = tmp_path / "lotse.sqlite" if request.param == "file" else ":memory:"
    return engine_with_notes(f"sqlite:///{path}")


def check(engine: sa.Engine) -> None:
    texts = Prepared(engine, NOTES.select().where(is_among(engine, NOTES.c.text)).order_by(NOTES.c.id))
    assert [tuple(row) for row in texts.rows(among=["t3", "t1", "no"])] == [(1, "t1", AT), (3, "t3", AT)]
    assert texts.rows(among=[]) == []
    of_id = Prepared(engine, sa.select(NOTES.c.text).where(NOTES.c.id < sa.bindparam("id")).limit(sa.bindparam("most")))
    assert [row.text for row in of_id.rows(id=3, most=1)] == ["t1"]
    assert len(of_id.rows(id=3, most=9)) == 2


def test_rows_have_names_and_the_types_of_their_columns(engine: sa.Engine) -> None:
    check(engine)


@pytest.mark.postgres
def test_the_same_on_postgresql(postgres_address: str) -> None:
    check(engine_with_notes(postgres_address))


def test_a_commit_is_seen_at_once(engine: sa.Engine) -> None:
    count = Prepared(engine, sa.select(NOTES.c.id))
    assert len(count.rows()) == 3
    with writing(engine) as connection:
        connection.execute(NOTES.delete().where(NOTES.c.id == 1))
    assert len(count.rows()) == 2


def test_errors_are_those_of_a_transaction(tmp_path: Path) -> None:
    engine = engine_with_notes(f"sqlite:///{tmp_path / 'lotse.sqlite'}")
    query = Prepared(engine, NOTES.select())
    assert query.rows()
    with writing(engine) as connection:
        connection.exec_driver_sql("DROP TABLE notes")
    with pytest.raises(sa.exc.OperationalError, match="no such table"):
        query.rows()
