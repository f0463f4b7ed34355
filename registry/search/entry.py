"""Makes the entry of a record: all that any search index holds of it. Entry point: `entry`."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Final

import msgspec

from registry.model import Distribution, Kind, Metadata, Record
from registry.model.timing import first_day, last_day
from registry.search.analysis import NOTHING, Terms, analysed_chunks, base_letters, clean, fold_word
from registry.search.facet_values import MAX_KEY
from registry.search.facets import COUNTED, DATED_FACETS, FACETS, PARENTS, TEXT_FACETS, TOGETHER, VALUE_END, value_list
from registry.search.space_time import numbers_of
from registry.search.word_lists import STOP_WORDS
from vocab.concepts import ConceptList, concept_list

MAX_FILE_DESCRIPTION = 1_000  # characters of the description of a file that are searched
MAX_DESCRIBED_FILES = 50  # different descriptions
MAX_WORD_ENTRIES = 60  # words of a record that can be suggested
LAST_DAY: Final = date.max.toordinal()
BREAK = f" {NOTHING} "  # between texts, so that no phrase goes from one to the next
TITLE_WEIGHT = 5  # how often the title is repeated in `Entry.text`

_TEXT_FACET_VALUES: Final = tuple((name, FACETS[name].values_of) for name in TEXT_FACETS)
_SURFACE = re.compile(r"[^\W\d_][\w-]+")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """`title`, `text`: terms; `facets`: facet -> values; `counted`: other fields with texts (`Counted`, `TOGETHER`);
    `numbers`: fields with numbers (`facets.Dated`, `space_time`).

    `short_words`: those inside compounds, and edges of four letters. `words`: "folded<tab>as written", for suggestions.
    `by_…`: unique keys to sort by. `day`, `starts`, `ends`: day numbers of the last change at the source, of the
    beginning and of the end, 0 if unknown; `quality`: 0 to 100.
    """

    id: str
    kind: Kind
    title: Terms
    text: Terms
    facets: Mapping[str, tuple[str, ...]]
    counted: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, tuple[int, ...]]
    short_words: frozenset[str]
    words: tuple[str, ...]
    by_title: str
    by_date: str
    by_start: str
    by_end: str
    day: int
    starts: int
    ends: int
    quality: int


def entry(record: Record, districts: ConceptList | None = None) -> Entry:
    """The entry of a record; `districts`: the city's own list, whose notations are the values of that facet."""
    metadata = record.metadata
    title, day = clean(" ".join(metadata.title.values())), _day(metadata, record)
    starts, ends = _span(metadata)
    facets = facets_of(record, districts)
    others = clean(" ".join((*_texts(metadata), *_values(facets, districts))))
    (head, short_in_title), (rest, short_in_rest) = analysed_chunks(title.split()), analysed_chunks(others.split())
    by_title = f"{base_letters(title)[:MAX_KEY]}\t{record.id}"
    return Entry(
        id=record.id,
        kind=metadata.kind,
        title=head,
        text=Terms(_whole(head.stems, rest.stems, BREAK), _whole(head.grams, rest.grams, " ")),
        facets=facets,
        counted={field: tuple(values_of(record, districts)) for field, values_of in (*COUNTED, PARENTS)}
        | {field: _together(facets[name]) for field, name in TOGETHER.items()},
        numbers=dated_numbers(record),
        short_words=short_in_title | short_in_rest,
        words=tuple(_words(title, metadata)),
        by_title=by_title,
        by_date=f"{LAST_DAY - day:07}\t{by_title}",
        by_start=f"{starts:07}\t{record.id}",
        by_end=f"{ends:07}\t{record.id}",
        day=day,
        starts=starts,
        ends=ends,
        quality=_completeness(metadata),
    )


def facets_of(record: Record, districts: ConceptList | None = None) -> dict[str, tuple[str, ...]]:
    """Facet -> values, of the facets that have texts as values; without the analysis of the record's text."""
    return {name: _distinct(values_of(record, districts)) for name, values_of in _TEXT_FACET_VALUES}


def _distinct(values: Collection[str]) -> tuple[str, ...]:
    return tuple(values) if len(values) < 2 else tuple(dict.fromkeys(values))


def _together(values: Sequence[str]) -> tuple[str, ...]:
    """The values of a facet as one text, in order: many records have the same few, and one text is counted faster."""
    return tuple(values) if len(values) < 2 else (VALUE_END.join(sorted(values)),)


def dated_numbers(record: Record) -> dict[str, tuple[int, ...]]:
    """The fields of an entry with numbers: days of facets, sides of boxes, first and last days of periods."""
    of_facets = {name: tuple(dated.numbers_of(record)) for name, dated in DATED_FACETS.items()}
    return of_facets | numbers_of(record)


