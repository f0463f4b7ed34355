"""A second city takes nothing of the first one over: not a word of it stands on any page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from registry.catalog.organizations import load_organizations
from registry.city import City
from registry.model import Agent, Metadata, Milestone, Participation, Place, Record
from tests.builders import a_dataset
from tests.paths import ROOT
from tests.town import Town
from vocab.concepts import concept_list, load
from vocab.pages import PAGE_ROWS, path

SECOND = ROOT / "deploy" / "musterhafen"
FIRST = ROOT / "deploy" / "heidelberg"


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("harbour") / "data"
    with Town(folder, city=SECOND, secret=("s" * 40,)) as town:
        load_organizations(town.catalog, SECOND / "organizations.toml")
        office = Agent(name={"de": "Hafenamt"}, id="hafenamt")
        lead = Participation(agent=office, role=concept_list("roles").by_notation["federfuehrung"].iri)
        data = a_dataset("Wasserstände am Kai", publisher=office, places=(Place(name={"de": "Hafen"}),))
        project = Metadata(
            kind="project",
            title={"de": "Leise Nächte im Hafen"},
            participants=(lead,),
            milestones=(Milestone(title={"de": "Messung"}, planned="2099-01"),),
        )
        town.catalog.store.put([Record(id="kai", said=data), Record(id="naechte", said=project)], "test")
        town.catalog.sync()
        yield TestClient(town.app, headers={"accept": "text/html"})


def words_of_the_first_city() -> set[str]:
    """The names that only the first city has: itself, its river, districts, organizations and addresses."""
    listed = (FIRST / "organizations.toml").read_text("utf-8")
    names = set(re.findall(r'name_(?:de|en) = "([^"]+)"', listed))
    districts = {label for concept in load(FIRST / "districts.csv") for label in concept.labels.values()}
    return {"Heidelberg", "Neckar"} | names | districts - {"ganze Stadt", "whole city", "Altstadt"}  # a common word


def test_no_word_of_the_first_city_stands_on_a_page_of_the_second(harbour: TestClient) -> None:
    names = words_of_the_first_city()
    assert len(names) > 20
    public = [path(row.name, lang) for row in PAGE_ROWS.values() if not row.private for lang in ("de", "en")]
    more = ["/daten/kai", "/projekte/naechte", "/organisationen/hafenamt", "/stadtteile/hafen", "/themen/TRAN",
            "/projekte/zeit", "/projekte/karte", "/entwickler/api", "/suche?q=hafen", "/static/theme.css", "/llms.txt",
            "/.well-known/security.txt", "/opensearch.xml", "/openapi.json", "/catalog.ttl", "/gibt-es-nicht",
            "/konto/anmelden", "/projekte/naechte/steckbrief"]  # fmt: skip
    for address in dict.fromkeys((*public, *more)):
        page = harbour.get(address).text
        left = sorted(name for name in names if re.search(rf"\b{re.escape(name)}\b", page, re.IGNORECASE))
        assert left == [], address


def test_the_second_city_has_its_name_its_sign_and_its_colours(harbour: TestClient) -> None:
    page = harbour.get("/").text
    assert "<b>Hafenblick</b>" in page
    assert "– Hafenblick Musterhafen</title>" in page
    assert '<img class="logo" src="/static/logo.svg" alt=""' in page
    assert harbour.get("/static/logo.svg").headers["content-type"].startswith("image/svg+xml")
    sheet = harbour.get("/static/theme.css").text
    assert "#0b5d57" in sheet
    assert "#7fd1c7" in sheet
    assert "Speicherinsel" in harbour.get("/stadtteile").text


def test_a_city_without_a_sign_has_ours(tmp_path: Path) -> None:
    assert City(name="Ort", folder=tmp_path).logo is None
