"""Whole catalogues of real portals: every record comes in or is named, and a second run changes nothing."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from harvesters.harvester import Item
from harvesters.source_kinds import harvester
from registry.fetch.session import session
from registry.rules import RULES
from registry.settings import Settings
from tests.harvesters.catalogues import CATALOGUES, HEAD, Harvested, harvested, row, served
from tests.paths import ROOT
from tests.town import Town

pytestmark = pytest.mark.slow

DOCS = ROOT / "docs" / "catalogues.md"


@pytest.fixture(scope="module")
def harvested_once(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Harvested]:
    """What came of a catalogue by its name, harvested when it is first asked for."""

    @cache
    def harvested_once(name: str) -> Harvested:
        with Town(tmp_path_factory.mktemp(name) / "data") as town:
            return harvested(town, name, shared)

    return harvested_once


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_real_catalogue_comes_in_and_a_second_run_changes_nothing(
    harvested_once: Callable[[str], Harvested], name: str
) -> None:
    found = harvested_once(name)
    counts = found.first.counts
    assert found.first.outcome == "applied"
    assert found.first.listed == CATALOGUES[name].records
    assert counts["added"] + counts["failed"] == CATALOGUES[name].records
    assert len(found.records) == counts["added"]
    failed = {record for record, _, level, _, _ in found.problems if level == "failed"}
    assert len(failed) == counts["failed"]
    assert found.second.outcome == "unchanged"
    assert found.second.counts["same"] == counts["added"]
    assert found.second.rules == found.first.rules
    assert found.numbers[0] == found.numbers[1]
    assert row(name, found) in DOCS.read_text(encoding="utf-8"), (
        "python -m tests.harvesters.catalogues prints the table"
    )


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_problem_names_record_field_and_remedy(harvested_once: Callable[[str], Harvested], name: str) -> None:
    found = harvested_once(name)
    for record, rule, _, field, value in found.problems:
        assert record, rule
        assert field or value, rule
        assert all(RULES[rule].remedy[language] for language in ("de", "en"))
        if rule.endswith(("unknown", "unreadable", "unread", "mended", "extra")):
            assert field, (record, rule, value)


def test_the_documentation_has_the_table_that_the_command_prints() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert HEAD in text
    assert "python -m tests.harvesters.catalogues" in text


def test_brandenburg_says_the_same_in_rdf_xml_and_in_turtle(shared: Path) -> None:
    said = []
    for name in ("brandenburg", "brandenburg-ttl"):
        with served(name, shared) as source, session(Settings(allow_hosts=("127.0.0.1",))) as http:
            items = [one for one in harvester("dcat").read(source, http, None) if isinstance(one, Item)]
            # nine descriptions have no-break spaces in one file and plain ones in the other
            said.append({one.remote_id: one.payload.replace(b"\xc2\xa0", b" ") for one in items})
    assert len(said[0]) == 112
    assert said[0] == said[1]


def test_berlin_is_shown_with_its_publishers_themes_and_files(harvested_once: Callable[[str], Harvested]) -> None:
    records = harvested_once("berlin").records.values()
    assert all(record.said.publisher for record in records)
    assert sum(bool(record.said.themes) for record in records) == 648
    assert sum(not one.access_url for record in records for one in record.said.distributions) == 1
    assert {record.said.title.keys() == {"de"} for record in records} == {True}
