"""The documentation says what the code does: settings, rules, fields, harvesters, commands, rooms and links.

`python -m tests.test_docs --write` writes the tables that are made from the code anew.
"""

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import msgspec
import pytest
from fastapi import FastAPI

from api.app import create_app
from harvesters.source_kinds import COMMON_SETTINGS, SOURCE_KINDS, harvester
from registry.build import open_catalog
from registry.city import City
from registry.rules import RULES
from registry.settings import Settings
from tests.doc_tables import BLOCK, ROOT, TABLES, pages, written
from vocab.fields import FIELDS

PAGES: Final = list(pages())
RUN: Final = [ROOT / "docs/run/betrieb.md", ROOT / "docs/run/betrieb.en.md"]
SENTENCE: Final = ("does not exist", "requires an argument")  # complaints about what a sentence leaves open
FENCE: Final = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_tables_of_a_page_say_what_the_code_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == written(text), f"{_name(page)}: `python -m tests.test_docs --write` writes its tables anew"


def test_every_table_that_is_made_stands_in_a_page() -> None:
    shown = {match[2] for page in PAGES for match in BLOCK.finditer(page.read_text(encoding="utf-8"))}
    assert shown == set(TABLES)


def test_every_rule_and_every_field_is_in_those_tables() -> None:
    for lang in ("de", "en"):
        assert [rule for rule in RULES if f"`{rule}`" not in TABLES[f"rules-{lang}"]()] == []
    tables = "".join(make() for name, make in TABLES.items() if name.startswith("fields-"))
    assert [row.name for row in FIELDS if f"| `{row.name}`" not in tables or row.label_de not in tables] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_relative_links_resolve(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    missing = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            missing.append(target)
    assert missing == []


def _anchors(page: Path) -> set[str]:
    """The names of a page's headings as the usual renderers make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# -- settings


def _rows(page: Path) -> dict[str, list[str]]:
    """First cell -> the other cells, of all tables of a page."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return {first.strip("`"): rest for first, *rest in cells}


@pytest.mark.parametrize("page", RUN, ids=_name)
def test_every_setting_stands_in_the_table_with_its_default(page: Path) -> None:
    rows = _rows(page)
    for field in msgspec.structs.fields(Settings):
        default = "" if field.default in (None, (), "", False) else f"`{field.default}`"
        assert f"LOTSE_{field.name.upper()}" in rows, f"{field.name} is missing"
        assert rows[f"LOTSE_{field.name.upper()}"][0] == default, f"the default of {field.name}"


@pytest.mark.parametrize("page", RUN, ids=_name)
def test_every_key_of_the_city_stands_in_the_table(page: Path) -> None:
    keys = {name for name in City.__struct_fields__ if name != "folder"}
    assert keys - _rows(page).keys() == set()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_page_names_a_setting_that_there_is_not(page: Path) -> None:
    if page.parent.name == "decisions":
        return
    named = set(re.findall(r"LOTSE_([A-Z_]+)\b", page.read_text(encoding="utf-8")))
    settings = {name.upper() for name in Settings.__struct_fields__}
    assert {name for name in named - settings if not name.startswith("TEST_")} == set()


# -- harvesters


@pytest.mark.parametrize("kind", SOURCE_KINDS)
def test_every_source_kind_has_a_page_with_each_of_its_settings(kind: str) -> None:
    text = (ROOT / f"docs/join/{kind}.md").read_text(encoding="utf-8")
    settings = {name for name in harvester(kind).SETTINGS if name not in COMMON_SETTINGS}
    assert {name for name in settings if f"`{name}`" not in text} == set()


def test_the_settings_of_every_source_stand_in_the_overview() -> None:
    text = (ROOT / "docs/join/README.md").read_text(encoding="utf-8")
    assert {name for name in COMMON_SETTINGS if f"`{name}`" not in text} == set()
    assert {kind for kind in SOURCE_KINDS if f"({kind}.md)" not in text} == set()


# -- addresses


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    settings = Settings(data=tmp_path_factory.mktemp("data"), secret=("x" * 40,))
    catalog = open_catalog(settings)
    yield create_app(catalog, settings)
    catalog.close()


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name in ("use", "run")], ids=_name)
def test_addresses_in_the_pages_are_served(page: Path, application: FastAPI) -> None:
    text = page.read_text(encoding="utf-8")
    paths = {named_path.partition("?")[0] for named_path in re.findall(r"`(/(?!var|opt|work)[^`\s]*)`", text)}
    routes = [route for route in application.routes if hasattr(route, "path_regex")]
    assert [path for path in sorted(paths) if not any(route.path_regex.match(path) for route in routes)] == []


# -- commands


def _command_lines() -> Iterator[tuple[str, str]]:
    """Page and line of every `lotse …` that can be typed as it stands; synopses with `[…]` are left out."""
    for page in PAGES:
        if page.parent.name == "decisions":
            continue
        text = page.read_text(encoding="utf-8")
        fenced = "\n".join(FENCE.findall(text)) + "\n".join(re.findall(r"^    .*$", text, re.MULTILINE))
        lines = re.findall(r"^\s*(?:\$ )?(?:LOTSE_\w+=\S+ )*(?:\.venv/bin/)?lotse (.+)$", fenced, re.MULTILINE)
        lines += re.findall(r"`lotse ([^`]+)`", FENCE.sub("", text))
        for line in lines:
            plain = re.split(r"\s(?:#|[|<>]|&&|2>)", line)[0].strip()
            if not re.search(r"[\[\]…|<]", plain):
                yield _name(page), plain


@pytest.mark.parametrize(("page", "line"), sorted(set(_command_lines())))
def test_command_lines_of_the_pages_are_understood(page: str, line: str) -> None:
    from api.commands.main import main

    complaint = _complaint(main, shlex.split(line))
    assert complaint is None, f"{page}: lotse {line}: {complaint}"


def _complaint(command: click.Command, arguments: list[str]) -> str | None:
    """What click has to say against a command line; it is parsed, not run. Files in it need not exist."""
    if isinstance(command, click.Group):
        if not arguments or arguments == ["--help"] or arguments == ["--version"]:
            return None
        inner = command.get_command(click.Context(command), arguments[0])
        return _complaint(inner, arguments[1:]) if inner else f"no command {arguments[0]}"
    if "--help" in arguments or not arguments:  # `lotse user` in a sentence stands for the command, not for a call
        return None
    try:
        command.make_context("lotse", arguments)
    except click.UsageError as error:
        message = error.format_message()
        return None if any(part in message for part in SENTENCE) else message
    return None


def test_each_test_that_a_page_names_is_there() -> None:
    """A test that was renamed must be renamed there, too. Some tables leave out the folder of a file."""
    defined = {
        path.relative_to(ROOT).as_posix(): set(re.findall(r"^def (\w+)\(", path.read_text("utf-8"), re.MULTILINE))
        for path in (ROOT / "tests").rglob("*.py")
    }
    named = [
        (page, file, test)
        for page in ROOT.glob("docs/**/*.md")
        for file, test in re.findall(r"`((?:tests/[\w/]+/)?test_\w+\.py)(?:::(\w+))?`", page.read_text("utf-8"))
        if not file.endswith("/test_KIND.py")  # stands for the name of a new kind
    ]
    assert len([test for page, _, test in named if page.name == "life.md" and test]) > 60
    missing = [
        f"{page.name}: {file}::{test}"
        for page, file, test in named
        if not any(
            (path == file or path.endswith(f"/{file}")) and (not test or test in tests)
            for path, tests in defined.items()
        )
    ]
    assert missing == []


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    for one in PAGES:
        before = one.read_text(encoding="utf-8")
        after = written(before)
        if after != before:
            one.write_text(after, encoding="utf-8")
            print(_name(one))
