"""Fixtures for the whole suite."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("LOTSE_TEST_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with official oracles and real catalogues, beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the oracle material at {SHARED} (set LOTSE_TEST_SHARED)")
    return SHARED


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """A fresh SQLite database."""
    return f"sqlite:///{tmp_path / 'lotse.sqlite'}"
