"""What a source says about things whose IRI is ours: nobody but this catalogue speaks for `<base>/id/…`.

Entry point: `without_own_iris`. A node that only refers to one of our things, and says nothing about it, stays.
"""

import re
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from registry.model.metadata import Metadata, Node

UNNAMED: Final = "_:own"  # stands for the thing itself in its statements, as a blank node of a file does


class Claim(NamedTuple):
    """A field of the metadata in which something is said about one of our things, and the IRI of that thing."""

    field: str
    iri: str


def may_claim(body: bytes, base_url: str) -> bool:
    """Whether encoded metadata can hold a claim at all; costs next to nothing, and is nearly always False."""
    return b'"iri":"/id/' in body or f"{base_url}/id/".encode() in body


def without_own_iris(metadata: Metadata, base_url: str) -> tuple[Metadata, list[Claim]]:
    """The metadata without IRIs of ours for what is described in it, and what was claimed."""
    ours, claims = ("/id/", f"{base_url}/id/"), []
    changes: dict[str, Any] = {}
    for field in metadata.__struct_fields__:
        value = getattr(metadata, field)
        nodes: list[str] = []
        cleaned = _cleaned(value, ours, nodes)
        if cleaned is not value:
            changes[field] = cleaned
            claims += [Claim(field, iri) for iri in nodes]
    statements = metadata.statements
    if metadata.iri.startswith(ours):
        claims.insert(0, Claim("iri", metadata.iri))
        name = f"<{metadata.iri}>"
        changes["iri"] = UNNAMED if name in statements else ""
        statements = statements.replace(name, UNNAMED)
    statements, subjects = _without_subjects(statements, ours)
    claims += [Claim("statements", iri) for iri in subjects]
    if statements != metadata.statements:
        changes["statements"] = statements
    return replace(metadata, **changes) if changes else metadata, claims


def _cleaned(value: Any, ours: tuple[str, ...], claimed: list[str]) -> Any:
    """The value itself, or a copy whose nodes have no IRI of ours; `claimed` gets these IRIs."""
    if isinstance(value, tuple) and value and isinstance(value[0], Node):
        nodes = tuple(_cleaned(node, ours, claimed) for node in value)
        return nodes if any(new is not old for new, old in zip(nodes, value, strict=True)) else value
    if not isinstance(value, Node):
        return value
    changes: dict[str, Any] = {}
    for field in value.__struct_fields__:
        inner = getattr(value, field)
        cleaned = _cleaned(inner, ours, claimed)
        if cleaned is not inner:
            changes[field] = cleaned
    if value.iri.startswith(ours) and value != type(value)(iri=value.iri):
        changes["iri"] = ""
        claimed.append(value.iri)
    return replace(value, **changes) if changes else value


def _without_subjects(statements: str, ours: tuple[str, ...]) -> tuple[str, list[str]]:
    """N-Triples without the lines whose subject is one of ours, and these subjects."""
    starts = tuple(f"<{prefix}" for prefix in ours)
    if not any(start in statements for start in starts):
        return statements, []
    lines = statements.splitlines(keepends=True)
    claims = [line for line in lines if line.startswith(starts)]
    subjects = dict.fromkeys(re.match(r"<([^>]*)", line)[1] for line in claims)  # type: ignore[index]
    return "".join(line for line in lines if not line.startswith(starts)), list(subjects)
