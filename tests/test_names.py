"""Names say what a thing is: variables that say nothing may only become fewer, and constants have a noun.

The numbers in LEFT are those of today. Who renames a variable lowers them: nothing that was renamed comes back.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest

from tests.paths import ROOT
from tests.structure import nodes, trees

VAGUE_NAMES: Final = ("one", "said", "found", "made")
VAGUE_IN_PRODUCT: Final = ("known", "place", "several", "way", "words")
VAGUE_CONSTANTS: Final = frozenset(
    ("MOST", "WORTH", "AHEAD", "FREE", "SHARED", "CLEAR", "ENOUGH", "LOOK", "REAL", "PATIENCE", "GLANCE")
)
PRODUCT: Final = ("vocab", "registry", "harvesters", "api", "deploy")
LEFT: Final[dict[str, dict[str, int]]] = {  # folder -> name -> how often it is assigned
    "vocab": {},
    "registry": {"found": 1, "said": 1},  # `Ranking.found`; `Record.said` is stored and stays
    "harvesters": {},
    "api": {},
    "deploy": {},
    "tests": {"one": 75, "found": 94, "said": 84, "made": 18},
}
LEFT_IN_PRODUCT: Final[dict[str, dict[str, int]]] = {  # the same; `place` is right for a Place, `words` for a search
    "vocab": {"words": 2},
    "registry": {"place": 5, "words": 2},
    "harvesters": {},
    "api": {"place": 10, "words": 6},
    "deploy": {"place": 1},
}
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def bindings(tree: ast.AST) -> Iterator[str]:
    """The name of each variable and parameter that is bound; `one` only outside of comprehensions of one line."""
    short = [node for node in nodes(tree) if isinstance(node, Comprehension) and node.lineno == node.end_lineno]
    in_short = {id(name) for node in short for part in node.generators for name in ast.walk(part.target)}
    for node in nodes(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in in_short:
            yield node.id


def words_of_metadata(tree: ast.AST) -> int:
    """How often a Metadata is called `words`: as a parameter, or assigned from `….metadata`."""
    return sum(
        (isinstance(node, ast.arg) and node.arg == "words" and _names_metadata(node.annotation))
        or (isinstance(node, ast.Assign) and _is_words(node.targets) and _names_metadata(node.value))
        for node in nodes(tree)
    )


def _is_words(targets: list[ast.expr]) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "words" for target in targets)


def _names_metadata(node: ast.expr | None) -> bool:
    """Whether an expression is `Metadata`, `Metadata(…)` or ends in `.metadata` or `.said`."""
    match node:
        case ast.Call():
            return _names_metadata(node.func)
        case ast.Attribute():
            return node.attr in ("metadata", "said")
        case ast.Name():
            return node.id == "Metadata"
        case _:
            return False


def constants(tree: ast.Module) -> Iterator[str]:
    """The names that a module assigns at its top level, without a leading underscore."""
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        yield from (name.id.lstrip("_") for target in targets if target for name in ast.walk(target)
                    if isinstance(name, ast.Name))  # fmt: skip


def counts(folder: str, names: tuple[str, ...]) -> dict[str, int]:
    """How often each of the names is bound in the modules of a folder."""
    return dict(Counter(name for _, _, tree in trees(ROOT / folder) for name in bindings(tree) if name in names))


@pytest.mark.parametrize("folder", LEFT)
def test_names_that_say_nothing_become_fewer(folder: str) -> None:
    assert counts(folder, VAGUE_NAMES) == LEFT[folder]


@pytest.mark.parametrize("folder", PRODUCT)
def test_names_that_may_mean_anything_become_fewer_in_the_product(folder: str) -> None:
    assert counts(folder, VAGUE_IN_PRODUCT) == LEFT_IN_PRODUCT[folder]


@pytest.mark.parametrize("folder", PRODUCT)
def test_no_metadata_is_called_words(folder: str) -> None:
    assert {file: n for file, _, tree in trees(ROOT / folder) if (n := words_of_metadata(tree))} == {}


@pytest.mark.parametrize("folder", PRODUCT)
def test_constants_have_a_noun(folder: str) -> None:
    assert [
        (file, name) for file, _, tree in trees(ROOT / folder) for name in constants(tree) if name in VAGUE_CONSTANTS
    ] == []


def test_vague_names_are_found() -> None:
    code = "MOST, _LOOK = 1, 2\ndef f(one, words: Metadata):\n    made = [one for one in x]\n    words = r.metadata\n"
    tree = ast.parse(code)
    assert [name for name in bindings(tree) if name in VAGUE_NAMES] == ["one", "made"]
    assert words_of_metadata(tree) == 2
    assert VAGUE_CONSTANTS.intersection(constants(tree)) == {"MOST", "LOOK"}