def _whole(title: str, rest: str, between: str) -> str:
    parts = [part for part in ([title] * TITLE_WEIGHT + [rest]) if part != NOTHING]
    return between.join(parts) or NOTHING


def _texts(metadata: Metadata) -> Iterator[str]:
    yield from metadata.abstract.values()
    yield from metadata.description.values()
    for keywords in metadata.keywords.values():
        yield from keywords
    participants = (participation.agent for participation in metadata.participants)
    for agent in (metadata.publisher, metadata.organizer, *metadata.creators, *participants):
        if agent:
            yield from agent.name.values()
    yield from _of_files(metadata.distributions)
    for location in metadata.places:
        yield from location.name.values()
    for texts in (metadata.goals, metadata.benefits):
        for text in texts:
            yield from text.values()
    yield from _calls(metadata)
    yield from metadata.aliases


def _of_files(files: Sequence[Distribution]) -> Iterator[str]:
    """Titles and descriptions of files: in old dumps of CKAN a file has no name, its words stand in the description.
    What several files say counts once."""
    described: dict[str, None] = {}
    for distribution in files:
        yield from distribution.title.values()
        for text in distribution.description.values():
            described[text[:MAX_FILE_DESCRIPTION]] = None
    yield from islice(described, MAX_DESCRIBED_FILES)


def _calls(metadata: Metadata) -> Iterator[str]:
    """Texts of a project's opportunities, with the labels of their types: "looks for partners" finds such projects."""
    for opportunity in metadata.opportunities:
        yield from (*opportunity.title.values(), *opportunity.description.values())
        if concept := concept_list("opportunities").get(opportunity.type):
            yield from concept.labels.values()


def _values(facets: Mapping[str, tuple[str, ...]], districts: ConceptList | None) -> Iterator[str]:
    """The values of facets that are part of the text: as they are, or their labels in all languages."""
    for name, values in facets.items():
        facet = FACETS[name]
        if facet.in_text == "values":
            yield from values
        elif facet.in_text == "labels" and (concepts := value_list(facet, districts)):
            yield from (label for value in values for label in _labels(concepts, value))


def _labels(concepts: ConceptList, value: str) -> Iterable[str]:
    concept = concepts.by_notation.get(value)
    return concept.labels.values() if concept else ()


def _day(metadata: Metadata, record: Record) -> int:
    """Day number of `modified`, else of `issued`; of the last change of a record that was entered here, else 0: the day
    on which a harvest saw a record says nothing about it."""
    for value in (metadata.modified, metadata.issued):
        if day := first_day(value):
            return day.toordinal()
    return record.changed.toordinal() if record.changed and record.origin is None else 0


def _span(metadata: Metadata) -> tuple[int, int]:
    """Day numbers of the beginning and of the end: of an event or a project itself, else of its period; 0: unknown."""
    period = metadata.period
    first = first_day(metadata.starts) or (first_day(period.start) if period else None)
    last = last_day(metadata.ends) or (last_day(period.end) if period else None)
    return (first.toordinal() if first else 0), (last.toordinal() if last else 0)


def _words(title: str, metadata: Metadata) -> list[str]:
    """The words that can be suggested: those of the cleaned title, and keywords as a whole."""
    written = _SURFACE.findall(title)
    for keywords in metadata.keywords.values():
        written += keywords
    return [line for line in dict.fromkeys(map(_suggestion, written)) if line][:MAX_WORD_ENTRIES]


@lru_cache(maxsize=20_000)
def _suggestion(written: str) -> str:
    """ "folded<tab>as written" of a word that can be suggested, else "". Cached: records share most keywords."""
    word = " ".join(clean(written).split())
    can_be = 3 <= len(word) <= 60 and word.lower() not in STOP_WORDS
    return f"{fold_word(word)}\t{word}" if can_be else ""


def _completeness(metadata: Metadata) -> int:
    """How many of the most useful fields are filled, in percent. The MQA score is another: `registry.quality.mqa`."""
    filled = [
        bool(metadata.abstract or metadata.description),
        bool(metadata.keywords or metadata.themes or metadata.phase),
        metadata.publisher is not None or bool(metadata.participants),
        bool(metadata.contacts),
    ]
    if metadata.kind == "dataset":
        filled += [
            any(distribution.licence for distribution in metadata.distributions),
            any(distribution.download_url or distribution.access_url for distribution in metadata.distributions),
            bool(metadata.modified or metadata.issued),
        ]
    return 100 * sum(filled) // len(filled)
