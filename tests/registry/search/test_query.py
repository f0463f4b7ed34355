"""What is asked, what is chosen, and how hits are ranked: without any index.

Covers: registry/search/candidates.py, registry/search/sorting.py
"""

from collections.abc import Collection, Mapping, Sequence

import pytest
from msgspec import structs

from registry.errors import UsageError
from registry.search.answering import page_of, question, suggestions
from registry.search.candidates import (
    ENOUGH_EXACT_HITS,
    MAX_SIMILAR,
    MAX_SIMILAR_SCORE_SHARE,
    MIN_EXACT_SHARE,
    Candidate,
    Candidates,
    by_words,
)
from registry.search.facet_counts import aggregations, counts, normal_where
from registry.search.filters import Filters, Texts
from registry.search.limits import Limits
from registry.search.listing import ranked
from registry.search.matching import ENDING_WEIGHT, MAX_ASKED, Asked, Need, WordGroup, asked
from registry.search.paging import Stretch
from registry.search.query import RANKED, Count, Found, Hit, Query, Ranking, Sorted, Where
from registry.search.synonyms import Synonyms

NONE = Synonyms([])


class Engine:
    """Answers from what it is given: rankings for all words, and for similar ones."""

    def __init__(self, strict: Ranking, *loose: Ranking) -> None:
        self.rankings = [strict, *loose]
        self.needs: list[Need] = []

    def pruned(self, wanted: Asked) -> Asked:
        return wanted

    def find(self, wanted: Asked, need: Need, last: int, first: int = 0) -> Ranking:
        self.needs.append(need)
        return self.rankings[len(self.needs) - 1]

    def near(self, wanted: Asked, depth: int) -> tuple[Found, ...]:
        return self.rankings[-1].found[:depth] if len(self.rankings) > 1 else ()

    def coverage(self, ids: Collection[str], group: WordGroup, grams: Mapping[str, float]) -> dict[str, float]:
        return dict.fromkeys(ids, 1.0)

    def having(self, ids: Collection[str], groups: Sequence[WordGroup]) -> list[set[str]]:
        return [set() for _ in groups[:-1]] + [set(ids)]

    def frequencies(self, texts: Collection[str], field: str = "text_grams") -> tuple[int, dict[str, int]]:
        return 100, dict.fromkeys(texts, 10)

    def documents(self, wanted: Asked, ids: Collection[str]) -> list[Found]:
        return [Found(id, "project", 0.0) for id in ids]

    def sorted(self, wanted: Asked, stretch: Stretch) -> Sorted:
        return Sorted([Hit("sorted", "dataset", 0.0)], 1)

    def facets(self, need: Need | None, where: Where, facets: tuple[str, ...]) -> dict[str, tuple[Count, ...]]:
        return dict.fromkeys(facets, ())


def ranking(*scores: float, first: int = 0, total: int = 0) -> Ranking:
    found = tuple(Found(f"r{first + place}", "dataset", score) for place, score in enumerate(scores))
    return Ranking(found, total or len(found))


def answer(query: Query, engine: Engine, refiner=None):
    return page_of(query, question(query, engine, 738_000, refiner))


def page(engine: Engine, words: str = "Radwege Brunnen", lang: str = "de"):
    return answer(Query(words=words, lang=lang), engine)


# -- what is asked


def test_each_word_is_a_group_that_must_match():
    wanted = asked(Query(words="Radwege in der Altstadt"))
    assert wanted.need is not None
    assert [group.stem for group in wanted.need.groups] == ["radweg", "altstadt"]
    assert wanted.need.least == 2


def test_a_word_that_is_typed_twice_or_for_both_genders_is_needed_once():
    wanted = asked(Query(words="Lehrer und Lehrerinnen der Schulen, Schule"))
    assert wanted.need is not None
    assert [group.stem for group in wanted.need.groups] == ["lehr", "schul"]


def test_words_of_questions_are_no_content_unless_there_is_nothing_else():
    wanted = asked(Query(words="Wo kann ich in meiner Nähe Brunnen finden? Where can I find a fountain?"), NONE)
    assert wanted.need is not None
    assert [group.stem for group in wanted.need.groups] == ["brunn", "fountain"]
    assert asked(Query(words="wo gibt es")).need is not None


