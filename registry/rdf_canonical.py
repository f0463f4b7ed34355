"""Canonical N-Triples of one thing's statements: the same graph gives the same bytes, however its nodes were called."""

import hashlib
from collections.abc import Collection, Mapping
from itertools import islice
from operator import eq
from typing import Final

from registry.errors import TooLargeError

MAX_BLANK: Final = 5_000  # blank nodes of one thing that form trees
MAX_KNOTTED: Final = 400  # blank nodes of one thing, where some are shared or form circles
MAX_TRIES: Final = 64  # ways to name blank nodes that look alike

Closure = Mapping[str, list[tuple[str, str]]]  # of one thing: subject -> (predicate, object)


def canonical(closure: Closure, edges: Closure, root: str) -> bytes:
    """Sorted lines with labels _:b0, _:b1 … that depend on the graph only. `edges`: the statements that lead to blank
    nodes. All can be reached from `root`. Raises TooLargeError."""
    names = _names(closure, root, edges) if edges or root[0] == "_" else {}
    found = []
    for name, node in sorted([(names.get(node, node), node) for node in closure]):
        if node in edges:
            said = [f"{p} {names[o] if o[0] == '_' else o} .\n" for p, o in closure[node]]
        else:
            said = [f"{p} {o} .\n" for p, o in closure[node]]
        said.sort()
        if any(map(eq, said, islice(said, 1, None))):  # said twice
            said = list(dict.fromkeys(said))
        found.append(f"{name} {f'{name} '.join(said)}")
    return "".join(found).encode()


def _names(closure: Closure, root: str, edges: Closure) -> dict[str, str]:
    """Labels of the blank nodes, top down. In trees property and digest order siblings; equal ones may be exchanged.
    Shared nodes and circles are told apart by what they are connected to."""
    pointed = [term for below in edges.values() for _, term in below]
    blank = {root, *pointed} if root[0] == "_" else set(pointed)
    if len(blank) > MAX_BLANK:
        raise TooLargeError(f"more than {MAX_BLANK} blank nodes")
    if len(blank) < len(pointed) + (root[0] == "_"):
        if len(blank) > MAX_KNOTTED:
            raise TooLargeError(f"more than {MAX_KNOTTED} blank nodes, some of them shared")
        return _knotted(closure, root, sorted(blank))
    names: dict[str, str] = {}
    heads = sorted([node for node in edges if node[0] == "<"], reverse=True)
    stack = [*heads, root] if root[0] == "_" else heads
    digests: dict[str, str] = {}
    while stack:
        node = stack.pop()
        if node[0] == "_":
            names[node] = f"_:b{len(names)}"
        below = edges.get(node)
        if not below:
            continue
        if len(below) == 1:
            stack.append(below[0][1])
            continue
        if len({predicate for predicate, _ in below}) < len(below):
            _digest_below(closure, [term for _, term in below], digests)
        stack += [term for *_, term in sorted([(p, digests.get(o, ""), o) for p, o in below], reverse=True)]
    return names


def _digest_below(closure: Closure, blank: list[str], digests: dict[str, str]) -> None:
    """Adds the digests of blank nodes: what is said of each and of all below it. No recursion: chains may be long."""
    stack = list(blank)
    while stack:
        node = stack[-1]
        if node in digests:
            stack.pop()
            continue
        about = closure.get(node, ())
        missing = [o for _, o in about if o[0] == "_" and o not in digests]
        if missing:
            stack.extend(missing)
            continue
        digests[node] = digest(sorted(f"{p} {digests[o] if o[0] == '_' else o}" for p, o in about))
        stack.pop()


def digest(lines: Collection[str]) -> str:
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()


def _knotted(closure: Closure, root: str, blank: list[str]) -> dict[str, str]:
    """Colour refinement; where nodes still look alike each is tried, and the smallest text wins (bounded)."""
    edges = [(s, p, o) for s, about in closure.items() for p, o in about]
    best: tuple[str, dict[str, str]] | None = None
    tries = 0
    stack = [_refined(edges, {node: "root" if node == root else "" for node in blank})]
    while stack:
        colours = stack.pop()
        alike = _smallest_alike(colours)
        if alike:
            stack.extend(_refined(edges, {**colours, node: colours[node] + "!"}) for node in alike)
        else:
            names = {node: f"_:b{n}" for n, node in enumerate(sorted(blank, key=colours.__getitem__))}
            text = "\n".join(sorted(f"{names.get(s, s)} {p} {names.get(o, o)}" for s, p, o in edges))
            if best is None or text < best[0]:
                best = (text, names)
        tries += 1
        if tries + len(stack) > MAX_TRIES:
            raise TooLargeError("blank nodes that cannot be told apart")
    assert best
    return best[1]


def _smallest_alike(colours: Mapping[str, str]) -> list[str]:
    groups: dict[str, list[str]] = {}
    for node, colour in colours.items():
        groups.setdefault(colour, []).append(node)
    return min(
        (group for group in groups.values() if len(group) > 1), key=lambda g: (len(g), colours[g[0]]), default=[]
    )


def _refined(edges: list[tuple[str, str, str]], colours: dict[str, str]) -> dict[str, str]:
    """Colours that also say what a node is connected to, until that tells no more nodes apart."""
    while True:
        seen: dict[str, list[str]] = {node: [colour] for node, colour in colours.items()}
        for s, p, o in edges:
            if s in seen:
                seen[s].append(f"> {p} {colours.get(o, o)}")
            if o in seen:
                seen[o].append(f"< {p} {colours.get(s, s)}")
        finer = {node: digest([lines[0], *sorted(lines[1:])]) for node, lines in seen.items()}
        if len(set(finer.values())) == len(set(colours.values())):
            return finer
        colours = finer
