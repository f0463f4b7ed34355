"""Our own JSON-LD context and compaction, made from the rows; known contexts of others are replaced before parsing.

Our context has terms only and no prefixes: `geo` as a prefix would make something else of an IRI like `geo:49.4,8.7`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from registry.errors import SourceError
from registry.rdf_syntax import FLATTER, unreadable
from registry.rdf_xml import DEEP
from registry.terms import TYPE, parts, unescaped
from vocab.fields import FIELDS, TYPES
from vocab.namespaces import DCT, FOAF, HYDRA, PREFIXES, RDFS, SKOS, XSD, curie, iri

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
    return {"@id": property, "@type": _DATATYPES[form]} if form in _DATATYPES else {"@id": property}


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
    return _put_typed if form in _DATATYPES else _put_any


_KEYS: Final = {f"<{property}>": (name, _putter(form)) for property, (name, form) in _TERMS.items()} | {
    TYPE: ("@type", _put_types)
}
_ENDINGS: Final = {
    f"<{property}>": f'"^^<{_DATATYPES[form]}>' for property, (_, form) in _TERMS.items() if form in _DATATYPES
}


# -- contexts of others

# Names in the contexts of DCAT-AP 2 and 3 that are not the local names of their properties and classes.
_DCAT_AP: Final = {
    "accessUrl": "dcat:accessURL", "applicationProfile": "dct:conformsTo", "beginning": "time:hasBeginning",
    "boundingBox": "dcat:bbox", "catalogue": "dcat:catalog", "category": "dcat:theme", "changeType": "adms:status",
    "compressionFormat": "dcat:compressFormat", "datasetDistribution": "dcat:distribution",
    "documentation": "foaf:page", "downloadUrl": "dcat:downloadURL", "end": "time:hasEnd",
    "endpointUrl": "dcat:endpointURL", "frequency": "dct:accrualPeriodicity", "geographic": "dct:spatial",
    "geographicalCoverage": "dct:spatial", "licence": "dct:license", "licenceType": "dct:type",
    "linkedSchemas": "dct:conformsTo", "listingDate": "dct:issued", "modificationDate": "dct:modified",
    "otherIdentifier": "adms:identifier", "packagingFormat": "dcat:packageFormat", "preferredLabel": "skos:prefLabel",
    "relatedResource": "dct:relation", "releaseDate": "dct:issued", "sourceMetadata": "dct:source",
    "spatialResolution": "dcat:spatialResolutionInMeters", "tag": "dcat:keyword", "temporalCoverage": "dct:temporal",
    "themes": "dcat:themeTaxonomy", "updateDate": "dct:modified",
    "Catalogue": "dcat:Catalog", "CatalogueRecord": "dcat:CatalogRecord", "CataloguedResource": "dcat:Resource",
    "Category": "skos:Concept", "CategoryScheme": "skos:ConceptScheme", "ConceptScheme": "skos:ConceptScheme",
    "LicenceDocument": "dct:LicenseDocument", "PublisherType": "skos:Concept", "Status": "skos:Concept",
    "TimeInstant": "time:Instant",
}  # fmt: skip
_CLASS_NAMES: Final = ("Agent", "Attribution", "Catalogue", "CatalogueRecord", "Checksum", "Concept", "DataService",
                       "Dataset", "DatasetSeries", "Distribution", "Identifier", "Kind", "LicenceDocument", "Location",
                       "PeriodOfTime", "Relationship")  # fmt: skip
MAX_ADDRESS: Final = 500  # characters of a context's address
_KNOWN: Final = re.compile(
    r"https?://(?:semiceu\.github\.io/.*(?:context|dcat-ap)[\w.-]*\.jsonld"
    r"|(?:raw\.githubusercontent\.com|joinup\.ec\.europa\.eu|data\.europa\.eu)/.*dcat-ap[\w./-]*\.jsonld"
    r"|data\.europa\.eu/r5r/?[\w./-]*)", re.IGNORECASE
)  # fmt: skip
_SCHEMA_ORG: Final = re.compile(r"https?://(?:www\.)?schema\.org/?(?:docs/jsonldcontext\.jsonld?)?", re.IGNORECASE)
_SCHEMA_CONTEXT: Final[Mapping[str, Any]] = {
    "@vocab": PREFIXES["schema"], "id": "@id", "type": "@type",
    **{name: {"@id": PREFIXES["schema"] + name, "@type": "@id"} for name in ("url", "sameAs", "license", "contentUrl")},
}  # fmt: skip
_TEXTS: Final = {name for name, form in _TERMS.values() if form in ("text", "words")} | {"preferredLabel", "tag"}
_TAG = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*|@none")


@cache
def _dcat_ap_context() -> Mapping[str, Any]:
    """What the contexts of DCAT-AP 2 and 3 say, in both their manners: `title` and `Dataset.title`."""
    terms = {name: _definition(property, "id" if form == "id" else "") for property, (name, form) in _TERMS.items()}
    by_property = {property: form for property, (_, form) in _TERMS.items()}
    for name, short in _DCAT_AP.items():
        terms[name] = _definition(iri(short), "id" if by_property.get(iri(short), "id") == "id" else "")
    classes = _CLASSES_BY_NAME | {name: iri(short) for name, short in _DCAT_AP.items() if name[0].isupper()}
    dotted = {f"{cls}.{name}": term for cls in _CLASS_NAMES for name, term in terms.items() if not name[0].isupper()}
    return {**terms, **dotted, **classes}


def without_foreign_contexts(document: Any, where: str, depth: int) -> Any:
    """The document with known contexts of others replaced by what they say; language maps under them become values.

    Raises SourceError for any other remote context (nothing is fetched) and for a document nested deeper than `depth`.
    """
    context = document.get("@context") if isinstance(document, dict) else None
    named = context if isinstance(context, list) else [context]
    maps = any(isinstance(one, str) and _is_known(one) for one in named)
    return _cleared(document, where, depth, maps)


def _is_known(address: str) -> bool:
    """Whether a context is one of DCAT-AP; the pattern's time grows with the square of the length."""
    return len(address) <= MAX_ADDRESS and _KNOWN.fullmatch(address.strip()) is not None


