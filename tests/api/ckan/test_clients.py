"""Real clients of CKAN against a running server: ckanapi and its command line, Lotse's own harvester, and the requests
that CKAN's harvester and ckanr send."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ckanapi
import msgspec
import pytest
import requests

from registry.model import Metadata, Source
from registry.store.store import Selection
from tests.paths import ROOT
from tests.sample_city import sample_city
from tests.servers.application import served
from tests.town import Town

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def portal(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a sample city that is being served."""
    folder = tmp_path_factory.mktemp("portal") / "data"
    with served(lambda base: sample_city(folder, base, template=sample_folder).app) as base:
        yield base


@pytest.fixture
def remote(portal: str) -> ckanapi.RemoteCKAN:
    return ckanapi.RemoteCKAN(portal)


def test_ckanapi_reads(remote: ckanapi.RemoteCKAN) -> None:
    names = remote.action.package_list()
    assert len(names) == 11
    assert remote.action.package_show(id=names[0])["name"] == names[0]
    facets = {"facet.field": ["organization", "tags"], "facet.limit": 1}
    answer = remote.call_action("package_search", {"q": "*:*", "rows": 3, **facets})
    assert (answer["count"], len(answer["results"])) == (11, 3)
    assert answer["facets"]["organization"] == {"amt-fuer-mobilitaet": 4}


@pytest.mark.parametrize("get_only", [True, False])
def test_ckanapi_tells_errors_apart(portal: str, get_only: bool) -> None:
    remote = ckanapi.RemoteCKAN(portal, get_only=get_only)
    with pytest.raises(ckanapi.NotFound):
        remote.action.package_show(id="nope")
    with pytest.raises(ckanapi.ValidationError):
        remote.action.package_show()
    with pytest.raises(ckanapi.SearchQueryError):
        remote.action.package_search(nosuch="x")
    with pytest.raises(ckanapi.NotAuthorized):
        remote.action.package_create(name="x")
    with pytest.raises(ckanapi.CKANAPIError):
        remote.action.nosuch()
    answer = remote.call_action("package_search", {"facet.field": ["organization"], "rows": 0})
    assert answer["facets"]["organization"]


def command(portal: str, *words: str) -> list[Any]:
    """The lines of JSON that ckanapi's command line prints."""
    folder = Path(sys.executable).parent  # ckanapi starts further processes of its own, by its name
    environ = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    program = ["ckanapi", *words, "-r", portal]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120, check=True, cwd=ROOT, env=environ)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("things", "count", "name"),
    [("datasets", 11, "baumkataster"), ("organizations", 4, "umweltamt"), ("groups", 14, "tran")],
)
def test_the_command_line_dumps(portal: str, things: str, count: int, name: str) -> None:
    dumped = command(portal, "dump", things, "--all", "-q", "-p", "2")
    assert len(dumped) == count
    assert name in [thing["name"] for thing in dumped]


def test_the_command_line_searches_and_calls(portal: str) -> None:
    assert {package["name"] for package in command(portal, "search", "datasets", "q=rad")} == {
        "rad-zaehlstellen",
        "rad-unfaelle",
        "radwegenetz",
    }
    assert "".join(map(json.dumps, command(portal, "action", "package_list", "-j"))).count("baumkataster") == 1


def test_every_dataset_is_dumped_as_it_is_shown(portal: str, remote: ckanapi.RemoteCKAN) -> None:
    dumped = {package["name"]: package for package in command(portal, "dump", "datasets", "--all", "-q")}
    assert dumped == {name: remote.action.package_show(id=name) for name in remote.action.package_list()}


# -- Lotse harvests Lotse

_NOT_COMPARED = ("extras", "statements", "identifiers")  # what only one of the two can say


def harvested(folder: Path, kind: str, url: str) -> dict[str, Metadata]:
    with Town(folder) as town:
        source = Source(name="lotse", kind=kind, url=url, language="de")
        run = town.harvest(source=source)
        assert (run.outcome, run.counts["failed"]) == ("applied", 0)
        records = town.catalog.store.find(Selection(source="lotse"))
        return {record.metadata.iri: record.metadata for record in records}


