"""The facets of the search, one row each: name, values, how they are taken from a record, how they are shown.

`FACETS` is the only list of facets, in the order of parameters in addresses and API document. Its rows define the
fields of both search indexes, the filters of pages, API, feed and command line, counts, labels of values, the groups
of the search page and the parameters in the API document. Raise INDEX_VERSION when you add or change a row: the next
`sync` rebuilds an index of another version.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from registry.model import Agent, Metadata, Record
from registry.model.text import in_language
from registry.search.analysis import clean, name_key
from vocab.concepts import Concept, ConceptList, concept_list
from vocab.formats import file_type
from vocab.licences import licence
from vocab.match import district, districts_in, phase, theme
from vocab.values import year_of

INDEX_VERSION: Final = 2  # raised with every change of this table, of the other fields of an entry, of the analysis
MAX_KEY: Final = 200  # characters of a facet value, of a key to sort by
MAX_YEARS: Final = 250  # of one period; a longer one counts with its first and last year

Districts = ConceptList | None  # the city's own list, whose notations are the values of `district`
ValuesOf = Callable[[Record, Districts], Iterable[str]]


class Counted(NamedTuple):
    """Another field of the index that is counted in place of a facet's values, to count faster or to carry labels."""

    field: str
    values_of: ValuesOf


class Facet(NamedTuple):
    """A filter of the search.

    `values`: what a value is, and so where its label comes from: the name of a kind, a notation of the controlled list
    `list` or of the city's districts, the id of a record, the name of a source, a year.
    """

    name: str
    label: Mapping[str, str]  # "de", "en"
    values: Literal["kinds", "list", "districts", "records", "sources", "years"]
    values_of: ValuesOf
    example: str  # a value, for the API document
    order: int  # among the groups of the search page; 0: no group there
    list: str = ""
    counted: Counted | None = None
    only_kind: str = ""  # the only kind of thing whose lists show the group; "": all
    in_text: Literal["", "values", "labels"] = ""  # what is added to the searched text of a record

    @property
    def counted_field(self) -> str:
        return self.counted.field if self.counted else self.name


# -- how a record gives its values


def _kinds(record: Record, districts: Districts) -> Iterable[str]:
    return (record.kind,)


def _sources(record: Record, districts: Districts) -> Iterable[str]:
    return (record.origin.source,) if record.origin else ()


def _themes(record: Record, districts: Districts) -> Iterable[str]:
    concepts = (_concept("themes", iri) or theme(iri) for iri in record.metadata.themes)
    return (concept.notation for concept in concepts if concept)


def _phases(record: Record, districts: Districts) -> Iterable[str]:
    given = record.metadata.phase
    concept = (_concept("phases", given) or phase(given)) if given else None
    return (concept.notation,) if concept else ()


def _licences(record: Record, districts: Districts) -> Iterator[str]:
    for iri in (record.metadata.licence, *(distribution.licence for distribution in record.metadata.distributions)):
        if iri and (concept := _concept("licences", iri) or licence(iri)):
            yield concept.notation


def _formats(record: Record, districts: Districts) -> Iterator[str]:
    for distribution in record.metadata.distributions:
        url = distribution.download_url or distribution.access_url
        yield from _format(distribution.format, distribution.media_type, url)
    for iri in record.metadata.formats:
        yield from _format(iri)


def _format(iri: str, media_type: str = "", url: str = "") -> Iterator[str]:
    concept = _concept("file-types", iri)
    if concept is None and (match := file_type(iri, media_type, url)):
        concept = match.concept
    if concept:
        yield concept.notation


def _districts(record: Record, districts: Districts) -> Iterator[str]:
    """The districts that a place of the record is, or that its name mentions."""
    if districts is None:
        return
    for location in record.metadata.places:
        for name in (location.iri, *location.name.values()):
            concept = (districts.get(name) or district(name, districts)) if name else None
            yield from (hit.notation for hit in ((concept,) if concept else districts_in(name, districts)))


def _concept(name: str, key: str) -> Concept | None:
    return concept_list(name).get(key) if key else None


# -- publishers


def publisher_value(agent: Agent) -> str:
    """The value of the facet `publisher`: the id of the organization's record, else the folded name; "" if the agent
    has neither name nor IRI."""
    name = _called(agent)
    return agent.id or (name_key(name)[:MAX_KEY] if name else "")


