"""The vectors of records: what is encoded, what a crash leaves, damage, a new encoder, several processes.

Covers: registry/search/vectors.py, registry/search/vector_files.py, registry/search/nearest.py
"""

import multiprocessing
import os
import random
import signal
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from registry.errors import StorageFullError
from registry.model import Change, Metadata, Record
from registry.projections.projector import Projector
from registry.search import meaning, vector_files
from registry.search.elastic_client import Server, open_client
from registry.search.elastic_vectors import ElasticVectors
from registry.search.vector_files import VectorFiles
from registry.search.vectors import CHANGES_PER_BATCH, Progress, Row, Vectors, VectorStore, folder_name
from registry.store.database import connect, reading
from registry.store.store import Store, open_store
from tests.builders import a_record
from tests.waiting import wait_for

pytestmark = pytest.mark.skipif(not meaning.is_installed(), reason=f"needs the encoder: {meaning.INSTALL}")

TITLES = ("Radverkehr: Zählstellen", "Spielplätze", "Wahlergebnisse", "WLAN auf Plätzen")
TEXTS = (
    "Wie viele Räder über die Brücken der Stadt fahren, je Stunde.",
    "Orte, an denen Kinder schaukeln, rutschen und klettern.",
    "Stimmen für den Gemeinderat, je Partei und Stadtteil.",
    "Freies Internet ohne Kabel auf Plätzen der Altstadt.",
)
ENCODER = meaning.open_encoder() if meaning.is_installed() else None


class Counted:
    """The real encoder, as a version of one's choice; keeps the texts that it was given."""

    def __init__(self, version: str = "1") -> None:
        assert ENCODER is not None
        self.name, self.version, self.dimensions = ENCODER.name, version, ENCODER.dimensions
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        assert ENCODER is not None
        self.texts += texts
        return ENCODER.encode(texts)


TREES = "Jeder Baum der Stadt mit seiner Art."


def record(id: str, title: str, description: str) -> Record:
    return a_record(id, said=Metadata(kind="dataset", title={"de": title}, description={"de": description}))


def described(number: int) -> Record:
    return record(f"r{number}", TITLES[number], TEXTS[number])


Opener = Callable[[meaning.Encoder], Vectors]


def vectors_in(folder: Path, encoder: meaning.Encoder) -> Vectors:
    return Vectors(VectorFiles(folder / "meaning", folder_name(encoder), encoder.dimensions), encoder)


