"""`lotse source`: add, list, show, import, check, remove."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.model import Run
from registry.sources.runs import open_runs
from tests.api.commands.calling import TURTLE, added, item, lotse
from tests.servers.replay import Files


def test_a_source_is_added_without_asking_it(data: Path) -> None:
    words = ("source", "add", "amt", "--kind", "json", "--url", "http://127.0.0.1:9/x.json", "--set", "items=a.b")
    assert lotse(*words).exit_code == 0
    shown = json.loads(lotse("source", "show", "amt", "--json").stdout)
    assert (shown["name"], shown["kind"], shown["settings"], shown["last"]) == ("amt", "json", {"items": "a.b"}, None)
    assert lotse(*words).exit_code == 5
    assert [one["name"] for one in json.loads(lotse("source", "list", "--json").stdout)] == ["amt"]


@pytest.mark.parametrize(
    "words",
    [
        ["Amt!", "--kind", "json", "--url", "http://x.example/"],
        ["amt", "--kind", "telepathie", "--url", "http://x.example/"],
        ["amt", "--kind", "json", "--url", "file:///etc/passwd"],
        ["amt", "--kind", "json", "--url", "http://x.example/", "--set", "gibtsnicht=1"],
        ["amt", "--kind", "json", "--url", "http://x.example/", "--set", "ohne-wert"],
        ["amt", "--kind", "json", "--url", "http://x.example/", "--schedule", "jeden Tag"],
    ],
)
def test_a_source_that_cannot_be_is_refused(data: Path, words: list[str]) -> None:
    ended = lotse("source", "add", *words)
    assert ended.exit_code == 2, ended.stderr
    assert lotse("source", "list").stdout == ""


def test_a_kind_that_is_not_built_names_those_there_are(data: Path) -> None:
    ended = lotse("source", "add", "amt", "--kind", "xyz", "--url", "http://x.example/")
    assert "ckan" in ended.stderr
    assert "dcat" in ended.stderr


def test_a_dry_run_adds_nothing(data: Path) -> None:
    assert lotse("source", "add", "amt", "--kind", "json", "--url", "http://x.example/", "--dry-run").exit_code == 0
    assert lotse("source", "list", "--json").stdout.strip() == "[]"


SOURCES = """
[[source]]
name = "amt"
title = "Das Amt"
kind = "json"
url = "http://127.0.0.1:9/amt.json"
rank = 10
schedule = "0 3 * * *"
[source.settings]
max_withdrawals = 5

[[source]]
name = "werke"
kind = "dcat"
url = "http://127.0.0.1:9/catalog.ttl"
"""


def test_sources_come_from_a_file_and_are_brought_up_to_date(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(SOURCES)
    plan = json.loads(lotse("source", "import", str(file), "--dry-run", "--json").stdout)
    assert plan == {"added": ["amt", "werke"], "changed": [], "same": []}
    assert lotse("source", "list", "--json").stdout.strip() == "[]"
    assert json.loads(lotse("source", "import", str(file), "--json").stdout) == plan
    file.write_text(SOURCES.replace('"Das Amt"', '"Ein Amt"'))
    again = json.loads(lotse("source", "import", str(file), "--json").stdout)
    assert again == {"added": [], "changed": ["amt"], "same": ["werke"]}
    shown = json.loads(lotse("source", "show", "amt", "--json").stdout)
    assert (shown["title"], shown["rank"], shown["settings"]) == ("Ein Amt", 10, {"max_withdrawals": "5"})


@pytest.mark.parametrize(
    "text",
    [
        "[[source]\n",
        "x = 1",
        '[[source]]\nname = "a"\nkind = "json"\nurl = "http://x"\nfarbe = "rot"',
        SOURCES + SOURCES,
    ],
)
def test_a_file_of_sources_that_is_wrong_changes_nothing(data: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(text)
    assert lotse("source", "import", str(file)).exit_code == 2
    assert lotse("source", "list", "--json").stdout.strip() == "[]"


@pytest.mark.parametrize(
    "text", ['source = ["a"]', '[[source]]\nname = "a"\nkind = "json"\nurl = "https://x.example"\nsettings = 7']
)
def test_a_file_of_sources_with_the_wrong_form_is_a_wrong_word(data: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "sources.toml").write_text(text)
    told = lotse("source", "import", str(tmp_path / "sources.toml"))
    assert told.exit_code == 2, told.stderr
    assert "fault of Lotse" not in told.stderr


def test_an_address_is_looked_at(data: Path, server: Files) -> None:
    turtle = TURTLE.encode()
    server.files["/catalog.ttl"] = (turtle, "text/turtle")
    found = json.loads(lotse("source", "check", f"{server.url}/catalog.ttl", "--json").stdout)
    assert (found["kind"], found["things"]) == ("dcat", 1)
    assert lotse("source", "check", f"{server.url}/gibtsnicht").exit_code == 7
    assert lotse("source", "check", "ftp://x.example/").exit_code == 2


def test_removing_a_source_withdraws_its_records(data: Path, server: Files) -> None:
    added(server, item("1"), item("2"))
    lotse("harvest", "amt")
    assert lotse("source", "remove", "amt").exit_code == 2  # nobody there to say yes
    assert "2 records" in lotse("source", "remove", "amt", "--dry-run").stderr
    assert json.loads(lotse("source", "remove", "amt", "--yes", "--json").stdout) == {"source": "amt", "withdrawn": 2}
    assert json.loads(lotse("search", "--json").stdout)["total"] == 0
    assert lotse("source", "show", "amt").exit_code == 3
    assert "withdrawn" in lotse("record", "show", "projekt-1").stdout


def test_a_source_whose_runs_ended_without_a_word_is_shown(data: Path) -> None:
    lotse("source", "add", "amt", "--kind", "json", "--url", "http://127.0.0.1:9/x.json", "--set", "max_pages=5")
    runs = open_runs(f"sqlite:///{data / 'lotse.sqlite'}", data)
    for _ in range(2):
        runs.begin(Run(source="amt", number=0, outcome="running", started=datetime.now(UTC)))
    assert json.loads(lotse("source", "list", "--json").stdout)[0]["suspended"] is True
    assert "suspended" in lotse("source", "list").stdout
    checks = json.loads(lotse("doctor", "--json").stdout)["checks"]
    check = next(check for check in checks if check["name"] == "source amt")
    assert check["state"] == "look"
    assert "lotse harvest amt" in check["remedy"]
    assert lotse("harvest", "amt").exit_code == 7  # it ends, with a word: nobody answers there
    assert json.loads(lotse("source", "show", "amt", "--json").stdout)["suspended"] is False


@pytest.mark.parametrize("setting", ["max_minutes=0", "max_pages=viele", "max_megabytes=-1", "max_items=1.5"])
def test_a_bound_of_a_run_is_a_whole_number(data: Path, setting: str) -> None:
    ended = lotse("source", "add", "amt", "--kind", "json", "--url", "http://x.example/", "--set", setting)
    assert ended.exit_code == 2
    assert "whole number" in ended.stderr
