"""Records that are similar to one, and why: same links, keywords, words of the title and topics, or a similar meaning.

Entry point: `similar_records`. It proposes and changes nothing: also data that could suit a project, and projects that
could use data. What is compared is stored already; nothing is encoded. docs/decisions/0160.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from itertools import islice
from typing import Final, Literal, NamedTuple

from registry.catalog.catalog import Catalog
from registry.model import Kind, Record
from registry.search.analysis import fold_word, words
from registry.search.query import Query
from registry.search.vectors import Vectors

MAX_COMPARED: Final = 30  # records whose metadata are compared because of their meaning, or of their links
FULL_COSINE: Final = 0.6  # from which on a record has all points for its meaning
MIN_COSINE: Final = 0.3  # below it the meaning is no reason
MIN_POINTS: Final = 0.38  # of a record that is proposed
MIN_POINTS_BY_WORDS: Final = 0.25  # where there are no vectors, so that none has points for its meaning
# Points of each reason: for all of it, or for MAX_SHARED values that both have. A topic alone is no reason.
POINTS: Final = {"links": 0.4, "keywords": 0.3, "words": 0.3, "meaning": 0.5, "themes": 0.1}
MAX_SHARED: Final = 3
MAX_TITLES_KEPT: Final = 20_000  # whose stems are kept in memory

Why = Literal["links", "keywords", "words", "meaning", "themes", "address", "name"]  # the last two: proposed_links.py


class Reason(NamedTuple):
    """Why two records are similar. `values`: what both have, as far as it has words."""

    why: Why
    points: float
    values: tuple[str, ...] = ()


class SimilarRecord(NamedTuple):
    """`reasons`: the weightiest first."""

    record: Record
    reasons: tuple[Reason, ...]

    @property
    def points(self) -> float:
        return sum(reason.points for reason in self.reasons)


def similar_records(catalog: Catalog, record: Record, kinds: Collection[Kind]) -> list[SimilarRecord]:
    """The records of these kinds that are similar, the most similar first. NotReadyError without a search index."""
    linked = _linked_alike(catalog, record)
    cosines = _cosines(catalog, record)
    ids = dict.fromkeys((*linked, *cosines))
    ids.pop(record.id, None)
    own = _Compared.of(record)
    compared = [
        SimilarRecord(other, _reasons(own, other, other.id in linked, cosines.get(other.id, 0.0)))
        for other in catalog.store.get_many(list(ids)).values()
        if other.kind in kinds and other.shown
    ]
    least = MIN_POINTS if any(cosines.values()) else MIN_POINTS_BY_WORDS
    similar = (candidate for candidate in compared if candidate.points >= least)
    return sorted(similar, key=lambda candidate: (-candidate.points, candidate.record.id))


def _linked_alike(catalog: Catalog, record: Record) -> list[str]:
    """Ids of the records that link to the same things."""
    iris = {link.iri for link in record.metadata.links}
    return list(dict.fromkeys(link.id for link in islice(catalog.store.linking(sorted(iris)), MAX_COMPARED)))


def _cosines(catalog: Catalog, record: Record) -> Mapping[str, float]:
    """Id -> cosine of the nearest records; without vectors, of those that have words of title and keywords, 0."""
    vectors = catalog.projector.projections.get("meaning")
    if isinstance(vectors, Vectors) and vectors.store.is_complete():
        digests = vectors.store.digests([record.id]).values()
        for vector in vectors.store.vectors(list(digests)).values():
            return vectors.store.cosines(vector, MAX_COMPARED)
    keywords = (keyword for group in record.metadata.keywords.values() for keyword in group)
    text = " ".join((*record.metadata.title.values(), *keywords))
    page = catalog.index.search(Query(words=text, size=MAX_COMPARED, facets=()))
    return dict.fromkeys((hit.id for hit in page.hits), 0.0)


class _Compared(NamedTuple):
    """What of a record is compared with others."""

    keywords: Mapping[str, str]
    stems: Mapping[str, str]
    themes: tuple[str, ...]

    @classmethod
    def of(cls, record: Record) -> "_Compared":
        metadata = record.metadata
        return cls(_folded(metadata.keywords), _stems(metadata.title), metadata.themes)


def _reasons(own: _Compared, other: Record, linked: bool, cosine: float) -> tuple[Reason, ...]:
    """Why they are similar, the weightiest reason first; none if they only have a topic in common."""
    its = _Compared.of(other)
    reasons = [_shared("keywords", own.keywords, its.keywords), _shared("words", own.stems, its.stems)]
    if linked:
        reasons.append(Reason("links", POINTS["links"]))
    if cosine >= MIN_COSINE:
        reasons.append(Reason("meaning", POINTS["meaning"] * min(cosine / FULL_COSINE, 1.0)))
    given = [reason for reason in reasons if reason.points]
    themes = tuple(theme for theme in own.themes if theme in its.themes)
    if given and themes:
        given.append(Reason("themes", POINTS["themes"], themes))
    return tuple(sorted(given, key=lambda reason: -reason.points))


def _shared(why: Why, own: Mapping[str, str], its: Mapping[str, str]) -> Reason:
    both = tuple(its[key] for key in own if key in its)[:MAX_SHARED]
    return Reason(why, POINTS[why] * len(both) / MAX_SHARED, both)


def _folded(keywords: Mapping[str, Collection[str]]) -> dict[str, str]:
    return {_folded_word(keyword): keyword for group in keywords.values() for keyword in group}


@lru_cache(maxsize=MAX_TITLES_KEPT)
def _folded_word(keyword: str) -> str:
    return fold_word(keyword.lower())


def _stems(title: Mapping[str, str]) -> dict[str, str]:
    """Stem -> word of the titles in all languages, without those that say little."""
    return {stem: word for text in title.values() for stem, word in _stems_of(text)}


@lru_cache(maxsize=MAX_TITLES_KEPT)
def _stems_of(text: str) -> tuple[tuple[str, str], ...]:
    """Analysed once: on the pages of its neighbours, a title is compared again and again."""
    return tuple((word.stem, word.text) for word in words(text) if not word.filler)
