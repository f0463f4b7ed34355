"""What was read is kept until anybody changes the database, and no longer.

Covers: registry/store/selection.py
"""

import sqlite3
from pathlib import Path

import pytest

from registry.model import Metadata, Record
from registry.store.database import connect
from registry.store.store import open_store
from registry.store.unchanged import Kept, UntilChanged, data_version, forget


def a_record(id: str, title: str = "Bäume", number: int = 0) -> Record:
    return Record(id=id, said=Metadata(kind="dataset", title={"de": title}), number=number)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'lotse.sqlite'}"


def test_a_commit_of_anybody_gives_another_version(url: str, tmp_path: Path) -> None:
    store = open_store(url)
    first = data_version(store.engine)
    assert data_version(store.engine) == first
    store.put([a_record("a")], by="test")
    second = data_version(store.engine)
    other = sqlite3.connect(tmp_path / "lotse.sqlite")
    other.execute("UPDATE records SET owner = 'x'")
    assert data_version(store.engine) == second  # not committed
    other.commit()
    assert len({first, second, data_version(store.engine)}) == 3
    forget(store.engine)
    assert data_version(store.engine) is not None
    store.close()


def test_a_database_in_memory_keeps_nothing() -> None:
    engine = connect("sqlite://")
    calls: list[int] = []
    value = UntilChanged(engine, lambda: calls.append(1) or len(calls))  # type: ignore[func-returns-value]
    assert (data_version(engine), value(), value()) == (None, 1, 2)
    kept = Kept[int](engine, 5)
    kept.add(kept.now(), {"a": 1})
    assert kept.now() == {}


def test_values_are_read_again_after_a_change_and_bounded(url: str) -> None:
    store = open_store(url)
    calls: list[int] = []
    value = UntilChanged(store.engine, lambda: calls.append(1) or len(calls))  # type: ignore[func-returns-value]
    kept = Kept[str](store.engine, 2)
    kept.add(kept.now(), {"a": "A", "b": "B"})
    assert (value(), value(), kept.now()) == (1, 1, {"a": "A", "b": "B"})
    kept.add(kept.now(), {"c": "C"})
    assert kept.now() == {"c": "C"}
    store.put([a_record("a")], by="test")
    assert (value(), value(), kept.now()) == (2, 2, {})
    store.close()


def test_records_and_position_are_those_of_the_last_commit(url: str) -> None:
    store, writer = open_store(url), open_store(url.replace("lotse.sqlite", "./lotse.sqlite"))
    assert writer.engine is not store.engine
    writer.put([a_record("a"), a_record("b")], by="test")
    assert store.last() == 2
    assert store.get_many(["b", "a", "c"]) == store.get_many(["b", "a", "c"])
    before = store.existing("a")
    writer.put([a_record("a", "Sträucher", before.number)], by="test")
    after = store.existing("a")
    assert (after.metadata.title, after.number, store.last()) == ({"de": "Sträucher"}, 3, 3)
    assert store.existing("b").number == 2
    store.close()
    writer.close()
