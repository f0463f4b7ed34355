"""A real catalogue in a folder of its own, and the application over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from registry.build import open_catalog
from registry.catalog import Catalog
from registry.settings import Settings
from tests.api.taking import BASE, taken
from tests.builders import a_dataset, a_metadata
from tests.sample_city import SampleCity, sample_city


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", base_url=BASE, secret=("s" * 40,))


@pytest.fixture
def catalog(settings: Settings) -> Iterator[Catalog]:
    """Empty, with an index that is up to date."""
    made = open_catalog(settings)
    made.sync()
    yield made
    made.close()


@pytest.fixture
def filled(catalog: Catalog) -> Catalog:
    """Three datasets and a project."""
    taken(
        catalog,
        a_dataset("Radwege"),
        a_dataset("Parkplätze", themes=()),
        a_dataset("Luftqualität", description={"de": "Messwerte der Luft.", "en": "Air."}),
        a_metadata("Radschnellweg", "project", abstract={"de": "Ein Weg für Räder."}),
    )
    return catalog


@pytest.fixture
def client(filled: Catalog, settings: Settings) -> TestClient:
    """Without its lifespan: nothing runs beside the test."""
    return TestClient(create_app(filled, settings), base_url=BASE, follow_redirects=False)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleCity]:
    """A catalogue with every kind of record; what a module's tests share."""
    made = sample_city(tmp_path_factory.mktemp("city"))
    yield made
    made.catalog.close()


@pytest.fixture(scope="module")
def browser(city: SampleCity) -> TestClient:
    """Somebody who looks at the pages and follows nothing."""
    return TestClient(create_app(city.catalog, city.settings), headers={"accept": "text/html"}, follow_redirects=False)
