"""`lotse serve`, `lotse worker`, `lotse rebuild`: servers each in a process of its own."""

import json
import signal
import stat
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.api.commands.calling import LOTSE, item, lotse, publish
from tests.paths import ROOT
from tests.servers.replay import Files
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


def test_the_index_is_built_again(harvested: Path) -> None:
    state = json.loads(lotse("rebuild", "--json").stdout)
    assert state["projections"]["search"]["behind"] == 0
    assert json.loads(lotse("sync", "--json").stdout)["ready"] is True
    assert json.loads(lotse("search", "--json").stdout)["total"] == 3
    before, after = json.loads(lotse("upgrade", "--json").stdout).values()
    assert before == after


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
