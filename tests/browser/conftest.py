"""One city and one browser for all tests of a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from api.app import create_app
from tests.browser.chromium import browser, served
from tests.browser.site import Site
from tests.browser.states import States, add
from tests.sample_city import sample_city
from tests.town import Town


@pytest.fixture(scope="module")
def site(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made: list[tuple[Town, States]] = []

    def app(base: str):  # type: ignore[no-untyped-def]
        city = sample_city(tmp_path_factory.mktemp("city") / "data", base, sample_folder)
        made.append((city, add(city)))
        return create_app(city.catalog, city.settings)

    with served(app) as base, browser() as chromium:
        city, states = made[0]
        yield Site(city, base, chromium, states)


@pytest.fixture(scope="module")
def public(site: Site) -> Iterator[Page]:
    context = site.context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def reviewer(site: Site) -> Iterator[Page]:
    context = site.context("verwaltung")
    yield context.new_page()
    context.close()
