"""Replaces the JSON-LD contexts of others before parsing, because nothing is fetched.

Entry point: `without_foreign_contexts`.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple

from registry.errors import SourceError
from registry.model.message import message
from registry.rdf.jsonld import CLASSES_BY_NAME, TERMS, definition
from registry.rdf.xml_guard import TOO_DEEP
from registry.syntax_errors import FLATTER, unreadable
from vocab.kinds import KIND_ROWS
from vocab.language_tags import are_known
from vocab.namespaces import PREFIXES, XSD, iri

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
MAX_CONTEXT_DEPTH: Final = 20  # contexts inside contexts
MAX_CONTEXTS: Final = 10_000  # addresses of contexts in one document; each is replaced by some thousand bytes
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
_TEXTS: Final = {name for name, form in TERMS.values() if form in ("text", "words")} | {"preferredLabel", "tag"}

_LOCAL_NAME: Final = re.compile(r"[/#:]")
THING_NAMES: Final = frozenset(
    _LOCAL_NAME.split(type)[-1]
    for name, row in KIND_ROWS.items()
    if name != "organization"
    for type in (row.types[0], *row.also_read)
)


@cache
def _dcat_ap_context() -> Mapping[str, Any]:
    """The terms of the contexts of DCAT-AP 2 and 3: `title` and `Dataset.title`."""
    terms = {name: definition(property, "id" if form == "id" else "") for property, (name, form) in TERMS.items()}
    by_property = {property: form for property, (_, form) in TERMS.items()}
    for name, short in _DCAT_AP.items():
        terms[name] = definition(iri(short), "id" if by_property.get(iri(short), "id") == "id" else "")
    classes = CLASSES_BY_NAME | {name: iri(short) for name, short in _DCAT_AP.items() if name[0].isupper()}
    dotted = {f"{cls}.{name}": term for cls in _CLASS_NAMES for name, term in terms.items() if not name[0].isupper()}
    return {**terms, **dotted, **classes}


class Replaced(NamedTuple):
    """A document for the parser, and how many things it describes by `@type`: the parser may not lose one."""

    document: Any
    things: int


def without_foreign_contexts(document: Any, where: str, depth: int) -> Replaced:
    """The document with the terms of known contexts in place of their addresses; its language maps become values, and
    numbers with a fraction decimals.

    Raises SourceError for any other remote context (nothing is fetched) and for a document nested deeper than `depth`.
    """
    context = document.get("@context") if isinstance(document, dict) else None
    named = context if isinstance(context, list) else [context]
    walk = _Walk(where, any(isinstance(part, str) and _is_known(part) for part in named))
    replaced = walk.replaced(document, depth)
    return Replaced(replaced, len(walk.things))


def _is_known(address: str) -> bool:
    """Whether a context is one of DCAT-AP. The length is limited, because the pattern backtracks: its time grows with
    the square of the length."""
    return len(address) <= MAX_ADDRESS and _KNOWN.fullmatch(address.strip()) is not None


class _Walk:
    """Goes through one document. `maps`: it has a context with language maps; `type_keys`: the keys that mean `@type`;
    `json_keys`: those whose values are JSON and no RDF; `things`: `@id` of each described thing, or its number."""

    def __init__(self, where: str, maps: bool) -> None:
        self.where = where
        self.maps = maps
        self.type_keys = {"@type"}
        self.json_keys: set[str] = set()
        self.things: set[str | int] = set()
        self.contexts = 0  # addresses of contexts that were met

    def replaced(self, value: Any, depth: int) -> Any:
        if depth < 0:
            raise unreadable(self.where, TOO_DEEP, FLATTER)
        if isinstance(value, list):
            return [self.replaced(part, depth - 1) for part in value]
        if isinstance(value, float):
            return {"@value": _decimal(value), "@type": XSD.decimal}
        if not isinstance(value, dict):
            return value
        return _value_object(value) if "@value" in value else self.node(value, depth - 1)

    def node(self, value: dict[str, Any], depth: int) -> dict[str, Any]:
        changed = {"@context": self.context(value["@context"])} if "@context" in value else {}
        for key, part in value.items():
            if key == "@context":
                continue
            if key in self.json_keys:
                changed[key] = part
            elif self.maps and key.rpartition(".")[2] in _TEXTS and _is_language_map(part):
                changed[key] = _values_of_map(part)
            else:
                changed[key] = self.replaced(part, depth)
            if key in self.type_keys and len(value) > 2 and _names_thing(part):
                id = value.get("@id", value.get("id"))
                self.things.add(id if isinstance(id, str) else len(self.things))
        return changed

    def context(self, value: Any) -> Any:
        context = self.without_addresses(value, MAX_CONTEXT_DEPTH)
        for part in context if isinstance(context, list) else [context]:
            for key, term in part.items() if isinstance(part, Mapping) else ():
                name, type = (term.get("@id"), term.get("@type")) if isinstance(term, Mapping) else (term, None)
                if name == "@type":
                    self.type_keys.add(key)
                if type == "@json":
                    self.json_keys.add(key)
        return context

    def without_addresses(self, value: Any, depth: int) -> Any:
        """A context with the terms of those that are known in the place of their addresses. Raises SourceError for the
        addresses of others, and above our bounds."""
        if depth < 0:
            raise unreadable(self.where, message("elements-too-deep", limit=MAX_CONTEXT_DEPTH), FLATTER)
        if isinstance(value, list):
            return [self.without_addresses(part, depth - 1) for part in value[:100]]
        if isinstance(value, dict):
            return {key: self.definition(key, part, depth - 1) for key, part in value.items()}
        if not isinstance(value, str):
            return value
        self.contexts += 1
        if self.contexts > MAX_CONTEXTS:
            raise unreadable(self.where, message("contexts-too-many", limit=MAX_CONTEXTS), FLATTER)
        if len(value) <= MAX_ADDRESS and _SCHEMA_ORG.fullmatch(value.strip()):
            return _SCHEMA_CONTEXT
        if _is_known(value):
            return _dcat_ap_context()
        raise _refused(value, self.where)

    def definition(self, key: str, value: Any, depth: int) -> Any:
        """The definition of a term, which may have a context of its own. Raises SourceError for @import."""
        if key == "@import":
            raise _refused(str(value), self.where)
        if isinstance(value, dict) and "@context" in value:
            return {**value, "@context": self.without_addresses(value["@context"], depth)}
        return value


def _names_thing(types: Any) -> bool:
    """Whether one of the types is that of a dataset, service or other thing, by its local name."""
    names = types if isinstance(types, list) else [types]
    return any(isinstance(name, str) and _LOCAL_NAME.split(name.strip())[-1] in THING_NAMES for name in names)


def _values_of_map(texts_by_tag: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"@value": text} if tag == "@none" else {"@value": text, "@language": tag}
        for tag, texts in texts_by_tag.items()
        for text in (texts if isinstance(texts, list) else [texts])
    ]


def _value_object(value: dict[str, Any]) -> dict[str, Any]:
    """A value object, with a number with a fraction as the decimal that was written: JSON-LD would make it 2.5E0."""
    number = value["@value"]
    if not isinstance(number, float) or value.get("@type") == "@json":
        return value
    return {"@type": XSD.decimal, **value, "@value": _decimal(number)}


def _decimal(number: float) -> str:
    return format(Decimal(repr(number)), "f")


def _is_language_map(value: Any) -> bool:
    """Whether a value is words by language tag: `{"de": "Radwege", "en": ["cycle paths"]}`."""
    if not isinstance(value, dict) or not value:
        return False
    texts = [text for texts in value.values() for text in (texts if isinstance(texts, list) else [texts])]
    tags = [tag for tag in value if tag != "@none"]
    return (not tags or are_known(tags)) and all(isinstance(text, str) for text in texts)


def _refused(address: str, where: str) -> SourceError:
    return unreadable(where, message("context-foreign", url=address[:300]), message("ask-inline-context"))
