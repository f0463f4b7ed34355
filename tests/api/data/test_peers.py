"""ckanext-dcat's own parser reads our feed to its end, and finds every dataset with what it says; mlcroissant reads the
tables of a dataset.

The parser needs no CKAN server, but CKAN as a package. `make peers` sets up an environment for each, which is in no
lock of ours.
"""

import html
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from api.data import catalogue, dumps
from registry.model import Distribution
from tests.builders import a_dataset
from tests.paths import ROOT
from tests.sample_city import sample_city
from tests.servers.application import served
from tests.servers.replay import files_server
from tests.town import Town, take

PEER = ROOT / ".venv-peer" / "bin" / "python"
CROISSANT = ROOT / ".venv-croissant" / "bin" / "python"
pytestmark = pytest.mark.slow
COUNT = 130
TREES = "Nr;Baumart;Höhe [m];Gepflanzt\n007;Linde;12,5;1.4.1998\n008;Ahorn;8;12.11.2003\n"


def run(python: Path, program: str, *words: str) -> Any:
    """The JSON in the last line that a program of tests/peers prints."""
    return json.loads(printed(python, str(ROOT / "tests" / "peers" / program), *words).splitlines()[-1])


def printed(python: Path, *words: str) -> str:
    done = subprocess.run([python, *words], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


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


@pytest.mark.skipif(not PEER.is_file(), reason="needs .venv-peer: make peers")
@pytest.mark.parametrize(("suffix", "format"), [("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld")])
def test_ckanext_dcat_finds_every_dataset(portal: str, suffix: str, format: str) -> None:
    assert COUNT > catalogue.PAGE_SIZE
    packages = run(PEER, "by_ckanext_dcat.py", f"{portal}/catalog.{suffix}?kind=dataset", format)
    assert {package["title"] for package in packages} == {f"Satz {number:03}" for number in range(COUNT)}
    assert len(packages) == COUNT
    for package in packages:
        assert package["notes"].startswith(package["title"])
        (resource,) = package["resources"]
        assert resource["url"] == "https://daten.example.org/rad.csv"
        assert resource["license"] == "http://dcat-ap.de/def/licenses/dl-by-de/2.0"


@pytest.mark.skipif(not CROISSANT.is_file(), reason="needs .venv-croissant: make peers")
def test_mlcroissant_reads_the_rows_of_a_table(tmp_path: Path) -> None:
    towns: list[Town] = []

    def make(base: str):  # type: ignore[no-untyped-def]
        towns.append(Town(tmp_path / "data", base_url=base, secret=("s" * 40,)))
        return towns[0].app

    with files_server({"/baeume.csv": (TREES.encode(), "text/csv")}) as server, served(make) as base:
        file = Distribution(id="tabelle", title={"de": "Alle Bäume"}, download_url=f"{server.url}/baeume.csv")
        catalog = towns[0].catalog
        (id,) = take(catalog, a_dataset("Bäume", distributions=(file,)))
        catalog.previews.prepare(catalog.store.existing(id), file)
        rows = run(CROISSANT, "by_mlcroissant.py", f"{base}/api/v1/records/{id}/croissant")
    (table,) = rows.values()
    (first, second) = ([*row.values()] for row in table)
    assert first == ["007", "Linde", "12.5", "1998-04-01 00:00:00"]
    assert second == ["008", "Ahorn", "8.0", "2003-11-12 00:00:00"]


@pytest.mark.skipif(not CROISSANT.is_file(), reason="needs .venv-croissant, which has pandas: make peers")
def test_the_examples_for_pandas_read_us(sample_folder: Path, tmp_path: Path) -> None:
    """As they stand on the page for developers."""
    towns: list[Town] = []

    def make(base: str):  # type: ignore[no-untyped-def]
        towns.append(sample_city(tmp_path / "data", base, template=sample_folder))
        return towns[0].app

    with served(make) as base:
        dumps.write_dump(towns[0].catalog, towns[0].settings)
        page = requests.get(f"{base}/entwickler", timeout=30).text
        (example,) = [html.unescape(code) for code in re.findall("<code>(.*?)</code>", page, re.S) if "pandas" in code]
        assert example.count("pd.read_json(") == 2
        output = printed(CROISSANT, "-c", example)
    assert f"{base}/daten/luft" in output
    assert re.search(r"(?m)^dataset +\d+$", output)
