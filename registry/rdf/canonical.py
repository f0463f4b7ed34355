"""Canonical N-Triples of one thing's statements: the same graph gives the same bytes, however its nodes were called."""

import hashlib
from collections.abc import Iterable, Mapping
from itertools import islice
from operator import eq
from typing import Final

from registry.errors import TooLargeError

MAX_BLANK: Final = 5_000  # blank nodes of one thing that form trees
MAX_KNOTTED: Final = 400  # blank nodes of one thing, where some are shared or form circles
MAX_TRIES: Final = 64  # ways to name blank nodes that look alike

BLANK: Final = ord("_")  # the first byte of a blank node's label

Closure = Mapping[bytes, list[bytes]]  # of one thing: subject -> "predicate object"
Edges = Mapping[bytes, list[tuple[bytes, bytes]]]  # subject -> (predicate, blank node)


def canonical(closure: Closure, edges: Edges, root: bytes) -> bytes:
    """Sorted lines with labels _:b0, _:b1 … that depend on the graph only. `edges`: the statements that lead to blank
    nodes. All can be reached from `root`. Raises TooLargeError."""
    names = _names(closure, edges, root) if edges or root[0] == BLANK else {}
    found = []
    for name, node in sorted([(names.get(node, node), node) for node in closure]):
        said = [_named(one, names) for one in closure[node]] if node in edges else list(closure[node])
        said.sort()
        if any(map(eq, said, islice(said, 1, None))):  # said twice
            said = list(dict.fromkeys(said))
        found.append(b"%b %b .\n" % (name, (b" .\n%b " % name).join(said)))
    return b"".join(found)


def _named(statement: bytes, names: Mapping[bytes, bytes]) -> bytes:
    start = statement.index(b" ") + 1
    return statement[:start] + names[statement[start:]] if statement[start] == BLANK else statement


def _names(closure: Closure, edges: Edges, root: bytes) -> dict[bytes, bytes]:
    """Labels of the blank nodes, top down. In trees property and digest order siblings; equal ones may be exchanged.
    Shared nodes and circles are told apart by what they are connected to."""
    pointed = [term for below in edges.values() for _, term in below]
    blank = {root, *pointed} if root[0] == BLANK else set(pointed)
    if len(blank) > MAX_BLANK:
        raise _too_many(MAX_BLANK)
    if len(blank) < len(pointed) + (root[0] == BLANK):
        if len(blank) > MAX_KNOTTED:
            raise _too_many(MAX_KNOTTED, ", einige davon gemeinsam", ", some of them shared")
        return _knotted(closure, root, sorted(blank))
    names: dict[bytes, bytes] = {}
    heads = sorted([node for node in edges if node[0] != BLANK], reverse=True)
    stack = [*heads, root] if root[0] == BLANK else heads
    digests: dict[bytes, bytes] = {}
    while stack:
        node = stack.pop()
        if node[0] == BLANK:
            names[node] = b"_:b%d" % len(names)
        below = edges.get(node)
        if not below:
            continue
        if len({predicate for predicate, _ in below}) < len(below):
            _digest_below(closure, [term for _, term in below], digests)
        stack += [term for *_, term in sorted([(p, digests.get(o, b""), o) for p, o in below], reverse=True)]
    return names


def _too_many(most: int, german: str = "", english: str = "") -> TooLargeError:
    return TooLargeError(f"more than {most} blank nodes{english}", de=f"mehr als {most} namenlose Knoten{german}")


def _digest_below(closure: Closure, blank: list[bytes], digests: dict[bytes, bytes]) -> None:
    """Adds the digests of blank nodes: what is said of each and of all below it. No recursion: chains may be long."""
    stack = list(blank)
    while stack:
        node = stack[-1]
        if node in digests:
            stack.pop()
            continue
        about = [statement.split(b" ", 1) for statement in closure.get(node, ())]
        missing = [o for _, o in about if o[0] == BLANK and o not in digests]
        if missing:
            stack.extend(missing)
            continue
        digests[node] = digest(sorted(b"%b %b" % (p, digests[o] if o[0] == BLANK else o) for p, o in about))
        stack.pop()


def digest(lines: Iterable[bytes]) -> bytes:
    return hashlib.blake2b(b"\n".join(lines), digest_size=16).hexdigest().encode()


def _knotted(closure: Closure, root: bytes, blank: list[bytes]) -> dict[bytes, bytes]:
    """Colour refinement; where nodes still look alike each is tried, and the smallest text wins (bounded)."""
    edges = [(s, *statement.split(b" ", 1)) for s, about in closure.items() for statement in about]
    best: tuple[bytes, dict[bytes, bytes]] | None = None
    tries = 0
    stack = [_refined(edges, {node: b"root" if node == root else b"" for node in blank})]
    while stack:
        colours = stack.pop()
        alike = _smallest_alike(colours)
        if alike:
            stack.extend(_refined(edges, {**colours, node: colours[node] + b"!"}) for node in alike)
        else:
            names = {node: b"_:b%d" % n for n, node in enumerate(sorted(blank, key=colours.__getitem__))}
            text = b"\n".join(sorted(b"%b %b %b" % (names.get(s, s), p, names.get(o, o)) for s, p, o in edges))
            if best is None or text < best[0]:
                best = (text, names)
        tries += 1
        if tries + len(stack) > MAX_TRIES:
            raise TooLargeError(
                "blank nodes that cannot be told apart", de="namenlose Knoten, die sich nicht unterscheiden lassen"
            )
    assert best
    return best[1]


def _smallest_alike(colours: Mapping[bytes, bytes]) -> list[bytes]:
    groups: dict[bytes, list[bytes]] = {}
    for node, colour in colours.items():
        groups.setdefault(colour, []).append(node)
    several = [group for group in groups.values() if len(group) > 1]
    return min(several, key=lambda group: (len(group), colours[group[0]]), default=[])


def _refined(edges: list[tuple[bytes, ...]], colours: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Colours that also say what a node is connected to, until that tells no more nodes apart."""
    while True:
        seen: dict[bytes, list[bytes]] = {node: [colour] for node, colour in colours.items()}
        for s, p, o in edges:
            if s in seen:
                seen[s].append(b"> %b %b" % (p, colours.get(o, o)))
            if o in seen:
                seen[o].append(b"< %b %b" % (p, colours.get(s, s)))
        finer = {node: digest([lines[0], *sorted(lines[1:])]) for node, lines in seen.items()}
        if len(set(finer.values())) == len(set(colours.values())):
            return finer
        colours = finer
