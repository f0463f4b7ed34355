"""A graph to the things that it describes: each with its closure, as canonical N-Triples."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

from registry.errors import TooLargeError
from registry.model import KINDS, Finding, Kind
from registry.rdf.canonical import BLANK, Closure, Edges, canonical, digest
from registry.rdf.parsing import TYPE_BYTES, Graph
from registry.rdf.terms import present, words_of
from registry.rules import both, finding
from vocab.fields import FIELDS
from vocab.kinds import KIND_ROWS
from vocab.namespaces import DCAT, DCT, FOAF, FORMER_NAMESPACES, PREFIXES, SCHEMA

QUOTE: Final = ord('"')
MAX_STATEMENTS: Final = 50_000  # of one thing
FREE: Final = 500_000  # statements of all things of a page together, where they share parts,
SHARED: Final = 10  # and beside them so many times what the page has

DESCRIBED_KINDS: Final[tuple[Kind, ...]] = tuple(kind for kind in KINDS if kind != "organization")
_DISTRIBUTION = f"<{DCAT.Distribution}>".encode()
_HAS_DISTRIBUTION = f"<{DCAT.distribution}>"


class Description(NamedTuple):
    """One thing of a graph. `iri` "" = a blank node; `payload`: canonical N-Triples; `error`: why it cannot come in."""

    remote_id: str
    iri: str
    payload: bytes
    error: Finding | None = None


def things(graph: Graph, kinds: Collection[Kind] = DESCRIBED_KINDS) -> Iterator[Description]:
    """The datasets, series, services, projects, events and public services of a graph (and organizations, if asked).

    Catalogues, their entries and agents are none; nor is what is only given a type. Each comes with its distributions,
    its blank nodes and what it says of publishers, contacts, places and the like, but not with other things; an
    organization that publishes is both a thing and part of what it publishes.
    """
    types = graph.types
    found = {node: kind for node, kind in _kinds(types, kinds).items() if len(graph[node]) > len(types[node])}
    walk = _Walk(graph, {node for node, kind in found.items() if kind != "organization"})
    yield from (walk.description(node) for node in found if node[0] != BLANK)
    yield from _told_apart(graph, [(node, walk.description(node)) for node in found if node[0] == BLANK])


def kind_of(types: Iterable[str], kinds: Collection[Kind] = DESCRIBED_KINDS) -> Kind | None:
    """The kind of a thing by its types. Of several the one that says more counts: a series is a dataset, too."""
    by_type = _kind_by_type()
    found = [by_type.get(term) or by_type.get(present(term)) for term in types]
    several = [kind for kind in found if kind in kinds]
    return next((kind for kind in several if kind != "dataset"), several[0] if several else None)


@cache
def _kind_by_type() -> Mapping[str, Kind]:
    rows = ((kind, KIND_ROWS[kind]) for kind in KINDS)
    return {f"<{type}>": kind for kind, row in rows for type in (row.types[0], *row.also_read)}


def _kinds(types: Mapping[bytes, list[bytes]], kinds: Collection[Kind]) -> dict[bytes, Kind]:
    """Node -> kind. Pages have few combinations of types, so each is looked at once."""
    known: dict[tuple[bytes, ...], Kind | None] = {}
    found = {}
    for node, terms in types.items():
        key = tuple(terms)
        if key not in known:
            known[key] = kind_of([term.decode() for term in terms], kinds)
        kind = known[key]
        if kind:
            found[node] = kind
    return found


@cache
def _node_properties() -> frozenset[bytes]:
    """Properties that lead to described nodes, by all their names."""
    names = {name for row in FIELDS if row.form == "node" for name in (row.property, *row.former)}
    former = {
        namespace + name.removeprefix(PREFIXES[prefix])
        for namespace, prefix in FORMER_NAMESPACES.items()
        for name in names
        if name.startswith(PREFIXES[prefix])
    }
    return frozenset(f"<{name}>".encode() for name in names | former)


class _Walk:
    """What belongs to one thing of a graph. `others`: things that are no part of any other."""

    def __init__(self, graph: Graph, others: Collection[bytes]) -> None:
        self.graph = graph
        self.others = others
        self.work = FREE + SHARED * sum(map(len, graph.values()))
        self.distributions = {
            node for node, terms in graph.types.items() if _DISTRIBUTION in terms and len(graph[node]) > len(terms)
        }

    def description(self, root: bytes) -> Description:
        iri = words_of(root.decode()) if root[0] != BLANK else ""
        remote_id = iri or _remote_id(self.graph, root)
        try:
            payload = canonical(*self.closure(root), root)
        except TooLargeError as error:
            said = both({"de": error.detail["de"], "en": error.message})
            return Description(remote_id, iri, b"", finding("too-large", value=said))
        return Description(remote_id, iri, payload)

    def closure(self, root: bytes) -> tuple[Closure, Edges]:
        """The statements about a thing and its parts, and those of them that lead to blank nodes; raises
        TooLargeError."""
        graph, distributions, to_nodes = self.graph, self.distributions, _node_properties()
        closure = {root: graph[root]}
        edges: dict[bytes, list[tuple[bytes, bytes]]] = {}
        size, queue = 0, [root]
        while queue:
            node = queue.pop()
            about = closure[node]
            size += len(about)
            if size > MAX_STATEMENTS or size > self.work:
                most = min(MAX_STATEMENTS, self.work)
                raise TooLargeError(f"more than {most} statements", de=f"mehr als {most} Aussagen")
            for statement in about:
                start = statement.index(b" ") + 1
                first = statement[start]
                if first == QUOTE:
                    continue
                predicate, term = statement[: start - 1], statement[start:]
                if first == BLANK:
                    edges.setdefault(node, []).append((predicate, term))
                elif predicate not in to_nodes and term not in distributions:
                    continue
                if term in closure or term not in graph:
                    continue
                if first == BLANK or self.is_part(predicate, term):
                    closure[term] = self.part(term)
                    queue.append(term)
        self.work -= size
        return closure, edges

    def is_part(self, predicate: bytes, term: bytes) -> bool:
        """Other things are none, unless they are distributions as well."""
        return term not in self.others or present(predicate.decode()) == _HAS_DISTRIBUTION

    def part(self, node: bytes) -> list[bytes]:
        """What is said of a part; that it is a thing of its own is said where it is one."""
        if node not in self.others:
            return self.graph[node]
        return [
            one
            for one in self.graph[node]
            if not one.startswith(TYPE_BYTES) or kind_of([one[len(TYPE_BYTES) :].decode()]) is None
        ]


# -- ids of things without an IRI


def _remote_id(graph: Graph, node: bytes) -> str:
    """Identifier, landing page, lowest address, title with publisher."""
    about = _pairs(graph, node)
    for names in ((DCT.identifier,), (DCAT.landingPage, FOAF.homepage, SCHEMA.url)):
        found = _values(about, *names)
        if found:
            return min(found)
    addresses = [
        address
        for part in (o for p, o in about if p == _HAS_DISTRIBUTION)
        for address in _values(_pairs(graph, part.encode()), DCAT.accessURL, DCAT.downloadURL)
    ]
    if addresses:
        return min(addresses)
    title = _title(about)
    publishers = [o for p, o in about if p == f"<{DCT.publisher}>"]
    named = [words for o in publishers for words in _publisher(graph, o)]
    return f"{title} ({min(named)})" if title and named else title


def _publisher(graph: Graph, term: str) -> list[str]:
    return _values(_pairs(graph, term.encode()), FOAF.name) if term[0] == "_" else [words_of(term)]


def _pairs(graph: Graph, node: bytes) -> list[tuple[str, str]]:
    """Predicate and object of what is said of a node."""
    found = (statement.decode().partition(" ") for statement in graph.get(node, ()))
    return [(predicate, term) for predicate, _, term in found]


def _values(about: Collection[tuple[str, str]], *properties: str) -> list[str]:
    names = {f"<{name}>" for name in properties}
    return [words for p, o in about if o[0] != "_" and present(p) in names and (words := words_of(o))]


def _told_apart(graph: Graph, found: list[tuple[bytes, Description]]) -> Iterator[Description]:
    """Things without an IRI: a remote id that repeats gets the title; where that repeats, too, a count in order of
    digest."""
    ids = Counter(one.remote_id for _, one in found)
    titled = [one if ids[one.remote_id] < 2 else _with(one, _title(_pairs(graph, node))) for node, one in found]
    groups: dict[str, list[Description]] = {}
    for one in titled:
        groups.setdefault(one.remote_id, []).append(one)
    for id, group in groups.items():
        if len(group) < 2 or not id:
            yield from group
            continue
        for count, one in enumerate(sorted(group, key=lambda one: digest([one.payload])), 1):
            yield one._replace(remote_id=f"{id} {count}" if count > 1 else id)


def _with(one: Description, words: str) -> Description:
    return one._replace(remote_id=f"{one.remote_id} {words}".strip())


def _title(about: Collection[tuple[str, str]]) -> str:
    return min(_values(about, DCT.title, SCHEMA.name), default="")
