"""The facets of the search, a row each: names, which values they have, how a record gives them, how they are shown.

`FACETS` is the only list of them, in the order of addresses and documents. From its rows follow the fields of both
search indexes, the filters of pages, API, feed and command line, counts, labels of values, the groups of the search
page and the parameters in the API document. Raise INDEX_VERSION when you add or change a row: the next `sync` builds
an index of another version again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from registry.model import Agent, Metadata, Record
from registry.model.text import in_language
from registry.search.analysis import clean, name_key
from vocab.concepts import Concept, ConceptList, concept_list
from vocab.formats import file_type
from vocab.licences import licence
from vocab.match import district, districts_in, phase, theme

INDEX_VERSION: Final = 2  # raised with every change of this table, of the other fields of an entry, of the analysis
MAX_KEY: Final = 200  # characters of a facet value, of a key to sort by
MAX_YEARS: Final = 250  # of one period; a longer one counts with its first and last year
_YEAR: Final = re.compile(r"\d{4}(?!\d)")

Districts = ConceptList | None  # the city's own list, whose notations are the values of `district`
ValuesOf = Callable[[Record, Districts], Iterable[str]]


class Counted(NamedTuple):
    """What is counted instead of the values: a field of the index of its own, which holds fewer or longer words."""

    field: str
    values_of: ValuesOf


class Facet(NamedTuple):
    """A way to narrow a search.

    `values` says what a value is, and with that where its label comes from: the name of a kind, a notation of the
    controlled list `list` or of the city's districts, the id of a record, the name of a source, a year.
    """

    name: str
    label: Mapping[str, str]  # "de", "en"
    values: Literal["kinds", "list", "districts", "records", "sources", "years"]
    values_of: ValuesOf
    example: str  # a value, for the API document
    place: int  # among the groups of the search page; 0: none there
    list: str = ""
    counted: Counted | None = None
    only_kind: str = ""  # kind of thing whose lists show the group; "": all
    in_text: Literal["", "values", "labels"] = ""  # what the searched text of a record has of it

    @property
    def counted_field(self) -> str:
        return self.counted.field if self.counted else self.name


# -- how a record gives its values


def _kinds(record: Record, districts: Districts) -> Iterable[str]:
    return (record.kind,)


def _sources(record: Record, districts: Districts) -> Iterable[str]:
    return (record.origin.source,) if record.origin else ()


def _themes(record: Record, districts: Districts) -> Iterable[str]:
    found = (_concept("themes", iri) or theme(iri) for iri in record.metadata.themes)
    return (concept.notation for concept in found if concept)


def _phases(record: Record, districts: Districts) -> Iterable[str]:
    given = record.metadata.phase
    known = (_concept("phases", given) or phase(given)) if given else None
    return (known.notation,) if known else ()


def _licences(record: Record, districts: Districts) -> Iterator[str]:
    for iri in (record.metadata.licence, *(one.licence for one in record.metadata.distributions)):
        if iri and (known := _concept("licences", iri) or licence(iri)):
            yield known.notation


def _formats(record: Record, districts: Districts) -> Iterator[str]:
    for one in record.metadata.distributions:
        yield from _format(one.format, one.media_type, one.download_url or one.access_url)
    for iri in record.metadata.formats:
        yield from _format(iri)


def _format(iri: str, media_type: str = "", url: str = "") -> Iterator[str]:
    known = _concept("file-types", iri)
    if known is None and (found := file_type(iri, media_type, url)):
        known = found.concept
    if known:
        yield known.notation


def _districts(record: Record, districts: Districts) -> Iterator[str]:
    """Those that a place is, or that its name mentions."""
    if districts is None:
        return
    for place in record.metadata.places:
        for words in (place.iri, *place.name.values()):
            known = (districts.get(words) or district(words, districts)) if words else None
            yield from (hit.notation for hit in ((known,) if known else districts_in(words, districts)))


def _concept(name: str, key: str) -> Concept | None:
    return concept_list(name).get(key) if key else None


# -- publishers


def publisher_value(agent: Agent) -> str:
    """The value of the facet `publisher`: the id of a known organization, else the folded name; "" where there is
    neither name nor IRI."""
    name = _called(agent)
    return agent.id or (name_key(name)[:MAX_KEY] if name else "")


def _called(agent: Agent) -> str:
    """A blank label is no name."""
    return in_language(agent.name, "de") or ("" if agent.iri.startswith("_:") else agent.iri)


def named_publisher(agent: Agent) -> str:
    """The same with the name after a tab where no record has it, so that a count can be labelled without looking up."""
    return f"{publisher_value(agent)}\t{'' if agent.id else clean(_called(agent))[:MAX_KEY]}"


def _publishers(record: Record, districts: Districts) -> Iterable[str]:
    """The publisher's IRI is found too, but not counted."""
    agent = record.metadata.publisher
    if agent is None:
        return ()
    iri = "" if agent.iri.startswith("_:") else agent.iri[:MAX_KEY]
    return filter(None, (publisher_value(agent), iri))


