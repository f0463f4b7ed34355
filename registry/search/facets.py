"""The facets of the search, one row each: name, values, how they are taken from a record, how they are shown.

`FACETS` is the only list of facets, in the order of parameters in addresses and API document. Its rows define the
fields of both search indexes, the filters of pages, API, feed and command line, counts, labels of values, the groups
of the search page and the parameters in the API document. Raise INDEX_VERSION when you add or change a row: the next
`sync` rebuilds an index of another version.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from registry.model import DCAT_KINDS, Record
from registry.search import facet_values as of
from registry.search.facet_values import DAYS, NO_PROMISE, Districts, ValuesOf
from registry.search.index_position import INDEX_VERSION as INDEX_VERSION
from vocab.concepts import Concept, ConceptList, concept_list, split_values
from vocab.legal_bases import HVD_ACT
from vocab.namespaces import VOC


class Counted(NamedTuple):
    """Another field of the index that is counted in place of a facet's values, to count faster or to carry labels."""

    field: str
    values_of: ValuesOf


class Dated(NamedTuple):
    """A facet whose values depend on the day of the question: the index holds numbers of a record in the field of the
    facet's name, and a value is a range of them (lowest and highest number)."""

    numbers_of: Callable[[Record], Iterable[int]]
    ranges: Callable[[int], Mapping[str, tuple[int, int]]]  # day number of today -> value -> range


class Facet(NamedTuple):
    """A filter of the search.

    `values`: what a value is, and so where its label comes from: the name of a kind, a notation of the controlled list
    `list` or of the city's districts, the id of a record, the name of a source, a year, a value of the row's own.
    """

    name: str
    label: Mapping[str, str]  # "de", "en"
    values: Literal["kinds", "list", "districts", "records", "sources", "years", "own"]
    values_of: ValuesOf
    example: str  # a value, for the API document
    order: int  # among the groups of the search page; 0: no group there
    list: str = ""
    own: ConceptList | None = None
    counted: Counted | None = None
    together: str = ""  # a field with all values of a record as one text, counted in place of them: where they are few
    dated: Dated | None = None
    tree: bool = False  # the values are organizations, and one that others are a unit of contains them
    kinds: tuple[str, ...] = ()  # the only kinds of thing whose lists show the group; (): all
    inside: str = ""  # the facet in whose group the values are shown, as a second level
    inside_label: Mapping[str, str] = MappingProxyType({})  # above the values there
    in_text: Literal["", "values", "labels"] = ""  # what is added to the searched text of a record
    outside: bool = False  # its only value is not in the index: who has it is given with a query (`Query.outside`)
    by_default: bool = False  # counted where a query does not say what is to be counted

    @property
    def counted_field(self) -> str:
        return self.counted.field if self.counted else self.together or self.name

    @property
    def by_name(self) -> bool:
        """Whether a filter takes labels and other names of a value too, such as "Tabelle" or "de"."""
        return not self.by_default

    @property
    def in_order(self) -> bool:
        """Whether the values are shown in the order of their list, and not by count."""
        return self.name in ("phase", "family") or self.own is not None


def _both(de: str, en: str) -> Mapping[str, str]:
    return {"de": de, "en": en}


def _own(name: str, *rows: tuple[str, str, str, str]) -> ConceptList:
    """A list of values that only a facet has: notation, German and English label, other names."""
    concepts = (
        Concept(f"{VOC}{name}/{value}", value, _both(de, en), split_values(others)) for value, de, en, others in rows
    )
    return ConceptList(name, tuple(concepts))


_USES: Final = _own(
    "use",
    ("free", "Frei, ohne Auflagen", "Free, without conditions", "frei|open"),
    ("attribution", "Frei, mit Namensnennung", "Free, with attribution", "mit Namensnennung|Namensnennung|by"),
    ("restricted", "Eingeschränkt", "Restricted", "nicht frei|closed"),
)
_FRESHNESS: Final = _own(
    "freshness",
    ("current", "So aktuell wie zugesagt", "As current as promised", "aktuell|wie zugesagt|as promised|fresh"),
    ("overdue", "Überfällig", "Overdue", "verspätet|late"),
    ("unknown", "Nicht bekannt", "Not known", "unbekannt"),
)
_LINKS: Final = _own("links", ("broken", "Eine Datei ist nicht erreichbar", "A file cannot be reached", "defekt"))
_HIGH_VALUE: Final = ConceptList(
    "hvd",
    (
        Concept(HVD_ACT, "yes", _both("Hochwertiger Datensatz", "High-value dataset"), ("true", "ja", "1")),
        *concept_list("hvd-categories"),
    ),
)


def _no_values(record: Record, districts: Districts) -> tuple[str, ...]:
    """For facets that the index holds as numbers, or not at all."""
    return ()


@lru_cache(1)
def _open_calls(today: int) -> Mapping[str, tuple[int, int]]:
    """Calls that are not over: those whose last day is today or later."""
    numbers = {concept.notation: of.call_number(concept) for concept in concept_list("opportunities")}
    return {value: (DAYS * number + today, DAYS * number + DAYS - 1) for value, number in numbers.items()}


