"""What can be asked of an index, and what an index is: the contract that Tantivy and Elasticsearch both keep.

What is asked is built once, in `asked`; engines only execute it. `docs/decisions/0030-search.md` has the figures.
"""

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from registry.entry import Entry as Entry
from registry.entry import entry as entry
from registry.entry import publisher_value as publisher_value
from registry.errors import UsageError
from registry.german import Word, clean, fold, words
from registry.model import Change, Kind, Position
from vocab.concepts import ConceptList, concept_list
from vocab.match import district

Where = Mapping[str, tuple[str, ...]]  # facet -> values: OR within a facet, AND between
FACETS = ("kind", "theme", "publisher", "district", "format", "licence", "phase", "source", "year")
SHOWN_VALUES = 100  # of a facet; what is selected comes in addition
RANKED = 200  # first hits that are ranked again by freshness and quality
MAX_DEPTH = 10_000  # hits that can be paged through; whoever wants all takes the export
MAX_QUESTION, MAX_ASKED = 1000, 32  # characters, and distinct words, of a query that count
MAX_PREFIX = 60  # characters of a word that is being typed

TITLE_WEIGHT = 0.5  # of the title beside the whole, which holds it five times
GRAM_WEIGHT = 1.6  # of grams beside stems, for a word of USUAL_GRAMS
USUAL_GRAMS = 6
FILLER_WEIGHT = 0.3
LONG = 8  # grams: up to here two in a row make a similar word, three beyond
ENOUGH = 20  # hits with all words: nothing else is shown
CLEAR = 0.5  # or if the best hit without some word scores at most so much of the best one with all
FRESHNESS, QUALITY = 0.06, 0.06  # what they can add to a score, as a part of it
STALE = 3650  # days after which nothing is added for freshness


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """`page` from 1. `facets`: which to count."""

    words: str = ""
    where: Where = {}
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
    """`facets`: counts that leave out the facet's own filter, largest first. `relaxed`: what was loosened because
    nothing matched all words, `note`: that similar hits follow the few that match all; None if not so.
    `complete`: how many hits, from the first page's first, have all words where similar ones follow."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[Count, ...]]
    next: str | None = None  # the next page's number
    relaxed: str | None = None
    note: str | None = None
    complete: int = 0


class Found(msgspec.Struct, frozen=True):
    """A document as an engine gives it. `day`, `quality`: as in Entry."""

    id: str
    kind: Kind
    score: float
    day: int = 0
    quality: int = 0


class Ranking(msgspec.Struct, frozen=True):
    """The first documents by score, and how many there are."""

    found: tuple[Found, ...]
    total: int


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
    """A word as a document has it in its text: the stem, or all grams of one alternative."""

    stem: str
    alternatives: tuple[tuple[str, ...], ...]


class Need(msgspec.Struct, frozen=True):
    """What a document must have to be a hit: at least `least` of the groups."""

    groups: tuple[Group, ...]
    least: int


class Asked(msgspec.Struct, frozen=True):
    """`strict`: all words, None if none are asked; `loose`: a third of them or similar ones, at last any."""

    terms: tuple[Term, ...]
    strict: Need | None
    loose: tuple[Need, ...]
    where: Where


def asked(query: Query) -> Asked:
    """A query in terms of an index. Fillers add little and need not match, unless there is nothing else."""
    given = words(query.words[:MAX_QUESTION])[:MAX_ASKED]
    content = [word for word in given if not word.filler] or given
    where = {facet: values for facet, values in query.where.items() if values}
    if not content:
        return Asked((), None, (), where)
    strict = Need(tuple(Group(word.stem, _roots(word)) for word in content), len(content))
    similar = tuple(Group(word.stem, _roots(word) + _similar(word)) for word in content)
    loose = tuple(Need(similar, least) for least in dict.fromkeys((-(-len(content) // 3), 1)))
    return Asked(tuple(term for word in given for term in _terms(word)), strict, loose, where)


def _terms(word: Word) -> Iterator[Term]:
    weight = FILLER_WEIGHT if word.filler else 1.0
    gram = weight * GRAM_WEIGHT * (USUAL_GRAMS / len(word.grams)) ** 0.5
    yield Term("text_stems", word.stem, weight)
    yield Term("title_stems", word.stem, weight * TITLE_WEIGHT)
    for text in word.grams:
        yield Term("text_grams", text, gram)
        yield Term("title_grams", text, gram * TITLE_WEIGHT)


def _roots(word: Word) -> tuple[tuple[str, ...], ...]:
    return (word.root,) if word.root else ()


def _similar(word: Word) -> tuple[tuple[str, ...], ...]:
    """Pieces of the word, one of which is left by another ending or a typing error; of a long word longer ones."""
    grams, size = word.grams, 2 if len(word.grams) <= LONG else 3
    if word.text.isdecimal() or len(grams) <= size:
        return ()
    pieces = (grams[at : at + size] for at in range(0, len(grams) - size + 1, size))
    return tuple(dict.fromkeys((*pieces, grams[-size:])))


class Engine(Protocol):
    """What an index does with a query that was built here."""

    def find(self, wanted: Asked, need: Need, depth: int) -> Ranking:
        """The first `depth` documents by score that have `need` and are in `wanted.where`."""

    def sorted(self, wanted: Asked, need: Need | None, query: Query) -> tuple[list[Hit], int]:
        """The hits of the page in the order of a field, and how many there are in all."""

    def facets(self, need: Need | None, where: Where, facets: tuple[str, ...]) -> Mapping[str, tuple[Count, ...]]:
        """Counts by `aggregations`, in one call."""


def choose(asked: Asked, find: Callable[[Need], Ranking]) -> tuple[Need | None, Ranking, frozenset[str]]:
    """The need by which hits are chosen, what was found by it, and which of these have all words.

    `find`: the best RANKED documents, or more. All words are needed where enough documents have them or where these
    stand out; else similar ones are shown, too: strict AND alone left most queries of the judged set with few hits.
    """
    if asked.strict is None:
        return None, Ranking((), 0), frozenset()
    strict = find(asked.strict)
    complete = frozenset(one.id for one in strict.found)
    if strict.total >= ENOUGH:
        return asked.strict, strict, complete
    for need in asked.loose:
        loose = find(need)
        if loose.total:
            break
    other = next((one.score for one in loose.found if one.id not in complete), 0.0)
    if complete and other <= CLEAR * strict.found[0].score:
        return asked.strict, strict, complete
    return need, loose, complete


_RELAXED = {
    "de": (
        "Kein Treffer enthält das Wort genau so. Wir zeigen Treffer mit ähnlichen Wörtern.",
        "Kein Treffer enthält alle Wörter. Wir zeigen solche, die einen Teil oder ähnliche enthalten.",
        "Das Wort genau so: {count} Treffer. Dazu zeigen wir Treffer mit ähnlichen Wörtern.",
        "Alle Wörter: {count} Treffer. Dazu zeigen wir solche, die einen Teil oder ähnliche enthalten.",
    ),
    "en": (
        "No hit contains exactly this word. We show hits with similar words.",
        "No hit contains all words. We show hits that contain some of them or similar ones.",
        "Exactly this word: {count} hits. We also show hits with similar words.",
        "All words: {count} hits. We also show hits that contain some of them or similar ones.",
    ),
}


def relaxed(asked: Asked, need: Need | None, complete: int, lang: str) -> tuple[str | None, str | None]:
    """`relaxed` and `note` of a page: in words what was loosened, and what is shown besides."""
    if need is None or need is asked.strict:
        return None, None
    none, nones, few, fews = _RELAXED["en" if lang == "en" else "de"]
    one = len(need.groups) == 1
    if complete:
        return None, (few if one else fews).format(count=complete)
    return (none if one else nones), None


def bounds(query: Query) -> tuple[int, int]:
    """First and last place of the page; raises UsageError for one that lies too deep."""
    first = (max(query.page, 1) - 1) * max(query.size, 0)
    if first + query.size > MAX_DEPTH:
        raise UsageError(f"Only the first {MAX_DEPTH} hits can be paged through; narrow the search or take the export.")
    return first, first + query.size


def normal_where(where: Mapping[str, Iterable[str]], districts: ConceptList | None = None) -> Where:
    """Filter values as the index holds them: notations for full IRIs, ids for addresses of records.

    Raises UsageError for a facet that there is not, naming the nearest.
    """
    normal: dict[str, tuple[str, ...]] = {}
    for facet, values in where.items():
        if facet not in FACETS:
            near = difflib.get_close_matches(facet, FACETS, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(FACETS)}."
            raise UsageError(f"There is no facet {facet[:40]!r}. {hint}")
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


def ranked(found: Sequence[Found], today: int, complete: Collection[str] = ()) -> list[Hit]:
    """The first RANKED by words, freshness and quality, those that have all words before similar ones; the others as
    they come. `today`: a day number."""
    hits = [_hit(one, today) for one in found[:RANKED]]
    hits.sort(key=lambda hit: (hit.id not in complete, -hit.score, hit.id))
    return hits + [_plain(one) for one in found[RANKED:]]


def _hit(one: Found, today: int) -> Hit:
    age = today - one.day if one.day else STALE
    freshness = 1 + FRESHNESS * min(max(1 - age / STALE, 0), 1)
    quality = 1 + QUALITY * one.quality / 100
    parts = {"words": round(one.score, 4), "freshness": round(freshness, 4), "quality": round(quality, 4)}
    return Hit(one.id, one.kind, round(one.score * freshness * quality, 3), parts)


def _plain(one: Found) -> Hit:
    return Hit(one.id, one.kind, round(one.score, 3))


COUNTED = {facet: facet for facet in FACETS} | {"publisher": "publishers", "year": "years"}  # facet -> counted field
RANGES = 10_000  # of years that are told apart


def aggregations(
    where: Where, facets: Iterable[str], written: Callable[[Where], Any], more: str
) -> dict[str, dict[str, Any]]:
    """Terms of each facet below a filter by the others' values; and a filter for each selected value, however rare.

    `written`: a filter in the engine's own language; `more`: its name for how many terms a part of the index counts.
    """
    parts: dict[str, dict[str, Any]] = {}
    for facet in facets:
        others = {other: values for other, values in where.items() if other != facet}
        above = parts
        if others:
            above = parts.setdefault(f"by {' '.join(others)}", {"filter": written(others), "aggs": {}})["aggs"]
        size = RANGES if facet == "year" else SHOWN_VALUES
        above[facet] = {"terms": {"field": COUNTED[facet], "size": size, more: 20 * size}}
        for place, value in enumerate(where.get(facet, ())):
            above[f"{facet} {place}"] = {"filter": written({facet: (value,)})}
    return parts


def counts(answer: Mapping[str, Any], facet: str, selected: Sequence[str]) -> tuple[Count, ...]:
    """Counts of a facet, largest first, from what an engine answers to `aggregations`."""
    below = next(part for part in (answer, *answer.values()) if facet in part)
    found: dict[str, int] = {}
    labels: dict[str, str] = {}
    for bucket in below[facet]["buckets"]:
        for value, label in _counted(facet, bucket["key"]):
            found[value] = found.get(value, 0) + int(bucket["doc_count"])
            labels.setdefault(value, label)
    ordered = dict(sorted(found.items(), key=lambda one: (-one[1], one[0]))[:SHOWN_VALUES])
    for place, value in enumerate(selected):
        if value not in ordered and "://" not in value:
            ordered[value] = int(below[f"{facet} {place}"]["doc_count"])
    return tuple(Count(value, count, labels.get(value, "")) for value, count in ordered.items())


def _counted(facet: str, key: str) -> Iterator[tuple[str, str]]:
    """The values that a counted one stands for, with their labels."""
    if facet == "year":
        first, _, last = key.partition("-")
        yield from ((str(year), "") for year in range(int(first), int(last) + 1))
    else:
        value, _, label = key.partition("\t")
        yield value, label


def answer(query: Query, engine: Engine, today: int) -> Page:
    """The page that answers a query; `today`: a day number."""
    first, last = bounds(query)
    wanted = asked(query)
    need, ranking, complete = choose(wanted, lambda need: engine.find(wanted, need, max(last, RANKED)))
    if query.sort == "relevance" and need:
        hits, total = ranked(ranking.found, today, complete)[first:last], ranking.total
    else:
        hits, total = engine.sorted(wanted, need, query)
    facets = engine.facets(need, wanted.where, query.facets)
    loosened, note = relaxed(wanted, need, len(complete), query.lang) if total else (None, None)  # of nothing, nothing
    before = len(complete) if note and query.sort == "relevance" else 0
    return Page(tuple(hits), total, facets, next_page(query, total), loosened, note, before)


def next_page(query: Query, total: int) -> str | None:
    _, last = bounds(query)
    return str(query.page + 1) if query.size > 0 and last < min(total, MAX_DEPTH) else None


def beginning(prefix: str) -> str:
    """A prefix as words begin in the index."""
    return fold(" ".join(clean(prefix[:MAX_PREFIX]).split()))


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
