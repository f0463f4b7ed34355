"""A graph to the things that it describes: each with its closure, as canonical N-Triples."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

from registry.errors import TooLargeError
from registry.model import KINDS, Finding, Kind
from registry.rdf_canonical import Closure, canonical, digest
from registry.rdf_parsing import Graph
from registry.rules import finding
from registry.terms import TYPE, present, words_of
from vocab.fields import FIELDS, TYPES
from vocab.namespaces import DCAT, DCT, FOAF, FORMER_NAMESPACES, PREFIXES, SCHEMA

MAX_STATEMENTS: Final = 50_000  # of one thing
MAX_WORK: Final = 10_000_000  # statements of all things of a page together, where many share large parts

LISTED: Final[tuple[Kind, ...]] = tuple(kind for kind in KINDS if kind != "organization")
_DISTRIBUTION = f"<{DCAT.Distribution}>"
_HAS_DISTRIBUTION = f"<{DCAT.distribution}>"


class Description(NamedTuple):
    """One thing of a graph. `iri` "" = a blank node; `payload`: canonical N-Triples; `error`: why it cannot come in."""

    remote_id: str
    iri: str
    payload: bytes
    error: Finding | None = None


def things(graph: Graph, kinds: Collection[Kind] = LISTED) -> Iterator[Description]:
    """The datasets, series, services, projects, events and public services of a graph (and organizations, if asked).

    Catalogues, their entries and agents are none; nor is what is only given a type. Each comes with its distributions,
    its blank nodes and what it says of publishers, contacts, places and the like, but not with other things; an
    organization that publishes is both a thing and part of what it publishes.
    """
    types = types_of(graph)
    found = {node: kind for node, kind in kinds_of(types, kinds).items() if len(graph[node]) > len(types[node])}
    walk = _Walk(graph, types, found)
    yield from (walk.description(node) for node in found if node[0] == "<")
    yield from _told_apart(graph, [(node, walk.description(node)) for node in found if node[0] == "_"])


def types_of(graph: Closure) -> dict[str, list[str]]:
    """Node -> its types, of those that have any."""
    types: dict[str, list[str]] = {}
    for subject, about in graph.items():
        for predicate, term in about:
            if predicate == TYPE:
                types.setdefault(subject, []).append(term)
    return types


def kinds_of(types: Mapping[str, list[str]], kinds: Collection[Kind] = LISTED) -> dict[str, Kind]:
    """Node -> kind. Of several types the one that says more counts: a series is a dataset, too."""
    by_type = _kind_by_type()
    found: dict[str, Kind] = {}
    for subject, terms in types.items():
        for term in terms:
            kind = by_type.get(term) or by_type.get(present(term))
            if kind and kind in kinds and found.get(subject, "dataset") == "dataset":
                found[subject] = kind
    return found


@cache
def _kind_by_type() -> Mapping[str, Kind]:
    types: dict[str, Kind] = {f"<{TYPES[kind][0]}>": kind for kind in LISTED}
    for type in (*TYPES["organization"], FOAF.Organization, "http://www.w3.org/ns/org#FormalOrganization",
                 "http://www.w3.org/ns/org#OrganizationalUnit"):  # fmt: skip
        types[f"<{type}>"] = "organization"
    return types


@cache
def _node_properties() -> frozenset[str]:
    """Properties that lead to described nodes, by all their names."""
    names = {name for row in FIELDS if row.form == "node" for name in (row.property, *row.former)}
    former = {
        namespace + name.removeprefix(PREFIXES[prefix])
        for namespace, prefix in FORMER_NAMESPACES.items()
        for name in names
        if name.startswith(PREFIXES[prefix])
    }
    return frozenset(f"<{name}>" for name in names | former)


class _Walk:
    """What belongs to one thing of a graph."""

    def __init__(self, graph: Graph, types: Mapping[str, list[str]], others: Mapping[str, Kind]) -> None:
        self.graph = graph
        self.others = others
        self.work = MAX_WORK
        self.distributions = {
            node for node, terms in types.items() if _DISTRIBUTION in terms and len(graph[node]) > len(terms)
        }

    def description(self, root: str) -> Description:
        iri = words_of(root) if root[0] == "<" else ""
        remote_id = iri or _remote_id(self.graph, root)
        try:
            payload = canonical(*self.closure(root), root)
        except TooLargeError as error:
            return Description(remote_id, iri, b"", finding("too-large", value=str(error)))
        return Description(remote_id, iri, payload)

    def closure(self, root: str) -> tuple[Closure, Closure]:
        """The statements about a thing and its parts, and those of them that lead to blank nodes; raises
        TooLargeError."""
        graph, others, to_nodes, distributions = self.graph, self.others, _node_properties(), self.distributions
        closure = {root: graph[root]}
        edges: dict[str, list[tuple[str, str]]] = {}
        size, queue = 0, [root]
        while queue:
            node = queue.pop()
            about = closure[node]
            size += len(about)
            if size > MAX_STATEMENTS or size > self.work:
                raise TooLargeError(f"more than {min(MAX_STATEMENTS, self.work)} statements")
            for statement in about:
                predicate, term = statement
                first = term[0]
                if first == '"':
                    continue
                if first == "_":
                    edges.setdefault(node, []).append(statement)
                elif predicate not in to_nodes and term not in distributions:
                    continue
                if term in closure or term not in graph:
                    continue
                if first == "<" and term in others and present(predicate) != _HAS_DISTRIBUTION:
                    continue
                closure[term] = self.part(term)
                queue.append(term)
        self.work -= size
        return closure, edges

    def part(self, node: str) -> list[tuple[str, str]]:
        """What is said of a part; that it is a thing of its own is said where it is one."""
        if node not in self.others:
            return self.graph[node]
        types = _kind_by_type()
        return [(p, o) for p, o in self.graph[node] if p != TYPE or present(o) not in types]


def _remote_id(graph: Graph, node: str) -> str:
    """Of a thing without an IRI: identifier, landing page, lowest address, title with publisher."""
    about = graph[node]
    for names in ((DCT.identifier,), (DCAT.landingPage, FOAF.homepage, SCHEMA.url)):
        found = _values(about, *names)
        if found:
            return min(found)
    addresses = [
        address
        for part in (o for p, o in about if p == _HAS_DISTRIBUTION)
        for address in _values(graph.get(part, ()), DCAT.accessURL, DCAT.downloadURL)
    ]
    if addresses:
        return min(addresses)
    title = _title(about)
    publisher = min(
        (words for p, o in about if p == f"<{DCT.publisher}>" for words in _publisher(graph, o)), default=""
    )
    return f"{title} ({publisher})" if title and publisher else title


def _publisher(graph: Graph, term: str) -> list[str]:
    if term[0] == "_":
        return _values(graph.get(term, ()), FOAF.name)
    return [words_of(term)]


def _values(about: Collection[tuple[str, str]], *properties: str) -> list[str]:
    names = {f"<{name}>" for name in properties}
    return [words for p, o in about if o[0] != "_" and present(p) in names and (words := words_of(o))]


def _told_apart(graph: Graph, found: list[tuple[str, Description]]) -> Iterator[Description]:
    """Things without an IRI: a remote id that repeats gets the title; where that repeats, too, a count in order of
    digest."""
    ids = Counter(one.remote_id for _, one in found)
    titled = [
        (one if ids[one.remote_id] < 2 else one._replace(remote_id=f"{one.remote_id} {_title(graph[node])}".strip()))
        for node, one in found
    ]
    groups: dict[str, list[Description]] = {}
    for one in titled:
        groups.setdefault(one.remote_id, []).append(one)
    for id, group in groups.items():
        if len(group) < 2 or not id:
            yield from group
            continue
        for count, one in enumerate(sorted(group, key=lambda one: digest([one.payload.decode()])), 1):
            yield one._replace(remote_id=f"{id} {count}" if count > 1 else id)


def _title(about: Collection[tuple[str, str]]) -> str:
    return min(_values(about, DCT.title, SCHEMA.name), default="")
