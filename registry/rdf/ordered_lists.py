"""Lists of RDF (`( a b c )`), which our rows do not have: their members become values of the property, with a number.

Entry point: `spread`. CSVW writes the columns of a table in such a list.
"""

from typing import Final

from registry.rdf.kept import Pair
from registry.rdf.terms import literal
from vocab.namespaces import RDF, SCHEMA, XSD, iri

_LISTED: Final = frozenset((f"<{iri('csvw:column')}>",))  # properties whose value is a list
_FIRST: Final = f"<{RDF.first}>"
_REST: Final = f"<{RDF.rest}>"
_NIL: Final = f"<{RDF.nil}>"
_POSITION: Final = f"<{SCHEMA.position}>"


def spread(index: dict[str, list[Pair]]) -> None:
    """Replaces each list that is the value of such a property by its members, each numbered unless it is already."""
    for about in [*index.values()]:
        for position, (predicate, term) in enumerate(about):
            if predicate in _LISTED and (term == _NIL or _is_list(index.get(term, []))):
                about[position : position + 1] = [(predicate, member) for member in _members(index, term)]
                break


def _is_list(about: list[Pair]) -> bool:
    return any(predicate == _FIRST for predicate, _ in about)


def _members(index: dict[str, list[Pair]], head: str) -> list[str]:
    """The members of a list, whose own nodes are removed from the index."""
    members: list[str] = []
    while head != _NIL and head in index:
        about = dict(index.pop(head))
        member, head = about.get(_FIRST, ""), about.get(_REST, _NIL)
        if member in index:
            members.append(member)
            if not any(predicate == _POSITION for predicate, _ in index[member]):
                index[member].append((_POSITION, literal(str(len(members)), "", XSD.nonNegativeInteger)))
    return members
