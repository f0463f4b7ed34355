"""The `lotse` command: wrong words, settings, exit codes.

Covers: api/commands/terminal.py
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.commands.calling import added, item, lotse, publish
from tests.paths import ROOT
from tests.servers.replay import Files


def test_a_wrong_word_ends_with_two_and_prints_nothing(data: Path) -> None:
    for words in (["gibtsnicht"], ["search", "--size", "0"], ["source", "add"], ["harvest"], ["harvest", "x", "--all"]):
        ended = lotse(*words)
        assert ended.exit_code == 2, words
        assert ended.stdout == ""
        assert ended.stderr
        assert "Traceback" not in ended.stderr
    assert not data.exists()


def test_a_mistyped_command_is_told_the_nearest(data: Path) -> None:
    assert "Did you mean 'harvest'?" in lotse("havrest").stderr
    assert "Did you mean 'list'?" in lotse("source", "lst").stderr
    assert "Did you mean '--json'?" in lotse("harvest", "--jsn").stderr


def test_an_unknown_setting_is_named_with_the_nearest(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTSE_DATABSE", "x")
    ended = lotse("source", "list")
    assert ended.exit_code == 2
    assert "LOTSE_DATABASE" in ended.stderr


def test_what_is_not_there_ends_with_three(data: Path) -> None:
    for words in (
        ["record", "show", "x"], ["record", "history", "x"], ["record", "export", "x"],
        ["record", "withdraw", "x", "--reason", "y"], ["source", "show", "x"], ["source", "remove", "x", "--yes"],
        ["harvest", "x"], ["run", "show", "7"], ["run", "apply", "7"], ["run", "list", "--source", "x"],
        ["validate", "/gibt/es/nicht.ttl"], ["user", "remove", "x", "--yes"],
    ):  # fmt: skip
        ended = lotse(*words)
        assert ended.exit_code == 3, (words, ended.stderr)
        assert ended.stdout == ""
        assert ended.stderr.startswith("Error: ")


@pytest.mark.parametrize(
    "words", ["search x", "source list", "run list", "user list", "doctor", "export --format nt", "record show x"]
)
def test_what_only_reads_leaves_no_data_folder_behind(data: Path, words: str) -> None:
    assert lotse(*words.split()).exit_code == (3 if "record" in words else 0)
    assert not data.exists()


def test_what_would_have_to_ask_says_which_option_answers(harvested: Path) -> None:
    ended = lotse("record", "withdraw", "projekt-1")
    assert (ended.exit_code, "--reason" in ended.stderr) == (2, True)
    assert lotse("user", "remove", "x").exit_code == 2
    assert lotse("source", "import", "/gibt/es/nicht.toml").exit_code == 3


def test_who_only_reads_where_nothing_is_yet_leaves_a_search_server_alone(
    data: Path, monkeypatch: pytest.MonkeyPatch, server: Files
) -> None:
    """An empty house that goes with the command must not become what everybody finds."""
    monkeypatch.setenv("LOTSE_SEARCH", server.url)
    for words in (["search", "--json"], ["doctor"], ["export"], ["run", "list"], ["user", "list"]):
        assert lotse(*words).exit_code == 0, words
    assert server.requests == []
    assert not data.exists()


def test_the_secret_of_a_source_does_not_leave(data: Path, server: Files) -> None:
    publish(server, item("1"))
    url = f"{server.url.replace('//', '//u:SECRET@')}/amt.json?token=SECRET"
    told = [lotse("source", "add", "amt", "--kind", "json", "--url", url, "--set", "id=id", "--json")]
    told += [
        lotse("source", *words) for words in (["list"], ["list", "--json"], ["show", "amt"], ["show", "amt", "--json"])
    ]
    told += [lotse("harvest", "amt", "--json"), lotse("record", "show", "projekt-1", "--json")]
    told += [lotse("record", "export", "projekt-1"), lotse("export", "--format", "ndjson")]
    server.files.clear()
    told += [lotse("harvest", "amt", "--json"), lotse("run", "list", "--json"), lotse("doctor")]
    assert [one for one in told if "SECRET" in one.output] == []
    assert json.loads(told[6].stdout)["origin"]["url"] == f"{server.url}/amt.json"
    assert json.loads(told[9].stdout)["outcome"] == "failed"


def test_the_words_of_strangers_do_not_steer_the_terminal(data: Path, server: Files) -> None:
    added(server, {"id": "a\x1b[2Jb", "kind": "project", "title": ""}, item("2"))
    told = lotse("harvest", "amt").stdout
    assert "a�[2Jb" in told
    assert "\x1b" not in told


def test_help_loads_no_metadata_model() -> None:
    """What a command needs is imported when it is called, so that `lotse --help` answers at once."""
    code = (
        "import sys; from click.testing import CliRunner; from api.commands.main import main; "
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0; "
        "print([name for name in ('msgspec', 'registry.model', 'vocab.messages') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "[]\n"