@lru_cache(1)
def _freshness(today: int) -> Mapping[str, tuple[int, int]]:
    return {
        "current": (today, DAYS),
        "overdue": (NO_PROMISE + 1, today - 1),
        "unknown": (NO_PROMISE, NO_PROMISE),
    }


_DATA: Final = tuple(DCAT_KINDS)
_THINGS: Final = (*_DATA, "project", "event", "publicservice")  # all but organizations
_ROWS: Final = (
    Facet("kind", _both("Art", "Kind"), "kinds", of.kinds, "dataset", order=0, by_default=True),
    Facet("theme", _both("Thema", "Topic"), "list", of.themes, "ENVI", order=1, list="themes", kinds=_THINGS,
          together="themes", in_text="labels", by_default=True),
    Facet("publisher", _both("Organisation", "Organization"), "records", of.publishers, "umweltamt", order=10,
          counted=Counted("publishers", of.named_publishers), tree=True, kinds=_THINGS, by_default=True),
    Facet("district", _both("Stadtteil", "District"), "districts", of.districts_of, "altstadt", order=2,
          together="districts", in_text="labels", by_default=True),
    Facet("format", _both("Format", "Format"), "list", of.formats, "CSV", order=4,
          list="file-types", kinds=_DATA, inside="family",
          inside_label=_both("Einzelne Formate", "Single formats"), in_text="values", by_default=True),
    Facet("licence", _both("Lizenz", "Licence"), "list", of.licences, "dl-by-de/2.0", order=9,
          list="licences", kinds=_DATA, inside="use",
          inside_label=_both("Einzelne Lizenzen", "Single licences"), by_default=True),
    Facet("phase", _both("Projektphase", "Project phase"), "list", of.phases, "umsetzung", order=6, list="phases",
          kinds=("project",), by_default=True),
    Facet("source", _both("Quelle", "Source"), "sources", of.sources, "stadtwerke", order=17, by_default=True),
    Facet("year", _both("Jahr", "Year"), "years", of.years, "2026", order=12, kinds=_THINGS,
          counted=Counted("years", of.year_ranges), by_default=True),
    Facet("opportunity", _both("Mitmachen", "Taking part"), "list", _no_values, "partnergesuch", order=7,
          list="opportunities", dated=Dated(of.calls, _open_calls), kinds=("project",)),
    Facet("family", _both("Format", "Format"), "list", of.families, "table", together="families", order=3,
          list="format-families", kinds=_DATA),
    Facet("use", _both("Nutzung", "Use"), "own", of.uses, "free", together="uses", order=8, own=_USES, kinds=_DATA),
    Facet("freshness", _both("Aktualität", "How current"), "own", _no_values, "current", order=5, own=_FRESHNESS,
          dated=Dated(of.last_good_day, _freshness), kinds=("dataset", "series")),
    Facet("hvd", _both("Hochwertige Datensätze", "High-value datasets"), "own", of.high_value, "yes", order=14,
          own=_HIGH_VALUE, kinds=_DATA),
    Facet("language", _both("Sprache", "Language"), "list", of.languages, "DEU", order=15, list="languages",
          kinds=_THINGS),
    Facet("funding", _both("Förderung", "Funding"), "records", of.funders, "land", order=13,
          counted=Counted("funders", of.named_funders), kinds=("project",)),
    Facet("participant", _both("Beteiligte", "Participants"), "records", of.participants, "umweltamt", order=11,
          counted=Counted("participants", of.named_participants), kinds=("project", "event")),
    Facet("organization_kind", _both("Art der Organisation", "Kind of organization"), "list", of.organization_kinds,
          "verein", order=16, list="organization-kinds", kinds=("organization",)),
    Facet("links", _both("Erreichbarkeit", "Reachability"), "own", _no_values, "broken", order=18, own=_LINKS,
          kinds=_DATA, outside=True),
)  # fmt: skip
FACETS: Final[Mapping[str, Facet]] = MappingProxyType({row.name: row for row in _ROWS})
COUNTED: Final[tuple[Counted, ...]] = tuple(row.counted for row in _ROWS if row.counted)
DEFAULT_FACETS: Final = tuple(row.name for row in _ROWS if row.by_default)
TOGETHER: Final[Mapping[str, str]] = MappingProxyType({row.together: row.name for row in _ROWS if row.together})
VALUE_END: Final = "\x1f"  # behind each value but the last one of a field of TOGETHER
TEXT_FACETS: Final = tuple(row.name for row in _ROWS if not row.dated and not row.outside)
OUTSIDE_FACETS: Final[Mapping[str, str]] = MappingProxyType(  # each with its only value
    {row.name: row.own.concepts[0].notation for row in _ROWS if row.outside and row.own}
)
DATED_FACETS: Final[Mapping[str, Dated]] = MappingProxyType({row.name: row.dated for row in _ROWS if row.dated})
PARENTS: Final = Counted("parents", of.parents)  # the tree of organizations


def value_list(facet: Facet, districts: Districts) -> ConceptList | None:
    """The list whose notations are the values of a facet; None for a facet with other values."""
    return concept_list(facet.list) if facet.list else districts if facet.values == "districts" else facet.own