def test_a_whole_topic_is_not_needed_beside_a_narrower_word():
    wanted = asked(Query(words="Verkehr Brunnen"), NONE)
    assert wanted.need is not None
    assert [group.stem for group in wanted.need.groups] == ["brunn"]
    assert "verkehr" in {term.text for term in wanted.terms}
    both = asked(Query(words="Verkehr Umwelt"), NONE).need
    assert both is not None
    assert len(both.groups) == 2


def test_a_word_or_a_few_that_stand_in_a_ring_are_one_group_with_the_others():
    rings = Synonyms([("Altstadt", "old town"), ("WLAN", "wifi")])
    need = asked(Query(words="free wifi old town"), rings).need
    assert need is not None
    free, wifi, town = need.groups
    assert (free.stem, free.synonyms) == ("free", ())
    assert (wifi.stem, [part.stem for part in wifi.synonyms[0]]) == ("wifi", ["wlan"])
    assert town.stem == ""
    assert [[part.stem for part in parts] for parts in town.synonyms] == [["old", "town"], ["altstadt"]]


def test_grams_of_a_frequent_ending_count_little():
    (typed,) = asked(Query(words="Luftqualität"), NONE).typed
    assert typed["_luf"] == 1.0
    assert typed["tat_"] == ENDING_WEIGHT
    (typed,) = asked(Query(words="Städte"), NONE).typed
    assert set(typed.values()) == {1.0}


def test_fillers_weigh_less_and_need_not_match():
    wanted = asked(Query(words="Übersicht Radwege"))
    weights = {term.text: term.weight for term in wanted.terms if term.field == "text_stems"}
    assert weights == {"ubersicht": 0.3, "radweg": 1.0}
    assert wanted.need is not None
    assert [group.stem for group in wanted.need.groups] == ["radweg"]


def test_a_query_of_fillers_needs_them():
    wanted = asked(Query(words="offene Daten"))
    assert wanted.need is not None
    assert len(wanted.need.groups) == 2


def test_no_words_need_nothing_and_empty_filters_are_none():
    wanted = asked(Query(words=" ", where={"kind": ("dataset",), "theme": ()}))
    assert (wanted.terms, wanted.need, wanted.typed) == ((), None, ())
    assert wanted.filters.where == {"kind": ("dataset",)}


