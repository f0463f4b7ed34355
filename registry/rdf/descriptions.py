"""The things that a graph describes, each with all statements that belong to it (its closure), as canonical N-Triples.

Entry points: `things`; `Walk`, where what belongs to no thing is asked for as well. What belongs to a thing is
bounded: MAX_STATEMENTS for each, and for a whole page a budget of MIN_BUDGET + BUDGET_PER_STATEMENT × its statements,
because many things may share the same large part.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from registry.errors import TooLargeError
from registry.model import KINDS, Finding, Kind
from registry.rdf.canonical import BLANK, MAX_WORK, Closure, Edges, Work, canonical, digest
from registry.rdf.parsing import TYPE_BYTES, ParsedGraph
from registry.rdf.references import is_known
from registry.rdf.terms import in_current_namespace, text_of
from registry.rules import finding
from vocab.fields import FIELDS
from vocab.kinds import KIND_ROWS
from vocab.namespaces import DCAT, DCT, FOAF, FORMER_NAMESPACES, PREFIXES, RDFS, SCHEMA

QUOTE: Final = ord('"')
MAX_STATEMENTS: Final = 50_000  # of one thing
MIN_BUDGET: Final = 500_000  # statements of all closures of a page together
BUDGET_PER_STATEMENT: Final = 10  # statements of closures for each statement of the page
WORK_OF_PAGE: Final = 3  # how much all things of a page may cost together, for each one that costs most

DESCRIBED_KINDS: Final[tuple[Kind, ...]] = tuple(kind for kind in KINDS if kind != "organization")
_DISTRIBUTION = f"<{DCAT.Distribution}>".encode()
_DESCRIBED_ELSEWHERE: Final = ("conforms_to", "legislation", "documentation", "policy")
_KNOWN_ELSEWHERE: Final = (b"<http://publications.europa.eu/resource/authority/", b"<https://www.iana.org/assignments/")
_CATALOG = f"<{DCAT.Catalog}>".encode()  # also where DCAT 2 calls it a dataset
_HAS_DISTRIBUTION = f"<{DCAT.distribution}>"


class Description(NamedTuple):
    """One thing of a graph. `iri` "" = a blank node; `payload`: canonical N-Triples; `error`: why it cannot be read."""

    remote_id: str
    iri: str
    payload: bytes
    error: Finding | None = None


def things(graph: ParsedGraph, kinds: Collection[Kind] = DESCRIBED_KINDS) -> Iterator[Description]:
    """The datasets, series, services, projects, events and public services of a graph (and organizations, if asked).

    Catalogues, their entries and agents are left out, and so are nodes of which only the type is given. Each thing
    comes with its distributions, its blank nodes and statements about its publishers, contacts, places and the like,
    but without other things. An organization that publishes is both a thing and part of what it publishes.
    """
    return Walk(graph, kinds).things()


def kind_of(types: Iterable[str], kinds: Collection[Kind] = DESCRIBED_KINDS) -> Kind | None:
    """The kind of a thing by its types. Of several kinds the more special one: a series is a dataset, too."""
    by_type = _kind_by_type()
    kinds_of_types = [by_type.get(term) or by_type.get(in_current_namespace(term)) for term in types]
    wanted = [kind for kind in kinds_of_types if kind in kinds]
    return next((kind for kind in wanted if kind != "dataset"), wanted[0] if wanted else None)


@cache
def _kind_by_type() -> Mapping[str, Kind]:
    rows = ((kind, KIND_ROWS[kind]) for kind in KINDS)
    return {f"<{type}>": kind for kind, row in rows for type in (row.types[0], *row.also_read)}


def _kinds(types: Mapping[bytes, list[bytes]], kinds: Collection[Kind]) -> dict[bytes, Kind]:
    """Node -> kind. Pages have few combinations of types, so each combination is decided once."""
    kind_by_types: dict[tuple[bytes, ...], Kind | None] = {}
    kind_of_node = {}
    for node, terms in types.items():
        key = tuple(terms)
        if key not in kind_by_types:
            kind = None if _CATALOG in terms else kind_of([term.decode() for term in terms], kinds)
            kind_by_types[key] = kind
        kind = kind_by_types[key]
        if kind:
            kind_of_node[node] = kind
    return kind_of_node


@cache
def _node_properties() -> frozenset[bytes]:
    """The properties whose values are described nodes, also under their former names."""
    times = {f"{PREFIXES['time']}{name}" for name in ("hasBeginning", "hasEnd")}
    return _terms({name for row in FIELDS if row.form == "node" for name in (row.property, *row.former)} | times)


@cache
def _reference_properties() -> frozenset[bytes]:
    """The properties whose values are concepts, standards, pages and the like, which a graph may describe."""
    forms = ("email", "telephone")
    rows = [row for row in FIELDS if row.values or row.form in forms or row.name in _DESCRIBED_ELSEWHERE]
    names = {name for row in rows for name in (row.property, *row.former)}
    return _terms(names | {DCT.license, RDFS.seeAlso})


def _terms(names: Collection[str]) -> frozenset[bytes]:
    former = {
        namespace + name.removeprefix(PREFIXES[prefix])
        for namespace, prefix in FORMER_NAMESPACES.items()
        for name in names
        if name.startswith(PREFIXES[prefix])
    }
    return frozenset(f"<{name}>".encode() for name in {*names, *former})


class Walk:
    """Collects the closure of each thing of a graph. `others`: things that are not part of another thing; `parts`: the
    nodes of all closures so far."""

    def __init__(self, graph: ParsedGraph, kinds: Collection[Kind] = DESCRIBED_KINDS) -> None:
        self.graph = graph
        types = graph.types
        self.kinds = {node: kind for node, kind in _kinds(types, kinds).items() if len(graph[node]) > len(types[node])}
        self.others = {node for node, kind in self.kinds.items() if kind != "organization"}
        self.parts: set[bytes] = set()
        self.budget = MIN_BUDGET + BUDGET_PER_STATEMENT * sum(map(len, graph.values()))
        self.work = Work(WORK_OF_PAGE * MAX_WORK)
        self.described: dict[bytes, bool] = {}
        self.distributions = {
            node for node, terms in graph.types.items() if _DISTRIBUTION in terms and len(graph[node]) > len(terms)
        }

    def things(self) -> Iterator[Description]:
        """See `things`."""
        yield from (self.description(node) for node in self.kinds if node[0] != BLANK)
        unnamed = [(node, self.description(node)) for node in self.kinds if node[0] == BLANK]
        yield from _with_distinct_ids(self.graph, unnamed)

    def description(self, root: bytes) -> Description:
        iri = text_of(root.decode()) if root[0] != BLANK else ""
        remote_id = iri or _remote_id(self.graph, root)
        try:
            payload = canonical(*self.closure(root), root, self.work)
        except TooLargeError as error:
            return Description(remote_id, iri, b"", finding("too-large", value=error.summary))
        return Description(remote_id, iri, payload)

    def closure(self, root: bytes, about: Sequence[bytes] = ()) -> tuple[Closure, Edges]:
        """The statements about a thing and its parts, and those of them that lead to blank nodes. `about`: only these
        statements about the thing itself. Raises TooLargeError above MAX_STATEMENTS or when the budget of the page is
        used up."""
        graph, distributions = self.graph, self.distributions
        to_nodes, references = _node_properties(), _reference_properties()
        closure = {root: list(about) or graph[root]}
        edges: dict[bytes, list[tuple[bytes, bytes]]] = {}
        size, queue = 0, [root]
        while queue:
            node = queue.pop()
            statements = closure[node]
            size += len(statements)
            if size > MAX_STATEMENTS or size > self.budget:
                limit = min(MAX_STATEMENTS, self.budget)
                raise TooLargeError("statements-too-many", limit=limit)
            for statement in statements:
                start = statement.index(b" ") + 1
                first = statement[start]
                if first == QUOTE:
                    continue
                predicate, term = statement[: start - 1], statement[start:]
                if first == BLANK:
                    edges.setdefault(node, []).append((predicate, term))
                elif (
                    predicate not in to_nodes
                    and term not in distributions
                    and (predicate not in references or term not in graph or not self.is_described(term))
                ):
                    continue
                if term in closure or term not in graph:
                    continue
                if first == BLANK or self.is_part(predicate, term):
                    closure[term] = self.part(term)
                    queue.append(term)
        self.budget -= size
        self.parts.update(closure)
        return closure, edges

    def is_described(self, term: bytes) -> bool:
        """Whether a node that is referred to is a concept, standard or page of the portal's own that the graph
        describes. What stands in our lists needs no description. Kept, because most things of a page refer to the same
        nodes."""
        answer = self.described.get(term)
        if answer is None:
            has_more_than_types = len(self.graph[term]) > len(self.graph.types.get(term, ()))
            answer = has_more_than_types and not is_known(term.decode()) and not term.startswith(_KNOWN_ELSEWHERE)
            self.described[term] = answer
        return answer

    def is_part(self, predicate: bytes, term: bytes) -> bool:
        """Whether a node is part of the thing: other things are not, unless they are distributions as well."""
        return term not in self.others or in_current_namespace(predicate.decode()) == _HAS_DISTRIBUTION

    def part(self, node: bytes) -> list[bytes]:
        """The statements about a part; without its types if it is described as a thing of its own."""
        if node not in self.others:
            return self.graph[node]
        return [
            statement
            for statement in self.graph[node]
            if not statement.startswith(TYPE_BYTES) or kind_of([statement[len(TYPE_BYTES) :].decode()]) is None
        ]


# -- ids of things without an IRI


def _remote_id(graph: ParsedGraph, node: bytes) -> str:
    """The remote id of a thing without an IRI: its identifier, else its landing page, else the alphabetically first
    address of its distributions, else its title with the publisher."""
    about = _pairs(graph, node)
    for properties in ((DCT.identifier,), (DCAT.landingPage, FOAF.homepage, SCHEMA.url)):
        texts = _values(about, *properties)
        if texts:
            return min(texts)
    addresses = [
        address
        for part in (o for p, o in about if p == _HAS_DISTRIBUTION)
        for address in _values(_pairs(graph, part.encode()), DCAT.accessURL, DCAT.downloadURL)
    ]
    if addresses:
        return min(addresses)
    title = _title(about)
    publishers = [o for p, o in about if p == f"<{DCT.publisher}>"]
    names = [name for o in publishers for name in _publisher(graph, o)]
    return f"{title} ({min(names)})" if title and names else title


def _publisher(graph: ParsedGraph, term: str) -> list[str]:
    return _values(_pairs(graph, term.encode()), FOAF.name) if term[0] == "_" else [text_of(term)]


def _pairs(graph: ParsedGraph, node: bytes) -> list[tuple[str, str]]:
    """The statements about a node as predicate and object."""
    statements = (statement.decode().partition(" ") for statement in graph.get(node, ()))
    return [(predicate, term) for predicate, _, term in statements]


def _values(about: Collection[tuple[str, str]], *properties: str) -> list[str]:
    names = {f"<{name}>" for name in properties}
    return [text for p, o in about if o[0] != "_" and in_current_namespace(p) in names and (text := text_of(o))]


def _with_distinct_ids(graph: ParsedGraph, descriptions: list[tuple[bytes, Description]]) -> Iterator[Description]:
    """The descriptions of things without an IRI, each with its own remote id: the title is added to one that repeats,
    and a count, in order of digest, where that repeats as well."""
    ids = Counter(description.remote_id for _, description in descriptions)
    titled = [
        description if ids[description.remote_id] < 2 else _with_suffix(description, _title(_pairs(graph, node)))
        for node, description in descriptions
    ]
    groups: dict[str, list[Description]] = {}
    for description in titled:
        groups.setdefault(description.remote_id, []).append(description)
    for id, group in groups.items():
        if len(group) < 2 or not id:
            yield from group
            continue
        for count, description in enumerate(sorted(group, key=lambda description: digest([description.payload])), 1):
            yield description._replace(remote_id=f"{id} {count}" if count > 1 else id)


def _with_suffix(description: Description, suffix: str) -> Description:
    return description._replace(remote_id=f"{description.remote_id} {suffix}".strip())


def _title(about: Collection[tuple[str, str]]) -> str:
    return min(_values(about, DCT.title, SCHEMA.name), default="")