def _called(agent: Agent) -> str:
    """The agent's name in German or another language, else its IRI; "" if it has neither."""
    return in_language(agent.name, "de") or ("" if agent.iri.startswith("_:") else agent.iri)


def named_publisher(agent: Agent) -> str:
    """`publisher_value` and, after a tab, the name if no record has it: so a count carries its own label."""
    return f"{publisher_value(agent)}\t{'' if agent.id else clean(_called(agent))[:MAX_KEY]}"


def _publishers(record: Record, districts: Districts) -> Iterable[str]:
    """The publisher's value and its IRI: both can be filtered by, only the value is counted."""
    agent = record.metadata.publisher
    if agent is None:
        return ()
    iri = "" if agent.iri.startswith("_:") else agent.iri[:MAX_KEY]
    return filter(None, (publisher_value(agent), iri))


def _named_publishers(record: Record, districts: Districts) -> Iterable[str]:
    agent = record.metadata.publisher
    named = named_publisher(agent) if agent else ""
    return (named,) if named and not named.startswith("\t") else ()  # before the tab: its value


# -- years


def _years(record: Record, districts: Districts) -> Iterable[str]:
    return (str(year) for first, last in _periods(record.metadata) for year in range(first, last + 1))


def _year_ranges(record: Record, districts: Districts) -> Iterable[str]:
    """Ranges such as "2019-2021": counting one range is many times faster than counting each of its years."""
    return (f"{first}-{last}" for first, last in _periods(record.metadata))


def _periods(metadata: Metadata) -> tuple[tuple[int, int], ...]:
    """First and last year of each period, else of the event, else the year of issue; () if there is none."""
    spans = [(_year(period.start), _year(period.end)) for period in metadata.periods]
    if not any(map(any, spans)):
        return _span(metadata, _year(metadata.starts), _year(metadata.ends))
    return tuple(dict.fromkeys(part for span in spans if any(span) for part in _span(metadata, *span)))


def _span(metadata: Metadata, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """A period without an end lasts until the last change; one longer than MAX_YEARS gives its first and last year."""
    if not (start or end):
        start = end = _year(metadata.issued)
    last = end or max(_year(metadata.modified), start)
    first = min(start or last, last)
    if not last:
        return ()
    return ((first, last),) if last - first < MAX_YEARS else ((first, first), (last, last))


@lru_cache(4096)  # the same few dates in most records of a source
def _year(value: str) -> int:
    """The year of a date, 0 if there is none or it has not four digits, as in "-0012"."""
    year = year_of(value)
    return year if 0 < year < 10_000 else 0


# -- the table


def _both(de: str, en: str) -> Mapping[str, str]:
    return {"de": de, "en": en}


_ROWS: Final = (
    Facet("kind", _both("Art", "Kind"), "kinds", _kinds, "dataset", order=0),
    Facet("theme", _both("Thema", "Topic"), "list", _themes, "ENVI", order=1, list="themes", in_text="labels"),
    Facet("publisher", _both("Organisation", "Organization"), "records", _publishers, "umweltamt", order=6,
          counted=Counted("publishers", _named_publishers)),
    Facet("district", _both("Stadtteil", "District"), "districts", _districts, "bahnstadt", order=2,
          in_text="labels"),
    Facet("format", _both("Format", "Format"), "list", _formats, "CSV", order=3, list="file-types",
          in_text="values"),
    Facet("licence", _both("Lizenz", "Licence"), "list", _licences, "dl-by-de/2.0", order=5, list="licences"),
    Facet("phase", _both("Projektphase", "Project phase"), "list", _phases, "umsetzung", order=4, list="phases",
          only_kind="project"),
    Facet("source", _both("Quelle", "Source"), "sources", _sources, "stadtwerke", order=8),
    Facet("year", _both("Jahr", "Year"), "years", _years, "2026", order=7, counted=Counted("years", _year_ranges)),
)  # fmt: skip
FACETS: Final[Mapping[str, Facet]] = MappingProxyType({row.name: row for row in _ROWS})
COUNTED: Final[tuple[Counted, ...]] = tuple(row.counted for row in _ROWS if row.counted)


def value_list(facet: Facet, districts: Districts) -> ConceptList | None:
    """The list whose notations are the values of a facet; None for a facet with other values."""
    return concept_list(facet.list) if facet.list else districts if facet.values == "districts" else None
