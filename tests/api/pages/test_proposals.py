"""What could suit a record, on its page."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from api.app import create_app
from registry.build import open_catalog
from registry.catalog import Catalog
from registry.model import Link, Record
from registry.settings import Settings
from tests.builders import a_dataset, a_project

KEYWORDS = {"de": ("Fahrrad", "Brücke")}


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(open_catalog(Settings(data=tmp_path, secret=("s" * 40,), meaning="off"))) as catalog:
        data = [a_dataset("Zählung der Räder", keywords=KEYWORDS), a_dataset("Haushaltsplan", themes=())]
        project = a_project("Neue Brücke für Räder", keywords=KEYWORDS)
        named = {"zaehlung": data[0], "haushalt": data[1], "bruecke": project}
        catalog.store.put([Record(id=id, said=metadata) for id, metadata in named.items()], by="test")
        yield catalog


def page(catalog: Catalog, path: str) -> str:
    client = TestClient(create_app(catalog, catalog.settings), base_url=catalog.settings.base_url)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.text


def test_a_page_shows_what_could_suit_and_why(catalog: Catalog) -> None:
    catalog.sync()
    text = page(catalog, "/projekte/bruecke")
    assert "Daten, die dazu passen könnten" in text
    assert "gleiche Schlagwörter: Fahrrad, Brücke" in text
    assert "Haushaltsplan" not in text
    assert "Projekte, zu denen das passen könnte" in page(catalog, "/daten/zaehlung")
    assert "same keywords: Fahrrad, Brücke" in page(catalog, "/en/datasets/zaehlung")
    assert "passen könnte" not in page(catalog, "/daten/haushalt")


def test_what_is_linked_already_is_not_proposed(catalog: Catalog) -> None:
    project = catalog.store.existing("bruecke")
    link = Link(relation="uses", iri=f"{catalog.settings.base_url}/id/zaehlung")
    catalog.store.put([replace(project, said=replace(project.said, links=(link,)))], by="test")
    catalog.sync()
    assert "Zählung der Räder" in page(catalog, "/projekte/bruecke")
    assert "passen könnte" not in page(catalog, "/projekte/bruecke")
    assert "passen könnte" not in page(catalog, "/daten/zaehlung")


def test_without_a_search_index_the_page_shows_the_rest(catalog: Catalog) -> None:
    assert "Zählung der Räder" in page(catalog, "/daten/zaehlung")
    assert "passen könnte" not in page(catalog, "/daten/zaehlung")
