"""Which blank nodes Turtle and JSON-LD write inside the statement that points to them, without a label."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from registry.rdf.graphs import Graph

MAX_DEPTH: Final = 6  # of nested blank nodes; deeper ones get a label


class Nesting:
    """Keeps track, for one graph, of the blank nodes that are written. One that a single statement points to needs no
    label. `label` keeps the graph's labels apart from those of other graphs in the same document."""

    def __init__(self, graph: Graph, label: str) -> None:
        self.graph = graph
        self.prefix = f"_:r-{label}-"
        self.written: set[str] = set()
        self.pointers: Counter[str] = Counter()
        for about in graph.values():
            for terms in about.values():
                for term in terms:
                    if term[0] == "_":
                        self.pointers[term] += 1

    def is_top(self, subject: str) -> bool:
        """Whether a subject begins a block of its own."""
        return subject[0] == "<" or self.pointers[subject] != 1

    def take_nested(self, term: str, depth: int) -> bool:
        """Whether a blank node can be written here; if so it counts as written."""
        if self.pointers[term] != 1 or term in self.written or depth >= MAX_DEPTH or term not in self.graph:
            return False
        self.written.add(term)
        return True

    def leftover(self) -> Iterator[str]:
        """The nodes that nothing wrote: circles of blank nodes, and those nested too deep."""
        for subject in self.graph:
            if subject[0] == "_" and subject not in self.written and not self.is_top(subject):
                yield subject

    def label_of(self, term: str) -> str:
        """The label of a blank node, unique in the document."""
        return self.prefix + term[2:]