def _named_publishers(record: Record, districts: Districts) -> Iterable[str]:
    agent = record.metadata.publisher
    return (named_publisher(agent),) if agent and publisher_value(agent) else ()


# -- years


def _years(record: Record, districts: Districts) -> Iterable[str]:
    return (str(year) for first, last in _periods(record.metadata) for year in range(first, last + 1))


def _year_ranges(record: Record, districts: Districts) -> Iterable[str]:
    """ "2019-2021": to count one value is many times cheaper than to count three."""
    return (f"{first}-{last}" for first, last in _periods(record.metadata))


def _periods(metadata: Metadata) -> tuple[tuple[int, int], ...]:
    """First and last year of the period, one without an end up to the last change; else of the event, else of issue."""
    spans = [(_year(period.start), _year(period.end)) for period in metadata.periods]
    if not any(map(any, spans)):
        return _span(metadata, _year(metadata.starts), _year(metadata.ends))
    return tuple(dict.fromkeys(part for span in spans if any(span) for part in _span(metadata, *span)))


def _span(metadata: Metadata, start: int, end: int) -> tuple[tuple[int, int], ...]:
    if not (start or end):
        start = end = _year(metadata.issued)
    last = end or max(_year(metadata.modified), start)
    first = min(start or last, last)
    if not last:
        return ()
    return ((first, last),) if last - first < MAX_YEARS else ((first, first), (last, last))


def _year(value: str) -> int:
    found = _YEAR.match(value)
    return int(found[0]) if found else 0


# -- the table


def _both(de: str, en: str) -> Mapping[str, str]:
    return {"de": de, "en": en}


_ROWS: Final = (
    Facet("kind", _both("Art", "Kind"), "kinds", _kinds, "dataset", place=0),
    Facet("theme", _both("Thema", "Topic"), "list", _themes, "ENVI", place=1, list="themes", in_text="labels"),
    Facet("publisher", _both("Organisation", "Organization"), "records", _publishers, "umweltamt", place=6,
          counted=Counted("publishers", _named_publishers)),
    Facet("district", _both("Stadtteil", "District"), "districts", _districts, "bahnstadt", place=2,
          in_text="labels"),
    Facet("format", _both("Format", "Format"), "list", _formats, "CSV", place=3, list="file-types",
          in_text="values"),
    Facet("licence", _both("Lizenz", "Licence"), "list", _licences, "dl-by-de/2.0", place=5, list="licences"),
    Facet("phase", _both("Projektphase", "Project phase"), "list", _phases, "umsetzung", place=4, list="phases",
          only_kind="project"),
    Facet("source", _both("Quelle", "Source"), "sources", _sources, "stadtwerke", place=8),
    Facet("year", _both("Jahr", "Year"), "years", _years, "2026", place=7, counted=Counted("years", _year_ranges)),
)  # fmt: skip
FACETS: Final[Mapping[str, Facet]] = MappingProxyType({row.name: row for row in _ROWS})
COUNTED: Final[tuple[Counted, ...]] = tuple(row.counted for row in _ROWS if row.counted)


def value_list(facet: Facet, districts: Districts) -> ConceptList | None:
    """The list whose notations are the values of a facet, if they are notations."""
    return concept_list(facet.list) if facet.list else districts if facet.values == "districts" else None
