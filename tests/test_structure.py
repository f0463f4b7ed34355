"""The rooms keep their bounds: no circle, nothing upward, short files, and module names in strings exist.

import-linter (`make check`) keeps the order of the rooms; here stands what it does not look at. How the figures are
counted: `tests/structure.py`.
"""

from importlib import import_module

import pytest

from tests import structure

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
