"""What can be asked of an index, and what an index is: the contract that Tantivy and Elasticsearch both keep.

What is asked is built once, in `asked`; engines only execute it. `docs/decisions/0030-search.md` has the figures.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from registry.entry import Entry, entry, name_of, named_publisher, publisher_value
from registry.errors import UsageError
from registry.german import Word, words
from registry.model import Change, Kind, Position
from vocab.concepts import ConceptList, concept_list
from vocab.match import district

__all__ = [
    "FACETS", "Asked", "Count", "Entry", "Found", "Group", "Hit", "Need", "Page", "Projection", "Query",
    "SearchIndex", "Suggestion", "Term", "asked", "bounds", "choose", "counts", "entry", "name_of",
    "named_publisher", "normal_where", "page_of", "publisher_value", "ranked", "relaxed", "suggestions",
]  # fmt: skip

FACETS = ("kind", "theme", "publisher", "district", "format", "licence", "phase", "source", "year")
SHOWN_VALUES = 100  # of a facet; what is selected comes in addition
RANKED = 200  # first hits that are ranked again by freshness and quality
MAX_DEPTH = 10_000  # hits that can be paged through; whoever wants all takes the export
MAX_ASKED = 32  # distinct words of a query

TITLE_WEIGHT = 0.5  # of the title beside the whole, which holds it five times
GRAM_WEIGHT = 1.6  # of grams beside stems, for a word of USUAL_GRAMS
USUAL_GRAMS = 6
FILLER_WEIGHT = 0.3
SIMILAR = 0.3  # part of a word's grams that a similar word has
ENOUGH = 10  # hits with all words: nothing else is shown
CLEAR = 0.7  # or if the best hit without some word scores at most so much of the best one with all
FRESHNESS, QUALITY = 0.06, 0.06  # what they can add to a score, as a part of it
STALE = 3650  # days after which nothing is added for freshness


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """`where`: facet -> values, OR within a facet, AND between. `page` from 1. `facets`: which to count."""

    words: str = ""
    where: Mapping[str, tuple[str, ...]] = {}
    size: int = 20
    page: int = 1
    sort: str = "relevance"  # relevance (without words: newest) | newest | title
    lang: str = "de"
    facets: tuple[str, ...] = FACETS


class Hit(msgspec.Struct, frozen=True):
    """`parts`: what the score is made of: points for the words, factors for freshness and quality."""

    id: str
    kind: Kind
    score: float
    parts: Mapping[str, float] = {}


class Count(msgspec.Struct, frozen=True):
    """`label`: the name of a publisher that is no record; empty where the value leads to a label."""

    value: str
    count: int
    label: str = ""


class Suggestion(msgspec.Struct, frozen=True):
    text: str
    count: int


class Page(msgspec.Struct, frozen=True):
    """`facets`: counts that leave out the facet's own filter, largest first. `relaxed`: words loosened, or None."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[Count, ...]]
    next: str | None = None  # the next page's number
    relaxed: str | None = None


class Projection(Protocol):
    """Whatever is derived from the store's changes and can be built again."""

    def position(self) -> Position | None:
        """Epoch and last change taken in; survives a crash. None: nothing yet."""

    def apply(self, changes: Iterable[Change], position: Position) -> None:
        """Takes changes in; `record` None = forget it; may be repeated. Afterwards `position()` is `position`."""

    def rebuild(self, changes: Iterable[Change], position: Position) -> None:
        """From nothing, in one step for readers."""


class SearchIndex(Projection, Protocol):
    def search(self, query: Query) -> Page: ...

    def suggest(self, prefix: str, size: int) -> tuple[Suggestion, ...]: ...

    def faults(self) -> Mapping[str, str]:
        """Records that could not be rendered and are left out: id -> why."""


# -- what is asked

Field = Literal["title_stems", "title_grams", "text_stems", "text_grams"]


class Term(msgspec.Struct, frozen=True):
    """A document that has it in this field gains `weight` times its BM25."""

    field: Field
    text: str
    weight: float


class Group(msgspec.Struct, frozen=True):
    """A word as a document has it: the stem in its text, or at least `least` of the grams."""

    stem: str
    grams: tuple[str, ...]
    least: int


