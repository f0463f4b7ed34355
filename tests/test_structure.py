"""The rooms keep their bounds: no circle, nothing upward, short files and functions, module names in strings exist.

import-linter (`make check`) keeps the order of the rooms; here stands what it does not look at. How the figures are
counted: `tests/structure.py`. Whoever works in a room runs `pytest tests/<that room>`: each module has its tests
there (`tests/mirror.py`).
"""

import ast
import inspect
import re
from functools import cache
from importlib import import_module
from pathlib import Path

from registry.catalog import Catalog
from registry.sources.runs import Runs
from registry.sources.sources import Sources
from tests import mirror, structure
from tests.paths import ROOT

MAX_NAME_CHARACTERS = 100  # of a test


@cache
def here() -> structure.Structure:
    """Read when it is first asked for: it takes a second, which only one worker needs."""
    return structure.read()


@cache
def texts_of_tests() -> dict[str, str]:
    return mirror.files()


def test_no_module_imports_another_in_a_circle() -> None:
    assert here().circles() == []


def test_no_import_goes_up_a_floor() -> None:
    assert here().upward() == []


def test_the_whole_product_is_read() -> None:
    assert len(here().lines) > 100
    assert {file.partition("/")[0] for file in here().lines} == set(structure.FLOORS)


def test_no_file_is_too_long() -> None:
    assert here().long_files() == {}


def test_no_function_is_too_long() -> None:
    assert here().long_functions() == {}


def test_no_public_function_has_too_many_parameters() -> None:
    assert here().many_parameters() == {}


def test_a_module_named_in_a_string_exists() -> None:
    assert here().strings
    for file, name in here().strings:
        module, _, attribute = name.partition(":")
        assert hasattr(import_module(module), attribute or "__name__"), f"{name} in {file}"


def test_names_of_tests_can_be_read() -> None:
    names = {
        f"{file}: {node.name}"
        for file, _, tree in structure.trees(ROOT / "tests")
        for node in structure.nodes(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and len(node.name) > MAX_NAME_CHARACTERS
    }
    assert names == set(), f"at most {MAX_NAME_CHARACTERS} characters"


def test_circles_and_upward_imports_are_found() -> None:
    made = structure.Structure(
        imports={"vocab.a": {"vocab.b"}, "vocab.b": {"vocab.c", "api.d"}, "vocab.c": {"vocab.a"}}
    )
    assert [set(circle) for circle in made.circles()] == [{"vocab.a", "vocab.b", "vocab.c"}]
    assert made.upward() == [("vocab.b", "api.d")]


LONG_CODE = """
def at_the_bound(a, b, c, d, e, f):
    '''A docstring

    is not counted.'''
{bound}

@decorated
def above(self, a, b, c, *, d, e, f, g):
{above}

class Class:
    async def inner(self, a, /, b, c, d, e, f, g): ...
    def method(self, a, b, c, d, e, f): ...

def _private(a, b, c, d, e, f, g): ...
@click.command()
def command(a, b, c, d, e, f, g): ...
"""


def test_what_is_too_long_or_has_too_many_parameters_is_found(tmp_path: Path) -> None:
    line = "    x = 1\n"
    code = LONG_CODE.format(bound=line * (structure.MAX_FUNCTION_LINES - 1), above=line * structure.MAX_FUNCTION_LINES)
    files = {
        "vocab/at_the_bound.py": "x = 1\n" * structure.MAX_LINES,
        "api/deep/above.py": "x = 1\n" * (structure.MAX_LINES + 1),
        "vocab/fields.py": "x = 1\n" * (structure.MAX_LINES + 1),
        "registry/functions.py": code,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    read = structure.read(tmp_path)
    assert set(read.lines) == set(files)
    assert read.long_files() == {"api/deep/above.py": 401}
    assert read.long_functions() == {"registry/functions.py:above": 41}
    assert read.many_parameters() == {"registry/functions.py:above": 7, "registry/functions.py:inner": 7}


def test_each_module_is_covered_by_a_test_file_in_the_folder_of_its_room() -> None:
    missing = mirror.uncovered(mirror.modules(), texts_of_tests())
    assert missing == [], "\n".join(missing)


def test_what_a_test_file_covers_exists() -> None:
    vanished = mirror.vanished(mirror.modules(), texts_of_tests())
    assert vanished == [], "\n".join(vanished)


def test_a_module_without_tests_and_a_name_without_module_are_found() -> None:
    tests = {
        "tests/vocab/test_a.py": '"""Text.\n\nCovers: vocab/b.py,\nvocab/gone.py\n"""',
        "tests/api/test_x.py": '"""Covers: vocab/c.py"""',
    }
    modules = {"vocab/a.py", "vocab/b.py", "vocab/c.py", "api/x.py"}
    (missing,) = mirror.uncovered(modules, tests)
    assert missing.startswith("vocab/c.py: write tests/vocab/test_c.py, or")
    (vanished,) = mirror.vanished(modules, tests)
    assert "vocab/gone.py" in vanished


def _catches_everything(tree: ast.AST) -> bool:
    """Whether some `except` names nothing, Exception or BaseException."""
    caught = [node.type for node in structure.nodes(tree) if isinstance(node, ast.ExceptHandler)]
    names = [
        each
        for caught_type in caught
        for each in (caught_type.elts if isinstance(caught_type, ast.Tuple) else [caught_type])
    ]
    return any(
        caught_type is None or ast.unparse(caught_type) in ("Exception", "BaseException") for caught_type in names
    )


def test_what_catches_every_exception_is_named_in_a_decision() -> None:
    text = (ROOT / "docs/decisions/0116-broad-excepts.md").read_text()
    broad, callers = (re.findall(r"^\| `([a-z_/]+\.py)`", part, re.M) for part in text.split("`isolated` has"))
    assert sorted(broad) == sorted(file for file, _, tree in structure.product() if _catches_everything(tree))
    assert len(broad) <= 5
    assert sorted(callers) == sorted(
        module.replace(".", "/") + ".py" for module, names in here().imports.items() if "registry.isolation" in names
    )
    assert _catches_everything(ast.parse("try: pass\nexcept (ValueError, Exception): pass"))


def test_doors_stay_small() -> None:
    """`Catalog` writes, and what is read is asked where it lives: docs/decisions/0114."""
    for one, most in ((Catalog, 15), (Sources, 14), (Runs, 15)):
        assert len([name for name in vars(one) if inspect.isfunction(vars(one)[name])]) <= most, one
