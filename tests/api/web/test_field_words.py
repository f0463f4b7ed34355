"""Filters that are typed into the search field."""

import pytest

from api.web import query as queries
from api.web.field_words import MAX_FIELDS, taken


@pytest.mark.parametrize(
    ("question", "text", "where"),
    [
        ("radwege organisation:umweltamt", "radwege", {"publisher": ("umweltamt",)}),
        ('organisation:"Amt für Mobilität" rad', "rad", {"publisher": ("amt-fuer-mobilitaet", "amt-fur-mobilitat")}),
        ("thema:Verkehr", "", {"theme": ("TRAN",)}),
        ("topic:ENVI trees", "trees", {"theme": ("ENVI",)}),
        ("format:csv format:json", "", {"format": ("CSV", "JSON")}),
        ("Stadtteil:Altstadt", "", {"district": ("altstadt",)}),
        ("jahr:2024 wahl", "wahl", {"year": ("2024",)}),
        ("art:Projekt ki", "ki", {"kind": ("project",)}),
        ("phase:umsetzung", "", {"phase": ("umsetzung",)}),
        ("source:stadtwerke", "", {"source": ("stadtwerke",)}),
        ("Brücke: Zählung", "Brücke: Zählung", {}),
        ("titel:baum", "titel:baum", {}),
        ("art:quatsch", "art:quatsch", {}),
        ("https://example.org/a:b", "https://example.org/a:b", {}),
        ("8:30 Uhr", "8:30 Uhr", {}),
    ],
)
def test_a_field_and_a_value_are_a_filter(question, text, where):
    assert taken(question) == (text, where)


def test_a_typed_filter_is_one_of_the_query_and_of_its_address():
    query = queries.parse([("q", "radwege thema:Verkehr"), ("theme", "ENVI")])
    assert (query.words, query.where) == ("radwege", {"theme": ("ENVI", "TRAN")})
    assert queries.url(query, "/suche") == "/suche?q=radwege&theme=ENVI&theme=TRAN"


def test_on_the_list_of_a_kind_no_other_kind_can_be_typed():
    assert queries.parse([("q", "art:Projekt")], "de", "dataset").where == {"kind": ("dataset",)}


def test_typed_filters_are_bounded():
    _, where = taken(" ".join(f"jahr:{1900 + number}" for number in range(100)))
    assert len(where["year"]) == MAX_FIELDS
