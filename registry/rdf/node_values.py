"""What a described node stands for where a row expects a value: a concept, a vCard value, an instant of OWL Time, a
shape of GeoSPARQL.

Entry points: `concept_of_node`, `labels`, `date_of_instant`, `shape_of_term`, `VALUE_PROPERTIES`. Nothing is guessed:
of several names that mean different concepts none counts.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from registry.rdf.repairs import concept_named
from registry.rdf.terms import TYPE, date_type, literal_parts, text_of
from vocab import geometry, values
from vocab.concepts import concept_list
from vocab.fields import Field
from vocab.licences import agreed
from vocab.namespaces import DCT, FOAF, PREFIXES, RDF, RDFS, SCHEMA, SKOS

Pair = tuple[str, str]  # predicate and object

_LABELS: Final = tuple(f"<{name}>" for name in (RDFS.label, RDF.value, SKOS.prefLabel, SKOS.notation, DCT.title))
_OWL: Final = PREFIXES["owl"]
_VCARD: Final = PREFIXES["vcard"]
_TIME: Final = PREFIXES["time"]
_NAMES: Final = frozenset(  # of a concept: titles, codes, pages, other IRIs of it
    (
        *_LABELS,
        *(
            f"<{name}>"
            for name in (DCT.identifier, DCT.source, FOAF.name, FOAF.page, FOAF.homepage, RDFS.seeAlso, SKOS.altLabel)
        ),
        *(f"<{name}>" for name in (SKOS.exactMatch, SCHEMA.url, SCHEMA.name, SCHEMA.sameAs, f"{_OWL}sameAs")),
    )
)
VALUE_PROPERTIES: Final = frozenset((f"<{_VCARD}hasValue>", f"<{_VCARD}value>", f"<{RDF.value}>"))
OWL_TIME_ENDS: Final[Mapping[str, str]] = {f"<{_TIME}hasBeginning>": "start", f"<{_TIME}hasEnd>": "end"}
OWL_TIME_DATES: Final = tuple(
    f"<{_TIME}{name}>"
    for name in ("inXSDDate", "inXSDDateTimeStamp", "inXSDDateTime", "inXSDgYearMonth", "inXSDgYear", "inDateTime")
)

LOCN_GEOMETRY: Final = f"<{PREFIXES['locn']}geometry>"
HAS_GEOMETRY: Final = f"<{PREFIXES['geo']}hasGeometry>"
_AS_SHAPE: Final = tuple(f"<{PREFIXES['geo']}{name}>" for name in ("asWKT", "asGeoJSON"))  # best first


def shape_of_term(term: str, about: Iterable[Pair]) -> str | None:
    """The WKT, in longitude and latitude, of a literal or of a geometry node with these statements; None if it cannot
    be read."""
    if term[0] == '"':
        shape = geometry.shape(literal_parts(term).text)
        return geometry.wkt(shape) if shape else None
    statements = list(about)
    literals = [value for name in _AS_SHAPE for predicate, value in statements if predicate == name and value[0] == '"']
    return next(filter(None, (shape_of_term(value, ()) for value in literals)), None)


def labels(about: list[Pair]) -> list[str]:
    """The literals of a blank node that only names something, such as `dct:format [ a dct:IMT ; rdfs:label "CSV" ]`;
    [] for any other node."""
    statements = [(predicate, term) for predicate, term in about if predicate != TYPE]
    named = all(predicate in _LABELS and term[0] == '"' for predicate, term in statements)
    return [term for name in _LABELS for predicate, term in statements if predicate == name] if named else []


def name_of_node(about: Iterable[Pair]) -> str:
    """The first literal that names a node, as a term; "" if it has none."""
    return next((term for predicate, term in sorted(about) if predicate in _NAMES and term[0] == '"'), "")


def concept_of_node(row: Field, about: Iterable[Pair]) -> str | None:
    """The IRI of the concept that titles, codes, pages and matches of a node name together, else None."""
    texts = [text_of(term) for predicate, term in about if predicate in _NAMES and term[0] != "_"]
    concepts = list(dict.fromkeys(iri for text in texts if (iri := concept_named(row, text))))
    if len(concepts) > 1 and row.values == "licences":
        by_iri = concept_list("licences").by_iri
        licence = agreed([by_iri[iri] for iri in concepts])
        return licence.iri if licence else None
    return concepts[0] if len(concepts) == 1 else None


def date_of_instant(about: Iterable[Pair]) -> str | None:
    """The date of a time:Instant, the most exact where it has several."""
    by_property = dict(about)
    for name in OWL_TIME_DATES:
        term = by_property.get(name, "")
        if term[:1] == '"':
            read = values.date(literal_parts(term).text)
            if read and date_type(read.value):
                return str(read.value)
    return None
