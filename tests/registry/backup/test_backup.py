"""Backup, restore and move on both databases: the catalogue afterwards is that of before.

Covers: registry/backup/backup.py, registry/backup/rows.py
"""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from api.data.catalogue import served
from api.data.export import exported
from registry.backup import backup
from registry.backup.archive import check_archive
from registry.backup.backup import back_up, move, restore
from registry.backup.rows import COUNTER_SUFFIX, all_rows, counters
from registry.build import open_catalog, table_groups, upgrade
from registry.catalog.erasing import erase, erase_again
from registry.city import city as city_of
from registry.errors import BusyError, ConflictError, NotReadyError
from registry.model import Account
from registry.search.query import Query
from registry.settings import Settings, with_secret
from registry.store.database import Tables, connect, reading
from registry.store.locks import projector_lock, try_lock
from registry.store.store import SHOWN, Store
from tests.builders import a_dataset
from tests.sample_city import sample_city
from tests.town import Town, take


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        city.catalog.following.subscriptions.add("leserin@example.org", "q=rad", "daily", "de", 0)
        yield city


@pytest.fixture
def elsewhere(any_database_url: str, tmp_path: Path) -> Settings:
    """An empty data folder with a database of each kind in turn."""
    return Settings(data=tmp_path / "elsewhere", database=any_database_url, base_url="http://testserver")


def exported_triples(settings: Settings) -> bytes:
    catalog = open_catalog(settings)
    try:
        own = served(city_of(settings), settings.base_url, None)
        return b"".join(exported(catalog.store.find(SHOWN), "nt", settings.base_url, own, ""))
    finally:
        catalog.close()


def content(settings: Settings) -> dict[str, list[bytes]]:
    """All rows of all tables, sorted; the epoch apart."""
    tables: dict[str, list[bytes]] = {}
    groups = table_groups(settings)
    for engine in backup._engines(groups):
        with reading(engine) as connection:
            for name, columns, rows in all_rows(connection, backup._own_tables(groups)):
                plain = [dict(zip(columns, row, strict=True)) for row in rows]
                tables.setdefault(name, []).extend(msgspec.msgpack.encode(row) for row in plain)
    tables.pop("numbering")
    return {name: sorted(rows) for name, rows in tables.items()}


def test_a_restored_catalogue_is_that_of_before(city: Town, elsewhere: Settings, tmp_path: Path) -> None:
    (city.settings.data / "secret").write_text("ein Geheimnis\n")
    file = tmp_path / "lotse.backup"
    outcome = back_up(city.settings, file)
    assert outcome.records == city.catalog.store.count() > 10
    assert restore(elsewhere, file).rows == outcome.rows
    assert exported_triples(elsewhere) == exported_triples(replace(city.settings, city=None)) != b""
    assert content(elsewhere) == content(city.settings)
    assert (elsewhere.data / "secret").read_text() == "ein Geheimnis\n"
    restored = open_catalog(elsewhere)
    assert restored.store.last() == city.last()
    assert restored.store.epoch != city.catalog.store.epoch  # who follows the changes starts again
    restored.sync()
    assert {hit.id for hit in restored.index.search(Query(size=100)).hits} == city.found()
    restored.close()


