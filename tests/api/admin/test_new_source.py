"""A source set up by page: address, what is recognised, the first records with findings, saved, approved."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from registry.model import Account
from tests.builders import a_metadata
from tests.sample_city import PASSWORD
from tests.servers.replay import Files, files_server
from tests.signed_in import browser, hidden
from tests.town import Town, take
from tests.waiting import wait_for

PAGE = "/administration/quellen/neu"
ITEMS = [{"id": f"t{n}", "title": f"Ding {n}", "description": "Was es zu sagen gibt."} for n in range(30)]
CATALOGUE = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://daten.example.org/k> a dcat:Catalog ; dcat:dataset <https://daten.example.org/a> .
<https://daten.example.org/a> a dcat:Dataset ; dct:title "Bäume"@de ; dct:description "Alle Bäume."@de .
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Files]:
    files = {
        "/katalog.ttl": (CATALOGUE.encode(), "text/turtle"),
        "/liste.json": (json.dumps({"dinge": [*ITEMS, {"id": "x"}]}).encode(), "application/json"),
        "/seite.html": (b"<!doctype html><title>Nichts</title>", "text/html"),
    }
    with files_server(files) as server:
        yield server


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Town(tmp_path / "data") as town:
        town.settings = replace(
            town.settings, secret=("s" * 40,), base_url="http://testserver", allow_hosts=("127.0.0.1",)
        )
        town.catalog.people.add(Account(name="leitung", role="administrator"), PASSWORD)
        town.catalog.people.add(Account(name="lotsin", role="reviewer"), PASSWORD)
        take(town.catalog, a_metadata("Amt", "organization"))
        yield town


def looked_at(leader: TestClient, **fields: str) -> Any:
    """The page of the result for an address, once it is there."""
    answer = leader.post(PAGE, data={**hidden(leader.get(PAGE).text), **fields})
    address = answer.url.path
    wait_for(lambda: "wird gerade gelesen" not in leader.get(address).text)
    return leader.get(address)


def test_from_an_address_to_an_approved_source(town: Town, server: Files) -> None:
    leader = browser(town, "leitung", follow=True)
    result = looked_at(leader, url=f"{server.url}/katalog.ttl")
    assert "DCAT" in result.text
    assert "Bäume" in result.text
    assert "Probleme, nach Ursache" in result.text
    assert town.catalog.sources.all() == ()  # nothing is saved yet
    fields = {"name": "stadt", "title": "Stadt", "owner": "amt", "schedule": "0 3 * * *"}
    saved = leader.post(result.url.path, data={**hidden(result.text), **fields})
    assert "Die Quelle ist gespeichert." in saved.text
    source = town.catalog.sources.get("stadt")
    assert (source.kind, source.url, source.hold) == ("dcat", f"{server.url}/katalog.ttl", "new")
    assert (source.owner, source.schedule) == ("amt", "0 3 * * *")
    page = leader.get("/administration/quellen/stadt")
    approved = leader.post(page.url.path, data={**hidden(page.text), "act": "approve"})
    assert "Die Quelle ist freigegeben." in approved.text
    assert town.catalog.sources.get("stadt").hold == ""
    acts = [entry.act for entry in town.catalog.people.audit.newest(2)]
    assert acts == ["approve-source", "add-source"]


def test_the_first_twenty_records_are_shown_with_the_settings_of_the_kind(town: Town, server: Files) -> None:
    leader = browser(town, "leitung", follow=True)
    page = looked_at(leader, url=f"{server.url}/liste.json", kind="json", settings="items=dinge\n").text
    assert len(re.findall(r"<th scope=\"row\">Ding \d+", page)) == 20
    assert "Die ersten 20 Einträge lassen sich übernehmen." in page


def test_what_is_not_recognised_is_said_with_what_to_do(town: Town, server: Files) -> None:
    leader = browser(town, "leitung", follow=True)
    page = looked_at(leader, url=f"{server.url}/seite.html").text
    assert "nichts erkannt" in page
    page = looked_at(leader, url=f"{server.url}/gibtsnicht").text
    assert 'role="alert"' in page


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "daten.example.org"},
        {"url": "ftp://daten.example.org/x"},
        {"url": "https://daten.example.org", "settings": "ohne Gleichheitszeichen"},
        {"url": "https://daten.example.org", "kind": "json", "settings": "gibtsnicht=1"},
    ],
)
def test_what_cannot_be_looked_at_is_said_at_once(town: Town, fields: dict[str, str]) -> None:
    leader = browser(town, "leitung", follow=True)
    answer = leader.post(PAGE, data={**hidden(leader.get(PAGE).text), **fields})
    assert answer.status_code == 422
    assert "<title>Fehler: " in answer.text


@pytest.mark.parametrize(
    "wrong", [{"name": "Nicht so"}, {"name": "neu"}, {"owner": "gibtsnicht"}, {"schedule": "manchmal"}]
)
def test_what_cannot_be_saved_is_said_and_kept(town: Town, server: Files, wrong: dict[str, str]) -> None:
    leader = browser(town, "leitung", follow=True)
    result = looked_at(leader, url=f"{server.url}/katalog.ttl")
    fields = {"name": "stadt", "title": "Mein Titel", "owner": "", "schedule": "", **wrong}
    answer = leader.post(result.url.path, data={**hidden(result.text), **fields})
    assert answer.status_code == 422
    assert "Mein Titel" in answer.text
    assert town.catalog.sources.all() == ()


def test_a_taken_name_is_said(town: Town, server: Files) -> None:
    leader = browser(town, "leitung", follow=True)
    result = looked_at(leader, url=f"{server.url}/katalog.ttl")
    fields = {**hidden(result.text), "name": "stadt", "schedule": ""}
    assert leader.post(result.url.path, data=fields).status_code == 200
    assert leader.post(result.url.path, data=fields).status_code == 422


def test_only_administrators_set_up_sources_and_see_their_own_only(town: Town, server: Files) -> None:
    assert browser(town, "lotsin").get(PAGE).status_code == 403
    town.catalog.people.add(Account(name="andere", role="administrator"), PASSWORD)
    result = looked_at(browser(town, "leitung", follow=True), url=f"{server.url}/katalog.ttl")
    assert browser(town, "andere").get(result.url.path).status_code == 404
