"""The papers on security and data protection name what there is."""

import ast
import re
from typing import Final

from tests import doc_retention
from tests.paths import ROOT

ASVS, _, WITHOUT_A_TEST = (ROOT / "docs" / "run" / "asvs.md").read_text(encoding="utf-8").partition("## Without a test")
OPERATIONS: Final = (ROOT / "docs" / "build" / "operations.md").read_text(encoding="utf-8")
# Requirements of level 2 of OWASP ASVS 4.0.3: the last number may be a range
LEVEL_2: Final = (
    "1.1.1-7 1.2.1-4 1.4.1 1.4.4-5 1.5.1-4 1.6.1-4 1.7.1-2 1.8.1-2 1.9.1-2 1.10.1 1.11.1-2 1.12.2 "
    "1.14.1-6 2.1.1-12 2.2.1-3 2.3.1-3 2.4.1-6 2.5.1-7 2.6.1-3 2.7.1-6 2.8.1-6 2.9.1-3 2.10.1-4 3.1.1 "
    "3.2.1-4 3.3.1-4 3.4.1-5 3.5.1-3 3.7.1 4.1.1-3 4.1.5 4.2.1-2 4.3.1-3 5.1.1-5 5.2.1-8 5.3.1-10 5.4.1-3 "
    "5.5.1-4 6.1.1-3 6.2.1-6 6.3.1-2 6.4.1-2 7.1.1-4 7.2.1-2 7.3.1 7.3.3-4 7.4.1-3 8.1.1-4 8.2.1-3 "
    "8.3.1-8 9.1.1-3 9.2.1-4 10.2.1-2 10.3.1-3 11.1.1-8 12.1.1-3 12.2.1 12.3.1-6 12.4.1-2 12.5.1-2 12.6.1 "
    "13.1.1 13.1.3-5 13.2.1-3 13.2.5-6 13.3.1-2 13.4.1-2 14.1.1-4 14.2.1-6 14.3.2-3 14.4.1-7 14.5.1-4 "
)


def numbered(text: str) -> list[str]:
    """The requirements of a list such as `1.1.1-7` or `3.4.1–3.4.4`."""
    first, _, last = text.strip().replace("–", "-").partition("-")
    section, _, number = first.rpartition(".")
    return [f"{section}.{n}" for n in range(int(number), int((last or number).rpartition(".")[2]) + 1)]


def requirements(table: str) -> list[str]:
    cells = [line.split("|")[1] for line in table.splitlines() if re.match(r"\| \d", line)]
    return [requirement for cell in cells for part in cell.split(",") for requirement in numbered(part)]


def test_every_requirement_of_the_level_stands_once_with_a_test_or_a_reason() -> None:
    asked = sorted(requirement for part in LEVEL_2.split() for requirement in numbered(part))
    assert len(asked) > 250
    assert sorted(requirements(ASVS) + requirements(WITHOUT_A_TEST)) == asked
    assert all(len(line.split("|")[2]) > 10 for line in WITHOUT_A_TEST.splitlines() if re.match(r"\| \d", line))


def test_every_line_of_the_standard_names_a_test_that_there_is() -> None:
    lines = [line for line in ASVS.splitlines() if re.match(r"\| \d", line)]
    assert len(lines) > 50
    for line in lines:
        file, _, name = re.findall(r"`(tests/[^`]+)`", line)[-1].partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, line


def test_what_is_promised_for_operations_names_tests_and_targets_that_there_are() -> None:
    rows = [line for line in OPERATIONS.splitlines() if line.startswith("| ")][1:]
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for row in rows:
        tests, commands = re.findall(r"`(tests/[^`]+)::(\w+)`", row), re.findall(r"`make (\w+)`", row)
        assert tests or commands, row
        assert set(commands) <= targets, row
        for file, name in tests:
            tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
            assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, row


def test_no_requirement_stands_twice_and_they_are_in_order() -> None:
    first = [re.match(r"\| ([\d.]+)", line) for line in ASVS.splitlines()]
    numbers = [tuple(map(int, match[1].split("."))) for match in first if match]
    assert numbers == sorted(set(numbers))


def test_each_time_is_kept_in_both_languages() -> None:
    german, english = doc_retention.rows("de"), doc_retention.rows("en")
    assert len(german) == len(english) > 15
    assert all(len(row) == 3 and all(row) for row in (*german, *english))
