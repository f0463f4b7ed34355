"""Helpers map what this process would have mapped, and end with who started them.

Covers: harvesters/run/map_item.py, harvesters/run/ids.py
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harvesters.files import payload as payload_room
from harvesters.kinds import json as json_harvester
from harvesters.run import mapper_processes
from harvesters.run.map_item import Ids, map_item
from harvesters.run.mapper_processes import Mappers
from registry import projector_process
from registry.model import Source
from registry.model.harvest import Mapped, Staged
from tests.paths import ROOT
from tests.town import Town
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

SOURCE = Source(name="amt", kind="json", url="https://example.org/liste.json", language="de")


def staged(id: str, title: str = "", **words: object) -> Staged:
    item = {"id": id, "title": title or f"Titel {id}", **words}
    payload = payload_room.payload({"item": item, "parent": ""})
    return Staged(id, 1, f"{id} {title} {words}", payload, "https://example.org")


def here(batch: list[Staged]) -> list[Mapped]:
    return [map_item(one, SOURCE, json_harvester, Ids()) for one in batch]


def by_id(found: list[Mapped]) -> dict[str, Mapped]:
    return {one.remote_id: one for one in found}


@pytest.fixture
def with_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapper_processes, "MIN_ITEMS_FOR_HELPERS", 1)
    monkeypatch.setattr("harvesters.run.mapper_processes.available_cores", lambda: 3)


@pytest.mark.usefixtures("with_helpers")
def test_helpers_map_what_this_process_would() -> None:
    batches = [[staged(f"{n}-{m}", part_of="x" if m == 3 else "") for m in range(10)] for n in range(20)]
    batches.append([staged("untitled", " "), Staged("broken", 2, "d", b"no json")])
    with Mappers(SOURCE) as helpers:
        found = [one for made in helpers.map(batches, 202, Ids()) for one in made]
    assert by_id(found) == by_id([one for batch in batches for one in here(batch)])
    assert len(found) == 202


@pytest.mark.usefixtures("with_helpers")
def test_what_was_offered_is_mapped_once_and_as_it_was_read_last() -> None:
    first, again, other = staged("a", "Erster"), staged("a", "Zweiter"), staged("b")
    with Mappers(SOURCE) as helpers:
        for batch in ([first], [again], [other]):
            helpers.offer(batch, 3)
        things = {one.remote_id: one for one in (again, other, staged("c"))}
        (rest,) = helpers.without_offered([[(one.remote_id, one.digest) for one in things.values()]])
        assert rest == ["c"]
        found = [one for made in helpers.map([[things[one] for one in rest]], 3, Ids()) for one in made]
    assert sorted(one.remote_id for one in found) == ["a", "b", "c"]
    assert by_id(found)["a"] == here([again])[0]


@pytest.mark.usefixtures("with_helpers")
def test_the_last_reading_of_an_item_counts_also_where_it_is_mapped_before_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("harvesters.run.mapper_processes.available_cores", lambda: 2)
    first, again = staged("a", "Erster"), staged("a", "Zweiter")
    results: list[Mapped] = []
    with Mappers(SOURCE) as helpers:
        helpers._start(mapper_processes.MIN_ITEMS_FOR_HELPERS)
        (helper,) = helpers._helpers
        os.kill(helper.pid, signal.SIGSTOP)  # it has the first one until this process has mapped the last one
        for batch in ([first], [again]):
            helpers.offer(batch, 2)
        for part in helpers.map([], 2, Ids()):
            results += part
            os.kill(helper.pid, signal.SIGCONT)
    assert results == here([again])


@pytest.mark.usefixtures("with_helpers")
def test_what_a_helper_had_when_it_died_is_mapped_here() -> None:
    batches = [[staged(f"{n}")] for n in range(30)]
    with Mappers(SOURCE) as helpers:
        helpers._start(mapper_processes.MIN_ITEMS_FOR_HELPERS)
        for helper in helpers._helpers:
            helper.kill()
            helper._process.wait()
        found = [one for made in helpers.map(batches, 30, Ids()) for one in made]
    assert by_id(found) == by_id([one for batch in batches for one in here(batch)])


@pytest.mark.usefixtures("with_helpers")
def test_what_no_helper_has_begun_with_is_mapped_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harvesters.run.mapper_processes.available_cores", lambda: 2)
    batches = [[staged(f"{n}")] for n in range(6)]
    done: list[str] = []
    with Mappers(SOURCE) as helpers:
        helpers._start(mapper_processes.MIN_ITEMS_FOR_HELPERS)
        (helper,) = helpers._helpers
        os.kill(helper.pid, signal.SIGSTOP)
        for batch in batches:
            helpers.offer(batch, 6)
        for results in helpers.map([], 6, Ids()):
            done += [one.remote_id for one in results]
            if len(done) == 5:  # the one that the helper was given first is its own
                os.kill(helper.pid, signal.SIGCONT)
    assert done == ["5", "4", "3", "2", "1", "0"]


def test_for_little_nobody_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_: pytest.fail("a helper was started"))
    with Mappers(SOURCE) as helpers:
        helpers.offer([staged("a")], 1)
        assert [len(made) for made in helpers.map([[staged("a")]], 1, Ids())] == [1]


def test_helpers_end_with_who_started_them() -> None:
    code = """
import os, sys, time
from harvesters.run import mapper_processes as mappers
from harvesters.run.mapper_processes import Mappers
from registry.model import Source
mappers.available_cores = lambda: 2
helpers = Mappers(Source(name="amt", kind="json", url="https://example.org"))
helpers._start(mappers.MIN_ITEMS_FOR_HELPERS)
print(helpers._helpers[0].pid, flush=True)
time.sleep(60)
"""
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert starter.stdout
        helper = int(starter.stdout.readline())
        assert alive(helper)
    finally:
        starter.kill()
        starter.wait()
    wait_for(lambda: not alive(helper), 20)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.usefixtures("with_helpers")
def test_a_run_with_helpers_and_a_projector_beside_comes_to_the_same(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(projector_process, "MIN_CHANGES", 1)
    things = [{"id": n, "title": f"Nr. {n}", "description": "x", "part_of": 0} for n in range(60)]
    run = town.harvest(json.loads(json.dumps(things)), town.other("amt", settings={"kind": "project"}))
    assert (run.outcome, run.counts["added"]) == ("applied", 60)
    assert len(town.found()) == 60
    whole = town.records()["0"].id
    assert all(record.said.links[0].iri == f"/id/{whole}" for record in town.records().values())
