"""The wheel: everything that runs is in it, and it runs in an environment of its own, without the checkout."""

import json
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.paths import ROOT
from tests.servers.replay import files_server

pytestmark = pytest.mark.slow

FLOORS = ("api", "harvesters", "registry", "vocab")
NO_PART = ("*.pyc", "__pycache__", "*.po", "*.pot")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of what is in the repository, so that nothing old of `build/` comes in."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in FLOORS:
        shutil.copytree(ROOT / name, folder / "src" / name, ignore=shutil.ignore_patterns(*NO_PART[:2]))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "src" / name)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        str(folder),
    ]
    subprocess.run([*command, str(folder / "src")], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_every_file_that_runs_is_in_the_wheel(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    there = {
        str(path.relative_to(ROOT))
        for floor in FLOORS for path in (ROOT / floor).rglob("*")
        if path.is_file() and not any(path.match(pattern) or pattern in path.parts for pattern in NO_PART)
    }  # fmt: skip
    assert there - packed <= {"api/static/vendor/installed"}
    assert "api/static/vendor/leaflet/1.9.4/leaflet.js" in packed
    assert not any(name.startswith(("tests/", "deploy/", "docs/")) for name in packed)


@pytest.fixture(scope="module")
def lotse(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment into which the wheel was installed. Its packages are those of this run:
    a new environment would fetch a hundred of them."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    inner = next(folder.glob("lib/python*/site-packages"))
    (inner / "packages-of-the-test.pth").write_text(packages + "\n")  # a .pth in there, as of the checkout, is not read
    command = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "-q", "--no-deps"]
    subprocess.run([*command, "--no-index", "--ignore-installed", str(wheel)], check=True, capture_output=True)
    return folder / "bin" / "lotse"


@pytest.fixture
def portal(lotse: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a portal that was installed from the wheel, with a record that it harvested."""
    items = [{"id": "1", "kind": "project", "title": "Projekt Radweg", "abstract": "Ein Weg."}]
    environment = {"LOTSE_DATA": str(tmp_path / "data"), "LOTSE_ALLOW_HOSTS": "127.0.0.1", "PATH": "/usr/bin:/bin"}
    with files_server({"/amt.json": (json.dumps(items).encode(), "application/json")}) as server:
        add = [lotse, "source", "add", "amt", "--kind", "json", "--url", f"{server.url}/amt.json", "--set", "id=id"]
        for command in (add, [lotse, "harvest", "amt"]):
            subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, env=environment)
    process = subprocess.Popen(
        [lotse, "serve", "--port", "0"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        assert process.wait(30) == 0


def test_a_portal_runs_from_the_wheel_alone(portal: str, lotse: Path, tmp_path: Path) -> None:
    where = [lotse.with_name("python"), "-c", "import api; print(api.__file__)"]
    assert str(ROOT) not in subprocess.run(where, check=True, capture_output=True, text=True, cwd=tmp_path).stdout
    with urlopen(f"{portal}/suche?q=radweg") as page:
        html = page.read().decode()
    assert "Projekt Radweg" in html
    sheets = re.findall(r'href="(/static/[^"]*\.css[^"]*)"', html)
    assert sheets
    for address in (*sheets, "/en/search?q=radweg", "/sparql?query=ASK%7B%7D", "/openapi.json", "/metrics", "/healthz"):
        with urlopen(f"{portal}{address}") as answer:
            assert answer.status == 200
            assert answer.read()
