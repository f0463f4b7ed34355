"""Our own JSON-LD context and compaction, both made from the rows; known foreign contexts are replaced by it before parsing.

The context has terms only and no prefixes: a prefix such as `geo` would make something else of an IRI like `geo:49.4,8.7`.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from registry.terms import TYPE, parts
from vocab.fields import FIELDS, TYPES
from vocab.namespaces import DCT, FOAF, HYDRA, PREFIXES, RDFS, SKOS, XSD, curie

if TYPE_CHECKING:
    from registry.rdf_writing import Nesting

_DATATYPES: Final = {"decimal": XSD.decimal, "integer": XSD.nonNegativeInteger, "duration": XSD.duration,
                     "hex": XSD.hexBinary, "wkt": PREFIXES["geo"] + "wktLiteral"}  # fmt: skip
_BY_ID: Final = ("iri", "concept", "link", "node", "email", "telephone")
_MORE: Final = {  # properties that we write and no row has
    SKOS.prefLabel: "text", SKOS.inScheme: "iri", SKOS.exactMatch: "iri", SKOS.editorialNote: "literal",
    RDFS.label: "text", FOAF.primaryTopic: "iri", DCT.type: "iri", HYDRA.first: "iri", HYDRA.next: "iri",
    HYDRA.previous: "iri", HYDRA.last: "iri", HYDRA.totalItems: "number", HYDRA.itemsPerPage: "number",
}  # fmt: skip


def _terms() -> dict[str, tuple[str, str]]:
    """Property IRI -> (term, form). The term is the local name; who comes second gets its prefix before it."""
    forms: dict[str, str] = {}
    for property, form in [(row.property, row.form) for row in FIELDS] + list(_MORE.items()):
        forms.setdefault(property, "id" if form in _BY_ID else form)
    names: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    for property, form in forms.items():
        prefix, _, local = curie(property).partition(":")
        name = local if local not in taken else f"{prefix}_{local}"
        taken.add(name)
        names[property] = (name, form)
    return names


def _definition(property: str, form: str) -> Any:
    if form in ("text", "words"):
        return {"@id": property, "@container": "@language"}
    if form == "id":
        return {"@id": property, "@type": "@id"}
    return {"@id": property, "@type": _DATATYPES[form]} if form in _DATATYPES else {"@id": property}


_TERMS: Final = _terms()
_CLASSES: Final = {
    iri: curie(iri).partition(":")[2]
    for iri in dict.fromkeys(
        [type for types in TYPES.values() for type in types]
        + [row.range for row in FIELDS if row.range]
        + [HYDRA.PartialCollectionView, HYDRA.PagedCollection]
    )
}
CONTEXT: Final[Mapping[str, Any]] = {
    "@version": 1.1,
    **{name: _definition(property, form) for property, (name, form) in _TERMS.items()},
    **{name: iri for iri, name in _CLASSES.items()},
}
_KEYS: Final = {f"<{property}>": (name, form) for property, (name, form) in _TERMS.items()}


def nodes(nesting: "Nesting") -> Iterator[dict[str, Any]]:
    """The node objects of a graph, blank nodes inside what points to them."""
    for subject in nesting.graph:
        if nesting.top(subject):
            yield _node(nesting, subject, 0, True)
    for subject in nesting.left():
        yield _node(nesting, subject, 0, True)


def _node(nesting: "Nesting", subject: str, depth: int, named: bool) -> dict[str, Any]:
    node: dict[str, Any] = {}
    if named:
        nesting.done.add(subject)
        node["@id"] = subject[1:-1] if subject[0] == "<" else nesting.name(subject)
    for predicate, terms in nesting.graph[subject].items():
        if predicate == TYPE:
            names = [_CLASSES.get(term[1:-1], term[1:-1]) for term in terms if term[0] == "<"]
            node["@type"] = names if len(names) != 1 else names[0]
            continue
        name, form = _KEYS.get(predicate, (predicate[1:-1], ""))
        for term in terms:
            _put(node, name, form, predicate, term, nesting, depth)
    return node


def _put(node: dict[str, Any], name: str, form: str, predicate: str, term: str, nesting: "Nesting", depth: int) -> None:
    """Adds a value: short where the term's definition says the rest, else under the IRI or as a value object."""
    if term[0] != '"':
        value: Any = term[1:-1] if term[0] == "<" else nesting.name(term)
        if term[0] == "_" and nesting.nested(term, depth):
            value = _node(nesting, term, depth + 1, False)
        elif form != "id":
            value = {"@id": value}
        _append(node, name if form not in ("text", "words") else predicate[1:-1], value)
        return
    words, tag, datatype = parts(term)
    if form in ("text", "words") and not datatype:
        _append(node.setdefault(name, {}), tag or "@none", words)
    elif (datatype and datatype == _DATATYPES.get(form)) or (not tag and not datatype and form in ("literal", "date")):
        _append(node, name, words)
    else:
        value = {"@value": words}
        if tag:
            value["@language"] = tag
        elif datatype:
            value["@type"] = datatype
        _append(node, name if form not in ("text", "words") else predicate[1:-1], value)


def _append(node: dict[str, Any], key: str, value: Any) -> None:
    known = node.get(key)
    if known is None:
        node[key] = value
    elif isinstance(known, list):
        known.append(value)
    else:
        node[key] = [known, value]


def without_foreign_contexts(document: Any, where: str, depth: int) -> Any:
    return document
