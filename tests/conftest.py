"""Fixtures for the whole suite."""

import contextlib
import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import argon2
import hypothesis
import pytest

from registry import build
from registry.people import accounts
from tests.distribution import Scheduler, group
from tests.effort import LONG, tries
from tests.sample_city import sample_city
from tests.servers import databases, elastic, postgres

SHARED = Path(os.environ.get("LOTSE_TEST_SHARED", Path(__file__).parents[2] / "shared"))
SLOW_FIXTURES = frozenset(
    ("shared", "town", "city", "filled", "client", "browser", "portal")
)  # a catalogue is filled first

hypothesis.settings.register_profile("tests", max_examples=tries(25, 100), derandomize=not LONG, deadline=None)
hypothesis.settings.load_profile("tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write expected.json of the fixture cases anew")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How pytest-xdist, where it is used, hands out the tests."""
    return Scheduler(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """UsageError for a test of a server or of Chromium without its mark, or whose id does not tell its group.

    Slow is, besides what is marked so, whatever reads the material beside the checkout, whatever attacks a running
    application (tests/hostile), and whatever fills a catalogue first.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if SLOW_FIXTURES.intersection(fixtures) or "hostile" in item.path.parts:
            item.add_marker("slow")
        for mark, fixture in (("elastic", "elastic_address"), ("postgres", "postgres_address"), ("browser", "site")):
            marked = item.get_closest_marker(mark) is not None
            if (fixture in fixtures and not marked) or (marked and group(item.nodeid) != mark):
                raise pytest.UsageError(f"{item.nodeid}: mark it {mark}, and name it as tests/distribution.py says")


@pytest.hookimpl(trylast=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """With `make postgres`, tests that run on both anyway, or only on SQLite, are skipped with the reason."""
    if databases.ACTIVE:
        both = "any_database_url" in getattr(item, "fixturenames", ()) or item.get_closest_marker("postgres")
        why = "runs on PostgreSQL in every run" if both else databases.reason(item.nodeid)
        if why:
            item.add_marker(pytest.mark.skip(reason=why))


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the garbage collector need not walk it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with official oracles and real catalogues, beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the oracle material at {SHARED} (set LOTSE_TEST_SHARED)")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def shipped_hasher() -> Iterator[argon2.PasswordHasher]:
    """The hasher of passwords that is shipped: 0.2 s of processor time a hash. Tests use a weak one instead."""
    shipped = accounts._HASHER
    accounts._HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield shipped
    accounts._HASHER = shipped


@pytest.fixture(scope="session", autouse=True)
def search_by_words_only() -> None:
    """Whoever tests the search by meaning says `meaning="on"`: its encoder takes a second to load in each process."""
    os.environ["LOTSE_MEANING"] = "off"
    build.is_installed = lambda: False


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a sample city, closed. Built once in each process: it takes 0.1 s, less than sharing it."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    sample_city(folder).catalog.close()
    return folder


@pytest.fixture(scope="session", autouse=True)
def all_on_postgres() -> Iterator[None]:
    """With `make postgres`: what a test keeps in a data folder is kept on a server (tests/servers/databases.py)."""
    if not databases.ACTIVE:
        yield
        return
    with postgres.server() as address:
        databases.begin(address)
        yield
        databases.end()


@pytest.fixture(autouse=databases.ACTIVE)
def databases_end_with_their_test(tmp_path: Path) -> Iterator[None]:
    yield
    databases.drop_below(tmp_path)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """A fresh SQLite database; on PostgreSQL with `make postgres`."""
    return databases.url_of(tmp_path) if databases.ACTIVE else f"sqlite:///{tmp_path / 'lotse.sqlite'}"


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """A PostgreSQL server of this test run."""
    with contextlib.ExitStack() as stack:
        try:
            address = stack.enter_context(postgres.server())
        except RuntimeError as error:
            pytest.skip(str(error))
        yield address


@pytest.fixture
def postgres_url(postgres_address: str) -> Iterator[str]:
    """A fresh PostgreSQL database."""
    with postgres.database(postgres_address) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind in turn, for contract tests."""
    return str(request.getfixturevalue("database_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(scope="session")
def elastic_address() -> Iterator[str]:
    """An Elasticsearch of this test run."""
    with contextlib.ExitStack() as stack:
        try:
            address = stack.enter_context(elastic.server())
        except RuntimeError as error:
            pytest.skip(str(error))
        yield address
