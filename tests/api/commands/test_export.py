"""`lotse export`: the whole catalogue in each format."""

import json
import os
from pathlib import Path

import pytest

from tests.api.commands.calling import lotse


@pytest.mark.parametrize("name", ["nt", "ttl", "rdf", "jsonld", "ndjson", "csv"])
def test_the_whole_catalogue_is_exported(harvested: Path, tmp_path: Path, name: str) -> None:
    printed = lotse("export", "--format", name).stdout_bytes
    for number in (1, 2, 3):
        assert f"projekt-{number}".encode() in printed
    file = tmp_path / f"all.{name}"
    assert lotse("export", "--format", name, "-o", str(file)).exit_code == 0
    assert file.read_bytes() == printed
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_a_line_of_the_export_is_a_record(harvested: Path) -> None:
    lines = [json.loads(line) for line in lotse("export", "--format", "ndjson").stdout.splitlines()]
    assert [line["id"] for line in lines] == ["projekt-1", "projekt-2", "projekt-3"]
    keys = {"id", "kind", "state", "owner", "origin", "metadata", "created", "changed", "number"}
    assert all(keys <= line.keys() for line in lines)
    assert lines[0]["origin"].keys() >= {"source", "remote_id"}


def test_an_export_can_be_narrowed(harvested: Path) -> None:
    assert lotse("export", "--format", "ndjson", "--where", "kind=dataset").stdout == ""
    both = lotse("export", "--format", "ndjson", "--where", "kind=dataset", "--where", "kind=project")
    assert len(both.stdout.splitlines()) == 3
    assert lotse("export", "--where", "farbe=rot").exit_code == 2
    assert lotse("export", "--format", "ndjson", "--where", "freshness=current").stdout == ""
    assert lotse("export", "--format", "ndjson", "--where", "publisher=gibtsnicht").stdout == ""


def test_an_export_that_is_stopped_leaves_nothing_behind(harvested: Path, tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    os.mkfifo(target / "out.nt")  # a place in which nothing is replaced before all is there
    ended = lotse("export", "-o", str(tmp_path / "nowhere" / "out.nt"))
    assert ended.exit_code == 2
    assert "no folder" in ended.stderr
    assert lotse("export", "-o", str(target / "out.nt")).exit_code == 0
    assert [file.name for file in target.iterdir()] == ["out.nt"]
