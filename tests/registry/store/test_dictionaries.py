"""Records of a large source are packed with a dictionary of their own; they stay readable, and what is erased is gone
from it, too."""

from pathlib import Path

import pytest
import sqlalchemy as sa
import zstandard
from msgspec.structs import replace

from registry.errors import ConflictError
from registry.model import Origin, Record, Version
from registry.store import dictionaries
from registry.store.bodies import shipped
from registry.store.dictionaries import MIN_SAMPLES
from registry.store.rewriting import rewrite_versions
from registry.store.store import Store, open_store
from tests.benchmarks.made_up import made_up

NAME = "Wilhelmine Spreeweg"


def harvested(count: int, first: int = 0, source: str = "amt") -> list[Record]:
    """Records of a source, in each of which a person is named."""
    records = list(made_up(first + count, seed=5))[first:]
    return [
        replace(
            record,
            said=replace(record.said, description={"de": f"Auskunft gibt {NAME}. {record.id}"}),
            origin=Origin(source, record.id),
        )
        for record in records
    ]


def stored(store: Store) -> dict[int, bytes]:
    with store.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT id, body FROM dictionaries")).fetchall()
    return {row.id: bytes(row.body) for row in rows}


def bytes_of(store: Store) -> int:
    with store.engine.connect() as connection:
        return int(connection.execute(sa.text("SELECT sum(length(body)) FROM versions")).scalar_one())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path / 'lotse.sqlite'}")


def test_records_of_a_large_source_are_smaller_and_read_by_programs_that_run_already(store: Store, tmp_path: Path):
    running = open_store(str(store.engine.url))
    records = harvested(MIN_SAMPLES)
    store.put(records, "source:amt")
    assert len(stored(store)) == 2
    assert {record.id: record.said for record in running.get_many([r.id for r in records]).values()} == {
        record.id: record.said for record in records
    }
    own, other = bytes_of(store), open_store(f"sqlite:///{tmp_path / 'other.sqlite'}")
    for record in records:
        other.put([record], "source:amt")  # one at a time: nothing is trained
    assert own < bytes_of(other) * 0.9


def test_later_records_of_the_source_are_packed_with_it_and_those_of_others_are_not(store: Store):
    store.put(harvested(MIN_SAMPLES), "source:amt")
    both = open_store(str(store.engine.url))
    for source in ("amt", "verein"):
        both.put([replace(record, id=f"{source}-{record.id}") for record in harvested(1, 300, source)], "t")
    with store.engine.connect() as connection:
        lengths = connection.execute(sa.text("SELECT length(body) FROM versions ORDER BY number DESC LIMIT 2"))
        verein, amt = lengths.scalars().all()
    assert amt < verein
    assert len(stored(store)) == 2


def test_an_id_that_is_taken_is_not_taken_again(store: Store, monkeypatch: pytest.MonkeyPatch):
    """Ids are 31 bits of a hash: two dictionaries with one id would make the records of one of them unreadable."""
    store.put(harvested(MIN_SAMPLES), "source:amt")
    before = stored(store)
    (trained,) = before.keys() - {shipped()[0]}
    other = zstandard.ZstdCompressionDict(before[trained] + bytes(8))
    assert other.dict_id() == trained
    monkeypatch.setattr(dictionaries.zstandard, "train_dictionary", lambda *_, **__: other)
    records = [replace(r, id=f"verein-{r.id}") for r in harvested(MIN_SAMPLES, 300, "verein")]
    open_store(str(store.engine.url)).put(records, "source:verein")
    assert stored(store) == before
    again = open_store(str(store.engine.url)).get_many([record.id for record in records])
    assert {record.id: record.said for record in records} == {id: record.said for id, record in again.items()}


def test_what_is_rewritten_is_gone_from_the_dictionaries(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dictionaries, "VERSIONS_PER_TRANSACTION", 70)
    records = harvested(MIN_SAMPLES)
    store.put(records, "source:amt")
    assert any(NAME.encode() in body for body in stored(store).values())

    def without(version: Version) -> Version:
        metadata = replace(version.record.said, description={})
        return replace(version, record=replace(version.record, said=metadata))

    running = open_store(str(store.engine.url))
    assert rewrite_versions(store, without) == MIN_SAMPLES
    assert set(stored(store)) == {shipped()[0]}
    assert all(record.said.description == {} for record in open_store(str(store.engine.url)).find())
    running.put(harvested(1, 300), "source:amt")  # it knew the dictionary, and must not use it any more
    assert [record.id for record in open_store(str(store.engine.url)).find()] == sorted(
        record.id for record in [*records, *harvested(1, 300)]
    )


def test_a_dictionary_of_a_transaction_that_failed_is_not_used(store: Store):
    records = harvested(MIN_SAMPLES)
    with pytest.raises(ConflictError):
        store.put([replace(records[0], number=7), *records[1:]], "source:amt")

    def fail(*_: object) -> None:
        raise RuntimeError("disk full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("registry.store.store.notify", fail)
        with pytest.raises(RuntimeError):
            store.put(records, "source:amt")
    assert set(stored(store)) == {shipped()[0]}
    store.put(records[:5], "source:amt")
    assert len(open_store(str(store.engine.url)).get_many([record.id for record in records])) == 5
