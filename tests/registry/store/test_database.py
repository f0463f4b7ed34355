"""Tables of every room are made and brought up to date in one way, by whoever comes first, on both databases.

Covers: registry/store/schema.py
"""

import contextlib
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.build import open_catalog, upgrade
from registry.errors import NotReadyError, UpgradeNeededError
from registry.people import accounts, drafts
from registry.settings import Settings
from registry.sources import staging, tables
from registry.store import schema
from registry.store.database import Tables, connect, make_tables, reading, upgrade_tables
from tests.builders import a_dataset, a_record
from tests.forking import CONTEXT

FIRST = ("CREATE TABLE words (word {blob} NOT NULL, at {moment}, number {big})", "CREATE INDEX w ON words {equal} (at)")
PROCESSES = 8


@pytest.fixture
def settings(any_database_url, tmp_path):
    return Settings(data=tmp_path, database=any_database_url)


def names(engine):
    with reading(engine) as connection:
        return set(sa.inspect(connection).get_table_names())


def test_tables_are_made_once_and_change_by_numbered_statements(any_database_url):
    engine, old = connect(any_database_url), Tables("words_version", FIRST)
    new = Tables("words_version", FIRST, ("CREATE TABLE later (word TEXT)",))
    make_tables(engine, old)
    make_tables(engine, old)
    assert names(engine) == {"words", "words_version"}
    with pytest.raises(UpgradeNeededError, match="lotse upgrade"):
        make_tables(engine, new)
    assert upgrade_tables(engine, new) == (1, 2)
    assert upgrade_tables(engine, new) == (2, 2)
    make_tables(engine, new)
    assert names(engine) == {"words", "words_version", "later"}
    with pytest.raises(NotReadyError, match="newer"):
        make_tables(engine, old)


def test_statements_that_fail_leave_nothing(any_database_url):
    engine = connect(any_database_url)
    with pytest.raises(sa.exc.DatabaseError):
        make_tables(engine, Tables("words_version", (*FIRST, "CREATE TABLE words (again TEXT)")))
    assert names(engine) == set()


@pytest.mark.parametrize("room", [schema, tables, drafts, accounts, staging], ids=lambda room: room.__name__)
def test_an_older_database_is_refused_with_the_command_to_run_and_keeps_its_records(settings, room, monkeypatch):
    catalog = open_catalog(settings)
    catalog.store.put([a_record()], by="t")
    catalog.close()
    had = len(room.TABLES.versions)
    later = Tables(room.TABLES.counter, *room.TABLES.versions, ("CREATE TABLE later (word TEXT)",))
    monkeypatch.setattr(room, "TABLES", later)
    with pytest.raises(UpgradeNeededError, match="lotse upgrade"):
        open_catalog(settings)
    done = upgrade(settings)
    assert (had, had + 1) in done.values()
    assert all(before == after for before, after in done.values() if before != had or after != had + 1)
    upgraded = open_catalog(settings)
    assert upgraded.store.existing("radwege").said == a_dataset()
    upgraded.close()
    monkeypatch.undo()
    with pytest.raises(NotReadyError, match="newer"):
        open_catalog(settings)


def test_an_up_to_date_database_stays_as_it_is(settings):
    catalog = open_catalog(settings)
    catalog.store.put([a_record()], by="t")
    assert all(before == after for before, after in upgrade(settings).values())
    assert catalog.store.existing("radwege").said == a_dataset()
    catalog.close()


def test_to_upgrade_where_there_is_nothing_makes_everything(settings):
    assert {before for before, _ in upgrade(settings).values()} == {0}
    open_catalog(settings).close()


def test_a_database_from_before_versions_were_counted_is_taken_over(settings):
    open_catalog(settings).close()
    with connect(settings.database_url).begin() as connection:
        connection.execute(sa.text("DROP TABLE inbox_version"))
        connection.execute(sa.text("DROP TABLE people_version"))
    assert upgrade(settings)["people"] == (0, 1)
    open_catalog(settings).close()


def test_who_finds_a_new_file_in_use_waits_for_its_turn(tmp_path):
    """SQLite lets nobody wait who changes the kind of its journal while another writes."""
    file = tmp_path / "lotse.sqlite"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        later = threading.Timer(0.3, other.execute, ["COMMIT"])
        later.start()
        assert names(connect(f"sqlite:///{file}")) == set()
        later.join()


def begin(barrier, database, folder, told):
    """One process that opens everything in the same instant as the others."""
    barrier.wait(60)
    try:
        catalog = open_catalog(Settings(data=Path(folder), database=database))
        assert catalog.people is not None
        told.put((catalog.store.epoch, catalog.store.last(), list(catalog.people.accounts())))
    except BaseException as error:
        told.put(f"{type(error).__name__}: {error}")


def test_of_several_first_starts_at_once_all_find_the_same_house(any_database_url, tmp_path):
    for number in range(3):
        folder = tmp_path / str(number)
        database = "" if any_database_url.startswith("sqlite") else any_database_url
        barrier, told = CONTEXT.Barrier(PROCESSES), CONTEXT.Queue()
        words = (barrier, database, str(folder), told)
        processes = [CONTEXT.Process(target=begin, args=words, daemon=True) for _ in range(PROCESSES)]
        [process.start() for process in processes]
        found = [told.get(timeout=120) for _ in processes]
        [process.join(60) for process in processes]
        assert len({str(one) for one in found}) == 1, found
        assert found[0][1:] == (0, [])
