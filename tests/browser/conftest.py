"""One city and one browser for all tests of a file."""

from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from playwright.sync_api import Page

from api.app import create_app
from tests.browser.chromium import browser
from tests.browser.site import Site
from tests.browser.states import States, add
from tests.sample_city import sample_city
from tests.servers.application import served
from tests.town import Town


@pytest.fixture(scope="module")
def site(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    built: list[tuple[Town, States]] = []

    def app(base: str):  # type: ignore[no-untyped-def]
        city = sample_city(tmp_path_factory.mktemp("city") / "data", base, sample_folder)
        built.append((city, add(city)))
        return create_app(city.catalog, city.settings)

    with served(app) as base, browser() as chromium:
        city, states = built[0]
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


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of the templates that the served application renders while the test runs."""
    names: set[str] = set()
    get_template = jinja2.Environment.get_template

    def recorded(environment: jinja2.Environment, name: str, *more: object, **options: object) -> jinja2.Template:
        names.add(name)
        return get_template(environment, name, *more, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(jinja2.Environment, "get_template", recorded)
    return names