def compared(metadata: Metadata) -> Any:
    fields = msgspec.to_builtins(metadata)
    return _without_labels({name: value for name, value in fields.items() if name not in _NOT_COMPARED})


def _without_labels(value: Any) -> Any:
    """Without ids and labels of blank nodes, and every list in order of its JSON."""
    if isinstance(value, dict):
        return {
            name: _without_labels(inner)
            for name, inner in value.items()
            if name != "id" and not (name == "iri" and str(inner).startswith("_:"))
        }
    if isinstance(value, list | tuple):
        return sorted(map(_without_labels, value), key=lambda inner: json.dumps(inner, sort_keys=True))
    return value


def test_the_catalogue_comes_out_equal_by_ckan_and_by_dcat(portal: str, tmp_path: Path) -> None:
    by_ckan = harvested(tmp_path / "ckan", "ckan", portal)
    by_dcat = harvested(tmp_path / "dcat", "dcat", f"{portal}/catalog.ttl")
    assert len(by_ckan) == 11
    for iri, metadata in by_ckan.items():
        other = compared(by_dcat[iri])
        # CKAN knows dates of the entry, which stand in for those of a thing that has none
        entry = {name: date for name, date in compared(metadata).items() if name in ("issued", "modified")}
        assert compared(metadata) == {**entry, **other}, iri


# -- requests as CKAN's harvester and ckanr send them


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("package_search?rows=100&start=0&sort=id+asc", 11),
        ("package_search?fq=organization%3Aumweltamt+OR+organization%3Astadtwerke&rows=100&start=0&sort=id+asc", 6),
        ("package_search?fq=-organization%3Aumweltamt&rows=100&start=0&sort=id+asc", 7),
        ("package_search?rows=100&sort=id+asc&fq=metadata_modified%3A%5B2020-01-01T00%3A00%3A00Z+TO+%2A%5D", 11),
        ("package_search?rows=99&fq=groups%3Atran+OR+groups%3Aenvi+metadata_modified%3A%5BNOW-1DAY+TO+%2A%5D", 8),
        ("package_search?q=rad&rows=10&facet=true&facet.field=res_format", 3),
    ],
)  # fmt: skip
def test_requests_of_ckans_harvester(portal: str, path: str, count: int) -> None:
    answer = requests.get(f"{portal}/api/3/action/{path}", timeout=10).json()
    assert answer["success"] is True
    assert answer["result"]["count"] == count
    assert all(len(package["id"]) == 36 for package in answer["result"]["results"])


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("package_list", {"offset": 0, "limit": 31}),
        ("package_show", {"id": "luft", "use_default_schema": False}),
        ("organization_list", {"order_by": "name", "all_fields": True, "sort": "name asc", "limit": 31}),
        ("organization_show", {"id": "umweltamt", "include_datasets": False}),
        ("group_list", {"all_fields": True, "limit": 31}),
        ("group_show", {"id": "envi", "include_datasets": True}),
        ("tag_list", {"all_fields": True}),
        ("tag_show", {"id": "Fahrrad", "include_datasets": True}),
        ("license_list", {}),
        ("resource_search", {"query": "name:Bäume", "limit": 10}),
        ("current_package_list_with_resources", {"limit": 5, "offset": 0}),
        ("recently_changed_packages_activity_list", {"limit": 31}),
        ("package_activity_list", {"id": "luft", "limit": 31}),
        ("user_list", {}),
        ("site_read", {}),
        ("status_show", {}),
    ],
)
def test_requests_of_ckanr(portal: str, action: str, body: dict[str, Any]) -> None:
    by_body = requests.post(f"{portal}/api/3/action/{action}", json=body, timeout=10).json()
    assert by_body["success"] is True
    form = {"Content-Type": "application/x-www-form-urlencoded"}  # as `curl -d` sends it
    by_form = requests.post(f"{portal}/api/3/action/{action}", data=json.dumps(body), headers=form, timeout=10)
    assert by_form.json()["result"] == by_body["result"]
