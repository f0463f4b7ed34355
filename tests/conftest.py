"""Fixtures for the whole suite."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import argon2
import pytest

from registry.people import accounts
from tests.sample_city import sample_city
from tests.servers import elastic, postgres

SHARED = Path(os.environ.get("LOTSE_TEST_SHARED", Path(__file__).parents[2] / "shared"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write expected.json of the fixture cases anew")


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


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a sample city, closed. Built once in each process: it takes 0.1 s, less than sharing it."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    sample_city(folder).catalog.close()
    return folder


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """A fresh SQLite database."""
    return f"sqlite:///{tmp_path / 'lotse.sqlite'}"


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
