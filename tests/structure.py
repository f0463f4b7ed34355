"""Figures of the code's structure: `python -m tests.structure [CHECKOUT …]` prints a table, a column a checkout.

All is read from the source text, nothing is imported: imports inside functions and under TYPE_CHECKING count too.
"""

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final, NamedTuple

from tests.paths import ROOT

FLOORS: Final = ("vocab", "registry", "harvesters", "api")  # from the ground up
MAX_LINES: Final = 400  # of a file
LONG_TABLES: Final = {"vocab/fields.py", "registry/rules.py"}
MAX_FUNCTION_LINES: Final = 40
MAX_PARAMETERS: Final = 6  # of a public function; what `click` calls has as many as its command has options
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """A file of Python: its path from the checkout, how many lines it has, its syntax tree."""

    file: str
    lines: int
    tree: ast.Module


@cache
def trees(folder: Path) -> tuple[Module, ...]:
    """Each module below a folder of a checkout, parsed once in each process."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))}
    return tuple(
        Module(str(path.relative_to(folder.parent)), len(text.splitlines()), ast.parse(text))
        for path, text in texts.items()
    )


@cache
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """All nodes of a syntax tree, walked once in each process."""
    return tuple(ast.walk(tree))


def product(root: Path = ROOT) -> list[Module]:
    """The modules of the four floors of a checkout."""
    return [module for floor in FLOORS for module in trees(root / floor)]


@dataclass
class Structure:
    """Of a checkout: lines of each file, imports of each module, functions, module names in strings."""

    lines: dict[str, int] = field(default_factory=dict)
    imports: dict[str, set[str]] = field(default_factory=dict)
    functions: dict[str, list[Function]] = field(default_factory=dict)
    strings: list[tuple[str, str]] = field(default_factory=list)  # file, dotted name

    def circles(self) -> list[list[str]]:
        """Circles among modules, each with its path. Found one by one: each is opened at its last import."""
        graph = {module: set(names) for module, names in self.imports.items()}
        circles = []
        while True:
            try:
                TopologicalSorter(graph).prepare()
            except CycleError as error:
                path = error.args[1]
                circles.append(path)
                graph[path[1]].discard(path[0])
            else:
                return circles

    def upward(self) -> list[tuple[str, str]]:
        """Imports from a floor to a higher one."""
        floor = {name: level for level, name in enumerate(FLOORS)}
        return [
            (module, name)
            for module, names in self.imports.items()
            for name in sorted(names)
            if floor[name.partition(".")[0]] > floor[module.partition(".")[0]]
        ]

    def long_files(self) -> dict[str, int]:
        return {file: n for file, n in self.lines.items() if n > MAX_LINES and file not in LONG_TABLES}

    def long_functions(self) -> dict[str, int]:
        return {
            f"{file}:{function.name}": n
            for file, function in self._all()
            if (n := length(function)) > MAX_FUNCTION_LINES
        }

    def many_parameters(self) -> dict[str, int]:
        """Public functions with more than MAX_PARAMETERS, self and cls not counted; commands are no functions."""
        return {
            f"{file}:{function.name}": n
            for file, function in self._all()
            if not function.name.startswith("_")
            and not _is_command(function)
            and (n := parameters(function)) > MAX_PARAMETERS
        }

    def _all(self) -> Iterator[tuple[str, Function]]:
        return ((file, function) for file, functions in self.functions.items() for function in functions)


def length(function: Function) -> int:
    """Lines of a function without its decorators and its docstring."""
    docstring = function.body[0] if ast.get_docstring(function) else None
    docstring_lines = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring_lines


def parameters(function: Function) -> int:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def _is_command(function: Function) -> bool:
    return any(
        "click" in ast.unparse(decorator) or "command" in ast.unparse(decorator)
        for decorator in function.decorator_list
    )


def read(root: Path = ROOT) -> Structure:
    """The structure of the four floors below a checkout."""
    modules = {_module(file): file for file, _, _ in product(root)}
    structure = Structure()
    for file, lines, tree in product(root):
        structure.lines[file] = lines
        structure.functions[file] = [node for node in nodes(tree) if isinstance(node, Function)]
        structure.imports[_module(file)] = set(_imports(tree, modules)) - {_module(file)}
        structure.strings += [(file, name) for name in _names_in_strings(tree)]
    return structure


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imports(tree: ast.AST, modules: Mapping[str, str]) -> Iterator[str]:
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                if name in modules or node.module in modules:
                    yield name if name in modules else node.module


def _names_in_strings(tree: ast.AST) -> Iterator[str]:
    """Dotted names of our modules in strings, also `module:function`; docstrings are prose."""
    for node in nodes(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value
            if name.partition(".")[0] in FLOORS and name.replace(".", "").replace("_", "").replace(":", "").isalnum():
                yield name


ROWS: Final[Mapping[str, Callable[[Structure], object]]] = {
    "files": lambda one: len(one.lines),
    "folders with files": lambda one: len({file.rpartition("/")[0] for file in one.lines}),
    "most files in one folder": lambda one: max(
        sum(file.rpartition("/")[0] == folder for file in one.lines)
        for folder in {file.rpartition("/")[0] for file in one.lines}
    ),
    "lines": lambda one: sum(one.lines.values()),
    f"files above {MAX_LINES} lines (tables named in `LONG_TABLES` apart)": lambda one: len(one.long_files()),
    "functions": lambda one: sum(map(len, one.functions.values())),
    "lines of a function, mean": lambda one: round(
        sum(length(each) for each in _functions(one)) / len(_functions(one)), 1
    ),
    "lines of the longest function": lambda one: max(length(each) for each in _functions(one)),
    f"functions above {MAX_FUNCTION_LINES} lines": lambda one: len(one.long_functions()),
    f"public functions with more than {MAX_PARAMETERS} parameters": lambda one: len(one.many_parameters()),
    "imports between modules": lambda one: sum(map(len, one.imports.values())),
    "circles among modules": lambda one: len(one.circles()),
    "imports from a floor upward": lambda one: len(one.upward()),
}


def _functions(structure: Structure) -> list[Function]:
    return [each for functions in structure.functions.values() for each in functions]


def table(checkouts: Mapping[str, Structure]) -> str:
    """The figures as Markdown, a column a checkout."""
    lines = [f"| | {' | '.join(checkouts)} |", f"|---|{'--:|' * len(checkouts)}"]
    lines += [
        f"| {name} | {' | '.join(str(figure(structure)) for structure in checkouts.values())} |"
        for name, figure in ROWS.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table({name: read(Path(name)) for name in sys.argv[1:] or [str(ROOT)]}))
