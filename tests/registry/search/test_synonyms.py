"""The rings of words that mean the same: how they are read, and which of them the words of a query are in."""

from pathlib import Path

import pytest

from registry.search.analysis import words
from registry.search.synonyms import English, Synonyms, read, synonyms
from vocab import concepts

TABLE = Path(concepts.__file__).parent / "lists" / "synonyms.csv"


def matched(text: str, rings: Synonyms) -> list[tuple[int, int, list[str]]]:
    matches = rings.matches(words(text))
    return [(match.start, match.length, [member.text for member in match.members]) for match in matches]


def test_there_are_rings_on_what_cities_have_in_german_and_english():
    rings = read(TABLE)
    assert len(rings) >= 150
    assert all(len(ring) > 1 for ring in rings)
    every = {word for ring in rings for word in ring}
    assert {"Müllabfuhr", "Parkplatz", "Trinkwasser", "Wahlergebnis", "playground", "charging station", "wifi"} <= every


def test_a_word_is_in_its_ring_in_any_inflection():
    rings = Synonyms([("Spielplatz", "Bolzplatz", "playground"), ("Stadt", "city")])
    for text in ("Spielplätze", "spielplatz", "playgrounds"):
        ((start, length, members),) = matched(text, rings)
        assert (start, length, len(members)) == (0, 1, 2)
    assert matched("Straße", rings) == []
    assert matched("cities", rings) == [(0, 1, ["Stadt"])]


def test_several_words_are_matched_before_one():
    rings = Synonyms([("Altstadt", "old town"), ("Stadt", "town")])
    assert matched("wifi old town", rings) == [(1, 2, ["Altstadt"])]
    assert matched("town", rings) == [(0, 1, ["Stadt"])]


def test_a_german_word_with_the_stem_of_an_english_one_is_another_word():
    assert matched("Rente", synonyms()) == matched("Renten", synonyms()) == []
    for text in ("rent", "rents", "Miete", "Mieten"):
        assert matched(text, synonyms())


@pytest.mark.parametrize(
    ("text", "is_member", "is_none"),
    [
        ("Altersheim", "Seniorenzentrum", "Pflege"),
        ("retirement homes", "Seniorenzentrum", "Pflege"),
        ("Steuer", "Steuereinnahmen", "Abgabe"),
        ("child benefit", "Kindergeld", "Soziales"),
    ],
)
def test_a_broader_or_neighbouring_word_is_no_synonym(text, is_member, is_none):
    ((start, length, members),) = matched(text, synonyms())
    assert (start, length) == (0, len(text.split()))
    assert is_member in members
    assert is_none not in members


def test_the_names_of_streets_are_not_the_streets():
    ((_, length, members),) = matched("street names", synonyms())
    assert (length, "Straßennamen" in members, "Straße" in members) == (2, True, False)


def test_a_ring_of_the_city_replaces_those_that_have_its_first_word(tmp_path):
    own = tmp_path / "synonyms.csv"
    own.write_text("de,en\nMüllabfuhr|Tonnendienst,\nSpatzl|Nockerl,dumpling\n", encoding="utf-8")
    rings = synonyms(own)
    assert matched("Müllabfuhr", rings) == [(0, 1, ["Tonnendienst"])]
    assert matched("garbage", rings) == []
    assert matched("dumplings", rings) == [(0, 1, ["Spatzl", "Nockerl"])]
    assert matched("playground", rings)


@pytest.mark.parametrize(
    ("table", "reason"), [("a,b\n", "line 1"), ("de,en\nx\n", "line 2"), ("de,en\nx,y,z\n", "line 2")]
)
def test_a_wrong_table_is_refused_with_its_line(tmp_path, table, reason):
    path = tmp_path / "synonyms.csv"
    path.write_text(table, encoding="utf-8")
    with pytest.raises(ValueError, match=reason):
        read(path)


def test_a_ring_of_one_word_is_none(tmp_path):
    path = tmp_path / "synonyms.csv"
    path.write_text("de,en\nallein,\n", encoding="utf-8")
    assert read(path) == []


@pytest.mark.parametrize(
    ("typed", "others"),
    [
        ("roads closed", {"Sperrung"}),
        ("closed road", {"Sperrung"}),
        ("Pflegeheimplätze", {"Altenheim", "Pflegeheim", "care home"}),
        ("Alten Heim", {"Altenheim", "Pflegeheim", "care home"}),
        ("Pflegeheimverordnung", set()),
        ("Hundeplan", set()),
    ],
)
def test_words_of_a_member_stand_in_any_order_and_a_compound_says_what_it_is_about(typed, others):
    rings = Synonyms(
        [("Sperrung", English("road closed")), ("Pflegeheim", "Altenheim", English("care home")), ("Hund", "Köter")]
    )
    assert {member.text for match in rings.matches(words(typed)) for member in match.members} == others
