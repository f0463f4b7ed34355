"""Canonical N-Triples of the statements about one thing: the same graph gives the same bytes, whatever labels its blank
nodes had in the file."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import eq
from typing import Final

from registry.errors import TooLargeError

MAX_BLANK_NODES: Final = 5_000  # of one thing, where they form trees
MAX_SHARED_BLANK_NODES: Final = 400  # of one thing, where some are shared or form circles
MAX_LABELLING_TRIES: Final = 64  # orders of blank nodes that look alike
MIN_KNOT_NODES: Final = 20  # blank nodes that hang together; so many are told apart once for all things that share them
MAX_WORK: Final = 1_000_000  # looks at a statement while blank nodes of one thing are told apart; about a second

BLANK: Final = ord("_")  # the first byte of a blank node's label

Closure = Mapping[bytes, list[bytes]]  # of one thing: subject -> "predicate object"
Edge = tuple[bytes, bytes, bytes]  # subject, predicate, object
Edges = Mapping[bytes, list[tuple[bytes, bytes]]]  # subject -> (predicate, blank node)


class Work:
    """How much work may still be done to tell blank nodes apart: `left` for all things of a page, `left_of_thing` for
    this one.

    `refused`: blank nodes that could not be told apart for one thing; others that share them are refused at once.
    `knots`: blank nodes that hang together, with their colours, for the next thing that shares them.
    """

    def __init__(self, left: int) -> None:
        self.left = left
        self.left_of_thing = MAX_WORK
        self.refused: set[bytes] = set()
        self.knots: dict[frozenset[bytes], Mapping[bytes, bytes]] = {}
        self.colours: Mapping[bytes, bytes] = {}  # of the last round

    def spend(self, statements: int, colours: Mapping[bytes, bytes]) -> None:
        """Counts a round; TooLargeError if nothing is left."""
        self.colours = colours
        self.left -= statements
        self.left_of_thing -= statements
        if self.left < 0 or self.left_of_thing < 0:
            raise TooLargeError("nodes-alike")

    def refuse(self) -> None:
        """Remembers the blank nodes that still look alike."""
        counts = Counter(self.colours.values())
        self.refused |= {node for node, colour in self.colours.items() if counts[colour] > 1}


def canonical(closure: Closure, edges: Edges, root: bytes, work: Work | None = None) -> bytes:
    """Sorted lines of N-Triples with the labels _:b0, _:b1 …, which depend on the graph only.

    `edges`: the statements that lead to blank nodes; all of these can be reached from `root`. Raises TooLargeError for
    too many blank nodes, or too many that look alike."""
    labels = _labels(closure, edges, root, work or Work(MAX_WORK)) if edges or root[0] == BLANK else {}
    lines = []
    for label, node in sorted([(labels.get(node, node), node) for node in closure]):
        statements = closure[node]
        if node in edges:
            relabelled = {b"%b %b" % edge: b"%b %b" % (edge[0], labels[edge[1]]) for edge in edges[node]}
            statements = [relabelled.get(statement, statement) for statement in statements]
        statements = sorted(statements)
        if any(map(eq, statements, islice(statements, 1, None))):  # the same statement twice
            statements = list(dict.fromkeys(statements))
        lines.append(b"%b %b .\n" % (label, (b" .\n%b " % label).join(statements)))
    return b"".join(lines)


def _labels(closure: Closure, edges: Edges, root: bytes, work: Work) -> dict[bytes, bytes]:
    """The new labels of the blank nodes, from the root down. In trees siblings are ordered by property and digest of
    all below them; where these are equal the order makes no difference. Shared nodes and circles are ordered by
    `_labels_by_colours`."""
    pointed = [term for below in edges.values() for _, term in below]
    blank = {root, *pointed} if root[0] == BLANK else set(pointed)
    if len(blank) > MAX_BLANK_NODES:
        raise TooLargeError("nodes-too-many", limit=MAX_BLANK_NODES)
    if len(blank) < len(pointed) + (root[0] == BLANK):
        if len(blank) > MAX_SHARED_BLANK_NODES:
            raise TooLargeError("nodes-too-many-shared", limit=MAX_SHARED_BLANK_NODES)
        if not work.refused.isdisjoint(blank):
            raise TooLargeError("nodes-alike")
        work.left_of_thing = MAX_WORK
        try:
            return _labels_by_colours(closure, root, sorted(blank), work)
        except TooLargeError:
            work.refuse()
            raise
    labels: dict[bytes, bytes] = {}
    heads = sorted([node for node in edges if node[0] != BLANK], reverse=True)
    stack = [*heads, root] if root[0] == BLANK else heads
    digests: dict[bytes, bytes] = {}
    while stack:
        node = stack.pop()
        if node[0] == BLANK:
            labels[node] = b"_:b%d" % len(labels)
        below = edges.get(node)
        if not below:
            continue
        if len({predicate for predicate, _ in below}) < len(below):
            _digest_below(closure, [term for _, term in below], digests)
        stack += [term for *_, term in sorted([(p, digests.get(o, b""), o) for p, o in below], reverse=True)]
    return labels


def _digest_below(closure: Closure, blank: list[bytes], digests: dict[bytes, bytes]) -> None:
    """Adds to `digests` those of blank nodes: over their statements and all below them. No recursion, because a chain
    may be longer than Python's stack."""
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
    """32 hexadecimal digits of the lines."""
    return hashlib.blake2b(b"\n".join(lines), digest_size=16).hexdigest().encode()


