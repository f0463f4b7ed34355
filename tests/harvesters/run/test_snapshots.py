"""The same portals at several dates: what is added, changed, withdrawn and back is what the files themselves say."""

import gzip
import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from harvesters.harvester import Item
from harvesters.kinds import ckan
from harvesters.run.run import apply
from registry.model import Run, Source
from tests.servers.replay import ckan_server, load
from tests.town import Town

pytestmark = pytest.mark.slow

BERLIN = (
    "history/berlin_2014-11-24_packages.json.gz",
    "history/berlin_2014-12-06_packages.json.gz",
    "berlin_2014-12-18_packages.json.gz",
)
KOELN = (
    "history/koeln_2014-10-17_packages.json.gz",
    "history/koeln_2014-11-07_packages.json.gz",
    "history/koeln_2014-11-18_packages.json.gz",
    "history/koeln_2014-11-28_packages.json.gz",
    "history/koeln_2014-12-11_packages.json.gz",
    "koeln_2015-01-21_packages.json.gz",
)
# What changes with every save and says nothing of the data.
NOT_CONTENT = {
    "metadata_modified",
    "revision_id",
    "revision_timestamp",
    "notes_rendered",
    "tracking_summary",
    "log_message",
}


def snapshot(shared: Path, name: str) -> dict[str, dict[str, Any]]:
    return {package["id"]: package for package in load(shared / "data" / "ckan" / name)}


def content(package: Mapping[str, Any]) -> str:
    """What a package says, so far as it is of the data."""
    resources = [{key: value for key, value in one.items() if key not in NOT_CONTENT} for one in package["resources"]]
    words = {key: value for key, value in package.items() if key not in NOT_CONTENT} | {"resources": resources}
    return json.dumps(words, sort_keys=True)


def counts(run: Run) -> dict[str, int]:
    return {name: run.counts[name] for name in ("added", "changed", "same", "gone", "withdrawn", "back", "failed")}


@pytest.mark.parametrize("series", [BERLIN, KOELN], ids=["berlin", "koeln"])
def test_a_series_of_snapshots_brings_what_the_files_say(town: Town, shared: Path, series: tuple[str, ...]) -> None:
    before: dict[str, dict[str, Any]] = {}
    with ckan_server([]) as portal:
        source = Source(name="stadt", kind="ckan", url=portal.url, language="de")
        for name in series:
            now = snapshot(shared, name)
            portal.packages = list(now.values())
            run = town.harvest(source=source, wait=False)
            both = now.keys() & before.keys()
            changed = sum(content(now[id]) != content(before[id]) for id in both)
            assert (run.outcome, run.complete, run.listed) == ("applied", True, len(now))
            assert counts(run) == {
                "added": len(now.keys() - before.keys()),
                "changed": changed,
                "same": len(both) - changed,
                "gone": len(before.keys() - now.keys()),
                "withdrawn": len(before.keys() - now.keys()),
                "back": 0,
                "failed": 0,
            }
            assert town.records("stadt").keys() == now.keys()
            before = now


def test_the_numbers_of_the_series_are_those_of_the_documentation(shared: Path) -> None:
    berlin = [snapshot(shared, name).keys() for name in BERLIN]
    assert [len(ids) for ids in berlin] == [691, 685, 686]
    assert [len(b - a) for a, b in pairwise(berlin)] == [5, 1]
    assert [len(a - b) for a, b in pairwise(berlin)] == [11, 0]
    koeln = [snapshot(shared, name).keys() for name in KOELN]
    assert [len(ids) for ids in koeln] == [128, 131, 133, 135, 137, 137]
    assert [len(b - a) for a, b in pairwise(koeln)] == [3, 2, 2, 2, 0]
    assert [len(a - b) for a, b in pairwise(koeln)] == [0, 0, 0, 0, 0]


def test_what_was_withdrawn_comes_back_under_its_old_id(town: Town, shared: Path) -> None:
    first, second = (snapshot(shared, name) for name in BERLIN[:2])
    gone = first.keys() - second.keys()
    with ckan_server(list(first.values())) as portal:
        source = Source(name="stadt", kind="ckan", url=portal.url, language="de")
        town.harvest(source=source, wait=False)
        ids = {remote_id: town.records("stadt")[remote_id].id for remote_id in gone}
        portal.packages = list(second.values())
        town.harvest(source=source, wait=False)
        assert {town.catalog.store.existing(id).state for id in ids.values()} == {"withdrawn"}
        portal.packages = list(first.values())
        run = town.harvest(source=source, wait=False)
        assert (run.counts["back"], run.counts["added"], run.counts["withdrawn"]) == (11, 0, 5)
        assert {remote_id: town.records("stadt")[remote_id].id for remote_id in gone} == ids


def test_a_package_under_a_new_name_keeps_its_record(town: Town, shared: Path) -> None:
    renamed = "6a9a52d6-55d0-4bd5-b62d-42ab3b0a7e08"
    first, second = (snapshot(shared, name) for name in BERLIN[:2])
    assert first[renamed]["name"] != second[renamed]["name"]
    with ckan_server(list(first.values())) as portal:
        source = Source(name="stadt", kind="ckan", url=portal.url, language="de")
        town.harvest(source=source, wait=False)
        id = town.records("stadt")[renamed].id
        portal.packages = list(second.values())
        town.harvest(source=source, wait=False)
        assert town.records("stadt")[renamed].id == id