class Need(msgspec.Struct, frozen=True):
    """What a document must have to be a hit: at least `least` of the groups."""

    groups: tuple[Group, ...]
    least: int


class Asked(msgspec.Struct, frozen=True):
    """`needs`: from strict to loose, none if no words are asked; `where`: exact, AND between facets, OR within."""

    terms: tuple[Term, ...]
    needs: tuple[Need, ...]
    where: Mapping[str, tuple[str, ...]]


def asked(query: Query) -> Asked:
    """A query in terms of an index. Fillers add little and need not match, unless there is nothing else."""
    given = words(query.words)[:MAX_ASKED]
    content = [word for word in given if not word.filler] or given
    where = {facet: values for facet, values in query.where.items() if values}
    if not content:
        return Asked((), (), where)
    strict = Need(tuple(_contained(word) for word in content), len(content))
    loose = Need(tuple(_similar(word) for word in content), 1)
    return Asked(tuple(term for word in given for term in _terms(word)), (strict, loose), where)


def _terms(word: Word) -> Iterable[Term]:
    weight = FILLER_WEIGHT if word.filler else 1.0
    gram = weight * GRAM_WEIGHT * (USUAL_GRAMS / len(word.grams)) ** 0.5
    yield Term("text_stems", word.stem, weight)
    yield Term("title_stems", word.stem, weight * TITLE_WEIGHT)
    for text in word.grams:
        yield Term("text_grams", text, gram)
        yield Term("title_grams", text, gram * TITLE_WEIGHT)


def _contained(word: Word) -> Group:
    """The word itself, or as a part of a compound: all grams but those at its ends."""
    count = len(word.grams)
    return Group(word.stem, word.grams, count - 2 if count > 4 else count)


