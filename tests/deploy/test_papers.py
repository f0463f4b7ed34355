"""The papers on security and data protection name what there is."""

import ast
import re
from typing import Final

from tests import doc_retention
from tests.paths import ROOT

ASVS: Final = (ROOT / "docs" / "run" / "asvs.md").read_text(encoding="utf-8")


def test_every_line_of_the_standard_names_a_test_that_there_is() -> None:
    lines = [line for line in ASVS.splitlines() if re.match(r"\| \d", line)]
    assert len(lines) > 50
    for line in lines:
        file, _, name = re.findall(r"`(tests/[^`]+)`", line)[-1].partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, line


def test_no_requirement_stands_twice_and_they_are_in_order() -> None:
    first = [re.match(r"\| ([\d.]+)", line) for line in ASVS.splitlines()]
    numbers = [tuple(map(int, match[1].split("."))) for match in first if match]
    assert numbers == sorted(set(numbers))


def test_each_time_is_kept_in_both_languages() -> None:
    german, english = doc_retention.rows("de"), doc_retention.rows("en")
    assert len(german) == len(english) > 15
    assert all(len(row) == 3 and all(row) for row in (*german, *english))
