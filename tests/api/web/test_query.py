"""URL parameters to a query and back."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web import query as queries
from registry.errors import UsageError
from registry.search.facets import FACETS
from registry.search.query import Query
from vocab.concepts import Concept, ConceptList

TRAN = "http://publications.europa.eu/resource/authority/data-theme/TRAN"


def pairs_of(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query)


def test_a_facet_may_repeat() -> None:
    query = queries.parse([("q", " Rad  wege "), ("theme", "TRAN"), ("theme", "ENVI"), ("kind", "dataset")])
    assert query == Query(words="Rad wege", where={"kind": ("dataset",), "theme": ("TRAN", "ENVI")})


def test_the_iri_of_a_concept_is_the_same_as_its_notation() -> None:
    assert queries.parse([("theme", TRAN), ("theme", "TRAN")]).where == {"theme": ("TRAN",)}


def test_values_out_of_bounds_are_replaced_and_noted() -> None:
    asked = [("sort", "price"), ("size", "5000"), ("page", "x"), ("kind", "car"), ("q", "a" * 900)]
    query = queries.parse(asked)
    assert (query.sort, query.size, query.page, query.where) == ("relevance", 100, 1, {})
    assert len(query.words) == queries.MAX_QUERY_CHARACTERS
    assert len(queries.notes(asked)) == 5


@pytest.mark.parametrize("asked", [("size", "abc"), ("size", "0"), ("page", "-1"), ("page", "0"), ("lang", "fr")])
def test_what_is_replaced_is_noted(asked: tuple[str, str]) -> None:
    assert len(queries.notes([asked])) == 1
    assert queries.notes([(asked[0], "")]) == ()


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        (("sort", "price"), "No such order; sorted by relevance. There are relevance, newest, title, starts, ends."),
        (("theme", "TRANSPORT"), "There is no filter theme=TRANSPORT. Did you mean TRAN?"),
        (("use", "gratis"), "There is no filter use=gratis. There are free, attribution, restricted."),
        (("district", "weststat"), "There is no filter district=weststat. Did you mean weststadt?"),
    ],
)
def test_what_does_not_exist_is_noted_with_what_there_is(asked: tuple[str, str], note: str) -> None:
    concept = Concept("https://example.org/weststadt", "weststadt", {"de": "Weststadt"})
    assert [text["en"] for text in queries.notes([asked], ConceptList("districts", (concept,)))] == [note]
    assert queries.notes([("district", "Weststadt"), ("use", "frei")], ConceptList("districts", (concept,))) == ()
    assert queries.notes([("publisher", "amt"), ("source", "stadtwerke"), ("district", "weststat")]) == ()


@pytest.mark.parametrize("words", ["???", "  -- ", "+*/"])
def test_a_query_without_a_word_is_noted(words: str) -> None:
    assert [note["en"] for note in queries.notes([("q", words)])] == [
        "There is no word in your search. All entries are shown."
    ]
    assert not queries.notes([("q", " ")])


def test_an_ordinary_query_has_no_notes() -> None:
    assert queries.notes([("q", "rad"), ("theme", TRAN), ("theme", "TRAN"), ("sort", "title"), ("size", "100")]) == ()


def test_a_page_too_deep_is_refused_with_the_way_out() -> None:
    assert queries.parse([("page", "500"), ("size", "20")]).page == 500
    with pytest.raises(UsageError, match="export"):
        queries.parse([("page", "501"), ("size", "20")])


def test_the_kind_and_language_of_an_address_win_and_are_not_repeated() -> None:
    query = queries.parse([("kind", "project"), ("lang", "de"), ("q", "x")], lang="en", kind="dataset")
    assert (query.lang, query.where) == ("en", {"kind": ("dataset",)})
    assert queries.url(query, "/en/datasets") == "/en/datasets?q=x"
    assert queries.url(query, "/api/v1/search") == "/api/v1/search?q=x&kind=dataset&lang=en"


def test_the_same_query_has_one_address() -> None:
    one = queries.parse([("theme", "TRAN"), ("theme", "ENVI"), ("kind", "dataset"), ("page", "1"), ("size", "20")])
    two = queries.parse([("kind", "dataset"), ("theme", "ENVI"), ("theme", "TRAN"), ("utm", "x")])
    assert queries.url(one, "/suche") == queries.url(two, "/suche") == "/suche?kind=dataset&theme=ENVI&theme=TRAN"


def test_a_value_is_added_and_taken_away_on_the_first_page() -> None:
    query = Query(where={"theme": ("TRAN",)}, page=3)
    more = queries.with_value(query, "theme", "ENVI")
    assert (more.where, more.page) == ({"theme": ("TRAN", "ENVI")}, 1)
    assert queries.with_value(more, "theme", "ENVI") == more
    assert queries.without_value(queries.without_value(more, "theme", "ENVI"), "theme", "TRAN").where == {}


@given(
    st.dictionaries(st.sampled_from([f for f in FACETS if f != "kind"]), st.lists(st.text(max_size=400)), max_size=4),
    st.text(max_size=600),
    st.integers(1, 100),
    st.sampled_from(queries.SORTS),
)
def test_a_query_is_read_back_from_its_address(where: dict[str, list[str]], words: str, size: int, sort: str) -> None:
    asked = [(facet, value) for facet, values in where.items() for value in values]
    query = queries.parse([*asked, ("q", words), ("size", str(size)), ("sort", sort)])
    again = queries.parse(pairs_of(queries.url(query, "/suche")))
    assert {f: set(v) for f, v in again.where.items()} == {f: set(v) for f, v in query.where.items()}
    assert (again.words, again.size, again.sort) == (query.words, size, sort)
