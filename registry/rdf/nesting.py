"""Which blank nodes are written inside the statement that points to them."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from registry.rdf.graphs import Graph

DEPTH: Final = 6  # of nested blank nodes; deeper ones get a label


class Nesting:
    """Which blank nodes can be written inside the statement that points to them, so that they need no label."""

    def __init__(self, graph: Graph, label: str) -> None:
        self.graph = graph
        self.label = f"_:r-{label}-"
        self.done: set[str] = set()
        self.pointed: Counter[str] = Counter()
        for about in graph.values():
            for terms in about.values():
                for term in terms:
                    if term[0] == "_":
                        self.pointed[term] += 1

    def top(self, subject: str) -> bool:
        return subject[0] == "<" or self.pointed[subject] != 1

    def nested(self, term: str, depth: int) -> bool:
        if self.pointed[term] != 1 or term in self.done or depth >= DEPTH or term not in self.graph:
            return False
        self.done.add(term)
        return True

    def left(self) -> Iterator[str]:
        """Circles of blank nodes, and what hangs too deep."""
        for subject in self.graph:
            if subject[0] == "_" and subject not in self.done and not self.top(subject):
                yield subject

    def name(self, term: str) -> str:
        return self.label + term[2:]
