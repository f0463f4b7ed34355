"""Which test file covers which module: the one of its name in the mirrored folder, or one that names it.

`registry/rdf/terms.py` is covered by `tests/registry/rdf/test_terms.py`, or by a test file in `tests/registry/rdf/`
(or in a folder below it) whose docstring has a paragraph `Covers: registry/rdf/terms.py, …`.
"""

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.paths import ROOT
from tests.structure import FLOORS

COVERS = re.compile(r"^Covers: (.+?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)


def modules(root: Path = ROOT) -> set[str]:
    """The modules of the four floors; what `__init__.py` offers is covered with the modules of its folder."""
    paths = (path for floor in FLOORS for path in (root / floor).rglob("*.py"))
    return {str(path.relative_to(root)) for path in paths if path.name != "__init__.py"}


def files(root: Path = ROOT) -> dict[str, str]:
    """The text of each test file below the mirrored folders."""
    paths = (path for floor in FLOORS for path in (root / "tests" / floor).rglob("test_*.py"))
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in paths}


@cache
def covered(file: str, text: str) -> set[str]:
    """The modules that a test file covers: the one of its name, and those that it names."""
    folder, _, name = file.removeprefix("tests/").rpartition("/")
    found = COVERS.search(ast.get_docstring(ast.parse(text)) or "")
    named = {part.strip().rstrip(".") for part in found[1].replace("\n", " ").split(",")} if found else set()
    return {f"{folder}/{name.removeprefix('test_')}", *named}


def uncovered(modules: set[str], tests: Mapping[str, str]) -> list[str]:
    """For each module without a test file a sentence that says what to write."""
    by_module: dict[str, list[str]] = {}
    for file, text in tests.items():
        for module in covered(file, text):
            by_module.setdefault(module, []).append(file)
    return [
        f"{module}: write tests/{module.rpartition('/')[0]}/test_{module.rpartition('/')[2]}, or add it to a line "
        f"'Covers: {module}' in the docstring of the test file below tests/{module.rpartition('/')[0]}/ that tests it"
        for module in sorted(modules)
        if not any(file.startswith(f"tests/{module.rpartition('/')[0]}/") for file in by_module.get(module, ()))
    ]


def vanished(modules: set[str], tests: Mapping[str, str]) -> list[str]:
    """For each name after `Covers:` that is no module a sentence."""
    own = {file: f"{file.removeprefix('tests/').rpartition('/')[0]}/{file.rpartition('/test_')[2]}" for file in tests}
    return [
        f"{file}: its docstring covers {name}, which does not exist"
        for file, text in sorted(tests.items())
        for name in sorted(covered(file, text) - {own[file]} - modules)
    ]
