"""How a record gives the values of facets; the functions that the rows of `registry.search.facets` name.

Nothing is guessed: a record without a value is not counted. Functions that give numbers are for facets whose values
depend on the day of the question (`facets.Dated`).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from registry.model import Agent, Metadata, Record
from registry.model.text import in_language
from registry.model.timing import last_day, promise
from registry.search.analysis import clean, name_key
from vocab.concepts import Concept, ConceptList, concept_list
from vocab.folding import CACHED
from vocab.formats import file_type
from vocab.legal_bases import marks_high_value
from vocab.licences import licence
from vocab.match import district, districts_in, language, phase, theme
from vocab.values import year_of

WHOLE_CITY: Final = "*"  # district of what names none: it holds for the whole city
MAX_KEY: Final = 200  # characters of a facet value, of a key to sort by
MAX_YEARS: Final = 250  # of one period; a longer one counts with its first and last year
DAYS: Final = 10_000_000  # more than the number of any day
NO_YEARS: Final = (0, 0)  # of a period without dates
NO_PROMISE: Final = 0  # in place of the last day on which a dataset is as current as promised

Districts = ConceptList | None  # the city's own list, whose notations are the values of `district`
ValuesOf = Callable[[Record, Districts], Collection[str]]


def kinds(record: Record, districts: Districts) -> Collection[str]:
    return (record.kind,)


def sources(record: Record, districts: Districts) -> Collection[str]:
    return (record.origin.source,) if record.origin else ()


def themes(record: Record, districts: Districts) -> Collection[str]:
    return [concept.notation for iri in record.metadata.themes if (concept := _concept("themes", iri) or theme(iri))]


def phases(record: Record, districts: Districts) -> Collection[str]:
    given = record.metadata.phase
    concept = (_concept("phases", given) or phase(given)) if given else None
    return (concept.notation,) if concept else ()


def licences(record: Record, districts: Districts) -> Collection[str]:
    return [concept.notation for concept in _licences(record.metadata)]


def uses(record: Record, districts: Districts) -> Collection[str]:
    """What the licences allow: free, free with attribution, restricted."""
    return [use for concept in _licences(record.metadata) if (use := _use(concept))]


def _use(licence: Concept) -> str:
    if licence.extra["open"] != "true":
        return "restricted"
    return {"": "", "true": "attribution"}.get(licence.extra["attribution"], "free")


def _licences(metadata: Metadata) -> list[Concept]:
    iris = {metadata.licence: None} | {distribution.licence: None for distribution in metadata.distributions}
    return [concept for iri in iris if iri and (concept := _concept("licences", iri) or licence(iri))]


def formats(record: Record, districts: Districts) -> Collection[str]:
    return [concept.notation for concept in _formats(record.metadata)]


def families(record: Record, districts: Districts) -> Collection[str]:
    """The families of the formats: table, map, interface, document, and further ones."""
    return [family for concept in _formats(record.metadata) if (family := concept.extra["family"])]


def _formats(metadata: Metadata) -> list[Concept]:
    of_files = [
        _concept("file-types", file.format)
        or _read_format(file.format, file.media_type, file.download_url or file.access_url)
        for file in metadata.distributions
    ]
    of_service = [_concept("file-types", iri) or _read_format(iri) for iri in metadata.formats]
    return [concept for concept in (*of_files, *of_service) if concept]


def _read_format(iri: str, media_type: str = "", url: str = "") -> Concept | None:
    """The format of a text that is no concept of the list."""
    match = file_type(iri, media_type, url)
    return match.concept if match else None


def high_value(record: Record, districts: Districts) -> Collection[str]:
    """ "yes" for a high-value dataset, and its categories."""
    metadata = record.metadata
    categories = [concept.notation for iri in metadata.hvd_categories if (concept := _concept("hvd-categories", iri))]
    return ["yes", *categories] if categories or marks_high_value(metadata.legislation) else []


def languages(record: Record, districts: Districts) -> Collection[str]:
    metadata = record.metadata
    iris = [*metadata.languages, *[iri for file in metadata.distributions for iri in file.languages]]
    return [concept.notation for iri in iris if (concept := _concept("languages", iri) or language(iri))]


def organization_kinds(record: Record, districts: Districts) -> Collection[str]:
    concept = _concept("organization-kinds", record.metadata.classification)
    return (concept.notation,) if concept else ()


def districts_of(record: Record, districts: Districts) -> tuple[str, ...]:
    """The districts that a place of the record is, or that its name mentions; also WHOLE_CITY if there is none but the
    city itself."""
    if districts is None:
        return ()
    named = tuple(dict.fromkeys(_named_districts(record, districts)))
    whole = record.kind != "organization" and all(concept.extra.get("kind") == "city" for concept in named)
    return (*(concept.notation for concept in named), *((WHOLE_CITY,) if whole else ()))


def _named_districts(record: Record, districts: ConceptList) -> Iterator[Concept]:
    for location in record.metadata.places:
        for name in (location.iri, *location.name.values()):
            concept = (districts.get(name) or district(name, districts)) if name else None
            yield from (concept,) if concept else districts_in(name, districts)


@lru_cache(CACHED)  # the same few hundred in most records of a source
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


def publishers(record: Record, districts: Districts) -> Collection[str]:
    return _filtered_by(_publisher(record))


def named_publishers(record: Record, districts: Districts) -> Collection[str]:
    return _named(_publisher(record))


def participants(record: Record, districts: Districts) -> Collection[str]:
    return _filtered_by(_participants(record))


def named_participants(record: Record, districts: Districts) -> Collection[str]:
    return _named(_participants(record))


def funders(record: Record, districts: Districts) -> Collection[str]:
    return _filtered_by(_funders(record))


def named_funders(record: Record, districts: Districts) -> Collection[str]:
    return _named(_funders(record))


def _publisher(record: Record) -> tuple[Agent, ...]:
    return (record.metadata.publisher,) if record.metadata.publisher else ()


def _participants(record: Record) -> tuple[Agent, ...]:
    return tuple(participation.agent for participation in record.metadata.participants)


def _funders(record: Record) -> tuple[Agent, ...]:
    """Who funds a project; where that is not said, the name of the programme."""
    return tuple(funding.funder or Agent(name=funding.name) for funding in record.metadata.funding)


def _filtered_by(agents: Sequence[Agent]) -> Collection[str]:
    """The value of each agent and its IRI: both can be filtered by, only the value is counted."""
    if not agents:
        return ()
    values = [
        value
        for agent in agents
        for value in (publisher_value(agent), "" if agent.iri.startswith("_:") else agent.iri[:MAX_KEY])
    ]
    return [value for value in values if value]


def _named(agents: Sequence[Agent]) -> Collection[str]:
    if not agents:
        return ()
    # before the tab: its value
    return [named for named in dict.fromkeys(map(named_publisher, agents)) if not named.startswith("\t")]


def parents(record: Record, districts: Districts) -> Collection[str]:
    """For an organization: "id<tab>id of the organization that it is a unit of"."""
    if record.kind != "organization":
        return ()
    iris = [link.iri for link in record.metadata.links if link.relation == "unit_of" and link.iri.startswith("/id/")]
    return [f"{record.id}\t{iri.removeprefix('/id/')}" for iri in iris]


# -- values that depend on the day of the question


def calls(record: Record) -> Iterator[int]:
    """For each type of call the last day of the one that ends last: DAYS times the number of the type, plus the day."""
    last_days: dict[int, int] = {}
    for opportunity in record.metadata.opportunities:
        if concept := _concept("opportunities", opportunity.type):
            end = last_day(opportunity.ends) or date.max
            number = call_number(concept)
            last_days[number] = max(last_days.get(number, 0), end.toordinal())
    return (DAYS * number + day for number, day in last_days.items())


def call_number(concept: Concept) -> int:
    return 1 + concept_list("opportunities").concepts.index(concept)


def last_good_day(record: Record) -> tuple[int, ...]:
    """The last day on which a dataset is as current as promised; NO_PROMISE where nothing is."""
    if record.kind not in ("dataset", "series"):
        return ()
    promised = promise(record.metadata)
    return (promised.last_good_day.toordinal() if promised else NO_PROMISE,)


# -- years


def years(record: Record, districts: Districts) -> Collection[str]:
    return [year for span in _periods(record.metadata) for year in _years_between(*span)]


@lru_cache(4096)
def _years_between(first: int, last: int) -> tuple[str, ...]:
    return tuple(map(str, range(first, last + 1)))


def year_ranges(record: Record, districts: Districts) -> Collection[str]:
    """Ranges such as "2019-2021": counting one range is many times faster than counting each of its years."""
    return [f"{first}-{last}" for first, last in _periods(record.metadata)]


def _periods(metadata: Metadata) -> tuple[tuple[int, int], ...]:
    """First and last year of each period, else of the event, else the year of issue; () if there is none."""
    spans = [span for period in metadata.periods if (span := (_year(period.start), _year(period.end))) != NO_YEARS] or [
        (_year(metadata.starts), _year(metadata.ends))
    ]
    if len(spans) == 1:
        return _span(metadata, *spans[0])
    return tuple(dict.fromkeys([part for span in spans for part in _span(metadata, *span)]))


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
