"""Our own JSON-LD context, made from the rows, and the node objects of a graph under it.

The context has terms only and no prefixes: with a prefix `geo` the IRI `geo:49.4,8.7` would be read as another one.

Entry points: `CONTEXT`, `nodes`. Contexts of others: `foreign_contexts`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from registry.rdf.terms import DATATYPES, TYPE, literal_parts, unescaped
from vocab.fields import FIELDS, TYPES
from vocab.namespaces import DCT, FOAF, HYDRA, RDFS, SKOS, curie

if TYPE_CHECKING:
    from registry.rdf.nesting import Nesting

_BY_ID: Final = ("iri", "concept", "link", "node", "email", "telephone")
_OTHER_PROPERTIES: Final = {  # properties that we write and no row has
    SKOS.prefLabel: "text", SKOS.inScheme: "iri", SKOS.exactMatch: "iri", SKOS.editorialNote: "literal",
    RDFS.label: "text", FOAF.primaryTopic: "iri", DCT.type: "iri", HYDRA.first: "iri", HYDRA.next: "iri",
    HYDRA.previous: "iri", HYDRA.last: "iri", HYDRA.totalItems: "number", HYDRA.itemsPerPage: "number",
}  # fmt: skip


def _names(iris: Iterable[str]) -> dict[str, str]:
    """IRI -> its local name, with the prefix before it where another IRI has the same local name already."""
    names: dict[str, str] = {}
    for iri in iris:
        prefix, _, local = curie(iri).partition(":")
        names[iri] = local if local not in names.values() else f"{prefix}_{local}"
    return names


def _terms() -> dict[str, tuple[str, str]]:
    """Property -> (term, form)."""
    forms: dict[str, str] = {}
    for property, form in [(row.property, row.form) for row in FIELDS] + list(_OTHER_PROPERTIES.items()):
        forms.setdefault(property, "id" if form in _BY_ID else form)
    return {property: (name, forms[property]) for property, name in _names(forms).items()}


def definition(property: str, form: str) -> Any:
    if form in ("text", "words"):
        return {"@id": property, "@container": "@language"}
    if form == "id":
        return {"@id": property, "@type": "@id"}
    return {"@id": property, "@type": DATATYPES[form]} if form in DATATYPES else {"@id": property}


TERMS: Final = _terms()
_CLASSES: Final = _names(
    dict.fromkeys(
        [type for types in TYPES.values() for type in types]
        + [row.range for row in FIELDS if row.range]
        + [HYDRA.PartialCollectionView, HYDRA.PagedCollection]
    )
)
CONTEXT: Final[Mapping[str, Any]] = {
    "@version": 1.1,
    **{name: definition(property, form) for property, (name, form) in TERMS.items()},
    **{name: cls for cls, name in _CLASSES.items()},
}
CLASSES_BY_NAME: Final = {name: cls for cls, name in _CLASSES.items()}
Node = dict[str, Any]


def nodes(nesting: "Nesting") -> Iterator[dict[str, Any]]:
    """The node objects of a graph, blank nodes inside what points to them."""
    for subject in nesting.graph:
        if nesting.is_top(subject):
            yield _node(nesting, subject, 0, True)
    for subject in nesting.leftover():
        yield _node(nesting, subject, 0, True)


def _node(nesting: "Nesting", subject: str, depth: int, named: bool) -> dict[str, Any]:
    node: dict[str, Any] = {}
    if named:
        nesting.written.add(subject)
        node["@id"] = subject[1:-1] if subject[0] == "<" else nesting.label_of(subject)
    for predicate, terms in nesting.graph[subject].items():
        name, put = _KEYS.get(predicate) or (predicate[1:-1], _put_any)
        put(node, name, predicate, terms, nesting, depth)
    return node


# -- values: short where the definition of the term gives datatype or language, else as value objects (JSON-LD 1.1)


def _put_types(node: Node, name: str, predicate: str, terms: Iterable[str], nesting: "Nesting", depth: int) -> None:
    names = [_CLASSES.get(term[1:-1]) or _named(term, nesting) for term in terms if term[0] != '"']
    node["@type"] = names[0] if len(names) == 1 else names


def _put_iris(node: Node, name: str, predicate: str, terms: Iterable[str], nesting: "Nesting", depth: int) -> None:
    values = [term[1:-1] if term[0] == "<" else _value(term, nesting, depth, "@id") for term in terms]
    node[name] = values[0] if len(values) == 1 else values


def _put_text(node: Node, name: str, predicate: str, terms: Iterable[str], nesting: "Nesting", depth: int) -> None:
    texts: dict[str, Any] = {}
    for term in terms:
        if term[0] != '"' or term[-1] == ">":
            _append(node, predicate[1:-1], _value(term, nesting, depth))
        elif term[-1] == '"':
            _append(texts, "@none", unescaped(term[1:-1]))
        else:
            end = term.rindex('"')
            _append(texts, term[end + 2 :], unescaped(term[1:end]))
    if texts:
        node[name] = texts


def _put_typed(node: Node, name: str, predicate: str, terms: Iterable[str], nesting: "Nesting", depth: int) -> None:
    ending = _ENDINGS[predicate]
    for term in terms:
        short = term.endswith(ending)
        _append(node, name, unescaped(term[1 : -len(ending)]) if short else _value(term, nesting, depth))


def _put_any(node: Node, name: str, predicate: str, terms: Iterable[str], nesting: "Nesting", depth: int) -> None:
    for term in terms:
        _append(node, name, unescaped(term[1:-1]) if term[-1] == '"' else _value(term, nesting, depth))


def _value(term: str, nesting: "Nesting", depth: int, key: str = "") -> Any:
    """A value object, node object or reference. `key` "@id": an IRI is expected, so a blank node's label is enough."""
    if term[0] == "<":
        return {"@id": term[1:-1]}
    if term[0] == "_":
        if nesting.take_nested(term, depth):
            return _node(nesting, term, depth + 1, False)
        return nesting.label_of(term) if key else {"@id": nesting.label_of(term)}
    text, tag, datatype = literal_parts(term)
    if tag:
        return {"@value": text, "@language": tag}
    return {"@value": text, "@type": datatype} if datatype else {"@value": text}


def _named(term: str, nesting: "Nesting") -> str:
    return term[1:-1] if term[0] == "<" else nesting.label_of(term)


def _append(node: Node, key: str, value: Any) -> None:
    existing = node.get(key)
    if existing is None:
        node[key] = value
    elif isinstance(existing, list):
        existing.append(value)
    else:
        node[key] = [existing, value]


def _putter(form: str) -> Callable[..., None]:
    if form == "id":
        return _put_iris
    if form in ("text", "words"):
        return _put_text
    return _put_typed if form in DATATYPES else _put_any


_KEYS: Final = {f"<{property}>": (name, _putter(form)) for property, (name, form) in TERMS.items()} | {
    TYPE: ("@type", _put_types)
}
_ENDINGS: Final = {
    f"<{property}>": f'"^^<{DATATYPES[form]}>' for property, (_, form) in TERMS.items() if form in DATATYPES
}
