"""The dashboard and the alert rules name figures that there are."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from tests.paths import ROOT
from tests.sample_city import sample_city

FOLDER: Final = ROOT / "deploy" / "monitoring"
SUFFIXES: Final = ("_total", "_bucket", "_count", "_sum")


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"] for rule in group["rules"]]


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    for panel in json.loads((FOLDER / "dashboard.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


@pytest.fixture(scope="module")
def told(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Each figure of a running application, with its labels."""
    with sample_city(tmp_path_factory.mktemp("city") / "data", template=sample_folder) as city:
        client = TestClient(city.app, client=("127.0.0.1", 1))
        client.get("/suche")
        families = text_string_to_metric_families(client.get("/metrics").text)
        samples = [sample for family in families for sample in family.samples]
        return {
            name: {label for s in samples if s.name == name for label in s.labels} for name in {s.name for s in samples}
        }


def test_every_figure_that_is_shown_or_watched_is_there(told: dict[str, set[str]]) -> None:
    named = {name for text in expressions() for name in re.findall(r"\blotse_[a-z_]+", text)}
    assert len(named) > 12
    assert named - {"lotse_drafts"} <= told.keys()  # there are no drafts in this city
    for text in expressions():
        for name, labels in re.findall(r"(lotse_[a-z_]+)\{([^}]*)\}", text):
            wanted = set(re.findall(r"(\w+)=", labels))
            assert wanted <= told.get(name, wanted), text


def test_every_alert_says_what_to_do() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules())
    for rule in rules():
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"].endswith(".")
        assert rule["labels"]["severity"] in ("info", "warning", "critical")


def test_panels_do_not_cover_each_other() -> None:
    panels = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
    cells = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in panels for x in range(panel["gridPos"]["w"]) for y in range(panel["gridPos"]["h"])
    ]  # fmt: skip
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
