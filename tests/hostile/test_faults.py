"""Rows "faults": a full disk, a damaged index or database, a lost database, newer tables.

A disk is full in two ways: SQLite may take no more pages (works everywhere), and a small file system (needs root).
"""

import contextlib
import json
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.app import create_app
from registry.errors import DatabaseDamagedError, NotReadyError, StorageFullError
from registry.model import Metadata
from registry.search.query import Query
from registry.search.tantivy_index import TantivyIndex
from registry.settings import Settings
from registry.store.database import check_pages, connect, damage_seen, give_space_back, writing
from tests.api.commands.calling import lotse
from tests.hostile.disk import fill
from tests.servers import postgres
from tests.signed_in import PROJECT, browser, hidden, send
from tests.town import Town, take
from tests.waiting import wait_for


@contextlib.contextmanager
def no_more_pages(engine: sa.Engine) -> Iterator[None]:
    """SQLite answers SQLITE_FULL to whatever needs a page more, as on a full disk."""

    def bound(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    engine.dispose()
    sa.event.listen(engine, "connect", bound)
    try:
        yield
    finally:
        sa.event.remove(engine, "connect", bound)
        engine.dispose()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of the commands that the test calls; not there yet."""
    monkeypatch.setenv("LOTSE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LOTSE_ALLOW_HOSTS", "127.0.0.1")
    return tmp_path / "data"


# -- a full disk


def test_a_full_disk_is_an_error_of_its_own(tmp_path: Path) -> None:
    with Town(tmp_path / "data") as town:
        engine = town.catalog.store.engine
        with no_more_pages(engine), pytest.raises(StorageFullError), writing(engine) as connection:
            connection.execute(sa.text("CREATE TABLE t AS SELECT zeroblob(1000000)"))
        with writing(engine) as connection:
            connection.execute(sa.text("CREATE TABLE t AS SELECT 1"))


@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_form_comes_back_with_what_was_typed_when_the_disk_is_full(city: Town, lang: str) -> None:
    path = {"de": "/anmelden/projekt", "en": "/en/register/project"}[lang]
    client = browser(city, "agentur")
    page = client.get(path)
    assert page.status_code == 200
    fields = {**hidden(page.text), **PROJECT, "abstract": "Viel Text. " * 2_000, "act": "save"}
    before = list(city.catalog.inbox.queue())
    with no_more_pages(city.catalog.store.engine):
        answer = client.post(path, data=fields)
        assert answer.status_code == 507
        assert {"de": "kein Platz mehr", "en": "no space left"}[lang] in answer.text
        assert "Viel Text. Viel Text." in answer.text
        assert PROJECT["title"] in answer.text
        assert client.get("/").status_code == 200
    assert list(city.catalog.inbox.queue()) == before
    again = client.post(path, data={**fields, **hidden(answer.text)})
    assert again.status_code == 303  # the same form, once there is room


@pytest.mark.parametrize("act", ["return", "publish"])
def test_a_reviewer_keeps_what_was_typed_when_the_disk_is_full(city: Town, act: str) -> None:
    long = " ".join(secrets.token_hex(8) for _ in range(1_000))  # needs pages of its own when it is published
    send(browser(city, "agentur"), "/anmelden/projekt", "submit", **PROJECT, description=long)
    (draft,) = city.catalog.inbox.queue()
    reviewer = browser(city, "lotsin")
    fields = {**hidden(reviewer.get(f"/freigabe/{draft.id}").text), "act": act}
    fields["message"] = "Bitte nennen Sie die Messstellen. " * 100
    give_space_back(city.catalog.store.engine, vacuum=True)  # so that there are no free pages
    with no_more_pages(city.catalog.store.engine):
        answer = reviewer.post(f"/freigabe/{draft.id}", data=fields)
        assert answer.status_code == 507
        assert "kein Platz mehr" in answer.text
        assert fields["message"].strip() in answer.text
        assert PROJECT["title"] in answer.text
    assert [waiting.id for waiting in city.catalog.inbox.queue()] == [draft.id]
    assert reviewer.post(f"/freigabe/{draft.id}", data=fields).status_code == 303


def test_signing_out_works_when_the_disk_is_full(city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser(city, "agentur")
    token = hidden(client.get("/konto").text)

    def full(_nonce: str) -> None:
        raise StorageFullError("storage-full")

    monkeypatch.setattr(city.catalog.people, "end_session", full)
    assert client.post("/konto/abmelden", data=token).status_code == 303
    assert client.get("/konto").status_code == 303  # to the sign-in


def test_on_a_full_disk_doctor_works_and_a_source_can_be_removed(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = small_disk / "data"
    monkeypatch.setenv("LOTSE_DATA", str(data))
    with Town(data) as town:
        take(town.catalog, *(Metadata(kind="dataset", title={"de": f"Ding {n}"}) for n in range(50)), source="amt")
        town.catalog.sources.add(town.source)
    (data / "reserve").write_bytes(bytes(6_000_000))  # as `lotse serve` keeps it, but smaller
    fill(small_disk / "other-things")
    doctor = lotse("doctor", "--json")
    assert doctor.exit_code == 1
    disk = next(check for check in json.loads(doctor.stdout)["checks"] if check["name"] == "disk")
    assert disk["state"] == "broken"
    assert "lotse source remove" in disk["remedy"]
    removed = lotse("source", "remove", "amt", "--yes")
    assert removed.exit_code == 0, removed.stderr
    assert not (data / "reserve").exists()
    (small_disk / "other-things").unlink()
    with Town(data) as town:
        assert town.catalog.sources.all() == ()
        assert town.records() == {}


@pytest.fixture
def small_tablespace(postgres_url: str) -> Iterator[str]:
    with contextlib.ExitStack() as stack:
        try:
            name = stack.enter_context(postgres.small_tablespace(postgres_url))
        except RuntimeError as error:
            pytest.skip(str(error))
        yield name


@pytest.mark.postgres
def test_a_full_disk_of_postgres_is_an_error_of_its_own(postgres_url: str, small_tablespace: str) -> None:
    engine = connect(postgres_url)
    with writing(engine) as connection:
        connection.exec_driver_sql(f"CREATE TABLE words (word TEXT) TABLESPACE {small_tablespace}")
        connection.exec_driver_sql("ALTER TABLE words ALTER COLUMN word SET STORAGE EXTERNAL")
    with pytest.raises(StorageFullError) as full, writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO words SELECT repeat('x', 1000000) FROM generate_series(1, 40)")
    assert full.value.status == 507
    with writing(engine) as connection:  # the connection goes on, and makes room
        connection.exec_driver_sql("DROP TABLE words")
    engine.dispose()


# -- damaged files


def index_file(town: Town, suffix: str) -> Path:
    generation = town.settings.data / "search" / (town.settings.data / "search" / "current").read_text()
    return next(generation.glob(f"*{suffix}"))


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[: len(content) // 2] = os.urandom(len(content) // 2)
    path.write_bytes(content)


@pytest.mark.parametrize("suffix", [".term", ".idx", ".store", ".fast", ".fieldnorm", ".pos", "meta.json"])
def test_a_damaged_index_is_noticed_and_heals_by_itself(tmp_path: Path, suffix: str) -> None:
    with Town(tmp_path / "data") as town:
        ids = take(town.catalog, *(Metadata(kind="dataset", title={"de": f"Radweg {n}"}) for n in range(40)))
        assert town.catalog.projector.state()["ready"]
        damage(index_file(town, suffix))
        state = town.catalog.projector.state()
        assert not state["ready"]
        assert state["projections"]["search"]["damaged"].endswith(suffix)
        assert town.catalog.store.get(ids[0])  # reading goes on where it can
        fresh = TantivyIndex(town.settings.data / "search")  # opens the damaged files
        for ask in (lambda: fresh.search(Query(words="Radweg")), lambda: fresh.search(Query(sort="title"))):
            with contextlib.suppress(NotReadyError):
                ask()
        stop = threading.Event()
        thread = threading.Thread(target=town.catalog.projector.run, args=(stop,))
        thread.start()
        try:
            wait_for(lambda: town.catalog.projector.state()["ready"])
        finally:
            stop.set()
            thread.join(30)
        assert len(town.catalog.index.search(Query(words="Radweg", size=100)).hits) == 40


def test_a_missing_file_of_the_index_is_damage_and_a_commit_is_none(tmp_path: Path) -> None:
    with Town(tmp_path / "data") as town:
        for n in range(12):  # segments are merged meanwhile
            take(town.catalog, Metadata(kind="dataset", title={"de": f"Radweg {n}"}), source=f"q{n}")
            assert town.catalog.index.damage() == ""
        index_file(town, ".store").unlink()
        assert town.catalog.index.damage().endswith(".store")


def test_doctor_names_the_remedy_of_a_damaged_index(data: Path) -> None:
    with Town(data) as town:
        take(town.catalog, Metadata(kind="dataset", title={"de": "Radweg"}))
        damage(index_file(town, ".store"))
    assert check("search") == ("broken", "Run: lotse rebuild (serve and worker do it too)")
    assert lotse("rebuild").exit_code == 0
    assert check("search")[0] == "ok"


def check(name: str) -> tuple[str, str]:
    checks = json.loads(lotse("doctor", "--json").stdout)["checks"]
    return next((check["state"], check["remedy"]) for check in checks if check["name"] == name)


def damaged_database(data: Path) -> None:
    """Overwrites pages behind the first page of each table, so that the file opens."""
    with Town(data) as town:
        take(town.catalog, *(Metadata(kind="dataset", title={"de": f"Ding {n}" * 20}) for n in range(400)))
        with town.catalog.store.engine.connect() as connection:
            first_pages = sa.text("SELECT max(rootpage) FROM sqlite_master")
            last = int(connection.execute(first_pages).scalar_one())
        town.catalog.store.engine.dispose()
    path = data / "lotse.sqlite"
    content = bytearray(path.read_bytes())
    page = 4096
    for number in range(last, len(content) // page):
        content[number * page : (number + 1) * page] = os.urandom(page)
    path.write_bytes(content)


def test_damaged_pages_of_the_database_are_noticed(data: Path) -> None:
    damaged_database(data)
    state, remedy = check("database")
    assert state == "broken"
    assert "backup" in remedy
    with Town(data) as town:
        with TestClient(create_app(town.catalog, Settings(data=data, secret=("s" * 40,)))) as client:
            wait_for(lambda: client.get("/readyz").status_code == 503)
            assert client.get("/healthz").status_code == 200
        assert damage_seen(town.catalog.store.engine)
        with pytest.raises(DatabaseDamagedError):
            list(town.catalog.store.find())


def test_a_sound_database_has_no_damage(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'sound.sqlite'}")
    assert check_pages(engine) == ""


# -- what is lost or newer


@pytest.mark.parametrize("words", [("search", "rad"), ("source", "list"), ("run", "list"), ("harvest", "--all")])
def test_a_lost_database_is_told_and_no_empty_one_takes_its_place(data: Path, words: tuple[str, ...]) -> None:
    with Town(data) as town:
        take(town.catalog, Metadata(kind="dataset", title={"de": "Radweg"}))
    for file in data.glob("lotse.sqlite*"):
        file.unlink()
    ended = lotse(*words)
    assert ended.exit_code == 1
    assert "backup" in ended.stderr
    assert not (data / "lotse.sqlite").exists()
    assert check("database")[0] == "broken"
    with pytest.raises(NotReadyError, match="backup"):
        Town(data)


def test_upgrade_refuses_newer_tables(data: Path) -> None:
    with Town(data) as town, writing(town.catalog.store.engine) as connection:
        connection.execute(sa.text("UPDATE tables_version SET version = 99"))
    ended = lotse("upgrade")
    assert ended.exit_code == 1
    assert "newer Lotse" in ended.stderr
    assert "up to date" not in ended.stderr
