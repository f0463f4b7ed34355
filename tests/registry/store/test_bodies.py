"""How bodies lie in the store: compressed, readable for ever, lifted when they are old."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
import sqlalchemy as sa
import zstandard

from registry.model import Record
from registry.store import bodies
from registry.store.bodies import BODY_VERSION, Bodies, lift, shipped
from registry.store.store import open_store
from tests.benchmarks.made_up import made_up
from tests.builders import LICENCE, a_record
from tests.paths import FIXTURES

OLDER = FIXTURES / "store"


def test_a_body_is_much_smaller_than_its_words_and_comes_back_whole():
    id, dictionary = shipped()
    packer = Bodies({id: dictionary}, id)
    for record in made_up(50, seed=11):
        body = packer.pack(record)
        assert len(body) * 4 < len(msgspec.json.encode(record))
        assert packer.unpack(body, BODY_VERSION) == record


def test_a_database_reads_what_was_written_with_an_older_dictionary(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'lotse.sqlite'}"
    samples = [msgspec.json.encode(record) for record in made_up(400, seed=3)]
    older = zstandard.train_dictionary(4096, samples)
    with monkeypatch.context() as then:
        then.setattr("registry.store.dictionaries.shipped", lambda: (older.dict_id(), older.as_bytes()))
        open_store(url).put([a_record("alt")], by="t")
    store = open_store(url)
    store.put([a_record("neu")], by="t")
    assert [change.id for change in store.changes()] == ["alt", "neu"]
    with store.engine.connect() as connection:
        kept = connection.execute(sa.text("SELECT id FROM dictionaries")).scalars().all()
    assert sorted(kept) == sorted([older.dict_id(), shipped()[0]])


def test_a_running_program_reads_what_a_newer_one_writes(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'lotse.sqlite'}"
    running = open_store(url)
    newer = zstandard.train_dictionary(4096, [msgspec.json.encode(record) for record in made_up(400, seed=3)])
    monkeypatch.setattr("registry.store.dictionaries.shipped", lambda: (newer.dict_id(), newer.as_bytes()))
    open_store(url).put([a_record("neu")], by="t")
    assert running.get("neu").id == "neu"


@pytest.mark.parametrize("path", sorted(OLDER.glob("body-*.json")), ids=lambda path: path.stem)
def test_bodies_of_each_older_version_are_read_in_the_words_of_today(path, tmp_path):
    """A fixture holds a body as that version wrote it, and what is read of it today."""
    words = json.loads(path.read_text(encoding="utf-8"))
    store = open_store(f"sqlite:///{tmp_path / 'lotse.sqlite'}")
    store.put([a_record(words["body"]["id"])], by="t")
    _id, dictionary = shipped()
    compressor = zstandard.ZstdCompressor(dict_data=zstandard.ZstdCompressionDict(dictionary))
    body = compressor.compress(msgspec.json.encode(words["body"]))
    with store.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE versions SET body = :body, body_version = :version"),
            {"body": body, "version": words["version"]},
        )
    assert words["version"] < BODY_VERSION
    assert store.get(words["body"]["id"]) == msgspec.convert(words["read"], Record)


def test_every_older_version_has_a_fixture():
    versions = {json.loads(path.read_text(encoding="utf-8"))["version"] for path in OLDER.glob("body-*.json")}
    assert versions == set(range(1, BODY_VERSION))


def test_a_current_body_is_not_lifted(monkeypatch):
    monkeypatch.setattr(bodies, "lift", lambda *_: pytest.fail("lifted"))
    id, dictionary = shipped()
    packer = Bodies({id: dictionary}, id)
    record = a_record(created=datetime(2026, 1, 1, tzinfo=UTC))
    assert packer.unpack(packer.pack(record), BODY_VERSION) == record


def test_lifting_keeps_a_distributions_own_licence_and_leaves_a_service_alone():
    said = {"kind": "dataset", "licence": LICENCE, "distributions": [{"id": "a", "licence": "x"}, {"id": "b"}]}
    forms = lift({"id": "r", "said": said}, 1)["said"]["distributions"]
    assert [form["licence"] for form in forms] == ["x", LICENCE]
    service = {"id": "s", "said": {"kind": "service", "licence": LICENCE}}
    assert lift(service, 1) == service
