"""`lotse doctor`: what deserves a look."""

import json
from pathlib import Path

import pytest

from tests.api.commands.calling import lotse


def test_doctor_names_what_deserves_a_look_and_ends_well(harvested: Path) -> None:
    answer = json.loads(lotse("doctor", "--json").stdout)
    states = {check["name"]: check["state"] for check in answer["checks"]}
    assert states["database"] == "ok"
    assert states["search"] == "ok"
    assert states["source amt"] == "ok"
    assert states["catalogue"] == "look"
    assert all(check["remedy"] for check in answer["checks"] if check["state"] != "ok")


def test_doctor_finds_a_secret_that_others_can_read(data: Path) -> None:
    assert lotse("sync").exit_code == 0  # somebody has begun here
    (data / "secret").write_text("x" * 40)
    (data / "secret").chmod(0o644)
    ended = lotse("doctor")
    assert ended.exit_code == 1
    assert "chmod 600" in ended.stdout


def test_doctor_ends_with_one_where_the_database_is_away(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTSE_DATABASE", "postgresql+psycopg://lotse:geheim@127.0.0.1:1/lotse")
    ended = lotse("doctor")
    assert ended.exit_code == 1
    assert "geheim" not in ended.output


def test_doctor_ends_with_one_where_the_search_server_is_away(harvested: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTSE_SEARCH", "http://127.0.0.1:1")
    ended = lotse("doctor", "--json")
    assert ended.exit_code == 1
    states = {check["name"]: check["state"] for check in json.loads(ended.stdout)["checks"]}
    assert (states["search"], states["database"], states["source amt"]) == ("broken", "ok", "ok")


def test_doctor_speaks_the_language_that_is_asked_for_and_that_of_the_terminal(
    harvested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Setzen Sie LOTSE_BASE_URL" in lotse("doctor", "--lang", "de").stdout
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    german = lotse("doctor").stdout
    assert german.startswith("ZUSTAND")
    assert " genannt" in german
    assert "Set LOTSE_BASE_URL" in lotse("doctor", "--json").stdout  # programs get the same everywhere
    assert "Setzen Sie LOTSE_BASE_URL" in lotse("doctor", "--json", "--lang", "de").stdout
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert lotse("doctor").stdout.startswith("STATE")
