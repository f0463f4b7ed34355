"""Words to terms, and back to the places where they stand.

Covers: registry/search/short_words.py, registry/search/word_lists.py
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.search import analysis
from registry.search.analysis import (
    FILLERS,
    GRAM,
    MAX_LETTERS,
    NOTHING,
    STOP_WORDS,
    analysed,
    clean,
    ending_of,
    fold_word,
    mark,
    name_key,
    words,
)


def terms(text: str) -> analysis.Terms:
    return analysed(text)[0]


def stems(text: str) -> list[str]:
    return terms(text).stems.split()


def grams(text: str) -> list[str]:
    return terms(text).grams.split()


@pytest.mark.parametrize(
    ("dirty", "plain"),
    [
        ("Stra&szlig;e &amp; Weg", "Straße & Weg"),
        ("<p>Fett <b>gedruckt</b></p>", "Fett gedruckt"),
        ("Rad\u00adwege", "Radwege"),
        ("1990 \x96 2000", "1990 – 2000"),
        ("U\u0308bersicht", "Übersicht"),
        ("a < b > c", "a < b > c"),
    ],
)
def test_markup_and_leftovers_of_encodings_are_cleaned_away(dirty, plain):
    assert clean(dirty).split() == plain.split()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("Bäume", "Baum"),
        ("Häuser", "Haus"),
        ("Radwege", "Radweg"),
        ("Bürger:innen", "Bürgerinnen"),
        ("Bürger*innen", "BürgerInnen"),
        ("Bürger_innen", "Bürger/-innen"),
        ("Gebäude", "Gebaeude"),
    ],
)
def test_spellings_and_inflections_have_one_stem(one, other):
    assert stems(one) == stems(other)
    assert len(stems(one)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "strasse"),
        ("Müller", "Mueller"),
        ("Müller", "Muller"),
        ("Öl", "oel"),
        ("Café", "cafe"),
        ("ÄRZTE", "aerzte"),
    ],
)
def test_spellings_fold_to_one_word(one, other):
    assert fold_word(one) == fold_word(other)


@pytest.mark.parametrize(
    ("raised", "plain"),
    [("CO₂-Bilanz", "CO2-Bilanz"), ("PM₁₀", "PM10"), ("m²", "m2"), ("NO₃⁻ und 10⁶", "NO3- und 106")],
)
def test_raised_and_lowered_digits_are_digits(raised, plain):
    assert terms(raised) == terms(plain)
    assert words(raised) == words(plain)


def test_few_letters_with_a_number_are_one_word_that_is_asked_for():
    (word,) = words("CO₂")
    assert (word.text, word.stem) == ("co 2", "co 2")
    assert set(word.root) <= set(grams("CO2-Bilanz"))
    assert not set(word.root) <= set(grams("Radwege, 2 Arten"))
    assert [word.text for word in words("Haushalt2024 A5")] == ["haushalt", "2024", "5"]


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Nachtbuslinien", {"bus"}),
        ("Jugendamt und Jugendämter", {"amt"}),
        ("Hallenbäder", {"bad"}),
        ("Heizölpreise", {"ol"}),
        ("Radwegenetz", {"weg"}),
        ("Bodensee", {"see"}),
        ("Stadträte", {"rat"}),
        ("Amtsblatt", set()),  # at the beginning a gram finds it
        (
            "insgesamt robust, Grad der Bewegung, Portal, Temperatur, Politik, Kosten, Gebäude, Bäume, Straßengasse",
            set(),
        ),
    ],
)
def test_short_words_are_found_inside_compounds_but_not_by_chance(text, short):
    edges = {word for word in analysed(text)[1] if "_" in word}
    assert analysed(text)[1] - edges == short


@pytest.mark.parametrize("word", ["neue", "bauer", "quelle", "freue"])
def test_what_only_looks_like_a_written_out_umlaut_stays(word):
    assert fold_word(word) == word


def test_words_break_where_a_capital_follows_and_between_letters_and_digits():
    assert stems("GeoPortal A5 baum_kataster") == ["geo", "portal", "5", "baum", "katast"]


def test_stop_words_are_not_indexed():
    assert stems("Die Wege und der Park für alle") == ["weg", "park"]


def test_grams_mark_the_ends_of_words_and_never_cross_them():
    assert grams("Rad Park") == ["_rad", "rad_", "_par", "park", "ark_"]


def test_an_empty_field_holds_a_sentinel_that_no_word_gives():
    assert terms("") == terms("und der, die!") == (NOTHING, NOTHING)
    assert terms(NOTHING) == (NOTHING, NOTHING)


def test_a_text_is_found_by_the_same_terms_whatever_stands_around_its_words():
    assert terms("(Radwege), »Brunnen«") == terms("Radwege Brunnen")


def test_hostile_texts_are_bounded():
    longest = max(map(len, stems("ä" * 100_000)))
    assert longest <= MAX_LETTERS
    assert len(terms("weg " * 1_000_000).stems) <= analysis.MAX_CHARACTERS
    assert terms("<" * 50_000) == (NOTHING, NOTHING)
    assert len(mark("<b>" * 50_000 + "Weg", words("Weg"))) == 1


def test_the_cache_of_words_is_bounded(monkeypatch):
    monkeypatch.setattr(analysis, "MAX_CACHED", 50)
    for number in range(200):
        assert stems(f"Wort{number}") == ["wort", str(number)]
    assert len(analysis._CHUNKS) <= 50


def test_the_words_of_a_query_are_distinct_and_in_order():
    assert [word.text for word in words("Wege zum Park, Wege und Wiesen")] == ["wege", "park", "wiesen"]


def test_a_query_of_stop_words_asks_for_them():
    assert [word.text for word in words("über uns")] == ["über", "uns"]


def test_fillers_are_marked():
    assert [word.filler for word in words("Übersicht der Radwege")] == [True, False]


def test_words_of_questions_are_dropped_unless_there_is_nothing_else():
    assert [word.text for word in words("Wo kann ich meine Brunnen finden?")] == ["brunnen"]
    assert [word.text for word in words("kannst du das")] == ["kannst"]


def test_frequent_endings_are_those_of_compounds():
    assert ending_of("Luftqualität") == "qualitat"
    assert ending_of("Weststadt") == "stadt"
    assert ending_of("Wohnungen") == "ungen"
    assert ending_of("Stadt") == ending_of("Brunnen") == ""


def test_a_part_of_four_letters_is_marked_only_where_a_compound_begins_or_ends():
    assert mark("gemeinsam", words("mein")) == []
    assert mark("Baumkataster", words("Baum")) == [(0, 4)]
    assert mark("Stadtbäume", words("Baum")) == [(5, 10)]


def test_the_lists_of_words_do_not_overlap():
    assert not STOP_WORDS & FILLERS
    assert all(word == word.lower() for word in STOP_WORDS | FILLERS)


def test_the_root_of_a_word_stands_in_every_compound_and_inflection():
    root = set(words("Fahrräder")[0].root)
    assert root <= set(grams("Fahrradabstellanlagen"))
    assert root <= set(grams("Lastenfahrrads"))
    assert not root <= set(grams("Fahrplan"))
    assert words("Rad")[0].root == ("_rad",)
    assert words("2014")[0].root == words("ÖV")[0].root == ()


def test_a_slug_is_the_same_for_every_spelling_of_a_name():
    assert name_key("Amt für Mobilität") == name_key("AMT  FUER MOBILITAET") == "amt-fur-mobilitat"
    assert name_key("") == NOTHING


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("Die Bäume und das Baumkataster", "Baum", ["Bäume", "Baum"]),
        ("Fahrradabstellanlagen", "Fahrräder", ["Fahrrad"]),
        ("Lastenfahrräder", "Fahrrad", ["fahrräder"]),
        ("Hauptstraße", "strasse", ["straße"]),
        ("Müllabfuhr", "Muell", ["Müll"]),
        ("Schuleingangsuntersuchungen", "Schuleingangsunteruchung", ["Schuleingangsuntersuchungen"]),
        ("Radwege am Neckar", "Rad", ["Rad"]),
        ("Grad", "Rad", []),
        ("Nachtbuslinien", "Bus", ["bus"]),
        ("Jugendämter der Stadt insgesamt", "Amt", ["ämter"]),
        ("Heizöl", "Öl", ["öl"]),
        ("CO₂-Bilanz, 2 Arten", "CO2", ["CO₂"]),
        ("CO2-Bilanz", "CO₂", ["CO2"]),
        ("Grünflächen in m²", "m2", ["m²"]),
        ("Brunnen", "Radwege", []),
        ("Übersicht und Übersichtsplan", "Übersicht", ["Übersicht"]),
        ("Wahl 2014 und 2013", "2014", ["2014"]),
        ("über den Wolken", "über", ["über"]),
    ],
)
def test_hits_are_marked_in_the_original_text(text, query, marked):
    assert [text[start:end] for start, end in mark(text, words(query))] == marked


def test_marks_do_not_overlap():
    places = mark("Fahrradwegenetz", words("Fahrradweg Radwege Wegenetz"))
    assert all(before[1] < after[0] for before, after in itertools.pairwise(places))


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_text_gives_terms_and_marks_within_it(text, query):
    stems, grams = terms(text)
    assert stems
    assert all(len(gram) <= GRAM for gram in grams.split())
    last = 0
    for start, end in mark(text, words(query)):
        assert last <= start < end <= len(text)
        last = end


@given(st.text(alphabet="abcdeäöüßstn", min_size=3, max_size=20))
def test_a_word_is_always_marked_where_it_stands(word):
    assert mark(f"am {word} hier", words(word)), word


def test_a_token_without_end_is_not_marked_and_fills_no_memory():
    fold_word.cache_clear()
    assert mark("rad" * 30_000, words("rad")) == []
    mark("Donaudampfschifffahrtsgesellschaft", words("Schifffahrt"))
    assert fold_word.cache_info().currsize < 10


def test_the_part_of_a_compound_is_marked_with_written_out_umlauts_before_it():
    text = "Gruenflaechenkataster"
    (span,) = mark(text, words("Kataster"))
    assert text[slice(*span)] == "kataster"


def test_of_a_long_name_only_the_beginning_tells_it_from_another():
    assert name_key("x" * 5_000) == "x" * analysis.MAX_NAME


@pytest.mark.parametrize(
    ("text", "word", "is_part"),
    [
        ("Street lights", "tree", False),
        ("Feinstaub", "Stau", False),
        ("Quartier", "Tier", False),
        ("Stadtquartier", "Tier", False),
        ("Transport", "Port", False),
        ("Strasse", "inst", False),
        ("Haustiere", "Tier", True),
        ("Tierheim", "Tiere", True),
        ("Stadtbäume", "Baum", True),
        ("Staumeldung", "Stau", True),
    ],
)
def test_a_word_of_four_letters_is_a_part_only_where_a_compound_begins_or_ends(text, word, is_part):
    (asked,) = words(word)
    assert asked.root == ()
    assert bool(analysed(text)[1].intersection(asked.short)) is is_part
    assert bool(mark(text, [asked])) is is_part