def _similar(word: Word) -> Group:
    return Group(word.stem, word.grams, max(1, -int(-SIMILAR * len(word.grams) // 1)))


def choose(asked: Asked, best: Callable[[Need, Need | None], tuple[int, float]]) -> tuple[Need | None, int]:
    """The need by which hits are chosen, and how many have all words.

    `best(need, but)`: number and highest score of documents that have `need` but not `but`. All words are needed where
    enough documents have them or where these stand out; else similar ones are shown, too.
    """
    if not asked.needs:
        return None, 0
    strict, loose = asked.needs[0], asked.needs[-1]
    total, score = best(strict, None)
    if total >= ENOUGH or (total and best(loose, strict)[1] <= CLEAR * score):
        return strict, total
    return loose, total


_RELAXED = {  # (one word?, how many have all) -> sentence
    "de": {
        (True, 0): "Kein Treffer enthält das Wort genau so. Wir zeigen Treffer mit ähnlichen Wörtern.",
        (
            True,
            1,
        ): "Wenige Treffer ({total}) enthalten das Wort genau so. Wir zeigen auch solche mit ähnlichen Wörtern.",
        (
            False,
            0,
        ): "Kein Treffer enthält alle Wörter. Wir zeigen solche, die einen Teil oder ähnliche enthalten.",
        (False, 1): "Wenige Treffer ({total}) enthalten alle Wörter. Wir zeigen auch solche, die nur einen Teil davon"
        " oder ähnliche enthalten.",
    },
    "en": {
        (True, 0): "No hit contains exactly this word. We show hits with similar words.",
        (True, 1): "Few hits ({total}) contain exactly this word. We also show hits with similar words.",
        (False, 0): "No hit contains all words. We show hits that contain some of them or similar ones.",
        (False, 1): "Few hits ({total}) contain all words. We also show hits that contain only some of them or similar"
        " ones.",
    },
}


def relaxed(asked: Asked, need: Need | None, total: int, lang: str) -> str | None:
    """In words what was loosened; `total`: how many have all words."""
    if need is None or need is asked.needs[0]:
        return None
    return _RELAXED["en" if lang == "en" else "de"][len(need.groups) == 1, min(total, 1)].format(total=total)


def bounds(query: Query) -> tuple[int, int]:
    """First and last place of the page; raises UsageError for one that lies too deep."""
    first = (max(query.page, 1) - 1) * max(query.size, 0)
    if first + query.size > MAX_DEPTH:
        raise UsageError(f"Only the first {MAX_DEPTH} hits can be paged through; narrow the search or take the export.")
    return first, first + query.size


def normal_where(
    where: Mapping[str, Iterable[str]], districts: ConceptList | None = None
) -> Mapping[str, tuple[str, ...]]:
    """Filter values as the index holds them: notations for full IRIs, ids for addresses of records.

    Raises UsageError for a facet that there is not, naming the nearest.
    """
    normal: dict[str, tuple[str, ...]] = {}
    for facet, values in where.items():
        if facet not in FACETS:
            near = difflib.get_close_matches(facet, FACETS, 1)
            raise UsageError(f"There is no facet {facet!r}; {f'did you mean {near[0]!r}?' if near else FACETS}")
        normal[facet] = tuple(
            dict.fromkeys(_value(facet, value.strip(), districts) for value in values if value.strip())
        )
    return normal


_LISTS = {"theme": "themes", "format": "file-types", "licence": "licences", "phase": "phases"}


def _value(facet: str, value: str, districts: ConceptList | None) -> str:
    known = None
    if facet in _LISTS:
        known = concept_list(_LISTS[facet]).get(value)
    elif facet == "district" and districts is not None:
        known = districts.get(value) or district(value, districts)
    elif facet == "publisher" and "/id/" in value:
        return value.rpartition("/id/")[2]
    return known.notation if known else value


# -- what is found


class Found(msgspec.Struct, frozen=True):
    """A document as an engine gives it. `day`, `quality`: as in Entry."""

    id: str
    kind: Kind
    score: float
    day: int = 0
    quality: int = 0


def ranked(found: Sequence[Found], today: int) -> list[Hit]:
    """The first RANKED by words, freshness and completeness, the others as they come. `today`: a day number."""
    hits = [_hit(one, today) for one in found[:RANKED]]
    hits.sort(key=lambda hit: (-hit.score, hit.id))
    return hits + [_plain(one) for one in found[RANKED:]]


def _hit(one: Found, today: int) -> Hit:
    age = today - one.day if one.day else STALE
    freshness = 1 + FRESHNESS * min(max(1 - age / STALE, 0), 1)
    quality = 1 + QUALITY * one.quality / 100
    parts = {"words": round(one.score, 4), "freshness": round(freshness, 4), "quality": round(quality, 4)}
    return Hit(one.id, one.kind, round(one.score * freshness * quality, 4), parts)


def _plain(one: Found) -> Hit:
    return Hit(one.id, one.kind, round(one.score, 4))


def counts(buckets: Iterable[tuple[str, int]], selected: Mapping[str, int]) -> tuple[Count, ...]:
    """Counts of a facet, largest first; `buckets`: values as the index counts them, `selected`: exact counts."""
    total: dict[str, int] = {}
    labels: dict[str, str] = {}
    for bucket, count in buckets:
        value, _, label = bucket.partition("\t")
        total[value] = total.get(value, 0) + count
        labels.setdefault(value, label)
    ordered = dict(sorted(total.items(), key=lambda one: (-one[1], one[0]))[:SHOWN_VALUES])
    ordered |= {value: count for value, count in selected.items() if value not in ordered and "://" not in value}
    return tuple(Count(value, count, labels.get(value, "")) for value, count in ordered.items())


def page_of(
    query: Query, hits: Iterable[Hit], total: int, facets: Mapping[str, tuple[Count, ...]], loosened: str | None
) -> Page:
    """The page from its hits."""
    _, last = bounds(query)
    more = query.size > 0 and last < min(total, MAX_DEPTH)
    return Page(tuple(hits), total, facets, str(query.page + 1) if more else None, loosened)


def suggestions(entries: Iterable[tuple[str, int]], size: int) -> tuple[Suggestion, ...]:
    """From words of the index ("folded<tab>as written", count): one a stem, in its most frequent spelling."""
    found: dict[str, tuple[str, int]] = {}
    for word, count in sorted(entries, key=lambda one: (-one[1], one[0])):
        written = word.partition("\t")[2]
        key = " ".join(one.stem for one in words(written))
        text, sofar = found.get(key, (written, 0))
        found[key] = (text, sofar + count)
    ordered = sorted(found.values(), key=lambda one: (-one[1], one[0]))
    return tuple(Suggestion(text, count) for text, count in ordered[:size])
