"""Facets by the table, limits by place and time, and the tree of organizations, on both engines alike.

Covers: registry/search/facet_values.py, registry/search/filters.py, registry/search/limits.py,
registry/search/organization_tree.py, registry/search/space_time.py
"""

from datetime import timedelta
from math import cos, radians, sin

import pytest

from registry.model import Agent, Distribution, Funding, Link, Opportunity, Period, Place, Record
from registry.model.timing import today
from registry.search.entry import entry
from registry.search.filters import Filters, fits
from registry.search.limits import Limits, Near
from registry.search.organization_tree import OrganizationTree
from registry.search.query import Query, SearchIndex
from registry.search.space_time import Box
from tests.builders import CSV, LICENCE, a_dataset, a_distribution, a_metadata, a_project, a_record
from tests.registry.search.test_every_index import counted, filled, ids, index

__all__ = ["index"]  # the fixture with both engines

EU = "http://publications.europa.eu/resource/authority"
ZERO = "http://dcat-ap.de/def/licenses/dl-zero-de/2.0"
NO_CHANGES = "http://dcat-ap.de/def/licenses/cc-by-nd/4.0"
LAND = Agent(name={"de": "Land"})
VOC = "https://w3id.org/lotse/voc"


def with_facet(index: SearchIndex, facet: str, **where: tuple[str, ...]) -> dict[str, int]:
    page = index.search(Query(where=where, facets=(facet,)))
    return {count.value: count.count for count in page.facets[facet]}


def with_limits(index: SearchIndex, **limits: object) -> list[str]:
    return sorted(ids(index, limits=Limits(**limits)))


# -- facets


def test_formats_have_a_family_and_licences_a_use(index):
    table = a_dataset("Tabelle")
    service = a_dataset(
        "Karte", distributions=(a_distribution(format=f"{EU}/file-type/SHP", licence=ZERO), a_distribution(format=CSV))
    )
    closed = a_dataset("Zu", distributions=(Distribution(access_url="https://example.org/a", licence=NO_CHANGES),))
    bare = a_dataset("Ohne", distributions=(Distribution(access_url="https://example.org/b"),))
    filled(
        index, *(a_record(metadata.title["de"].lower(), said=metadata) for metadata in (table, service, closed, bare))
    )
    assert with_facet(index, "family") == {"table": 2, "map": 1}
    assert ids(index, where={"family": ("map",)}) == ["karte"]
    assert with_facet(index, "use") == {"attribution": 2, "free": 1, "restricted": 1}
    assert ids(index, where={"use": ("restricted",)}) == ["zu"]
    assert with_facet(index, "use", family=("map",)) == {"attribution": 1, "free": 1}
    assert LICENCE.endswith("dl-by-de/2.0")


def test_how_current_a_dataset_is_depends_on_the_day_of_the_question(index):
    weekly = f"{EU}/frequency/WEEKLY"
    days = {"heute": 0, "gestern": 1, "lange-her": 60}
    datasets = [
        a_record(id, said=a_dataset(id, frequency=weekly, modified=(today() - timedelta(days=ago)).isoformat()))
        for id, ago in days.items()
    ]
    no_promise = a_record("ohne", said=a_dataset("Ohne", modified="2020-01-01"))
    filled(index, *datasets, no_promise, a_record("projekt", said=a_project()))
    assert with_facet(index, "freshness") == {"current": 2, "overdue": 1, "unknown": 1}
    assert ids(index, where={"freshness": ("overdue",)}) == ["lange-her"]
    assert sorted(ids(index, where={"freshness": ("overdue", "unknown")})) == ["lange-her", "ohne"]
    assert ids(index, where={"freshness": ("nie",)}) == []


def test_one_can_take_part_only_in_calls_that_are_not_over(index):
    def calls(id: str, *given: tuple[str, str]):
        opportunities = tuple(Opportunity(type=f"{VOC}/opportunity/{type}", ends=ends) for type, ends in given)
        return a_record(id, said=a_project(id, opportunities=opportunities))

    filled(
        index,
        calls("offen", ("partnergesuch", ""), ("partnergesuch", "2020-01-01"), ("testen", today().isoformat())),
        calls("vorbei", ("partnergesuch", (today() - timedelta(days=1)).isoformat()), ("ausschreibung", "9999")),
        a_record("nichts", said=a_project("Nichts")),
    )
    assert with_facet(index, "opportunity") == {"ausschreibung": 1, "partnergesuch": 1, "testen": 1}
    assert ids(index, where={"opportunity": ("partnergesuch",)}) == ["offen"]
    assert sorted(ids(index, where={"opportunity": ("testen", "ausschreibung")})) == ["offen", "vorbei"]
    assert with_facet(index, "opportunity", opportunity=("partnergesuch",))["ausschreibung"] == 1
    assert with_facet(index, "opportunity", kind=("dataset",)) == {}
    assert with_facet(index, "phase", opportunity=("testen",)) == {"umsetzung": 1}


