"""The rooms keep their bounds: no circle, nothing upward, short files, and module names in strings exist.

import-linter (`make check`) keeps the order of the rooms; here stands what it does not look at. How the figures are
counted: `tests/structure.py`.
"""

import ast
import inspect
import re
from importlib import import_module

import pytest

from registry.catalog import Catalog
from registry.sources.runs import Runs
from registry.sources.sources import Sources
from tests import structure
from tests.paths import ROOT

HERE = structure.read()


def test_no_module_imports_another_in_a_circle() -> None:
    assert HERE.circles() == []


def test_no_import_goes_up_a_floor() -> None:
    assert HERE.upward() == []


def test_no_file_is_too_long() -> None:
    assert HERE.long_files() == {}


@pytest.mark.parametrize(("file", "name"), HERE.strings)
def test_a_module_named_in_a_string_exists(file: str, name: str) -> None:
    module, _, attribute = name.partition(":")
    assert not attribute or hasattr(import_module(module), attribute), file
    import_module(module)


def test_circles_and_upward_imports_are_found() -> None:
    made = structure.Structure(
        imports={"vocab.a": {"vocab.b"}, "vocab.b": {"vocab.c", "api.d"}, "vocab.c": {"vocab.a"}}
    )
    assert [set(one) for one in made.circles()] == [{"vocab.a", "vocab.b", "vocab.c"}]
    assert made.upward() == [("vocab.b", "api.d")]


def _catches_everything(tree: ast.AST) -> bool:
    """Whether some `except` names nothing, Exception or BaseException."""
    caught = [node.type for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    names = [each for one in caught for each in (one.elts if isinstance(one, ast.Tuple) else [one])]
    return any(one is None or ast.unparse(one) in ("Exception", "BaseException") for one in names)


def test_what_catches_every_exception_is_named_in_a_decision() -> None:
    text = (ROOT / "docs/decisions/0116-broad-excepts.md").read_text()
    broad, callers = (re.findall(r"^\| `([a-z_/]+\.py)`", part, re.M) for part in text.split("`isolated` has"))
    trees = {file: ast.parse((ROOT / file).read_text()) for file in HERE.lines}
    assert sorted(broad) == sorted(file for file, tree in trees.items() if _catches_everything(tree))
    assert len(broad) <= 5
    assert sorted(callers) == sorted(
        module.replace(".", "/") + ".py" for module, names in HERE.imports.items() if "registry.isolation" in names
    )
    assert _catches_everything(ast.parse("try: pass\nexcept (ValueError, Exception): pass"))


def test_doors_stay_small() -> None:
    """`Catalog` writes, and what is read is asked where it lives: docs/decisions/0114."""
    for one, most in ((Catalog, 15), (Sources, 14), (Runs, 15)):
        assert len([name for name in vars(one) if inspect.isfunction(vars(one)[name])]) <= most, one
