"""The labels of facet values in German and English, for pages, API and command line."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from api.web.addresses import Lang
from registry import rules
from registry.catalog import Catalog
from registry.city import City
from registry.model import DCAT_KINDS, Place, Position, Source, Text
from registry.model.text import in_language, shortened_text
from registry.search.facets import FACETS, value_list
from vocab.concepts import LISTS as CONCEPT_LISTS
from vocab.concepts import Concept, ConceptList, concept_list, load
from vocab.kinds import KIND_ROWS
from vocab.match import district


def both(text: Text) -> Text:
    """A text in German and English; a missing language gets the text of the other."""
    return {lang: in_language(text, lang) for lang in ("de", "en")}


def labels(
    catalog: Catalog, city: City, sources: Iterable[Source], facet: str, values: Collection[str]
) -> Mapping[str, Text]:
    """Value -> label by language; values without a known label are missing (`Count.label` may have a name)."""
    row = FACETS[facet]
    if row.values == "kinds":
        return {name: kind.plural for name, kind in KIND_ROWS.items()}
    if row.values == "records":
        return _titles_of(catalog, values)
    if row.values == "sources":
        return {source.name: {"de": source.title, "en": source.title} for source in sources if source.title}
    concepts = value_list(row, districts(city))
    return _of_list(concepts, values) if concepts else {}


def _titles_of(catalog: Catalog, ids: Collection[str]) -> Mapping[str, Text]:
    """Id -> title of those that are records. They are read once for each state of the index: each search names the same
    organizations."""
    titles = _titles(catalog, catalog.index.position())
    missing = [id for id in ids if id not in titles]
    if missing:
        records = catalog.store.get_many(missing)
        titles |= {id: both(shortened_text(records[id].metadata.title)) if id in records else {} for id in missing}
    return {id: title for id in ids if (title := titles[id])}


@lru_cache(maxsize=4)
def _titles(catalog: Catalog, position: Position | None) -> dict[str, Text]:
    """The titles that were read since the index reached a position; an empty one for an id that is no record."""
    return {}


def _of_list(concepts: ConceptList, values: Iterable[str]) -> Mapping[str, Text]:
    by_notation = _labels_in(concepts)
    return {value: by_notation[concept.notation] for value in values if (concept := concepts.get(value))}


@lru_cache(maxsize=64)
def _labels_in(concepts: ConceptList) -> Mapping[str, Text]:
    return {concept.notation: dict(concept.labels) for concept in concepts}


def districts(city: City) -> ConceptList | None:
    """The city's own list, if it has one; looked for once."""
    return _districts(city.folder)


@lru_cache(maxsize=8)
def _districts(folder: Path) -> ConceptList | None:
    path = City(folder=folder).districts
    return load(path) if path else None


def district_of(place: Place, districts: ConceptList | None) -> Concept | None:
    """The district that a place is, by its IRI or one of its names."""
    names = (place.iri, *place.name.values()) if districts else ()
    return next((concept for name in names if name and districts and (concept := district(name, districts))), None)


def concept(iri: str) -> Concept | None:
    """The concept of any of our lists with this IRI."""
    return _every_concept().get(iri)


@cache
def _every_concept() -> Mapping[str, Concept]:
    return {entry.iri: entry for name in CONCEPT_LISTS for entry in concept_list(name)}


def area(kind: str | None) -> str:
    """The entry of the main navigation for a kind; "" for none."""
    return "dataset" if kind in DCAT_KINDS else kind or ""


def finding_words(rule: str, lang: Lang) -> tuple[str, str]:
    """Message and remedy of a rule in that language."""
    message, remedy = rules.rule_texts(rule)
    return message[lang], remedy.get(lang, "")
