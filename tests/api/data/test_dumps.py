"""The whole catalogue as files, data.json, and the description of both for machines.

Covers: api/data/data_json.py, api/data/dump_files.py, api/data/dumps.py, api/data/parquet_dump.py,
api/data/void.py
"""

import gzip
import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta

import duckdb
import pyoxigraph as ox
import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from api.data import dumps
from api.data.data_json import dataset
from registry.model import Contact, Period
from tests.builders import LICENCE, a_dataset, a_record
from tests.town import Town
from tests.waiting import wait_for
from vocab.concepts import concept_list

DATASET = "http://www.w3.org/ns/dcat#Dataset"


@pytest.fixture(scope="module")
def dump(city: Town) -> dumps.Dump:
    return dumps.write_dump(city.catalog, city.settings)


def test_all_files_hold_the_same_records(city: Town, dump: dumps.Dump, browser: TestClient) -> None:
    ids = [row.id for row in city.catalog.store.listing()]
    assert dump.records == len(ids) > 15
    bodies = {}
    for file in dump.files:
        answer = browser.get(f"/dumps/{file.name}")
        assert (answer.status_code, len(answer.content)) == (200, file.size)
        assert hashlib.sha256(answer.content).hexdigest() == file.sha256
        bodies[file.name] = gzip.decompress(answer.content) if file.name.endswith(".gz") else answer.content
    assert [json.loads(line)["id"] for line in bodies["catalog.ndjson.gz"].splitlines()] == ids
    assert len(bodies["catalog.csv"].decode("utf-8-sig").splitlines()) >= len(ids) + 1
    graphs = [
        {quad.subject.value for quad in ox.parse(bodies[name], format) if quad.object == ox.NamedNode(DATASET)}
        for name, format in (("catalog.nt.gz", ox.RdfFormat.N_TRIPLES), ("catalog.ttl.gz", ox.RdfFormat.TURTLE))
    ]
    assert graphs[0] == graphs[1] != set()
    assert len(json.loads(bodies["data.json"])["dataset"]) == len(graphs[0])


def test_the_parquet_file_has_types_and_lists(city: Town, dump: dumps.Dump) -> None:
    path = dumps.file_of(city.settings, "catalog.parquet")[0]
    with duckdb.connect() as database:
        rows = database.execute(f"SELECT id, title, themes, changed FROM '{path}'").fetchall()
        types = {row[0]: row[1] for row in database.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()}
    assert [row[0] for row in rows] == [row.id for row in city.catalog.store.listing()]
    assert all(title for _id, title, _themes, _changed in rows)
    assert types["themes"] == "VARCHAR[]"
    assert types["changed"].startswith("TIMESTAMP")
    assert "ENVI" in {theme for row in rows for theme in row[2]}
    assert list((city.settings.data / "dumps").rglob("*.rows")) == []


def test_checksums_and_list_name_every_file(dump: dumps.Dump, browser: TestClient) -> None:
    sums = dict(line.split("  ")[::-1] for line in browser.get("/dumps/SHA256SUMS").text.splitlines())
    assert sums == {file.name: file.sha256 for file in dump.files}
    listed = browser.get("/dumps.json").json()
    assert [file["sha256"] for file in listed["files"]] == [file.sha256 for file in dump.files]
    assert browser.head("/dumps/catalog.nt.gz").headers["content-length"] == str(dump.files[0].size)
    tag = browser.get("/dumps/catalog.csv").headers["etag"]
    assert tag


@pytest.mark.parametrize("name", ["nope", "dump.json", "current", "..%2f..%2flotse.sqlite", "records"])
def test_no_other_file_is_served(dump: dumps.Dump, browser: TestClient, name: str) -> None:
    assert browser.get(f"/dumps/{name}").status_code == 404


def test_before_the_first_dump_everything_says_so(client: TestClient) -> None:
    assert client.get("/dumps.json").json()["files"] == []
    assert client.get("/dumps/catalog.csv").status_code == 404


def test_only_two_dumps_are_kept_and_a_failed_one_leaves_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    written = [dumps.write_dump(town.catalog, town.settings).folder for _ in range(3)]
    folders = {path.name for path in (town.settings.data / "dumps").iterdir() if path.is_dir()}
    assert len(folders) == 2
    assert written[-1] in folders

    def broken(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(dumps.data_json, "pieces", broken)
    with pytest.raises(OSError, match="no space"):
        dumps.write_dump(town.catalog, town.settings)
    assert dumps.current_dump(town.settings).folder == written[-1]  # type: ignore[union-attr]
    assert {path.name for path in (town.settings.data / "dumps").iterdir() if path.is_dir()} == folders


def test_the_worker_writes_where_there_is_none(town: Town) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=dumps.nightly, args=(town.catalog, town.settings, stop))
    thread.start()
    try:
        wait_for(lambda: dumps.current_dump(town.settings) is not None)
    finally:
        stop.set()
        thread.join(30)


def test_a_dump_is_due_every_night(dump: dumps.Dump) -> None:
    night = datetime(2026, 12, 1, dumps.NIGHT_HOUR, tzinfo=UTC)
    before = replace(dump, created=night - timedelta(hours=2))
    assert dumps.is_due(None, night)
    assert not dumps.is_due(before, night - timedelta(minutes=1))
    assert dumps.is_due(before, night + timedelta(minutes=1))
    assert not dumps.is_due(replace(dump, created=night + timedelta(minutes=1)), night + timedelta(hours=20))


# -- data.json


def test_a_dataset_of_data_json_has_what_its_schema_needs() -> None:
    daily = concept_list("frequencies").by_notation["DAILY"].iri
    metadata = a_dataset(
        identifiers=("r-1",), contacts=(Contact(name={"de": "Amt"}, email="amt@example.org"),), frequency=daily,
        modified="2026-01-01", keywords={"de": ("Rad",)}, period=Period(start="2020", end="2021"),
    )  # fmt: skip
    row = dataset(a_record(said=metadata), "https://k.example")
    needed = ["title", "description", "keyword", "modified", "publisher", "contactPoint", "identifier", "accessLevel"]
    assert set(needed) <= set(row)
    assert (row["identifier"], row["license"], row["accrualPeriodicity"]) == ("r-1", LICENCE, "R/P1D")
    assert row["contactPoint"]["hasEmail"] == "mailto:amt@example.org"
    assert row["temporal"] == "2020/2021"
    assert row["distribution"][0]["accessURL"] == "https://daten.example.org/rad.csv"
    assert "issued" not in row


def test_data_json_lists_the_datasets(browser: TestClient, city: Town) -> None:
    answer = browser.get("/data.json")
    assert answer.headers["content-type"] == "application/json"
    listed = answer.json()["dataset"]
    assert len(listed) == len(city.catalog.store.listing(["dataset"]))
    assert browser.get("/data.json", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


# -- VoID


def test_void_names_dumps_and_an_example(dump: dumps.Dump, browser: TestClient) -> None:
    answer = browser.get("/.well-known/void", headers={"accept": "application/n-triples"})
    assert answer.headers["content-type"] == "application/n-triples"
    objects = {
        quad.predicate.value.rpartition("#")[2]: quad.object
        for quad in ox.parse(answer.content, ox.RdfFormat.N_TRIPLES)
    }
    assert str(objects["uriSpace"]) == '"http://testserver/id/"'
    assert "/dumps/catalog." in str(objects["dataDump"])
    example = objects["exampleResource"].value.removeprefix("http://testserver")
    assert browser.get(example).status_code == 303
    assert browser.get("/.well-known/void", headers={"accept": "image/png"}).status_code == 406