def test_high_value_languages_and_funding(index):
    category = "http://data.europa.eu/bna/c_b79e35eb"
    german, tag = f"{EU}/language/DEU", a_distribution(languages=("de",))
    filled(
        index,
        a_record("netz", said=a_dataset("Netz", hvd_categories=(category,), languages=(german,), distributions=(tag,))),
        a_record("luft", said=a_dataset("Luft", legislation=("http://data.europa.eu/eli/reg_impl/2023/138/oj",))),
        a_record(
            "projekt",
            said=a_project(funding=(Funding(funder=Agent(name={"de": "Land"})), Funding(name={"de": "EFRE"}))),
        ),
        a_record("verein", said=a_metadata("Verein", "organization", classification=f"{VOC}/organization-kind/verein")),
    )
    assert with_facet(index, "hvd") == {"yes": 2, "c_b79e35eb": 1}
    assert sorted(ids(index, where={"hvd": ("yes",)})) == ["luft", "netz"]
    assert with_facet(index, "language") == {"DEU": 1}
    assert with_facet(index, "funding") == {"land": 1, "efre": 1}
    assert ids(index, where={"funding": ("efre",)}) == ["projekt"]
    assert with_facet(index, "organization_kind") == {"verein": 1}


def test_only_the_default_facets_are_counted_unless_others_are_named(index):
    filled(index, a_record())
    assert "family" not in index.search(Query()).facets
    assert list(index.search(Query(facets=("use", "kind"))).facets) == ["use", "kind"]


# -- the tree of organizations


def test_an_organization_contains_its_units(index):
    def organization(id: str, *above: str):
        links = tuple(Link("unit_of", f"/id/{parent}") for parent in above)
        return a_record(id, said=a_metadata(id, "organization", links=links))

    def published(id: str, publisher: str):
        return a_record(id, said=a_dataset(id, publisher=Agent(id=publisher, name={"de": publisher})))

    filled(
        index,
        *(organization("stadt"), organization("dezernat", "stadt"), organization("amt", "dezernat")),
        *(published("a", "amt"), published("b", "amt"), published("c", "stadt"), published("d", "werke")),
    )
    assert counted(index, "publisher") == {"stadt": 3, "amt": 2, "dezernat": 2, "werke": 1}
    assert sorted(ids(index, where={"publisher": ("stadt",)})) == ["a", "b", "c"]
    assert sorted(ids(index, where={"publisher": ("dezernat", "werke")})) == ["a", "b", "d"]
    assert counted(index, "kind", publisher=("dezernat",)) == {"dataset": 2}
    index.apply([], index.position())


def test_a_circle_of_organizations_ends():
    tree = OrganizationTree(("a\tb", "b\tc", "c\ta"))
    assert tree.units("a") == ("a", "b", "c")
    assert tree.above("a") == {"b", "c"}
    assert tree.with_parents({"a": 1}) == {"a": 1, "b": 1, "c": 1}


# -- place and time


def at(longitude: float, latitude: float) -> Place:
    return Place(centroid=f"POINT({longitude} {latitude})")


def test_a_box_finds_what_touches_it(index):
    old_town = Place(bbox="POLYGON((8.68 49.40, 8.72 49.40, 8.72 49.42, 8.68 49.42, 8.68 49.40))")
    shape = Place(geometry="POLYGON((8.60 49.30, 8.62 49.30, 8.61 49.33, 8.60 49.30))")
    filled(
        index,
        a_record("punkt", said=a_dataset("Punkt", places=(at(8.70, 49.41),))),
        a_record("altstadt", said=a_dataset("Altstadt", places=(old_town,))),
        a_record("dreieck", said=a_dataset("Dreieck", places=(shape,))),
        a_record("zwei", said=a_dataset("Zwei", places=(at(8.0, 49.0), at(9.0, 50.0)))),
        a_record("nirgends", said=a_dataset("Nirgends", places=(Place(name={"de": "Altstadt"}),))),
    )
    assert with_limits(index, box=Box(8.69, 49.405, 8.705, 49.415)) == ["altstadt", "punkt"]
    assert with_limits(index, box=Box(8.71, 49.41, 8.9, 49.5)) == ["altstadt"]
    assert with_limits(index, box=Box(8.5, 49.2, 8.6, 49.3)) == ["dreieck"]
    assert with_limits(index, box=Box(8.4, 49.4, 8.6, 49.6)) == []  # between the two places, and beside all others
    assert with_limits(index, box=Box(-180, -90, 180, 90)) == ["altstadt", "dreieck", "punkt", "zwei"]


def test_many_places_of_a_record_are_all_found(index):
    places = tuple(at(8 + number / 10, 49) for number in range(60))
    filled(index, a_record("viele", said=a_dataset("Viele", places=places)))
    assert all(with_limits(index, box=Box(8 + n / 10, 49, 8 + n / 10, 49)) == ["viele"] for n in range(0, 60, 7))
    assert with_limits(index, box=Box(7, 49, 7.9, 49)) == []