def _cleared(value: Any, where: str, depth: int, maps: bool) -> Any:
    if depth < 0:
        raise unreadable(where, DEEP, FLATTER)
    if isinstance(value, list):
        return [_cleared(one, where, depth - 1, maps) for one in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for key, one in value.items():
        if key == "@context":
            changed[key] = _context(one, where)
        elif maps and key.rpartition(".")[2] in _TEXTS and _is_language_map(one):
            changed[key] = [
                {"@value": words} if tag == "@none" else {"@value": words, "@language": tag}
                for tag, several in one.items()
                for words in (several if isinstance(several, list) else [several])
            ]
        else:
            changed[key] = _cleared(one, where, depth - 1, maps)
    return changed


def _is_language_map(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(
            _TAG.fullmatch(tag) and all(isinstance(one, str) for one in (words if isinstance(words, list) else [words]))
            for tag, words in value.items()
        )
    )


def _context(value: Any, where: str) -> Any:
    if isinstance(value, list):
        return [_context(one, where) for one in value[:100]]
    if isinstance(value, dict):
        return {key: _inner(key, one, where) for key, one in value.items()}
    if not isinstance(value, str):
        return value
    if len(value) <= MAX_ADDRESS and _SCHEMA_ORG.fullmatch(value.strip()):
        return _SCHEMA_CONTEXT
    if _is_known(value):
        return _dcat_ap_context()
    raise _refused(value, where)


def _inner(key: str, value: Any, where: str) -> Any:
    """A term's definition, which may have a context of its own."""
    if key == "@import":
        raise _refused(str(value), where)
    if isinstance(value, dict) and "@context" in value:
        return {**value, "@context": _context(value["@context"], where)}
    return value


def _refused(address: str, where: str) -> SourceError:
    shown = address[:300]
    said = {
        "de": f"ihr Kontext {shown} müsste abgerufen werden, und das geschieht nicht",
        "en": f"its context {shown} would have to be fetched, and nothing is fetched",
    }
    remedy = {
        "de": "Bitten Sie die Quelle, den Kontext in die Datei zu schreiben.",
        "en": "Ask the source to put the context into the document.",
    }
    return unreadable(where, said, remedy)
