"""Statements about things that are only referred to: their type, and the labels of concepts of our lists."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from registry.rdf.terms import TYPE, iri_term, literal
from vocab.concepts import LISTS, Concept, concept_list, split_values
from vocab.namespaces import DCT, EU, SKOS, VOC

Triple = tuple[str, str, str]

HVD_SCHEME: Final = "http://data.europa.eu/bna/asd487ae75"
LICENCE_TYPES: Final = "http://purl.org/adms/licencetype/"

# List -> IRI of its concept scheme, title in German and in English.
SCHEMES: Final[Mapping[str, tuple[str, str, str]]] = {
    "access-rights": (EU["access-right"], "Zugang", "Access right"),
    "aggregates": (VOC + "aggregate", "Art der Werte einer Spalte", "Kind of values of a column"),
    "availability": (EU["planned-availability"], "Geplante Verfügbarkeit", "Planned availability"),
    "budget-states": (VOC + "budget-state", "Stand der Kosten", "State of a budget"),
    "contributors": ("http://dcat-ap.de/def/contributors", "Datenbereitsteller", "Data providers"),
    "dataset-types": (EU["dataset-type"], "Art des Datensatzes", "Dataset type"),
    "distribution-status": (EU["distribution-status"], "Status der Distribution", "Distribution status"),
    "file-types": (EU["file-type"], "Dateiformat", "File type"),
    "frequencies": (EU["frequency"], "Aktualisierungsrhythmus", "Frequency"),
    "hvd-categories": (HVD_SCHEME, "Hochwertige Datensätze", "High-value dataset categories"),
    "languages": (EU["language"], "Sprache", "Language"),
    "licences": ("http://dcat-ap.de/def/licenses", "Lizenzen", "Licences"),
    "opportunities": (VOC + "opportunity", "Möglichkeiten mitzumachen", "Opportunities to take part"),
    "organization-kinds": (VOC + "organization-kind", "Art der Organisation", "Kind of organization"),
    "phases": (VOC + "phase", "Phase eines Projekts", "Phase of a project"),
    "political-geocoding-levels": (
        "http://dcat-ap.de/def/politicalGeocoding/Level", "Verwaltungsebene", "Administrative level"
    ),
    "publisher-types": ("http://purl.org/adms/publishertype/1.0", "Ebene der Stelle", "Publisher type"),
    "roles": (VOC + "role", "Rolle in einem Projekt", "Role in a project"),
    "themes": (EU["data-theme"], "Datenthemen", "Data theme"),
}  # fmt: skip
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PREDICATES: Final = {name: iri_term(SKOS[name]) for name in ("prefLabel", "inScheme", "exactMatch")}


@cache
def _concepts() -> Mapping[str, tuple[Concept, str]]:
    """IRI -> concept and its scheme ("" = none)."""
    return {concept.iri: (concept, SCHEMES.get(name, ("",))[0]) for name in LISTS for concept in concept_list(name)}


@cache
def _schemes() -> Mapping[str, tuple[str, str]]:
    return {scheme: (de, en) for scheme, de, en in SCHEMES.values()}


def is_known(term: str) -> bool:
    """Whether a term is the IRI of a concept of our lists, of their schemes or of a kind of licence."""
    about = term[1:-1]
    return about in _concepts() or about in _schemes() or about.startswith(LICENCE_TYPES)


@lru_cache(8192)
def reference_statements(term: str, range: str) -> tuple[Triple, ...]:
    """The statements about a reference, which the property expects to be of the class `range`. A concept that is in no
    list gets no type: a skos:Concept without a label is invalid."""
    entry = _concepts().get(term[1:-1])
    typed = ((term, TYPE, f"<{range}>"),)
    if range == SKOS.Concept:
        return typed + _labels(term, *entry) if entry else ()
    if range == SKOS.ConceptScheme:
        titles = _schemes().get(term[1:-1])
        if not titles:
            return ()
        return (
            *typed,
            *((term, iri_term(DCT.title), literal(*title)) for title in zip(titles, ("de", "en"), strict=True)),
        )
    if range == DCT.LicenseDocument and entry:
        return typed + _licence(term, entry[0])
    return typed


def _labels(term: str, concept: Concept, scheme: str) -> tuple[Triple, ...]:
    labels = tuple((term, _PREDICATES["prefLabel"], literal(label, tag)) for tag, label in concept.labels.items())
    return (*labels, (term, _PREDICATES["inScheme"], iri_term(scheme))) if scheme else labels


def _licence(term: str, licence: Concept) -> tuple[Triple, ...]:
    """The kinds of a licence, and the EU licence that is the same (DCAT-AP HVD asks for it)."""
    statements = [(term, _PREDICATES["exactMatch"], iri_term(match)) for match in licence.matches]
    for kind in split_values(licence.extra.get("type", "")):
        name = _CAPITAL.sub(" ", kind.removeprefix(LICENCE_TYPES)).capitalize()
        statements += [
            (term, iri_term(DCT.type), iri_term(kind)),
            (iri_term(kind), TYPE, iri_term(SKOS.Concept)),
            (iri_term(kind), _PREDICATES["prefLabel"], literal(name, "en")),
            (iri_term(kind), _PREDICATES["inScheme"], iri_term(LICENCE_TYPES + "1.0")),
        ]
    return tuple(statements)