@pytest.mark.parametrize("degrees", [0, 11.25, 30, 45, 75, 90, 200, 310])
def test_a_circle_is_round(index, degrees):
    def away(km: float) -> Place:
        east, north = km * cos(radians(degrees)), km * sin(radians(degrees))
        return at(8.69 + east / 111.195 / cos(radians(49.41)), 49.41 + north / 111.195)

    filled(
        index,
        a_record("nah", said=a_dataset("Nah", places=(away(4.93),))),
        a_record("fern", said=a_dataset("Fern", places=(away(5.07),))),
    )
    assert with_limits(index, near=Near(8.69, 49.41, 5)) == ["nah"]
    assert with_limits(index, near=Near(8.69, 49.41, 6)) == ["fern", "nah"]


def test_a_box_touches_a_circle_with_its_side_its_corner_or_all_of_it(index):
    def box(id: str, west: float, south: float, east: float, north: float) -> Record:
        sides = f"POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"
        return a_record(id, said=a_dataset(id, places=(Place(bbox=sides),)))

    filled(
        index,
        box("rundherum", 8, 49, 10, 50),
        box("seite", 8.75, 49, 9, 50),  # 4.3 km to the east
        box("ecke", 8.73, 49.44, 9, 50),  # 4.4 km to the north-east
        box("neben-der-ecke", 8.74, 49.45, 9, 50),  # 5.7 km
    )
    assert with_limits(index, near=Near(8.69, 49.41, 5)) == ["ecke", "rundherum", "seite"]
    assert with_limits(index, near=Near(8.69, 49.41, 1)) == ["rundherum"]
    assert with_limits(index, near=Near(8.69, 89.99, 1)) == []


def test_periods_overlap_also_with_open_ends(index):
    def during(id: str, *periods: tuple[str, str], **fields: object):
        given = tuple(Period(start=start, end=end) for start, end in periods)
        return a_record(id, said=a_dataset(id, periods=given, **fields))

    filled(
        index,
        during("2019", ("2019-01-01", "2019-12-31")),
        during("seit-2021", ("2021-03", "")),
        during("bis-2015", ("", "2015")),
        during("luecke", ("2010", "2012"), ("2020-05-01", "2020-05-31")),
        during("ohne", issued="2019-05-05"),
        a_record("fest", said=a_metadata("Fest", "event", starts="2019-07-01T18:00:00Z")),
        a_record("projekt", said=a_project(starts="2018")),
    )
    assert with_limits(index, begins="2019", ends="2019") == ["2019", "fest", "projekt"]
    assert with_limits(index, begins="2021") == ["projekt", "seit-2021"]
    assert with_limits(index, ends="2014") == ["bis-2015", "luecke"]
    assert with_limits(index, begins="2013", ends="2014") == ["bis-2015"]
    assert with_limits(index, begins="2020-05-31", ends="2020-05-31") == ["luecke", "projekt"]
    assert with_limits(index, begins="2021-02-28", ends="2021-02-28") == ["projekt"]
    assert with_limits(index, begins="2021-03-01", ends="2021-03-01") == ["projekt", "seit-2021"]


def test_limits_narrow_counts_and_words_too(index):
    filled(
        index,
        a_record("hier", said=a_dataset("Brunnen hier", places=(at(8.7, 49.4),))),
        a_record("dort", said=a_dataset("Brunnen dort", places=(at(9.7, 49.4),))),
    )
    limits = Limits(box=Box(8, 49, 9, 50))
    page = index.search(Query(words="Brunnen", limits=limits, where={"format": ("CSV",)}))
    assert ([hit.id for hit in page.hits], page.total) == (["hier"], 1)
    assert {name: [count.count for count in page.facets[name]] for name in ("kind", "format")} == {
        "kind": [1],
        "format": [1],
    }


@pytest.mark.parametrize(
    ("where", "limits"),
    [
        ({"freshness": ("overdue",)}, Limits()),
        ({"freshness": ("unknown", "current")}, Limits()),
        ({"opportunity": ("testen",)}, Limits()),
        ({"family": ("table",), "use": ("attribution",)}, Limits()),
        ({}, Limits(box=Box(8, 49, 9, 50))),
        ({"kind": ("dataset",)}, Limits(near=Near(8.7, 49.4, 3), begins="2019", ends="2021")),
        ({}, Limits(begins="2022")),
    ],
)
def test_a_single_document_fits_where_the_engine_finds_it(index, where, limits):
    old, testing = f"{EU}/frequency/WEEKLY", Opportunity(type=f"{VOC}/opportunity/testen")
    records = [
        a_record("a", said=a_dataset("A", places=(at(8.7, 49.4),), periods=(Period(start="2020", end=""),))),
        a_record("b", said=a_dataset("B", frequency=old, modified="2020-01-01", places=(at(8.75, 49.4),))),
        a_record("c", said=a_project("C", opportunities=(testing,), starts="2021")),
        a_record("d", said=a_dataset("D", frequency=old, modified=today().isoformat(), distributions=())),
    ]
    filled(index, *records)
    filters = Filters(where, limits.conditions(), today().toordinal())
    documents = {record.id: entry(record) for record in records}
    fitting = [id for id, document in documents.items() if fits(filters, document.facets, document.numbers)]
    assert fitting == sorted(ids(index, where=where, limits=limits))
