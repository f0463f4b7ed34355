"""The table of facets: complete, and enough to add one."""

import subprocess
import sys

import pytest

from registry.search import elastic_projection, facets
from registry.search.facet_counts import normal_where
from registry.search.facet_values import MAX_KEY
from registry.search.facets import COUNTED, FACETS, INDEX_VERSION, OUTSIDE_FACETS, PARENTS, TOGETHER, value_list
from tests.paths import ROOT
from vocab.concepts import load
from vocab.kinds import KIND_ROWS

DISTRICTS = load(ROOT / "deploy/heidelberg/districts.csv")
FIELDS_OF_VERSION = {
    1: "kind theme publisher district format licence phase source year publishers years",
    2: "kind theme publisher district format licence phase source year publishers years",
    3: "kind theme publisher district format licence phase source year opportunity family use freshness hvd language "
    "funding participant organization_kind publishers years funders participants parents",
    4: "kind theme publisher district format licence phase source year opportunity family use freshness hvd language "
    "funding participant organization_kind publishers years funders participants parents",
    5: "kind theme publisher district format licence phase source year opportunity family use freshness hvd language "
    "funding participant organization_kind publishers years funders participants parents",
    6: "kind theme publisher district format licence phase source year opportunity family use freshness hvd language "
    "funding participant organization_kind publishers years funders participants parents",
    7: "kind theme publisher district format licence phase source year opportunity family use freshness hvd language "
    "funding participant organization_kind publishers years funders participants parents",
    8: "kind theme publisher district format licence phase source year opportunity family use freshness hvd language "
    "funding participant organization_kind publishers years funders participants parents",
    9: "kind theme publisher district format licence phase source year opportunity family use freshness hvd language "
    "funding participant organization_kind publishers years funders participants parents "
    "themes districts families uses",
    10: "kind theme publisher district format licence phase source year opportunity family use freshness hvd language "
    "funding participant organization_kind publishers years funders participants parents "
    "themes districts families uses",
    11: "kind theme publisher district format licence phase source year opportunity family use freshness hvd language "
    "funding participant organization_kind publishers years funders participants parents "
    "themes districts families uses",
    12: "kind theme publisher district format licence phase source year opportunity family use freshness hvd language "
    "funding participant organization_kind publishers years funders participants parents "
    "themes districts families uses",
}

# One row more, before anything else reads the table; all that follows is the product as it stands.
NEW_FACET = """
import sys
from pathlib import Path
from types import MappingProxyType
from registry.search import facets
from vocab.concepts import concept_list

def access(record, districts):
    known = concept_list("access-rights").get(record.metadata.access)
    return (known.notation,) if known else ()

row = facets.Facet(
    "access", {"de": "Zugang", "en": "Access"}, "list", access, "PUBLIC", 18, list="access-rights", by_default=True
)
facets.FACETS = MappingProxyType({**facets.FACETS, "access": row})
facets.TEXT_FACETS += ("access",)
facets.DEFAULT_FACETS += ("access",)

from api.data.openapi import search_parameters
from api.pages.facet_groups import GROUPS
from api.text.labels import labels
from api.web import query
from registry.model import Change, Position
from registry.search import elastic_projection
from registry.search.query import Query
from registry.search.tantivy_index import TantivyIndex
from tests.builders import a_dataset, a_record
from registry.city import City

PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
index = TantivyIndex(Path(sys.argv[1]))
open_, closed = a_record("offen", said=a_dataset(access=PUBLIC)), a_record("zu", said=a_dataset("Akten"))
index.rebuild([Change(1, "offen", open_), Change(2, "zu", closed)], Position("epoch", 2))
asked = query.parse([("access", PUBLIC)])
found = index.search(asked)
assert asked.where == {"access": ("PUBLIC",)}, asked.where
assert [hit.id for hit in found.hits] == ["offen"], found.hits
assert [(one.value, one.count) for one in found.facets["access"]] == [("PUBLIC", 1)], found.facets["access"]
assert query.url(asked, "/suche") == "/suche?access=PUBLIC"
assert "access" in elastic_projection.FIELDS
assert [one["example"] for one in search_parameters() if one["name"] == "access"] == [["PUBLIC"]]
assert GROUPS[-1].label["de"] == "Zugang"
label = labels(None, City(), (), "access", ["PUBLIC"])["PUBLIC"]["de"]
assert label == concept_list("access-rights").get("PUBLIC").label("de")
print("ok")
"""


def test_a_new_facet_is_one_row_of_the_table(tmp_path):
    done = subprocess.run([sys.executable, "-c", NEW_FACET, str(tmp_path)], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "ok\n", done.stderr


@pytest.mark.parametrize("facet", FACETS.values(), ids=FACETS)
def test_a_facet_has_labels_and_an_example_that_is_a_value(facet):
    assert set(facet.label) == {"de", "en"}
    assert all(facet.label.values())
    assert 0 < len(facet.example) <= MAX_KEY
    assert bool(facet.list) == (facet.values == "list")
    concepts = value_list(facet, DISTRICTS)
    if concepts is not None:
        assert facet.example in concepts.by_notation
    assert set(facet.kinds) <= set(KIND_ROWS)
    if facet.values == "kinds":
        assert facet.example in KIND_ROWS


def test_each_group_has_a_place_of_its_own():
    places = [facet.order for facet in FACETS.values() if facet.order]
    assert sorted(places) == list(range(1, len(places) + 1))


def test_fields_that_are_counted_are_no_facets():
    fields = [*(one.field for one in COUNTED), *TOGETHER]
    assert not set(fields) & set(FACETS)
    assert len(set(fields)) == len(fields)


def test_an_index_with_other_fields_has_another_version():
    """Whoever adds a facet raises INDEX_VERSION and adds its fields here: indexes of before are then built again."""
    in_index = (name for name in FACETS if name not in OUTSIDE_FACETS)
    fields = " ".join((*in_index, *(one.field for one in (*COUNTED, PARENTS)), *TOGETHER))
    assert FIELDS_OF_VERSION[INDEX_VERSION] == fields
    assert max(FIELDS_OF_VERSION) == INDEX_VERSION
    assert set(fields.split()) <= set(elastic_projection.FIELDS)


def test_a_value_without_a_list_stays_as_it_is():
    assert value_list(facets.FACETS["source"], DISTRICTS) is None
    assert value_list(facets.FACETS["district"], None) is None


@pytest.mark.parametrize(
    ("facet", "value", "notation"),
    [
        ("hvd", "true", "yes"),
        ("hvd", "Mobilität", "c_b79e35eb"),
        ("use", "frei, mit Namensnennung", "attribution"),
        ("freshness", "ÜBERFÄLLIG", "overdue"),
        ("freshness", "as promised", "current"),
        ("family", "Tabelle", "table"),
        ("language", "de", "DEU"),
        ("opportunity", "Partner gesucht", "partnergesuch"),
        ("opportunity", "tender", "ausschreibung"),
        ("use", "irgendwie", "irgendwie"),
        ("funding", "Land", "Land"),
    ],
)
def test_values_of_the_newer_facets_may_be_written_as_they_are_called(facet, value, notation):
    assert normal_where({facet: (value,)}) == {facet: (notation,)}