@pytest.fixture(params=["files", pytest.param("elastic", marks=pytest.mark.elastic)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the vectors of an encoder, in each kind of store in turn."""
    if request.param == "files":
        yield lambda encoder: vectors_in(tmp_path, encoder)
        return
    prefix = f"v{abs(hash(request.node.name))}"
    with closing(open_client(Server((request.getfixturevalue("elastic_address"),)))) as client:
        yield lambda encoder: Vectors(ElasticVectors(client, prefix, folder_name(encoder), encoder.dimensions), encoder)
        for name in client.indices.get(index=f"{prefix}-*"):
            client.indices.delete(index=name)


def nearest(vectors: Vectors, question: str, count: int = 1) -> list[str]:
    assert ENCODER is not None
    cosines = vectors.store.cosines(ENCODER.encode([question])[0], count)
    return sorted(cosines, key=lambda id: -cosines[id])


def count(store: VectorStore) -> int:
    """How many records have a vector."""
    if isinstance(store, VectorFiles):
        with reading(connect(f"sqlite:///{store.folder / 'rows'}")) as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM vectors").scalar() or 0)
    assert isinstance(store, ElasticVectors)
    return int(store.client.count(index=store.index)["count"])


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(open_store(database_url)) as store:
        store.put([described(number) for number in range(4)], by="test")
        yield store


def synced(store: Store, vectors: Vectors, folder: Path) -> Vectors:
    Projector(store, {"meaning": vectors}, folder).sync()
    return vectors


def test_what_is_meant_is_found_across_languages(store: Store, opened: Opener, tmp_path: Path) -> None:
    vectors = synced(store, opened(Counted()), tmp_path)
    assert vectors.position() == store.position()
    assert count(vectors.store) == 4
    assert nearest(vectors, "How many bicycles cross the bridge?") == ["r0"]
    assert nearest(vectors, "free wifi in the old town") == ["r3"]
    cosines = vectors.store.cosines(vectors.encoder.encode(["elections"])[0], 0, ["r2", "r1", "nobody"])
    assert cosines["r2"] > cosines["r1"]
    assert set(cosines) == {"r1", "r2"}


def test_a_text_is_never_encoded_twice(store: Store, opened: Opener, tmp_path: Path) -> None:
    encoder = Counted()
    vectors = synced(store, opened(encoder), tmp_path)
    assert len(encoder.texts) == 4
    projector = Projector(store, {"meaning": vectors}, tmp_path)
    projector.rebuild()
    store.new_epoch()  # as after a restored backup
    projector.sync()
    store.put([replace(described(0), id="twin")], by="test")  # another record with the same text
    projector.sync()
    assert len(encoder.texts) == 4
    store.put([replace(store.existing("r1"), said=described(2).said)], by="test")
    store.put([record("new", "Bäume", TREES)], by="test")
    projector.sync()
    assert encoder.texts[4:] == [f"Bäume. {TREES}"]
    assert nearest(vectors, "trees") == ["new"]
    assert count(vectors.store) == 6


def test_a_record_without_a_description_has_no_vector(store: Store, opened: Opener, tmp_path: Path) -> None:
    store.put([record("short", "Kämmereiamt", "")], by="test")
    vectors = synced(store, opened(Counted()), tmp_path)
    assert count(vectors.store) == 4
    assert vectors.position() == store.position()


def test_a_withdrawn_record_is_not_near(store: Store, opened: Opener, tmp_path: Path) -> None:
    vectors = synced(store, opened(Counted()), tmp_path)
    store.put([replace(store.existing("r1"), state="withdrawn")], by="test")
    synced(store, vectors, tmp_path)
    assert count(vectors.store) == 3
    assert "r1" not in nearest(vectors, "playgrounds", 4)


def test_a_rebuild_removes_what_the_store_does_not_have(store: Store, opened: Opener, tmp_path: Path) -> None:
    vectors = synced(store, opened(Counted()), tmp_path)
    vectors.apply([Change(store.last(), "ghost", record("ghost", "Bäume", TREES))], store.position())
    assert count(vectors.store) == 5
    Projector(store, {"meaning": vectors}, tmp_path).rebuild()
    assert count(vectors.store) == 4
    assert "ghost" not in nearest(vectors, "trees", 5)


def test_the_folder_of_another_encoder_goes_in_the_end(store: Store, tmp_path: Path) -> None:
    old = synced(store, vectors_in(tmp_path, Counted("1")), tmp_path)
    synced(store, vectors_in(tmp_path, Counted("2")), tmp_path)
    assert [path.name for path in (tmp_path / "meaning").iterdir()] == [folder_name(Counted("2"))]
    assert nearest(old, "playgrounds") == []  # goes by words, without an error


def test_nothing_of_a_withdrawn_record_stays(store: Store, tmp_path: Path) -> None:
    vectors = synced(store, vectors_in(tmp_path, Counted()), tmp_path)
    files = vectors.store
    assert isinstance(files, VectorFiles)
    gone = vectors.encoder.encode([f"{TITLES[1]}. {TEXTS[1]}"])[0]
    assert gone in files.path.read_bytes()
    store.put([replace(store.existing("r1"), state="withdrawn")], by="test")
    synced(store, vectors, tmp_path)
    assert gone not in files.path.read_bytes()
    assert "r1" not in nearest(vectors, "playgrounds", 4)
    store.put([replace(store.existing("r1"), state="published")], by="test")
    size = files.path.stat().st_size
    synced(store, vectors, tmp_path)
    assert nearest(vectors, "playgrounds") == ["r1"]
    assert files.path.stat().st_size == size  # its slot was used again


def test_files_are_private(store: Store, tmp_path: Path) -> None:
    vectors = synced(store, vectors_in(tmp_path, Counted()), tmp_path)
    assert isinstance(vectors.store, VectorFiles)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in vectors.store.folder.iterdir()}
    assert modes == {0o600}


def _build_until_killed(url: str, folder: Path) -> None:
    """Builds; stops for good after the second batch, for the parent to kill it."""

    class Halting(Counted):
        def encode(self, texts: Sequence[str]) -> list[bytes]:
            if len(self.texts) >= CHANGES_PER_BATCH:
                (folder / "halted").touch()
                threading.Event().wait()
            return super().encode(texts)

    with closing(open_store(url)) as store:
        Projector(store, {"meaning": vectors_in(folder, Halting())}, folder).sync()


def test_a_killed_build_goes_on_where_it_was(store: Store, tmp_path: Path) -> None:
    many = [
        record(f"m{number}", f"Messstelle {number}", f"Der Pegel des Bachs Nummer {number}.")
        for number in range(2 * CHANGES_PER_BATCH)
    ]
    store.put(many, by="test")
    url = str(store.engine.url)
    child = multiprocessing.get_context("spawn").Process(target=_build_until_killed, args=(url, tmp_path))
    child.start()
    wait_for((tmp_path / "halted").exists, 60)
    encoder = Counted()
    vectors = vectors_in(tmp_path, encoder)
    position = vectors.position()
    assert position is not None
    assert 0 < position.number < store.last()
    assert count(vectors.store) == CHANGES_PER_BATCH
    assert nearest(vectors, "playgrounds") == []  # the search goes by words until all have vectors
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    synced(store, vectors, tmp_path)
    assert len(encoder.texts) == 4 + len(many) - CHANGES_PER_BATCH
    assert nearest(vectors, "playgrounds") == ["r1"]


def test_a_new_version_is_built_beside_the_old_one(store: Store, opened: Opener, tmp_path: Path) -> None:
    old = synced(store, opened(Counted("1")), tmp_path)

    class Watching(Counted):
        def encode(self, texts: Sequence[str]) -> list[bytes]:
            assert nearest(old, "playgrounds") == ["r1"]
            assert new.store.cosines(bytes(self.dimensions), 1) == {}
            return super().encode(texts)

    encoder = Watching("2")
    new = opened(encoder)
    synced(store, new, tmp_path)
    assert len(encoder.texts) == 4
    assert count(new.store) == 4
    assert nearest(new, "playgrounds") == ["r1"]
    assert old.position() is None  # it is away


@pytest.mark.parametrize("cut", [False, True])
def test_damaged_vectors_are_noticed_and_encoded_again(store: Store, tmp_path: Path, cut: bool) -> None:
    encoder = Counted()
    vectors = synced(store, vectors_in(tmp_path, encoder), tmp_path)
    assert isinstance(vectors.store, VectorFiles)
    path = vectors.store.path
    assert vectors.damage() == ""
    content = bytearray(path.read_bytes())
    content[-1] ^= 0xFF
    path.write_bytes(content[: -encoder.dimensions] if cut else content)
    assert vectors.damage() == "vectors"
    assert vectors_in(tmp_path, encoder).damage() == "vectors"
    Projector(store, {"meaning": vectors}, tmp_path).rebuild()
    assert vectors.damage() == ""
    assert len(encoder.texts) == 5
    assert nearest(vectors, "free wifi in the old town") == ["r3"]


def test_after_a_commit_only_its_vectors_are_checked(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = synced(store, vectors_in(tmp_path, Counted()), tmp_path)
    assert vectors.damage() == ""
    checked: list[int] = []
    read = VectorFiles._at
    monkeypatch.setattr(VectorFiles, "_at", lambda store, file, slot: checked.append(slot) or read(store, file, slot))
    store.put([record("r4", "Bäume", TREES)], by="test")
    synced(store, vectors, tmp_path)
    assert (vectors.damage(), len(checked)) == ("", 1)
    assert vectors_in(tmp_path, Counted()).damage() == ""
    assert len(checked) == 1 + 5  # another process knows no state that was sound


def test_a_damaged_database_of_rows_is_made_anew(store: Store, tmp_path: Path) -> None:
    encoder = Counted()
    vectors = synced(store, vectors_in(tmp_path, encoder), tmp_path)
    assert isinstance(vectors.store, VectorFiles)
    rows = vectors.store.folder / "rows"
    connect(f"sqlite:///{rows}").dispose()
    rows.write_bytes(b"no database" * 1000)
    assert vectors.position() is None
    assert nearest(vectors, "playgrounds") == []
    assert vectors.damage() == "rows"
    synced(store, vectors, tmp_path)
    assert (vectors.damage(), vectors.position()) == ("", store.position())
    assert nearest(vectors, "playgrounds") == ["r1"]


def test_a_full_disk_leaves_what_was_there(store: Store, tmp_path: Path) -> None:
    vectors = synced(store, vectors_in(tmp_path, Counted()), tmp_path)
    assert isinstance(vectors.store, VectorFiles)
    store.put([record(f"baum-{number}", "Bäume", TREES) for number in range(400)], by="test")
    with connect(f"sqlite:///{vectors.store.folder / 'rows'}").connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageFullError):
        synced(store, vectors, tmp_path)
    position = vectors.position()
    assert position is not None
    assert position.number < store.last()
    assert nearest(vectors, "playgrounds") == ["r1"]
    with connect(f"sqlite:///{vectors.store.folder / 'rows'}").connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    synced(store, vectors, tmp_path)
    assert (vectors.position(), vectors.damage()) == (store.position(), "")


def test_another_reader_sees_what_was_written_since(store: Store, tmp_path: Path) -> None:
    writer = synced(store, vectors_in(tmp_path, Counted()), tmp_path)
    reader = vectors_in(tmp_path, Counted())
    assert nearest(reader, "trees", 9) == nearest(writer, "trees", 9)
    store.put([record("new", "Bäume", TREES)], by="test")
    store.put([replace(store.existing("r1"), state="withdrawn")], by="test")
    synced(store, writer, tmp_path)
    assert nearest(reader, "trees", 9)[0] == "new"
    assert sorted(nearest(reader, "Stadt", 9)) == sorted(nearest(writer, "Stadt", 9))
    assert "r1" not in nearest(reader, "playgrounds", 9)


def some_rows(number: int) -> list[Row]:
    source = random.Random(5)
    return [Row(f"n{row}", str(row), source.randbytes(512)) for row in range(number)]


DONE = Progress("epoch", 1, 1, 1, 0)


def test_of_too_many_vectors_only_those_named_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_files, "MAX_SCANNED", 100)
    files = VectorFiles(tmp_path, "some", 512)
    files.prepare()
    files.write(some_rows(101), (), DONE)
    assert set(files.cosines(random.Random(6).randbytes(512), 50, ["n7", "n8"])) == {"n7", "n8"}
