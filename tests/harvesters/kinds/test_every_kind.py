"""What every harvester promises, walked over every folder under tests/fixtures/<kind>/.

A case is a folder with `source.toml`: `items` = how many things the source names, `language`, `settings`, and `url` =
the file that is harvested. All files of the folder are served, with the server's address in place of {url}; a case of
kind ckan has `packages.json` instead, served as a CKAN that knows `actions`. `expected.json` holds what each item is
mapped to and what is found wrong with it; `pytest tests/harvesters/kinds --rewrite-golden` writes it anew.
"""

import contextlib
import json
import mimetypes
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import to_builtins

from harvesters.harvester import Item, Mark
from harvesters.source_kinds import SOURCE_KINDS, check_source, harvester
from registry.fetch.session import session
from registry.model import Finding, Metadata, Source
from registry.settings import Settings
from tests.paths import FIXTURES
from tests.servers.replay import Ckan, ckan_server, files_server
from tests.town import Town

EXPECTED = "expected.json"
CASES = sorted(path.parent for kind in SOURCE_KINDS for path in FIXTURES.glob(f"{kind}/*/source.toml"))
NOT_SERVED = {"source.toml", EXPECTED}
TYPES = {
    ".ttl": "text/turtle",
    ".rdf": "application/rdf+xml",
    ".jsonld": "application/ld+json",
    ".nt": "application/n-triples",
}


def case_name(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[Source, dict[str, Any]]]:
    case = tomllib.loads((folder / "source.toml").read_text(encoding="utf-8"))
    words = {"name": "quelle", "kind": folder.parent.name, "language": case.get("language", "")}
    settings = {name: str(value) for name, value in case.get("settings", {}).items()}
    if words["kind"] == "ckan":
        packages = json.loads((folder / "packages.json").read_text(encoding="utf-8"))
        with ckan_server(packages, actions=case.get("actions", Ckan.ACTIONS)) as server:
            yield Source(url=server.url, settings=settings, **words), case
        return
    with files_server({}) as server:
        for path in (path for path in folder.iterdir() if path.name not in NOT_SERVED):
            media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            content = path.read_bytes().replace(b"{url}", server.url.encode())
            server.files[f"/{path.name}"] = (content, media_type)
        yield Source(url=f"{server.url}/{case['url']}", settings=settings, **words), case


def read(source: Source, after: str | None = None) -> tuple[list[Item], list[Mark]]:
    entries: list[Item | Mark] = []
    with session(Settings(allow_hosts=("127.0.0.1",))) as http:
        entries.extend(harvester(source.kind).read(source, http, after))
    items = [one for one in entries if isinstance(one, Item)]
    marks = [one for one in entries if isinstance(one, Mark)]
    assert isinstance(entries[-1], Mark)
    return items, marks


def mapped(folder: Path) -> str:
    """What each item is mapped to, with its findings: JSON with sorted keys, the address of the server as {url}."""
    with served(folder) as (source, case):
        items, _ = read(source)
        results = [(item.remote_id, *harvester(source.kind).to_metadata(item, source)) for item in items]
        entries = [
            {"remote_id": remote_id, "metadata": to_builtins(metadata), "findings": to_builtins(findings)}
            for remote_id, metadata, findings in results
        ]
        text = json.dumps(entries, ensure_ascii=False, indent=1, sort_keys=True)
        address = source.url.removesuffix(f"/{case.get('url', '')}")
        return text.replace(address, "{url}") + "\n"


def test_every_kind_that_reads_files_or_a_portal_has_cases() -> None:
    assert {folder.parent.name for folder in CASES} >= {"ckan", "dcat"}


@pytest.mark.parametrize("folder", CASES, ids=case_name)
def test_a_source_is_read_to_its_end_and_each_item_maps(folder: Path) -> None:
    with served(folder) as (source, case):
        check_source(source)
        items, marks = read(source)
        assert len(items) == case["items"]
        assert marks[-1].end
        assert marks[-1].total in (None, len(items))
        assert len({item.remote_id for item in items}) == len(items)
        for item in items:
            assert item.remote_id
            assert item.payload
            metadata, findings = harvester(source.kind).to_metadata(item, source)
            assert isinstance(metadata, Metadata)
            assert metadata.title
            assert all(isinstance(one, Finding) for one in findings)
            ids = [one.id for one in metadata.distributions]
            assert all(ids)
            assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("folder", CASES, ids=case_name)
def test_a_case_is_mapped_to_what_its_golden_file_says(folder: Path, pytestconfig: pytest.Config) -> None:
    golden = folder / EXPECTED
    if pytestconfig.getoption("rewrite_golden"):
        golden.write_text(mapped(folder), encoding="utf-8")
    assert mapped(folder) == golden.read_text(encoding="utf-8"), "meant? pytest --rewrite-golden, and read the diff"


@pytest.mark.parametrize("folder", CASES, ids=case_name)
def test_the_same_source_gives_the_same_bytes_and_goes_on_at_any_mark(folder: Path) -> None:
    with served(folder) as (source, _):
        items, marks = read(source)
        assert read(source) == (items, marks)
        for mark in marks[:-1]:
            rest, again = read(source, mark.token)
            assert items[len(items) - len(rest) :] == rest
            assert again[-1] == marks[-1]


@pytest.mark.parametrize("folder", CASES, ids=case_name)
def test_a_second_run_changes_nothing(town: Town, folder: Path) -> None:
    with served(folder) as (source, case):
        first = town.harvest(source=source, wait=False)
        assert (first.outcome, first.listed, first.counts["added"]) == ("applied", case["items"], case["items"])
        number = town.last()
        second = town.harvest(source=source, wait=False)
        assert (second.outcome, second.counts["same"]) == ("unchanged", case["items"])
        assert second.rules == first.rules
        assert town.last() == number