def _labels_by_colours(closure: Closure, root: bytes, blank: list[bytes], work: Work) -> dict[bytes, bytes]:
    """Labels by colour refinement. Where nodes still look alike each order is tried, and the smallest text wins; raises
    TooLargeError after MAX_LABELLING_TRIES."""
    edges = [(s, *_pair(statement)) for s, about in closure.items() for statement in about]
    best: tuple[bytes, dict[bytes, bytes]] | None = None
    told_apart = _colours_of_knots(edges, root, blank, work)
    start = {node: b"root" if node == root else b"" for node in blank if node not in told_apart}
    of_blank = [(told_apart.get(s, s), p, told_apart.get(o, o)) for s, p, o in edges if s in start or o in start]
    tries = 0
    stack = [start]
    while stack:
        refined = stack.pop()
        refined = _refined(of_blank, refined, work) if refined else {}
        colours = {**told_apart, **refined}
        alike = _smallest_alike(refined)
        if alike:
            stack.extend({**refined, node: refined[node] + b"!"} for node in alike)
        else:
            labels = {node: b"_:b%d" % n for n, node in enumerate(sorted(blank, key=colours.__getitem__))}
            text = b"\n".join(sorted(b"%b %b %b" % (labels.get(s, s), p, labels.get(o, o)) for s, p, o in edges))
            if best is None or text < best[0]:
                best = (text, labels)
        tries += 1
        if tries + len(stack) > MAX_LABELLING_TRIES:
            raise TooLargeError("nodes-alike")
    assert best
    return best[1]


def _pair(statement: bytes) -> tuple[bytes, bytes]:
    predicate, _, term = statement.partition(b" ")
    return predicate, term


def _colours_of_knots(edges: Sequence[Edge], root: bytes, blank: Collection[bytes], work: Work) -> dict[bytes, bytes]:
    """The colours of blank nodes that their knot alone tells apart, whatever thing leads to it: this is worked out once
    for all things that share the knot. Other nodes have to be told apart by what leads to them."""
    colours: dict[bytes, bytes] = {}
    for knot in _knots(edges, blank):
        if len(knot) < MIN_KNOT_NODES or root in knot:
            continue
        if knot not in work.knots:
            own_edges = [edge for edge in edges if edge[0] in knot]
            work.knots[knot] = _refined(own_edges, dict.fromkeys(knot, b""), work)
        colours |= work.knots[knot]
    counts = Counter(colours.values())
    return {node: colour for node, colour in colours.items() if counts[colour] == 1}


def _knots(edges: Iterable[Edge], blank: Collection[bytes]) -> Iterator[frozenset[bytes]]:
    """The groups of blank nodes that statements connect. A node to which no other leads is in none: it often belongs to
    one thing alone."""
    pointed = {o for s, _, o in edges if s[0] == BLANK}
    beside: dict[bytes, list[bytes]] = {node: [] for node in blank if node in pointed}
    for s, _, o in edges:
        if s in beside and o in beside:
            beside[s].append(o)
            beside[o].append(s)
    while beside:
        node, queue = beside.popitem()
        knot = {node}
        while queue:
            node = queue.pop()
            if node not in knot:
                knot.add(node)
                queue += beside.pop(node)
        yield frozenset(knot)


def _smallest_alike(colours: Mapping[bytes, bytes]) -> list[bytes]:
    groups: dict[bytes, list[bytes]] = {}
    for node, colour in colours.items():
        groups.setdefault(colour, []).append(node)
    alike = [group for group in groups.values() if len(group) > 1]
    return min(alike, key=lambda group: (len(group), colours[group[0]]), default=[])


def _refined(edges: Sequence[Edge], colours: dict[bytes, bytes], work: Work) -> dict[bytes, bytes]:
    """Colours that include those of the neighbours, repeated until no more nodes differ."""
    while True:
        work.spend(len(edges) + len(colours), colours)
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
