"""ckanext-dcat's own parser reads our feed to its end, and finds every dataset with what it says.

It needs no CKAN server, but CKAN as a package: `.ci/run` sets up `.venv-peer`, which is in no lock of ours.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.data import catalogue
from tests.builders import a_dataset
from tests.paths import ROOT
from tests.servers.application import served
from tests.town import Town, take

PEER = ROOT / ".venv-peer" / "bin" / "python"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PEER.is_file(), reason="needs .venv-peer, which .ci/run sets up"),
]
COUNT = 130


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a catalogue of several pages."""
    towns: list[Town] = []

    def make(base: str):  # type: ignore[no-untyped-def]
        towns.append(Town(tmp_path_factory.mktemp("peer") / "data", base_url=base, secret=("s" * 40,)))
        take(towns[0].catalog, *(a_dataset(f"Satz {number:03}") for number in range(COUNT)))
        return towns[0].app

    with served(make) as base:
        yield base


@pytest.mark.parametrize(("suffix", "format"), [("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld")])
def test_ckanext_dcat_finds_every_dataset(portal: str, suffix: str, format: str) -> None:
    assert COUNT > catalogue.PAGE_SIZE
    program = Path(ROOT / "tests" / "peers" / "by_ckanext_dcat.py")
    url = f"{portal}/catalog.{suffix}?kind=dataset"
    done = subprocess.run([PEER, program, url, format], capture_output=True, text=True, timeout=300, check=True)
    packages: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    assert {package["title"] for package in packages} == {f"Satz {number:03}" for number in range(COUNT)}
    assert len(packages) == COUNT
    for package in packages:
        assert package["notes"].startswith(package["title"])
        (resource,) = package["resources"]
        assert resource["url"] == "https://daten.example.org/rad.csv"
        assert resource["license"] == "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