def test_a_secret_that_is_there_stays_whole_beside_the_restored_one(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of-here")  # written by hand, without the end of its line
    backup._restore_file(tmp_path, backup.FilePart("secret", b"of-before\nof-here\n"))
    assert with_secret(Settings(data=tmp_path)).secret == ("of-here", "of-before")


@pytest.mark.postgres
def test_postgres_moved_there_and_back_is_the_same(city: Town, postgres_url: str, tmp_path: Path) -> None:
    before, epoch, triples = content(city.settings), city.catalog.store.epoch, exported_triples(city.settings)
    server = replace(city.settings, database=postgres_url)
    assert move(city.settings, postgres_url).records == city.catalog.store.count()
    assert content(server) == before
    assert exported_triples(server) == triples
    city.catalog.close()
    for file in city.settings.data.glob("*.sqlite*"):
        file.unlink()
    back = replace(city.settings, data=tmp_path / "back")
    shutil.copytree(city.settings.data, back.data)
    move(replace(server, data=back.data), back.database_url)
    assert content(back) == before
    assert exported_triples(back) == triples
    catalog = open_catalog(back)
    assert catalog.store.epoch == epoch  # so that who follows the changes goes on
    assert catalog.people is not None
    assert catalog.people.get("lotsin")
    assert [line.query for line in catalog.following.subscriptions.all()] == ["q=rad"]
    catalog.close()


def test_a_backup_holds_one_moment_while_others_write(city: Town, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            take(city.catalog, a_dataset(f"Daten {number}"), source=f"quelle-{number}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        files = [tmp_path / f"{number}.backup" for number in range(3)]
        outcomes = [back_up(city.settings, file) for file in files]
    finally:
        stop.set()
        writer.join()
    for file, outcome in zip(files, outcomes, strict=True):
        there = Settings(data=tmp_path / file.stem)
        restore(there, file)
        catalog = open_catalog(there)
        newest = [change.number for change in catalog.store.changes()]
        assert max(newest) == catalog.store.last() == outcome.number
        assert catalog.store.count() == outcome.records
        catalog.close()


def test_only_an_empty_place_takes_a_backup_and_only_while_nothing_runs(
    city: Town, elsewhere: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "lotse.backup"
    back_up(city.settings, file)
    with pytest.raises(ConflictError, match="empty"):
        restore(city.settings, file)
    open_catalog(elsewhere).close()  # an empty catalogue is no obstacle
    lock = try_lock(backup._engines(table_groups(elsewhere))[0], projector_lock(elsewhere.data))
    assert lock
    with pytest.raises(BusyError):
        restore(elsewhere, file)
    lock.close()
    restore(elsewhere, file)
    with pytest.raises(ConflictError):
        restore(elsewhere, file)


def test_nothing_is_left_where_a_restore_failed(
    city: Town, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "lotse.backup"
    back_up(city.settings, file)
    with monkeypatch.context() as patched:
        patched.setattr(backup, "_upgrade", lambda _: 1 / 0)
        patched.setattr(backup.Filling, "add", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            restore(elsewhere, file)
    assert not any(rows for rows in content(elsewhere).values())
    restore(elsewhere, file)


def test_data_of_a_newer_version_are_refused_and_nothing_is_written(
    city: Town, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "lotse.backup"
    monkeypatch.setattr(backup, "counters", lambda connection: counters(connection) | {"tables_version": 99})
    back_up(city.settings, file)
    assert check_archive(file).tables["tables_version"] == 99
    with pytest.raises(NotReadyError, match="newer"):
        restore(elsewhere, file)
    if not elsewhere.database:
        assert not elsewhere.database_file.exists()


def test_a_backup_of_the_release_before_is_brought_up_to_date(
    city: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, there = tmp_path / "lotse.backup", Settings(data=tmp_path / "there")
    back_up(city.settings, file)
    groups = backup.table_groups

    def next_release(settings: Settings) -> backup.Groups:
        engine, tables = groups(settings)["records"]
        newer = Tables(tables.counter, *tables.versions, ("ALTER TABLE links ADD COLUMN since TEXT DEFAULT 'now'",))
        return {**groups(settings), "records": (engine, newer)}

    monkeypatch.setattr(backup, "table_groups", next_release)
    monkeypatch.setattr(backup, "open_store", lambda url: Store(connect(url)))  # this program's would refuse it
    restore(there, file)
    with reading(groups(there)["records"][0]) as connection:
        assert counters(connection)["tables_version"] == 2
        assert connection.execute(sa.text("SELECT DISTINCT since FROM links")).scalars().all() == ["now"]


def test_who_was_erased_after_the_backup_is_erased_again(city: Town, elsewhere: Settings, tmp_path: Path) -> None:
    assert city.catalog.people is not None
    city.catalog.people.add(Account(name="susanne"), "ein langes Passwort")
    file = tmp_path / "lotse.backup"
    back_up(city.settings, file)
    erase(city.catalog, "susanne")
    restore(elsewhere, file)
    catalog = open_catalog(elsewhere)
    assert catalog.people is not None
    assert catalog.people.get("susanne")
    erase_again(catalog, (city.settings.data / "erased.jsonl").read_bytes().splitlines())
    assert catalog.people.get("susanne") is None
    catalog.close()


def test_every_table_of_a_catalogue_is_backed_up(elsewhere: Settings) -> None:
    open_catalog(elsewhere).close()
    groups = table_groups(elsewhere)
    named = backup._own_tables(groups) | {tables.counter for _, tables in groups.values()}
    for engine in backup._engines(groups):
        with reading(engine) as connection:
            assert set(sa.inspect(connection).get_table_names()) <= named
            assert all(name.endswith(COUNTER_SUFFIX) for name in counters(connection))
    assert set(upgrade(elsewhere)) == set(groups)


def test_there_must_be_something_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError):
        back_up(Settings(data=tmp_path / "none"), tmp_path / "file")
    assert not (tmp_path / "file").exists()
