"""Turns a query into what an engine is asked (terms, groups, needs), and says what was loosened.

Entry points: `asked`, `loosened`; `Engine` is the protocol of both engines. docs/decisions/0030 says why.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from math import log
from typing import Literal, NamedTuple, Protocol

import msgspec
from msgspec import structs

from registry.model.message import message, sentence
from registry.search.analysis import GRAM, NOTHING, Word, analysed, as_synonym, base_letters, ending_of, words
from registry.search.facet_values import WHOLE_CITY
from registry.search.filters import Filters, Texts
from registry.search.organization_tree import OrganizationTree
from registry.search.paging import Stretch
from registry.search.query import Count, Found, Query, Ranking, Sorted
from registry.search.synonyms import Match, Member, Synonyms
from registry.search.synonyms import synonyms as own_synonyms
from registry.search.understanding import CITY, Understood, understand

MAX_QUESTION, MAX_ASKED = 1000, 32  # characters and distinct words of a query that are used

TITLE_WEIGHT = 0.7  # of a term in the title; the title is in the whole text, too (`entry.TITLE_WEIGHT`)
GRAM_WEIGHT = 1.6  # of a gram, in a word of USUAL_GRAMS grams; a stem has 1
USUAL_GRAMS = 6
FILLER_WEIGHT = 0.3
SYNONYM_WEIGHT = 1.0  # of a stem; synonyms have no weight by their grams: they are many, and nobody typed them
TIERS = ("district", "kind", "phase", "year", "family", "format")  # facets whose values a query can name in its words
NAMED_ALONE = ("kind", "phase", "family")  # facets whose values are hits of a query that names nothing else
POINT = 10_000.0  # what an engine adds to a score for each point of a tier; no score by words is so high
MAX_SYNONYMS = 12  # of a word
ENDING_WEIGHT = 0.2  # of a gram in a frequent ending of compounds, when it is told how much of a word a document has


IndexField = Literal["title_stems", "title_grams", "text_stems", "text_grams", "short_words"]


class Term(msgspec.Struct, frozen=True):
    """A document that has this term in this field scores `weight` times its BM25."""

    field: IndexField
    text: str
    weight: float


class WordGroup(msgspec.Struct, frozen=True):
    """Words of the query that mean one thing, mostly one word. A document has it if it has the stem, and with that all
    grams of one of the `forms`, if there are any; or all grams and edges of one alternative (`field_of`), or (`short`)
    one of the parts of a compound, or one of the `values` that the word names, or all parts of one synonym. `stem`: ""
    for several words; then the first synonym is those words."""

    stem: str = ""
    alternatives: tuple[tuple[str, ...], ...] = ()
    short: tuple[str, ...] = ()
    forms: tuple[tuple[str, ...], ...] = ()
    values: tuple[Texts, ...] = ()
    synonyms: tuple[tuple["WordGroup", ...], ...] = ()


def field_of(piece: str) -> IndexField:
    """The field that has a piece of an alternative: an edge is longer than any gram."""
    return "short_words" if len(piece) > GRAM else "text_grams"


class Need(msgspec.Struct, frozen=True):
    """The condition for a hit: a document has at least `least` of the groups, all `phrases` (stems next to one
    another), nothing of `excluded`, and is nothing of `left_out`."""

    groups: tuple[WordGroup, ...]
    least: int
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[WordGroup, ...] = ()
    left_out: tuple[Texts, ...] = ()


class Ring(msgspec.Struct, frozen=True):
    """Words of the query that have synonyms: as typed, as a group without these, and each synonym by its text."""

    typed: str
    own: WordGroup
    members: Mapping[str, WordGroup]


class Expansion(msgspec.Struct, frozen=True):
    """Synonyms of words of the query: the terms of each, of which the best counts, and the stems of these words."""

    typed: tuple[str, ...]
    members: tuple[tuple[Term, ...], ...]


class Asked(msgspec.Struct, frozen=True):
    """A query as an engine is asked. `terms`: of the words as typed, whose scores are added up; `synonyms`: those of
    each word or group of words that has some. `need`: what an exact hit has, None for a query
    without words; `typed`: for each word its grams as they were typed, with weights, to tell how much of it a similar
    hit has; `parts`: for each of these what a hit has that has all of it (several words may be one group of `need`).
    `tiers`: conditions with points; hits with more points come first, whatever they score."""

    terms: tuple[Term, ...]
    synonyms: tuple[Expansion, ...]
    need: Need | None
    typed: tuple[Mapping[str, float], ...]
    filters: Filters
    rings: tuple[Ring, ...] = ()
    tiers: tuple[tuple[Texts, int], ...] = ()
    parts: tuple[WordGroup, ...] = ()


def asked(query: Query, synonyms: Synonyms | None = None, understood: Understood | None = None) -> Asked:
    """The query as an engine is asked. `understood`: of its words, where the city's districts are known.

    Fillers score little and need not match unless the query has nothing else; a whole topic, and what is named beside
    other words (a district, a format), need not match beside a narrower word."""
    understood = understood or understand(query.words[:MAX_QUESTION])
    given = words(understood.text)[:MAX_ASKED]
    filters = Filters({facet: values for facet, values in query.where.items() if values})
    excluded = tuple(_plain(word) for text in understood.excluded for word in words(text))
    left_out = tuple(Texts(facet, values) for facet, values in understood.left_out.items())
    if not given:
        need = Need((), 0, (), excluded, left_out) if excluded or left_out else None
        return Asked((), (), need, (), filters)
    trade = synonyms or own_synonyms()
    groups = _groups(given, trade.matches(given))
    content = _content(groups, understood.naming)
    phrases = tuple(filter(None, (tuple(_stems_of(phrase)) for phrase in understood.phrases)))
    need = Need(tuple(_needed(group, understood) for group in content), len(content), phrases, excluded, left_out)
    terms = (term for word in given for term in _terms(word, FILLER_WEIGHT if word.filler else 1.0))
    rings = tuple(_ring(group, understood.text) for group in content if group.members)
    singles = [_singles(group, trade) for group in content]
    typed = tuple(_typed(single) for group in singles for single in group)
    parts = tuple(_part(single, group) for group, of_group in zip(content, singles, strict=True) for single in of_group)
    further = (single for group in singles if len(group) > 1 for single in group)
    expansions = tuple(_expansion(group) for group in (*groups, *further) if group.members)
    return Asked(tuple(terms), expansions, need, typed, filters, rings, tuple(_tiers(understood.named)), parts)


def _content(groups: list["_Asked"], naming: Mapping[str, str]) -> list["_Asked"]:
    """The groups that a hit needs, each stem once: "Lehrer und Lehrerinnen" is one."""

    def named(group: _Asked, *facets: str) -> bool:
        return all(naming.get(base_letters(word.text), "") in facets for word in group.content)

    content = [group for group in groups if not all(word.filler for word in group.content)] or groups
    unnamed = [group for group in content if not named(group, *TIERS, CITY)]
    narrow = [group for group in unnamed if not all(word.topic for word in group.content)] or unnamed
    needed = narrow or [group for group in content if named(group, "district")] or content
    return list({group.content[-1].stem: group for group in needed}.values())


def _needed(group: "_Asked", understood: Understood) -> WordGroup:
    """A group that a hit needs: it is what the word names, or has the word."""
    facets = {understood.naming.get(base_letters(word.text), "") for word in group.content}
    values = tuple(Texts(facet, understood.named[facet]) for facet in NAMED_ALONE if facets == {facet})
    return structs.replace(_group(group), values=values) if values else _group(group)


def _stems_of(phrase: str) -> list[str]:
    stems = analysed(phrase)[0].stems
    return [] if stems == NOTHING else stems.split()


def _tiers(named: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Texts, int]]:
    """In the named district before the whole city, that before other districts; other named values before the rest."""
    for facet in TIERS:
        if values := named.get(facet):
            yield Texts(facet, values), 2
            if facet == "district":
                yield Texts(facet, (WHOLE_CITY,)), 1


class _Asked(NamedTuple):
    """Words of a query that are one word or one member of a ring, with the other members. `is_english`: they are
    English words of the ring and no German ones."""

    content: tuple[Word, ...]
    members: tuple[Member, ...] = ()
    is_english: bool = False


def _groups(given: Sequence[Word], matches: Iterable[Match]) -> list[_Asked]:
    groups, after = [], 0
    for match in matches:
        groups += [_Asked((word,)) for word in given[after : match.start]]
        after = match.start + match.length
        groups.append(_Asked(tuple(given[match.start : after]), match.members, match.is_english))
    return groups + [_Asked((word,)) for word in given[after:]]


def _singles(group: _Asked, synonyms: Synonyms) -> list[_Asked]:
    """The words of a group, each with its own synonyms, so that hits with one of them are similar."""
    if len(group.content) == 1:
        return [group]
    return [single for word in group.content for single in _groups([word], synonyms.matches([word]))]


def _part(single: _Asked, group: _Asked) -> WordGroup:
    """A word of a group, which a document with a synonym of the whole group has, too."""
    own = _group(single)
    return own if single is group else structs.replace(own, synonyms=(*own.synonyms, (_group(group),)))


def _group(group: _Asked) -> WordGroup:
    members = tuple(tuple(map(_synonym, member.content)) for member in group.members[:MAX_SYNONYMS])
    plain = _english if group.is_english else _plain
    if len(group.content) == 1:
        return structs.replace(plain(group.content[0]), synonyms=members)
    return WordGroup(synonyms=(tuple(map(plain, group.content)), *members))


def without_synonyms(asked: Asked, absent: Callable[[WordGroup], bool]) -> Asked:
    """The query without the synonyms one word of which is `absent` from all documents."""
    if asked.need is None or not asked.rings:
        return asked

    def present(parts: tuple[WordGroup, ...]) -> bool:
        return not any(map(absent, parts))

    groups = tuple(
        structs.replace(group, synonyms=tuple(filter(present, group.synonyms))) if group.synonyms else group
        for group in asked.need.groups
    )
    rings = tuple(
        structs.replace(
            ring, members={text: group for text, group in ring.members.items() if present(group.synonyms[0])}
        )
        for ring in asked.rings
    )
    return structs.replace(asked, need=structs.replace(asked.need, groups=groups), rings=rings)


def _ring(group: _Asked, question: str) -> Ring:
    # str(): JSON has no place for the class English, and the text goes into an answer
    members = {
        str(member.text): WordGroup(synonyms=(tuple(map(_synonym, member.content)),)) for member in group.members
    }
    first, last = group.content[0].text, group.content[-1].text
    start = max(question.lower().find(first), 0)
    end = question.lower().find(last, start) + len(last)
    return Ring(question[start:end], _group(group._replace(members=())), members)


def _plain(word: Word) -> WordGroup:
    alternatives = tuple((*word.root, edge) for edge in word.edges) or ((word.root,) if word.root else ())
    return WordGroup(word.stem, alternatives, word.short, forms=word.forms)


def _english(word: Word) -> WordGroup:
    """An English word. One of three letters is found only as a word of its own: "age" does not begin Agentur."""
    return _plain(word) if len(word.part) >= GRAM else WordGroup(word.stem, forms=word.forms)


def _synonym(word: Word) -> WordGroup:
    """A word of a synonym, which nobody has typed: a part of four letters begins a compound or stands alone, one of
    three stands alone."""
    group = _plain(as_synonym(word))
    return structs.replace(
        group, alternatives=group.alternatives if len(word.part) >= GRAM else (), short=group.short[:1]
    )


def _expansion(group: _Asked) -> Expansion:
    members = tuple(
        tuple(term for word in member.content for term in _stem_terms(word, SYNONYM_WEIGHT))
        for member in group.members[:MAX_SYNONYMS]
    )
    return Expansion(tuple(stem for word in group.content for stem in word.stem.split()), members)


def leveled(asked: Asked, engine: "Engine") -> Asked:
    """The query with synonyms that weigh no more than the words that were typed: a rare synonym of a frequent word
    would put whatever has it above all that has the word in its title. Terms that no document has are dropped."""
    stems = {stem for expansion in asked.synonyms for stem in expansion.typed}
    if not stems:
        return asked
    texts = {term.text for expansion in asked.synonyms for terms in expansion.members for term in terms}
    total, frequencies = engine.frequencies(stems | texts, "text_stems")
    rarity = {text: log(1 + (max(total - count, 0) + 0.5) / (count + 0.5)) for text, count in frequencies.items()}

    def leveled_member(terms: tuple[Term, ...], most: float) -> tuple[Term, ...]:
        present = (term for term in terms if frequencies[term.text])
        return tuple(structs.replace(term, weight=term.weight * min(1.0, most / rarity[term.text])) for term in present)

    def leveled_expansion(expansion: Expansion) -> Expansion:
        most = max(rarity[stem] for stem in expansion.typed)
        members = (leveled_member(terms, most) for terms in expansion.members)
        return structs.replace(expansion, members=tuple(filter(None, members)))

    expansions = filter(lambda expansion: expansion.members, map(leveled_expansion, asked.synonyms))
    return structs.replace(asked, synonyms=tuple(expansions))


def _terms(word: Word, weight: float) -> Iterator[Term]:
    gram = weight * GRAM_WEIGHT * (USUAL_GRAMS / len(word.grams)) ** 0.5
    yield from _stem_terms(word, weight)
    for text in word.grams:
        yield Term("text_grams", text, gram)
        yield Term("title_grams", text, gram * TITLE_WEIGHT)
    if len(word.short) == 1:  # a stem of four letters has its weight by its grams
        yield Term("short_words", word.short[0], gram)


def _stem_terms(word: Word, weight: float) -> Iterator[Term]:
    for stem in word.stem.split():
        yield Term("text_stems", stem, weight)
        yield Term("title_stems", stem, weight * TITLE_WEIGHT)


def _typed(group: _Asked) -> Mapping[str, float]:
    """The grams of typed words; none of a number, which is there or not. Those of a frequent ending of compounds count
    little."""
    weights: dict[str, float] = {}
    for word in group.content:
        if word.text.isdecimal() or " " in word.text:
            continue
        ending = ending_of(word.text)
        for position, gram in enumerate(word.grams):
            in_ending = ending and position >= len(word.grams) - len(ending)
            weights[gram] = max(weights.get(gram, 0.0), ENDING_WEIGHT if in_ending else 1.0)
    return weights


def without_tier(document: Found) -> Found:
    """A document as `find` of an engine returns it, from one whose score has POINT for each point of its tiers."""
    tier = int(document.score // POINT)
    return structs.replace(document, score=document.score - tier * POINT, tier=tier) if tier else document


class Engine(Protocol):
    """An index, as far as it executes queries that were built here."""

    def pruned(self, wanted: Asked) -> Asked:
        """The same without synonyms that no document can have, where the engine knows that without asking."""

    def find(self, wanted: Asked, need: Need, last: int, first: int = 0) -> Ranking:
        """The documents from `first` to before `last` by tier and score, of those that have `need` and are in
        `wanted.filters`."""

    def near(self, wanted: Asked, depth: int) -> tuple[Found, ...]:
        """The first `depth` documents by score that have any term and are in `wanted.filters`."""

    def coverage(self, ids: Collection[str], group: WordGroup, grams: Mapping[str, float]) -> Mapping[str, float]:
        """For each of these documents the weights of the grams that it has, and 1 more if it has the group."""

    def having(self, ids: Collection[str], groups: Sequence[WordGroup]) -> Sequence[Collection[str]]:
        """For each group those of these documents that have it."""

    def frequencies(self, texts: Collection[str], field: IndexField = "text_grams") -> tuple[int, Mapping[str, int]]:
        """The number of all documents, and for each text how many documents have it in the field."""

    def documents(self, wanted: Asked, ids: Collection[str]) -> Sequence[Found]:
        """Those of these documents that are in `wanted.filters`, with their scores; 0 for one that has no word."""

    def sorted(self, wanted: Asked, stretch: Stretch) -> Sorted:
        """A stretch of the hits in its order, of those that have `wanted.need` and are in `wanted.filters`."""

    def facets(self, need: Need | None, where: Filters, facets: tuple[str, ...]) -> Mapping[str, tuple[Count, ...]]:
        """Counts by `aggregations`, in one call."""

    def organizations(self) -> OrganizationTree:
        """Which organization is a unit of which."""


def loosened(asked: Asked, exact: int, similar: int, lang: str) -> tuple[str | None, str | None]:
    """`relaxed` and `note` of a page, as sentences in `lang`; None where no similar hits are shown."""
    if asked.need is None or not similar:
        return None, None
    asked_for = "word" if len(asked.parts) == 1 else "words"
    if exact:
        return None, sentence(message(f"search-few-{asked_for}", count=exact), lang)
    return sentence(message(f"search-no-{asked_for}"), lang), None
