"""What can become the reason of a run, or the answer of a command or page, is said in every language.

Covers: registry/rules.py
"""

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.paths import ROOT
from tests.structure import nodes, product
from vocab.messages import catalogue, languages

KINDS = {"SourceError", "UnreadableError", "ForbiddenAddressError", "TooLargeError", "UsageError"}
ROOMS = ("harvesters", "harvesters/*", "registry/fetch", "registry/rdf", "registry/ckan")
OF_A_RUN = sorted(str(path.relative_to(ROOT)) for room in ROOMS for path in ROOT.glob(f"{room}/*.py"))


@cache
def syntax_trees() -> dict[str, ast.Module]:
    """By file; parsed when they are first asked for."""
    return {module.file: module.tree for module in product()}


def raised(tree: ast.AST) -> Iterator[ast.Call]:
    for node in nodes(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
            yield node


@pytest.mark.parametrize("file", OF_A_RUN)
def test_an_error_that_ends_a_run_is_said_in_german_too(file: str) -> None:
    """A code that is handed on in a variable is looked up by tests/vocab/test_messages.py."""
    calls = [(call.lineno, call.args[0]) for call in raised(syntax_trees()[file])]
    codes = [(line, ast.literal_eval(code)) for line, code in calls if not isinstance(code, ast.Name)]
    silent = [(line, code) for line, code in codes if not all(code in catalogue(lang) for lang in languages())]
    assert not silent, f"{file}: no code of the catalogue"


def test_that_test_finds_them() -> None:
    calls = [call for file in OF_A_RUN for call in raised(syntax_trees()[file])]
    assert len(calls) > 15
    assert [one.lineno for one in raised(ast.parse('x = 1\nraise SourceError("words", address="a")'))] == [2]
