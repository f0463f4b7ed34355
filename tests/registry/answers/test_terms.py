"""When two words are the same: inflected forms, and words that mean exactly the same.

Covers: registry/answers/terms.py
"""

import pytest

from registry.answers.terms import are_same, equivalents, groups_of, phrase_of, tokens_of, with_equivalents


@pytest.mark.parametrize(
    ("word", "other"),
    [("Bäume", "Baum"), ("Räder", "Rad"), ("Rädern", "Räder"), ("Brücken", "Brücke"), ("freie", "frei"),
     ("districts", "district"), ("cities", "city"), ("Parkhäuser", "Parkhaus")],
)  # fmt: skip
def test_forms_of_a_word_are_the_same(word: str, other: str) -> None:
    (first,), (second,) = tokens_of(word), tokens_of(other)
    assert are_same(first, second)
    assert are_same(second, first)


@pytest.mark.parametrize(
    ("word", "other"), [("Schüler", "Schule"), ("Besucher", "Besuche"), ("Halle", "Hallenbad"), ("Leiter", "Leiste")]
)
def test_other_words_are_not(word: str, other: str) -> None:
    (first,), (second,) = tokens_of(word), tokens_of(other)
    assert not are_same(first, second)


def test_letters_and_digits_are_apart_and_raised_digits_are_digits() -> None:
    assert tokens_of("PM2,5") == tokens_of("PM 2.5") == ("pm", "2", "5")
    assert tokens_of("m³") == tokens_of("m3")
    assert tokens_of("> 20 %") == (">", "20", "%")


def test_equivalents_name_the_same_in_both_languages() -> None:
    assert phrase_of("bicycle", "en") in with_equivalents([phrase_of("Fahrräder", "de")])
    assert groups_of(phrase_of("Tiefgarage")) != groups_of(phrase_of("Parkhaus"))
    assert all(group.phrases for group in equivalents())


def test_a_word_of_two_languages_is_two_words() -> None:
    assert phrase_of("child", "en") in with_equivalents([phrase_of("Kind", "de")])
    assert with_equivalents([phrase_of("Kind", "en")]) == (phrase_of("Kind", "en"),)
