"""What of a record is searchable, said once: the entry that every index holds."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import msgspec

from registry.model import Agent, Kind, Metadata, Record
from registry.model.text import in_language
from registry.search.analysis import NOTHING, STOP_WORDS, Terms, clean, fold, plain, slug, terms
from vocab.concepts import Concept, ConceptList, concept_list
from vocab.formats import file_type
from vocab.licences import licence
from vocab.match import district, districts_in, phase, theme

MAX_KEY = 200  # characters of a facet value, of a key to sort by
MAX_WORD_ENTRIES = 60  # words of a record that are suggested
MAX_YEARS = 250  # of one period; a longer one counts with its first and last year
TITLE_WEIGHT = 5  # how often the title stands in the text of the whole

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_SURFACE = re.compile(r"[^\W\d_][\w-]+")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """`title`, `text`: terms; `facets`: facet -> values; `publishers`: "value<tab>name" where only the name is known;
    `years`: "2019-2021", for counting: one value is many times cheaper than three.

    `words`: "folded<tab>as written", for suggestions. `by_title`, `by_date`: unique keys to sort by. `day`: day number
    of the last change, 0 if unknown; `quality`: 0 to 100.
    """

    id: str
    kind: Kind
    title: Terms
    text: Terms
    facets: Mapping[str, tuple[str, ...]]
    publishers: tuple[str, ...]
    years: tuple[str, ...]
    words: tuple[str, ...]
    by_title: str
    by_date: str
    day: int
    quality: int


def entry(record: Record, districts: ConceptList | None = None) -> Entry:
    """The entry of a record; `districts`: the city's own list, whose notations are the values of that facet."""
    said = record.metadata
    title, day, years = " ".join(said.title.values()), _day(said, record), _years(said)
    themes = list(dict.fromkeys(one for iri in said.themes if (one := _concept("themes", iri) or theme(iri))))
    formats = list(dict.fromkeys(_formats(said)))
    places = _districts(said, districts)
    head = terms(title)
    rest = terms(" ".join(_texts(said, (*themes, *places), formats)))
    return Entry(
        id=record.id,
        kind=said.kind,
        title=head,
        text=Terms(*(_whole(first, then) for first, then in zip(head, rest, strict=True))),
        facets={
            "kind": (said.kind,),
            "theme": tuple(one.notation for one in themes),
            "publisher": _publisher_values(said.publisher),
            "district": tuple(one.notation for one in places),
            "format": tuple(formats),
            "licence": tuple(dict.fromkeys(_licences(said))),
            "phase": tuple(one.notation for one in _phases(said)),
            "source": (record.origin.source,) if record.origin else (),
            "year": tuple(str(year) for first, last in years for year in range(first, last + 1)),
        },
        publishers=(named_publisher(said.publisher),) if said.publisher and publisher_value(said.publisher) else (),
        years=tuple(f"{first}-{last}" for first, last in years),
        words=tuple(_words(said)),
        by_title=f"{plain(clean(title))[:MAX_KEY]}\t{record.id}",
        by_date=f"{day:07}\t{record.id}",
        day=day,
        quality=_completeness(said),
    )


def publisher_value(agent: Agent) -> str:
    """The value of the facet `publisher`: the id of a known organization, else the folded name; "" where there is
    neither name nor IRI."""
    name = _called(agent)
    return agent.id or (slug(name)[:MAX_KEY] if name else "")


def _called(agent: Agent) -> str:
    """A blank label is no name."""
    return in_language(agent.name, "de") or ("" if agent.iri.startswith("_:") else agent.iri)


def named_publisher(agent: Agent) -> str:
    """The same with the name after a tab where no record has it, so that a count can be labelled without looking up."""
    return f"{publisher_value(agent)}\t{'' if agent.id else clean(_called(agent))[:MAX_KEY]}"


def _whole(title: str, rest: str) -> str:
    parts = [part for part in ([title] * TITLE_WEIGHT + [rest]) if part != NOTHING]
    return " ".join(parts) or NOTHING


