"""What the published interface lists is there, and what there is stands in the documentation.

Covers: api/app.py
"""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.commands.main import main
from api.data.openapi import search_parameters
from registry.catalog import Catalog
from registry.search.facets import DEFAULT_FACETS, FACETS
from registry.settings import Settings
from tests.paths import ROOT
from tests.town import BASE

ADDRESSES_LATER = {"/pruefen", "/en/check"}
LATER = {"review", "follow", "overrides"}  # named there, built later


@pytest.fixture
def interface(shared: Path) -> str:
    return (shared / "interface.md").read_text(encoding="utf-8")


def leaves(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each command that can be called, with the words that call it."""
    if isinstance(command, click.Group):
        with click.Context(command) as context:
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                yield from leaves(inner, (*words, name))
    else:
        yield words, command


def options(command: click.Command) -> set[str]:
    return {
        name for one in command.params if isinstance(one, click.Option) for name in one.opts if name.startswith("--")
    }


def synopses(interface: str) -> Iterator[tuple[str, ...]]:
    """The commands of the published block, each with its words: `lotse run list | show N` names two."""
    block = interface.partition("## Commands")[2].partition("    lotse serve")[2].partition("\n\n")[0]
    for synopsis in re.split(r"\blotse ", "serve" + block):
        group = synopsis.split()[0]
        for part in re.sub(r"\[[^]]*\]|\(.*\)", "", synopsis).split(" | "):
            words = re.findall(r"(?<![-A-Za-z])[a-z]+(?![A-Z])", part.partition("--")[0])
            if words:
                yield tuple(words[:2]) if words[:1] == [group] else (group, words[0])


def test_every_command_of_the_interface_is_there(interface: str) -> None:
    there = {words for words, _ in leaves(main)}
    named = set(synopses(interface))
    assert {("serve",), ("run", "show"), ("source", "import"), ("record", "withdraw"), ("user", "add")} <= named
    alone = {words[0] for words in there if len(words) == 1}  # `sync | rebuild` are commands of their own
    missing = {
        words for words in named
        if words not in there and not {*words} & LATER and words[-1] not in alone and words[0] not in alone
    }  # fmt: skip
    assert missing == set()
    assert {"sync", "rebuild", "upgrade", "doctor"} <= alone


def test_every_option_of_the_interface_is_there(interface: str) -> None:
    block = interface.partition("## Commands")[2].partition("`lotse harvest NAME --json`")[0]
    known = {option for _, command in leaves(main) for option in options(command)}
    named = set(re.findall(r"--[a-z][a-z-]+", block))
    assert named - known == set()


def test_every_command_and_option_stands_in_the_documentation() -> None:
    text = (ROOT / "docs/run/commands.md").read_text(encoding="utf-8")
    for words, command in leaves(main):
        name = " ".join(words)
        section = next((part for part in text.split("\n### ") if f"lotse {name}" in part.splitlines()[0]), None)
        assert section is not None, f"docs/run/commands.md has no heading for lotse {name}"
        missing = {option for option in options(command) if option not in section}
        assert missing == set(), f"lotse {name}: {missing}"


def test_every_command_says_what_it_does() -> None:
    for words, command in leaves(main):
        assert command.help, words
        assert all(one.help for one in command.params if isinstance(one, click.Option) and "--sort" not in one.opts), (
            words
        )


def test_the_facets_of_the_interface_are_counted(interface: str) -> None:
    named = re.search(r"Facets at first: `([^`]+)`", interface)
    assert named
    assert tuple(named[1].split()) == DEFAULT_FACETS
    assert {one["name"] for one in search_parameters()} >= {*FACETS, "q", "size", "page", "lang"}


def test_the_addresses_of_the_interface_answer(interface: str, filled: Catalog, settings: Settings) -> None:
    client = TestClient(create_app(filled, settings), base_url=BASE, follow_redirects=False)
    listed = interface.partition("- Suffixes")[2].partition("- Errors")[0]
    paths = {path.strip("`,") for path in re.findall(r"`(/[^`]+)`", listed)} - ADDRESSES_LATER
    assert {"/catalog", "/feed.atom", "/sitemap.xml", "/openapi.json", "/healthz", "/readyz"} <= paths
    for path in paths:
        assert client.get(path.replace("*", "package_list")).status_code == 200, path
    for suffix in re.findall(r"\.[a-z]+", listed.partition("`")[2].partition("`")[0]):
        assert client.get(f"/daten/radwege{suffix}").status_code == 200
        assert client.get(f"/catalog{suffix}").status_code == 200


def test_the_pages_of_the_interface_answer(interface: str, filled: Catalog, settings: Settings) -> None:
    client = TestClient(create_app(filled, settings), base_url=BASE, headers={"Accept": "text/html"})
    table = interface.partition("| what | German | English |")[2].partition("\n\n")[0]
    paths = [path for path in re.findall("`(/[^`{]*)`", table) if "…" not in path and path not in ADDRESSES_LATER]
    assert len(paths) > 20
    signed_out = (200, 401, 403)
    for path in paths:
        assert client.get(path).status_code in signed_out, path


def test_the_answer_of_the_search_has_the_published_keys(interface: str, filled: Catalog, settings: Settings) -> None:
    client = TestClient(create_app(filled, settings), base_url=BASE)
    answer = client.get("/api/v1/search?q=radwege").json()
    said = interface.partition('{"total": 12')[2].partition("Facets at first")[0]
    hit = set(re.findall(r'"(\w+)"', said.partition("[{")[2].partition("}]")[0])) - {"de"}
    assert set(answer["hits"][0]) >= hit
    assert set(answer) >= {"total", "hits", "facets", "relaxed", "suggestions"}
    assert all(set(one) == {"value", "label", "count", "selected"} for one in answer["facets"]["theme"])
    assert all(set(one["label"]) == {"de", "en"} for one in answer["facets"]["theme"])


def test_the_lines_of_the_export_have_the_published_keys(interface: str, filled: Catalog) -> None:
    from api.data.documents import record_answer

    said = re.search(r"ndjson`: one line a record, `\{(.+?)\}`\.", interface)
    assert said
    keys = set(re.findall(r'"(\w+)"', said[1])) - {"source", "remote_id", "url"}
    record = record_answer(filled.store.existing("radwege"), BASE)
    assert keys <= set(record.__struct_fields__)
