"""Official shapes on served bytes: what is not clean was named by the report of the harvest.

docs/build/official-shapes.md has the same for all catalogues (`python -m tests.official_shapes`).
"""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from registry.model import Source
from tests.demo_city import demo_city
from tests.official_shapes import HIGH_VALUE, TABLE, high_value, real, rows, served
from tests.servers.replay import files_server
from tests.shapes_oracle import SETS, violations
from tests.town import Town

pytestmark = pytest.mark.slow


def test_the_demo_is_clean_but_for_what_its_sources_lack(shared: Path, tmp_path: Path) -> None:
    with demo_city(tmp_path / "data") as demo:
        checked_rows = list(rows(served("Demo", demo.catalog, demo.settings), ("ap301_base", "de30_spec")))
    base, german = checked_rows
    assert (base.clean, base.records) == (68, 68)
    assert german.records - german.clean == 3
    assert german.unnamed == ()


@pytest.mark.parametrize("name", ["Civitavecchia", "Alessandria"])
def test_each_violation_of_a_real_catalogue_was_named_beforehand(shared: Path, tmp_path: Path, name: str) -> None:
    for row in rows(real(name, tmp_path)):
        assert row.unnamed == (), row.shape_set
        assert row.shape_set not in ("ap301_base", "ap301_recommended") or row.clean == row.records


def test_high_value_datasets_are_served_without_violation(shared: Path, tmp_path: Path) -> None:
    """The catalogue in the profile DCAT-AP HVD."""
    path = shared / "standards/derived/golden/heidelberg-golden.ttl"
    with files_server({"/c.ttl": (path.read_bytes(), "text/turtle")}) as server, Town(tmp_path / "data") as town:
        town.harvest(source=Source(name="quelle", kind="dcat", url=f"{server.url}/c.ttl"))
        with TestClient(create_app(town.catalog, town.settings)) as client:
            graph = client.get("/catalog.dcat-ap-hvd.ttl").content
    assert b"hvdCategory" in graph
    for shape_set in (name for name in SETS if name.startswith("hvd")):
        assert violations(graph, shape_set) == (), shape_set


def test_the_table_has_a_row_for_each_catalogue_and_set() -> None:
    table = TABLE.read_text(encoding="utf-8")
    for shape_set in SETS:
        assert table.count(f"| {shape_set} |") == len(HIGH_VALUE) + (0 if shape_set.startswith("hvd") else 7)


def test_the_high_value_data_of_the_golden_catalogue_are_clean_in_all_sets(shared: Path, tmp_path: Path) -> None:
    checked_rows = list(rows(high_value("High-value: golden catalogue", tmp_path)))
    assert [row.shape_set for row in checked_rows] == list(SETS)
    assert all((row.records, row.clean) == (3, 3) for row in checked_rows)
