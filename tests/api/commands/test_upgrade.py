"""Data of an earlier version: `lotse upgrade` takes all of it over, and the earlier version refuses what is newer.

Covers: api/commands/serve.py
"""

import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest

from tests.api.commands.calling import item, publish
from tests.benchmarks.bench_serving import command
from tests.effort import LONG
from tests.paths import ROOT
from tests.servers.replay import Files, files_server

pytestmark = pytest.mark.slow
EARLIER = "cc0eaa5609947de1f3d4a33941ca75bf4bffb857"  # the first version whose data folders have to open for good
Lotse = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def server() -> Iterator[Files]:
    with files_server({}) as server:
        yield server


@pytest.fixture(scope="module")
def earlier_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("earlier")
    packed = subprocess.run(["git", "-C", str(ROOT), "archive", EARLIER], capture_output=True, check=False)
    if packed.returncode:
        pytest.skip(f"needs the history of the repository, with {EARLIER}")
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def caller(code: Path, data: Path) -> Lotse:
    """Calls `lotse` of a check-out on a data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    environ = kept | {"LOTSE_DATA": str(data), "LOTSE_ALLOW_HOSTS": "127.0.0.1"}

    def call(*words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*command(code), *words], cwd=code, env=environ, input=stdin, capture_output=True, text=True, check=False
        )

    return call


@pytest.mark.skipif(not LONG, reason="starts fifteen processes: LOTSE_TEST_LONG=1 make test")
def test_data_of_an_earlier_version_are_taken_over_and_newer_ones_refused(
    earlier_code: Path, server: Files, tmp_path: Path
) -> None:
    earlier, ours = caller(earlier_code, tmp_path / "data"), caller(ROOT, tmp_path / "data")
    url = publish(server, item("1"), item("2"))
    added = earlier("source", "add", "amt", "--kind", "json", "--url", url, "--language", "de", "--set", "id=id")
    assert added.returncode == 0, added.stderr
    assert earlier("harvest", "amt").returncode == 0
    assert earlier("user", "add", "anna", "--password-stdin", stdin="ein langes Kennwort\n").returncode == 0
    before = earlier("search", "--json").stdout

    refused = ours("search", "--json")
    if refused.returncode:  # the tables have changed since
        assert "lotse upgrade" in refused.stderr
    assert ours("upgrade").returncode == 0
    assert ours("rebuild").returncode == 0
    assert "projekt-1" in before
    assert "projekt-1" in ours("search", "--json").stdout
    assert "anna" in ours("user", "list").stdout
    assert "amt" in ours("record", "history", "projekt-1").stdout
    again = ours("harvest", "amt", "--json")
    assert '"added": 0' in again.stdout.replace('":0', '": 0'), again.stdout
    assert "Projekt 2" in ours("export", "--format", "ndjson").stdout

    newer = earlier("search", "--json")
    if refused.returncode:
        assert newer.returncode == 1
        assert "newer" in newer.stderr
