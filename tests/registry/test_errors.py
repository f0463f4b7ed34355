"""What can become the reason of a run is said in both languages, wherever it is raised."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

KINDS = {"SourceError", "ForbiddenAddressError", "TooLargeError", "UsageError"}
INSIDE = {"rdf/canonical.py", "rdf/descriptions.py"}  # raised and caught there: they cost one thing, by a finding
OUTSIDE = {"rdf/writing.py", "ckan/writing.py"}  # no run comes there
ROOMS = ("harvesters", "harvesters/*", "registry/fetch", "registry/rdf", "registry/ckan")
OF_A_RUN = sorted(
    path
    for room in ROOMS
    for path in ROOT.glob(f"{room}/*.py")
    if f"{path.parent.name}/{path.name}" not in INSIDE | OUTSIDE
)


def raised(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
            yield node


@pytest.mark.parametrize("path", OF_A_RUN, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_error_that_ends_a_run_is_said_in_german_too(path: Path) -> None:
    silent = [
        call.lineno for call in raised(ast.parse(path.read_text())) if "de" not in {one.arg for one in call.keywords}
    ]
    assert not silent, f"{path}: no de= in lines {silent}"


def test_that_test_finds_them() -> None:
    calls = [call for path in OF_A_RUN for call in raised(ast.parse(path.read_text()))]
    assert len(calls) > 15
    assert [one.lineno for one in raised(ast.parse('x = 1\nraise SourceError("words", address="a")'))] == [2]
