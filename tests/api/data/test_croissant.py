"""Croissant: the prepared tables of a dataset, each column with its type, read from Parquet."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.data.croissant import CONFORMS_TO
from registry.model import Distribution, Metadata
from tests.servers.replay import files_server
from tests.town import Town, take

TREES = "Nr;Baumart;Höhe [m];Gepflanzt\n007;Linde;12,5;1.4.1998\n008;Ahorn;8;12.11.2003\n"
PATH = "/api/v1/records/baeume/croissant"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with files_server({"/baeume.csv": (TREES.encode(), "text/csv")}) as server:
        files = (
            Distribution(id="tabelle", title={"de": "Alle Bäume"}, download_url=f"{server.url}/baeume.csv"),
            Distribution(id="neu", download_url=f"{server.url}/neu.csv"),
        )
        with Town(tmp_path_factory.mktemp("town") / "data") as town:
            take(town.catalog, Metadata(kind="dataset", title={"de": "Bäume"}, distributions=files))
            take(town.catalog, Metadata(kind="dataset", title={"de": "Ohne Tabelle"}))
            town.catalog.previews.prepare(town.catalog.store.existing("baeume"), files[0])
            yield town


def test_columns_have_types_and_come_from_parquet(town: Town) -> None:
    client = TestClient(town.app)
    answer = client.get(PATH)
    assert answer.headers["content-type"].startswith("application/ld+json")
    document = answer.json()
    assert (document["conformsTo"], document["name"], document["isLiveDataset"]) == (CONFORMS_TO, "Bäume", True)
    (table,) = document["recordSet"]
    assert [(field["name"], field["dataType"]) for field in table["field"]] == [
        ("Nr", "sc:Text"), ("Baumart", "sc:Text"), ("Höhe [m]", "sc:Float"), ("Gepflanzt", "sc:Date")
    ]  # fmt: skip
    assert [field["@id"] for field in table["field"]] == [f"tabelle/{number}" for number in range(1, 5)]
    assert table["field"][3]["source"]["transform"] == {"format": "%Y-%m-%d"}
    assert {file["@id"] for file in document["distribution"]} == {"tabelle.parquet", "tabelle.csv"}
    assert {field["source"]["fileObject"]["@id"] for field in table["field"]} == {"tabelle.parquet"}
    base = town.settings.base_url
    for file in document["distribution"]:
        served = client.get(file["contentUrl"].removeprefix(base))
        assert served.status_code == 200, file
    assert served.text.splitlines()[0].count(",") == 3, "a CSV with commas"


def test_what_has_no_table_has_none(town: Town) -> None:
    client = TestClient(town.app)
    assert client.get(PATH.replace("baeume", "ohne-tabelle")).status_code == 404
    assert client.get(PATH.replace("baeume", "gibt-es-nicht")).status_code == 404
