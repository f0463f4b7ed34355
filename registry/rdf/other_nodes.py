"""What a graph says of nodes that belong to no thing: the catalogue itself, its entries, agents, contacts, periods.

Entry point: `other_nodes`.
"""

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from registry.errors import TooLargeError
from registry.model import Findings
from registry.rdf.descriptions import Walk
from registry.rdf.reading import read_node
from registry.rdf.terms import in_current_namespace, text_of
from registry.rules import finding
from vocab.fields import TYPES, fields_of
from vocab.namespaces import FOAF, PREFIXES

_CLASSES: Final = ("catalog", "record", "Agent", "Contact", "Period", "Place", "Checksum", "Identifier", "Attribution",
                   "Relationship")  # fmt: skip
_ALSO_READ: Final = {
    FOAF.Organization: "Agent", FOAF.Person: "Agent",
    **{f"{PREFIXES['vcard']}{name}": "Contact" for name in ("Organization", "Individual", "Group", "VCard")},
}  # fmt: skip


class OtherNode(NamedTuple):
    """A node that belongs to no thing. `cls`: its class in `vocab/fields.py`; `struct`: None if it is too large."""

    iri: str
    cls: str
    struct: Any
    findings: Findings


def other_nodes(walk: Walk, catalogue: bool = True) -> Iterator[OtherNode]:
    """The described nodes that no thing of the graph holds, when all its things were read; without the catalogue itself
    if that is not asked for."""
    nodes: dict[str, list[bytes]] = {cls: [] for cls in _CLASSES}
    class_by_types: dict[tuple[bytes, ...], str] = {}
    for node, types in walk.graph.types.items():
        key = tuple(types)
        cls = class_by_types.get(key)
        if cls is None:
            cls = class_by_types[key] = _class_of(key)
        if cls and node not in walk.parts and len(walk.graph[node]) > len(types):
            nodes[cls].append(node)
    if not catalogue:
        del nodes["catalog"]
    for cls, unread in nodes.items():  # the catalogue first: what it holds is read with it
        yield from (_read(walk, node, cls) for node in unread if node not in walk.parts)


def _read(walk: Walk, node: bytes, cls: str) -> OtherNode:
    iri = text_of(node.decode())
    try:
        about = [statement for statement in walk.graph[node] if statement.partition(b" ")[0] not in _links(cls)]
        closure, _ = walk.closure(node, about)
    except TooLargeError as error:
        return OtherNode(iri, cls, None, (finding("too-large", value=error.summary, level="should"),))
    return OtherNode(iri, cls, *read_node(closure, node, cls))


@cache
def _links(cls: str) -> Collection[bytes]:
    """The properties that lead to other things: a catalogue may have a hundred thousand of them."""
    return frozenset(f"<{row.property}>".encode() for row in fields_of(cls) if row.form == "link")


@cache
def _class_by_type() -> dict[str, str]:
    return {f"<{type}>": cls for cls in _CLASSES for type in TYPES[cls]} | {
        f"<{type}>": cls for type, cls in _ALSO_READ.items()
    }


def _class_of(types: tuple[bytes, ...]) -> str:
    """The class of a node by its types, "" for another one."""
    by_type = _class_by_type()
    classes = {by_type.get(in_current_namespace(type.decode()), "") for type in types}
    return next((cls for cls in _CLASSES if cls in classes), "")
