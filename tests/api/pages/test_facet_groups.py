"""The groups of filters beside a list.

Covers: api/pages/facet_groups.py
"""

import re

import pytest
from fastapi.testclient import TestClient

from api.pages.facet_groups import MAX_VALUES_BEFORE_REST, MAX_VALUES_PER_GROUP, FacetGroup, counted, groups
from registry.search.query import Count, Query, ResultPage


def of(
    facet: str, *counts: Count, chosen: tuple[str, ...] = (), find: str = "", kind: str | None = None
) -> list[FacetGroup]:
    """The groups of a list that counted only this facet; each value is its own label."""
    where = {facet: chosen} if chosen else {}
    results = ResultPage((), 1, {facet: counts})
    return list(groups(Query(where=where), results, {facet: {}}, ("de", kind), None, {facet: find} if find else {}))


def test_phases_stand_in_their_own_order() -> None:
    (group,) = of("phase", Count("umsetzung", 9), Count("idee", 1), Count("vorbereitung", 4), chosen=("umsetzung",))
    assert [value.value for value in group.first] == ["idee", "vorbereitung", "umsetzung"]
    assert [value.selected for value in group.first] == [False, False, True]


def test_families_of_formats_come_first_and_single_formats_below() -> None:
    results = ResultPage((), 1, {"format": (Count("CSV", 3),), "family": (Count("api", 5), Count("table", 2))})
    (group,) = groups(Query(), results, {"format": {}, "family": {}}, ("de", "dataset"), None, {})
    assert (group.name, [value.value for value in group.first]) == ("family", ["table", "api"])
    assert [below.name for below in group.inner] == ["format"]
    assert not group.inner[0].open
    chosen = Query(where={"format": ("CSV",)})
    (group,) = groups(chosen, results, {"format": {}, "family": {}}, ("de", "dataset"), None, {})
    assert group.inner[0].open
    assert group.open


def test_units_stand_below_their_organization() -> None:
    (group,) = of("publisher", Count("stadt", 9), Count("werke", 5), Count("amt", 4, parent="stadt"))
    assert [(value.value, value.level) for value in group.first] == [("stadt", 0), ("amt", 1), ("werke", 0)]


def test_a_chosen_unit_of_a_long_list_stands_below_its_organization_and_is_visible() -> None:
    units = [Count(f"amt-{number:02}", 50 - number, parent="stadt") for number in range(20)]
    (group,) = of("publisher", Count("werke", 99), Count("stadt", 60), *units, chosen=("amt-15",))
    assert [(value.value, value.level) for value in group.first][:3] == [("stadt", 0), ("amt-15", 1), ("amt-00", 1)]
    assert group.rest[-1].value == "werke"
    (group,) = of("publisher", Count("werke", 99), Count("stadt", 60), *units, chosen=("amt-15", "werke"))
    places = {value.value: value.level for value in group.first}
    assert (places["amt-15"], places["werke"]) == (1, 0)


def test_a_long_list_can_be_searched_and_keeps_what_is_chosen() -> None:
    counts = [Count(f"amt-{number:02}", 100 - number) for number in range(80)]
    (group,) = of("participant", *counts)
    assert (len(group.first), group.find) == (MAX_VALUES_BEFORE_REST, "")
    assert len(group.first) + len(group.rest) == MAX_VALUES_PER_GROUP
    (group,) = of("participant", *counts, chosen=("amt-03",), find="AMT-7")
    assert [value.value for value in group.first] == ["amt-03", *(f"amt-{number}" for number in range(70, 80))]
    assert (group.rest, group.find, group.open) == ((), "AMT-7", True)
    (group,) = of("participant", *counts, find="gibt es nicht")
    assert group.first == ()


def test_a_short_list_has_no_search_field() -> None:
    (group,) = of("participant", Count("amt", 1))
    assert group.find is None


def test_the_period_is_asked_for_with_the_years() -> None:
    (group,) = of("year", *(Count(str(year), 1) for year in range(2000, 2025)))
    assert group.dates
    assert [value.value for value in group.first][:2] == ["2024", "2023"]
    assert group.find is None


@pytest.mark.parametrize(
    ("kind", "there", "missing"),
    [
        ("project", {"phase", "opportunity", "participant", "funding"}, {"family", "licence", "organization_kind"}),
        ("organization", {"organization_kind", "district", "source"}, {"theme", "phase", "year"}),
        ("dataset", {"family", "format", "use", "freshness", "hvd"}, {"phase", "organization_kind", "kind"}),
        (None, {"kind", "phase", "family", "organization_kind"}, set()),
    ],
)
def test_the_list_of_a_kind_has_its_own_groups(kind: str | None, there: set[str], missing: set[str]) -> None:
    assert there <= set(counted(kind))
    assert not missing & set(counted(kind))


def test_a_chosen_value_is_shown_in_a_list_where_the_group_is_not() -> None:
    assert of("phase", Count("idee", 1), kind="dataset") == []
    (group,) = of("phase", Count("idee", 1), chosen=("idee",), kind="dataset")
    assert group.first[0].selected


def test_a_search_says_which_limit_leaves_nothing(browser: TestClient) -> None:
    page = browser.get("/daten?near=8.69,49.41,0.001&q=").text
    assert "Kein Treffer. Es liegt am Filter „Umkreis“." in page
    assert "Umkreis: 0,001 km" in page
    assert 'href="/daten"' in page


def test_a_wrong_limit_is_left_out_with_a_note(browser: TestClient) -> None:
    page = browser.get("/daten?from=gestern").text
    assert "Schreiben Sie das Datum als Jahr" in page
    assert "Zeitraum:" not in page


def test_the_fields_of_the_filters_work_without_script(browser: TestClient) -> None:
    page = browser.get("/projekte?from=2020&to=2030&find.district=alt").text
    assert '<input name="from" value="2020"' in page
    assert "Zeitraum: 2020 bis 2030" in page
    assert re.search(r'<details class="facet" open>\s*<summary>Jahr', page)
    assert re.search(r'<a class="chip" href="/projekte">', page)


def test_a_place_is_asked_for_by_coordinates_without_script(browser: TestClient) -> None:
    filters = browser.get("/daten").text.partition('<form class="filters"')[2].partition("</form>")[0]
    assert '<input name="around" value=""' in filters
    assert '<input name="km" value="1"' in filters
    assert "Umkreis: 0,5 km" in browser.get("/daten?around=49.41%2C+8.69&km=0,5").text
    assert "We could not read the place" in browser.get("/en/datasets?around=Marktplatz").text