def _texts(said: Metadata, concepts: Iterable[Concept], formats: Iterable[str]) -> Iterator[str]:
    yield from said.abstract.values()
    yield from said.description.values()
    for keywords in said.keywords.values():
        yield from keywords
    agents = (said.publisher, said.organizer, *said.creators, *(one.agent for one in said.participants))
    for agent in agents:
        if agent:
            yield from agent.name.values()
    for concept in concepts:
        yield from concept.labels.values()
    for distribution in said.distributions:
        yield from distribution.title.values()
    for place in said.places:
        yield from place.name.values()
    for texts in (said.goals, said.benefits):
        for text in texts:
            yield from text.values()
    yield from _calls(said)
    yield from said.aliases
    yield from formats


def _calls(said: Metadata) -> Iterator[str]:
    """Who looks for partners is found by just these words."""
    for one in said.opportunities:
        yield from (*one.title.values(), *one.description.values())
        if known := _concept("opportunities", one.type):
            yield from known.labels.values()


def _concept(name: str, key: str) -> Concept | None:
    return concept_list(name).get(key) if key else None


def _publisher_values(agent: Agent | None) -> tuple[str, ...]:
    """The publisher's IRI is found too, but not counted."""
    if agent is None:
        return ()
    iri = "" if agent.iri.startswith("_:") else agent.iri[:MAX_KEY]
    return tuple(dict.fromkeys(filter(None, (publisher_value(agent), iri))))


def _formats(said: Metadata) -> Iterator[str]:
    for one in said.distributions:
        known = _concept("file-types", one.format)
        if known is None and (found := file_type(one.format, one.media_type, one.download_url or one.access_url)):
            known = found.concept
        if known:
            yield known.notation
    for iri in said.formats:
        known = _concept("file-types", iri)
        if known is None and (found := file_type(iri)):
            known = found.concept
        if known:
            yield known.notation


def _licences(said: Metadata) -> Iterator[str]:
    for iri in (said.licence, *(one.licence for one in said.distributions)):
        if iri and (known := _concept("licences", iri) or licence(iri)):
            yield known.notation


def _phases(said: Metadata) -> Iterator[Concept]:
    if said.phase and (known := _concept("phases", said.phase) or phase(said.phase)):
        yield known


def _districts(said: Metadata, districts: ConceptList | None) -> list[Concept]:
    """Those that a place is, or that its name mentions."""
    found: dict[str, Concept] = {}
    if districts is not None:
        for place in said.places:
            for words in (place.iri, *place.name.values()):
                one = (districts.get(words) or district(words, districts)) if words else None
                for hit in (one,) if one else districts_in(words, districts):
                    found[hit.notation] = hit
    return list(found.values())


def _year(value: str) -> int:
    found = _DATE.match(value)
    return int(found[1]) if found else 0


def _years(said: Metadata) -> tuple[tuple[int, int], ...]:
    """First and last year of the period, one without an end up to the last change; else of the event, else of issue."""
    period = said.period
    start, end = (_year(period.start), _year(period.end)) if period else (_year(said.starts), _year(said.ends))
    if not (start or end):
        start = end = _year(said.issued)
    last = end or max(_year(said.modified), start)
    first = min(start or last, last)
    if not last:
        return ()
    return ((first, last),) if last - first < MAX_YEARS else ((first, first), (last, last))


def _day(said: Metadata, record: Record) -> int:
    """Day number of the last change that is said, else of the record's."""
    for value in (said.modified, said.issued):
        if found := _DATE.match(value):
            try:
                return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)).toordinal()
            except ValueError:
                continue
    return record.changed.toordinal() if record.changed else 0


def _words(said: Metadata) -> list[str]:
    """Words of the titles, and keywords as they are."""
    written = [word for text in said.title.values() for word in _SURFACE.findall(clean(text))]
    written += [" ".join(clean(word).split()) for keywords in said.keywords.values() for word in keywords]
    kept = (word for word in dict.fromkeys(written) if 3 <= len(word) <= 60 and word.lower() not in STOP_WORDS)
    return [f"{fold(word)}\t{word}" for word in kept][:MAX_WORD_ENTRIES]


def _completeness(said: Metadata) -> int:
    """How many of the words that make an entry useful it has, in percent; not the MQA, which `quality.py` counts."""
    asked = [
        bool(said.abstract or said.description),
        bool(said.keywords or said.themes or said.phase),
        said.publisher is not None or bool(said.participants),
        bool(said.contacts),
    ]
    if said.kind == "dataset":
        asked += [
            any(one.licence for one in said.distributions),
            any(one.download_url or one.access_url for one in said.distributions),
            bool(said.modified or said.issued),
        ]
    return 100 * sum(asked) // len(asked)
