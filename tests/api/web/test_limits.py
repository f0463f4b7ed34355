"""The parameters that limit a search by place and time.

Covers: api/web/limits.py
"""

import pytest

from api.web import query as queries
from registry.errors import ValidationError
from registry.search.facets import DEFAULT_FACETS
from registry.search.limits import Limits, Near
from registry.search.space_time import Box
from tests.api.web.test_query import pairs_of

GOOD = [
    ("bbox", "8.57,49.35,8.80,49.46", Limits(box=Box(8.57, 49.35, 8.8, 49.46))),
    ("near", " 8.69, 49.41, 2 ", Limits(near=Near(8.69, 49.41, 2))),
    ("from", "2020", Limits(begins="2020")),
    ("to", "3.5.2021", Limits(ends="2021-05-03")),
    ("to", "", Limits()),
    ("city", "no", Limits(whole_city=False)),
    ("city", "yes", Limits()),
]
WRONG = [
    ("bbox", "8,49,9"),
    ("bbox", "9,49,8,50"),
    ("bbox", "8,49,9,nan"),
    ("bbox", "8,49,9,91"),
    ("near", "8.69,49.41"),
    ("near", "8.69,49.41,0"),
    ("near", "8.69,49.41,201"),
    ("near", "181,49.41,2"),
    ("from", "2020-13"),
    ("from", "gestern"),
    ("city", "maybe"),
    ("to", "1" * 200),
]


@pytest.mark.parametrize(("name", "value", "limits"), GOOD)
def test_a_limit_is_read_and_written_back(name: str, value: str, limits: Limits) -> None:
    query = queries.parse([(name, value)])
    assert query.limits == limits
    assert queries.parse(pairs_of(queries.url(query, "/suche"))).limits == limits


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_limit_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        queries.parse([(name, value), ("q", "Brunnen")])
    assert [error["field"] for error in refused.value.errors] == [name]
    assert {"de", "en"} == set(refused.value.errors[0]["message"])


def test_a_period_must_not_end_before_it_begins() -> None:
    with pytest.raises(ValidationError) as refused:
        queries.parse([("from", "2021"), ("to", "2020-12")])
    assert [error["field"] for error in refused.value.errors] == ["to"]
    assert queries.parse([("from", "2021-05"), ("to", "2021")]).limits == Limits(begins="2021-05", ends="2021")


def test_a_page_leaves_wrong_limits_out_and_says_so() -> None:
    params, notes = queries.without_wrong([("near", "hier"), ("from", "2020"), ("q", "x")])
    assert params == [("from", "2020"), ("q", "x")]
    assert len(notes) == 1


def test_the_facets_to_count_can_be_named() -> None:
    assert queries.parse([("facets", "use, family")]).facets == ("use", "family")
    assert queries.parse([("facets", "none")]).facets == ()
    assert queries.parse([]).facets == DEFAULT_FACETS
    assert queries.url(queries.parse([("facets", "use")]), "/api/v1/search") == "/api/v1/search?facets=use"
    with pytest.raises(ValidationError, match="parameter"):
        queries.parse([("facets", "use,form")])


def test_a_limit_can_be_taken_away() -> None:
    query = queries.parse([("near", "8,49,2"), ("from", "2020"), ("page", "3")])
    assert queries.without_limit(query, "near").limits == Limits(begins="2020")
    assert queries.without_limit(query, "begins", "ends").page == 1
