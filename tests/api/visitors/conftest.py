"""A city of one test, and somebody who fills in its forms as fast as a program."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.visitors import guard
from tests.sample_city import sample_city
from tests.town import Town

HTML = {"accept": "text/html"}


@pytest.fixture
def own_city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


@pytest.fixture
def visitor(own_city: Town, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(guard, "MIN_SECONDS", 0)
    return TestClient(own_city.app, headers=HTML, follow_redirects=False)
