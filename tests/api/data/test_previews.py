"""The preview of a file as JSON: states, parameters, pages, errors.

Covers: api/data/previews.py, api/data/preview_documents.py
"""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from registry.model import Distribution, Metadata
from tests.servers.replay import Files, files_server
from tests.town import Town, take

TREES = "Nr;Baumart;Höhe [m];Gepflanzt\n007;Linde;12,5;1.4.1998\n008;Ahorn;8;12.11.2003\n009;Linde;;\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Files]:
    with files_server({"/baeume.csv": (TREES.encode("cp1252"), "text/csv")}) as files:
        yield files


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, server: Files) -> Iterator[Town]:
    """A dataset with a table, a file that is not there, one without an address, and one that nobody has looked at."""
    files = (
        Distribution(id="tabelle", access_url=f"{server.url}/baeume.csv"),
        Distribution(id="weg", download_url=f"{server.url}/weg.csv"),
        Distribution(id="ohne", access_url="ftp://daten.example.org/baeume.csv"),
        Distribution(id="neu", download_url=f"{server.url}/neu.csv"),
    )
    with Town(tmp_path_factory.mktemp("town") / "data") as town:
        (id,) = take(town.catalog, Metadata(kind="dataset", title={"de": "Bäume"}, distributions=files))
        assert id == "baeume"
        record = town.catalog.store.existing(id)
        for file in files[:3]:
            town.catalog.previews.prepare(record, file)
        yield town


@pytest.fixture(scope="module")
def client(town: Town) -> TestClient:
    return TestClient(town.app)


PATH = "/api/v1/records/baeume/preview"


def test_a_table_is_answered_with_how_it_was_read(client: TestClient) -> None:
    answer = client.get(f"{PATH}/tabelle").json()
    assert answer["state"] == "ready"
    read = {"format": "CSV", "encoding": "windows-1252", "delimiter": ";", "decimal": ",", "header": 1, "rows": 3}
    assert {name: answer["read"][name] for name in read} == read
    columns = {column["name"]: column for column in answer["columns"]}
    assert [column["type"] for column in columns.values()] == ["text", "text", "number", "date"]
    assert columns["Höhe [m]"] | {"unit": "m", "filled": 2, "distinct": 2, "min": 8, "max": 12.5} == columns["Höhe [m]"]
    assert columns["Gepflanzt"]["min"] == "1998-04-01"
    assert answer["rows"][0] == ["007", "Linde", 12.5, "1998-04-01"]
    assert answer["rows"][2] == ["009", "Linde", None, None]
    assert (answer["total"], answer["next"], answer["reason"]) == (3, None, None)
    assert columns["Nr"]["notes"][0]["de"].startswith("Manche Werte beginnen mit einer Null")


def test_a_selection_has_an_address_for_its_next_page(client: TestClient) -> None:
    answer = client.get(f"{PATH}/tabelle?where=Baumart:linde&sort=-Nr&size=1").json()
    assert [row[0] for row in answer["rows"]] == ["009"]
    assert answer["total"] == 2
    following = client.get(answer["next"]).json()
    assert [row[0] for row in following["rows"]] == ["007"]
    assert following["next"] is None


@pytest.mark.parametrize(
    ("file", "state", "code"), [("weg", "failed", "404"), ("ohne", "failed", "http"), ("neu", "waiting", "")]
)
def test_what_cannot_be_shown_is_said(client: TestClient, file: str, state: str, code: str) -> None:
    response = client.get(f"{PATH}/{file}")
    answer = response.json()
    assert response.status_code == 200
    assert (answer["state"], answer["rows"], answer["total"]) == (state, [], 0)
    assert code in (answer["reason"] or {"de": ""})["de"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{PATH}/gibtesnicht", 404),
        ("/api/v1/records/gibtesnicht/preview/tabelle", 404),
        (f"{PATH}/tabelle?where=Farbe:rot", 400),
        (f"{PATH}/tabelle?sort=Farbe", 400),
        (f"{PATH}/tabelle?where=Gepflanzt:bald", 400),
        (f"{PATH}/tabelle?size=viele", 200),
        (f"{PATH}/tabelle?page=0&size=-1", 200),
    ],
)
def test_unknown_names_and_values_are_refused(client: TestClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_an_unchanged_answer_is_not_sent_again(client: TestClient) -> None:
    etag = client.get(f"{PATH}/tabelle").headers["etag"]
    assert client.get(f"{PATH}/tabelle", headers={"If-None-Match": etag}).status_code == 304
    assert client.get(f"{PATH}/tabelle?page=2", headers={"If-None-Match": etag}).status_code == 200
