"""A catalogue on disk, and a list in JSON that it harvests over real HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.replay import files_server
from tests.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with files_server({}) as server, Town(tmp_path / "data", server) as town:
        yield town
