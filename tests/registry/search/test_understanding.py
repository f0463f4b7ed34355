"""What the words of a query name, quote and leave out."""

import pytest

from registry.search.matching import asked
from registry.search.query import Query
from registry.search.understanding import CITY, MAX_EXCLUDED, MAX_PHRASES, understand
from vocab.concepts import Concept, ConceptList

DISTRICTS = ConceptList(
    "districts",
    tuple(
        Concept(f"https://example.org/{word}", word, {"de": name, "en": name}, (), (), {"kind": "district"})
        for word, name in (("weststadt", "Weststadt"), ("altstadt", "Altstadt"))
    ),
)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Wo sind Spielplätze in der Weststadt?", {"district": ("weststadt",)}),
        ("Radwegenetz als GeoJSON", {"format": ("GEOJSON",)}),
        ("parkhäuser csv", {"format": ("CSV",)}),
        ("Trinkbrunnen Karte", {"family": ("map",)}),
        ("bike lanes map", {"family": ("map",)}),
        ("Ladepunkte API", {"family": ("api",)}),
        ("Wahl 2024", {"year": ("2024",)}),
        ("Projekte zur KI", {"kind": ("project",)}),
        ("events in 2026", {"kind": ("event",), "year": ("2026",)}),
        ("laufende Projekte", {"kind": ("project",), "phase": ("umsetzung",)}),
        ("planned projects", {"kind": ("project",), "phase": ("vorbereitung",)}),
        ("laufende Meter", {}),
        ("Daten zu Bäumen", {}),
        ("Hausnummer 1234", {}),
        ("Lärmkarte", {}),
        ("PLZ 69115", {}),
    ],
)
def test_words_name_a_district_a_format_a_year_or_a_kind(question, named):
    assert dict(understand(question, DISTRICTS).named) == named


def test_the_name_of_the_city_narrows_nothing():
    city = Concept("https://example.org/ulm", "ganze-stadt", {"de": "Ulm"}, ("Stadt Ulm",), (), {"kind": "city"})
    districts = ConceptList("districts", (*DISTRICTS, city))
    understood = understand("Bäume in Ulm", districts)
    assert (understood.named, understood.naming["ulm"]) == ({}, CITY)
    need = asked(Query(words="Bäume in Ulm"), None, understood).need
    assert need is not None
    assert [group.stem for group in need.groups] == ["baum"]
    alone = asked(Query(words="Ulm"), None, understand("Ulm", districts)).need
    assert alone is not None
    assert [group.stem for group in alone.groups] == ["ulm"]


def test_without_districts_no_word_names_one():
    assert understand("Weststadt").named == {}


@pytest.mark.parametrize(
    "question", ['"Amt für Mobilität"', "„Amt für Mobilität“", "“Amt für Mobilität”", "»Amt für Mobilität«"]
)
def test_words_in_quotes_are_a_phrase(question):
    assert understand(question).phrases == ("Amt für Mobilität",)


def test_what_is_left_out_is_no_text():
    understood = understand('Radwege -Brücke -"am Neckar" Rad-Wege – Süd')
    assert understood.excluded == ("Brücke", "am Neckar")
    assert "Brücke" not in understood.text
    assert "Rad-Wege" in understood.text


def test_a_kind_that_is_left_out_is_no_word():
    understood = understand("Sensoren -Projekte -project -Karte", DISTRICTS)
    assert (understood.left_out, understood.excluded) == ({"kind": ("project",)}, ("Karte",))


def test_phrases_and_what_is_left_out_are_bounded():
    question = " ".join(f'"a{number} b" -c{number}' for number in range(50))
    understood = understand(question)
    assert (len(understood.phrases), len(understood.excluded)) == (MAX_PHRASES, MAX_EXCLUDED)