def test_a_query_is_bounded():
    wanted = asked(
        Query(words=" ".join(f"Wort{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(200)))
    )
    assert wanted.need is not None
    assert len(wanted.need.groups) == MAX_ASKED


# -- what is chosen


def test_enough_exact_hits_are_all_that_is_shown():
    engine = Engine(ranking(*[1.0] * ENOUGH_EXACT_HITS), ranking(9.0))
    shown_page = page(engine)
    assert (shown_page.total, shown_page.similar_total) == (ENOUGH_EXACT_HITS, 0)
    assert (shown_page.relaxed, shown_page.note) == (None, None)
    assert len(engine.needs) == 1


def test_few_that_stand_out_are_all_that_is_shown():
    shown_page = page(Engine(ranking(10.0), ranking(10.0, 10.0 * MAX_SIMILAR_SCORE_SHARE)))
    assert (shown_page.total, shown_page.similar_total, len(shown_page.hits)) == (1, 0, 1)
    assert (shown_page.relaxed, shown_page.note) == (None, None)


def test_few_that_do_not_stand_out_are_followed_by_similar_ones_with_a_note():
    shown_page = page(Engine(ranking(10.0), ranking(10.0, 9.0)))
    assert (shown_page.total, shown_page.similar_total) == (1, 1)
    assert [(hit.id, hit.exact) for hit in shown_page.hits] == [("r0", True), ("r1", False)]
    assert shown_page.relaxed is None
    assert shown_page.note == "Alle Wörter: 1 Treffer. Dazu zeigen wir solche, die einen Teil oder ähnliche enthalten."


def test_exact_hits_come_before_similar_ones_however_they_score():
    similar = ranking(9.0, 8.0, first=1)
    shown_page = page(Engine(ranking(7.0), Ranking((*similar.found, Found("r0", "dataset", 7.0)), 3)))
    assert [hit.id for hit in shown_page.hits] == ["r0", "r1", "r2"]
    assert shown_page.total == 1


def test_few_similar_ones_follow_the_last_exact_hit_and_pages_have_no_gap():
    def shown(number: int) -> list[str]:
        loose = Ranking(tuple(Found(f"s{place:02}", "dataset", 9.0) for place in range(40)), 40)
        return [
            hit.id
            for hit in answer(Query(words="Radwege", size=6, page=number), Engine(ranking(*[9.0] * 9), loose)).hits
        ]

    pages = [shown(number) for number in range(1, 5)]
    assert [len(page) for page in pages] == [6, 6, 6, 1]
    assert pages[1][:3] == ["r6", "r7", "r8"]
    listed = [id for page in pages for id in page]
    assert len(listed) == len(set(listed)) == 9 + MAX_SIMILAR


def test_what_scores_far_below_the_best_is_not_similar():
    shown_page = page(Engine(ranking(), ranking(10.0, 1.0)))
    assert [hit.id for hit in shown_page.hits] == ["r0"]


def test_where_nothing_has_all_words_the_first_step_that_finds_something_is_shown():
    words = "Radwege Brunnen Museen Schulen"
    shown_page = page(Engine(ranking(), ranking(), ranking(3.0)), words)
    assert (shown_page.total, shown_page.similar_total) == (0, 1)
    assert (
        shown_page.relaxed
        == "Kein Treffer enthält alle Wörter. Wir zeigen solche, die einen Teil oder ähnliche enthalten."
    )
    assert shown_page.note is None


def test_a_refiner_orders_candidates_and_adds_similar_ones_but_no_exact_ones():
    def refiner(words, candidates: Candidates, documents) -> Candidates:
        assert words == "Radwege"
        meant = tuple(Candidate(document, 0.5, "meaning") for document in documents(["meant"]))
        exact = tuple(Candidate(one.document, 1 - one.share) for one in candidates.exact)
        return Candidates(exact, candidates.similar + meant, candidates.total)

    engine = Engine(ranking(10.0, 9.0), ranking())
    shown_page = answer(Query(words="Radwege"), engine, refiner)
    assert [(hit.id, hit.exact, hit.by) for hit in shown_page.hits] == [
        ("r1", True, "words"),
        ("r0", True, "words"),
        ("meant", False, "meaning"),
    ]
    assert (shown_page.total, shown_page.similar_total) == (2, 1)


@pytest.mark.parametrize(
    ("lang", "words", "beginning"),
    [
        ("de", "Radwege", "Kein Treffer enthält das Wort genau so."),
        ("en", "Radwege", "No hit contains exactly this word."),
        ("en", "Radwege Brunnen", "No hit contains all words."),
    ],
)
def test_what_was_loosened_is_said_in_the_readers_language(lang, words, beginning):
    relaxed = page(Engine(ranking(), ranking(1.0)), words, lang).relaxed
    assert relaxed is not None
    assert relaxed.startswith(beginning)


def test_nothing_at_all_is_nothing():
    assert by_words(asked(Query()), Engine(ranking(1.0)), 10) == Candidates()
    shown_page = page(Engine(ranking(), ranking()))
    assert (shown_page.total, shown_page.hits) == (0, ())


def test_without_words_the_order_is_not_by_score():
    assert [hit.id for hit in page(Engine(ranking()), "").hits] == ["sorted"]


# -- how hits are ranked


def candidates(*documents: Found) -> list[Candidate]:
    best = max(document.score for document in documents)
    return [Candidate(document, document.score / best) for document in documents]


def test_freshness_and_quality_can_turn_near_scores_but_not_far_ones():
    today = 738_000
    old, new = Found("old", "dataset", 10.0, 700_000, 0), Found("new", "dataset", 9.5, today, 100)
    far = Found("far", "dataset", 8.0, today, 100)
    assert [hit.id for hit in ranked(candidates(old, new, far), today)] == ["new", "old", "far"]


def test_the_parts_of_a_score_multiply_to_it():
    (hit,) = ranked(candidates(Found("one", "dataset", 12.5, 737_000, 50)), 738_000)
    assert hit.score == pytest.approx(hit.parts["words"] * hit.parts["freshness"] * hit.parts["quality"], rel=1e-3)
    assert set(hit.parts) == {"words", "freshness", "quality"}


def test_a_day_in_the_future_is_no_fresher_than_today():
    today = 738_000
    one, other = ranked(
        candidates(Found("a", "dataset", 1.0, today), Found("b", "dataset", 1.0, today + 10_000)), today
    )
    assert one.parts["freshness"] == other.parts["freshness"]


def test_equal_scores_are_ordered_by_id_and_deep_hits_stay_as_they_come():
    found = [Found(f"z{number:04}", "dataset", 1.0) for number in reversed(range(RANKED + 2))]
    hits = ranked(candidates(*found), 0)
    assert [hit.id for hit in hits[:RANKED]] == sorted(one.id for one in found[:RANKED])
    assert [hit.id for hit in hits[RANKED:]] == ["z0001", "z0000"]


# -- facets


def test_each_facet_is_counted_without_its_own_filter():
    filters = Filters({"theme": ("TRAN",), "kind": ("dataset",)})
    parts = aggregations(filters, ("theme", "kind", "format"), lambda given: str(list(given)), "shard_size")
    assert set(parts) == {"by kind", "by theme", "by theme kind"}
    assert parts["by kind"]["filter"] == str([Texts("kind", ("dataset",))])
    assert set(parts["by kind"]["aggs"]) == {"theme", "theme 0"}
    assert set(parts["by theme kind"]["aggs"]) == {"format"}


def test_spellings_of_a_publisher_are_one_value_with_the_most_frequent_name():
    buckets = [
        {"key": "amt\tAmt", "doc_count": 3},
        {"key": "bad\tBad", "doc_count": 4},
        {"key": "amt\tAMT", "doc_count": 2},
    ]
    found = counts({"publisher": {"buckets": buckets}}, "publisher", ())
    assert found == (Count("amt", 5, "Amt"), Count("bad", 4, "Bad"))


def test_ranges_of_years_are_counted_by_year():
    buckets = [{"key": "2019-2021", "doc_count": 2}, {"key": "2021-2021", "doc_count": 1}]
    assert counts({"year": {"buckets": buckets}}, "year", ()) == (Count("2021", 3), Count("2019", 2), Count("2020", 2))


def test_filter_values_are_normalised():
    said = {"theme": ["http://publications.europa.eu/resource/authority/data-theme/TRAN", "TRAN", " "], "kind": []}
    assert normal_where(said) == {"theme": ("TRAN",), "kind": ()}
    assert normal_where({"publisher": ["https://opendata.example.org/id/amt"]}) == {"publisher": ("amt",)}
    assert normal_where({"format": ["nie gehört"]}) == {"format": ("nie gehört",)}


def test_an_unknown_facet_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match="Did you mean theme?"):
        normal_where({"themes": ["TRAN"]})
    with pytest.raises(UsageError, match="There are kind, theme, publisher"):
        normal_where({"bogus": ["x"]})


def test_suggestions_are_one_a_stem_in_the_most_frequent_spelling():
    entries = [("radweg\tRadweg", 2), ("radwege\tRadwege", 5), ("rad\tRad", 1)]
    assert [(one.text, one.count) for one in suggestions(entries, 5)] == [("Radwege", 7), ("Rad", 1)]


def test_an_exact_hit_has_a_score_even_if_it_has_a_word_only_inside_a_compound():
    hits = page(Engine(ranking(9.0, 0.0), ranking(8.0, first=5))).hits
    assert [hit.exact for hit in hits] == [True, True, False]
    assert all(hit.score > 0 for hit in hits)


def test_exact_hits_have_a_score_where_none_has_a_word_as_it_stands():
    (hit,) = page(Engine(ranking(0.0))).hits
    assert hit.exact
    assert hit.score > 0


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("Hund anmelden", ["hund"]),
        ("Führerschein beantragen", ["fuhrerschein"]),
        ("apply for fishing", ["fishing"]),
        ("Anmeldung", ["anmeld"]),
    ],
)
def test_what_people_do_at_an_office_is_not_needed_beside_what_it_is_about(text, stems):
    need = asked(Query(words=text), NONE).need
    assert need is not None
    assert [group.stem for group in need.groups] == stems


def test_the_floor_of_exact_hits_keeps_the_order_of_their_scores():
    engine = Engine(ranking(9.0, 0.4, 0.3, 0.0), ranking())
    shares = [candidate.share for candidate in by_words(asked(Query(words="Radweg")), engine, 10).exact]
    assert shares[0] == 1
    assert shares == sorted(set(shares), reverse=True)
    assert shares[-1] == MIN_EXACT_SHARE


def test_pages_of_a_list_have_one_key_and_other_lists_another() -> None:
    first = Query(words="Radwege", where={"theme": ("TRAN",)})
    others = (
        Query(words="Wasser", where={"theme": ("TRAN",)}),
        Query(words="Radwege"),
        structs.replace(first, limits=Limits(begins="2024")),
        structs.replace(first, outside=(("links", ("a",)),)),
    )
    assert {structs.replace(first, page=2, size=5, facets=()).list_key} == {first.list_key}
    assert all(other.list_key != first.list_key for other in others)
