"""`lotse serve`, `lotse worker`, `lotse rebuild`: servers each in a process of its own."""

import json
import signal
import stat
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from registry.model import Metadata
from registry.search import tantivy_index
from tests.api.commands.calling import LOTSE, item, lotse, publish
from tests.paths import ROOT
from tests.servers.replay import Files
from tests.town import Town, take
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


def test_the_index_is_built_again(harvested: Path) -> None:
    state = json.loads(lotse("rebuild", "--json").stdout)
    assert state["projections"]["search"]["behind"] == 0
    assert json.loads(lotse("sync", "--json").stdout)["ready"] is True
    assert json.loads(lotse("search", "--json").stdout)["total"] == 3
    before, after = json.loads(lotse("upgrade", "--json").stdout).values()
    assert before == after


SLOW_REBUILD = """
import time
from registry.search import rebuilding, tantivy_index
rebuilding.CHANGES_PER_CHECKPOINT = 20
right, calls = tantivy_index.entry, []
def slowly(*record):
    calls.append(record)
    time.sleep(0.01 if len(calls) < 80 else 1)
    return right(*record)
tantivy_index.entry = slowly
from api.commands.main import main
main(["rebuild"], prog_name="lotse")
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_rebuild_that_is_killed_goes_on_and_searches_work_meanwhile(
    data: Path, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Town(data) as town:
        take(town.catalog, *(Metadata(kind="dataset", title={"de": f"Radweg {n}"}) for n in range(200)))
    process = subprocess.Popen([sys.executable, "-c", SLOW_REBUILD], cwd=ROOT, stderr=subprocess.PIPE)
    with process:
        wait_for(lambda: half_built(data) >= 60)
        assert json.loads(lotse("search", "radweg", "--json").stdout)["total"] == 200
        process.send_signal(number)
        assert process.wait(30) in (-9, 143)
    checks = json.loads(lotse("doctor", "--json").stdout)["checks"]
    (interrupted,) = (check for check in checks if "interrupted" in check["what"])
    assert "lotse rebuild" in interrupted["remedy"]
    right, entries = tantivy_index.entry, []
    monkeypatch.setattr(tantivy_index, "entry", lambda *record: entries.append(record) or right(*record))
    ended = lotse("rebuild")
    assert ended.exit_code == 0
    assert "of 200" in ended.stderr
    assert 0 < len(entries) <= 140
    assert json.loads(lotse("search", "radweg", "--json").stdout)["total"] == 200
    assert half_built(data) == 0


def half_built(data: Path) -> int:
    """The change that an unfinished rebuild has stored; 0 if there is none."""
    kept = (json.loads(path.read_text()) for path in (data / "search").glob("*/position.json"))
    return max((state["number"] for state in kept if "building" in state), default=0)


@pytest.mark.parametrize("workers", [1, 2])
def test_serve_says_when_it_answers_and_ends_in_good_order(harvested: Path, workers: int) -> None:
    words = [*LOTSE, "serve", "--port", "0", "--workers", str(workers)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        assert ready[0] == "ready", process.stderr and process.stderr.read()
        with urlopen(f"{ready[1]}/api/v1/search?q=projekt") as answer:
            found = json.load(answer)
        assert found["total"] == 3
        assert found["hits"][0]["url"].startswith(f"{ready[1]}/projekte/")
        assert lotse("serve", "--port", ready[1].rpartition(":")[2]).exit_code == 5
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()
    assert stat.S_IMODE((harvested / "secret").stat().st_mode) == 0o600


def test_what_is_harvested_while_it_serves_is_found(harvested: Path, server: Files) -> None:
    process = subprocess.Popen([*LOTSE, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        publish(server, item("1"), item("2"), item("3"), item("4", title="Seilbahn"))
        assert lotse("harvest", "amt").exit_code == 0
        with urlopen(f"{ready[1]}/api/v1/search?q=seilbahn") as answer:
            assert json.load(answer)["total"] == 1
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0


def test_a_worker_harvests_what_is_due(data: Path, server: Files) -> None:
    url = publish(server, item("1"))
    words = ("--kind", "json", "--url", url, "--set", "id=id", "--schedule", "* * * * *")
    assert lotse("source", "add", "amt", *words).exit_code == 0
    process = subprocess.Popen([*LOTSE, "worker"], stderr=subprocess.DEVNULL, cwd=ROOT)
    try:
        wait_for(lambda: lotse("record", "show", "projekt-1").exit_code == 0, seconds=60)
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0


def test_our_catalogue_can_be_harvested_by_another(harvested: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = subprocess.Popen([*LOTSE, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[1]
        monkeypatch.setenv("LOTSE_DATA", str(harvested.parent / "other"))
        for suffix in ("ttl", "rdf", "jsonld"):
            added = lotse("source", "add", suffix, "--kind", "dcat", "--url", f"{address}/catalog.{suffix}")
            assert added.exit_code == 0
            run = json.loads(lotse("harvest", suffix, "--json").stdout)
            assert (run["complete"], run["listed"], run["counts"]["failed"]) == (True, 3, 0), suffix
        shown = json.loads(lotse("search", "--json").stdout)
        assert {hit["title"]["de"] for hit in shown["hits"]} == {"Projekt 1", "Projekt 2", "Projekt 3"}
        assert shown["total"] == 3  # the same things from three sources are shown once
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_an_address_that_is_not_ours_is_a_wrong_word(data: Path) -> None:
    ended = lotse("serve", "--host", "192.0.2.1", "--port", "0")
    assert ended.exit_code == 2
    assert "taken" not in ended.stderr
