"""Our own JSON-LD context and compaction, made from the rows; known contexts of others are replaced before parsing.

Our context has terms only and no prefixes: `geo` as a prefix would make something else of an IRI like `geo:49.4,8.7`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from registry.rdf.terms import DATATYPES, TYPE, parts, unescaped
from vocab.fields import FIELDS, TYPES
from vocab.namespaces import DCT, FOAF, HYDRA, RDFS, SKOS, curie

if TYPE_CHECKING:
    from registry.rdf.nesting import Nesting

_BY_ID: Final = ("iri", "concept", "link", "node", "email", "telephone")
_MORE: Final = {  # properties that we write and no row has
    SKOS.prefLabel: "text", SKOS.inScheme: "iri", SKOS.exactMatch: "iri", SKOS.editorialNote: "literal",
    RDFS.label: "text", FOAF.primaryTopic: "iri", DCT.type: "iri", HYDRA.first: "iri", HYDRA.next: "iri",
    HYDRA.previous: "iri", HYDRA.last: "iri", HYDRA.totalItems: "number", HYDRA.itemsPerPage: "number",
}  # fmt: skip


def _names(iris: Iterable[str]) -> dict[str, str]:
    """IRI -> its local name; who comes second gets its prefix before it."""
    names: dict[str, str] = {}
    for one in iris:
        prefix, _, local = curie(one).partition(":")
        names[one] = local if local not in names.values() else f"{prefix}_{local}"
    return names


def _terms() -> dict[str, tuple[str, str]]:
    """Property -> (term, form)."""
    forms: dict[str, str] = {}
    for property, form in [(row.property, row.form) for row in FIELDS] + list(_MORE.items()):
        forms.setdefault(property, "id" if form in _BY_ID else form)
    return {property: (name, forms[property]) for property, name in _names(forms).items()}


def _definition(property: str, form: str) -> Any:
    if form in ("text", "words"):
        return {"@id": property, "@container": "@language"}
    if form == "id":
        return {"@id": property, "@type": "@id"}
    return {"@id": property, "@type": DATATYPES[form]} if form in DATATYPES else {"@id": property}


_TERMS: Final = _terms()
_CLASSES: Final = _names(
    dict.fromkeys(
        [type for types in TYPES.values() for type in types]
        + [row.range for row in FIELDS if row.range]
        + [HYDRA.PartialCollectionView, HYDRA.PagedCollection]
    )
)
CONTEXT: Final[Mapping[str, Any]] = {
    "@version": 1.1,
    **{name: _definition(property, form) for property, (name, form) in _TERMS.items()},
    **{name: cls for cls, name in _CLASSES.items()},
}
_CLASSES_BY_NAME: Final = {name: cls for cls, name in _CLASSES.items()}
Node = dict[str, Any]


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
        name, put = _KEYS.get(predicate) or (predicate[1:-1], _put_any)
        put(node, name, predicate, terms, nesting, depth)
    return node


# -- values: short where the term's definition says the rest, else as value objects, or under the property's IRI


def _put_types(node: Node, name: str, predicate: str, terms: Iterable[str], nesting: "Nesting", depth: int) -> None:
    names = [_CLASSES.get(term[1:-1]) or _named(term, nesting) for term in terms if term[0] != '"']
    node["@type"] = names[0] if len(names) == 1 else names


def _put_iris(node: Node, name: str, predicate: str, terms: Iterable[str], nesting: "Nesting", depth: int) -> None:
    values = [term[1:-1] if term[0] == "<" else _value(term, nesting, depth, "@id") for term in terms]
    node[name] = values[0] if len(values) == 1 else values


def _put_text(node: Node, name: str, predicate: str, terms: Iterable[str], nesting: "Nesting", depth: int) -> None:
    words: dict[str, Any] = {}
    for term in terms:
        if term[0] != '"' or term[-1] == ">":
            _append(node, predicate[1:-1], _value(term, nesting, depth))
        elif term[-1] == '"':
            _append(words, "@none", unescaped(term[1:-1]))
        else:
            end = term.rindex('"')
            _append(words, term[end + 2 :], unescaped(term[1:end]))
    if words:
        node[name] = words


def _put_typed(node: Node, name: str, predicate: str, terms: Iterable[str], nesting: "Nesting", depth: int) -> None:
    ending = _ENDINGS[predicate]
    for term in terms:
        short = term.endswith(ending)
        _append(node, name, unescaped(term[1 : -len(ending)]) if short else _value(term, nesting, depth))


def _put_any(node: Node, name: str, predicate: str, terms: Iterable[str], nesting: "Nesting", depth: int) -> None:
    for term in terms:
        _append(node, name, unescaped(term[1:-1]) if term[-1] == '"' else _value(term, nesting, depth))


def _value(term: str, nesting: "Nesting", depth: int, key: str = "") -> Any:
    """A value in full; `key` @id: it stands where an IRI is expected, and a label will do."""
    if term[0] == "<":
        return {"@id": term[1:-1]}
    if term[0] == "_":
        if nesting.nested(term, depth):
            return _node(nesting, term, depth + 1, False)
        return nesting.name(term) if key else {"@id": nesting.name(term)}
    words, tag, datatype = parts(term)
    if tag:
        return {"@value": words, "@language": tag}
    return {"@value": words, "@type": datatype} if datatype else {"@value": words}


def _named(term: str, nesting: "Nesting") -> str:
    return term[1:-1] if term[0] == "<" else nesting.name(term)


def _append(node: Node, key: str, value: Any) -> None:
    known = node.get(key)
    if known is None:
        node[key] = value
    elif isinstance(known, list):
        known.append(value)
    else:
        node[key] = [known, value]


def _putter(form: str) -> Callable[..., None]:
    if form == "id":
        return _put_iris
    if form in ("text", "words"):
        return _put_text
    return _put_typed if form in DATATYPES else _put_any


_KEYS: Final = {f"<{property}>": (name, _putter(form)) for property, (name, form) in _TERMS.items()} | {
    TYPE: ("@type", _put_types)
}
_ENDINGS: Final = {
    f"<{property}>": f'"^^<{DATATYPES[form]}>' for property, (_, form) in _TERMS.items() if form in DATATYPES
}