# -- portals that came in part

SOCRATA = {
    "items": "results",
    "id": "resource.id",
    "map.title": "resource.name",
    "map.description": "resource.description",
    "map.identifiers": "resource.id",
    "map.publisher": "resource.attribution",
    "map.landing_page": "permalink",
    "map.keywords": "classification.domain_tags",
    "map.issued": "resource.createdAt",
    "map.distributions": "link",
    "ignore": "resource.updatedAt",
}
CHICAGO = ("2022-06-25_21b3c6c", "2022-07-04_bdc6672", "2022-07-16_52daab2", "2022-07-19_3bf61a7", "2022-07-23_d09f6f3")
EDMONTON = ("2022-06-12_10b77f1", "2022-07-04_bdc6672", "2022-07-16_52daab2")


def listing(shared: Path, portal: str, date: str) -> list[dict[str, Any]]:
    path = shared / "data" / "scale" / "history" / f"{portal}_{date}.jsonl.gz"
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("portal", "dates", "sizes"),
    [("data.cityofchicago.org", CHICAGO, (475, 96, 295, 218, 295)), ("data.edmonton.ca", EDMONTON, (571, 8, 419))],
)
def test_a_listing_that_came_in_part_takes_nothing_away(
    town: Town, shared: Path, portal: str, dates: tuple[str, ...], sizes: tuple[int, ...]
) -> None:
    source = town.other("portal", settings=SOCRATA)
    known: set[str] = set()
    for date, size in zip(dates, sizes, strict=True):
        items = listing(shared, portal, date)
        assert len(items) == size
        names = {item["resource"]["id"] for item in items}
        run = town.harvest({"results": items, "resultSetSize": len(items)}, source=source, wait=False)
        assert run.counts["added"] == len(names - known)
        assert run.counts["gone"] == len(known - names)
        assert run.counts["withdrawn"] == 0
        assert run.outcome == ("waiting" if known - names else "applied")
        known |= names
        assert town.records("portal").keys() == known


def test_the_guard_lets_few_go_and_holds_many_until_a_person_applies_them(town: Town, shared: Path) -> None:
    """The limit is two, or a fifth of what is published."""
    every = list(snapshot(shared, KOELN[0]).values())
    fifth = len(every) // 5
    with ckan_server(every) as portal:
        source = Source(name="stadt", kind="ckan", url=portal.url, language="de")
        town.harvest(source=source, wait=False)
        portal.packages = every[fifth + 1 :]
        run = town.harvest(source=source, wait=False)
        assert (run.outcome, run.counts["gone"], run.counts["withdrawn"]) == ("waiting", fifth + 1, 0)
        assert len(town.records("stadt")) == len(every)
        portal.packages = every[fifth:]
        run = town.harvest(source=source, wait=False)
        assert (run.outcome, run.counts["withdrawn"]) == ("applied", fifth)
        portal.packages = []
        run = town.harvest(source=source, wait=False)
        assert (run.outcome, run.counts["withdrawn"]) == ("waiting", 0)
        assert len(town.records("stadt")) == len(every) - fifth
        done = apply(run.number, town.catalog, wait=False)
        assert done.counts["withdrawn"] == len(every) - fifth
        assert town.records("stadt") == {}


def test_a_real_portal_that_numbers_its_packages_anew_keeps_its_addresses(town: Town, shared: Path) -> None:
    """New ids, but the IRI or the identifier of each package is the same."""
    packages = [
        package
        | {"extras": {"uri": f"https://www.offenedaten-koeln.de/{n}"} if n % 2 else {"identifier": f"koeln-{n}"}}
        for n, package in enumerate(snapshot(shared, KOELN[-1]).values())
    ]
    with ckan_server(packages) as portal:
        source = Source(name="stadt", kind="ckan", url=portal.url, language="de")
        town.harvest(source=source, wait=False)
        ids = {record.id for record in town.records("stadt").values()}
        portal.packages = [package | {"id": f"neu-{package['id']}"} for package in packages]
        run = town.harvest(source=source, wait=False)
        assert (run.outcome, run.counts["moved"], run.counts["added"], run.counts["gone"]) == ("applied", 137, 0, 0)
        assert {record.id for record in town.records("stadt").values()} == ids
        assert all(remote_id.startswith("neu-") for remote_id in town.records("stadt"))
        assert town.harvest(source=source, wait=False).outcome == "unchanged"


def test_each_snapshot_maps_alone_as_it_does_in_a_run(town: Town, shared: Path) -> None:
    """What a record says depends on its package only, not on what was harvested before."""
    with ckan_server([]) as portal:
        source = Source(name="stadt", kind="ckan", url=portal.url, language="de")
        for name in KOELN:
            portal.packages = list(snapshot(shared, name).values())
            town.harvest(source=source, wait=False)
    known = town.catalog.store.stored_states("stadt")
    assert len(known) == 137
    for remote_id, package in snapshot(shared, KOELN[-1]).items():
        item = Item(remote_id, json.dumps(package, sort_keys=True).encode())
        assert known[remote_id].digest == ckan.to_metadata(item, source)[0].digest()
