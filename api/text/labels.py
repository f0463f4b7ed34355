"""The words for facet values in German and English, for pages, API and command line alike."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from api.web.addresses import Lang
from registry import rules
from registry.catalog import Catalog
from registry.city import City
from registry.model import DATA, Source, Text
from registry.model.text import in_language
from vocab.concepts import LISTS as CONCEPT_LISTS
from vocab.concepts import Concept, ConceptList, concept_list, load

# the list whose notations are the values of a facet
LISTS: Final[Mapping[str, str]] = {
    "theme": "themes",
    "format": "file-types",
    "licence": "licences",
    "phase": "phases",
}
KINDS: Final[Mapping[str, Text]] = {
    "dataset": {"de": "Datensätze", "en": "Datasets"},
    "series": {"de": "Datenserien", "en": "Dataset series"},
    "service": {"de": "Datendienste", "en": "Data services"},
    "project": {"de": "Projekte", "en": "Projects"},
    "organization": {"de": "Organisationen", "en": "Organizations"},
    "event": {"de": "Veranstaltungen", "en": "Events"},
    "publicservice": {"de": "Leistungen", "en": "Public services"},
}


def both(text: Text) -> Text:
    """A text in German and English; a language that is missing takes the words of another."""
    return {lang: in_language(text, lang) for lang in ("de", "en")}


def labels(
    catalog: Catalog, city: City, sources: Iterable[Source], facet: str, values: Collection[str]
) -> Mapping[str, Text]:
    """The label of each value of a facet; one without words has none here (`Count.label` may have a name)."""
    if facet == "kind":
        known: Mapping[str, Text] = KINDS
    elif facet == "publisher":
        known = {id: both(record.metadata.title) for id, record in catalog.store.get_many(values).items()}
    elif facet == "source":
        known = {source.name: {"de": source.title, "en": source.title} for source in sources if source.title}
    elif facet == "district" and (listed := districts(city)):
        known = _of_list(listed, values)
    elif facet in LISTS:
        known = _of_list(concept_list(LISTS[facet]), values)
    else:
        known = {}
    return known


def _of_list(concepts: ConceptList, values: Iterable[str]) -> Mapping[str, Text]:
    found = ((value, concepts.get(value)) for value in values)
    return {value: dict(concept.labels) for value, concept in found if concept}


def districts(city: City) -> ConceptList | None:
    """The city's own list, if it has one."""
    return _districts(city.districts) if city.districts else None


@lru_cache(maxsize=8)
def _districts(path: Path) -> ConceptList:
    return load(path)


def concept(iri: str) -> Concept | None:
    """The concept of any of our lists with this IRI."""
    return _every_concept().get(iri)


@cache
def _every_concept() -> Mapping[str, Concept]:
    return {one.iri: one for name in CONCEPT_LISTS for one in concept_list(name)}


def _area(kind: str | None) -> str:
    return "dataset" if kind in DATA else kind or ""


def finding_words(rule: str, lang: Lang) -> tuple[str, str]:
    """Sentence and remedy of a rule."""
    message, remedy = rules.said(rule)
    return message[lang], remedy.get(lang, "")
