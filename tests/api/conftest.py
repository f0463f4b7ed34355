"""A real catalogue in a folder of its own, and the application over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from registry.catalog import Catalog
from registry.settings import Settings
from tests.builders import a_dataset, a_metadata
from tests.sample_city import sample_city
from tests.town import BASE, Town, take

SETTINGS = {"base_url": BASE, "secret": ("s" * 40,), "allow_hosts": ()}

BROWSER_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an empty town, closed; its index is up to date."""
    folder = tmp_path_factory.mktemp("empty") / "data"
    with Town(folder, **SETTINGS) as town:
        town.catalog.sync()
    return folder


@pytest.fixture(scope="session")
def filled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a town with three datasets and a project, closed."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    with Town(folder, **SETTINGS) as town:
        town.catalog.sync()
        take(
            town.catalog,
            a_dataset("Radwege"),
            a_dataset("Parkplätze", themes=()),
            a_dataset("Luftqualität", description={"de": "Messwerte der Luft.", "en": "Air."}),
            a_metadata("Radschnellweg", "project", abstract={"de": "Ein Weg für Räder."}),
        )
    return folder


@pytest.fixture
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A copy of the filled town where the test asks for `filled`, of the empty one otherwise."""
    template = request.getfixturevalue("filled_folder" if "filled" in request.fixturenames else "empty_folder")
    with Town(tmp_path / "data", template=template, **SETTINGS) as town:
        yield town


@pytest.fixture
def catalog(town: Town) -> Catalog:
    return town.catalog


@pytest.fixture
def settings(town: Town) -> Settings:
    return town.settings


@pytest.fixture
def filled(catalog: Catalog) -> Catalog:
    """Three datasets and a project."""
    return catalog


@pytest.fixture
def client(filled: Catalog, settings: Settings) -> TestClient:
    """Without its lifespan: nothing runs beside the test."""
    return TestClient(create_app(filled, settings), base_url=BASE, follow_redirects=False)


@pytest.fixture(scope="module")
def city(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A catalogue with every kind of record; what a module's tests share."""
    with sample_city(tmp_path_factory.mktemp("city") / "data", template=sample_folder) as city:
        yield city


@pytest.fixture(scope="module")
def browser(city: Town) -> TestClient:
    """Somebody who looks at the pages and follows nothing."""
    return TestClient(
        city.app,
        headers={"accept": BROWSER_ACCEPT},
        follow_redirects=False,
    )
