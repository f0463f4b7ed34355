"""A data folder that is not there yet, a server of lists, and a catalogue that was harvested from one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.commands.calling import added, item, lotse
from tests.servers.replay import Files, files_server


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that is not there yet."""
    for name in [name for name in os.environ if name.startswith("LOTSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOTSE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LOTSE_ALLOW_HOSTS", "127.0.0.1")
    return tmp_path / "data"


@pytest.fixture
def server() -> Iterator[Files]:
    with files_server({}) as files:
        yield files


@pytest.fixture
def harvested(data: Path, server: Files) -> Path:
    added(server, item("1"), item("2", abstract="Ein Weg für Räder."), item("3"))
    assert lotse("harvest", "amt").exit_code == 0
    return data
